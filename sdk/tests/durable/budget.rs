//! A limit in dollars holds, whatever the service says of costs.

use std::collections::BTreeSet;
use std::time::Duration;

use runcomfy::Error;
use serde_json::json;

use super::bank::{Bank, Outcome, catalog_entry, costs, jobs, odd_costs, run, submits_are_noted};
use crate::support::MODEL;

#[tokio::test]
async fn no_odd_cost_puts_money_back() {
    for cost in odd_costs() {
        for word in ["succeeded", "failed"] {
            let bank = Bank::at(0.5, [Outcome::Ends(word, cost.clone())]).await;
            let batch = bank.client().batch(jobs(400)).in_flight(3).max_usd(10.0);
            let (_, results) = run(batch).await;
            let (submits, usd) = (bank.submits(), results.usd());
            assert_eq!((submits, usd, results.left_out()), (20, 10.0, true), "{word} {cost:?}");
        }
    }
}

#[tokio::test]
async fn a_certain_cost_makes_room_for_more() {
    // While one is under way and the others have cost half of it, 19 fit in.
    for cost in [json!(0.05), json!("0.05 USD"), json!({ "amount": 0.05, "currency": "USD" })] {
        let bank = Bank::at(0.1, [costs(cost.clone())]).await;
        let batch = bank.client().batch(jobs(400)).in_flight(1).max_usd(1.0);
        let (_, results) = run(batch).await;
        assert_eq!((bank.submits(), results.usd()), (19, 0.95), "{cost}");
    }
}

/// What is set aside for those under way must not end a batch that has hardly spent anything.
#[tokio::test]
async fn money_that_jobs_under_way_may_put_back_is_waited_for() {
    let bank = Bank::at(0.5, [costs(0.05)]).await;
    let batch = bank.client().batch(jobs(400)).in_flight(50).max_usd(10.0);
    let (errors, results) = run(batch).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!((bank.submits(), results.usd(), results.left_out()), (191, 9.55, true));
}

#[tokio::test]
async fn a_dearer_job_counts_in_full_and_so_do_those_that_follow() {
    let bank = Bank::at(0.1, [costs(0.3), costs(0.2)]).await;
    let (_, results) = run(bank.client().batch(jobs(400)).in_flight(1).max_usd(1.0)).await;
    // 0.3, then 0.3 is set aside for each, of which 0.1 comes back.
    assert_eq!((bank.submits(), results.usd()), (4, 0.9));

    let bank = Bank::at(0.1, [costs(1e300)]).await;
    let (_, results) = run(bank.client().batch(jobs(400)).in_flight(1).max_usd(1e9)).await;
    assert_eq!(bank.submits(), 1);
    assert!(results.usd() > 1e9 && results.left_out(), "{}", results.usd());
}

#[tokio::test]
async fn a_job_cancelled_in_the_queue_costs_nothing_unless_the_service_says_so() {
    let cancelled = |cost| Outcome::Ends("cancelled", cost);
    for free in [None, Some(json!(null)), Some(json!(0)), Some(json!("0.00"))] {
        let bank = Bank::at(0.5, [cancelled(free.clone())]).await;
        let (errors, results) = run(bank.client().batch(jobs(30)).in_flight(2).max_usd(1.0)).await;
        assert!(errors.iter().all(Error::is_cancelled), "{errors:?}");
        assert_eq!((bank.submits(), results.usd()), (30, 0.0), "{free:?}");
    }
    for (billed, usd) in [(json!(0.5), 1.0), (json!(-1), 1.0), (json!("half"), 1.0)] {
        let bank = Bank::at(0.5, [cancelled(Some(billed.clone()))]).await;
        let (_, results) = run(bank.client().batch(jobs(30)).in_flight(2).max_usd(1.0)).await;
        assert_eq!((bank.submits(), results.usd()), (2, usd), "{billed}");
    }
}

#[tokio::test]
async fn what_was_refused_puts_its_money_back() {
    let outcomes = std::iter::repeat_n(Outcome::Refuses, 20).chain([costs(0.5)]);
    let bank = Bank::at(0.5, outcomes).await;
    let (errors, results) = run(bank.client().batch(jobs(30)).in_flight(2).max_usd(1.0)).await;
    assert_eq!((errors.len(), results.jobs(), results.usd()), (20, 2, 1.0));
    assert_eq!(bank.submits(), 22);
}

#[tokio::test]
async fn an_unknown_outcome_keeps_its_money_for_good() {
    let bank = Bank::at(0.5, [Outcome::Reset]).await;
    let client = bank.with_journal();
    let batch = || client.batch(jobs(30)).in_flight(2).max_usd(1.5).named("n");
    for start in 1..=3 {
        let (errors, results) = run(batch()).await;
        assert!(errors.iter().all(Error::is_outcome_unknown), "{errors:?}");
        assert_eq!((errors.len(), results.usd(), results.left_out()), (3, 1.5, true), "{start}");
        assert_eq!(bank.submits(), 3, "start {start}");
    }
}

/// A 429 is no reason to pay again where it names a job.
#[tokio::test]
async fn a_job_that_an_error_names_keeps_its_money_and_is_in_the_journal() {
    for status in [429, 409, 500, 503] {
        let bank = Bank::at(0.5, [Outcome::Names(status)]).await;
        let client = bank.with_journal();
        let batch = || client.batch(jobs(30)).in_flight(2).max_usd(1.5).named("n");
        let (errors, results) = run(batch()).await;
        assert!(errors.iter().all(Error::is_outcome_unknown), "{status}: {errors:?}");
        let ids: BTreeSet<_> = errors.iter().filter_map(Error::request_id).collect();
        assert!(ids.into_iter().eq(["r-0", "r-1", "r-2"]), "{status}: {errors:?}");
        assert_eq!((results.usd(), results.left_out()), (1.5, true), "{status}");
        drop(results);
        assert_eq!(client.recover().await.unwrap().jobs.len(), 3, "{status}");
        // The next start takes them up.
        let (errors, results) = run(batch()).await;
        assert!(errors.is_empty(), "{status}: {errors:?}");
        assert_eq!((results.usd(), results.left_out()), (1.5, true), "{status}");
        assert_eq!(bank.submits(), 3, "{status}");
    }
}

