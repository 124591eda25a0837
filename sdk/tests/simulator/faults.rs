use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use runcomfy::simulator::{
    Endpoint, Failure, FalseAnswer, Fault, Faults, LedgerEntry, OutputShape, QueuePace, Rule,
    StatusWords,
};
use serde_json::{Value, json};

use super::answers::text;
use super::{accepted, file_url, http, lighthouse, look, model_url, quick, submit, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_before_makes_no_job() {
    let simulator = with(Rule::new(Fault::ResetBefore).on(Endpoint::Submit).nth(1)).await;
    let reply = submit(&simulator, &lighthouse());
    assert_eq!((reply.status, reply.broken), (0, Some(ErrorKind::ConnectionReset)));
    let ledger = simulator.ledger();
    assert_eq!((ledger.submits_received, ledger.submits_accepted), (1, 0));
    accepted(&simulator, &lighthouse());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_after_makes_a_job_that_is_charged_and_never_told() {
    let simulator = with(Rule::new(Fault::ResetAfter).on(Endpoint::Submit).nth(2)).await;
    let told = accepted(&simulator, &lighthouse());
    let reply = submit(&simulator, &lighthouse());
    assert_eq!((reply.status, reply.broken), (0, Some(ErrorKind::ConnectionReset)));
    let ledger = simulator.ledger();
    assert_eq!((ledger.submits_accepted, ledger.billed), (2, 2));
    assert!(ledger.entry(&told).unwrap().answered);
    assert!(!ledger.entries[1].answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_reset_or_cut_in_its_middle() {
    for (fault, broken) in
        [(Fault::ResetMidway, Some(ErrorKind::ConnectionReset)), (Fault::CutMidway, None)]
    {
        let simulator = with(Rule::new(fault).on(Endpoint::Submit)).await;
        let reply = submit(&simulator, &lighthouse());
        assert_eq!((reply.status, reply.broken), (200, broken));
        assert!(reply.is_cut() && !reply.body.is_empty(), "{reply:?}");
        let ledger = simulator.ledger();
        assert_eq!((ledger.billed, ledger.entries[0].answered), (1, false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_was_cut_is_not_delivered() {
    let simulator = with(Rule::new(Fault::CutMidway).on(Endpoint::Result).nth(1)).await;
    let id = accepted(&simulator, &lighthouse());
    assert!(look(&simulator, &id, "result").is_cut());
    assert_eq!(simulator.ledger().entry(&id).unwrap().delivered, 0);
    look(&simulator, &id, "result");
    assert_eq!(simulator.ledger().entry(&id).unwrap().delivered, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_answer_goes_on_in_the_end() {
    let stall = Fault::Stall(Duration::from_millis(10));
    let simulator = with(Rule::new(stall).on(Endpoint::File).nth(1)).await;
    let url = file_url(&simulator);
    let stalled = http::get(&url);
    assert_eq!((stalled.broken, stalled.is_cut()), (None, false));
    assert_eq!(stalled.body, http::get(&url).body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_file_can_be_resumed() {
    let simulator = with(Rule::new(Fault::CutMidway).on(Endpoint::File).nth(1)).await;
    let url = file_url(&simulator);
    let half = http::get(&url);
    assert!(half.is_cut());
    let range = format!("Range: bytes={}-", half.body.len());
    let rest = http::send("GET", &url, &[&range], "");
    assert_eq!(rest.status, 206);
    let whole = [half.body, rest.body].concat();
    assert_eq!(whole, http::get(&url).body);
    assert!(image::load_from_memory(&whole).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_for_a_while() {
    let shut = Fault::RefuseConnections(Duration::from_secs(3600));
    let simulator = with(Rule::new(shut).on(Endpoint::Submit)).await;
    let id = accepted(&simulator, &lighthouse());
    let url = format!("{}/v1/requests/{id}/status", simulator.url());
    let error = http::try_send("GET", &url, &[], "").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_listens_again() {
    let simulator = quick().start().await.unwrap();
    let address = &simulator.url()["http://".len()..];
    let refused = || TcpStream::connect(address).is_err();
    simulator.refuse_connections(Duration::from_secs(3600)).await;
    assert!(refused());
    simulator.accept_connections().await;
    accepted(&simulator, &lighthouse());
    // The time may also just pass.
    simulator.refuse_connections(Duration::from_millis(1)).await;
    while refused() {}
    accepted(&simulator, &lighthouse());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_connection_closes_when_connections_are_refused() {
    let simulator = quick().start().await.unwrap();
    let mut kept = TcpStream::connect(&simulator.url()["http://".len()..]).unwrap();
    kept.write_all(b"GET /simulator/ledger HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    assert_ne!(kept.read(&mut [0; 4096]).unwrap(), 0);
    simulator.refuse_connections(Duration::from_secs(3600)).await;
    let mut rest = Vec::new();
    kept.read_to_end(&mut rest).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_with_and_without_a_time() {
    let busy = FalseAnswer::too_many_requests();
    let script = [Some(busy.clone().into()), Some(busy.retry_after(2).into()), None];
    let faults = Faults::new().script(Endpoint::Submit, script);
    let simulator = quick().faults(faults).start().await.unwrap();
    let first = submit(&simulator, &lighthouse());
    assert_eq!((first.status, first.header("retry-after")), (429, None));
    let second = submit(&simulator, &lighthouse());
    assert_eq!((second.status, second.header("retry-after")), (429, Some("2")));
    accepted(&simulator, &lighthouse());
    assert_eq!(simulator.ledger().submits_accepted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn false_answers_with_and_without_a_job() {
    let error = json!({ "error_code": 500_001, "error_message": "again" });
    let table = [
        (FalseAnswer::new(503), 503, "application/json", 0),
        (FalseAnswer::new(502).html(), 502, "text/html; charset=utf-8", 0),
        (FalseAnswer::new(500).processed(), 500, "application/json", 1),
        (FalseAnswer::new(200).html().processed(), 200, "text/html; charset=utf-8", 1),
        (FalseAnswer::new(200).json(error), 200, "application/json", 0),
    ];
    for (answer, status, content_type, jobs) in table {
        let simulator = with(Rule::new(answer.clone()).on(Endpoint::Submit)).await;
        let reply = submit(&simulator, &lighthouse());
        assert_eq!(reply.status, status, "{answer:?}");
        assert_eq!(reply.header("content-type"), Some(content_type));
        let ledger = simulator.ledger();
        assert_eq!((ledger.submits_received, ledger.billed), (1, jobs));
        assert!(ledger.entries.iter().all(|entry| !entry.answered));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_without_its_id() {
    let simulator = with(Rule::new(Fault::MissingRequestId)).await;
    let reply = submit(&simulator, &lighthouse());
    assert_eq!((reply.status, reply.json()), (200, json!({})));
    assert!(!simulator.ledger().entries[0].answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn states_in_other_words() {
    let table = [
        (StatusWords::Upper, "COMPLETED", "SUCCEEDED"),
        (StatusWords::Synonym, "completed", "completed"),
        (StatusWords::Word("hibernating".into()), "hibernating", "hibernating"),
    ];
    for (words, on_status, on_result) in table {
        let simulator = with(Rule::new(Fault::Status(words))).await;
        let id = accepted(&simulator, &lighthouse());
        assert_eq!(look(&simulator, &id, "status").json()["status"], on_status);
        let result = look(&simulator, &id, "result").json();
        assert_eq!(result["status"], on_result);
        assert!(result["output"].is_object());
    }
    let simulator = with(Rule::new(Fault::Status(StatusWords::Synonym))).await;
    simulator.add_model(super::paint().pace(QueuePace::polls(1, 1)));
    let id = accepted(&simulator, &lighthouse());
    let words = [(); 2].map(|()| look(&simulator, &id, "status").json()["status"].clone());
    assert_eq!(words, [json!("pending"), json!("processing")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_is_completed_on_status() {
    let custom = json!({ "why": ["rain"] });
    let shapes = [
        (Failure::Text, "string"),
        (Failure::Object, "object"),
        (Failure::List, "array"),
        (Failure::Silent, "null"),
        (Failure::Json(custom), "object"),
    ];
    for (failure, kind) in shapes {
        let simulator = with(Rule::new(Fault::Fail(failure))).await;
        let id = accepted(&simulator, &lighthouse());
        assert_eq!(look(&simulator, &id, "status").json()["status"], "completed");
        let result = look(&simulator, &id, "result?include_cost=true").json();
        assert_eq!(result["status"], "failed");
        assert_eq!(result.get("output"), None);
        let found = match &result["error"] {
            Value::String(_) => "string",
            Value::Array(list) if list[0]["errorCode"].is_i64() => "array",
            Value::Object(_) => "object",
            _ => "null",
        };
        assert_eq!(found, kind);
        assert_eq!(simulator.billed(&id), Some(true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_job_is_unknown_and_charged() {
    let simulator = with(Rule::new(Fault::LoseAfter(1)).nth(1)).await;
    let id = accepted(&simulator, &lighthouse());
    assert_eq!(look(&simulator, &id, "status").status, 200);
    for what in ["status", "result"] {
        let lost = look(&simulator, &id, what);
        assert_eq!((lost.status, &lost.json()["error_code"]), (404, &json!(404_001)));
    }
    assert_eq!(simulator.billed(&id), Some(true));
    let id = accepted(&simulator, &lighthouse());
    look(&simulator, &id, "status");
    assert_eq!(look(&simulator, &id, "result").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_is_only_promised() {
    let simulator = with(Rule::new(Fault::SlowCancel)).await;
    simulator.add_model(super::paint().pace(QueuePace::polls(3, 1)));
    let id = accepted(&simulator, &lighthouse());
    let cancel = format!("{}/v1/requests/{id}/cancel", simulator.url());
    let reply = http::post(&cancel, &json!({})).json();
    let expected = json!({
        "request_id": id, "status": "in_queue", "outcome": "cancellation_requested",
    });
    assert_eq!(reply, expected);
    assert_eq!(look(&simulator, &id, "status").json()["status"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_in_another_form() {
    let raw = OutputShape::Raw(json!({ "image": "{url}", "score": 0.5 }));
    let simulator = with(Rule::new(Fault::Output(raw))).await;
    let id = accepted(&simulator, &lighthouse());
    let output = look(&simulator, &id, "result").json()["output"].clone();
    assert_eq!(output["score"], json!(0.5));
    assert_eq!(http::get(output["image"].as_str().unwrap()).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_redirected_to_another_host() {
    let simulator = with(Rule::new(Fault::Redirect { to: None })).await;
    let url = file_url(&simulator);
    let reply = http::get(&url);
    assert_eq!(reply.status, 307);
    let place = reply.header("location").unwrap();
    assert!(place.starts_with("http://localhost:"), "{place}");
    // The same server; by its number, lest `localhost` be another address here.
    let there = place.replace("localhost", "127.0.0.1");
    assert_eq!(http::get(&there).header("content-type"), Some("image/png"));

    let to = Some("https://elsewhere.example".to_owned());
    let simulator = with(Rule::new(Fault::Redirect { to })).await;
    let reply = http::get(&file_url(&simulator));
    let place = reply.header("location").unwrap();
    assert!(place.starts_with("https://elsewhere.example/files/"), "{place}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_can_be_added_and_replaced_while_it_runs() {
    let simulator = quick().start().await.unwrap();
    simulator.inject(Rule::new(FalseAnswer::new(503)).on(Endpoint::Submit));
    assert_eq!(submit(&simulator, &lighthouse()).status, 503);
    simulator.set_faults(Faults::new());
    accepted(&simulator, &lighthouse());

    let url = format!("{}/simulator/faults", simulator.url());
    let put = |body| http::send("PUT", &url, &[], body);
    assert_eq!(put(r#"{"rules":[{"do":{"answer":{"status":418}}}]}"#).status, 204);
    assert_eq!(submit(&simulator, &lighthouse()).status, 418);
    let wrong = put(r#"{"rules":[{"do":"explode"}]}"#);
    assert_eq!(wrong.status, 422);
    let message = wrong.json()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("unknown variant `explode`"), "{message}");
    assert_eq!(submit(&simulator, &lighthouse()).status, 418);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_one_job_leave_the_others_alone() {
    let simulator = with(Rule::new(FalseAnswer::new(500)).on(Endpoint::Status).job(2)).await;
    let [first, second] = [(); 2].map(|()| accepted(&simulator, &lighthouse()));
    assert_eq!(look(&simulator, &first, "status").status, 200);
    assert_eq!(look(&simulator, &second, "status").status, 500);
    assert_eq!(look(&simulator, &second, "result").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_worst_weather_the_books_know_what_the_client_was_told() {
    let faults = Faults::of_every_kind(0.1).seed(11);
    let simulator = quick().faults(faults).start().await.unwrap();
    let url = model_url(&simulator);
    let mut told = BTreeSet::new();
    for number in 0..300 {
        let input = json!({ "prompt": format!("job {number}") }).to_string();
        // Refused, nothing was sent: the one case in which to try again is right.
        let reply = loop {
            let headers = ["Authorization: Bearer me"];
            if let Ok(reply) = http::try_send("POST", &url, &headers, &input) {
                break reply;
            }
        };
        // Answers of many forms hold the id, also some that are refusals.
        if !reply.is_cut() && reply.broken.is_none() {
            told.extend(ids(&text(&reply)));
        }
    }
    let ledger = simulator.ledger();
    let answered = ledger.entries.iter().filter(|entry| entry.answered);
    let answered: BTreeSet<String> = answered.map(|entry| entry.request_id.clone()).collect();
    assert_eq!(told, answered);
    assert!(told.len() > 20 && (told.len() as u64) < ledger.billed);
    assert!(ledger.submits_accepted < ledger.submits_received);
    let twice = |entry: &LedgerEntry| {
        ledger.with_input("prompt", entry.input["prompt"].clone()).count() != 1
    };
    assert!(!ledger.entries.iter().any(twice));
}

/// The ids in an answer. They have a form of their own: eight letters, a stroke, eight digits.
fn ids(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_id = |part: &&str| part.len() == 17 && part.as_bytes()[8] == b'-';
    parts.filter(is_id).map(str::to_owned).collect()
}
