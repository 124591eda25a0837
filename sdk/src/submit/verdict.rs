//! What an answer to a submit means.

use serde_json::Value;

use crate::wire::{ErrorName, Fault, Named, Reply, id_inside};

/// The meaning of an answer to a submit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is a job, and this is its id.
    Accepted(String),
    /// The service is busy and took nothing in: it may be sent again.
    Busy(Fault),
    /// The service said no: there is no job.
    Refused(Fault),
    /// There may be a job; its id, if the answer named one.
    Unknown(Fault, Option<String>),
}

/// The codes that are documented as refusals.
const REFUSALS: [i64; 5] = [400_001, 400_002, 400_004, 403_001, 404_001];

/// Sorts an answer, in favour of the user's money: *refused* and *busy* need a plain word of it, and
/// whatever else came is unknown.
///
/// - An answer that names a request is never a no. With success it is accepted. An id that stands in
///   another place of a success, or in the address that an answer leads to, shows where to look.
/// - The status line counts first. A body overrules it in two cases: success that is an error of the
///   service, and a breakdown (500) in which the service names one of its documented refusals.
/// - An id is taken from whatever can be read; *refused* by a code and *busy* by a code need JSON that
///   is beyond doubt.
/// - Only a code at the top is the service's word on this submit. Codes further down may be about
///   anything, so they make nothing busy and nothing refused; but one that speaks of a breakdown
///   leaves nothing certain.
pub(crate) fn verdict(reply: &Reply) -> Verdict {
    let body = reply.json();
    let fault = match &body {
        Some(body) if reply.is_success() => Fault::disguised(body).unwrap_or_default(),
        Some(body) => Fault::of(body),
        None => Fault::default(),
    };
    match Named::of(&reply.body, body.as_ref()) {
        Named::Job(id) if reply.is_success() => return Verdict::Accepted(id),
        Named::Job(id) => return Verdict::Unknown(fault, Some(id)),
        Named::Odd => return Verdict::Unknown(fault, None),
        Named::Nothing => {}
    }
    if let Some(id) = named_elsewhere(reply, body.as_ref()) {
        return Verdict::Unknown(fault, Some(id));
    }
    // Both come with the id of a job, too, and the rest of it may have had one.
    if matches!(reply.status, 409 | 429) && body.is_none() && reply.breaks_off() {
        return Verdict::Unknown(fault, None);
    }
    if matches!(fault.code.map(status_of), Some(408 | 500..600)) {
        return Verdict::Unknown(fault, None);
    }
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let code = body.as_ref().and_then(own_code);
    match (reply.status, code.map(status_of)) {
        (429, None | Some(429 | 0)) | (200..300, Some(429)) => Verdict::Busy(fault),
        // The client went away, they say; but the service may have had it by then.
        (408 | 460 | 499, _) => Verdict::Unknown(fault, None),
        (200..300 | 429, Some(400..500)) | (400..429 | 430..500, _) => Verdict::Refused(fault),
        (500, _)
            if code.is_some_and(|code| REFUSALS.contains(&code)) && has_message(body.as_ref()) =>
        {
            Verdict::Refused(fault)
        }
        _ => Verdict::Unknown(fault, None),
    }
}

fn named_elsewhere(reply: &Reply, body: Option<&Value>) -> Option<String> {
    let located = reply.located.as_deref().filter(|_| reply.status < 400);
    let inside = || id_inside(body.filter(|_| reply.is_success())?);
    located.or_else(inside).map(str::to_owned)
}

/// Why an answer leaves the outcome unknown, where it has no words of its own.
pub(crate) fn why_unknown(reply: &Reply) -> String {
    match reply.status {
        _ if reply.broken.is_some() || reply.redirect.is_some() => reply.gist(),
        409 | 429 if reply.breaks_off() => reply.gist(),
        408 => "the service says that it took too long".to_owned(),
        200..300 if reply.json().is_some() => "the answer has no valid request id".to_owned(),
        200..300 => reply.gist(),
        _ if reply.is_page() => reply.gist(),
        500.. => "the service reports a fault of its own".to_owned(),
        _ => "the answer says neither yes nor no".to_owned(),
    }
}

/// The status that a code of the service begins with; 0 for any other code.
fn status_of(code: i64) -> u16 {
    if (100_000..=999_999).contains(&code) { u16::try_from(code / 1000).unwrap_or(0) } else { 0 }
}

/// Whether a body has the words that the service's own errors have beside their code.
fn has_message(body: Option<&Value>) -> bool {
    let message = body.and_then(|body| body.get("error_message")?.as_str());
    message.is_some_and(|message| !message.trim().is_empty())
}

