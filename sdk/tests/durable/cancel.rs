//! The future of a run, dropped at every point where it waits.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use runcomfy::simulator::{Endpoint, Fault, Faults, QueuePace, Rule, Simulator};
use runcomfy::{Client, Journal};
use tokio::time::timeout;

use super::tools::{charged, charges, client_of, job, simulator};

/// Polls a future until it has waited so often, and drops it then; its end, if it got there.
async fn stepped<T>(steps: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut waits = 0;
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(end) => Poll::Ready(Some(end)),
        Poll::Pending if waits == steps => Poll::Ready(None),
        Poll::Pending => {
            waits += 1;
            Poll::Pending
        }
    })
    .await
}

/// Runs a job for every number of steps until one gets to its result; how many of them it took.
/// One that gets to an error ends earlier, and the next one may get further.
async fn at_every_step(client: &Client) -> usize {
    let mut steps = 0;
    while !matches!(stepped(steps, client.run(job(steps))).await, Some(Ok(_))) {
        steps += 1;
        assert!(steps < 10_000, "it never ends");
    }
    steps + 1
}

/// Waits until the tasks of the submits have written everything down.
async fn settled(simulator: &Simulator, journal: &Journal) -> (usize, usize) {
    loop {
        let text = std::fs::read_to_string(journal.path()).unwrap();
        let count = |word: &str| text.matches(&format!("\"is\":\"{word}\"")).count();
        let ended = count("submitted") + count("unknown") + count("closed");
        let accepted = simulator.ledger().entries.len();
        if ended == count("intent") && count("submitted") + count("unknown") >= accepted {
            return (count("submitted"), count("unknown"));
        }
        tokio::task::yield_now().await;
    }
}

async fn no_step_loses_a_job(faults: Faults) {
    let dir = tempfile::tempdir().unwrap();
    let simulator = simulator().queue(QueuePace::polls(2, 2)).faults(faults);
    let simulator = simulator.start().await.unwrap();
    let client = client_of(simulator.url()).journal(dir.path().join("journal")).build().unwrap();
    let steps = at_every_step(&client).await;
    assert!(steps > 5, "{steps}");
    let journal = client.journal().unwrap();
    let settled = timeout(Duration::from_secs(60), settled(&simulator, journal)).await;
    let (submitted, unknown) = settled.expect("every submit is written down");

    let ledger = simulator.ledger();
    let charges = charges(&ledger);
    let twice = (0..steps).filter(|step| charged(&charges, *step) > 1).count();
    let found = journal.recover().unwrap();
    let text = std::fs::read_to_string(journal.path()).unwrap();
    let known = ledger.entries.iter().filter(|entry| text.contains(&entry.request_id)).count();
    let lost = ledger.entries.len().saturating_sub(known + found.unknown.len());
    println!(
        "cancel: {steps} steps, billed {}, submitted {submitted}, outcome unknown {unknown}, \
         billed twice {twice}, billed and lost {lost}",
        ledger.billed,
    );
    assert_eq!((twice, lost), (0, 0));
}

#[tokio::test]
async fn a_run_dropped_at_any_point_loses_nothing() {
    no_step_loses_a_job(Faults::new()).await;
}

#[tokio::test]
async fn a_run_dropped_at_any_point_of_a_bad_day_loses_nothing() {
    let lost = Rule::new(Fault::ResetAfter).on(Endpoint::Submit).chance(0.3);
    let broken = Rule::new(Fault::ResetMidway).chance(0.3);
    no_step_loses_a_job(Faults::new().rule(lost).rule(broken).seed(7)).await;
}
