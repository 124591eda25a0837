//! Runtimes of every kind, and settings at their ends.

use std::time::Duration;

use runcomfy::blocking::Client as BlockingClient;
use runcomfy::{Client, ClientBuilder, Error};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::support::{
    Act, Seen, Server, accepted_then, builder_for, input, json_answer, status, success,
};

fn runtimes() -> Vec<(&'static str, Runtime)> {
    type Enable = fn(&mut Builder) -> &mut Builder;
    let kinds: [(&str, Enable); 3] =
        [("nothing", |b| b), ("no timers", Builder::enable_io), ("no I/O", Builder::enable_time)];
    let both = |(name, enable): (&'static str, Enable)| {
        [Builder::new_current_thread(), Builder::new_multi_thread()]
            .map(|mut builder| (name, enable(&mut builder).build().unwrap()))
    };
    kinds.into_iter().flat_map(both).collect()
}

/// Each call of a client, on its own.
async fn every_call(client: &Client) -> Vec<(&'static str, Error)> {
    let job = client.resume_json("r-1".parse().unwrap());
    let mut events = job.events();
    let event = match events.next().await {
        Some(runcomfy::Event::Finished(end)) => end.unwrap_err(),
        other => panic!("{other:?}"),
    };
    vec![
        ("status", job.status().await.unwrap_err()),
        ("wait", job.wait().await.unwrap_err()),
        ("a wait with a deadline", job.wait().timeout(Duration::from_secs(9)).await.unwrap_err()),
        ("events", event),
        ("cancel", job.cancel().await.unwrap_err()),
        ("submit", client.submit(input()).await.map(drop).unwrap_err()),
        ("run", client.run(input()).await.map(drop).unwrap_err()),
    ]
}

#[test]
fn a_runtime_that_is_unfit_or_missing_is_an_error_of_every_call() {
    let host = Runtime::new().unwrap();
    let server = host.block_on(Server::start(accepted_then([success()])));
    let client = server.client();
    for (name, runtime) in runtimes() {
        for (call, error) in runtime.block_on(every_call(&client)) {
            assert!(error.is_config(), "{name}, {call}: {error:?}");
            assert!(error.to_string().contains("enable_"), "{name}, {call}: {error}");
        }
    }
    // Without any, on an executor of another make.
    for (call, error) in futures_executor(every_call(&client)) {
        assert!(error.is_config(), "{call}: {error:?}");
        assert!(error.to_string().contains("runtime"), "{call}: {error}");
    }
    assert_eq!(server.submits(), 0);
    host.block_on(client.run(input())).unwrap();
}

/// Polls until it is done; nothing here waits.
fn futures_executor<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..1000 {
        if let std::task::Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
    }
    panic!("it waits for what never comes");
}

/// The same client in runtimes of all kinds, one after the other and one inside of the other.
#[test]
fn a_client_may_move_from_runtime_to_runtime() {
    let host = Runtime::new().unwrap();
    let server = host.block_on(Server::start(accepted_then([status("completed"), success()])));
    let client = server.client();
    for _ in 0..3 {
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            let runtime = builder.enable_all().build().unwrap();
            runtime.block_on(client.run(input())).unwrap();
            let blocking = server.builder().build_blocking().unwrap();
            runtime.block_on(async { blocking.run(input()) }).unwrap();
        }
    }
    let blocking: BlockingClient = server.builder().build_blocking().unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let blocking = blocking.clone();
            std::thread::spawn(move || blocking.run(input()).map(drop))
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
}

type Set = fn(ClientBuilder) -> ClientBuilder;

