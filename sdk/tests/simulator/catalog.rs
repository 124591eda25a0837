use runcomfy::simulator::{ModelSpec, Simulator};
use serde_json::{Value, json};

use super::http;

fn many(count: usize) -> impl Iterator<Item = ModelSpec> {
    (0..count).map(|number| {
        let (task, kind) = match number % 3 {
            0 => ("text-to-image", "model"),
            1 => ("image-to-video", "model"),
            _ => ("text-to-audio", "workflow"),
        };
        // Broken on purpose: no schema is compiled until an input comes.
        let schema = json!({ "$ref": "#/nowhere", "number": number });
        ModelSpec::new(format!("acme/model-{number:04}/{task}"), schema)
            .description(format!("Makes things, {number}."))
            .catalog_kind(kind)
            .price_usd(0.5)
    })
}

fn ids(page: &Value) -> Vec<&str> {
    let models = page["models"].as_array().unwrap();
    models.iter().map(|model| model["model_id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_catalog_is_paged_to_its_end() {
    let simulator = Simulator::builder().models(many(1500)).start().await.unwrap();
    let page = |query: &str| http::get(&format!("{}/v1/models?{query}", simulator.url())).json();
    let mut seen = Vec::new();
    for offset in (0..).step_by(500) {
        let page = page(&format!("limit=500&offset={offset}&include_schema=true"));
        assert_eq!(page["total"], 1500);
        if ids(&page).is_empty() {
            break;
        }
        seen.extend(ids(&page).into_iter().map(str::to_owned));
    }
    assert_eq!(seen.len(), 1500);
    assert!(seen.is_sorted());

    let found = page("search=MODEL-07+text&category=text-to-image&kind=model&limit=2&offset=1");
    assert_eq!(found["total"], 33);
    let expected = ["acme/model-0705/text-to-image", "acme/model-0708/text-to-image"];
    assert_eq!(ids(&found), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_tells_price_and_schema() {
    let simulator = Simulator::builder().models(many(3)).start().await.unwrap();
    let base = simulator.url();
    let entry = http::get(&format!("{base}/v1/models/acme/model-0001/image-to-video")).json();
    let expected = json!({
        "model_id": "acme/model-0001/image-to-video",
        "display_name": "Model 0001 Image To Video",
        "description": "Makes things, 1.",
        "categories": ["image-to-video"],
        "kind": "model",
        "base_price_usd": 0.5,
        "price_unit": "output",
        "pricing_note": entry["pricing_note"],
        "input_schema": { "$ref": "#/nowhere", "number": 1 },
    });
    assert_eq!(entry, expected);
    let page = http::get(&format!("{base}/v1/models")).json();
    assert_eq!(page["models"][1].get("input_schema"), None);
    let categories = http::get(&format!("{base}/v1/models/categories")).json();
    let expected = json!({ "categories": ["image-to-video", "text-to-audio", "text-to-image"] });
    assert_eq!(categories, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalog_refuses_what_it_does_not_know() {
    let simulator = Simulator::builder().models(many(1)).start().await.unwrap();
    let base = simulator.url();
    let unknown = http::get(&format!("{base}/v1/models/acme/nothing"));
    assert_eq!((unknown.status, &unknown.json()["error_code"]), (404, &json!(400_001)));
    for limit in [0, 501] {
        let reply = http::get(&format!("{base}/v1/models?limit={limit}"));
        assert_eq!(reply.json()["detail"][0]["loc"], json!(["query", "limit"]));
    }
    let anonymous = http::send("GET", &format!("{base}/v1/models"), &[], "");
    assert_eq!(anonymous.json()["error_code"], 400_004);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_cannot_be_used_is_the_simulators_fault() {
    let simulator = Simulator::builder().models(many(1)).start().await.unwrap();
    let url = format!("{}/v1/models/acme/model-0000/text-to-image", simulator.url());
    let reply = http::post(&url, &json!({}));
    assert_eq!(reply.status, 500);
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("the schema of acme/model-0000/text-to-image"), "{message}");
}
