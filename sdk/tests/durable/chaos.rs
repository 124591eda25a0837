//! Everything goes wrong, often.
//!
//! `CHAOS_JOBS=10000` is the size for the night.

use std::collections::BTreeMap;
use std::time::Duration;

use runcomfy::simulator::{Faults, Simulator};
use runcomfy::{Client, Error};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::tools::{charged, charges, client_of, job, prompt, simulator, size};

/// Bad days that are lived through at the same time, each with chances of its own.
const DAYS: usize = 4;
/// Clients of one simulator, which do not wait for each other when it is busy.
const CLIENTS: usize = 10;

/// Every kind of fault there is, with a chance of 5 to 30 % each, in another order every day: of
/// two that cannot happen together, the first one does.
fn faults(day: usize, with_lost_jobs: bool) -> Faults {
    let answer = |answer: Value| json!({ "answer": answer });
    let error = json!({ "error_code": 500_001, "error_message": "try again later" });
    let mut kinds = vec![
        json!({ "delay_ms": 2 }),
        json!({ "refuse_connections_ms": 2 }),
        json!("reset_before"),
        json!("reset_after"),
        json!("reset_midway"),
        json!("cut_midway"),
        json!({ "stall_ms": 2 }),
        answer(json!({ "status": 429 })),
        answer(json!({ "status": 429, "retry_after": 0 })),
        answer(json!({ "status": 503 })),
        answer(json!({ "status": 500, "processed": true })),
        answer(json!({ "status": 502, "body": "html" })),
        answer(json!({ "status": 200, "body": "html", "processed": true })),
        answer(json!({ "status": 200, "body": { "json": error } })),
        answer(json!({ "status": 200, "body": { "json": error }, "processed": true })),
        json!("missing_request_id"),
        json!({ "status": "upper" }),
        json!({ "status": "synonym" }),
        json!({ "status": { "word": "hibernating" } }),
        json!({ "fail": "text" }),
        json!({ "fail": "list" }),
        json!({ "output": "mixed" }),
        json!("slow_cancel"),
        json!({ "redirect": {} }),
    ];
    if with_lost_jobs {
        kinds.push(json!({ "lose_after": 1 }));
    }
    let count = kinds.len();
    kinds.rotate_left(day * count / DAYS);
    let rules = kinds.into_iter().enumerate().map(|(place, kind)| {
        let percent = 5 + (place * 7 + day * 11) % 26;
        #[expect(clippy::cast_precision_loss, reason = "at most 30")]
        let chance = percent as f64 / 100.0;
        json!({ "do": kind, "chance": chance })
    });
    let rules: Vec<Value> = rules.collect();
    Faults::from_json(&json!({ "rules": rules, "seed": day }).to_string()).unwrap()
}

/// What the caller was told of a job.
struct Item {
    number: usize,
    told: Told,
    id: Option<String>,
}

/// How the caller was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Delivered,
    ById,
    OutcomeUnknown,
    /// That there is none.
    NotBilled,
}

fn told(error: &Error) -> Told {
    if error.job().is_some() {
        Told::ById
    } else if error.is_outcome_unknown() {
        assert!(error.fingerprint().is_some() && error.sent_at().is_some());
        Told::OutcomeUnknown
    } else {
        assert!(!error.may_have_cost(), "{error:?}");
        Told::NotBilled
    }
}

/// Runs these jobs; what was told of each of them.
async fn run(client: Client, first: usize, count: usize) -> Vec<Item> {
    let inputs = (first..first + count).map(job);
    let mut results = client.batch(inputs).in_flight(20).start().await.unwrap();
    let mut all = Vec::new();
    // Nothing takes minutes here but what hangs.
    while let Ok(Some(item)) = timeout(Duration::from_secs(300), results.next()).await {
        let (told, id) = match &item.result {
            Ok(done) => (Told::Delivered, Some(done.request_id())),
            Err(error) => (told(error), error.request_id()),
        };
        all.push(Item { number: first + item.index, told, id: id.map(str::to_owned) });
    }
    all
}

async fn bad_day(day: usize, jobs: usize, with_lost_jobs: bool) -> (Simulator, Vec<Item>) {
    let simulator = simulator().faults(faults(day, with_lost_jobs)).start().await.unwrap();
    let each = jobs.div_ceil(CLIENTS);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = client_of(simulator.url())
                .poll_between(Duration::ZERO, Duration::from_millis(20))
                // Every other one has little patience, and hears that nothing was sent.
                .retry_submits_for(Duration::from_secs(if number % 2 == 0 { 60 } else { 0 }))
                .build()
                .unwrap();
            let first = number * each;
            tokio::spawn(run(client, first, each.min(jobs.saturating_sub(first))))
        })
        .collect();
    let mut all = Vec::new();
    for client in clients {
        all.extend(client.await.unwrap());
    }
    (simulator, all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_bills_nothing_twice_and_loses_nothing() {
    let jobs = size("CHAOS_JOBS", 300);
    // A lost job is believed to be lost after a quarter of a minute: that is for the night.
    let with_lost_jobs = jobs > 1000;
    let each = jobs.div_ceil(DAYS);
    let days: Vec<_> =
        (0..DAYS).map(|day| tokio::spawn(bad_day(day, each, with_lost_jobs))).collect();
    let (mut twice, mut lost, mut hung, mut billed) = (0, 0, 0, 0);
    let mut counts: BTreeMap<Told, usize> = BTreeMap::new();
    for day in days {
        let (simulator, all) = day.await.unwrap();
        let ledger = simulator.ledger();
        let charges = charges(&ledger);
        billed += charges.values().sum::<usize>();
        twice += charges.values().filter(|count| **count > 1).count();
        hung += each - all.len();
        for Item { number, told, id } in all {
            *counts.entry(told).or_default() += 1;
            lost += usize::from(told == Told::NotBilled && charged(&charges, number) > 0);
            if let Some(id) = id {
                let entry = ledger.entry(&id).expect("an id that was given out");
                assert_eq!(entry.input["prompt"], prompt(number), "the id of another job");
            }
        }
    }
    println!(
        "chaos: {} jobs, billed {billed}, told {counts:?}, billed twice {twice}, billed and lost \
         {lost}, hung {hung}",
        each * DAYS,
    );
    assert_eq!((twice, lost, hung), (0, 0, 0));
    assert!(counts.len() == 4 || jobs < 100, "all four happen: {counts:?}");
}
