//! Nothing leaves after its caller has gone, and what is said of money is true.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runcomfy::{Client, ClientBuilder, Error, Journal};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::support::{
    Act, Server, TOKEN, accepted_then, builder_for, closed_port, input, json_answer, script,
    success, text,
};
use crate::tls::{Front, child, is_child, run};

fn accepted() -> Act {
    json_answer(200, &json!({ "request_id": "r-1" }))
}

/// A listener at which connections are made slowly: its queue is full, so the first packet of the
/// next connection is dropped, and the operating system sends another one a second later.
async fn slow_to_connect() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(Ok(stream)) =
        timeout(Duration::from_millis(200), TcpStream::connect(address)).await
    {
        queued.push(stream);
    }
    (listener, queued)
}

/// Submits it may have under way, as another process sees them.
fn unknown_in(journal: &std::path::Path) -> usize {
    let copy = journal.with_extension("copy");
    std::fs::copy(journal, &copy).unwrap();
    Journal::open(&copy).unwrap().recover().unwrap().unknown.len()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_caller_who_goes_while_the_connection_is_made_sends_nothing() {
    let (listener, queued) = slow_to_connect().await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jobs");
    let builder = builder_for(listener.local_addr().unwrap()).journal(&path);
    let heard = Arc::new(Mutex::new(0));
    let count = heard.clone();
    let client = builder.on_submitted(move |_| *count.lock().unwrap() += 1).build().unwrap();
    let mut submit = Box::pin(client.submit(input()));
    assert!(timeout(Duration::from_millis(300), &mut submit).await.is_err());
    assert_eq!(unknown_in(&path), 0, "nothing can have left before there is a connection");
    drop(submit);
    let server = Server::on(listener, script([accepted()]));
    drop(queued);
    sleep(Duration::from_millis(3500)).await;
    assert_eq!(server.submits(), 0);
    assert_eq!((unknown_in(&path), *heard.lock().unwrap()), (0, 0));
    // For a caller who waits, the very same way ends well.
    client.submit(input()).await.unwrap();
    assert_eq!((server.submits(), *heard.lock().unwrap()), (1, 1));
}

fn over_tls(address: SocketAddr) -> ClientBuilder {
    Client::builder()
        .token(TOKEN)
        .base_url(format!("https://localhost:{}", address.port()))
        .retry_submits_for(Duration::from_secs(5))
}

/// What the child does: it submits, with patience or without.
async fn submit_over_tls() {
    let address: SocketAddr = std::env::var("RUNCOMFY_TEST_ADDRESS").unwrap().parse().unwrap();
    let client = over_tls(address).build().unwrap();
    if std::env::var_os("RUNCOMFY_TEST_PATIENT").is_some() {
        client.submit(input()).await.unwrap();
        return;
    }
    let submit = client.submit(input());
    assert!(timeout(Duration::from_millis(150), submit).await.is_err());
    // The program goes on for longer than the connection takes.
    sleep(Duration::from_secs(2)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_caller_who_goes_during_a_slow_handshake_or_a_slow_proxy_sends_nothing() {
    if is_child() {
        return submit_over_tls().await;
    }
    let test = "engine::departure::a_caller_who_goes_during_a_slow_handshake_or_a_slow_proxy_sends_nothing";
    let slow = Duration::from_millis(1200);
    for front in [Front::Tls, Front::Connect, Front::Socks] {
        let server = Server::start(script([accepted()])).await;
        let is_tls = front == Front::Tls;
        let tls_delay = if is_tls { slow } else { Duration::ZERO };
        let tls = Front::Tls.before(server.address, tls_delay).await;
        let proxy = front.before(tls.address, slow).await;
        let scheme = if front == Front::Socks { "socks5h" } else { "http" };
        let (address, proxy_url) =
            (tls.address.to_string(), format!("{scheme}://{}", proxy.address));
        let mut variables = vec![("RUNCOMFY_TEST_ADDRESS", address.as_str())];
        if !is_tls {
            variables.push(("HTTPS_PROXY", &proxy_url));
        }
        run(child(test, &variables)).await;
        assert_eq!(server.submits(), 0, "{front:?}");
        variables.push(("RUNCOMFY_TEST_PATIENT", "1"));
        run(child(test, &variables)).await;
        assert_eq!(server.submits(), 1, "{front:?}: the way itself is good");
        assert!(is_tls || proxy.connections.load(Ordering::SeqCst) == 2, "{front:?}");
    }
}

/// Another process has the lock of the journal, and the caller does not wait for it: the submit goes
/// no further when the journal is free again.
#[tokio::test]
async fn a_caller_who_goes_while_the_journal_is_locked_sends_nothing() {
    let server = Server::start(script([accepted()])).await;
    let dir = tempfile::tempdir().unwrap();
    let client = server.builder().journal(dir.path().join("jobs")).build().unwrap();
    // So that the next one finds everything in place.
    client.submit(input()).await.unwrap();
    let lock = std::fs::File::open(dir.path().join("jobs.lock")).unwrap();
    lock.lock().unwrap();
    let gone = timeout(Duration::from_millis(150), client.submit(input())).await;
    assert!(gone.is_err(), "{gone:?}");
    drop(lock);
    // It comes after whatever was to be written before.
    let left = client.recover().await.unwrap();
    assert!(left.unknown.is_empty(), "{left:?}");
    sleep(Duration::from_millis(200)).await;
    assert_eq!((server.submits(), client.recover().await.unwrap().jobs.len()), (1, 1));
}

/// A submit that nobody waits for is stopped at its last moment, too: the connection stands, and
/// the first byte is about to go.
#[tokio::test(flavor = "current_thread")]
async fn a_caller_who_goes_while_the_journal_is_written_sends_nothing() {
    // On one thread the order is certain: whatever else happens, the caller has gone before the
    // task runs again.
    for polls in 0..12 {
        let server = Server::start(script([accepted()])).await;
        let dir = tempfile::tempdir().unwrap();
        let client = server.builder().journal(dir.path().join("jobs")).build().unwrap();
        let mut submit = Box::pin(client.submit(input()));
        for _ in 0..polls {
            let once = std::future::poll_fn(|cx| {
                std::task::Poll::Ready(submit.as_mut().poll(cx).is_ready())
            });
            if once.await {
                break;
            }
            sleep(Duration::from_micros(300)).await;
        }
        let before = server.submits();
        drop(submit);
        sleep(Duration::from_millis(60)).await;
        let after = server.submits();
        // Bytes on their way may arrive later; then the job is in the journal.
        let left = Journal::open(dir.path().join("jobs")).unwrap().recover().unwrap();
        assert_eq!(left.unknown.len(), 0, "{polls} polls");
        assert_eq!(left.jobs.len(), after, "{polls} polls: {before} before");
    }
}

#[test]
fn a_runtime_without_timers_or_io_is_an_error_of_the_program_and_nothing_was_sent() {
    let host = tokio::runtime::Runtime::new().unwrap();
    let server = host.block_on(Server::start(script([accepted()])));
    let runtimes: [fn(&mut tokio::runtime::Builder); 3] = [
        |_| {},
        |builder| {
            builder.enable_io();
        },
        |builder| {
            builder.enable_time();
        },
    ];
    for (number, enable) in runtimes.into_iter().enumerate() {
        for threads in [false, true] {
            let mut builder = if threads {
                tokio::runtime::Builder::new_multi_thread()
            } else {
                tokio::runtime::Builder::new_current_thread()
            };
            enable(&mut builder);
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("jobs");
            let client = server.builder().journal(&path).build().unwrap();
            let error = builder.build().unwrap().block_on(client.submit(input())).unwrap_err();
            assert!(error.is_config(), "{number}: {error:?}");
            assert!(!error.may_have_cost(), "{number}: {error:?}");
            let message = error.to_string();
            assert!(message.contains("nothing was sent"), "{number}: {message}");
            assert!(message.contains("enable_"), "{number}: {message}");
            assert_eq!(unknown_in(&path), 0, "{number}");
        }
    }
    assert_eq!(server.submits(), 0);
}

type Set = fn(ClientBuilder, Duration) -> ClientBuilder;

#[tokio::test]
async fn no_setting_is_too_long() {
    let server = Server::start(accepted_then([success()])).await;
    let most = Duration::MAX;
    let settings: [(&str, Set); 5] = [
        ("connect_timeout", ClientBuilder::connect_timeout),
        ("submit_timeout", ClientBuilder::submit_timeout),
        ("read_timeout", ClientBuilder::read_timeout),
        ("retry_submits_for", ClientBuilder::retry_submits_for),
        ("poll_between", |builder, most| builder.poll_between(Duration::ZERO, most)),
    ];
    for (name, set) in settings {
        let client = set(server.builder(), most).build().unwrap();
        let done = timeout(Duration::from_secs(20), client.run(input())).await;
        done.expect(name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    let all = settings.into_iter().fold(server.builder(), |builder, (_, set)| set(builder, most));
    all.build().unwrap().run(input()).await.unwrap();
    // A pause that never ends is one, and no panic.
    let client = server.builder().poll_between(most, most).build().unwrap();
    let job = client.submit(input()).await.unwrap();
    let _ = timeout(Duration::from_millis(50), job.wait()).await;
}

/// The task of a submit is dropped with its runtime while the journal writes the intent.
#[test]
fn a_runtime_that_is_shut_down_while_the_journal_is_locked_leaves_no_submit_open() {
    let host = tokio::runtime::Runtime::new().unwrap();
    let server = host.block_on(Server::start(script([accepted()])));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jobs");
    let journal = Journal::open(&path).unwrap();
    let lock = std::fs::File::open(dir.path().join("jobs.lock")).unwrap();
    lock.lock().unwrap();
    let builder = server.builder().shared_journal(journal.clone());
    let error = shut_down_when(builder, || std::thread::sleep(Duration::from_millis(300)));
    assert!(error.is_not_sent(), "{error:?}");
    drop(lock);
    // Everything is written by the time that it is gone.
    drop(journal);
    assert_eq!((unknown_in(&path), server.submits()), (0, 0));
}

/// Submits in a runtime that is shut down at a moment of the test's choice.
fn shut_down_when(builder: ClientBuilder, ready: impl FnOnce()) -> Error {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = builder.build().unwrap();
    let mut submit = Box::pin(client.submit(input()));
    let inside = runtime.enter();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(submit.as_mut().poll(&mut context).is_pending());
    drop(inside);
    ready();
    runtime.shutdown_timeout(Duration::from_secs(5));
    let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
    other.block_on(submit).unwrap_err()
}

#[cfg(target_os = "linux")]
#[test]
fn a_runtime_that_is_shut_down_tells_whether_anything_has_left() {
    let host = tokio::runtime::Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();

    let (listener, queued) = host.block_on(slow_to_connect());
    let path = dir.path().join("early");
    let builder = builder_for(listener.local_addr().unwrap()).journal(&path);
    let error = shut_down_when(builder, || std::thread::sleep(Duration::from_millis(100)));
    assert!(error.is_not_sent() && !error.may_have_cost(), "{error:?}");
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    assert_eq!(unknown_in(&path), 0);
    drop((listener, queued));

    let server = host.block_on(Server::start(script([Act::Hang])));
    let path = dir.path().join("late");
    let builder = server.builder().journal(&path);
    let error = shut_down_when(builder, || host.block_on(server.requests(1)));
    assert!(error.is_outcome_unknown() && error.may_have_cost(), "{error:?}");
    assert_eq!(unknown_in(&path), 1);
}

#[tokio::test]
async fn what_waits_for_another_try_is_not_unknown_to_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jobs");

    // No connection.
    let (_socket, address) = closed_port();
    let client = builder_for(address).journal(&path).build().unwrap();
    let submit = tokio::spawn(async move { client.submit(input()).await });
    sleep(Duration::from_millis(100)).await;
    assert_eq!(unknown_in(&path), 0);
    submit.abort();

    // Turned away.
    let path = dir.path().join("busy");
    let server = Server::start(script([text(429, "").header("retry-after", "15")])).await;
    let client = server.builder().journal(&path).build().unwrap();
    let submit = tokio::spawn(async move { client.submit(input()).await });
    server.requests(1).await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(unknown_in(&path), 0);
    submit.abort();
}

/// Servers close connections that have been idle for a second or a minute, and this one rests while
/// the journal is locked by somebody else.
#[tokio::test]
async fn a_connection_that_has_rested_is_not_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("jobs");
    let builder = builder_for(listener.local_addr().unwrap()).journal(&journal);
    let client = builder.build().unwrap();
    let connections = Arc::new(Mutex::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            *count.lock().unwrap() += 1;
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let read = stream.read(&mut request);
                if timeout(Duration::from_millis(1200), read).await.is_ok() {
                    let body = r#"{"request_id":"r-1"}"#;
                    let length = body.len();
                    let answer =
                        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    let mut lock = std::fs::File::options();
    let lock =
        lock.write(true).create(true).truncate(false).open(dir.path().join("jobs.lock")).unwrap();
    lock.lock().unwrap();
    let submit = tokio::spawn(async move { client.submit(input()).await.map(drop) });
    sleep(Duration::from_millis(1500)).await;
    drop(lock);
    submit.await.unwrap().unwrap();
    assert_eq!(*connections.lock().unwrap(), 2);
}

#[tokio::test]
async fn a_hook_is_called_once_for_each_job_whatever_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(script([accepted()])).await;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ids = heard.clone();
    let client = server
        .builder()
        .on_submitted(move |job| {
            ids.lock().unwrap().push(job.request_id().to_owned());
            panic!("on purpose");
        })
        .journal(dir.path().join("jobs"))
        .build()
        .unwrap();
    client.submit(input()).await.unwrap();
    client.submit(input()).await.unwrap();
    assert_eq!(heard.lock().unwrap().len(), 2);
    drop(client);
    assert_eq!(unknown_in(&dir.path().join("jobs")), 0, "the journal has the id all the same");
}
