//! Everything goes wrong, often: the network, the service, the journals, and the programs.
//!
//! Each day is a simulator with every kind of fault that there is. Its programs have journals, and
//! are started again and again, in the bad weather and at last in a calm; then the books of the
//! simulator are held against what the programs have, and against what they were told.
//!
//! `CHAOS_JOBS=10000` is the size for the night.

mod books;
mod callers;
mod damage;
mod judge;
mod program;
mod weather;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use runcomfy::JsonInput;
use runcomfy::simulator::{Fault, Faults, QueuePace, Simulator, Submission};
use serde_json::json;
use tokio::time::sleep;

use super::tools::{model, prompt, simulator, size};
use judge::{Tally, judge};
use program::Program;
use weather::{is_late, weather};

/// Bad days that are lived through at the same time, each with faults in an order of its own.
const DAYS: usize = 4;
/// Programs in a day, each with a journal.
const PROGRAMS: usize = 2;
/// The jobs are spread over models: a busy model is shut, for minutes at times.
const MODELS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_bills_nothing_twice_and_loses_nothing() {
    let jobs = size("CHAOS_JOBS", 320);
    let each = jobs.div_ceil(DAYS * PROGRAMS);
    let days: Vec<_> = (0..DAYS).map(|day| tokio::spawn(bad_day(day, each))).collect();
    let (mut tally, mut met) = (Tally::default(), BTreeSet::new());
    for day in days {
        let (of_day, met_then) = day.await.unwrap();
        tally.add(of_day);
        met.extend(met_then);
    }
    println!("chaos: {tally}");
    assert!(tally.violations.is_empty(), "{}", tally.violations.join("\n"));
    assert!(2 * tally.delivered > tally.jobs, "most are delivered: {tally}");
    if jobs >= 300 {
        let missing = Fault::every_kind().into_iter().map(|fault| fault.to_string());
        let missing: Vec<_> = missing.filter(|words| !met.contains(words)).collect();
        assert!(missing.is_empty(), "kinds of faults that nothing has met: {missing:?}");
    }
}

/// What a day came to, and the faults that were met, in words.
async fn bad_day(day: usize, each: usize) -> (Tally, BTreeSet<String>) {
    let met: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let meet = met.clone();
    let simulator = (0..MODELS)
        .fold(simulator(), |simulator, number| simulator.model(model(&model_id(number))))
        .queue_with(pace)
        .faults(weather(day))
        .on_request(move |request| {
            let mut met = meet.lock().unwrap_or_else(PoisonError::into_inner);
            met.extend(request.faults.iter().cloned());
        })
        .start()
        .await
        .unwrap();
    let programs: Vec<_> = (day * PROGRAMS..(day + 1) * PROGRAMS)
        .map(|number| Program::new(&simulator, number, number * each..(number + 1) * each))
        .collect();
    tokio::join!(join_all(programs.iter().map(|program| program.live(&simulator))), async {
        sleep(Duration::from_millis(700)).await;
        simulator.refuse_connections(Duration::from_millis(300)).await;
    });
    simulator.set_faults(Faults::new());
    let left = join_all(programs.iter().map(|program| program.settle(&simulator))).await;
    until_all_has_arrived(&simulator).await;

    let mut tally = Tally::default();
    for (program, left) in programs.iter().zip(left) {
        tally.add(judge(&simulator, program, &left).await);
    }
    let met = std::mem::take(&mut *met.lock().unwrap());
    (tally, met)
}

/// Some submits are carried out long after their callers have given up.
async fn until_all_has_arrived(simulator: &Simulator) {
    while simulator.ledger().submits.iter().any(is_late) {
        sleep(Duration::from_millis(100)).await;
    }
}

fn model_id(number: usize) -> String {
    format!("acme/paint-{}/text-to-image", number % MODELS)
}

fn job(number: usize) -> JsonInput {
    JsonInput::new(model_id(number), json!({ "prompt": prompt(number) }))
}

fn pace(submission: &Submission<'_>) -> QueuePace {
    match submission.input["prompt"].as_str().map_or(0, str::len) % 4 {
        0 => QueuePace::clock(1, Duration::from_millis(15), Duration::from_millis(10)),
        1 => QueuePace::polls(1, 1),
        _ => QueuePace::instant(),
    }
}
