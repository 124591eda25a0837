//! Many inputs, each paid for once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use runcomfy::simulator::{Endpoint, FalseAnswer, Fault, Faults, ModelSpec, Simulator};
use runcomfy::{BatchResults, Client, JsonInput};
use serde_json::json;

use super::service::{self, service};
use super::tools::{PRICE, charges, client_of, job, jobs, simulator};
use crate::support::{Act, MODEL, Server, json_answer, script, status, success};

/// All results: the places of those that went well, and the errors of the others.
async fn all(results: &mut BatchResults<JsonInput>) -> (BTreeSet<usize>, Vec<(usize, String)>) {
    let (mut good, mut bad) = (BTreeSet::new(), Vec::new());
    while let Some(item) = results.next().await {
        item.collect();
        match item.result {
            Ok(_) => assert!(good.insert(item.index), "{} came twice", item.index),
            Err(error) => bad.push((item.index, format!("{error:?}"))),
        }
    }
    (good, bad)
}

fn with_journal(simulator: &Simulator) -> (Client, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let client = client_of(simulator.url()).journal(dir.path().join("journal")).build().unwrap();
    (client, dir)
}

#[tokio::test]
async fn every_item_comes_once_and_so_many_are_under_way() {
    let simulator = simulator().start().await.unwrap();
    let client = client_of(simulator.url()).build().unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = taken.clone();
    let inputs = jobs(40).into_iter().inspect(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let mut results = client.batch(inputs).in_flight(5).start().await.unwrap();
    let mut places = BTreeSet::new();
    while let Some(item) = results.next().await {
        assert!(item.result.unwrap().request_id().len() > 3);
        places.insert(item.index);
        let under_way = taken.load(Ordering::SeqCst) - places.len();
        assert!(under_way <= 5, "{under_way}");
    }
    assert_eq!(places, (0..40).collect());
    assert_eq!(simulator.ledger().billed, 40);
}

#[tokio::test]
async fn an_item_that_fails_stops_no_other() {
    let simulator = simulator().start().await.unwrap();
    let client = client_of(simulator.url()).build().unwrap();
    let wrong = JsonInput::new("acme/none", json!({ "prompt": "x" }));
    let faulty = JsonInput::new(MODEL, json!({}));
    let inputs = [job(0), wrong, job(2), faulty, job(4)];
    let mut results = client.batch(inputs).in_flight(2).start().await.unwrap();
    let (good, bad) = all(&mut results).await;
    assert_eq!(good, [0, 2, 4].into());
    assert_eq!(bad.iter().map(|(index, _)| *index).collect::<BTreeSet<_>>(), [1, 3].into());
}

#[tokio::test]
async fn one_that_is_turned_away_holds_the_others() {
    let posts = Arc::new(Mutex::new(Vec::new()));
    let server = Server::start({
        let posts = posts.clone();
        move |seen| {
            if seen.method != "POST" {
                return if seen.path.contains("/status") { status("completed") } else { success() };
            }
            let mut posts = posts.lock().unwrap();
            posts.push(Instant::now());
            if posts.len() == 1 {
                return json_answer(429, &json!({})).header("retry-after", "1");
            }
            json_answer(200, &json!({ "request_id": format!("r-{}", posts.len()) }))
        }
    })
    .await;
    let mut results = server.client().batch(jobs(8)).in_flight(2).start().await.unwrap();
    let (good, bad) = all(&mut results).await;
    assert_eq!(good.len(), 8, "{bad:?}");
    let posts = posts.lock().unwrap();
    assert_eq!(posts.len(), 9);
    // The second may have been sent together with the first.
    assert!(posts[2] - posts[0] >= Duration::from_secs(1), "{:?}", posts[2] - posts[0]);
}

#[tokio::test]
async fn it_stops_at_so_many_jobs() {
    let simulator = simulator().start().await.unwrap();
    let client = client_of(simulator.url()).build().unwrap();
    // Inputs without an end.
    let inputs = (0..).map(job);
    let mut results = client.batch(inputs).in_flight(3).max_jobs(10).start().await.unwrap();
    let (good, _) = all(&mut results).await;
    assert_eq!(good.len(), 10);
    assert!(results.left_out());
    assert_eq!((results.jobs(), simulator.ledger().billed), (10, 10));
}

#[tokio::test]
async fn it_stops_at_so_many_dollars() {
    let simulator = simulator().start().await.unwrap();
    let client = client_of(simulator.url()).build().unwrap();
    let mut results = client.batch(jobs(40)).max_usd(7.0 * PRICE).start().await.unwrap();
    let (good, bad) = all(&mut results).await;
    assert_eq!((good.len(), bad.len(), results.left_out()), (7, 0, true));
    assert!((simulator.ledger().billed_usd - 7.0 * PRICE).abs() < 1e-9);
    assert!((results.usd() - 7.0 * PRICE).abs() < 1e-9, "{}", results.usd());
}

#[tokio::test]
async fn a_price_that_is_not_known_is_refused_unless_the_caller_names_one() {
    let simulator = simulator().start().await.unwrap();
    let odd = "acme/odd/text-to-image";
    simulator.add_model(ModelSpec::new(odd, json!({ "type": "object" })));
    let client = client_of(simulator.url()).build().unwrap();
    let inputs = || [job(0), JsonInput::new(odd, json!({ "n": 1 })), job(2)];
    let mut results = client.batch(inputs()).max_usd(1.0).start().await.unwrap();
    let mut errors = Vec::new();
    while let Some(item) = results.next().await {
        errors.extend(item.result.err().map(|error| (item.index, error)));
    }
    assert_eq!(errors.len(), 1);
    let (index, error) = &errors[0];
    assert!(*index == 1 && error.is_price_unknown() && !error.may_have_cost(), "{error:?}");
    assert_eq!(simulator.ledger().submits_received, 2);

    let batch = client.batch(inputs()).max_usd(1.0).unknown_price_usd(0.99);
    let (good, _) = all(&mut batch.in_flight(1).start().await.unwrap()).await;
    assert_eq!(good, [0].into(), "0.05 and 0.99 are more than there is");
    let batch = client.batch(inputs()).max_usd(1.0).price_usd(0.01);
    assert_eq!(all(&mut batch.start().await.unwrap()).await.0.len(), 3);
    let error = client.batch(inputs()).max_usd(f64::NAN).start().await.unwrap_err();
    assert!(error.is_config());
}

#[tokio::test]
async fn a_named_batch_goes_on_where_it_was() {
    let simulator = simulator().start().await.unwrap();
    let (client, _dir) = with_journal(&simulator);
    let batch = || client.batch(jobs(30)).in_flight(4).named("nightly");
    let mut first = batch().start().await.unwrap();
    let error = batch().start().await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains("running already"), "{error}");
    let mut seen = BTreeSet::new();
    for _ in 0..10 {
        let item = first.next().await.unwrap();
        item.collect();
        seen.insert(item.index);
    }
    drop(first);
    // The submits that were under way end in tasks of their own.
    let (mut settled, path) = (0, client.journal().unwrap().path());
    while settled < 20 {
        let text = std::fs::read_to_string(path).unwrap();
        let count = |word: &str| text.matches(&format!(r#""is":"{word}""#)).count();
        let ended = count("submitted") + count("closed") + count("unknown");
        settled = if count("intent") == ended { settled + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut second = batch().start().await.unwrap();
    let (good, bad) = all(&mut second).await;
    assert_eq!(bad, []);
    assert_eq!(second.collected_before(), 10);
    assert_eq!(&good | &seen, (0..30).collect());
    drop(second);
    let mut third = batch().start().await.unwrap();
    assert!(third.next().await.is_none());
    assert_eq!((third.collected_before(), third.jobs()), (30, 30));
    assert!(charges(&simulator.ledger()).values().all(|charges| *charges == 1));
    assert_eq!(simulator.ledger().submits_received, 30);
}

#[tokio::test]
async fn inputs_are_recognised_wherever_they_stand() {
    let simulator = simulator().start().await.unwrap();
    let (client, _dir) = with_journal(&simulator);
    let run = async |inputs: Vec<JsonInput>| {
        all(&mut client.batch(inputs).named("n").start().await.unwrap()).await.0.len()
    };
    assert_eq!(run(vec![job(1), job(2), job(2)]).await, 3);
    assert_eq!(run(vec![job(0), job(2), job(2), job(1)]).await, 1, "only what is new");
    assert_eq!(run(vec![job(2); 3]).await, 1, "a third one is one more");
    assert_eq!(simulator.ledger().billed, 5);
}

#[tokio::test]
async fn what_has_an_unknown_outcome_is_reported_and_not_sent_again() {
    let lost = Faults::new().script(Endpoint::Submit, [None, Some(Fault::ResetAfter)]);
    let simulator = simulator().faults(lost).start().await.unwrap();
    let (client, _dir) = with_journal(&simulator);
    let batch = || client.batch(jobs(3)).in_flight(1).named("n");
    for start in 1..=2 {
        let mut results = batch().start().await.unwrap();
        let (_, bad) = all(&mut results).await;
        assert_eq!(bad.len(), 1, "start {start}");
        assert!(bad[0].0 == 1 && bad[0].1.contains("OutcomeUnknown"), "{bad:?}");
        assert_eq!(simulator.ledger().submits_received, 3);
    }
    let journal = client.journal().unwrap();
    let unknown = journal.recover().unwrap().unknown.remove(0);
    assert_eq!(unknown.batch, Some(("n".to_owned(), 1)));
    let id = simulator.ledger().entries[1].request_id.clone();
    journal.adopt(&unknown, &id.parse().unwrap()).unwrap();
    let (good, bad) = all(&mut batch().start().await.unwrap()).await;
    assert_eq!((good, bad.len()), ([1].into(), 0));
    assert_eq!(simulator.ledger().billed, 3);
}

#[tokio::test]
async fn limits_of_a_named_batch_count_all_its_starts() {
    let simulator = simulator().start().await.unwrap();
    let (client, _dir) = with_journal(&simulator);
    let batch = || client.batch(jobs(30)).named("n").in_flight(2);
    let mut results = batch().max_usd(5.0 * PRICE).start().await.unwrap();
    assert_eq!(all(&mut results).await.0.len(), 5);
    drop(results);
    let mut results = batch().max_usd(7.0 * PRICE).start().await.unwrap();
    assert_eq!(all(&mut results).await.0.len(), 2);
    drop(results);
    let mut results = batch().max_jobs(8).start().await.unwrap();
    assert_eq!(all(&mut results).await.0.len(), 1);
    assert_eq!(simulator.ledger().billed, 8);
}

#[tokio::test]
async fn what_earlier_starts_have_really_cost_counts() {
    let dear = |_: &str| json!({ "status": "succeeded", "output": "x", "cost": 2.0 });
    let server = service(dear, |_| Act::Hang).await;
    let dir = tempfile::tempdir().unwrap();
    let mut spent = Vec::new();
    for start in 0..3 {
        let client = service::with_journal(&server, dir.path());
        if start == 2 {
            client.journal().unwrap().compact().unwrap();
        }
        let batch = client.batch(jobs(9)).named("n").in_flight(1).price_usd(1.0).max_usd(5.0);
        let mut results = batch.start().await.unwrap();
        all(&mut results).await;
        assert!(results.left_out());
        spent.push((server.submits(), results.usd()));
    }
    assert_eq!(spent, [(2, 4.0); 3], "a third one might cost as much as the dearest");
}

#[tokio::test]
async fn a_name_needs_a_journal() {
    let server = Server::start(script([Act::Hang])).await;
    let error = server.client().batch(jobs(1)).named("n").start().await.unwrap_err();
    assert!(error.is_config(), "{error:?}");
}

#[tokio::test]
async fn a_submit_that_stays_busy_is_an_error_of_its_item() {
    let busy = Fault::from(FalseAnswer::too_many_requests().retry_after(0));
    let faults = Faults::new().rule(runcomfy::simulator::Rule::new(busy).on(Endpoint::Submit));
    let simulator = simulator().faults(faults).start().await.unwrap();
    let client = client_of(simulator.url()).retry_submits_for(Duration::from_millis(200));
    let mut results = client.build().unwrap().batch(jobs(3)).start().await.unwrap();
    let (good, bad) = all(&mut results).await;
    assert!(good.is_empty() && bad.iter().all(|(_, error)| error.contains("RateLimited")));
    assert_eq!(bad.len(), 3);
}

#[tokio::test]
async fn inputs_without_an_end_that_come_to_nothing_block_nobody() {
    let simulator = simulator().start().await.unwrap();
    let (client, _dir) = with_journal(&simulator);
    let mut results = client.batch(jobs(1)).named("n").max_jobs(1).start().await.unwrap();
    assert_eq!(all(&mut results).await.0.len(), 1);
    drop(results);
    // The job of the earlier start never comes up again, and there is no money for others.
    let others = (10..).map(job);
    let mut results = client.batch(others).named("n").max_jobs(1).start().await.unwrap();
    tokio::time::timeout(Duration::from_millis(20), results.next()).await.unwrap_err();
    results.stop();
    assert!(results.next().await.is_none() && results.left_out());
}
