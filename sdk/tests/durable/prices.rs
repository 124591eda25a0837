//! Under a limit in dollars, nothing is sent whose price is not known.

use std::time::Duration;

use runcomfy::{Error, JsonInput};
use serde_json::{Value, json};

use super::bank::{Bank, Outcome, catalog_entry, costs, jobs, run};
use crate::support::{MODEL, json_answer, text};

/// What the catalog says, and an input whose cost nobody can tell by it.
fn unpriced() -> Vec<(Value, Value)> {
    let by = |unit: &str| json!({ "base_price_usd": 0.1, "price_unit": unit });
    let clips = json!({ "duration": 10, "videos": ["https://example.com/1.mp4"] });
    let talk =
        json!({ "image": "https://example.com/1.png", "audio": "https://example.com/1.mp3" });
    vec![
        (json!({}), json!({})),
        (json!({ "base_price_usd": null }), json!({})),
        (json!({ "base_price_usd": "ask us" }), json!({})),
        (json!({ "base_price_usd": -1 }), json!({})),
        (json!({ "base_price_usd": 0 }), json!({})),
        (by("GPU hour"), json!({})),
        (by("second"), json!({})),
        (by("second"), json!({ "duration": "auto" })),
        (by("second"), json!({ "duration": -1 })),
        (by("second"), clips),
        (by("output"), talk),
        (by("output"), json!({ "num_images": "as many as fit" })),
        (by("request"), json!({ "num_images": 4 })),
    ]
}

#[tokio::test]
async fn what_has_no_known_price_is_not_sent_under_a_limit() {
    for (entry, input) in unpriced() {
        let bank = Bank::of(&entry, [costs(0.1)]).await;
        let inputs = || {
            (0..5).map({
                let input = input.clone();
                move |_| JsonInput::new(MODEL, input.clone())
            })
        };
        let (errors, results) = run(bank.client().batch(inputs()).max_usd(1.0)).await;
        let is_right = |error: &Error| error.is_price_unknown() && !error.may_have_cost();
        assert!(errors.len() == 5 && errors.iter().all(is_right), "{entry} {input}: {errors:?}");
        assert_eq!((bank.submits(), results.usd()), (0, 0.0), "{entry} {input}");
        // The caller may say what it counts for.
        for batch in [
            bank.client().batch(inputs()).max_usd(4.0).unknown_price_usd(2.0),
            bank.client().batch(inputs()).max_usd(4.0).price_usd(2.0),
        ] {
            let before = bank.submits();
            bank.goes_on_with([Outcome::Ends("succeeded", None)]);
            let (errors, results) = run(batch).await;
            assert!(errors.is_empty() && results.left_out(), "{errors:?}");
            assert_eq!((bank.submits() - before, results.usd()), (2, 4.0), "{entry} {input}");
        }
    }
}

#[tokio::test]
async fn a_lower_bound_counts_where_it_is_more_than_the_price_given() {
    let entry = json!({ "base_price_usd": 0.53, "price_unit": "second" });
    let bank = Bank::of(&entry, [Outcome::Ends("succeeded", None)]).await;
    let input = json!({ "duration": 10, "videos": ["https://example.com/1.mp4"] });
    let inputs = (0..50).map(move |_| JsonInput::new(MODEL, input.clone()));
    let batch = bank.client().batch(inputs).max_usd(11.0).unknown_price_usd(1.0);
    let (_, results) = run(batch).await;
    assert_eq!((bank.submits(), results.usd()), (2, 10.6));
}

#[tokio::test]
async fn items_share_one_look_at_the_catalog() {
    let bank = Bank::at(0.01, [costs(0.01)]).await;
    let (errors, _) = run(bank.client().batch(jobs(100)).in_flight(50).max_usd(10.0)).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!((bank.submits(), bank.lookups()), (100, 1));
}

#[tokio::test]
async fn an_outage_of_the_catalog_is_waited_for() {
    let bank = Bank::at(0.01, [costs(0.01)]).await;
    let outage = std::iter::repeat_n(text(503, "<html>"), 12);
    bank.lists(MODEL, outage.chain([catalog_entry(MODEL, &json!({ "base_price_usd": 0.01 }))]));
    let (errors, _) = run(bank.client().batch(jobs(100)).in_flight(50).max_usd(10.0)).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!((bank.submits(), bank.lookups()), (100, 13));
}

#[tokio::test]
async fn an_outage_of_the_catalog_is_not_remembered() {
    let bank = Bank::at(0.01, [costs(0.01)]).await;
    let outage = std::iter::repeat_n(text(503, "<html>"), 5);
    bank.lists(MODEL, outage.chain([catalog_entry(MODEL, &json!({ "base_price_usd": 0.01 }))]));
    let client = bank.server.builder().retry_submits_for(Duration::ZERO).build().unwrap();
    let (errors, results) = run(client.batch(jobs(100)).in_flight(10).max_usd(10.0)).await;
    // Those that shared the question of the outage.
    assert!(errors.len() == 10 && errors.iter().all(Error::is_price_unknown), "{errors:?}");
    assert_eq!((bank.submits(), results.usd(), bank.lookups()), (90, 0.9, 6));
}

#[tokio::test]
async fn an_outage_without_an_end_stops_no_batch_for_ever() {
    let bank = Bank::at(0.01, [costs(0.01)]).await;
    bank.lists(MODEL, [text(503, "<html>")]);
    let client =
        bank.server.builder().retry_submits_for(Duration::from_millis(200)).build().unwrap();
    let (errors, _) = run(client.batch(jobs(30)).in_flight(10).max_usd(10.0)).await;
    assert!(errors.len() == 30 && errors.iter().all(Error::is_price_unknown), "{errors:?}");
    assert_eq!(bank.submits(), 0);
}

#[tokio::test]
async fn the_price_of_another_model_is_not_taken_for_this_ones() {
    let bank = Bank::at(0.01, [costs(0.01)]).await;
    bank.lists(MODEL, [catalog_entry("acme/cheap", &json!({ "base_price_usd": 0.000_1 }))]);
    let (errors, _) = run(bank.client().batch(jobs(3)).max_usd(10.0)).await;
    assert!(errors.len() == 3 && errors.iter().all(Error::is_price_unknown), "{errors:?}");
    // Some services wrap the entry, and some have a member of that name in it.
    for entry in [
        json!({ "model": { "model_id": MODEL, "base_price_usd": 0.01 } }),
        json!({ "model_id": MODEL, "base_price_usd": 0.01, "model": "paint" }),
    ] {
        bank.lists(MODEL, [json_answer(200, &entry)]);
        let (errors, _) = run(bank.client().batch(jobs(3)).max_usd(10.0)).await;
        assert!(errors.is_empty(), "{errors:?}");
    }
}
