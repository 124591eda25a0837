//! What an answer about a job means.

use serde_json::Value;

use crate::client::Inner;
use crate::error::{Answer, Call, Error, Kind};
use crate::http::Fate;
use crate::job::JobToken;
use crate::poll::Ask;
use crate::status::{State, Status};
use crate::wire::{Fault, Reply, Scrub};

/// The meaning of an answer about a job.
#[derive(Debug)]
pub(crate) enum Reading {
    Queued(Option<u64>),
    Running,
    /// It is over, and the result call has more to say.
    Ended,
    /// A word that nobody knows, or an end without anything to show for it.
    Odd(String, Value),
    Succeeded(Value),
    Failed(Value),
    Cancelled(Value),
    Trouble(Grade, Error),
}

/// How much an answer that is none weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grade {
    /// Will pass: ask again.
    Passing,
    /// Should not happen; if it goes on, it is the answer.
    Doubtful,
    /// The service's last word.
    Final,
}

/// Asks once, and reads the answer.
pub(crate) async fn ask(client: &Inner, job: &JobToken, ask: Ask) -> Reading {
    let (call, url) = match ask {
        Ask::Status => ("the status", client.http.origin.status(job.request_id())),
        Ask::Result => ("the result", client.http.origin.result(job.request_id())),
    };
    match client.http.get(url).await {
        Fate::Replied(reply) => read(ask, call, job, &reply, &client.http.scrub),
        Fate::NotSent(cause) | Fate::Lost(cause) => {
            let message = format!("{call} could not be had: {}", cause.words);
            let error = Error::new(Kind::Unreachable, message).about(job);
            Reading::Trouble(Grade::Passing, error)
        }
    }
}

/// One status call, for the caller's own eyes.
pub(super) async fn status(client: &Inner, job: &JobToken) -> Result<Status, Error> {
    let plain = |state, queue_position| Ok(Status { state, queue_position });
    match ask(client, job, Ask::Status).await {
        Reading::Queued(position) => plain(State::Queued, position),
        Reading::Running => plain(State::Running, None),
        Reading::Ended => plain(State::Ended, None),
        Reading::Succeeded(_) => plain(State::Succeeded, None),
        Reading::Failed(_) => plain(State::Failed, None),
        Reading::Cancelled(_) => plain(State::Cancelled, None),
        Reading::Odd(word, _) => plain(State::Unknown(word), None),
        Reading::Trouble(_, error) => Err(error),
    }
}

/// The status word alone, as the status call has it; `None` where there is no usable answer.
pub(super) async fn status_word(client: &Inner, job: &JobToken) -> Option<State> {
    let url = client.http.origin.status(job.request_id());
    match client.http.get(url).await {
        Fate::Replied(reply) if reply.is_success() => Some(Status::of(&reply.json()?)?.state),
        _ => None,
    }
}

fn read(ask: Ask, call: &'static str, job: &JobToken, reply: &Reply, scrub: &Scrub) -> Reading {
    let body = reply.json();
    if reply.is_success()
        && let Some(body) = &body
        && let Some(status) = Status::of(body)
    {
        return of_state(ask, status, body);
    }
    let fault = body.as_ref().map(Fault::of).unwrap_or_default();
    let grade = grade(reply, &fault, body.is_some());
    let refused = matches!(reply.meant_status(&fault), 400..500) && grade != Grade::Passing;
    let error = if grade == Grade::Final || refused {
        Error::refused(Call::Job(call), reply, &fault, scrub)
    } else {
        let message = format!("{call} could not be had: {}", why(reply, &fault, scrub));
        Error::new(Kind::Unreachable, message).answered(Answer::of(reply, &fault, scrub))
    };
    Reading::Trouble(grade, error.about(job))
}

/// Only the result tells whether a job succeeded; an output or an error there counts for more
/// than a word that says neither.
fn of_state(ask: Ask, status: Status, body: &Value) -> Reading {
    let has = |key| match body.get(key) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    };
    let (output, error) = (has("output"), has("error"));
    match (ask, status.state) {
        (_, State::Queued) => Reading::Queued(status.queue_position),
        (_, State::Running) => Reading::Running,
        (Ask::Status, state) if state.is_over() => Reading::Ended,
        (Ask::Status, state) => Reading::Odd(state.to_string(), Value::Null),
        (Ask::Result, State::Succeeded) => Reading::Succeeded(body.clone()),
        (Ask::Result, State::Failed) => Reading::Failed(body.clone()),
        (Ask::Result, State::Cancelled) => Reading::Cancelled(body.clone()),
        (Ask::Result, _) if output => Reading::Succeeded(body.clone()),
        (Ask::Result, _) if error => Reading::Failed(body.clone()),
        (Ask::Result, state) => Reading::Odd(state.to_string(), body.clone()),
    }
}

