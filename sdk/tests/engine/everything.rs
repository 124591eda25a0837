//! Every status line, every damage to an answer: generated, rather than thought of.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::lasting::{Ended, is_status, wait};
use crate::support::{Act, Seen, Server, bytes, input, script, status, success, text};

/// Status lines that servers, gateways and proxies are known to use, and some that nobody knows.
fn status_lines() -> impl Iterator<Item = u16> {
    let known = [200..=206, 226..=226, 300..=308, 400..=431, 451..=451, 460..=460, 499..=499];
    let others = [500..=511, 520..=530, 599..=599, 777..=777, 999..=999];
    known.into_iter().chain(others).flatten()
}

fn bodies() -> Vec<String> {
    vec![
        String::new(),
        "{}".to_owned(),
        "null".to_owned(),
        "OK".to_owned(),
        "<html><title>Just a moment...</title>".to_owned(),
        json!({ "message": "no upstream" }).to_string(),
        json!({ "status": "error", "message": "no upstream" }).to_string(),
        json!({ "status": "failed", "code": 17 }).to_string(),
        json!({ "request_id": "r-1" }).to_string(),
        json!({ "request_id": "r-2", "status": "failed" }).to_string(),
        json!({ "error_code": 500_001, "error_message": "x" }).to_string(),
        json!({ "error_code": 429_001, "error_message": "x" }).to_string(),
        json!({ "error_code": 400_005, "error_message": "x" }).to_string(),
        "{\"request_id\":\"r-1\",\"status\":\"fai".to_owned(),
        "\u{0}\u{1}\u{2}".to_owned(),
    ]
}

/// None of these is the last word about a job, whatever call it comes from: each lasts for half a
/// minute, on one call or on both.
#[tokio::test(start_paused = true)]
async fn no_answer_that_lasts_for_half_a_minute_ends_a_wait() {
    let bodies = bodies();
    for (number, code) in status_lines().enumerate() {
        for (index, body) in bodies.iter().enumerate() {
            let act = text(code, body);
            // One of three for each pair, so that each status line and each body meets them all.
            let call = ["/status", "/result", "/"][(number + index) % 3];
            let answer = move |seen: &Seen, after: Duration| match after.as_secs() {
                0..30 if seen.path.contains(call) => act.clone(),
                0..30 if is_status(seen) => status("completed"),
                0..30 => text(502, ""),
                _ => success(),
            };
            let what = format!("{code} {body:?} {call}");
            let Ended { end, after, requests } = wait(answer).await.expect(&what);
            assert!(end.is_ok(), "{what}: {end:?}");
            assert!(after < Duration::from_secs(120), "{what}: {after:?}");
            assert!(requests < 60, "{what}: {requests} requests");
        }
    }
}

fn chunked(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len())
}

/// What a broken server, or one that speaks an older HTTP, puts on the wire.
#[tokio::test(start_paused = true)]
async fn no_damage_on_the_wire_ends_a_wait() {
    let body = r#"{"request_id":"r-1","status":"failed","error":"x"}"#;
    let half = &body[..30];
    let raw = [
        String::new(),
        "\r\n\r\n".to_owned(),
        "HTTP/1.1".to_owned(),
        "HTTP/1.1 200 OK\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{half}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n{body}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{body}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n{body}"),
        chunked(half),
        chunked(half) + "zz\r\n",
        chunked(half) + "ffffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n".to_owned() + half,
        "HTTP/1.1 100 Continue\r\n\r\n".repeat(200),
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n".to_owned(),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "HTTP/1.1 304 Not Modified\r\n\r\n".to_owned(),
        format!("HTTP/1.0 200\r\n\r\n{half}"),
        format!("HTTP/2.0 200 OK\r\n\r\n{body}"),
        format!("HTTP/1.1 20 OK\r\n\r\n{body}"),
        format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n{body}", "y".repeat(1 << 20)),
        format!("HTTP/1.1 200 OK\r\n{}\r\n{body}", "a: b\r\n".repeat(500)),
        format!("HTTP/1.1 200 OK\r\nno colon\r\n\r\n{body}"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "SSH-2.0-OpenSSH_9\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}".to_owned(),
        body.to_owned(),
    ];
    for wire in raw {
        let act = Act::Raw(wire.clone());
        let answer = move |_: &Seen, after: Duration| match after.as_secs() {
            0..100 => act.clone(),
            _ => success(),
        };
        let what = format!("{wire:.60?}");
        let Ended { end, after, requests } = wait(answer).await.expect(&what);
        assert!(end.is_ok(), "{what}: {end:?}");
        assert!(after < Duration::from_secs(200), "{what}: {after:?}");
        assert!(requests < 60, "{what}: {requests} requests");
    }
}

