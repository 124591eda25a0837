//! Several processes with one journal.

use std::fs;
use std::process::Child;

use runcomfy::Journal;

use super::tools::{child, client_of, given, job, simulator};

const PROCESSES: usize = 4;
const EACH: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_write_at_once_while_it_is_compacted() {
    if let Some(url) = given("RUNCOMFY_TEST_URL") {
        return submit_some(&url).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = Journal::open(&path).unwrap();
    let simulator = simulator().start().await.unwrap();
    let variables =
        [("RUNCOMFY_TEST_URL", simulator.url()), ("RUNCOMFY_TEST_PATH", path.to_str().unwrap())];
    let test = "shared::many_processes_write_at_once_while_it_is_compacted";
    let mut children: Vec<Child> =
        (0..PROCESSES).map(|_| child(test, &variables).spawn().unwrap()).collect();
    while !children.is_empty() {
        let compacting = journal.clone();
        tokio::task::spawn_blocking(move || compacting.compact().unwrap()).await.unwrap();
        children.retain_mut(|child| match child.try_wait().unwrap() {
            None => true,
            Some(status) => {
                assert!(status.success());
                false
            }
        });
    }
    let found = journal.recover().unwrap();
    assert!(found.unknown.is_empty(), "{:?}", found.unknown);
    assert_eq!(found.jobs.len(), PROCESSES * EACH);
    let accepted = simulator.ledger().entries;
    assert!(
        accepted.iter().all(|entry| {
            found.jobs.iter().any(|job| job.token.request_id() == entry.request_id)
        })
    );
    for line in fs::read_to_string(&path).unwrap().lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

async fn submit_some(url: &str) {
    let path = given("RUNCOMFY_TEST_PATH").unwrap();
    let client = client_of(url).journal(path).build().unwrap();
    // One by one, so that each is a write of its own.
    for number in 0..EACH {
        client.submit(job(number)).await.unwrap();
    }
}
