//! Jobs that ended with nothing to fetch, or with something odd.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use runcomfy::models::google::nano_banana_2::text_to_image::Input;
use runcomfy::{BatchItem, Error};
use serde_json::{Value, json};

use super::service::{listed, picture, service, with_journal};
use super::tools::{job, jobs, words};
use crate::support::{Act, Server, input, text};

#[tokio::test]
async fn a_result_without_files_stays_until_the_caller_says_so() {
    let server = service(|_| json!({ "status": "succeeded", "output": "a text" }), picture).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let batch = || client.batch(jobs(1)).named("n");
    for _ in 0..2 {
        let mut results = batch().start().await.unwrap();
        let done = results.next().await.unwrap().result.unwrap();
        assert_eq!(done.output, json!("a text"));
        let saved = client.download(&done).to(dir.path()).await;
        assert!(saved.is_err() || saved.is_ok_and(|files| files.is_empty()));
    }
    let mut results = batch().start().await.unwrap();
    results.next().await.unwrap().collect();
    drop(results);
    let mut results = batch().start().await.unwrap();
    assert!(results.next().await.is_none());
    assert_eq!((results.collected_before(), server.submits()), (1, 1));
}

#[tokio::test]
async fn a_result_that_does_not_fit_is_kept_until_it_is_safe() {
    let odd = |_: &str| {
        json!({ "status": "succeeded", "output": { "images": "http://HOST/a.gif",
        "image": [[7]] }, "cost": 0.04 })
    };
    let server = service(odd, picture).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let decode = async || -> Error {
        let job = client.submit(job(1)).await.unwrap();
        let error = client.resume::<Input>(job.token().clone()).await.unwrap_err();
        assert!(error.is_decode(), "{error:?}");
        error
    };
    drop(decode().await);
    let error = decode().await;
    client.download(&error).to(dir.path().join("pictures")).await.unwrap();
    decode().await.collect();
    assert_eq!(listed(&client).await, ["r-1"]);
}

type Kind = fn(&Error) -> bool;

fn told(item: &BatchItem<Value>, kind: Kind) -> String {
    let error = item.result.as_ref().unwrap_err();
    assert!(kind(error), "{error:?}");
    assert!(item.result.as_ref().is_err_and(|error| error.request_id() == Some("r-1")));
    format!("{error} {:?}", error.cost())
}

#[tokio::test]
async fn a_failure_is_settled_at_once_and_told_again_from_the_journal() {
    let cases: [(Value, Kind); 3] = [
        (json!({ "status": "failed", "error": "no memory", "cost": 0.03 }), Error::is_job_failed),
        (json!({ "status": "failed" }), Error::is_job_failed),
        (json!({ "status": "cancelled" }), Error::is_cancelled),
    ];
    for (answer, kind) in cases {
        let result = answer.clone();
        let server = service(move |_| result.clone(), picture).await;
        let dir = tempfile::tempdir().unwrap();
        let client = with_journal(&server, dir.path());
        let start = async || client.batch([job(1)]).named("n").start().await.unwrap().next().await;
        // The process may die between being told and making use of it.
        let first = told(&start().await.unwrap(), kind);
        assert_eq!(listed(&client).await, [""; 0], "there is nothing to fetch");
        let calls = server.seen().len();
        client.journal().unwrap().compact().unwrap();
        for _ in 0..2 {
            let again = start().await.unwrap();
            let again = told(&again, kind);
            assert!(first == again || again.contains("Some(0.0)"), "{first} and {again}");
        }
        let item = start().await.unwrap();
        item.collect();
        assert!(start().await.is_none(), "{answer}: it was told");
        assert_eq!(server.seen().len(), calls, "nothing was asked");
        assert_eq!(words(&dir.path().join("journal")).len(), 2);
    }
}

#[tokio::test]
async fn a_job_that_was_cancelled_is_settled_whoever_waits_for_it() {
    let calls = Arc::new(AtomicUsize::new(0));
    let server = Server::start({
        let calls = calls.clone();
        move |seen| match calls.fetch_add(1, Ordering::SeqCst) {
            0 => text(200, r#"{"request_id":"r-1"}"#),
            _ if seen.path.ends_with("/cancel") => text(202, r#"{"status":"cancelled"}"#),
            _ => Act::Hang,
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let mut results = client.batch([input()]).named("n").start().await.unwrap();
    tokio::select! {
        _ = results.next() => unreachable!("it is never over"),
        () = server.requests(2) => {}
    }
    drop(results);
    let known = client.recover().await.unwrap().jobs.remove(0);
    client.resume_json(known.token).cancel().await.unwrap();
    assert_eq!(listed(&client).await, [""; 0]);
    let mut results = client.batch([input()]).named("n").start().await.unwrap();
    let error = results.next().await.unwrap().result.unwrap_err();
    assert!(error.is_cancelled() && error.cost() == Some(0.0), "{error:?}");
}
