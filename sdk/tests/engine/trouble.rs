//! What comes between the client and the service for a while ends no wait.

use std::time::{Duration, Instant};

use runcomfy::{Completed, Error, Event};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::{Act, Seen, Server, accepted_then, input, json_answer, status, success, text};

const A_WHILE: Duration = Duration::from_secs(30);

async fn run(acts: impl IntoIterator<Item = Act>) -> Result<Completed<Value>, Error> {
    let server = Server::start(accepted_then(acts)).await;
    timeout(A_WHILE, server.client().run(input())).await.expect("it ends")
}

pub(super) fn coded(status: u16, code: u32) -> Act {
    json_answer(status, &json!({ "error_code": code, "error_message": "so it is" }))
}

/// What a gateway, an ingress or a proxy was seen to answer while the service was not behind it.
pub(super) fn passing_trouble() -> Vec<(&'static str, Act)> {
    vec![
        ("404 of an ingress", text(404, "default backend - 404")),
        ("404 HTML", text(404, "<html>not here</html>")),
        ("404 JSON", json_answer(404, &json!({ "message": "no Route matched" }))),
        ("403 HTML", text(403, "<html>are you a robot?</html>")),
        ("403 JSON", json_answer(403, &json!({ "message": "Forbidden" }))),
        ("401 empty", text(401, "")),
        ("401 JSON", json_answer(401, &json!({ "message": "Unauthorized" }))),
        ("302", text(302, "").header("location", "https://login.example/")),
        ("200 {}", text(200, "{}")),
        ("200 null", text(200, "null")),
        ("200 empty", text(200, "")),
        ("200 OK", text(200, "OK")),
        ("200 HTML", text(200, "<html>back soon</html>")),
        ("400 JSON", json_answer(400, &json!({ "message": "strange" }))),
        ("bad token", coded(400, 400_004)),
        ("not yours", coded(403, 403_001)),
        ("unknown job", coded(404, 404_001)),
        ("unknown job in a 502", coded(502, 404_001)),
        ("unknown job with 200", coded(200, 404_001)),
        ("another job", json_answer(200, &json!({ "request_id": "r-2", "status": "failed" }))),
        ("an error page of JSON", json_answer(200, &json!({ "status": "error", "message": "x" }))),
        ("a failure of nobody", json_answer(200, &json!({ "status": "failed", "message": "x" }))),
        ("a report on health", json_answer(200, &json!({ "status": "success", "data": {} }))),
    ]
}

/// Runs a job for each kind of trouble, which lasts for so long on every call.
async fn trouble_for(time: Duration) -> Vec<(&'static str, Result<Completed<Value>, Error>)> {
    let mut runs = JoinSet::new();
    for (name, act) in passing_trouble() {
        runs.spawn(async move {
            let start = Instant::now();
            let server = Server::start(move |seen: &Seen| match &seen.path {
                path if path.starts_with("/v1/models") => {
                    json_answer(200, &json!({ "request_id": "r-1" }))
                }
                _ if start.elapsed() < time => act.clone(),
                _ => success(),
            })
            .await;
            let pace = (Duration::ZERO, Duration::from_millis(200));
            let client = server.builder().poll_between(pace.0, pace.1).build().unwrap();
            // Old enough to be known everywhere.
            let job = client.resume_json("r-1@acme/paint@1700000000".parse().unwrap());
            let end = timeout(time + A_WHILE, job.into_future()).await;
            (name, end.expect("it ends"))
        });
    }
    runs.join_all().await
}

#[tokio::test]
async fn trouble_that_passes_ends_no_wait() {
    for (name, end) in trouble_for(Duration::from_millis(1500)).await {
        assert!(end.is_ok(), "{name}: {end:?}");
    }
}

#[tokio::test]
async fn a_result_that_refuses_while_the_job_runs_leads_back_to_the_status() {
    let refusals = [
        ("the published client's", coded(400, 400_005)),
        ("404", json_answer(404, &json!({ "detail": "Not Found" }))),
        ("409", json_answer(409, &json!({ "message": "not finished" }))),
        ("425", text(425, "")),
        ("unknown", coded(404, 404_001)),
        ("202", text(202, "")),
    ];
    for (name, refusal) in refusals {
        let mut looks = 0;
        let server = Server::start(move |seen: &Seen| {
            let is_status = seen.path.ends_with("/status");
            looks += u32::from(is_status);
            match looks {
                _ if seen.method == "POST" => json_answer(200, &json!({ "request_id": "r-1" })),
                0..5 if is_status => status("in_progress"),
                _ if is_status => status("completed"),
                0..5 => refusal.clone(),
                _ => success(),
            }
        })
        .await;
        let client = server.client();
        let end = timeout(Duration::from_secs(10), client.run(input())).await;
        let end = end.unwrap_or_else(|_| panic!("{name}: {:?}", server.paths()));
        assert!(end.is_ok(), "{name}: {end:?}");
    }
}

