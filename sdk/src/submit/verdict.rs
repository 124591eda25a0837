//! What an answer to a submit means.

use crate::wire::{Fault, Reply, salvage_request_id, valid_request_id};

/// The meaning of an answer to a submit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is a job, and this is its id.
    Accepted(String),
    /// The service is busy and took nothing in: it may be sent again.
    Busy(Fault),
    /// The service said no: there is no job.
    Refused(Fault),
    /// There may be a job.
    Unknown(Fault, String),
}

/// Sorts an answer. A request id that came with success counts for more than anything else in
/// the body; then the error code, then the status. Whatever is not plainly a no is unknown.
pub(crate) fn verdict(reply: &Reply) -> Verdict {
    let body = reply.json();
    if reply.is_success()
        && let Some(id) = request_id(reply, body.as_ref())
    {
        return Verdict::Accepted(id);
    }
    // A proxy's page about a 4xx is as good as none; about a 2xx it says nothing at all.
    let fault = match &body {
        Some(body) if reply.is_success() => Fault::disguised(body).unwrap_or_default(),
        Some(body) => Fault::of(body),
        None => Fault::default(),
    };
    if reply.is_success() && fault.code.is_none() {
        return Verdict::Unknown(fault, no_id(reply, body.is_some()));
    }
    match reply.meant_status(&fault) {
        429 => Verdict::Busy(fault),
        408 => Verdict::Unknown(fault, "the service says that it took too long".to_owned()),
        400..500 => Verdict::Refused(fault),
        500.. => Verdict::Unknown(fault, "the service reports a fault of its own".to_owned()),
        _ => Verdict::Unknown(fault, "the answer says neither yes nor no".to_owned()),
    }
}

fn request_id(reply: &Reply, body: Option<&serde_json::Value>) -> Option<String> {
    match body {
        Some(body) => {
            body.get("request_id")?.as_str().filter(|id| valid_request_id(id)).map(str::to_owned)
        }
        None => salvage_request_id(&reply.body),
    }
}

fn no_id(reply: &Reply, is_json: bool) -> String {
    match &reply.broken {
        Some(why) => format!("the answer broke off: {why}"),
        None if is_json => "the answer has no request id that is one".to_owned(),
        None => "the answer is not JSON".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(status: u16, body: &str) -> String {
        let reply = Reply { status, retry_after: None, body: body.into(), broken: None };
        match verdict(&reply) {
            Verdict::Accepted(id) => format!("accepted {id}"),
            Verdict::Busy(_) => "busy".to_owned(),
            Verdict::Refused(fault) => format!("refused {}", fault.code.unwrap_or(0)),
            Verdict::Unknown(..) => "unknown".to_owned(),
        }
    }

    #[test]
    fn every_answer_is_sorted() {
        let cases = [
            (200, r#"{"request_id":"r-1"}"#, "accepted r-1"),
            (201, r#"{"request_id":"r-1","status":"in_queue"}"#, "accepted r-1"),
            (200, r#"{"request_id":"r-1","error_code":500001}"#, "accepted r-1"),
            (200, r#"{"request_id":"r-1","status_url":"htt"#, "accepted r-1"),
            (200, r#"{"request_id":"r-"#, "unknown"),
            (200, r#"{"request_id":"../x"}"#, "unknown"),
            (200, r#"{"request_id":7}"#, "unknown"),
            (200, "{}", "unknown"),
            (200, "", "unknown"),
            (200, "<html>", "unknown"),
            (200, r#"{"message":"hm"}"#, "unknown"),
            (200, r#"{"error_message":"hm"}"#, "unknown"),
            (200, r#"{"error_code":400002,"error_message":"x"}"#, "refused 400002"),
            (200, r#"{"error_code":429001,"error_message":"x"}"#, "busy"),
            (200, r#"{"error_code":500001,"error_message":"x"}"#, "unknown"),
            (200, r#"{"error_code":7,"error_message":"x"}"#, "unknown"),
            (500, r#"{"error_code":400002,"error_message":"x"}"#, "refused 400002"),
            (400, r#"{"error_code":500001,"error_message":"x"}"#, "unknown"),
            (400, r#"{"error_code":400004}"#, "refused 400004"),
            (400, "", "refused 0"),
            (401, "<html>", "refused 0"),
            (402, "{}", "refused 0"),
            (403, "{}", "refused 0"),
            (404, "{}", "refused 0"),
            (422, r#"{"detail":"x"}"#, "refused 0"),
            (413, "", "refused 0"),
            (408, "", "unknown"),
            (429, "", "busy"),
            (429, r#"{"error_code":500001}"#, "unknown"),
            (301, "", "unknown"),
            (500, r#"{"request_id":"r-1"}"#, "unknown"),
            (502, "<html>", "unknown"),
            (504, "", "unknown"),
            (524, "", "unknown"),
        ];
        for (status, body, meaning) in cases {
            assert_eq!(sorted(status, body), meaning, "{status} {body}");
        }
    }
}
