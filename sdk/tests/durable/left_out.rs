//! What a download leaves out of a result, and whether its job counts as collected then.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use runcomfy::{Client, Completed, DownloadEvent, JsonInput};
use serde_json::{Value, json};

use super::service::{listed, made, picture, service, with_journal};
use crate::support::{MODEL, Server, input, text};

const ELSEWHERE: &str = "https://files.example/2.png?sig=hush";

async fn with_output(output: Value) -> (Server, tempfile::TempDir) {
    let result = json!({ "status": "succeeded", "output": output });
    (service(move |_| result.clone(), picture).await, tempfile::tempdir().unwrap())
}

/// Downloads a result, which succeeds, and says what it has left out.
async fn save(client: &Client, done: &Completed<Value>, dir: &Path) -> Vec<String> {
    let mut events = client.download(done).to(dir.join("pictures")).retries(0).events();
    let mut left_out = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            DownloadEvent::Skipped { reason, .. } | DownloadEvent::Unclear { reason } => {
                assert!(!reason.contains("hush"), "{reason}");
                left_out.push(reason);
            }
            DownloadEvent::Finished(saved) => drop(saved.unwrap()),
            _ => {}
        }
    }
    left_out
}

#[tokio::test]
async fn what_may_be_a_file_and_was_not_saved_keeps_its_job_listed() {
    let gif = "R0lGODlh".repeat(16);
    let outputs = [
        json!({ "images": ["http://HOST/a.gif", ELSEWHERE] }),
        json!({ "images": ["http://HOST/a.gif"], "mask": ELSEWHERE }),
        json!({ "images": ["http://HOST/a.gif", "http://files.example/2.png"] }),
        json!({ "images": ["http://HOST/a.gif", "2.png"] }),
        json!({ "images": ["http://HOST/a.gif", "my cat.png"] }),
        json!({ "images": ["http://HOST/a.gif", "asset:2"] }),
        json!({ "images": ["http://HOST/a.gif", { "url": "outputs/2" }] }),
        json!({ "images": ["http://HOST/a.gif"], "video": "s3://bucket/2.mp4?sig=hush" }),
        json!({ "images": ["http://HOST/a.gif"], "file": "/outputs/2.mp4" }),
        json!({ "images": ["http://HOST/a.gif"], "preview": gif }),
        json!({ "images": ["http://HOST/a.gif"], "preview": "A1b2".repeat(256) }),
        json!({ "images": ["http://HOST/a.gif"], "text": format!("![the other one]({ELSEWHERE})") }),
        json!({ "images": ["http://HOST/a.gif"], "html": format!("<video src='{ELSEWHERE}'>") }),
        json!({ "images": ["http://HOST/a.gif"], "more": format!("{{\"url\":\"{ELSEWHERE}\"}}") }),
        json!({ "images": ["http://HOST/a.gif"], "files": { ELSEWHERE: { "width": 8 } } }),
        json!(["http://HOST/a.gif", "outputs/2"]),
    ];
    for output in outputs {
        let (server, dir) = with_output(output.clone()).await;
        let client = with_journal(&server, dir.path());
        let done = client.run(input()).await.unwrap();
        assert_eq!(save(&client, &done, dir.path()).await.len(), 1, "{output}");
        assert_eq!(listed(&client).await, ["r-1"], "{output}");
        done.collect();
        assert_eq!(listed(&client).await, [""; 0], "{output}: whoever says so");
    }
}

#[tokio::test]
async fn a_file_beside_the_output_keeps_the_job_listed() {
    let result = json!({ "status": "succeeded", "output": { "images": ["http://HOST/a.gif"] },
        "video": "http://HOST/b.mp4" });
    let server = service(move |_| result.clone(), picture).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let done = client.run(input()).await.unwrap();
    assert_eq!(save(&client, &done, dir.path()).await.len(), 1);
    assert_eq!(listed(&client).await, ["r-1"]);
}

#[tokio::test]
async fn ordinary_outputs_are_collected() {
    let outputs = [
        json!("http://HOST/a.gif"),
        json!(["http://HOST/a.gif", "http://HOST/b.gif"]),
        json!({ "image": "http://HOST/a.gif", "images": [], "video": null, "audio": "" }),
        json!({ "images": [{ "url": "http://HOST/a.gif", "width": 8, "content_type": "image/gif",
            "file_name": "a.gif", "path": "/tmp/out/a.gif", "sha256": "9f86d081".repeat(8) }] }),
        json!({ "images": ["http://HOST/a.gif"], "seed": 7, "ratio": "16:9", "at": "12:30:05",
            "model": "acme/paint/text-to-image", "has_nsfw_concepts": [false],
            "prompt": "a lighthouse / a harbour: storm, 4:3; 50 % off", "negative": "n/a" }),
        json!({ "images": ["http://HOST/a.gif"], "text": "saved as http://HOST/a.gif." }),
        json!({ "images": ["http://HOST/a.gif"], "thumb": "data:image/gif;base64,R0lGODlhIHg=" }),
        json!({ "images": ["http://HOST/a.gif"], "thumb": "data:;base64,R0lGODlhIHg=" }),
    ];
    for output in outputs {
        let (server, dir) = with_output(output.clone()).await;
        let client = with_journal(&server, dir.path());
        let done = client.run(input()).await.unwrap();
        assert_eq!(save(&client, &done, dir.path()).await, [""; 0], "{output}");
        assert_eq!(listed(&client).await, [""; 0], "{output}");
    }
}

