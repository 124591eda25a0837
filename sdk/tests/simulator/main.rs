//! The simulator, seen through real sockets.

mod answers;
mod catalog;
mod connections;
mod endings;
mod faults;
mod files;
mod http;
mod media;
mod pictures;
mod queue;

use runcomfy::simulator::{Faults, ModelSpec, QueuePace, Rule, Simulator, SimulatorBuilder};
use serde_json::{Value, json};

const PAINT: &str = "acme/paint/text-to-image";

/// A model with some of everything.
fn paint() -> ModelSpec {
    let schema = json!({
        "type": "object",
        "properties": {
            "prompt": { "type": "string", "maxLength": 100 },
            "num_images": { "type": "integer", "minimum": 1, "maximum": 4 },
            "aspect_ratio": { "enum": ["1:1", "16:9", "9:16"], "default": "16:9" },
            "output_format": { "enum": ["jpeg", "png", "webp"] },
            "strength": { "type": "float", "maximum": 1 },
            "image_urls": { "type": "array", "format": "image_uris" },
            "loras": { "type": "array", "items": { "required": ["path"] } },
            "seed": { "type": "integer" },
        },
        "required": ["prompt"],
        "additionalProperties": false,
    });
    ModelSpec::new(PAINT, schema).price_usd(0.04)
}

/// A simulator whose jobs are done at the first poll, and whose pictures are tiny.
fn quick() -> SimulatorBuilder {
    Simulator::builder().model(paint()).queue(QueuePace::instant()).picture_side(64)
}

fn submit(simulator: &Simulator, input: &Value) -> http::Reply {
    http::post(&model_url(simulator), input)
}

fn model_url(simulator: &Simulator) -> String {
    format!("{}/v1/models/{PAINT}", simulator.url())
}

/// Submits an input that is accepted; the job's id.
fn accepted(simulator: &Simulator, input: &Value) -> String {
    let reply = submit(simulator, input);
    assert_eq!(reply.status, 200, "{reply:?}");
    let id = reply.json()["request_id"].as_str().map(str::to_owned);
    id.expect("an id")
}

/// `GET /v1/requests/{id}/{what}`.
fn look(simulator: &Simulator, id: &str, what: &str) -> http::Reply {
    http::get(&format!("{}/v1/requests/{id}/{what}", simulator.url()))
}

/// A simulator where this goes wrong.
async fn with(rule: Rule) -> Simulator {
    quick().faults(Faults::new().rule(rule)).start().await.unwrap()
}

fn lighthouse() -> Value {
    json!({ "prompt": "a lighthouse" })
}

/// The URL of a picture.
fn file_url(simulator: &Simulator) -> String {
    let id = accepted(simulator, &lighthouse());
    let result = look(simulator, &id, "result").json();
    result["output"]["image"].as_str().unwrap().to_owned()
}
