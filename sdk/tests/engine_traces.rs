//! What a run tells a subscriber. Alone in its program, because the subscriber is the program's.
#![cfg(feature = "client")]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;
#[path = "support/trace.rs"]
mod trace;

use std::time::Duration;

use runcomfy::models::google::nano_banana_2::text_to_image::Input;
use serde_json::json;

use support::{
    Act, MODEL, Server, TOKEN, accepted_then, input, json_answer, script, status, success,
};
use trace::{Recorder, SpanTold};

const RUN: [&str; 12] = [
    "error.type",
    "gen_ai.operation.name",
    "gen_ai.output.type",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.id",
    "otel.kind",
    "otel.name",
    "otel.status_code",
    "runcomfy.cost_usd",
    "runcomfy.polls",
    "server.address",
];

/// One test: the subscriber is the program's.
#[tokio::test]
async fn a_run_is_one_span_by_the_conventions_and_tells_no_secret() {
    let recorder = Recorder::default();
    tracing::subscriber::set_global_default(recorder.clone()).unwrap();
    let echo =
        json_answer(500, &json!({ "error_message": format!("{TOKEN} https://a/b?sig=hush") }));
    let acts = [echo, Act::Reset, status("in_queue"), status("in_progress"), success()];
    let server = Server::start(accepted_then(acts)).await;
    server.client().run(input()).await.unwrap();
    let refused = Server::start(script([Act::Reset])).await;
    refused.client().run(input()).await.unwrap_err();
    let slow = Server::start(accepted_then([status("in_queue")])).await;
    let job = slow.client().submit(Input::new("a secret lighthouse")).await.unwrap();
    job.wait().timeout(Duration::from_millis(20)).await.unwrap_err();

    let told = recorder.text();
    for secret in [TOKEN, "hush", "a secret lighthouse"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    assert!(told.contains("outcome of the submit is unknown"), "{told}");

    let runs = recorder.spans("runcomfy.run");
    assert_eq!(runs.len(), 2, "one for each run: {told}");
    let field = |span: &SpanTold, name: &str| {
        span.fields.get(name).map(|value| value.trim_matches('"').to_owned())
    };
    let expected = [
        ("gen_ai.operation.name", "generate_content"),
        ("gen_ai.provider.name", "runcomfy"),
        ("gen_ai.request.model", MODEL),
        ("gen_ai.response.id", "r-1"),
        ("otel.name", "generate_content acme/paint/text-to-image"),
        ("otel.kind", "client"),
        ("server.address", "127.0.0.1"),
        ("server.port", &server.address.port().to_string()),
        ("runcomfy.polls", "5"),
        ("runcomfy.cost_usd", "0.04"),
    ];
    for (name, value) in expected {
        assert_eq!(field(&runs[0], name).as_deref(), Some(value), "{name}: {:?}", runs[0]);
    }
    for name in ["runcomfy.queue_seconds", "runcomfy.run_seconds"] {
        let seconds: f64 = field(&runs[0], name).unwrap().parse().unwrap();
        assert!((0.0..60.0).contains(&seconds), "{name}: {seconds}");
    }
    assert_eq!(field(&runs[0], "error.type"), None);
    assert_eq!(field(&runs[1], "error.type").as_deref(), Some("outcome_unknown"));
    assert_eq!(field(&runs[1], "otel.status_code").as_deref(), Some("ERROR"));

    // Everything of a run is inside of it; a wait by itself has a span of its own.
    let submits = recorder.spans("runcomfy.submit");
    let parents: Vec<_> = submits.iter().map(|span| span.parent).collect();
    assert_eq!(parents, [Some("runcomfy.run"), Some("runcomfy.run"), None]);
    let waits = recorder.spans("runcomfy.wait");
    assert_eq!(waits.len(), 1, "{waits:?}");
    assert_eq!(field(&waits[0], "error.type").as_deref(), Some("deadline"));
    assert_eq!(field(&waits[0], "gen_ai.response.id").as_deref(), Some("r-1"));
    let calls = recorder.spans("runcomfy.http");
    assert!(calls.iter().all(|call| call.parent.is_some()), "{calls:?}");
    let of_run = calls.iter().filter(|call| call.parent == Some("runcomfy.run"));
    let of_run: Vec<_> = of_run.map(|call| field(call, "url.template").unwrap()).collect();
    assert_eq!(of_run.len(), 5);
    assert!(of_run[0].starts_with("/v1/requests/{request_id}/"), "{of_run:?}");
    assert_eq!(field(&calls[0], "url.template").as_deref(), Some("/v1/models/{model_id}"));
    assert_eq!(field(&calls[0], "http.response.status_code").as_deref(), Some("200"));

    // What is recorded is what the docs list.
    let docs = include_str!("../src/lib.rs");
    let names = [&runs[..], &submits, &waits, &calls].concat();
    for name in names.iter().flat_map(|span| span.fields.keys()) {
        assert!(docs.contains(&format!("`{name}`")), "{name} is not documented");
    }
    assert!(RUN.iter().all(|name| docs.contains(&format!("`{name}`"))));
}
