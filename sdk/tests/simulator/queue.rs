use std::sync::{Arc, Mutex};

use runcomfy::simulator::{ModelSpec, OutputShape, QueuePace, Simulator};
use serde_json::{Value, json};

use super::{PAINT, accepted, http, look, model_url, paint, quick, submit};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waits_runs_and_succeeds() {
    let simulator = quick().queue(QueuePace::polls(2, 1)).start().await.unwrap();
    let reply = submit(&simulator, &json!({ "prompt": "a lighthouse" }));
    assert_eq!(reply.status, 200);
    let body = reply.json();
    let id = body["request_id"].as_str().unwrap();
    let url = format!("{}/v1/requests/{id}/status", simulator.url());
    assert_eq!(body["status_url"], url);

    let states: Vec<(Value, Value)> = (0..4)
        .map(|_| look(&simulator, id, "status").json())
        .map(|body| (body["status"].clone(), body["queue_position"].clone()))
        .collect();
    let expected = [
        (json!("in_queue"), json!(2)),
        (json!("in_queue"), json!(1)),
        (json!("in_progress"), Value::Null),
        (json!("completed"), Value::Null),
    ];
    assert_eq!(states, expected);

    let result = look(&simulator, id, "result").json();
    assert_eq!(result["status"], "succeeded");
    assert_eq!(result["model_id"], PAINT);
    assert!(result["output"]["image"].is_string());
    assert!(result["created_at"].is_string() && result["finished_at"].is_string());
    assert_eq!(result.get("cost"), None);
    let result = look(&simulator, id, "result?include_cost=true").json();
    assert_eq!(result["cost"], json!(0.04));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_result_is_its_state() {
    let simulator = quick().queue(QueuePace::polls(1, 1)).start().await.unwrap();
    let id = accepted(&simulator, &json!({ "prompt": "a" }));
    assert_eq!(look(&simulator, &id, "result").json()["status"], "in_queue");
    let running = look(&simulator, &id, "result?include_cost=true").json();
    assert_eq!(running["status"], "in_progress");
    assert_eq!((running.get("output"), running.get("cost")), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_input_is_refused_with_the_place_of_every_fault() {
    let simulator = quick().start().await.unwrap();
    let input = json!({
        "num_images": 9,
        "aspect_ratio": "7:5",
        "strength": 2.5,
        "loras": [{ "path": "x" }, {}],
        "promt": "typo",
    });
    let reply = submit(&simulator, &input);
    assert_eq!(reply.status, 422);
    let body = reply.json();
    let mut places: Vec<String> =
        body["detail"].as_array().unwrap().iter().map(|fault| fault["loc"].to_string()).collect();
    places.sort();
    let expected = [
        r#"["body","aspect_ratio"]"#,
        r#"["body","loras",1,"path"]"#,
        r#"["body","num_images"]"#,
        r#"["body","prompt"]"#,
        r#"["body","promt"]"#,
        r#"["body","strength"]"#,
    ];
    assert_eq!(places, expected);
    let ledger = simulator.ledger();
    assert_eq!((ledger.submits_received, ledger.submits_accepted), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_object_are_refused() {
    let simulator =
        Simulator::builder().model(ModelSpec::new(PAINT, json!({}))).start().await.unwrap();
    for body in ["", "{", "[1]", "\"x\""] {
        let reply = http::send("POST", &model_url(&simulator), &["Authorization: Bearer me"], body);
        assert_eq!(reply.status, 422, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_code() {
    let simulator = quick().token("alice").token("bob").start().await.unwrap();
    let code = |reply: http::Reply| (reply.status, reply.json()["error_code"].as_u64().unwrap());
    let as_user = |method, url: &str, user, body| {
        let header = format!("Authorization: Bearer {user}");
        http::send(method, url, &[&header], body)
    };
    let url = model_url(&simulator);
    let input = r#"{"prompt":"a"}"#;
    assert_eq!(code(http::send("POST", &url, &[], input)), (400, 400_004));
    assert_eq!(code(as_user("POST", &url, "mallory", input)), (400, 400_004));
    let nowhere = format!("{url}s");
    assert_eq!(code(as_user("POST", &nowhere, "alice", input)), (404, 400_001));

    let job = as_user("POST", &url, "alice", input).json();
    let status = job["status_url"].as_str().unwrap();
    assert_eq!(as_user("GET", status, "alice", "").status, 200);
    assert_eq!(code(as_user("GET", status, "bob", "")), (403, 403_001));
    let unknown = format!("{}/v1/requests/nobody/result", simulator.url());
    assert_eq!(code(as_user("GET", &unknown, "alice", "")), (404, 404_001));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_spent_than_the_balance() {
    let simulator = quick().balance_usd(0.1).start().await.unwrap();
    accepted(&simulator, &json!({ "prompt": "a", "num_images": 2 }));
    let reply = submit(&simulator, &json!({ "prompt": "b" }));
    assert_eq!(reply.json()["error_code"], 400_002);
    assert_eq!(simulator.ledger().billed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_job_is_cancelled_and_not_charged() {
    let simulator = quick().queue(QueuePace::polls(5, 1)).start().await.unwrap();
    let id = accepted(&simulator, &json!({ "prompt": "a" }));
    assert_eq!(simulator.billed(&id), Some(true));
    let cancel = format!("{}/v1/requests/{id}/cancel", simulator.url());
    let reply = http::send("POST", &cancel, &["Authorization: Bearer me"], "");
    assert_eq!(reply.status, 202);
    assert_eq!(reply.json()["outcome"], "cancelled");
    assert_eq!(simulator.billed(&id), Some(false));
    assert_eq!(look(&simulator, &id, "status").json()["status"], "cancelled");
    let result = look(&simulator, &id, "result?include_cost=true").json();
    assert_eq!((&result["status"], &result["cost"]), (&json!("cancelled"), &json!(0.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_or_finished_job_cannot_be_cancelled() {
    let simulator = quick().queue(QueuePace::polls(0, 1)).start().await.unwrap();
    let id = accepted(&simulator, &json!({ "prompt": "a" }));
    let cancel = format!("{}/v1/requests/{id}/cancel", simulator.url());
    for status in ["in_progress", "completed"] {
        let body = http::post(&cancel, &json!({})).json();
        assert_eq!(
            (&body["status"], &body["outcome"]),
            (&json!(status), &json!("not_cancellable"))
        );
        look(&simulator, &id, "status");
    }
    assert_eq!(simulator.billed(&id), Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_tells_what_was_charged_and_delivered() {
    let simulator = quick().start().await.unwrap();
    let id = accepted(&simulator, &json!({ "prompt": "a", "num_images": 3 }));
    submit(&simulator, &json!({}));
    look(&simulator, &id, "status");
    look(&simulator, &id, "result");
    let ledger = simulator.ledger();
    assert_eq!((ledger.submits_received, ledger.submits_accepted, ledger.billed), (2, 1, 1));
    assert!((ledger.billed_usd - 0.12).abs() < 1e-9);
    let entry = ledger.entry(&id).unwrap();
    assert_eq!((entry.delivered, entry.answered), (1, true));
    assert_eq!(ledger.with_input("prompt", "a").count(), 1);
    let served = http::get(&format!("{}/simulator/ledger", simulator.url())).json();
    assert_eq!(served["entries"][0]["request_id"], json!(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_told_without_tokens_or_inputs() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = lines.clone();
    let simulator = quick()
        .on_request(move |log| heard.lock().unwrap().push(log.to_string()))
        .start()
        .await
        .unwrap();
    let id = accepted(&simulator, &json!({ "prompt": "secret words" }));
    look(&simulator, &id, "result?include_cost=true");
    let lines = lines.lock().unwrap().clone();
    assert!(lines[0].starts_with(&format!("POST /v1/models/{PAINT} 200 in ")), "{lines:?}");
    assert!(lines[0].ends_with(&format!("job {id}")));
    assert!(lines[1].starts_with(&format!("GET /v1/requests/{id}/result 200")));
    assert!(!lines.concat().contains("secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn results_take_the_form_that_was_asked_for() {
    let simulator = Simulator::builder()
        .model(paint().shape(OutputShape::BareList))
        .queue(QueuePace::instant())
        .start()
        .await
        .unwrap();
    let id = accepted(&simulator, &json!({ "prompt": "a", "num_images": 2 }));
    let output = look(&simulator, &id, "result").json()["output"].clone();
    assert_eq!(output.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_come_and_go_while_it_runs() {
    let simulator = quick().start().await.unwrap();
    assert!(simulator.remove_model(PAINT));
    assert_eq!(submit(&simulator, &json!({ "prompt": "a" })).status, 404);
    simulator.add_model(paint());
    accepted(&simulator, &json!({ "prompt": "a" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_shutdown_nobody_listens() {
    let simulator = quick().start().await.unwrap();
    let url = model_url(&simulator);
    simulator.shutdown().await;
    let error = http::try_send("GET", &url, &[], "").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_schemas_is_a_catalog() {
    let dir = std::env::temp_dir().join(format!("runcomfy-simulator-{}", std::process::id()));
    let model = dir.join("acme/paint/text-to-image");
    std::fs::create_dir_all(&model).unwrap();
    std::fs::write(model.join("input.json"), r#"{"input":{"required":["prompt"]}}"#).unwrap();
    std::fs::write(model.join("output.json"), r#"{"output":{"type":"array"}}"#).unwrap();
    let simulator = Simulator::builder().schemas_dir(&dir).unwrap();
    let simulator = simulator.queue(QueuePace::instant()).start().await.unwrap();
    std::fs::write(model.join("input.json"), "{").unwrap();
    let refused = Simulator::builder().schemas_dir(&dir).map(drop).unwrap_err();
    std::fs::remove_dir_all(&dir).unwrap();
    let gone = Simulator::builder().schemas_dir(&dir).map(drop).unwrap_err();
    assert!(gone.to_string().contains("runcomfy-simulator-"), "{gone}");
    assert!(refused.to_string().contains("input.json: EOF"), "{refused}");
    assert_eq!(submit(&simulator, &json!({})).status, 422);
    let id = accepted(&simulator, &json!({ "prompt": "a" }));
    assert!(look(&simulator, &id, "result").json()["output"].is_array());
}
