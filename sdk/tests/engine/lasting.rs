//! What lasts: for how long it is waited for, and how often it is asked, on a clock that does not
//! wait. The sockets are real; only the pauses take no time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use runcomfy::{Completed, Error};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::trouble::{coded, passing_trouble};
use crate::support::{Act, Seen, Server, bytes, input, json_answer, status, success, text};

/// What came of a wait.
pub(super) struct Ended {
    pub(super) end: Result<Completed<Value>, Error>,
    pub(super) after: Duration,
    pub(super) requests: usize,
}

/// Waits for the old job `r-1`, for a day at most, at a service that answers like this after so long.
///
/// The clock leaps where all is at rest, and so it may seem while a packet is on its way. Then the day
/// is over at once, and it begins anew.
pub(super) async fn wait(
    answer: impl FnMut(&Seen, Duration) -> Act + Clone + Send + 'static,
) -> Option<Ended> {
    for _ in 0..3 {
        if let Some(ended) = wait_for_a_day(answer.clone()).await {
            return Some(ended);
        }
    }
    None
}

async fn wait_for_a_day(
    mut answer: impl FnMut(&Seen, Duration) -> Act + Send + 'static,
) -> Option<Ended> {
    let start = Instant::now();
    let server = Server::start(move |seen: &Seen| answer(seen, start.elapsed())).await;
    // No other clock runs while a socket is waited for.
    let client = server.builder().connect_timeout(Duration::MAX).read_timeout(Duration::MAX);
    let client = client.poll_between(Duration::ZERO, Duration::from_secs(60)).build().unwrap();
    let job = client.resume_json("r-1@acme/paint@1700000000".parse().unwrap());
    let end = timeout(Duration::from_secs(86_400), job.into_future()).await.ok()?;
    Some(Ended { end, after: start.elapsed(), requests: server.seen().len() })
}

pub(super) fn is_status(seen: &Seen) -> bool {
    seen.path.ends_with("/status")
}

#[tokio::test(start_paused = true)]
async fn trouble_that_lasts_for_a_minute_ends_no_wait() {
    // What names the job, or the token, is believed by then.
    let final_words = ["bad token", "not yours", "unknown job", "unknown job with 200"];
    for (name, act) in passing_trouble() {
        let answer = move |_: &Seen, after: Duration| match after.as_secs() {
            0..70 => act.clone(),
            _ => success(),
        };
        let ended = wait(answer).await.expect(name);
        assert_eq!(ended.end.is_err(), final_words.contains(&name), "{name}: {:?}", ended.end);
        assert!(ended.after < Duration::from_secs(150), "{name}: {:?}", ended.after);
        assert!(ended.requests < 60, "{name}: {} requests", ended.requests);
    }
}

#[tokio::test(start_paused = true)]
async fn what_never_gets_better_ends_after_a_minute() {
    let empty = json!({ "request_id": "r-1", "status": "succeeded", "output": {} });
    let cut = r#"{"request_id":"r-1","status":"succeeded","output":"https://cdn/a.png","#;
    let result_of = async |act: Act| {
        let answer =
            move |seen: &Seen, _| if is_status(seen) { status("completed") } else { act.clone() };
        wait(answer).await.expect("it ends")
    };
    let ended = result_of(json_answer(200, &empty)).await;
    let done = ended.end.unwrap();
    assert!(done.is_empty() && done.media_urls().is_empty());
    assert!((60..120).contains(&ended.after.as_secs()), "{:?}", ended.after);

    let ended = result_of(text(200, cut)).await;
    let error = ended.end.unwrap_err();
    assert!(error.is_unsettled() && error.may_have_cost(), "{error:?}");
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(error.body(), Some(cut.as_bytes()));
    assert_eq!(error.media_urls(), ["https://cdn/a.png"]);
    assert!((60..120).contains(&ended.after.as_secs()), "{:?}", ended.after);
}

type Coding = fn(&[u8]) -> Vec<u8>;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut to, text).unwrap();
    to.finish().unwrap()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut to = ZlibEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut to, text).unwrap();
    to.finish().unwrap()
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut to = DeflateEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut to, text).unwrap();
    to.finish().unwrap()
}

