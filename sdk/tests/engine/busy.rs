//! A service that is busy is left alone: for as long as it says, within reason, and no longer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use runcomfy::JsonInput;
use serde_json::json;
use tokio::time::timeout;

use crate::support::{Act, MODEL, Server, input, json_answer, script, status, success, text};

fn accepted() -> Act {
    json_answer(200, &json!({ "request_id": "r-1" }))
}

fn busy(hint: &str) -> Act {
    text(429, "").header("retry-after", hint)
}

const OTHER: &str = "acme/paint/text-to-video";

fn of(model: &str) -> JsonInput {
    JsonInput::new(model, json!({ "prompt": "a lighthouse" }))
}

/// Hints that say nothing, or that it has been long enough.
const SHORT: [&str; 7] =
    ["0", "0.0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT", "soon", "NaN", "-1767225600"];
/// Hints for longer than any submit is tried.
const LONG: [&str; 8] = [
    "3600",
    "1767225600",
    "1767225600000",
    "1e300",
    "inf",
    "18446744073709551616",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Thu, 01 Jan 2099 00:00:00 GMT",
];

#[tokio::test]
async fn a_hint_never_removes_the_backoff() {
    for hint in SHORT {
        let server = Server::start(script([busy(hint)])).await;
        let builder = server.builder().retry_submits_for(Duration::from_millis(1500));
        let error = builder.build().unwrap().submit(input()).await.unwrap_err();
        assert!(error.is_rate_limited() && !error.may_have_cost(), "{hint}: {error:?}");
        // 0.25 to 0.5 s, 0.5 to 1 s, 1 to 2 s.
        assert!((2..=4).contains(&server.submits()), "{hint}: {}", server.submits());
    }
}

#[tokio::test]
async fn a_hint_beyond_the_time_for_it_is_an_error_of_that_submit_at_once() {
    for hint in LONG {
        let server = Server::start(script([busy(hint), accepted()])).await;
        let client = server.client();
        let submit = timeout(Duration::from_secs(5), client.submit(input())).await;
        let error = submit.expect(hint).unwrap_err();
        assert!(error.is_rate_limited() && !error.may_have_cost(), "{hint}: {error:?}");
        let after = error.retry_after().expect(hint);
        assert!(after >= Duration::from_secs(3600), "{hint}: {after:?}");
        assert!(after <= Duration::from_secs(86_400), "{hint}: whoever sleeps so long wakes up");
        assert_eq!(server.submits(), 1, "{hint}");

        // The model is shut out, and says so; other models are not.
        let submit = timeout(Duration::from_secs(5), client.submit(input())).await;
        let error = submit.expect(hint).unwrap_err();
        assert!(error.is_rate_limited() && !error.may_have_cost(), "{hint}: {error:?}");
        let after = error.retry_after().expect(hint);
        assert!((1..=600).contains(&after.as_secs()), "{hint}: {after:?}");
        assert_eq!(server.submits(), 1, "{hint}");
        timeout(Duration::from_secs(5), client.submit(of(OTHER))).await.expect(hint).unwrap();
    }
}

#[tokio::test]
async fn one_model_that_is_busy_holds_up_no_other() {
    let posts = Arc::new(Mutex::new(BTreeMap::<String, Vec<Instant>>::new()));
    let server = Server::start({
        let posts = posts.clone();
        move |seen| {
            let mut posts = posts.lock().unwrap();
            let posts = posts.entry(seen.path.clone()).or_default();
            posts.push(Instant::now());
            let shut = seen.path.ends_with(MODEL) && posts.len() == 1;
            if shut { busy("2") } else { accepted() }
        }
    })
    .await;
    let client = server.client();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.submit(of(MODEL)).await.map(drop) }
    });
    server.requests(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    client.submit(of(OTHER)).await.unwrap();
    // The same model waits, though, whoever asks.
    client.submit(of(MODEL)).await.unwrap();
    first.await.unwrap().unwrap();
    let posts = posts.lock().unwrap();
    let of = |model: &str| &posts[&format!("/v1/models/{model}")];
    assert_eq!((of(MODEL).len(), of(OTHER).len()), (3, 1));
    assert!(of(OTHER)[0] < of(MODEL)[1], "{posts:?}");
    assert!(of(MODEL)[1] - of(MODEL)[0] >= Duration::from_secs(2), "{posts:?}");
}

#[tokio::test]
async fn a_batch_never_hangs_without_a_word() {
    for hint in LONG {
        let server = Server::start(move |seen: &crate::support::Seen| {
            if seen.method == "POST" && seen.path.ends_with(MODEL) {
                return busy(hint);
            }
            match seen.path.as_str() {
                path if path.ends_with("/status") => status("completed"),
                path if path.contains("/requests/") => success(),
                _ => accepted(),
            }
        })
        .await;
        let inputs = [MODEL, OTHER, MODEL, OTHER, MODEL, MODEL].map(of);
        let mut results = server.client().batch(inputs).in_flight(2).start().await.unwrap();
        let mut ends = (0, 0);
        let all = async {
            while let Some(item) = results.next().await {
                match item.result {
                    Ok(_) => ends.0 += 1,
                    Err(error) => {
                        assert!(error.is_rate_limited() && !error.may_have_cost(), "{error:?}");
                        assert!(error.retry_after().is_some(), "{error:?}");
                        ends.1 += 1;
                    }
                }
            }
        };
        timeout(Duration::from_secs(10), all).await.expect(hint);
        assert_eq!(ends, (2, 4), "{hint}");
    }
}

/// Whoever waits for the gate, or in the line in front of it, may go at any moment: the others do not
/// wait for those who have gone.
#[tokio::test]
async fn callers_who_have_gone_hold_up_nobody() {
    let serves = Arc::new(AtomicBool::new(false));
    let server = Server::start({
        let (serves, mut first) = (serves.clone(), true);
        move |_: &_| match std::mem::take(&mut first) {
            true => busy("1"),
            false if serves.load(SeqCst) => accepted(),
            false => Act::Hang,
        }
    })
    .await;
    let client = server.client();
    let submit = || timeout(Duration::from_millis(1500), client.submit(input()));
    submit().await.unwrap_err();
    // The turns of a thousand, 10 ms apart, would last for ten seconds.
    let gone = futures_util::future::join_all((0..1000).map(|_| submit())).await;
    assert!(gone.iter().all(Result::is_err));
    serves.store(true, SeqCst);
    timeout(Duration::from_secs(5), client.submit(input())).await.expect("a turn").unwrap();
}
