//! With everything turned on, neither the token nor the query of a URL is shown or written anywhere.
//! Alone in its program, because the subscriber and the panic hook are the program's.
#![cfg(all(feature = "client", feature = "models"))]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;
#[path = "support/trace.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod trace;

mod secrets {
    mod places;
}

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runcomfy::models::qwen::qwen_image_3_0::edit::Input;
use runcomfy::{Client, Image};
use serde_json::json;
use support::{Act, Seen, Server, TOKEN, json_answer, status, text};
use trace::Recorder;

/// What may be shown nowhere. The prompt is the user's as well.
const SECRETS: [&str; 3] = [TOKEN, "hush", "a secret lighthouse"];

#[derive(Clone, Default)]
struct Shown(Arc<Mutex<String>>);

impl Shown {
    fn add(&self, what: &dyn Debug) {
        write!(self.0.lock().unwrap(), "{what:?}\n{what:#?}\n").unwrap();
    }

    fn error(&self, error: &runcomfy::Error) {
        self.add(error);
        self.add(&error.to_string());
        self.add(&error.body_excerpt());
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            self.add(&format!("{cause} {cause:?}"));
            source = cause.source();
        }
    }
}

fn input() -> Input {
    of("a secret lighthouse")
}

fn of(prompt: &str) -> Input {
    Input::new(prompt, [Image::url("https://example.com/cat.png?sig=hush")])
}

/// A service that echoes what it is sent wherever it can.
fn service() -> impl FnMut(&Seen) -> Act + Send + 'static {
    let echo = format!("{TOKEN} may not fetch https://a.b/c.png?sig=hush");
    let (mut posts, mut polls, mut catalog) = (0, 0, 0);
    move |seen| {
        let is_poll = seen.path.starts_with("/v1/requests/");
        let count = match &*seen.method {
            "POST" => &mut posts,
            _ if is_poll => &mut polls,
            _ => &mut catalog,
        };
        *count += 1;
        // The third poll of a job tells its end; one in three fails.
        match (&*seen.method, is_poll, *count % if is_poll { 9 } else { 6 }) {
            ("POST", _, 0) => {
                json_answer(429, &json!({ "error_message": echo })).header("retry-after", "0")
            }
            ("POST", _, 1) => {
                json_answer(422, &json!({ "detail": [{ "loc": ["x"], "msg": echo }] }))
            }
            ("POST", _, 2) => text(502, &echo),
            ("POST", ..) => {
                json_answer(200, &json!({ "request_id": "r-1", "status_url": "https://a/?hush" }))
            }
            (_, false, _) => {
                json_answer(200, &json!({ "model_id": "a/b", "input_schema": { "title": echo } }))
            }
            (_, true, 0 | 3 | 6) => text(500, &echo),
            (_, true, 1 | 4 | 7) => status("in_progress"),
            (_, true, 2) => json_answer(200, &json!({ "status": "failed", "error": echo })),
            (_, true, _) => json_answer(
                200,
                &json!({ "status": "succeeded", "output": { "image": "https://evil.example/a.png?sig=hush" } }),
            ),
        }
    }
}

#[tokio::test]
async fn no_secret_is_shown_or_written() {
    let recorder = Recorder::default();
    tracing::subscriber::set_global_default(recorder.clone()).unwrap();
    let shown = Shown::default();
    let panics = shown.clone();
    std::panic::set_hook(Box::new(move |panic| panics.add(&panic.to_string())));

    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(service()).await;
    let heard = shown.clone();
    let drifted = shown.clone();
    let builder = server
        .builder()
        .journal(dir.path().join("jobs"))
        .on_submitted(move |job| {
            heard.add(job);
            panic!("a hook may panic");
        })
        .on_schema_drift(move |drift| drifted.add(drift));
    shown.add(&builder);
    let client = builder.build().unwrap();
    shown.add(&client);
    shown.add(&of("whoever shows an input shows its prompt"));
    shown.add(&client.catalog());

    let mut ends = (0, 0);
    for _ in 0..40 {
        match client.run(input()).await {
            Ok(done) => {
                ends.0 += 1;
                shown.add(&done);
                let download = client.download(&done).to(dir.path()).retries(0);
                shown.add(&download);
                let mut events = download.events();
                while let Some(event) = events.next().await {
                    shown.add(&event);
                }
            }
            Err(error) => {
                ends.1 += 1;
                shown.error(&error);
            }
        }
        match client.submit(input()).await {
            Ok(job) => {
                shown.add(&job);
                shown.add(&job.token().to_string());
                let mut events = job.events();
                while let Some(event) = events.next().await {
                    shown.add(&event);
                }
            }
            Err(error) => shown.error(&error),
        }
    }
    shown.add(&client.recover().await.unwrap());
    let mut results = client.batch([input(), input(), input()]).named("n").start().await.unwrap();
    shown.add(&results);
    while let Some(item) = results.next().await {
        shown.add(&item);
    }
    let task = tokio::spawn(async move { panic!("{client:?} {:?}", of("x")) });
    shown.add(&task.await.unwrap_err());
    tokio::time::sleep(Duration::from_millis(50)).await;

    let _ = std::panic::take_hook();
    assert!(ends.0 > 5 && ends.1 > 5, "some of both: {ends:?}");
    let shown = shown.0.lock().unwrap().clone();
    let told = recorder.text();
    for (what, text) in [("Debug and Display", &shown), ("the log", &told)] {
        assert!(text.len() > 10_000, "{what}: {text}");
        for secret in SECRETS {
            let around = text.find(secret).map(|at| &text[at.saturating_sub(300)..at + 20]);
            assert_eq!(around, None, "{what} has {secret}");
        }
    }
    let mut written = 0;
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        written += bytes.len();
        for secret in SECRETS {
            let has = bytes.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            assert!(!has, "a file has {secret}");
        }
    }
    assert!(written > 1000, "{written}");
    let bad = Client::builder().token(TOKEN).base_url(format!("https://me:{TOKEN}@h?hush"));
    let error = bad.build().unwrap_err();
    assert!(SECRETS.iter().all(|secret| !format!("{error} {error:?}").contains(secret)));
}