/// The limit is 5 dollars, and each job costs 3.20 where the catalog says 0.10.
#[tokio::test]
async fn a_named_batch_counts_what_earlier_starts_have_really_spent() {
    let bank = Bank::at(0.1, [costs(3.2)]).await;
    let client = bank.with_journal();
    let batch = || client.batch(jobs(50)).in_flight(1).max_usd(5.0).named("n");
    for start in 1..=10 {
        let (_, results) = run(batch()).await;
        assert_eq!((results.usd(), results.left_out()), (3.2, true), "start {start}");
        drop(results);
        assert_eq!(bank.submits(), 1, "start {start}");
        // What a batch has cost is not cleared out.
        let journal = client.journal().unwrap().clone();
        tokio::task::spawn_blocking(move || journal.compact().unwrap()).await.unwrap();
    }
    // And in the other direction: what cost less makes room at the next start.
    let bank = Bank::at(0.5, [costs(0.1)]).await;
    let client = bank.with_journal();
    let batch = |limit| client.batch(jobs(50)).in_flight(1).max_usd(limit).named("n");
    let (_, results) = run(batch(0.5)).await;
    assert_eq!((bank.submits(), results.usd()), (1, 0.1));
    drop(results);
    let (_, results) = run(batch(1.0)).await;
    assert_eq!((bank.submits(), results.usd()), (6, 0.6));
}

#[tokio::test]
async fn starts_without_a_limit_count_too() {
    let bank = Bank::at(0.1, [costs(0.4)]).await;
    let client = bank.with_journal();
    let batch = |count| client.batch(jobs(count)).in_flight(1).named("n");
    drop(run(batch(2)).await);
    assert_eq!((bank.submits(), bank.lookups()), (2, 0));
    let (_, results) = run(batch(50).max_usd(1.3)).await;
    assert_eq!((bank.submits(), results.usd()), (3, 1.2), "each like the dearest");
}

/// What such a job has cost is not known, and what it was expected to was not asked.
#[tokio::test]
async fn an_unsettled_job_of_a_start_without_a_limit_is_priced_now() {
    let bank = Bank::at(0.4, [Outcome::Reset]).await;
    let client = bank.with_journal();
    let batch = |count| client.batch(jobs(count)).in_flight(1).named("n");
    drop(run(batch(2)).await);
    bank.goes_on_with([costs(0.4)]);
    let (errors, results) = run(batch(50).max_usd(1.3)).await;
    assert_eq!((errors.len(), bank.submits(), results.usd()), (2, 3, 1.2));
    drop(results);
    // Where nobody knows the price, nothing is sent under a limit until the caller names one.
    bank.lists(MODEL, [catalog_entry(MODEL, &json!({}))]);
    let error = batch(50).max_usd(100.0).start().await.unwrap_err();
    assert!(error.is_price_unknown() && !error.may_have_cost(), "{error:?}");
    assert!(error.to_string().contains("unknown_price_usd"), "{error}");
    let (_, results) = run(batch(50).max_usd(3.4).unknown_price_usd(1.0)).await;
    assert_eq!((bank.submits(), results.usd()), (4, 2.8));
}

#[tokio::test]
async fn a_job_that_is_resumed_counts_with_what_it_costs() {
    let bank = Bank::at(0.1, [costs(0.7)]).await;
    let client = bank.with_journal();
    let batch = || client.batch(jobs(50)).in_flight(1).max_usd(1.0).named("n");
    let mut results = batch().start().await.unwrap();
    // Until the job is there; its result is left to the next start.
    while bank.submits() == 0 {
        let _ = tokio::time::timeout(Duration::from_millis(1), results.next()).await;
    }
    drop(results);
    submits_are_noted(&client).await;
    let (_, results) = run(batch()).await;
    assert_eq!((bank.submits(), results.usd(), results.left_out()), (1, 0.7, true));
}

#[tokio::test]
async fn amounts_are_exact() {
    for (price, limit, jobs_in_it) in [(0.1, 1.0, 10), (0.07, 0.7, 10), (0.01, 0.29, 29)] {
        let bank = Bank::at(price, [costs(price)]).await;
        let (_, results) = run(bank.client().batch(jobs(99)).in_flight(4).max_usd(limit)).await;
        assert_eq!((bank.submits(), results.usd()), (jobs_in_it, limit));
    }
}

#[tokio::test]
async fn a_limit_that_is_not_an_amount_is_refused() {
    let bank = Bank::at(0.1, [costs(0.1)]).await;
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.01] {
        let batch = || bank.client().batch(jobs(3)).max_usd(odd);
        for batch in [batch(), batch().max_usd(1.0).price_usd(odd), batch().unknown_price_usd(odd)]
        {
            let error = batch.start().await.unwrap_err();
            assert!(error.is_config() && !error.may_have_cost(), "{error:?}");
            assert!(
                error.to_string().contains(&format!("_usd({odd}) is not a valid amount")),
                "{error}"
            );
        }
    }
    assert!(bank.server.seen().is_empty());
}