const RESULT: &str = r#"{"request_id":"r-1","status":"succeeded","output":"https://cdn/a.png"}"#;

/// No call asks for a coding. What comes in one all the same is read if it can be.
#[tokio::test]
async fn compressed_answers_are_read() {
    let codings: [(&str, Coding); 4] =
        [("gzip", gzip), ("", gzip), ("deflate", zlib), ("deflate", deflate)];
    for (name, code) in codings {
        let coded =
            move |body: &str| bytes(200, code(body.as_bytes())).header("content-encoding", name);
        let server = Server::start(move |seen: &Seen| match seen.path.as_str() {
            path if path.starts_with("/v1/models") => coded(r#"{"request_id":"r-1"}"#),
            path if path.ends_with("/status") => {
                coded(r#"{"request_id":"r-1","status":"completed"}"#)
            }
            path if path.ends_with("/cancel") => coded(r#"{"status":"cancelled"}"#),
            _ => coded(RESULT),
        })
        .await;
        let client = server.client();
        let job = client.submit(input()).await.unwrap();
        assert_eq!(job.status().await.unwrap().state.to_string(), "ended", "{name}");
        let done =
            timeout(Duration::from_secs(20), job.wait().into_future()).await.unwrap().unwrap();
        assert_eq!(done.media_urls(), ["https://cdn/a.png"], "{name}");
        assert!(job.cancel().await.unwrap() == runcomfy::CancelOutcome::Cancelled, "{name}");
        for seen in server.seen() {
            let head = seen.head.to_ascii_lowercase();
            let asked = head.lines().filter(|line| line.starts_with("accept-encoding"));
            assert!(asked.eq(["accept-encoding: identity"]), "{head}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_coding_that_cannot_be_undone_ends_with_the_body_and_the_job() {
    let half = gzip(RESULT.as_bytes());
    let half = &half[..half.len() - 12];
    let cases = [
        ("br", b"\x0b\x02\x80not really\x03".to_vec()),
        ("zstd", b"\x28\xb5\x2f\xfd\x04\x00rest".to_vec()),
        ("", b"\x28\xb5\x2f\xfd\x04\x00rest".to_vec()),
        ("gzip", half.to_vec()),
    ];
    for (name, body) in cases {
        let coded = bytes(200, body.clone()).header("content-encoding", name);
        let answer =
            move |seen: &Seen, _| if is_status(seen) { status("completed") } else { coded.clone() };
        let ended = wait(answer).await.expect(name);
        let error = ended.end.unwrap_err();
        assert!(error.is_unsettled() && error.may_have_cost(), "{name}: {error:?}");
        assert_eq!(error.request_id(), Some("r-1"), "{name}");
        assert!(error.body().is_some_and(|body| !body.is_empty()), "{name}");
        assert!(error.to_string().contains("coded"), "{name}: {error}");
        assert!((60..150).contains(&ended.after.as_secs()), "{name}: {:?}", ended.after);
        assert!(ended.requests < 60, "{name}: {}", ended.requests);
    }
    // Whatever the status call is coded as, the result is found.
    let coded = bytes(200, b"\x0b\x02\x80".to_vec()).header("content-encoding", "br");
    let answer = move |seen: &Seen, _| if is_status(seen) { coded.clone() } else { success() };
    assert!(wait(answer).await.unwrap().end.is_ok());
}

/// What a gateway says of itself is not said of the job.
#[tokio::test(start_paused = true)]
async fn a_page_of_json_is_no_state_of_the_job() {
    let pages = [
        json!({ "status": "error", "message": "upstream connect error" }),
        json!({ "status": "error" }),
        json!({ "status": "failed", "message": "no healthy upstream" }),
        json!({ "status": "Failure", "kind": "Status", "apiVersion": "v1", "reason": "NotFound", "code": 404 }),
        json!({ "status": "fail", "output": "connection refused" }),
        json!({ "status": "success", "data": {} }),
        json!({ "status": "succeeded", "message": "Welcome" }),
        json!({ "status": "cancelled", "title": "client closed request" }),
        json!({ "status": "ok" }),
        json!({ "status": "DOWN", "checks": [] }),
        json!({ "status": "503" }),
        json!({ "status": 503, "error": "Service Unavailable", "path": "/v1/requests" }),
        json!({ "status": { "code": 14, "message": "unavailable" } }),
        json!({ "state": "error", "error": "no upstream" }),
    ];
    for page in pages {
        for code in [200, 404, 503] {
            for call in ["both", "/status", "/result"] {
                let act = json_answer(code, &page);
                let answer = move |seen: &Seen, after: Duration| match after.as_secs() {
                    0..300 if call == "both" || seen.path.contains(call) => act.clone(),
                    0..300 if is_status(seen) => status("in_progress"),
                    0..300 => text(502, ""),
                    _ => success(),
                };
                let what = format!("{page} {code} {call}");
                let ended = wait(answer).await.expect(&what);
                assert!(ended.end.is_ok(), "{what}: {:?}", ended.end);
                assert!(ended.after < Duration::from_secs(420), "{what}: {:?}", ended.after);
                assert!(ended.requests < 300, "{what}: {}", ended.requests);
            }
        }
    }
}

/// As the status call says, the job is over: an output with its id is its result.
#[tokio::test(start_paused = true)]
async fn a_result_of_this_job_with_an_output_is_one_whatever_it_lacks() {
    let words =
        [None, Some(json!(null)), Some(json!(200)), Some(json!("archived")), Some(json!(""))];
    for word in words {
        for code in [200, 206] {
            let mut body = json!({ "request_id": "r-1", "output": ["https://cdn/a.png"] });
            if let Some(word) = &word {
                body["status"] = word.clone();
            }
            let act = json_answer(code, &body);
            let asked = Arc::new(Mutex::new(0));
            let answer = move |seen: &Seen, _| {
                *asked.lock().unwrap() += 1;
                if is_status(seen) { status("completed") } else { act.clone() }
            };
            let ended = wait(answer).await.expect("it ends");
            let done = ended.end.unwrap_or_else(|error| panic!("{word:?}: {error:?}"));
            assert_eq!(done.media_urls(), ["https://cdn/a.png"], "{word:?}");
            assert!(ended.after < Duration::from_secs(10), "{word:?}: {:?}", ended.after);
        }
    }
    // While it runs, the output may be half of one.
    let half = json!({ "request_id": "r-1", "output": ["https://cdn/half.png"] });
    let half = json_answer(200, &half);
    let answer = move |seen: &Seen, after: Duration| match (after.as_secs(), is_status(seen)) {
        (0..600, true) => status("in_progress"),
        (_, true) => status("completed"),
        (0..600, false) => half.clone(),
        (_, false) => success(),
    };
    let ended = wait(answer).await.unwrap();
    assert_eq!(ended.end.unwrap().media_urls(), ["https://cdn.runcomfy.net/a.png?sig=hush"]);
}

/// The result call breaks down over a job that failed, and says so.
#[tokio::test(start_paused = true)]
async fn a_breakdown_that_names_the_job_ends_after_a_minute() {
    let failed = json!({ "request_id": "r-1", "status": "failed", "error": "out of memory" });
    for code in [400, 404, 422, 500, 502] {
        let act = json_answer(code, &failed);
        let answer =
            move |seen: &Seen, _| if is_status(seen) { status("completed") } else { act.clone() };
        let ended = wait(answer).await.expect("it ends");
        let error = ended.end.unwrap_err();
        assert!(error.is_job_failed(), "{code}: {error:?}");
        assert!(error.to_string().contains("out of memory"), "{error}");
        assert!((60..150).contains(&ended.after.as_secs()), "{code}: {:?}", ended.after);
    }
    let refused = coded(404, 404_001);
    let answer = move |_: &Seen, _| refused.clone();
    let ended = wait(answer).await.unwrap();
    assert!(ended.end.unwrap_err().is_job_unknown());
}
