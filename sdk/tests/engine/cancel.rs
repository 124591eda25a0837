//! Cancelling has three outcomes, and each of them is told.

use std::time::Duration;

use runcomfy::CancelOutcome;
use serde_json::{Value, json};

use crate::support::{Act, Server, accepted_then, input, json_answer, script, status, text};

async fn cancelled_by(acts: impl IntoIterator<Item = Act>) -> CancelOutcome {
    let server = Server::start(script(acts)).await;
    let job = server.client().resume_json("r-1".parse().unwrap());
    job.cancel().await.unwrap()
}

fn taken(body: &Value) -> Act {
    json_answer(202, body)
}

#[tokio::test]
async fn the_three_outcomes_are_told_apart() {
    let requested = || taken(&json!({ "outcome": "cancellation_requested" }));
    let cases = [
        ("at once", vec![taken(&json!({ "status": "cancelled" }))], CancelOutcome::Cancelled),
        (
            "by outcome",
            vec![taken(&json!({ "status": "in_queue", "outcome": "cancelled" }))],
            CancelOutcome::Cancelled,
        ),
        ("too late", vec![taken(&json!({ "outcome": "not_cancellable" }))], CancelOutcome::TooLate),
        (
            "too late, as a 409",
            vec![json_answer(409, &json!({ "status": "not_cancellable" }))],
            CancelOutcome::TooLate,
        ),
        (
            "later",
            vec![requested(), status("in_queue"), status("cancelled")],
            CancelOutcome::Cancelled,
        ),
        ("later, too late", vec![requested(), status("completed")], CancelOutcome::TooLate),
        ("without a word", vec![taken(&json!({})), status("canceled")], CancelOutcome::Cancelled),
        ("not settled", vec![requested(), status("in_queue")], CancelOutcome::Unknown),
        (
            "lost once",
            vec![Act::Reset, taken(&json!({ "status": "cancelled" }))],
            CancelOutcome::Cancelled,
        ),
        ("never heard", vec![text(502, "<html>")], CancelOutcome::Unknown),
    ];
    for (name, acts, expected) in cases {
        assert_eq!(cancelled_by(acts).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_refused_cancel_is_an_error_with_the_job() {
    let gone =
        json_answer(404, &json!({ "error_code": 404_001, "error_message": "no such request" }));
    let server = Server::start(script([gone])).await;
    let job = server.client().resume_json("r-1".parse().unwrap());
    let error = job.cancel().await.unwrap_err();
    assert!(error.is_job_unknown(), "{error:?}");
    assert_eq!(error.request_id(), Some("r-1"));
    // Not before it was said several times: a gateway says so for a moment, too.
    assert_eq!(server.paths(), ["POST /v1/requests/r-1/cancel"; 4]);
}

#[tokio::test]
async fn one_refusal_and_the_answer_to_another_question_end_no_cancel() {
    let odd = [
        json_answer(401, &json!({ "message": "Unauthorized" })),
        json_answer(404, &json!({ "error_code": 404_001 })),
        taken(&json!({ "request_id": "r-2", "status": "not_cancellable" })),
        taken(&json!({ "request_id": "r-2" })),
    ];
    for odd in odd {
        let cancelled = taken(&json!({ "request_id": "r-1", "status": "cancelled" }));
        assert_eq!(cancelled_by([odd, cancelled]).await, CancelOutcome::Cancelled);
    }
    let requested = taken(&json!({ "outcome": "cancellation_requested" }));
    let other = json_answer(200, &json!({ "request_id": "r-2", "status": "cancelled" }));
    assert_eq!(cancelled_by([requested, other]).await, CancelOutcome::Unknown);
}

#[tokio::test]
async fn a_wait_may_cancel_what_is_still_queued_at_its_deadline() {
    let server = Server::start(accepted_then_cancel("in_queue")).await;
    let job = server.client().submit(input()).await.unwrap();
    let wait = job.wait().timeout(Duration::from_millis(50)).cancel_if_queued();
    let error = wait.await.unwrap_err();
    assert!(error.is_deadline());
    assert_eq!(error.cancel_outcome(), Some(CancelOutcome::Cancelled));
}

#[tokio::test]
async fn a_running_job_is_left_alone_at_the_deadline() {
    let server = Server::start(accepted_then_cancel("in_progress")).await;
    let job = server.client().submit(input()).await.unwrap();
    let mut events = job.events();
    events.next().await.unwrap();
    let wait = job.wait().timeout(Duration::from_secs(2)).cancel_if_queued();
    let error = wait.await.unwrap_err();
    assert_eq!(error.cancel_outcome(), None);
    assert!(!server.paths().iter().any(|path| path.ends_with("/cancel")));
}

#[tokio::test]
async fn a_wait_that_is_dropped_cancels_if_it_was_told_to() {
    let server = Server::start(accepted_then_cancel("in_queue")).await;
    let job = server.client().submit(input()).await.unwrap();
    let mut wait = job.wait().cancel_if_queued().into_future();
    tokio::select! {
        _ = &mut wait => panic!("it is in the queue"),
        () = server.requests(3) => {}
    }
    drop(wait);
    let cancelled = async {
        for count in 4.. {
            server.requests(count).await;
            if server.paths().iter().any(|path| path.ends_with("/cancel")) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), cancelled).await.unwrap();
}

fn accepted_then_cancel(word: &'static str) -> impl FnMut(&crate::support::Seen) -> Act + Send {
    let mut others = accepted_then([status(word)]);
    move |seen| {
        if seen.path.ends_with("/cancel") {
            taken(&json!({ "status": "cancelled" }))
        } else {
            others(seen)
        }
    }
}
