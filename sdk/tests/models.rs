//! Generated models, a client and the simulator, end to end.

use runcomfy::models::google::nano_banana_2::text_to_image::{AspectRatio, Input, OutputFormat};
use runcomfy::simulator::{QueuePace, Simulator};
use runcomfy::{Client, JsonInput};
use serde_json::json;
use tokio::task::JoinSet;

async fn service() -> (Client, Simulator) {
    let simulator = Simulator::builder()
        .compiled_models()
        .queue(QueuePace::polls(1, 1))
        .picture_side(64)
        .start()
        .await
        .unwrap();
    let client = Client::builder().token("any").base_url(simulator.url()).build().unwrap();
    (client, simulator)
}

#[tokio::test]
async fn a_typed_input_becomes_a_typed_result_and_is_paid_once() {
    let (client, simulator) = service().await;
    let input = Input::new("a lighthouse")
        .aspect_ratio(AspectRatio::_4_3)
        .output_format(OutputFormat::Webp);
    let done = client.run(input).await.unwrap();
    let image = done.output.image.as_ref().expect("a picture");
    assert_eq!(done.media_urls(), [image.first().unwrap()]);
    assert_eq!(done.cost, Some(0.04));
    assert_eq!(simulator.billed(done.request_id()), Some(true));
    assert_eq!(simulator.ledger().submits_received, 1);
}

#[tokio::test]
async fn what_is_wrong_is_refused_before_anything_is_sent() {
    let (client, simulator) = service().await;
    let error = client.run(Input::new("x").num_images(9)).await.unwrap_err();
    assert!(error.is_invalid_input() && !error.may_have_cost());
    let message = error.to_string();
    for part in ["/num_images", "9", "4"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(simulator.ledger().submits_received, 0);
}

#[tokio::test]
async fn a_key_that_came_in_by_reading_is_refused_and_one_that_was_added_is_sent() {
    let (client, simulator) = service().await;
    let read = Input::from_json(r#"{"prompt": "x", "num_image": 2}"#).unwrap();
    let error = client.submit(read.clone()).await.unwrap_err().to_string();
    assert!(
        error.contains("/num_image: ") && error.contains("did you mean `num_images`?"),
        "{error}"
    );
    assert_eq!(simulator.ledger().submits_received, 0);

    let on_purpose = Input::new("x").extra("num_image", 2);
    assert_eq!(on_purpose.to_json(), read.to_json());
    client.run(on_purpose).await.unwrap();
    assert_eq!(simulator.ledger().billed, 1);
}

#[tokio::test]
async fn a_call_by_id_is_the_same_call() {
    let (client, simulator) = service().await;
    let id = Input::MODEL_ID;
    let done =
        client.run(JsonInput::new(id, json!({"prompt": "x", "num_images": 2}))).await.unwrap();
    assert_eq!(done.media_urls().len(), 2);
    // The service is the only judge of plain JSON: the simulator asks the `jsonschema` crate.
    let error = client.run(JsonInput::new(id, json!({"num_images": 9}))).await.unwrap_err();
    assert!(error.is_rejected_input(), "{error}");
    assert_eq!(simulator.ledger().billed, 1);
}

#[tokio::test]
async fn every_compiled_model_takes_what_its_schema_calls_the_least() {
    let (client, simulator) = service().await;
    let values = json!({"prompt": "x", "tags": "pop", "duration": 5, "resolution": "1080P"});
    let mut runs = JoinSet::new();
    for model in runcomfy::models::ALL {
        let schema: serde_json::Value = serde_json::from_str(model.input_schema).unwrap();
        let mut input = serde_json::Map::new();
        for name in
            schema["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str())
        {
            let property = &schema["properties"][name];
            let url = json!("https://example.com/file");
            let value = match (property["type"].as_str(), property["enum"].get(0)) {
                (_, Some(first)) => first.clone(),
                (Some("array"), _) => json!([url]),
                _ if property["format"].is_string() => url,
                _ => values.get(name).cloned().unwrap_or_else(|| json!("x")),
            };
            input.insert(name.to_owned(), value);
        }
        let input = serde_json::Value::Object(input);
        assert_eq!(model.read_input(&input).unwrap(), input, "{}", model.id);
        let client = client.clone();
        runs.spawn(async move { (model.id, client.run(JsonInput::new(model.id, input)).await) });
    }
    for (id, done) in runs.join_all().await {
        assert!(done.is_ok_and(|done| !done.media_urls().is_empty()), "{id}");
    }
    assert_eq!(simulator.ledger().billed, runcomfy::models::ALL.len() as u64);
}
