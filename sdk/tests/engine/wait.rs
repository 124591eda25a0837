//! From the id on, nothing loses the job.

use std::time::{Duration, Instant};

use runcomfy::{Error, Event, State};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{
    Act, Seen, Server, accepted_then, input, json_answer, script, status, success, text,
};

async fn run(
    acts: impl IntoIterator<Item = Act>,
) -> Result<runcomfy::Completed<serde_json::Value>, Error> {
    let server = Server::start(accepted_then(acts)).await;
    let end = server.client().run(input()).await;
    assert_eq!(server.submits(), 1);
    end
}

#[tokio::test]
async fn a_job_is_followed_from_the_queue_to_its_result() {
    let queued = |n| json_answer(200, &json!({ "status": "in_queue", "queue_position": n }));
    let acts = [queued(2), queued(1), status("in_progress"), status("in_progress"), success()];
    let server = Server::start(accepted_then(acts)).await;
    let done = server.client().run(input()).await.unwrap();
    assert_eq!(done.request_id(), "r-1");
    assert_eq!(done.cost, Some(0.04));
    assert_eq!(done.media_urls(), ["https://cdn.runcomfy.net/a.png?sig=hush"]);
    assert_eq!(done.output["image"], done.media_urls()[0]);
    let expected = [
        "POST /v1/models/acme/paint/text-to-image",
        "GET /v1/requests/r-1/status",
        "GET /v1/requests/r-1/status",
        "GET /v1/requests/r-1/status",
        "GET /v1/requests/r-1/result?include_cost=true",
        "GET /v1/requests/r-1/result?include_cost=true",
    ];
    assert_eq!(server.paths(), expected);
}

#[tokio::test]
async fn every_word_for_an_end_is_followed_by_the_result() {
    for word in ["completed", "succeeded", "COMPLETED", "failed", "something-new"] {
        let done = run([status(word), success()]).await.unwrap();
        assert_eq!(done.request_id(), "r-1", "{word}");
    }
}

#[tokio::test]
async fn a_result_that_is_late_is_waited_for() {
    let acts = [status("completed"), status("in_progress"), status("completed"), success()];
    run(acts).await.unwrap();
}

#[tokio::test]
async fn no_failed_poll_ends_the_wait() {
    let broken = Act::Truncated { body: success_body(), sent: 40 };
    let acts = [
        Act::Close,
        Act::Reset,
        text(500, "{}"),
        text(502, "<html>"),
        text(503, "").header("retry-after", "0"),
        text(429, "").header("retry-after", "0"),
        text(408, ""),
        text(200, "<html>hello</html>"),
        text(200, ""),
        text(404, "<html>not here</html>"),
        text(403, "<html>are you a robot?</html>"),
        json_answer(400, &json!({ "message": "strange" })),
        broken,
        json_answer(200, &json!({ "error_code": 500_001, "error_message": "try later" })),
        json_answer(200, &json!({ "error_code": 429_001, "error_message": "try later" })),
        status("in_progress"),
        Act::Reset,
        success(),
    ];
    run(acts).await.unwrap();
}

fn success_body() -> String {
    match success() {
        Act::Answer { body, .. } => body,
        _ => unreachable!(),
    }
}

