//! A batch whose process is killed again and again.
//!
//! `KILLS=200` is the size for the night.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runcomfy::simulator::{Endpoint, Fault, Faults, Ledger, QueuePace, Rule, Simulator};
use runcomfy::{Client, Completed, Journal};
use serde_json::Value;
use tokio::task::JoinSet;

use super::tools::{
    charged, charges, child, client_of, given, job, now_ms, prompt, simulator, size,
};
use crate::support::get;

const JOBS: usize = 200;
/// How many items are under way at a time, and how many downloads.
const IN_FLIGHT: usize = 8;
const DOWNLOADS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_killed_pays_nothing_twice_and_loses_nothing() {
    if let Some(url) = given("RUNCOMFY_TEST_URL") {
        return run_batch(&url).await;
    }
    let goal = size("KILLS", 15);
    let pace = QueuePace::clock(1, Duration::from_millis(5), Duration::from_millis(10));
    // Files take a while, so that kills hit them, too.
    let slow = Rule::new(Fault::Stall(Duration::from_millis(5))).on(Endpoint::File).chance(0.5);
    let in_pieces = Rule::new(Fault::CutAfter(400)).on(Endpoint::File).chance(0.3);
    let faults = Faults::new().rule(slow).rule(in_pieces);
    let simulator = simulator().queue(pace).faults(faults).start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (mut killed_at, mut round) = (Vec::new(), 0);
    while killed_at.len() < goal || round == 0 {
        killed_until_done(&simulator, dir.path(), round, goal, &mut killed_at).await;
        round += 1;
    }
    let kills = killed_at.len();
    let told = told(dir.path());
    let left = Journal::open(dir.path().join("journal")).unwrap().recover().unwrap();
    let ids: BTreeSet<_> = left.jobs.iter().map(|job| job.token.request_id().to_owned()).collect();
    assert!(ids.is_empty(), "the last start has collected them: {ids:?}");

    let ledger = simulator.ledger();
    let charges = charges(&ledger);
    let twice = charges.values().filter(|count| **count > 1).count();
    simulator.set_faults(Faults::new());
    let (mut lost, mut saved) = (0, 0);
    for number in 0..round * JOBS {
        let has_files = !files(dir.path(), number).is_empty();
        if has_files {
            assert!(
                is_right(&simulator, &ledger, dir.path(), number).await,
                "the file of {number}"
            );
            saved += 1;
        }
        let is_known = has_files || told.contains(&number);
        lost += usize::from(charged(&charges, number) > 0 && !is_known);
        assert!(is_known, "every item has come: {number}");
    }
    let unknown = left.unknown.len();
    println!(
        "kill: {kills} kills, {} jobs in {round} batches: billed {}, files of {saved}, told {}, \
         outcome unknown {unknown}, billed twice {twice}, billed and lost {lost}",
        round * JOBS,
        charges.values().sum::<usize>(),
        told.len(),
    );
    assert_eq!((twice, lost), (0, 0));
    // What was killed in the middle of a submit, and no more.
    assert!(unknown <= kills * IN_FLIGHT, "{unknown}");
    for submit in &left.unknown {
        let (batch, item) = submit.batch.as_ref().unwrap();
        let number = round_of(batch) * JOBS + item;
        let Some(sent) = ledger.submits_with_input("prompt", prompt(number)).last() else {
            continue;
        };
        // Its process lives for 150 ms at most, and more on a slow machine.
        let cut = sent.arrived_at_ms.saturating_sub(1000)..=sent.arrived_at_ms + 5000;
        assert!(killed_at.iter().any(|at| cut.contains(at)), "no kill made it unknown: {submit}");
    }
}

fn batch_name(round: usize) -> String {
    format!("round {round}")
}

fn round_of(batch: &str) -> usize {
    batch.rsplit(' ').next().unwrap().parse().unwrap()
}

/// Starts the batch until it ends by itself; until then it is killed, as long as there are not so many
/// kills. Notes when that was.
async fn killed_until_done(
    simulator: &Simulator,
    dir: &Path,
    round: usize,
    goal: usize,
    killed_at: &mut Vec<u64>,
) {
    let variables = [
        ("RUNCOMFY_TEST_URL", simulator.url()),
        ("RUNCOMFY_TEST_DIR", dir.to_str().unwrap()),
        ("RUNCOMFY_TEST_ROUND", &round.to_string()),
    ];
    let test = "kill::a_batch_that_is_killed_pays_nothing_twice_and_loses_nothing";
    loop {
        let is_left = killed_at.len() < goal;
        let mut process = child(test, &variables).spawn().unwrap();
        let mut at = Duration::from_micros(fastrand::u64(0..150_000));
        while is_left && !at.is_zero() && process.try_wait().unwrap().is_none() {
            let step = at.min(Duration::from_millis(10));
            tokio::time::sleep(step).await;
            at -= step;
        }
        if is_left && process.try_wait().unwrap().is_none() {
            process.kill().unwrap();
            process.wait().unwrap();
            killed_at.push(now_ms());
            continue;
        }
        let ended = tokio::task::spawn_blocking(move || process.wait()).await.unwrap();
        return assert!(ended.unwrap().success());
    }
}

/// The child: saves the files of every other item, and of the others writes down what it is told, and
/// only then says that it has it.
async fn run_batch(url: &str) {
    let dir = PathBuf::from(given("RUNCOMFY_TEST_DIR").unwrap());
    let round = size("RUNCOMFY_TEST_ROUND", 0);
    let client = client_of(url).journal(dir.join("journal")).build().unwrap();
    let mut file = OpenOptions::new().append(true).create(true).open(dir.join("told")).unwrap();
    let first = round * JOBS;
    let inputs = (first..first + JOBS).map(job);
    let batch = client.batch(inputs).in_flight(IN_FLIGHT).named(batch_name(round));
    let mut results = batch.start().await.unwrap();
    let mut downloads = JoinSet::new();
    while let Some(item) = results.next().await {
        let number = first + item.index;
        let line = match &item.result {
            Ok(done) if number.is_multiple_of(2) => {
                if downloads.len() >= DOWNLOADS {
                    downloads.join_next().await.unwrap().unwrap();
                }
                downloads.spawn(save(client.clone(), done.clone(), folder(&dir, number)));
                continue;
            }
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
    while let Some(saved) = downloads.join_next().await {
        saved.unwrap();
    }
}

async fn save(client: Client, done: Completed<Value>, folder: PathBuf) {
    client.download(&done).to(folder).await.unwrap();
}

fn folder(dir: &Path, number: usize) -> PathBuf {
    dir.join("files").join(number.to_string())
}

/// The files that have their names.
fn files(dir: &Path, number: usize) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(folder(dir, number)) else { return Vec::new() };
    let is_named = |path: &PathBuf| !path.file_name().unwrap().to_string_lossy().starts_with('.');
    files.map(|file| file.unwrap().path()).filter(is_named).collect()
}

/// Whether the files of a job are whole.
async fn is_right(simulator: &Simulator, ledger: &Ledger, dir: &Path, number: usize) -> bool {
    let entry = ledger.with_input("prompt", prompt(number)).next().unwrap();
    let url = format!("{}/files/{}/0.png", simulator.url(), entry.request_id);
    let right = get(&url).await;
    files(dir, number).iter().all(|path| fs::read(path).unwrap() == right)
}

/// The items of which it was written down what came of them.
fn told(dir: &Path) -> BTreeSet<usize> {
    let text = fs::read_to_string(dir.join("told")).unwrap();
    // A kill may have cut a line, which was not followed by a new one then.
    text.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
}