#[tokio::test]
async fn the_result_of_another_job_is_never_handed_over() {
    let other = json!({ "request_id": "r-2", "status": "succeeded",
        "output": { "image": "https://cdn.runcomfy.net/other.png" } });
    let other = json_answer(200, &other);
    let done = run([status("completed"), other.clone(), other.clone(), success()]).await.unwrap();
    assert_eq!(done.media_urls(), ["https://cdn.runcomfy.net/a.png?sig=hush"]);

    let failed = json_answer(200, &json!({ "request_id": "r-2", "status": "failed" }));
    run([failed.clone(), failed, success()]).await.unwrap();

    // The same for a state: nobody else's end is this job's.
    let server = Server::start(accepted_then([json_answer(
        200,
        &json!({ "request_id": "R-1", "status": "completed" }),
    )]))
    .await;
    let job = server.client().resume_json("r-1".parse().unwrap());
    let error = job.status().await.unwrap_err();
    assert!(error.is_unreachable(), "{error:?}");
    assert_eq!(error.request_id(), Some("r-1"));
}

#[tokio::test]
async fn an_id_in_other_letters_is_the_same_where_it_is_a_uuid() {
    let id = "3f2a8c1e-0d4b-4a7e-9c55-1b2f3a4d5e6f";
    let upper = id.to_uppercase();
    let output = json!({ "image": "https://cdn.runcomfy.net/a.png" });
    let body = json!({ "request_id": upper, "status": "succeeded", "output": output });
    let server = Server::start(accepted_then([json_answer(200, &body)])).await;
    let job = server.client().resume_json(id.parse().unwrap());
    let done = timeout(A_WHILE, job.into_future()).await.unwrap().unwrap();
    assert_eq!(done.request_id(), id);
}

#[tokio::test]
async fn a_success_is_not_handed_over_before_its_output_is_there() {
    let none = [json!(null), json!({}), json!([]), json!(""), json!({ "images": [] })];
    for output in none {
        let early = json!({ "request_id": "r-1", "status": "succeeded", "output": output });
        let early = json_answer(200, &early);
        let acts = [status("completed"), early.clone(), early.clone(), early, success()];
        let done = run(acts).await.unwrap();
        assert_eq!(done.media_urls().len(), 1, "{output}");
    }
}

#[tokio::test]
async fn words_are_an_output_too() {
    for output in [json!("a lighthouse"), json!({ "text": "a lighthouse" }), json!(7)] {
        let body = json!({ "request_id": "r-1", "status": "succeeded", "output": output });
        let done = run([json_answer(200, &body)]).await.unwrap();
        assert_eq!(done.output, output);
    }
}

#[tokio::test]
async fn completed_with_an_error_and_nothing_to_show_has_failed() {
    for output in [json!(null), json!({}), json!([]), json!(""), json!({ "image": null })] {
        let body = json!({ "request_id": "r-1", "status": "completed", "output": output,
            "error": "out of memory" });
        let error = run([status("completed"), json_answer(200, &body)]).await.unwrap_err();
        assert!(error.is_job_failed(), "{output}: {error:?}");
        assert!(error.to_string().contains("out of memory"), "{error}");
    }
    let both = json!({ "request_id": "r-1", "status": "completed", "error": "one of two failed",
        "output": ["https://cdn.runcomfy.net/a.png"] });
    assert_eq!(run([json_answer(200, &both)]).await.unwrap().media_urls().len(), 1);
}

#[tokio::test]
async fn a_cancelled_job_that_was_billed_says_so() {
    let cancelled = |cost: Value| {
        json_answer(200, &json!({ "request_id": "r-1", "status": "cancelled", "cost": cost }))
    };
    let costs = [
        (json!(0.5), true),
        (json!("0.5 USD"), true),
        (json!({ "usd": 0.5 }), true),
        (json!("half a dollar"), true),
        (json!(0), false),
        (json!(null), false),
    ];
    for (cost, charged) in costs {
        let error = run([status("cancelled"), cancelled(cost.clone())]).await.unwrap_err();
        assert!(error.is_cancelled(), "{error:?}");
        assert_eq!(error.may_have_cost(), charged, "{cost}");
    }
    let error = run([cancelled(json!(0.5))]).await.unwrap_err();
    assert_eq!(error.cost(), Some(0.5));
    // What ran may have cost something, whatever it is called in the end.
    let error = run([status("in_progress"), cancelled(json!(null))]).await.unwrap_err();
    assert!(error.is_cancelled() && error.may_have_cost(), "{error:?}");
}

#[tokio::test]
async fn a_state_that_nobody_knows_is_an_event() {
    let acts = [status("in_queue"), status("expired"), status("expired"), success()];
    let server = Server::start(accepted_then(acts)).await;
    let job = server.client().submit(input()).await.unwrap();
    let mut events = job.events();
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        told.push(match event {
            Event::Queued { .. } => "queued".to_owned(),
            Event::Unrecognized { word } => word,
            Event::Finished(end) => end.unwrap().request_id().to_owned(),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(told, ["queued", "expired", "r-1"]);
}

#[tokio::test]
async fn a_success_without_an_output_is_an_event() {
    let body = json!({ "request_id": "r-1", "status": "succeeded", "output": { "images": [] } });
    let acts = [json_answer(200, &body), json_answer(200, &body), success()];
    let server = Server::start(accepted_then(acts)).await;
    let job = server.client().resume_json("r-1".parse().unwrap());
    let mut events = job.events();
    assert!(matches!(events.next().await, Some(Event::OutputMissing)));
    match events.next().await {
        Some(Event::Finished(Ok(done))) => assert!(!done.is_empty()),
        other => panic!("{other:?}"),
    }
}