/// Each of these is said for as long as it takes; that one of them ends nothing is tested elsewhere.
#[tokio::test]
async fn a_final_word_ends_the_wait_when_it_is_repeated_and_carries_the_job() {
    type Is = fn(&Error) -> bool;
    let coded = |status, code| {
        json_answer(status, &json!({ "error_code": code, "error_message": "so it is" }))
    };
    let cases: [(&str, Act, Is); 5] = [
        ("not yours", coded(403, 403_001), Error::is_not_yours),
        ("not yours with HTTP 200", coded(200, 403_001), Error::is_not_yours),
        ("unknown", coded(404, 404_001), Error::is_job_unknown),
        ("token revoked", coded(400, 400_004), Error::is_auth),
        ("token revoked with HTTP 200", coded(200, 400_004), Error::is_auth),
    ];
    let mut runs = JoinSet::new();
    for (name, act, is) in cases {
        runs.spawn(async move {
            let server = Server::start(script([act])).await;
            let pace = Duration::from_millis(500);
            let client = server.builder().poll_between(pace, pace).build().unwrap();
            let start = Instant::now();
            let job = client.resume_json("r-1@acme/paint@1700000000".parse().unwrap());
            let error = job.await.unwrap_err();
            assert!(start.elapsed() > Duration::from_secs(15), "{name}: {:?}", start.elapsed());
            assert!(is(&error), "{name}: {error:?}");
            assert_eq!(error.request_id(), Some("r-1"), "{name}");
            assert!(error.may_have_cost(), "{name}");
            assert!(error.to_string().contains("[job r-1]"), "{name}: {error}");
            assert!(error.error_code().is_some(), "{name}: {error:?}");
            let asked = |call: &str| server.paths().iter().any(|path| path.contains(call));
            assert!(asked("/status") && asked("/result"), "{name}");
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_newborn_job_may_be_unknown_for_a_moment() {
    let gone =
        json_answer(404, &json!({ "error_code": 404_001, "error_message": "no such request" }));
    run([gone.clone(), gone.clone(), success()]).await.unwrap();
}

#[tokio::test]
async fn a_failed_job_tells_why_in_any_shape() {
    let cases = [
        (json!("out of memory"), "out of memory", None),
        (json!({ "message": "bad prompt" }), "bad prompt", None),
        (
            json!([{ "errorCode": 17, "error": "node broke", "debugInfo": "at 5" }]),
            "node broke; at 5",
            Some(17),
        ),
    ];
    for (why, words, _code) in cases {
        let failed = json_answer(200, &json!({ "status": "failed", "error": why, "cost": "0.01" }));
        let error = run([status("completed"), failed]).await.unwrap_err();
        assert!(error.is_job_failed() && !error.is_safe_to_retry(), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.raw().unwrap()["error"], why);
        assert_eq!(error.cost(), Some(0.01));
        assert_eq!(error.request_id(), Some("r-1"));
    }
}

#[tokio::test]
async fn a_cancelled_job_is_told_apart() {
    let error = run([status("cancelled"), status("Canceled")]).await.unwrap_err();
    assert!(error.is_cancelled() && !error.may_have_cost(), "{error:?}");
}

#[tokio::test]
async fn a_deadline_is_no_cancel_and_its_error_carries_the_job() {
    // Queued, so that nothing but the caller's will keeps it from being cancelled.
    let server = Server::start(accepted_then([status("in_queue")])).await;
    let client = server.client();
    let job = client.submit(input()).await.unwrap();
    let error = job.wait().timeout(Duration::from_millis(50)).await.unwrap_err();
    assert!(error.is_deadline() && error.is_safe_to_retry(), "{error:?}");
    assert_eq!(error.job(), Some(job.token()));
    assert_eq!(error.cancel_outcome(), None);
    drop(job);
    assert!(!server.paths().iter().any(|path| path.ends_with("/cancel")));
}

#[tokio::test]
async fn the_status_is_asked_for_once() {
    let server = Server::start(accepted_then([
        json_answer(200, &json!({ "status": "in_queue", "queue_position": 3 })),
        text(503, "<html>"),
    ]))
    .await;
    let job = server.client().submit(input()).await.unwrap();
    let status = job.status().await.unwrap();
    assert_eq!((status.state, status.queue_position), (State::Queued, Some(3)));
    let error = job.status().await.unwrap_err();
    assert!(error.is_unreachable() && error.is_safe_to_retry(), "{error:?}");
    assert_eq!(error.status(), Some(503));
    assert_eq!(error.request_id(), Some("r-1"));
}

#[tokio::test]
async fn the_events_tell_what_happens_and_end_with_the_result() {
    let queued = |n| json_answer(200, &json!({ "status": "in_queue", "queue_position": n }));
    let acts = [
        queued(2),
        queued(2),
        text(500, ""),
        queued(1),
        status("in_progress"),
        status("in_progress"),
        success(),
    ];
    let server = Server::start(accepted_then(acts)).await;
    let job = server.client().submit(input()).await.unwrap();
    let mut events = job.events();
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        told.push(match event {
            Event::Queued { position } => format!("queued {position:?}"),
            Event::Running => "running".to_owned(),
            Event::PollFailed { error, retry_in } => {
                assert!(error.is_unreachable() && retry_in <= Duration::from_millis(5));
                "failed".to_owned()
            }
            Event::Finished(end) => format!("done {}", end.unwrap().request_id()),
            _ => unreachable!(),
        });
    }
    assert_eq!(told, ["queued Some(2)", "failed", "queued Some(1)", "running", "done r-1"]);
}

fn busy_until(seconds: &str) -> Act {
    text(429, "").header("retry-after", seconds)
}

#[tokio::test]
async fn a_failed_poll_tells_when_it_is_tried_again() {
    let acts = [
        text(503, "").header("retry-after", "0"),
        status("in_progress"),
        text(500, ""),
        text(503, "").header("retry-after", "100"),
    ];
    let server = Server::start(accepted_then(acts)).await;
    let slowest = Duration::from_secs(60);
    let client = server.builder().poll_between(Duration::ZERO, slowest).build().unwrap();
    let job = client.submit(input()).await.unwrap();
    let mut events = job.events();
    let mut pauses = Vec::new();
    while pauses.len() < 3 {
        if let Event::PollFailed { retry_in, .. } = events.next().await.unwrap() {
            pauses.push(retry_in.as_secs_f64());
        }
    }
    assert!((0.2..=0.5).contains(&pauses[0]), "a backoff, whatever is asked for: {pauses:?}");
    assert!((0.2..=0.5).contains(&pauses[1]), "an answer in between starts anew: {pauses:?}");
    assert!((99.9..=110.0).contains(&pauses[2]), "no earlier than asked: {pauses:?}");
}

#[tokio::test]
async fn a_busy_service_is_left_alone_by_all_jobs_of_the_client() {
    let server = Server::start(accepted_then([busy_until("3600"), success()])).await;
    let client = server.client();
    let first = client.resume_json("r-1".parse().unwrap());
    first.events().next().await.unwrap();
    assert_eq!(server.seen().len(), 1);
    let second = client.resume_json("r-2".parse().unwrap());
    let error = second.wait().timeout(Duration::from_millis(100)).await.unwrap_err();
    assert!(error.is_deadline(), "{error:?}");
    assert_eq!(server.seen().len(), 1, "nobody has asked");
}

#[tokio::test]
async fn jobs_that_are_over_at_the_first_look_come_to_be_asked_for_their_result() {
    let server = Server::start(|seen: &Seen| match seen.path.as_str() {
        "/v1/requests/r-1/status" => status("completed"),
        path if path.contains("/result") => success(),
        _ => json_answer(200, &json!({ "request_id": "r-1" })),
    })
    .await;
    let pause = Duration::from_millis(200);
    let client = server.builder().poll_between(pause, pause).build().unwrap();
    for _ in 0..8 {
        client.run(input()).await.unwrap();
    }
    let paths = server.paths();
    let asked = |call: &str| paths.iter().filter(|path| path.contains(call)).count();
    assert_eq!(asked("/result"), 8);
    assert!(asked("/status") < 8, "nothing was learnt");
}

#[tokio::test]
async fn the_age_of_a_job_is_told_where_it_is_known() {
    let server = Server::start(accepted_then([])).await;
    let client = server.client();
    assert!(client.submit(input()).await.unwrap().age().is_some());
    let long_ago = client.resume_json("r-1@acme/paint@1700000000".parse().unwrap());
    assert!(long_ago.age().is_none_or(|age| age > Duration::from_secs(86_400)));
    assert!(client.resume_json("r-1".parse().unwrap()).age().is_none());
}