/// The code at the top of a body, in its documented spellings. Many APIs have a `code`, so it counts
/// only where it is one of the documented refusals, with a published name beside it.
fn own_code(body: &Value) -> Option<i64> {
    let number = |code: &Value| code.as_i64().or_else(|| code.as_str()?.trim().parse().ok());
    match body.get("error_code").or_else(|| body.get("errorCode")) {
        Some(code) => number(code).filter(|code| *code != 0),
        None => {
            let code = number(body.get("code")?).filter(|code| REFUSALS.contains(code))?;
            ErrorName::of(body).map(|_| code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(status: u16, body: &str) -> String {
        let reply = Reply { status, body: body.into(), ..Reply::default() };
        match verdict(&reply) {
            Verdict::Accepted(id) => format!("accepted {id}"),
            Verdict::Busy(_) => "busy".to_owned(),
            Verdict::Refused(fault) => format!("refused {}", fault.code.unwrap_or(0)),
            Verdict::Unknown(_, Some(id)) => format!("unknown {id}"),
            Verdict::Unknown(_, None) => "unknown".to_owned(),
        }
    }

    /// Many more are sorted over a real socket, in `tests/engine/answers.rs`.
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
            (200, r#"{"code":400004,"error":"UserAccountError"}"#, "refused 400004"),
            (200, r#"{"code":"400002","error":"InsufficientResources"}"#, "refused 400002"),
            (429, r#"{"code":400002,"error":"InsufficientResources"}"#, "refused 400002"),
            (200, r#"{"code":400004,"error":"bad"}"#, "unknown"),
            (200, r#"{"code":422001,"error":"UserAccountError"}"#, "unknown"),
            (200, r#"{"code":500001,"error":"UserAccountError"}"#, "unknown"),
            (200, r#"{"error":"UserAccountError"}"#, "unknown"),
            (500, r#"{"code":400004,"error":"UserAccountError"}"#, "unknown"),
            (
                200,
                r#"{"request_id":"r-1","code":400004,"error":"UserAccountError"}"#,
                "accepted r-1",
            ),
            (200, r#"{"data":{"request_id":"r-1"},"error_code":400002}"#, "unknown r-1"),
            (429, r#"{"code":500001,"error":"UserAccountError"}"#, "unknown"),
            (429, r#"{"request_i"#, "unknown"),
            (409, r#"{"message":"conf"#, "unknown"),
            (429, "slow dow", "busy"),
            (400, r#"{"message":"conf"#, "refused 0"),
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
            (429, r#"{"error_code":7}"#, "busy"),
            (429, r#"{"error_code":500001}"#, "unknown"),
            (429, r#"{"request_id":"r-1"}"#, "unknown r-1"),
            (301, "", "unknown"),
            (500, r#"{"request_id":"r-1"}"#, "unknown r-1"),
            (500, r#"{"request_id":"r-1","err"#, "unknown r-1"),
            (502, "<html>", "unknown"),
            (503, r#"{"error_code":400002,"error_message":"x"}"#, "unknown"),
            (504, "", "unknown"),
            (524, "", "unknown"),
        ];
        for (status, body, meaning) in cases {
            assert_eq!(sorted(status, body), meaning, "{status} {body}");
        }
    }

    /// Whatever the body says, these hold for every status.
    #[test]
    fn no_answer_that_may_have_made_a_job_is_called_anything_else() {
        let codes = ["400002", "\"400002\"", "429001", "500001", "408001", "7", "0", "null", "{}"];
        let ids = ["", r#""request_id":"r-1","#, r#""request_id":"a b","#, r#""request_id":1,"#];
        for status in (100..=599).chain([999]) {
            for code in codes {
                for id in ids {
                    for body in [
                        format!(r#"{{{id}"error_code":{code},"error_message":"x"}}"#),
                        format!(r#"{{{id}"error":[{{"errorCode":{code}}}]}}"#),
                        format!(r#"{{{id}"error":{{"error_code":{code},"request_id":"r-2"}}}}"#),
                        format!(r#"{{{id}"error_code":{code},"error"#),
                        format!(r#"<script>{{{id}"error_code":{code}}}</script>"#),
                    ] {
                        let meaning = sorted(status, &body);
                        let what = format!("{status} {body}: {meaning}");
                        assert!(!meaning.contains("r-2"), "{what}");
                        let top = body.contains(r#""error_message""#);
                        if meaning == "busy" {
                            let own = (200..300).contains(&status) && top && code == "429001";
                            assert!(status == 429 || own, "{what}");
                        }
                        if meaning.starts_with("refused") {
                            let own = [200..300, 500..501].iter().any(|of| of.contains(&status));
                            let own = own && top && code.contains("400002");
                            assert!((400..500).contains(&status) || own, "{what}");
                        }
                        if meaning == "busy" || meaning.starts_with("refused") {
                            assert!(id.is_empty() || body.starts_with('<'), "{what}");
                        }
                    }
                }
            }
        }
    }
}
