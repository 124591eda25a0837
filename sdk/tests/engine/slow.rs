//! What has arrived is read, however late one looks, and however little of the request was wanted.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use runcomfy::{ClientBuilder, Error, JsonInput};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

use crate::support::{MODEL, input};
use crate::tls::{acceptor, child, is_child, run};

/// A client whose connections are made in no time, so that the other limit counts.
fn builder_for(address: SocketAddr) -> ClientBuilder {
    crate::support::builder_for(address).connect_timeout(Duration::from_millis(200))
}

const ACCEPTED: &str = r#"{"request_id":"r-1"}"#;

fn answer(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} It\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// An input of so many bytes.
fn large(bytes: usize) -> JsonInput {
    JsonInput::new(MODEL, json!({ "prompt": "x".repeat(bytes) }))
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    head
}

/// A listener whose connections hold little: what a client has handed over is soon read, or waits.
fn listener(buffer: u32) -> (tokio::net::TcpListener, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(buffer).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(8).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn submit_in_child() {
    let address: SocketAddr = std::env::var("RUNCOMFY_TEST_ADDRESS").unwrap().parse().unwrap();
    let limit =
        Duration::from_millis(std::env::var("RUNCOMFY_TEST_LIMIT").unwrap().parse().unwrap());
    let client = builder_for(address).submit_timeout(limit).build().unwrap();
    client.submit(input()).await.unwrap();
}

/// The process is stopped before the answer comes, and goes on long after its limit.
#[cfg(unix)]
#[tokio::test]
async fn a_process_that_was_stopped_reads_what_is_there_first() {
    if is_child() {
        return submit_in_child().await;
    }
    let test = "engine::slow::a_process_that_was_stopped_reads_what_is_there_first";
    for limit in ["1000", "3000"] {
        let (listener, address) = listener(65_536);
        let address = address.to_string();
        let variables = [("RUNCOMFY_TEST_ADDRESS", &*address), ("RUNCOMFY_TEST_LIMIT", limit)];
        let mut process = child(test, &variables).spawn().unwrap();
        let signal = |name: &str| {
            let id = process.id().to_string();
            assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
        };
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        // Not at once: some of the limit has passed already.
        sleep(Duration::from_millis(limit.parse::<u64>().unwrap() / 4)).await;
        signal("-STOP");
        sleep(Duration::from_millis(50)).await;
        stream.write_all(&answer(200, ACCEPTED)).await.unwrap();
        sleep(Duration::from_millis(3500)).await;
        signal("-CONT");
        let ended = tokio::task::spawn_blocking(move || process.wait()).await.unwrap().unwrap();
        assert!(ended.success(), "{limit} ms: it did not see the answer");
    }
}

/// The request takes much longer to be sent than the answer may take.
#[tokio::test]
async fn the_time_for_the_answer_begins_when_the_request_has_left() {
    let (listener, address) = listener(8_192);
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = String::from_utf8(read_head(&mut stream).await).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut left: usize = length.unwrap().parse().unwrap();
        let mut chunk = vec![0; 256 * 1024];
        while left > 0 {
            let n = left.min(chunk.len());
            stream.read_exact(&mut chunk[..n]).await.unwrap();
            left -= n;
            sleep(Duration::from_millis(60)).await;
        }
        stream.write_all(&answer(200, ACCEPTED)).await.unwrap();
        sleep(Duration::from_secs(5)).await;
    });
    let client = builder_for(address).submit_timeout(Duration::from_millis(400)).build().unwrap();
    // 12 MB at 4 MB a second.
    client.submit(large(12_000_000)).await.unwrap();
    server.abort();
}

#[tokio::test]
async fn a_request_that_nobody_reads_is_given_up() {
    let (listener, address) = listener(8_192);
    let client = builder_for(address).submit_timeout(Duration::from_millis(300)).build().unwrap();
    let error = client.submit(large(150_000)).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    drop(listener);
}

type End = fn(TcpStream);

/// A server that answers before it has read the body, and then behaves as servers do.
async fn refused_early(status: u16, bytes: usize, rest: Duration, end: End) -> Error {
    let (listener, address) = listener(65_536);
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        let body = r#"{"error_message":"so it is"}"#;
        stream.write_all(&answer(status, body)).await.unwrap();
        sleep(rest).await;
        end(stream);
    });
    let client = builder_for(address).submit_timeout(Duration::from_secs(20)).build().unwrap();
    let error = client.submit(large(bytes)).await.unwrap_err();
    server.await.unwrap();
    error
}

#[tokio::test]
async fn a_refusal_before_the_body_was_read_is_that_refusal() {
    type Is = fn(&Error) -> bool;
    let ends: [(&str, End); 3] = [
        // Unread bytes make it a reset.
        ("closed", drop),
        ("reset", |stream| {
            stream.set_zero_linger().unwrap();
        }),
        ("kept", |stream| {
            tokio::spawn(async move {
                sleep(Duration::from_secs(2)).await;
                drop(stream);
            });
        }),
    ];
    let refusals: [(u16, Is); 3] = [
        (413, Error::is_rejected_input),
        (401, Error::is_auth),
        (402, Error::is_insufficient_balance),
    ];
    for (name, end) in ends {
        for (status, is) in refusals {
            for (bytes, rest) in [(100_000, 0), (5_000_000, 0), (5_000_000, 100)] {
                let rest = Duration::from_millis(rest);
                let error = refused_early(status, bytes, rest, end).await;
                assert!(is(&error), "{name}, {status}, {bytes}: {error:?}");
                assert!(!error.may_have_cost(), "{name}, {status}, {bytes}");
                assert!(error.to_string().contains("so it is"), "{error}");
            }
        }
    }
}

async fn refused_in_child() {
    let address: SocketAddr = std::env::var("RUNCOMFY_TEST_ADDRESS").unwrap().parse().unwrap();
    let base = format!("https://localhost:{}", address.port());
    let client = crate::support::builder_for(address).base_url(base).build().unwrap();
    for _ in 0..5 {
        let error = client.submit(large(5_000_000)).await.unwrap_err();
        assert!(error.is_rejected_input() && !error.may_have_cost(), "{error:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_refusal_before_the_body_was_read_is_that_refusal_over_tls_too() {
    if is_child() {
        return refused_in_child().await;
    }
    let test = "engine::slow::a_refusal_before_the_body_was_read_is_that_refusal_over_tls_too";
    let (listener, address) = listener(65_536);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Else the answer may not have left yet when the rest is thrown away.
            stream.set_nodelay(true).unwrap();
            let mut stream = acceptor().accept(stream).await.unwrap();
            read_head(&mut stream).await;
            stream.write_all(&answer(413, "{}")).await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    let address = address.to_string();
    run(child(test, &[("RUNCOMFY_TEST_ADDRESS", &address)])).await;
}

/// What comes after a good answer is of no interest, not even a reset.
#[tokio::test]
async fn an_acceptance_before_the_body_was_read_is_an_acceptance() {
    let (listener, address) = listener(65_536);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(&answer(200, ACCEPTED)).await.unwrap();
        stream.set_zero_linger().unwrap();
    });
    let client = builder_for(address).build().unwrap();
    assert_eq!(client.submit(large(20_000_000)).await.unwrap().request_id(), "r-1");
}
