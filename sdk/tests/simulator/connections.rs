//! Connections that are refused, left waiting, closed while they are idle.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use runcomfy::simulator::{Endpoint, Fault, Rule, Simulator};
use serde_json::json;

use super::{PAINT, accepted, http, lighthouse, model_url, submit, with};

/// A connection that is kept.
fn connect(simulator: &Simulator) -> TcpStream {
    TcpStream::connect(&simulator.url()["http://".len()..]).unwrap()
}

fn ask(kept: &mut TcpStream) -> std::io::Result<usize> {
    kept.write_all(
        b"GET /v1/models/categories HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer me\r\n\r\n",
    )?;
    kept.read(&mut [0; 4096])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_closes_when_it_is_idle() {
    let idle = Fault::CloseIdle(Duration::from_millis(20));
    let simulator = with(Rule::new(idle).on(Endpoint::Catalog)).await;
    let mut kept = connect(&simulator);
    let began = Instant::now();
    assert_ne!(ask(&mut kept).unwrap(), 0);
    assert_eq!(kept.read(&mut [0; 1]).unwrap(), 0, "closed in order");
    assert!(began.elapsed() >= Duration::from_millis(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_in_time_is_answered() {
    let idle = Fault::CloseIdle(Duration::from_secs(3600));
    let simulator = with(Rule::new(idle).on(Endpoint::Catalog)).await;
    let mut kept = connect(&simulator);
    for _ in 0..3 {
        assert_ne!(ask(&mut kept).unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_request_on_a_connection_is_reset_unread() {
    let simulator = with(Rule::new(Fault::ResetNext).on(Endpoint::Catalog)).await;
    let mut kept = connect(&simulator);
    assert_ne!(ask(&mut kept).unwrap(), 0);
    let input = lighthouse().to_string();
    let post = format!(
        "POST /v1/models/{PAINT} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer me\r\n\
         Content-Length: {}\r\n\r\n{input}",
        input.len()
    );
    kept.write_all(post.as_bytes()).unwrap();
    assert_eq!(kept.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(simulator.ledger().submits_received, 0);
    accepted(&simulator, &lighthouse());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_before_the_body_was_read() {
    for (status, reset) in [(413, true), (413, false), (401, true)] {
        let early = Fault::RefuseEarly { status, reset };
        let simulator = with(Rule::new(early).on(Endpoint::Submit)).await;
        let url = model_url(&simulator);
        let mut stream = connect(&simulator);
        let path = &url[simulator.url().len()..];
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer me\r\n\
             Content-Length: 50000000\r\n\r\n{{\"prompt\":\""
        );
        // The client has sent a part of the body, and waits.
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&vec![b'x'; 100_000]).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, format!("HTTP/1.1 {status}").as_bytes());
        // A reset may take away what was not read yet; in any case it is over.
        let mut rest = Vec::new();
        let end = stream.read_to_end(&mut rest);
        assert!(end.is_ok() || end.unwrap_err().kind() == ErrorKind::ConnectionReset);
        let ledger = simulator.ledger();
        assert_eq!((ledger.submits_received, ledger.submits_accepted), (1, 0));
        assert_eq!(ledger.submits[0].status, Some(status));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_read_slowly() {
    let slow = Fault::SlowUpload(10_000);
    let simulator = with(Rule::new(slow)).await;
    let began = Instant::now();
    accepted(&simulator, &json!({ "prompt": "a", "image_urls": ["x".repeat(1000)] }));
    assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_served_late_is_read_although_the_client_has_gone() {
    let late = Fault::AcceptLate(Duration::from_millis(100));
    let simulator = with(Rule::new(late).on(Endpoint::Catalog).nth(1)).await;
    http::get(&format!("{}/v1/models", simulator.url()));
    let mut gone = connect(&simulator);
    let input = lighthouse().to_string();
    let post = format!(
        "POST /v1/models/{PAINT} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer me\r\n\
         Content-Length: {}\r\n\r\n{input}",
        input.len()
    );
    gone.write_all(post.as_bytes()).unwrap();
    assert_eq!(simulator.ledger().submits_received, 0);
    drop(gone);
    while simulator.ledger().billed == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let faults = &simulator.ledger().submits[0].faults;
    assert!(matches!(faults[..], [Fault::AcceptLate(_)]), "{faults:?}");
    submit(&simulator, &lighthouse());
    assert_eq!(simulator.ledger().submits[1].faults, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_carried_out_although_the_client_has_gone() {
    let delay = Fault::Delay(Duration::from_millis(50));
    let simulator = with(Rule::new(delay).on(Endpoint::Submit)).await;
    let mut gone = connect(&simulator);
    let input = lighthouse().to_string();
    let post = format!(
        "POST /v1/models/{PAINT} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer me\r\n\
         Content-Length: {}\r\n\r\n{input}",
        input.len()
    );
    gone.write_all(post.as_bytes()).unwrap();
    while simulator.ledger().submits_received == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(gone);
    while simulator.ledger().billed == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
