//! Locks that are held by others, and lock files that somebody removes.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use runcomfy::{JobToken, Journal};
use serde_json::json;

use super::service::{listed, made, picture, service, with_journal};
use super::tools::{child, client_of, given, job, jobs, simulator, words};
use crate::support::{Act, Server, input, json_answer, script};

const PROCESSES: usize = 4;
const EACH: usize = 100;

/// Four processes write while somebody tidies up: the lock file goes, again and again, and the
/// journal is compacted all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_file_that_is_removed_loses_nothing() {
    if let Some(url) = given("RUNCOMFY_TEST_URL") {
        let client = client_of(&url).journal(given("RUNCOMFY_TEST_PATH").unwrap()).build().unwrap();
        for number in 0..EACH {
            client.submit(job(number)).await.unwrap();
        }
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = Journal::open(&path).unwrap();
    let simulator = simulator().start().await.unwrap();
    let variables =
        [("RUNCOMFY_TEST_URL", simulator.url()), ("RUNCOMFY_TEST_PATH", path.to_str().unwrap())];
    let test = "locks::a_lock_file_that_is_removed_loses_nothing";
    let mut children: Vec<Child> =
        (0..PROCESSES).map(|_| child(test, &variables).spawn().unwrap()).collect();
    while !children.is_empty() {
        let (compacting, lock) = (journal.clone(), dir.path().join("journal.lock"));
        let tidy = move || {
            for _ in 0..20 {
                let _ = fs::remove_file(&lock);
                std::thread::sleep(Duration::from_micros(300));
            }
            compacting.compact().unwrap();
        };
        tokio::task::spawn_blocking(tidy).await.unwrap();
        children.retain_mut(|child| match child.try_wait().unwrap() {
            None => true,
            Some(status) => {
                assert!(status.success());
                false
            }
        });
    }
    let left = journal.recover().unwrap();
    let known: Vec<_> = left.jobs.iter().map(|job| job.token.request_id()).collect();
    let entries = simulator.ledger().entries;
    let lost = entries.iter().filter(|entry| !known.contains(&&*entry.request_id)).count();
    println!("locks: {} jobs, {lost} lost, {} unknown", entries.len(), left.unknown.len());
    assert_eq!((entries.len(), lost, left.unknown.len()), (PROCESSES * EACH, 0, 0));
}

/// Holds the lock until it is killed.
fn holder(path: &Path) -> Child {
    let lock = path.with_file_name("journal.lock");
    let held = path.with_file_name("held");
    let variables = [
        ("RUNCOMFY_TEST_LOCK", lock.to_str().unwrap()),
        ("RUNCOMFY_TEST_HELD", held.to_str().unwrap()),
    ];
    let mut child = child("locks::holds_a_lock", &variables);
    let child = child.stdin(Stdio::null()).spawn().unwrap();
    while !held.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    fs::remove_file(held).unwrap();
    child
}

/// Not a test of its own: the child of others.
#[test]
fn holds_a_lock() {
    let Some(lock) = given("RUNCOMFY_TEST_LOCK") else { return };
    let lock = fs::OpenOptions::new().write(true).create(true).truncate(false).open(lock).unwrap();
    lock.lock().unwrap();
    fs::write(given("RUNCOMFY_TEST_HELD").unwrap(), "").unwrap();
    std::thread::sleep(Duration::from_secs(600));
}

fn release(mut holder: Child) {
    holder.kill().unwrap();
    holder.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_never_let_go_of_stops_neither_a_start_nor_a_submit_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let held: Arc<Mutex<Option<Child>>> = Arc::default();
    let server = Server::start({
        let (held, path) = (held.clone(), path.clone());
        move |_: &_| {
            *held.lock().unwrap() = Some(holder(&path));
            json_answer(200, &json!({ "request_id": "r-1" }))
        }
    })
    .await;
    let told: Arc<Mutex<Option<JobToken>>> = Arc::default();
    let heard = told.clone();
    let client = server
        .builder()
        .journal(&path)
        .on_submitted(move |job| *heard.lock().unwrap() = Some(job.clone()))
        .build()
        .unwrap();
    let submit = tokio::spawn({
        let client = client.clone();
        async move { client.submit(input()).await }
    });
    // The hook hears of it before anybody waits for the lock.
    let begun = Instant::now();
    while told.lock().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!submit.is_finished(), "it waits for the lock");
    let job = submit.await.unwrap().unwrap();
    assert_eq!(job.request_id(), "r-1", "the caller has the job all the same");
    let error = client.submit(input()).await.unwrap_err();
    assert!(error.is_journal() && !error.may_have_cost(), "{error:?}");
    assert!(error.to_string().contains("journal.lock"), "{error}");
    assert_eq!(server.submits(), 1);

    let opening = dir.path().to_owned();
    let other = std::thread::spawn(move || {
        fs::create_dir(opening.join("other")).unwrap();
        let path = opening.join("other/journal");
        let holder = holder(&path);
        let opened = server.builder().journal(&path).build().map(drop);
        release(holder);
        opened
    });
    let error = other.join().unwrap().unwrap_err();
    assert!(error.is_journal() && error.to_string().contains("held the lock"), "{error}");

    release(held.lock().unwrap().take().unwrap());
    assert_eq!(listed(&client).await, ["r-1"], "what was owed is written");
    assert_eq!(words(&path), ["intent", "submitted"]);
}

