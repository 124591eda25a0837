//! The client for programs without async.
#![cfg(all(feature = "blocking", feature = "simulator"))]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use runcomfy::blocking::Client;
use runcomfy::models::google::nano_banana_2::text_to_image::Input;
use runcomfy::simulator::{QueuePace, Simulator};
use runcomfy::{CancelOutcome, ClientBuilder, Event, State};
use serde_json::json;
use support::{Act, Server, input, json_answer, success};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

/// A simulator, and the runtime that it needs and the client does not.
fn simulator(pace: QueuePace) -> (Runtime, Simulator) {
    let host = Runtime::new().unwrap();
    let simulator = Simulator::builder().compiled_models().queue(pace).start();
    let simulator = host.block_on(simulator).unwrap();
    (host, simulator)
}

fn builder(simulator: &Simulator) -> ClientBuilder {
    Client::builder()
        .token("t")
        .base_url(simulator.url())
        .poll_between(Duration::ZERO, Duration::from_millis(20))
}

#[test]
fn a_run_and_its_files() {
    let (_host, simulator) = simulator(QueuePace::instant());
    let client = builder(&simulator).build_blocking().unwrap();
    let done = client.run(Input::new("a lighthouse").num_images(2)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let saved = client.download(&done).to(folder.path()).named("light").run().unwrap();
    assert_eq!(saved.len(), 2);
    assert!(saved.iter().all(|file| file.path.exists() && file.bytes > 0));
    assert!(client.run(Input::new("")).is_ok_and(|done| done.cost.is_some()));
    assert_eq!(simulator.ledger().entries.len(), 2);
}

#[test]
fn a_job_is_watched_given_up_and_taken_up_again() {
    let pace = QueuePace::clock(1, Duration::from_millis(100), Duration::from_millis(100));
    let (_host, simulator) = simulator(pace);
    let client = builder(&simulator).build_blocking().unwrap();
    let job = client.submit(Input::new("a lighthouse")).unwrap();
    let error = job.wait().timeout(Duration::from_millis(20)).run().unwrap_err();
    assert!(error.is_deadline(), "{error}");
    assert_eq!(job.status().unwrap().state, State::Queued);
    let told: Vec<_> = job.events().map(|event| format!("{event:?}")).collect();
    assert!(told[0].starts_with("Queued"), "{told:?}");
    assert!(told.last().unwrap().starts_with("Finished(Ok"), "{told:?}");
    let token = error.job().unwrap().clone();
    assert!(client.resume::<Input>(token.clone()).run().is_ok());
    assert!(client.resume_json(token).run().is_ok());
    assert_eq!(job.cancel().unwrap(), CancelOutcome::TooLate);
    assert!(matches!(job.events().last(), Some(Event::Finished(Ok(_)))));
    assert_eq!(simulator.ledger().entries.len(), 1);
}

#[test]
fn a_batch_comes_back_through_the_journal() {
    let (_host, simulator) = simulator(QueuePace::instant());
    let folder = tempfile::tempdir().unwrap();
    let build = || builder(&simulator).journal(folder.path().join("jobs")).build_blocking();
    let inputs = || ["a", "b", "c", "d"].map(Input::new);
    {
        let client = build().unwrap();
        let mut results = client.batch(inputs()).named("n").in_flight(1).start().unwrap();
        for _ in 0..2 {
            let done = results.next().unwrap().result.unwrap();
            client.download(&done).to(folder.path().join("pictures")).run().unwrap();
        }
    }
    let client = build().unwrap();
    let mut results = client.batch(inputs()).named("n").start().unwrap();
    let rest: Vec<_> = results.by_ref().collect();
    assert_eq!((results.collected_before(), results.jobs()), (2, 4));
    drop(results);
    assert_eq!(client.recover().unwrap().jobs.len(), 2);
    for item in &rest {
        assert!(item.result.is_ok());
        item.collect();
    }
    assert_eq!(client.recover().unwrap().jobs.len(), 0);
    assert_eq!(simulator.ledger().entries.len(), 4);
}

#[test]
fn the_catalog_is_listed() {
    let (_host, simulator) = simulator(QueuePace::instant());
    let client = builder(&simulator).build_blocking().unwrap();
    let mut entries = client.catalog().page_size(7).entries();
    let count = entries.by_ref().map(Result::unwrap).count();
    assert_eq!((count, entries.total()), (runcomfy::models::ALL.len(), Some(count as u64)));
    assert!(!client.catalog().categories().unwrap().is_empty());
}

#[test]
fn it_works_inside_async_code_too() {
    let (host, simulator) = simulator(QueuePace::instant());
    host.block_on(async {
        let client = builder(&simulator).build_blocking().unwrap();
        client.run(Input::new("a lighthouse")).unwrap();
    });
    let single = tokio::runtime::Builder::new_current_thread().build().unwrap();
    single.block_on(async {
        let client = builder(&simulator).build_blocking().unwrap();
        client.run(Input::new("a lighthouse")).unwrap();
    });
}

/// Whatever the hook does with the client, it does on the only thread that could do it.
#[test]
fn the_hook_may_use_the_client_that_calls_it() {
    let (_host, simulator) = simulator(QueuePace::instant());
    let client: Arc<OnceLock<Client>> = Arc::default();
    let (told, heard) = mpsc::channel();
    let inside = client.clone();
    let built = builder(&simulator)
        .on_submitted(move |job| {
            let Some(client) = inside.get() else { return };
            let job = client.resume::<Input>(job.clone());
            let state = job.status().map(|status| status.state);
            let done = job.wait().run().map(|done| done.request_id().to_owned());
            told.send((job.request_id().to_owned(), state.is_ok(), done)).unwrap();
        })
        .build_blocking()
        .unwrap();
    client.set(built.clone()).unwrap();
    let ends = thread::spawn(move || {
        let job = built.submit(Input::new("a lighthouse")).unwrap();
        job.run().unwrap().request_id().to_owned()
    });
    let (id, has_state, done) = heard.recv_timeout(Duration::from_secs(20)).expect("no deadlock");
    assert!(has_state && done.unwrap() == id);
    assert_eq!(ends.join().unwrap(), id);
}

#[test]
fn a_hook_may_drop_the_last_handle_to_the_client() {
    let (_host, simulator) = simulator(QueuePace::instant());
    let last: Arc<Mutex<Option<Client>>> = Arc::default();
    let (inside, (told, heard)) = (last.clone(), mpsc::channel());
    let built = builder(&simulator)
        .on_submitted(move |job| {
            drop(inside.lock().unwrap().take());
            told.send(job.request_id().to_owned()).unwrap();
        })
        .build_blocking()
        .unwrap();
    *last.lock().unwrap() = Some(built.clone());
    built.submit(Input::new("a lighthouse")).unwrap();
    heard.recv_timeout(Duration::from_secs(20)).expect("it goes on");
}

#[test]
fn a_submit_that_has_left_outlives_its_client() {
    let host = Runtime::new().unwrap();
    let gate = Arc::new(Notify::new());
    let accepted = json_answer(200, &json!({ "request_id": "r-1" }));
    let late = Act::When(gate.clone(), Box::new(accepted.clone()));
    let mut submits = [accepted, late].into_iter();
    let server = host.block_on(Server::start(move |seen| match &*seen.method {
        "POST" => submits.next().unwrap(),
        _ => success(),
    }));
    let ids = Arc::new(AtomicUsize::new(0));
    let heard = ids.clone();
    let builder = server.builder().on_submitted(move |_| {
        heard.fetch_add(1, Ordering::SeqCst);
    });
    let client = builder.build_blocking().unwrap();
    let mut results = client.batch([input(), input()]).start().unwrap();
    assert!(results.next().unwrap().result.is_ok());
    host.block_on(async {
        while server.submits() < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    drop((results, client));
    gate.notify_one();
    for _ in 0..500 {
        if ids.load(Ordering::SeqCst) == 2 {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(ids.load(Ordering::SeqCst), 2);
}

/// Whatever the asynchronous client can do, this one can.
#[test]
fn nothing_is_missing() {
    let blocking = [
        include_str!("../src/blocking.rs"),
        include_str!("../src/blocking/batch.rs"),
        include_str!("../src/blocking/catalog.rs"),
        include_str!("../src/blocking/download.rs"),
        include_str!("../src/blocking/job.rs"),
    ]
    .concat();
    let twins = [
        include_str!("../src/client.rs"),
        include_str!("../src/client/recover.rs"),
        include_str!("../src/batch.rs"),
        include_str!("../src/catalog.rs"),
        include_str!("../src/download.rs"),
        include_str!("../src/job.rs"),
        include_str!("../src/job/wait.rs"),
    ]
    .concat();
    // An iterator is what a stream is.
    let absent = ["batch_stream"];
    let methods = twins.lines().filter_map(|line| {
        let rest = line.trim().strip_prefix("pub ")?;
        let rest = rest.strip_prefix("async ").unwrap_or(rest).strip_prefix("fn ")?;
        Some(&rest[..rest.find(['(', '<'])?])
    });
    let methods: Vec<&str> = methods.filter(|name| !absent.contains(name)).collect();
    assert!(methods.len() > 40, "{methods:?}");
    let has = |name: &&&str| {
        [format!(" {name}("), format!(" {name}<")].iter().any(|text| blocking.contains(text))
    };
    let missing: Vec<_> = methods.iter().filter(|name| !has(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