/// What the input held is nothing that the job made, in whatever process it is downloaded.
#[tokio::test]
async fn what_the_job_was_given_keeps_nothing_listed() {
    let given = json!({
        "prompt": format!("like {ELSEWHERE}, but blue"),
        "image_urls": [ELSEWHERE, "https://files.example/my cat.png", "data:image/gif;base64,R0lGODlhIHg="],
        "lora": { "path": "hf://acme/style" },
    });
    let output =
        json!({ "images": ["http://HOST/a.gif"], "input": given, "video": "hf://acme/style" });
    for way in ["at once", "later", "compacted"] {
        let (server, dir) = with_output(output.clone()).await;
        let client = with_journal(&server, dir.path());
        let job = client.submit(JsonInput::new(MODEL, given.clone())).await.unwrap();
        let client = if way == "at once" { client } else { with_journal(&server, dir.path()) };
        if way == "compacted" {
            client.journal().unwrap().compact().unwrap();
        }
        let done = client.resume_json(job.token().clone()).await.unwrap();
        let skipped = save(&client, &done, dir.path()).await;
        assert!(skipped.iter().all(|why| why.ends_with("the job was given it")), "{skipped:?}");
        assert_eq!(listed(&client).await, [""; 0], "{way}");
        let journal = std::fs::read_to_string(dir.path().join("journal")).unwrap();
        assert!(!journal.contains("files.example") && !journal.contains("hush"), "{journal}");
    }
}

/// A job that hands on what it was given has made nothing else.
#[tokio::test]
async fn what_is_handed_on_keeps_nothing_listed() {
    let (server, dir) = with_output(json!({ "images": ["http://HOST/a.gif", ELSEWHERE] })).await;
    let client = with_journal(&server, dir.path());
    let given = json!({ "image_urls": [server.url("/a.gif"), ELSEWHERE] });
    let done = client.run(JsonInput::new(MODEL, given)).await.unwrap();
    assert_eq!(save(&client, &done, dir.path()).await.len(), 1);
    assert_eq!(listed(&client).await, [""; 0]);
}

/// A host may have something else in its place for a while: a poster, a word that it is not ready.
#[tokio::test]
async fn what_is_no_medium_of_the_kind_that_it_should_be_keeps_its_job_listed() {
    let cases = [
        ("a.mp4", "video/mp4", "GIF89a and so on", false),
        ("a.mp4", "video/mp4", "8BPS\0\x01", true),
        ("a.mp4", "application/json", "{\"state\":\"processing\"}", true),
        ("a", "video/mp4", "{\"state\":\"processing\"}", true),
        ("a.m3u8", "audio/mpegurl", "#EXTM3U\nsegment-1.aac\n", true),
        ("a.png", "image/png", "\x01\x02\x03", true),
        ("a.mp3", "audio/mpeg", "GIF89a and so on", true),
        ("a.png", "image/png", "GIF89a and so on", false),
        ("a.json", "application/json", "{\"frames\":[1]}", false),
        ("a.new", "image/x-new", "\x01\x02\x03", false),
        ("a.stl", "model/stl", "\x01\x02\x03", false),
        ("a", "application/octet-stream", "\x01\x02\x03", false),
    ];
    for (name, media_type, body, is_other) in cases {
        let server = service(
            move |_| made(&[name]),
            move |_| text(200, body).header("content-type", media_type),
        )
        .await;
        let dir = tempfile::tempdir().unwrap();
        let client = with_journal(&server, dir.path());
        let done = client.run(input()).await.unwrap();
        client.download(&done).to(dir.path().join("media")).await.unwrap();
        let expected: &[&str] = if is_other { &["r-1"] } else { &[] };
        assert_eq!(listed(&client).await, expected, "{name} {media_type} {body}");
    }
}

/// The rest of a download is not the rest of the job.
#[tokio::test]
async fn what_was_left_out_is_not_forgotten_when_the_rest_is_there() {
    let broken = Arc::new(AtomicBool::new(true));
    let result = json!({ "status": "succeeded",
        "output": { "images": ["http://HOST/a.gif", "http://HOST/b.gif", ELSEWHERE] } });
    let breaks = broken.clone();
    let server = service(
        move |_| result.clone(),
        move |seen| {
            let fails = seen.path.contains('b') && breaks.load(Ordering::SeqCst);
            if fails { text(404, "gone") } else { picture(seen) }
        },
    )
    .await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let done = client.run(input()).await.unwrap();
    let download = || client.download(&done).to(dir.path().join("pictures"));
    let error = download().await.unwrap_err();
    let again = client.download(&error).to(dir.path().join("pictures")).await.unwrap_err();
    broken.store(false, Ordering::SeqCst);
    for error in [error, again] {
        let rest = client.download(&error).to(dir.path().join("pictures")).await.unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!(listed(&client).await, ["r-1"], "one file is on another host");
    }
    // Whoever trusts the host has to get that file, too.
    let error = download().allow_host("files.example").retries(0).await.unwrap_err();
    assert_eq!(error.failed_files().len(), 1);
    assert_eq!(listed(&client).await, ["r-1"]);
    error.collect();
    assert_eq!(listed(&client).await, [""; 0]);
}
