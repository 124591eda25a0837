//! Answers that are not quite JSON, or more of it than anybody expects.

use std::time::{Duration, Instant};

use runcomfy::{Completed, Error};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Act, Server, accepted_then, bytes, input, json_answer, status, text};

const URL: &str = "https://cdn.runcomfy.net/a.png";

async fn run(acts: impl IntoIterator<Item = Act>) -> Result<Completed<Value>, Error> {
    let server = Server::start(accepted_then(acts)).await;
    timeout(Duration::from_secs(20), server.client().run(input())).await.expect("it ends")
}

fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// Results that were paid for, each with one file and something that no JSON reader lets pass.
fn hard_to_read() -> Vec<(&'static str, Vec<u8>)> {
    let with = |more: &str| {
        format!(r#"{{"request_id":"r-1","status":"succeeded","output":{{"image":"{URL}"}}{more}}}"#)
    };
    let plain = with("");
    let deep = format!(r#","meta":{}{}"#, "[".repeat(5000), "]".repeat(5000));
    let mut cases = vec![
        ("NaN", with(r#","seed":NaN"#).into_bytes()),
        ("Infinity", with(r#","seed":[Infinity,-Infinity]"#).into_bytes()),
        ("a lone surrogate", with(r#","note":"\ud800 alone""#).into_bytes()),
        ("half an escape", with(r#","note":"\u12""#).into_bytes()),
        ("an unknown escape", with(r#","note":"\x""#).into_bytes()),
        ("a line break in a string", with(",\"note\":\"a\nb\tc\"").into_bytes()),
        ("a number beyond f64", with(r#","seed":1e999"#).into_bytes()),
        ("deep nesting", with(&deep).into_bytes()),
        ("a trailing comma", with(",").into_bytes()),
        ("Python", plain.replace('"', "'").replace('}', ", 'a': None, 'b': True}").into_bytes()),
        ("a byte-order mark", format!("\u{feff}{plain}").into_bytes()),
        ("something behind it", format!("{plain}\n<!-- served by a proxy -->").into_bytes()),
        ("twice", format!("{plain}{plain}").into_bytes()),
        ("zeros behind it", format!("{plain}\0\0").into_bytes()),
        ("a guard against scripts", format!(")]}}',\n{plain}").into_bytes()),
        ("JSON in JSON", Value::from(plain.clone()).to_string().into_bytes()),
        ("UTF-16, little end first", utf16(&format!("\u{feff}{plain}"), u16::to_le_bytes)),
        ("UTF-16, big end first", utf16(&plain, u16::to_be_bytes)),
    ];
    let mut latin = with(r#","note":"caf?""#).into_bytes();
    let mark = latin.iter().position(|byte| *byte == b'?').unwrap();
    latin[mark] = 0xe9;
    cases.push(("Latin-1", latin));
    cases
}

#[tokio::test]
async fn a_result_that_json_readers_refuse_is_handed_over() {
    for (name, body) in hard_to_read() {
        let done = run([status("completed"), bytes(200, body)]).await;
        let done = done.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(done.media_urls(), [URL], "{name}");
        assert_eq!(done.output["image"], URL, "{name}");
    }
}

#[tokio::test]
async fn a_film_inside_of_the_answer_is_handed_over() {
    let film = format!("data:video/mp4;base64,{}", "A".repeat(40 << 20));
    let body = json!({ "request_id": "r-1", "status": "succeeded", "output": { "video": film } });
    let done = run([status("completed"), text(200, &body.to_string())]).await.unwrap();
    assert_eq!(done.media_urls().len(), 1);
    assert_eq!(done.media_urls()[0].len(), film.len());
}

/// Far more than it takes, and far less than what grows with the square of the size.
const SOON: Duration = Duration::from_secs(6);

#[tokio::test]
async fn an_error_of_many_words_is_read_in_passing() {
    let details: Vec<_> = (0..60_000).map(|n| json!(format!("a{n}"))).collect();
    let mut nested = json!("the innermost");
    for _ in 0..100 {
        nested = json!({ "error": nested, "detail": vec!["x".repeat(40); 40] });
    }
    for error in [json!({ "detail": details }), json!(details), nested, json!("x".repeat(4 << 20))]
    {
        let failed = json!({ "request_id": "r-1", "status": "failed", "error": error });
        let start = Instant::now();
        let error = run([json_answer(200, &failed)]).await.unwrap_err();
        assert!(error.is_job_failed());
        let message = error.to_string();
        assert!(message.len() < 4_000, "{}", message.len());
        assert!(start.elapsed() < SOON, "{:?} for {message:.60}", start.elapsed());
    }
}

#[tokio::test]
async fn fifty_thousand_files_are_listed_in_passing() {
    let urls: Vec<_> = (0..50_000).map(|n| format!("https://cdn.runcomfy.net/{n}.png")).collect();
    let body = json!({ "request_id": "r-1", "status": "succeeded", "output": { "images": urls } });
    let done = run([json_answer(200, &body)]).await.unwrap();
    let start = Instant::now();
    assert_eq!(done.media_urls(), urls);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[tokio::test]
async fn links_without_end_are_cut_out_in_passing() {
    for links in ["http:// ", "data:,", "https:\\/\\/"] {
        let page = links.repeat(64 * 1024 / links.len());
        let server = Server::start(accepted_then([text(500, &page)])).await;
        let job = server.client().submit(input()).await.unwrap();
        let start = Instant::now();
        job.status().await.unwrap_err();
        assert!(start.elapsed() < SOON, "{links}: {:?}", start.elapsed());
    }
}
