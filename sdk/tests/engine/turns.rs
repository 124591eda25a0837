//! Who may ask, and when: no waiter holds up another one, and nobody asks without end.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use runcomfy::JobToken;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::{Act, Seen, Server, accepted_then, input, json_answer, status, success, text};

fn done(id: &str) -> Act {
    let output = json!({ "image": "https://cdn.runcomfy.net/a.png" });
    json_answer(200, &json!({ "request_id": id, "status": "succeeded", "output": output }))
}

/// Every submit has an id of its own; `end` says whether a job is over.
fn many_jobs(
    mut is_over: impl FnMut(&str) -> bool + Send + 'static,
) -> impl FnMut(&Seen) -> Act + Send + 'static {
    let mut submits = 0;
    move |seen| {
        if seen.method == "POST" {
            submits += 1;
            return json_answer(200, &json!({ "request_id": format!("job-{submits}") }));
        }
        let id = seen.path.split('/').nth(3).unwrap_or_default();
        match (is_over(id), seen.path.contains("/result")) {
            (false, _) => json_answer(200, &json!({ "request_id": id, "status": "in_progress" })),
            (true, true) => done(id),
            (true, false) => json_answer(200, &json!({ "request_id": id, "status": "completed" })),
        }
    }
}

#[tokio::test]
async fn items_that_nobody_polls_hold_up_no_other_job() {
    let server = Server::start(many_jobs(|id| id == "job-1" || id.ends_with("01"))).await;
    let client = server.client();
    let mut results = client.batch((0..100).map(|_| input())).in_flight(100).start().await.unwrap();
    let first = results.next().await.unwrap();
    assert!(first.result.is_ok());
    // The items are at their polls now, and stand still with the stream.
    let second = timeout(Duration::from_secs(10), client.run(input())).await;
    assert!(second.expect("it goes on").is_ok(), "{:?}", server.paths());
}

#[tokio::test]
async fn a_call_to_the_catalog_that_nobody_polls_holds_up_no_job() {
    let server = Server::start(|seen: &Seen| match &seen.path {
        path if path.starts_with("/v1/models?") => json_answer(200, &json!({ "models": [] })),
        path if path.starts_with("/v1/models") => json_answer(200, &json!({ "request_id": "r-1" })),
        _ => success(),
    })
    .await;
    let client = server.client();
    let mut lists: Vec<_> = (0..80).map(|_| Box::pin(client.catalog().list())).collect();
    for list in &mut lists {
        // Polled once, and not again.
        tokio::select! {
            biased;
            _ = list => unreachable!("it has to be asked for"),
            () = async {} => {}
        }
    }
    timeout(Duration::from_secs(20), client.run(input())).await.expect("it goes on").unwrap();
}

/// A large result over a slow line is no question any more.
#[tokio::test]
async fn results_that_take_their_time_hold_up_no_other_job() {
    let server = Server::start(|seen: &Seen| match &seen.path {
        path if path.starts_with("/v1/models") => json_answer(200, &json!({ "request_id": "r-1" })),
        path if path.contains("/slow-") && path.ends_with("/status") => status("completed"),
        path if path.contains("/slow-") => {
            let (headers, sent) = (Vec::new(), r#"{"request_id":"#.to_owned());
            Act::Part { status: 200, headers, length: 9999, sent, hang: true }
        }
        _ => success(),
    })
    .await;
    let client = server.client();
    let mut slow = JoinSet::new();
    for number in 0..100 {
        let job = client.resume_json(format!("slow-{number}").parse().unwrap());
        slow.spawn(job.into_future());
    }
    server.requests(150).await;
    timeout(Duration::from_secs(15), client.run(input())).await.expect("it goes on").unwrap();
}

#[tokio::test]
async fn short_waits_in_a_loop_starve_nobody() {
    const JOBS: usize = 200;
    let mut looks: HashMap<String, usize> = HashMap::new();
    let server = Server::start(many_jobs(move |id| {
        let looks = looks.entry(id.to_owned()).or_default();
        *looks += 1;
        *looks > 2
    }))
    .await;
    let client = server.client();
    let mut waits = JoinSet::new();
    for _ in 0..JOBS {
        let job = client.submit(input()).await.unwrap();
        let (client, token) = (client.clone(), job.token().clone());
        waits.spawn(async move {
            // As a web server would do it that is asked again and again.
            while client
                .resume_json(token.clone())
                .wait()
                .timeout(Duration::from_millis(400))
                .await
                .is_err()
            {}
        });
    }
    // Four polls for each job, and a hundred a second.
    let all = timeout(Duration::from_secs(25), waits.join_all()).await;
    assert!(all.is_ok(), "{} polls were made", server.seen().len() - JOBS);
}

#[tokio::test]
async fn a_hint_of_no_time_at_all_starts_no_storm() {
    let past = "Thu, 01 Jan 1970 00:00:00 GMT";
    for (name, code, hint) in [
        ("zero", 503, "0"),
        ("zero, busy", 429, "0"),
        ("a date long past", 503, past),
        ("a date long past, in seconds", 503, "1000000000"),
        ("less than nothing", 503, "-5"),
    ] {
        let server =
            Server::start(accepted_then([text(code, "").header("retry-after", hint)])).await;
        let slowest = Duration::from_secs(60);
        let client = server.builder().poll_between(Duration::ZERO, slowest).build().unwrap();
        let job = client.submit(input()).await.unwrap();
        let limit = Duration::from_millis(2500);
        job.wait().timeout(limit).await.unwrap_err();
        let polls = server.seen().len() - 1;
        // A storm has no lower bound: a slow machine polls less often.
        assert!(polls <= 8, "{name}: {polls} polls in {limit:?}");
    }
}

#[tokio::test]
async fn old_jobs_teach_nothing_about_new_ones() {
    let server = Server::start(many_jobs(|_| true)).await;
    let slowest = Duration::from_secs(600);
    let client = server.builder().poll_between(Duration::ZERO, slowest).build().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for number in 0..60 {
        let age = 86_400 + number * 600;
        let old: JobToken =
            format!("old-{number}@acme/paint/text-to-image@{}", now - age).parse().unwrap();
        client.resume_json(old).await.unwrap();
    }
    let start = Instant::now();
    timeout(Duration::from_secs(30), client.run(input())).await.expect("it is seen").unwrap();
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}
