//! A batch whose process is killed again and again.
//!
//! `KILLS=200` is the size for the night.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use runcomfy::Journal;
use runcomfy::simulator::{QueuePace, Simulator};

use super::tools::{charged, charges, child, client_of, given, job, simulator, size};

const JOBS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_killed_pays_nothing_twice_and_loses_nothing() {
    if let Some(url) = given("RUNCOMFY_TEST_URL") {
        return run_batch(&url).await;
    }
    let goal = size("KILLS", 15);
    let pace = QueuePace::clock(1, Duration::from_millis(5), Duration::from_millis(10));
    let simulator = simulator().queue(pace).start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (mut kills, mut round) = (0, 0);
    while kills < goal || round == 0 {
        kills += killed_until_done(&simulator, dir.path(), round, goal - kills).await;
        round += 1;
    }
    let told = told(dir.path());
    let left = Journal::open(dir.path().join("journal")).unwrap().recover().unwrap();
    let ids: BTreeSet<_> = left.jobs.iter().map(|job| job.token.request_id().to_owned()).collect();
    assert!(ids.is_empty(), "the last start has collected them: {ids:?}");

    let charges = charges(&simulator.ledger());
    let twice = charges.values().filter(|count| **count > 1).count();
    let number_of = |number: &usize| charged(&charges, *number) > 0 && !told.contains(number);
    let lost = (0..round * JOBS).filter(number_of).count();
    let unknown = left.unknown.len();
    println!(
        "kill: {kills} kills, {} jobs in {round} batches: billed {}, told {}, outcome unknown \
         {unknown}, billed twice {twice}, billed and lost {lost}",
        round * JOBS,
        charges.values().sum::<usize>(),
        told.len(),
    );
    assert_eq!((twice, lost), (0, 0));
    assert_eq!(told.len(), round * JOBS, "every item has come");
    // What was killed in the middle of a submit, and no more.
    assert!(unknown <= kills * 16, "{unknown}");
}

/// Starts the batch until it ends by itself; how often it was killed.
async fn killed_until_done(simulator: &Simulator, dir: &Path, round: usize, most: usize) -> usize {
    let variables = [
        ("RUNCOMFY_TEST_URL", simulator.url()),
        ("RUNCOMFY_TEST_DIR", dir.to_str().unwrap()),
        ("RUNCOMFY_TEST_ROUND", &round.to_string()),
    ];
    let test = "kill::a_batch_that_is_killed_pays_nothing_twice_and_loses_nothing";
    let mut kills = 0;
    loop {
        let mut process = child(test, &variables).spawn().unwrap();
        let mut at = Duration::from_micros(fastrand::u64(0..150_000));
        while kills < most && !at.is_zero() && process.try_wait().unwrap().is_none() {
            let step = at.min(Duration::from_millis(10));
            tokio::time::sleep(step).await;
            at -= step;
        }
        if kills < most && process.try_wait().unwrap().is_none() {
            process.kill().unwrap();
            process.wait().unwrap();
            kills += 1;
            continue;
        }
        let ended = tokio::task::spawn_blocking(move || process.wait()).await.unwrap();
        assert!(ended.unwrap().success());
        return kills;
    }
}

/// The child: writes down what it is told, and only then says that it has it.
async fn run_batch(url: &str) {
    let dir = given("RUNCOMFY_TEST_DIR").unwrap();
    let dir = Path::new(&dir);
    let round = size("RUNCOMFY_TEST_ROUND", 0);
    let client = client_of(url).journal(dir.join("journal")).build().unwrap();
    let mut file = OpenOptions::new().append(true).create(true).open(dir.join("told")).unwrap();
    let first = round * JOBS;
    let inputs = (first..first + JOBS).map(job);
    let batch = client.batch(inputs).in_flight(8).named(format!("round {round}"));
    let mut results = batch.start().await.unwrap();
    while let Some(item) = results.next().await {
        let number = first + item.index;
        let line = match &item.result {
            Ok(done) => format!("{number} {}\n", done.request_id()),
            Err(error) if error.is_outcome_unknown() => {
                format!("{number} unknown {}\n", error.fingerprint().unwrap())
            }
            Err(error) => panic!("{error:?}"),
        };
        // In one piece: a kill between two would leave the beginning of a line to the next one.
        file.write_all(line.as_bytes()).unwrap();
        item.collect();
    }
}

fn told(dir: &Path) -> BTreeSet<usize> {
    let text = std::fs::read_to_string(dir.join("told")).unwrap();
    // A kill may have cut a line, which was not followed by a new one then.
    text.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
}
