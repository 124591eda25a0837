//! The catalog, as a simulator and a stubborn server serve it.
#![cfg(all(feature = "client", feature = "simulator"))]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runcomfy::models::google::nano_banana_2::text_to_image::{Input, MODEL};
use runcomfy::simulator::{Faults, ModelSpec, QueuePace, Simulator, SimulatorBuilder};
use runcomfy::{Client, JsonInput, PriceUnit, SchemaDrift};
use serde_json::{Value, json};
use support::{Act, Server, input, json_answer, script, text};

fn many(count: usize) -> impl Iterator<Item = ModelSpec> {
    (0..count).map(|number| {
        let (task, kind) = match number % 3 {
            0 => ("text-to-image", "model"),
            1 => ("image-to-video", "model"),
            _ => ("text-to-audio", "workflow"),
        };
        ModelSpec::new(format!("acme/model-{number:04}/{task}"), json!({ "type": "object" }))
            .description(format!("Makes things, {number}."))
            .catalog_kind(kind)
            .price_usd(0.5)
    })
}

async fn started(builder: SimulatorBuilder) -> (Simulator, Client) {
    let simulator = builder.start().await.unwrap();
    let client = client_of(&simulator);
    (simulator, client)
}

fn client_of(simulator: &Simulator) -> Client {
    Client::builder()
        .token("t")
        .base_url(simulator.url())
        .poll_between(Duration::ZERO, Duration::from_millis(5))
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_comes_once_through_bad_weather() {
    let faults = r#"{ "seed": 3, "rules": [
        { "do": { "answer": { "status": 503, "body": "html" } }, "on": ["catalog"], "chance": 0.15 },
        { "do": { "answer": { "status": 429, "retry_after": 0 } }, "on": ["catalog"], "chance": 0.1 },
        { "do": "reset_after", "on": ["catalog"], "chance": 0.1 },
        { "do": { "answer": { "status": 200,
            "body": { "json": { "error_code": 500001, "error_message": "busy" } } } },
          "on": ["catalog"], "chance": 0.1 }
    ] }"#;
    let builder = Simulator::builder().models(many(1500));
    let (_simulator, client) = started(builder.faults(Faults::from_json(faults).unwrap())).await;
    let mut entries = client.catalog().with_schemas().page_size(40).entries();
    let mut ids = BTreeSet::new();
    while let Some(entry) = entries.next().await {
        // A page that failed five times in a row is asked for again.
        let Ok(entry) = entry else { continue };
        assert!(entry.input_schema.is_some());
        assert!(ids.insert(entry.model_id));
    }
    assert_eq!((ids.len(), entries.total(), entries.offset()), (1500, Some(1500), 1500));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalog_is_searched_and_entered_in_the_middle() {
    let (_simulator, client) = started(Simulator::builder().models(many(1500))).await;
    let found = client.catalog().search("MODEL-07 text").category("text-to-image").kind("model");
    let found = found.list().await.unwrap();
    assert_eq!(found.len(), 33);
    assert!(found.iter().all(|entry| entry.model_id.starts_with("acme/model-07")));
    assert_eq!(found[0].input_schema, None);

    let films = client.catalog().category("image-to-video").list().await.unwrap();
    assert_eq!(films.len(), 500);
    assert!(films.iter().all(|entry| entry.categories == ["image-to-video"]));

    let rest = client.catalog().starting_at(1490).list().await.unwrap();
    assert_eq!((rest.len(), &*rest[0].model_id), (10, "acme/model-1490/text-to-audio"));

    let categories = client.catalog().categories().await.unwrap();
    assert_eq!(categories, ["image-to-video", "text-to-audio", "text-to-image"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_tells_the_price() {
    let (_simulator, client) = started(Simulator::builder().models(many(3))).await;
    let id = "acme/model-0001/image-to-video";
    let entry = client.catalog().entry(id).await.unwrap();
    let price = entry.price.unwrap();
    assert_eq!((price.usd, price.unit), (0.5, PriceUnit::Output));
    assert_eq!(entry.display_name.as_deref(), Some("Model 0001 Image To Video"));

    let input = JsonInput::new(id, json!({ "num_videos": 3 }));
    let estimate = client.catalog().estimate(&input).await.unwrap();
    assert!((estimate.usd - 1.5).abs() < 1e-9 && !estimate.is_lower_bound, "{estimate}");

    let error = client.catalog().entry("acme/nothing").await.unwrap_err();
    assert!(error.is_unknown_model() && !error.may_have_cost(), "{error}");
    let error = client.catalog().entry("acme/../x").await.unwrap_err();
    assert!(error.is_config(), "{error}");
}

#[tokio::test]
async fn a_page_that_does_not_come_can_be_asked_for_again() {
    let entry = |id: &str| json!({ "model_id": id });
    let page = |ids: [&str; 2]| json_answer(200, &json!({ "models": ids.map(entry), "total": 4 }));
    let broken = (0..5).map(|_| text(502, "<html>"));
    let acts = [page(["a/1", "a/2"])].into_iter().chain(broken).chain([page(["a/3", "a/4"])]);
    let server = Server::start(script(acts)).await;
    let mut entries = server.client().catalog().page_size(2).entries();
    let mut told = Vec::new();
    while let Some(entry) = entries.next().await {
        told.push(match entry {
            Ok(entry) => entry.model_id,
            Err(error) => {
                assert!(error.is_unreachable() && error.is_safe_to_retry(), "{error}");
                assert!(!error.may_have_cost());
                "error".to_owned()
            }
        });
    }
    assert_eq!(told, ["a/1", "a/2", "error", "a/3", "a/4"]);
    assert_eq!(server.paths()[6], "GET /v1/models?limit=2&offset=2");
}

#[tokio::test]
async fn odd_catalogs_come_to_an_end() {
    let page = |body: Value| json_answer(200, &body);
    let entries = json!([{ "model_id": "a/1" }, { "no": "id" }, 7, { "model_id": "a/2" }]);
    // It pays no attention to the offset, and names no total.
    let server = Server::start(script([page(json!({ "models": entries }))])).await;
    let listed = server.client().catalog().list().await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(server.seen().len(), 2);

    let server = Server::start(script([page(json!({ "models": [], "total": 9 }))])).await;
    assert_eq!(server.client().catalog().list().await.unwrap(), []);

    let server = Server::start(script([page(json!({ "models": "none" }))])).await;
    let error = server.client().catalog().list().await.unwrap_err();
    assert!(error.is_unreachable(), "{error}");
    assert!(error.to_string().contains("not of the known form"), "{error}");
}

#[tokio::test]
async fn what_the_catalog_refuses_is_not_asked_again() {
    let refusal = json!({ "error_code": 400_004, "error_message": "no such token" });
    let server = Server::start(script([json_answer(400, &refusal)])).await;
    let error = server.client().catalog().categories().await.unwrap_err();
    assert!(error.is_auth() && !error.may_have_cost(), "{error}");
    assert_eq!(server.seen().len(), 1);

    let busy = text(429, "{}").header("retry-after", "3600");
    let server = Server::start(script([busy])).await;
    let error = server.client().catalog().categories().await.unwrap_err();
    assert!(error.is_unreachable(), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(server.seen().len(), 1);
}

/// The service is busy and says: now.
#[tokio::test]
async fn an_odd_hint_does_not_remove_the_pause_between_tries() {
    for hint in ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "soon", "-5"] {
        let server = Server::start(script([text(429, "{}").header("retry-after", hint)])).await;
        let pause = Duration::from_millis(40);
        let client = server.builder().poll_between(Duration::ZERO, pause).build().unwrap();
        let start = std::time::Instant::now();
        let error = client.catalog().categories().await.unwrap_err();
        assert!(error.is_unreachable(), "{error}");
        assert_eq!(server.seen().len(), 5, "{hint}");
        assert!(start.elapsed() >= pause * 4, "{hint}: {:?}", start.elapsed());
    }
}

fn newer(change: impl FnOnce(&mut Value)) -> ModelSpec {
    let mut schema: Value = serde_json::from_str(MODEL.input_schema).unwrap();
    change(&mut schema);
    ModelSpec::new(MODEL.id, schema)
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_told_once_for_each_model_and_stops_nothing() {
    let model = newer(|schema| {
        schema["properties"]["prompt"]["maxLength"] = json!(20);
        schema["properties"]["new_field"] = json!({ "type": "string" });
    });
    let simulator =
        Simulator::builder().model(model).queue(QueuePace::instant()).start().await.unwrap();
    let heard: Arc<Mutex<Vec<SchemaDrift>>> = Arc::default();
    let told = heard.clone();
    let client = Client::builder()
        .token("t")
        .base_url(simulator.url())
        .poll_between(Duration::ZERO, Duration::from_millis(5))
        .on_schema_drift(move |drift| {
            told.lock().unwrap().push(drift.clone());
            panic!("hooks may");
        })
        .build()
        .unwrap();
    for _ in 0..3 {
        client.run(Input::new("a lighthouse")).await.unwrap();
    }
    // A call by id has no schema to be held against.
    client.run(JsonInput::new(MODEL.id, json!({ "prompt": "x" }))).await.unwrap();
    for _ in 0..500 {
        if !heard.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let heard = heard.lock().unwrap().clone();
    let told: Vec<String> = heard.iter().map(ToString::to_string).collect();
    let expected = "google/nano-banana-2/text-to-image: /new_field is new; \
        breaking: /prompt has the maxLength 20, and had ";
    assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
    assert!(heard[0].is_breaking());
    assert_eq!(client.catalog().drift(&MODEL).await.unwrap(), Some(heard[0].clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_drift_is_told_of_schemas_that_are_the_same() {
    let (_simulator, client) = started(Simulator::builder().compiled_models()).await;
    for model in runcomfy::models::ALL {
        assert_eq!(client.catalog().drift(model).await.unwrap(), None, "{}", model.id);
    }
}

#[tokio::test]
async fn a_catalog_that_is_down_keeps_no_job_waiting() {
    let server = Server::start(|seen: &support::Seen| {
        if seen.method == "POST" {
            json_answer(200, &json!({ "request_id": "r-1" }))
        } else if seen.path.starts_with("/v1/models/") {
            Act::Hang
        } else {
            support::success()
        }
    })
    .await;
    let client = server.builder().on_schema_drift(|_| panic!("it heard of nothing")).build();
    client.unwrap().run(Input::new("a lighthouse")).await.unwrap();
    // And without a hook nobody asks.
    let before = server.seen().len();
    server.client().run(Input::new("a lighthouse")).await.unwrap();
    server.client().run(input()).await.unwrap();
    let asked = server.seen()[before..].iter().filter(|seen| seen.path == "/v1/models").count();
    assert_eq!(asked, 0);
}
