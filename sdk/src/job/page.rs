//! Answers that have a status, and are about no job: the error pages and health reports of what
//! stands between the client and the service.

use serde_json::Value;

use crate::status::{State, status_word};

/// Members that only the answers about a job have.
const OF_JOBS: [&str; 9] = [
    "output",
    "queue_position",
    "cost",
    "created_at",
    "finished_at",
    "model_id",
    "status_url",
    "result_url",
    "cancel_url",
];

/// Members that error pages and health reports have, and answers about a job do not.
const OF_PAGES: [&str; 13] = [
    "message",
    "msg",
    "code",
    "statusCode",
    "detail",
    "title",
    "type",
    "timestamp",
    "path",
    "kind",
    "reason",
    "errors",
    "checks",
];

/// The words that the service, or a client of it, is known to use for the end of a job. `error` and
/// `success` are not among them: every second error page says so.
const ENDS: [&str; 5] = ["completed", "succeeded", "failed", "cancelled", "canceled"];

/// Whether a body without a request id is more likely a page than the state of a job.
///
/// That a job is queued or running is believed of any answer, because it ends no wait.
pub(super) fn is_page(body: &Value) -> bool {
    let Some(word) = status_word(body) else { return true };
    let has =
        |keys: &[&str]| keys.iter().any(|key| body.get(*key).is_some_and(|value| !value.is_null()));
    if has(&OF_JOBS) {
        return false;
    }
    match State::from_word(word) {
        State::Queued | State::Running => false,
        State::Unknown(word) => word.starts_with(|c: char| c.is_ascii_digit()) || has(&OF_PAGES),
        _ => {
            let word = word.trim().to_ascii_lowercase();
            !ENDS.contains(&word.as_str()) || has(&OF_PAGES)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn error_pages_are_told_from_states() {
        let pages = [
            json!({ "status": "error", "message": "upstream connect error" }),
            json!({ "status": "error" }),
            json!({ "status": "failed", "message": "no healthy upstream" }),
            json!({ "status": "Failure", "kind": "Status", "code": 404, "reason": "NotFound" }),
            json!({ "status": "success", "data": {} }),
            json!({ "status": "succeeded", "message": "Welcome" }),
            json!({ "status": "ok" , "timestamp": 17 }),
            json!({ "status": "DOWN", "checks": [] }),
            json!({ "status": "503", "error": "Service Unavailable" }),
            json!({ "status": "503 Service Unavailable" }),
            json!({ "status": "cancelled", "title": "request cancelled", "type": "about:blank" }),
            json!({ "status": 503, "error": "Service Unavailable", "path": "/v1/requests" }),
            json!({ "state": "error", "msg": "x" }),
            json!({ "status": "error", "output": null, "cost": null }),
            json!({ "error": "x" }),
            json!([]),
        ];
        for page in pages {
            assert!(is_page(&page), "{page}");
        }
        let states = [
            json!({ "status": "failed" }),
            json!({ "status": "FAILED", "error": "out of memory" }),
            json!({ "status": "failed", "error": "x", "error_code": 500_001 }),
            json!({ "status": "completed" }),
            json!({ "status": "succeeded" }),
            json!({ "status": "cancelled" }),
            json!({ "status": "Canceled" }),
            json!({ "status": "expired" }),
            json!({ "status": "in_queue", "message": "soon" }),
            json!({ "status": "starting", "code": 7 }),
            json!({ "status": "error", "cost": 0.1, "message": "x" }),
            json!({ "status": "success", "output": "u" }),
            json!({ "status": "failed", "finished_at": "now", "message": "x" }),
        ];
        for state in states {
            assert!(!is_page(&state), "{state}");
        }
    }
}
