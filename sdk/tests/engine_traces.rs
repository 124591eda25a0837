//! What a run tells a subscriber. Alone in its program, because the subscriber is the program's.
#![cfg(feature = "client")]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;
#[path = "support/trace.rs"]
mod trace;

use serde_json::json;

use support::{Act, Server, TOKEN, accepted_then, input, json_answer, script, status, success};
use trace::Recorder;

#[tokio::test]
async fn a_run_is_one_span_with_its_id_and_no_secret() {
    let recorder = Recorder::default();
    tracing::subscriber::set_global_default(recorder.clone()).unwrap();
    let echo =
        json_answer(500, &json!({ "error_message": format!("{TOKEN} https://a/b?sig=hush") }));
    let acts = [echo, Act::Reset, status("in_progress"), success()];
    let server = Server::start(accepted_then(acts)).await;
    server.client().run(input()).await.unwrap();
    let refused = Server::start(script([Act::Reset])).await;
    refused.client().run(input()).await.unwrap_err();

    let told = recorder.text();
    for secret in [TOKEN, "hush", "a secret lighthouse"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    let runs: Vec<_> = told.lines().filter(|line| line.contains("runcomfy.run")).collect();
    assert_eq!(runs.len(), 2, "one for each run: {told}");
    let recorded = |line: &str| line.starts_with("record") && line.contains("request_id=\"r-1\"");
    assert!(told.lines().any(recorded), "{told}");
    assert!(told.contains("outcome of the submit is unknown"), "{told}");
}
