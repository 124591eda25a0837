//! How jobs end, and what is said of their cost.

use std::time::Duration;

use runcomfy::simulator::{Endpoint, Failure, Fault, LateOutput, QueuePace, Rule};
use serde_json::{Value, json};

use super::{accepted, http, lighthouse, look, paint, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_may_end_under_a_name_that_nobody_knows() {
    let simulator = with(Rule::new(Fault::End("expired".to_owned()))).await;
    let id = accepted(&simulator, &lighthouse());
    for what in ["status", "result"] {
        assert_eq!(look(&simulator, &id, what).json()["status"], "expired");
    }
    let result = look(&simulator, &id, "result").json();
    assert_eq!((result.get("output"), result.get("error")), (None, None));
    assert_eq!(simulator.billed(&id), Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_may_be_called_completed() {
    let simulator = with(Rule::new(Fault::Fail(Failure::Completed))).await;
    let id = accepted(&simulator, &lighthouse());
    let result = look(&simulator, &id, "result").json();
    assert_eq!(result["status"], "completed");
    assert!(result["error"].is_string() && result.get("output").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_job_may_have_a_cost() {
    let simulator = with(Rule::new(Fault::Cancelled { usd: 0.02 })).await;
    let id = accepted(&simulator, &lighthouse());
    let result = look(&simulator, &id, "result?include_cost=true").json();
    assert_eq!((&result["status"], &result["cost"]), (&json!("cancelled"), &json!(0.02)));

    simulator.add_model(paint().pace(QueuePace::polls(9, 9)));
    let queued = accepted(&simulator, &lighthouse());
    http::post(&format!("{}/v1/requests/{queued}/cancel", simulator.url()), &json!({}));
    assert_eq!(look(&simulator, &queued, "status").json()["status"], "cancelled");
    let ledger = simulator.ledger();
    assert_eq!(ledger.billed, 2);
    assert!((ledger.billed_usd - 0.04).abs() < 1e-9, "{}", ledger.billed_usd);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_may_be_told_before_the_output_is_there() {
    let late = Fault::LateOutput(LateOutput::answers(2));
    let simulator = with(Rule::new(late)).await;
    let id = accepted(&simulator, &lighthouse());
    for _ in 0..2 {
        let result = look(&simulator, &id, "result").json();
        assert_eq!((&result["status"], result.get("output")), (&json!("succeeded"), None));
        assert_eq!(simulator.ledger().entries[0].delivered, 0);
    }
    assert!(look(&simulator, &id, "result").json()["output"]["image"].is_string());
    assert_eq!(simulator.ledger().entries[0].delivered, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_may_take_its_time_and_be_empty_until_then() {
    let mut late = LateOutput::default();
    (late.ms, late.placeholder) = (30, Some(json!({})));
    let simulator = with(Rule::new(Fault::LateOutput(late))).await;
    let id = accepted(&simulator, &lighthouse());
    assert_eq!(look(&simulator, &id, "result").json()["output"], json!({}));
    tokio::time::sleep(Duration::from_millis(40)).await;
    assert!(look(&simulator, &id, "result").json()["output"]["image"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn costs_may_be_anything() {
    for cost in [json!(-1), json!(0), json!(null), json!("0.04"), json!({ "usd": 1 })] {
        let simulator = with(Rule::new(Fault::Cost(cost.clone()))).await;
        let id = accepted(&simulator, &lighthouse());
        let result = look(&simulator, &id, "result?include_cost=true").json();
        assert_eq!(result.get("cost"), Some(&cost));
        assert!((simulator.ledger().billed_usd - 0.04).abs() < 1e-9);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cost_may_come_later() {
    let simulator = with(Rule::new(Fault::LateCost(2))).await;
    let id = accepted(&simulator, &lighthouse());
    let costs = [(); 3].map(|()| {
        let result = look(&simulator, &id, "result?include_cost=true").json();
        result.get("cost").and_then(Value::as_f64)
    });
    assert_eq!(costs, [None, None, Some(0.04)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_may_repeat_the_input() {
    let simulator = with(Rule::new(Fault::EchoInput)).await;
    let input = json!({ "prompt": "a", "image_urls": ["https://user.example/a.png"] });
    let id = accepted(&simulator, &input);
    let result = look(&simulator, &id, "result").json();
    assert_eq!((&result["input"], &result["output"]["input"]), (&input, &input));
    assert!(result["output"]["image"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_tell_of_every_submit_which_faults_it_met() {
    let simulator = with(Rule::new(Fault::ResetBefore).on(Endpoint::Submit).nth(1)).await;
    simulator.inject(Rule::new(Fault::EchoInput));
    let reply = super::submit(&simulator, &lighthouse());
    assert_eq!(reply.status, 0);
    let id = accepted(&simulator, &lighthouse());
    super::submit(&simulator, &json!({ "prompt": 7 }));
    let ledger = simulator.ledger();
    let found: Vec<_> = ledger.submits_with_input("prompt", "a lighthouse").collect();
    let told = |n: usize| (found[n].request_id.clone(), found[n].status);
    assert_eq!((told(0), told(1)), ((None, None), (Some(id), Some(200))));
    assert_eq!(found[0].faults, [Fault::ResetBefore, Fault::EchoInput]);
    assert_eq!(found[1].faults, [Fault::EchoInput]);
    assert_eq!((found.len(), ledger.submits.len()), (2, 3));
    assert!(found[0].answered_at_ms.is_none(), "it was reset");
    assert!(found[1].answered_at_ms.unwrap() >= found[1].arrived_at_ms);
    let refused = &ledger.submits[2];
    assert_eq!((refused.status, &refused.input), (Some(422), &json!({ "prompt": 7 })));
    let served = http::get(&format!("{}/simulator/ledger", simulator.url())).json();
    assert_eq!(served["submits"][0]["faults"], json!(["reset_before", "echo_input"]));
}