/// HTML and the like come from something in between, which knows nothing about the job.
pub(super) fn grade(reply: &Reply, fault: &Fault, is_json: bool) -> Grade {
    match reply.meant_status(fault) {
        408 | 429 | 500.. => Grade::Passing,
        401 | 403 if is_json => Grade::Final,
        _ if matches!(fault.code, Some(400_001 | 400_004 | 404_001)) => Grade::Final,
        300..500 => Grade::Doubtful,
        _ if is_json => Grade::Doubtful,
        _ => Grade::Passing,
    }
}

fn why(reply: &Reply, fault: &Fault, scrub: &Scrub) -> String {
    match (&fault.words, &reply.broken) {
        (Some(words), _) => scrub.text(words),
        (None, Some(why)) => format!("the answer broke off: {why}"),
        (None, None) => "the answer is not JSON".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(ask: Ask, status: u16, body: &str) -> String {
        let reply = Reply { status, retry_after: None, body: body.into(), broken: None };
        let job = JobToken::from_request_id("r").unwrap();
        match read(ask, "it", &job, &reply, &Scrub::new("t".into())) {
            Reading::Odd(word, _) => format!("odd {word}"),
            Reading::Succeeded(_) => "succeeded".to_owned(),
            Reading::Failed(_) => "failed".to_owned(),
            Reading::Cancelled(_) => "cancelled".to_owned(),
            Reading::Trouble(grade, error) => {
                assert_eq!(error.request_id(), Some("r"));
                format!("{grade:?}")
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_answer_to_the_status_call_is_sorted() {
        let cases = [
            (200, r#"{"status":"in_queue","queue_position":2}"#, "Queued(Some(2))"),
            (200, r#"{"status":"IN_PROGRESS"}"#, "Running"),
            (200, r#"{"status":"completed"}"#, "Ended"),
            (200, r#"{"status":"succeeded"}"#, "Ended"),
            (200, r#"{"status":"cancelled"}"#, "Ended"),
            (200, r#"{"status":"paused"}"#, "odd paused"),
        ];
        for (status, body, meaning) in cases {
            assert_eq!(sorted(Ask::Status, status, body), meaning, "{status} {body}");
        }
    }

    #[test]
    fn every_answer_to_the_result_call_is_sorted() {
        let cases = [
            (200, r#"{"status":"in_queue"}"#, "Queued(None)"),
            (200, r#"{"status":"in_progress","output":null}"#, "Running"),
            (200, r#"{"status":"succeeded","output":{}}"#, "succeeded"),
            (200, r#"{"status":"Completed","output":["u"]}"#, "succeeded"),
            (200, r#"{"status":"completed","output":{},"error":null}"#, "succeeded"),
            (200, r#"{"status":"completed","error":"boom"}"#, "failed"),
            (200, r#"{"status":"completed"}"#, "odd ended"),
            (200, r#"{"status":"FAILED","error":{"a":1}}"#, "failed"),
            (200, r#"{"status":"error"}"#, "failed"),
            (200, r#"{"status":"failed","error_code":500001}"#, "failed"),
            (200, r#"{"status":"canceled"}"#, "cancelled"),
            (200, r#"{"status":"archived","output":{"image":"u"}}"#, "succeeded"),
            (200, r#"{"status":"expired","error":"too old"}"#, "failed"),
            (200, r#"{"status":"paused","output":null,"error":""}"#, "odd paused"),
            (200, "<html>", "Passing"),
            (200, "", "Passing"),
            (200, r#"{"status":"succ"#, "Passing"),
            (200, r#"{"error_code":500001,"error_message":"x"}"#, "Passing"),
            (200, r#"{"error_code":429001,"error_message":"x"}"#, "Passing"),
            (200, r#"{"error_code":404001,"error_message":"x"}"#, "Final"),
            (200, "{}", "Doubtful"),
            (404, r#"{"error_code":404001,"error_message":"x"}"#, "Final"),
            (403, r#"{"error_code":403001,"error_message":"x"}"#, "Final"),
            (400, r#"{"error_code":400004,"error_message":"x"}"#, "Final"),
            (401, r#"{"message":"x"}"#, "Final"),
            (401, "", "Doubtful"),
            (403, "<html>", "Doubtful"),
            (404, "<html>", "Doubtful"),
            (404, r#"{"detail":"Not Found"}"#, "Doubtful"),
            (400, r#"{"message":"x"}"#, "Doubtful"),
            (302, "", "Doubtful"),
            (408, "", "Passing"),
            (429, "", "Passing"),
            (500, "{}", "Passing"),
            (502, "<html>", "Passing"),
        ];
        for (status, body, meaning) in cases {
            assert_eq!(sorted(Ask::Result, status, body), meaning, "{status} {body}");
        }
    }
}
