//! Inputs are the same if they mean the same.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex};

use runcomfy::schema::{Invalid, Violation};
use runcomfy::{BatchItem, Client, Input, JsonInput};
use serde_json::{Map, Value, json};

use super::service::{made, picture, service, with_journal};
use super::tools::{client_of, hash, simulator};
use crate::support::{Act, MODEL, Server, script};

/// An input that is sent as it is spelled.
#[derive(Clone)]
struct Spelled(String);

impl Input for Spelled {
    type Output = Value;

    fn model_id(&self) -> &str {
        MODEL
    }

    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }

    fn unknown_keys(&self) -> Vec<Violation> {
        Vec::new()
    }

    fn to_json(&self) -> String {
        self.0.clone()
    }
}

/// Starts the batch and collects what comes; the items.
async fn start<I: Input>(client: &Client, inputs: Vec<I>) -> Vec<BatchItem<I::Output>> {
    let mut results = client.batch(inputs).named("n").start().await.unwrap();
    let mut items = Vec::new();
    while let Some(item) = results.next().await {
        item.collect();
        items.push(item);
    }
    items
}

/// The members in the order in which a `HashMap` has them, which is another one each time.
///
/// With the feature `preserve_order` of serde_json, which any crate can turn on, that is the order
/// on the wire: `cargo test -p runcomfy --features serde_json/preserve_order --test durable`.
#[tokio::test]
async fn a_batch_made_of_hash_maps_is_paid_for_once_in_five_starts() {
    let simulator = simulator().start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let orders = Arc::new(Mutex::new(Vec::new()));
    for _ in 0..5 {
        let client = client_of(simulator.url()).journal(dir.path().join("journal")).build();
        let inputs = (0..10).map(|number| {
            let members: HashMap<String, Value> = (0..12)
                .map(|member| (format!("m{member}"), json!({ "z": member, "a": number })))
                .chain([("prompt".to_owned(), json!("a secret lighthouse"))])
                .collect();
            let members: Map<String, Value> = members.into_iter().collect();
            orders.lock().unwrap().push(Value::Object(members.clone()).to_string());
            JsonInput::new(MODEL, Value::Object(members))
        });
        start(&client.unwrap(), inputs.collect()).await;
    }
    assert_eq!(simulator.ledger().billed, 10);
    let mut orders = orders.lock().unwrap().clone();
    orders.sort();
    orders.dedup();
    let preserves_order = json!({ "b": 1, "a": 2 }).to_string().starts_with("{\"b\"");
    println!("meaning: 10 inputs in five starts, spelled in {} ways", orders.len());
    assert_eq!(orders.len() > 10, preserves_order);
}

#[tokio::test]
async fn no_spelling_of_an_input_is_paid_for_twice() {
    let spellings = [
        r#"{"prompt":"a lighthouse é","size":{"h":2,"w":1},"seed":18446744073709551616,"x":[0,0.5]}"#,
        r#"{"size":{"w":1,"h":2},"x":[0,0.5],"seed":18446744073709551616,"prompt":"a lighthouse é"}"#,
        r#"{ "x" : [ -0.0, 5e-1 ], "seed" : 18446744073709551616, "size" : { "w" : 1.0, "h" : 2e0 },
            "prompt" : "a lighthouse \u00e9" }"#,
    ];
    let server = service(|_| made(&["a.gif"]), picture).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    for spelling in spellings {
        start(&client, vec![Spelled(spelling.to_owned())]).await;
    }
    assert_eq!(server.submits(), 1);
    // Big numbers are exact.
    start(&client, vec![Spelled(spellings[0].replace("551616", "551617"))]).await;
    assert_eq!(server.submits(), 2);
}