/// What is owed is written at the end, if it was not before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_owed_is_written_when_the_client_goes() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, away) = (dir.path().join("folder"), dir.path().join("away"));
    let server = Server::start({
        let (folder, away) = (folder.clone(), away.clone());
        move |_: &_| {
            fs::rename(&folder, &away).unwrap();
            json_answer(200, &json!({ "request_id": "r-1" }))
        }
    })
    .await;
    let path = folder.join("journal");
    let client = server.builder().journal(&path).build().unwrap();
    client.submit(input()).await.unwrap();
    fs::rename(&away, &folder).unwrap();
    assert_eq!(words(&path), ["intent"]);
    drop(client);
    // The task of the submit may be the last one that has it.
    let begun = Instant::now();
    while words(&path) == ["intent"] && begun.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(words(&path), ["intent", "submitted"]);
}

/// A batch whose lock file was removed must not go on paying: another start may have begun.
#[cfg(unix)]
#[tokio::test]
async fn a_batch_lock_on_a_removed_file_does_not_count() {
    let server = service(|_| made(&["a.gif"]), picture).await;
    let dir = tempfile::tempdir().unwrap();
    let client = with_journal(&server, dir.path());
    let batch = || client.batch(jobs(4)).named("n").in_flight(1);
    let mut first = batch().start().await.unwrap();
    first.next().await.unwrap().result.unwrap();
    for file in fs::read_dir(dir.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "batch") {
            fs::remove_file(path).unwrap();
        }
    }
    let mut second = batch().start().await.unwrap();
    let error = first.next().await.unwrap().result.unwrap_err();
    assert!(error.is_journal() && error.to_string().contains("start it again"), "{error}");
    let mut count = 0;
    while let Some(item) = second.next().await {
        item.result.unwrap();
        count += 1;
    }
    drop(first);
    assert_eq!((count, server.submits()), (4, 4), "each was paid for once");
}

/// A journal needs none of the threads that Tokio has for what blocks.
#[test]
fn a_runtime_whose_blocking_threads_are_all_busy_does_not_stop_the_journal() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .enable_all()
        .build()
        .unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let busy = Arc::new(AtomicUsize::new(0));
    for _ in 0..8 {
        let (over, busy) = (over.clone(), busy.clone());
        runtime.spawn_blocking(move || {
            busy.fetch_add(1, Ordering::SeqCst);
            while !over.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(2));
            }
        });
    }
    while busy.load(Ordering::SeqCst) < 8 {
        std::thread::sleep(Duration::from_millis(2));
    }
    let dir = tempfile::tempdir().unwrap();
    let work = async {
        let server = service(|_| made(&["a.gif"]), picture).await;
        let client = with_journal(&server, dir.path());
        let mut results = client.batch(jobs(2)).named("n").start().await.unwrap();
        while let Some(item) = results.next().await {
            item.collect();
        }
        client.recover().await.unwrap().jobs.len()
    };
    let limit = Duration::from_secs(120);
    let done = runtime.block_on(async { tokio::time::timeout(limit, work).await });
    over.store(true, Ordering::SeqCst);
    assert_eq!(done.unwrap(), 0);
}

/// What another process has under way is not reported as lost while that process lives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_has_under_way_is_not_lost_before_it_is_gone() {
    if let Some(url) = given("RUNCOMFY_TEST_URL") {
        let client = client_of(&url).journal(given("RUNCOMFY_TEST_PATH").unwrap()).build().unwrap();
        client.submit(input()).await.unwrap();
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let server = Server::start(script([Act::Hang])).await;
    let url = server.url("");
    let variables = [("RUNCOMFY_TEST_URL", &*url), ("RUNCOMFY_TEST_PATH", path.to_str().unwrap())];
    let test = "locks::what_another_process_has_under_way_is_not_lost_before_it_is_gone";
    let mut other = child(test, &variables).spawn().unwrap();
    server.requests(1).await;
    let journal = Journal::open(&path).unwrap();
    assert!(journal.recover().unwrap().unknown.is_empty());
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(journal.recover().unwrap().unknown.len(), 1);
    drop(journal);
    drop(Journal::open(&path).unwrap());
    let left = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().path());
    let left: Vec<_> = left.filter(|path| path.to_string_lossy().ends_with(".alive")).collect();
    assert!(left.is_empty(), "what it has left is tidied up: {left:?}");
}

/// A service that answers its submits once the gate is open.
async fn late(gate: &Arc<tokio::sync::Notify>) -> Server {
    let accepted = json_answer(200, &json!({ "request_id": "r-1" }));
    let late = Act::When(gate.clone(), Box::new(accepted));
    Server::start(move |seen| {
        if seen.method == "POST" {
            return late.clone();
        }
        if seen.path.contains("/status") {
            crate::support::status("completed")
        } else {
            crate::support::success()
        }
    })
    .await
}

/// A batch that is dropped in the middle of a submit, and started again at once, waits for its
/// answer. That may be there before the item comes up.
#[tokio::test]
async fn a_batch_that_is_started_again_waits_for_what_is_under_way() {
    for is_answered_first in [false, true] {
        let gate = Arc::new(tokio::sync::Notify::new());
        let server = late(&gate).await;
        let dir = tempfile::tempdir().unwrap();
        let client = with_journal(&server, dir.path());
        let start = || client.batch([input()]).named("n").start();
        let mut first = start().await.unwrap();
        tokio::select! {
            _ = first.next() => unreachable!("the answer is not there"),
            () = server.requests(1) => {}
        }
        drop(first);
        let mut second = start().await.unwrap();
        gate.notify_one();
        while is_answered_first && !words(&dir.path().join("journal")).contains(&"submitted".into())
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let item = second.next().await.unwrap();
        assert_eq!(item.result.unwrap().request_id(), "r-1", "{is_answered_first}");
        assert_eq!(server.submits(), 1);
    }
}
