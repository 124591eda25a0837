//! Answers that are hard to read, or not the true ones.

use runcomfy::simulator::{
    Encoding, Endpoint, FalseAnswer, Fault, Faults, QueuePace, Rule, Simulator,
};
use serde_json::{Value, json};

use super::{accepted, http, lighthouse, look, paint, quick, submit, with};

/// The text of a reply in whatever form it came.
pub(crate) fn text(reply: &http::Reply) -> String {
    let stored = |file: &[u8]| {
        let length = u16::from_le_bytes([file[11], file[12]]);
        String::from_utf8(file[15..15 + usize::from(length)].to_vec()).unwrap()
    };
    match reply.body.as_slice() {
        [0x1f, 0x8b, ..] => stored(&reply.body),
        [0xff, 0xfe, rest @ ..] => {
            let units = rest.chunks(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
            String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
        }
        rest => String::from_utf8(rest.to_vec()).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn true_answers_that_strict_readers_refuse() {
    let table = [
        (Encoding::Nan, r#""progress":NaN"#),
        (Encoding::LoneSurrogate, r#""note":"\ud83d""#),
        (Encoding::ByteOrderMark, "\u{feff}{"),
        (Encoding::Gzip, ""),
        (Encoding::Utf16, ""),
    ];
    for (encoding, words) in table {
        let simulator = with(Rule::new(Fault::Encoding(encoding))).await;
        let reply = submit(&simulator, &lighthouse());
        assert!((reply.status, reply.is_cut()) == (200, false), "{encoding}");
        assert!(serde_json::from_slice::<Value>(&reply.body).is_err(), "{encoding}");
        let ledger = simulator.ledger();
        let entry = &ledger.entries[0];
        assert!(entry.answered, "the id is there: {encoding}");
        let read = text(&reply);
        assert!(read.contains(words) && read.contains(&entry.request_id), "{encoding}: {read}");
        let result = look(&simulator, &entry.request_id, "result");
        assert!(text(&result).contains("\"succeeded\""), "{encoding}");
        assert_eq!(simulator.ledger().entries[0].delivered, 1);
        let gzip = reply.header("content-encoding") == Some("gzip");
        assert_eq!(gzip, encoding == Encoding::Gzip);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_padded_answer_is_larger_than_clients_expect() {
    let padded = Fault::Encoding(Encoding::Padded(17_000_000));
    let simulator = with(Rule::new(padded).on(Endpoint::Result)).await;
    let id = accepted(&simulator, &lighthouse());
    let result = look(&simulator, &id, "result");
    assert!(result.body.len() > 17_000_000 && !result.is_cut());
    assert_eq!(result.json()["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_may_hold_the_id_of_the_job_that_was_made_all_the_same() {
    for status in [409, 429, 500] {
        let body = json!({ "error": { "request_id": "{request_id}" }, "error_code": 429_001 });
        let answer = FalseAnswer::new(status).json(body);
        let simulator = with(Rule::new(answer.clone().processed()).on(Endpoint::Submit)).await;
        let reply = submit(&simulator, &lighthouse());
        let ledger = simulator.ledger();
        let id = reply.json()["error"]["request_id"].clone();
        assert_eq!((reply.status, &id), (status, &json!(ledger.entries[0].request_id)));
        assert!(ledger.entries[0].answered);

        // One that is about a job names it, too.
        let simulator = with(Rule::new(answer).on(Endpoint::Status)).await;
        let id = accepted(&simulator, &lighthouse());
        assert_eq!(look(&simulator, &id, "status").json()["error"]["request_id"], json!(id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_that_make_no_sense_are_sent_as_they_are() {
    for hint in ["0", "-5", "inf", "1767225600", "Thu, 01 Jan 1970 00:00:00 GMT"] {
        let busy = FalseAnswer::too_many_requests().retry_after(hint);
        let simulator = with(Rule::new(busy).on(Endpoint::Submit)).await;
        assert_eq!(submit(&simulator, &lighthouse()).header("retry-after"), Some(hint));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_said_to_be_a_picture() {
    let page = FalseAnswer::new(200).html().content_type("image/png");
    let simulator = with(Rule::new(page).on(Endpoint::File)).await;
    let id = accepted(&simulator, &lighthouse());
    let url = look(&simulator, &id, "result").json()["output"]["image"].clone();
    let file = http::get(url.as_str().unwrap());
    assert_eq!((file.status, file.header("content-type")), (200, Some("image/png")));
    assert!(file.body.starts_with(b"<html>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_result_may_be_an_error() {
    let not_ready = FalseAnswer::new(400).json(json!({ "error_code": 400_005 }));
    let simulator = with(Rule::new(Fault::UnfinishedResult(not_ready))).await;
    simulator.add_model(paint().pace(QueuePace::polls(1, 1)));
    let id = accepted(&simulator, &lighthouse());
    for _ in 0..2 {
        let reply = look(&simulator, &id, "result");
        assert_eq!((reply.status, reply.json()), (400, json!({ "error_code": 400_005 })));
    }
    assert_eq!(look(&simulator, &id, "result").json()["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_about_another_job() {
    let simulator = with(Rule::new(Fault::AnotherJob)).await;
    let first = accepted(&simulator, &lighthouse());
    let alone = look(&simulator, &first, "result").json();
    assert_eq!(alone["request_id"], json!(first));
    let second = accepted(&simulator, &json!({ "prompt": "another one" }));
    for what in ["status", "result"] {
        let mixed_up = look(&simulator, &second, what).json();
        assert_eq!(mixed_up["request_id"], json!(first), "{what}");
    }
    let result = look(&simulator, &second, "result").json();
    assert!(result["output"]["image"].as_str().unwrap().contains(&first));
    assert_eq!(simulator.ledger().entry(&second).unwrap().delivered, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_sends_api_calls_elsewhere() {
    let to = Some("https://login.example".to_owned());
    let moved = Fault::Redirect { to };
    let simulator = with(Rule::new(moved).on(Endpoint::Status)).await;
    let id = accepted(&simulator, &lighthouse());
    let reply = look(&simulator, &id, "status");
    assert_eq!(reply.status, 307);
    assert!(reply.header("location").unwrap().starts_with("https://login.example/v1/requests/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_goes_on_for_a_while() {
    let faults = r#"{"rules":[{"do":{"answer":{"status":404,"body":"html"}},"on":["status"],
        "skip":1,"times":1,"lasts_ms":3600000}]}"#;
    let faults = Faults::from_json(faults).unwrap();
    let simulator: Simulator = quick().faults(faults).start().await.unwrap();
    let id = accepted(&simulator, &lighthouse());
    let statuses = [(); 4].map(|()| look(&simulator, &id, "status").status);
    assert_eq!(statuses, [200, 404, 404, 404]);
    assert_eq!(look(&simulator, &id, "result").status, 200);
}