#[tokio::test]
async fn the_error_and_the_journal_have_the_same_fingerprint() {
    let server = Server::start(script([Act::Reset])).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let one = client.submit(Spelled(r#"{"a":1,"b":[2.0]}"#.to_owned())).await.unwrap_err();
    let other = client.submit(Spelled(r#"{"b":[2],"a":1}"#.to_owned())).await.unwrap_err();
    assert_eq!(one.fingerprint(), other.fingerprint());
    let left = client.recover().await.unwrap().unknown;
    assert!(left.iter().all(|submit| Some(submit.fingerprint.as_str()) == one.fingerprint()));
    assert!(one.fingerprint().unwrap().starts_with("2:"));
}

/// The first version hashed the bytes that were sent. What it wrote is found again where the same
/// bytes are sent, or they were sent with their members sorted.
#[tokio::test]
async fn a_journal_of_the_first_version_is_read() {
    let old = |input: &str, job: &str, item: usize| {
        let print = hash(&format!("{MODEL}\n{input}"));
        format!(
            "{{\"at\":17,\"batch\":\"n\",\"id\":\"{job}\",\"input\":\"{print}\",\"is\":\"intent\",\
             \"item\":{item},\"model\":\"{MODEL}\",\"usd\":0.04}}\n\
             {{\"id\":\"{job}\",\"is\":\"submitted\",\"job\":\"{job}@{MODEL}@17\"}}\n"
        )
    };
    let as_sent = r#"{"prompt":"x","a":1.50}"#;
    let as_sorted = r#"{"a":2,"prompt":"x"}"#;
    let text = old(as_sent, "r-1", 0)
        + &old(as_sorted, "r-2", 1)
        + "{\"is\":\"collected\",\"job\":\"r-2\"}\n";
    let server = service(|_| made(&["a.gif"]), picture).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    fs::write(&path, &text).unwrap();
    let client = with_journal(&server, dir.path());
    let left = client.recover().await.unwrap();
    assert_eq!(left.jobs.len(), 1);
    let inputs =
        [as_sent, r#"{"prompt":"x","a":2}"#].map(|input| Spelled(input.to_owned())).to_vec();
    let items = start(&client, inputs.clone()).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].result.as_ref().unwrap().request_id(), "r-1");
    client.journal().unwrap().compact().unwrap();
    assert!(start(&client, inputs).await.is_empty());
    assert_eq!(server.submits(), 0);
    assert!(fs::read_to_string(&path).unwrap().lines().all(|line| line.contains("\"sum\":")));
}

#[tokio::test]
async fn another_input_at_a_place_is_another_job_and_it_is_said() {
    let server = service(|_| made(&["a.gif"]), picture).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let input = |prompt: &str| JsonInput::new(MODEL, json!({ "prompt": prompt }));
    let changed = async |prompts: &[&str]| {
        let items = start(&client, prompts.iter().map(|prompt| input(prompt)).collect()).await;
        let mut changed: Vec<_> = items.iter().map(|i| (i.index, i.input_changed)).collect();
        changed.sort_unstable();
        changed
    };
    assert_eq!(changed(&["a", "b"]).await, [(0, false), (1, false)]);
    assert_eq!(changed(&["a", "B"]).await, [(1, true)], "it was another one before");
    assert_eq!(changed(&["a", "b", "c"]).await, [(2, false)], "nothing was there");
    assert_eq!(server.submits(), 4);
}

/// Equal inputs are told apart by their places: what is left of one of them is not given to another.
#[tokio::test]
async fn equal_inputs_keep_their_places() {
    let server = service(|_| made(&["a.gif"]), picture).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let [x, y] = ["x", "y"].map(|prompt| JsonInput::new(MODEL, json!({ "prompt": prompt })));
    let run = |inputs: [&JsonInput; 3]| {
        client.batch(inputs.map(JsonInput::clone)).named("n").in_flight(1).start()
    };
    let mut results = run([&x, &x, &x]).await.unwrap();
    let mut first = Vec::new();
    while let Some(item) = results.next().await {
        if item.index != 1 {
            item.collect();
        }
        first.push(item.result.unwrap().request_id().to_owned());
    }
    drop(results);
    let mut results = run([&y, &x, &x]).await.unwrap();
    let new = results.next().await.unwrap();
    assert_eq!((new.index, new.input_changed), (0, true));
    let item = results.next().await.unwrap();
    assert_eq!((item.index, item.result.unwrap().request_id()), (1, first[1].as_str()));
    assert!(results.next().await.is_none());
    assert_eq!((results.collected_before(), server.submits()), (1, 4));
}