/// Nothing at all is a strange setting, and a true answer comes of it all the same.
#[tokio::test]
async fn no_setting_is_too_short() {
    let settings: [(&str, Set); 5] = [
        ("connect_timeout", |b| b.connect_timeout(Duration::ZERO)),
        ("submit_timeout", |b| b.submit_timeout(Duration::ZERO)),
        ("read_timeout", |b| b.read_timeout(Duration::ZERO)),
        ("retry_submits_for", |b| b.retry_submits_for(Duration::ZERO)),
        ("poll_between", |b| b.poll_between(Duration::ZERO, Duration::ZERO)),
    ];
    for (name, set) in settings {
        let server = Server::start(accepted_then([success()])).await;
        let builder = server.builder().retry_submits_for(Duration::from_millis(300));
        let client = set(builder).build().unwrap();
        let submit = timeout(Duration::from_secs(20), client.submit(input())).await.expect(name);
        match submit {
            Ok(_) => assert_eq!(server.submits(), 1, "{name}"),
            Err(error) if error.may_have_cost() => {
                assert!(error.is_outcome_unknown(), "{name}: {error:?}");
                assert!(server.submits() <= 1, "{name}: {error:?}");
            }
            Err(error) => assert_eq!(server.submits(), 0, "{name}: {error:?}"),
        }
        let job = client.resume_json("r-1".parse().unwrap());
        let wait = job.wait().timeout(Duration::from_secs(2));
        let end = timeout(Duration::from_secs(20), wait.into_future()).await.expect(name);
        assert!(end.is_ok() || end.is_err_and(|error| error.is_deadline()), "{name}");
        assert!(server.seen().len() < 400, "{name}: {} requests", server.seen().len());
    }
}

#[tokio::test]
async fn no_pause_at_all_between_polls_is_no_storm() {
    let server = Server::start(accepted_then([status("in_progress")])).await;
    let builder = server.builder().poll_between(Duration::ZERO, Duration::ZERO);
    let client = builder.polls_per_second(20.0).build().unwrap();
    let job = client.submit(input()).await.unwrap();
    let waits = (0..20).map(|_| job.wait().timeout(Duration::from_secs(2)).into_future());
    for end in futures_util::future::join_all(waits).await {
        assert!(end.unwrap_err().is_deadline());
    }
    // A second's worth at once, and two seconds' worth after it.
    let polls = server.seen().len() - 1;
    assert!(polls <= 65, "{polls} polls");
}

#[tokio::test]
async fn a_service_on_ipv6_is_reached() {
    let Ok(listener) = tokio::net::TcpListener::bind("[::1]:0").await else { return };
    let server = Server::on(listener, accepted_then([status("completed"), success()]));
    for host in ["[::1]", "localhost", "[0:0:0:0:0:0:0:1]"] {
        let base = format!("http://{host}:{}", server.address.port());
        let client = builder_for(server.address).base_url(base).build().unwrap();
        client.run(input()).await.unwrap_or_else(|error| panic!("{host}: {error:?}"));
    }
    assert_eq!(server.submits(), 3);
}

/// A deadline is one, also where the service does not answer the cancellation that was asked for.
#[tokio::test(start_paused = true)]
async fn a_cancellation_that_hangs_does_not_hold_up_a_deadline() {
    let server = Server::start(|seen: &Seen| match seen.path.as_str() {
        path if path.ends_with("/cancel") => Act::Hang,
        path if path.starts_with("/v1/models") => json_answer(200, &json!({ "request_id": "r-1" })),
        _ => status("in_queue"),
    })
    .await;
    let job = server.client().resume_json("r-1".parse().unwrap());
    let start = tokio::time::Instant::now();
    let wait = job.wait().timeout(Duration::from_secs(5)).cancel_if_queued();
    let error = wait.await.unwrap_err();
    assert!(error.is_deadline(), "{error:?}");
    assert_eq!(error.cancel_outcome(), Some(runcomfy::CancelOutcome::Unknown));
    assert!(start.elapsed() <= Duration::from_secs(21), "{:?}", start.elapsed());
}

/// Ids and words at the ends of what is allowed.
#[tokio::test]
async fn every_id_that_is_allowed_is_followed() {
    let long = "Z".repeat(128);
    for id in ["-", "_", "--", "0", "status", "result", "cancel", "requests", "v1", "null", &long] {
        let accepted = json_answer(200, &json!({ "request_id": id }));
        let mut rest = accepted_then([status("in_queue"), status("completed"), success()]);
        let server = Server::start(move |seen: &Seen| match seen.method.as_str() {
            "POST" => accepted.clone(),
            _ => rest(seen),
        })
        .await;
        let done =
            server.client().run(input()).await.unwrap_or_else(|error| panic!("{id}: {error:?}"));
        assert_eq!(done.request_id(), id);
        let paths = server.paths();
        let own = |path: &String| path.starts_with(&format!("GET /v1/requests/{id}/"));
        assert!(paths[1..].iter().all(own), "{paths:?}");
    }
}