/// Whatever the answer asks for, it is asked about no more often than a client without a hint asks,
/// and after ten minutes at most.
#[tokio::test(start_paused = true)]
async fn no_hint_makes_a_storm_or_a_silence() {
    let hints = [
        "0",
        "0.0",
        "-0",
        "+0",
        "-1",
        "1e-9",
        "0.5",
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "1e9",
        "0x10",
        "1_0",
        "",
        " ",
        "soon",
        "1,2",
        "7 s",
        "PT1S",
        "99999999999999999999",
        "1767225600",
        "1767225600000",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 2026",
        "2026-01-01T00:00:00Z",
        "Thu, 01-Jan-26 00:00:00 GMT",
        "Thu Jan  1 00:00:00 2026",
    ];
    for hint in hints {
        for code in [200, 202, 302, 404, 429, 500, 503] {
            for body in ["", "{}", r#"{"error_code":400005}"#] {
                let act = text(code, body).header("retry-after", hint);
                let answer = move |_: &Seen, after: Duration| match after.as_secs() {
                    0..60 => act.clone(),
                    _ => success(),
                };
                let what = format!("{code} {body} {hint:?}");
                let Ended { end, after, requests } = wait(answer).await.expect(&what);
                assert!(end.is_ok(), "{what}: {end:?}");
                assert!(after <= Duration::from_secs(60 + 661), "{what}: {after:?}");
                assert!(requests < 60, "{what}: {requests} requests");
            }
        }
    }
}

const RESULT: &str = r#"{"request_id":"r-1","status":"succeeded","output":{"image":"https://cdn.runcomfy.net/b.png"},"cost":0.04}"#;

/// Each byte of a text lost, doubled, or replaced by one that has a meaning in JSON or in HTTP.
fn damaged(text: &str, places: impl Fn(usize) -> bool) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for at in (0..text.len()).filter(|at| places(*at)) {
        let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at..]);
        for new in *b"x7\"\\{}[],: \n\0\xff" {
            all.push([before, &[new], &after[1..]].concat());
        }
        all.push([before, &after[1..]].concat());
        all.push([before, &after[..1], after].concat());
        all.push(before.to_vec());
    }
    all
}

/// A result that came to harm on the way is read as what it was, or asked for again: it is never
/// handed over without its file.
#[tokio::test(start_paused = true)]
async fn no_damaged_byte_costs_a_result() {
    let (from, to) = (RESULT.find("https").unwrap(), RESULT.find("\"}").unwrap());
    for body in damaged(RESULT, |at| !(from..to).contains(&at)) {
        let (act, mut looks) = (bytes(200, body.clone()), 0);
        let answer = move |seen: &Seen, _| {
            if is_status(seen) {
                return status("completed");
            }
            looks += 1;
            if looks == 1 { act.clone() } else { success() }
        };
        let what = String::from_utf8_lossy(&body);
        let Ended { end, after, .. } = wait(answer).await.expect(&what);
        let done = end.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert!(done.media_urls()[0].starts_with("https://cdn.runcomfy.net/"), "{what}: {done:?}");
        assert!(after < Duration::from_secs(60), "{what}: {after:?}");
    }
}

/// A submit was taken in, and its answer came to harm: nobody says that nothing was charged, and
/// nobody sends it again.
#[tokio::test]
async fn no_damaged_byte_costs_a_job() {
    let body = r#"{"request_id":"r-88","status_url":"https://a.example"}"#;
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let status_line = "HTTP/1.1 ".len().."HTTP/1.1 200".len();
    for answer in damaged(&answer, |at| !status_line.contains(&at)) {
        let what = String::from_utf8_lossy(&answer).into_owned();
        let server = Server::start(script([Act::RawBytes(answer)])).await;
        match timeout(Duration::from_secs(20), server.client().submit(input())).await.expect(&what)
        {
            Ok(job) => assert!(what.contains(&format!("\"{}\"", job.request_id())), "{what}"),
            Err(error) => {
                assert!(error.is_outcome_unknown() && error.may_have_cost(), "{what}: {error:?}");
            }
        }
        assert_eq!(server.submits(), 1, "{what}");
    }
}
