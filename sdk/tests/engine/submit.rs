//! A submit is sent once, whatever happens to it.

use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use runcomfy::{Client, Error, JsonInput};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::support::{
    Act, MODEL, Server, TOKEN, accepted_then, builder_for, closed_port, input, json_answer, script,
    status, success, text,
};

fn accepted() -> Act {
    json_answer(200, &json!({ "request_id": "r-1" }))
}

async fn refused_by(act: Act) -> (Error, usize) {
    let server = Server::start(script([act])).await;
    let error = server.client().submit(input()).await.unwrap_err();
    (error, server.submits())
}

#[tokio::test]
async fn the_body_goes_to_the_models_address_with_the_token() {
    let server = Server::start(script([accepted()])).await;
    let job = server.client().submit(input()).await.unwrap();
    assert_eq!(job.request_id(), "r-1");
    assert_eq!(job.model_id(), Some(MODEL));
    let seen = &server.seen()[0];
    assert_eq!(seen.path, "/v1/models/acme/paint/text-to-image");
    assert_eq!(seen.body, r#"{"prompt":"a secret lighthouse"}"#);
    let head = seen.head.to_ascii_lowercase();
    assert!(head.contains(&format!("authorization: bearer {TOKEN}\r\n")));
    assert!(head.contains("content-type: application/json\r\n"));
    assert!(head.contains("user-agent: runcomfy-rust/"));
    assert!(head.contains(&format!("host: {}\r\n", server.address)));
    assert!(head.contains("accept-encoding: identity\r\n"));
    assert!(head.contains(&format!("content-length: {}\r\n", seen.body.len())));
}

#[tokio::test]
async fn whatever_may_have_been_taken_in_is_unknown_and_never_sent_again() {
    let cases = [
        ("closed", Act::Close),
        ("reset", Act::Reset),
        ("500", text(500, "{}")),
        ("502 html", text(502, "<html>bad gateway</html>")),
        ("408", text(408, "")),
        ("html", text(200, "<html>welcome</html>")),
        ("no id", json_answer(200, &json!({}))),
        ("ill-formed id", json_answer(200, &json!({ "request_id": "../../x" }))),
        ("redirect", text(302, "").header("location", "http://127.0.0.1:1/")),
        (
            "truncated before the id",
            Act::Truncated { body: r#"{"request_id":"r-1"}"#.to_owned(), sent: 12 },
        ),
        ("200 with a 5xx code", json_answer(200, &json!({ "error_code": 500_001 }))),
    ];
    for (name, act) in cases {
        let (error, submits) = refused_by(act).await;
        assert!(error.is_outcome_unknown(), "{name}: {error:?}");
        assert!(error.may_have_cost() && !error.is_safe_to_retry(), "{name}");
        assert_eq!(submits, 1, "{name}");
        assert!(error.sent_at().is_some(), "{name}");
        assert_eq!(error.fingerprint().map(str::len), Some(18), "{name}");
        let message = error.to_string();
        assert!(message.contains(error.fingerprint().unwrap()), "{name}: {message}");
        assert!(message.contains("recent requests before submitting"), "{name}: {message}");
    }
}

#[tokio::test]
async fn a_submit_that_is_not_answered_in_time_is_unknown() {
    let server = Server::start(script([Act::Hang])).await;
    let client = server
        .builder()
        .connect_timeout(Duration::from_millis(100))
        .submit_timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    let error = client.submit(input()).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    assert_eq!(server.submits(), 1);
}

#[tokio::test]
async fn a_submit_whose_connection_breaks_is_not_sent_again() {
    for act in [Act::Close, Act::Reset] {
        let mut submits = 0;
        let server = Server::start(move |_: &_| {
            submits += 1;
            if submits == 2 { act.clone() } else { accepted() }
        })
        .await;
        let client = server.client();
        client.submit(input()).await.unwrap();
        let error = client.submit(input()).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{error:?}");
        assert_eq!(server.submits(), 2, "the broken one was not sent again");
        client.submit(input()).await.unwrap();
    }
}

/// A server that closes each connection right after its answer: nothing is sent on such a
/// connection, so nothing is lost on it.
#[tokio::test]
async fn a_submit_never_races_with_a_connection_that_is_closed() {
    let server =
        Server::start(|_: &_| Act::AnswerAndClose(r#"{"request_id":"r-1"}"#.to_owned())).await;
    let client = server.client();
    for n in 0..300 {
        client.submit(JsonInput::new(MODEL, json!({ "n": n }))).await.unwrap();
    }
    let mut bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!((bodies.len(), server.submits()), (300, 300));
}

#[tokio::test]
async fn each_submit_has_a_connection_of_its_own() {
    let server = Server::start(accepted_then([status("completed"), success()])).await;
    let client = server.client();
    for _ in 0..3 {
        client.run(input()).await.unwrap();
    }
    let of_submits: Vec<_> = server
        .seen()
        .iter()
        .filter(|seen| seen.path.starts_with("/v1/models/"))
        .map(|seen| seen.connection)
        .collect();
    let polls_on =
        |connection| server.seen().iter().filter(|seen| seen.connection == connection).count() - 1;
    assert!(of_submits.windows(2).all(|two| two[0] < two[1]), "{of_submits:?}");
    assert!(of_submits.iter().all(|connection| polls_on(*connection) == 0), "{of_submits:?}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_after_the_id_is_an_accepted_job() {
    let body = json!({ "request_id": "r-1", "status_url": "https://x" }).to_string();
    let sent = body.find("status_url").unwrap();
    let server = Server::start(script([Act::Truncated { body, sent }])).await;
    let job = server.client().submit(input()).await.unwrap();
    assert_eq!(job.request_id(), "r-1");
}

#[tokio::test]
async fn a_refusal_is_told_apart_by_code_first_and_status_second() {
    type Is = fn(&Error) -> bool;
    let coded = |status, code| {
        json_answer(status, &json!({ "error_code": code, "error_message": "so it is" }))
    };
    let cases: [(&str, Act, Is); 11] = [
        ("no balance", coded(400, 400_002), Error::is_insufficient_balance),
        ("no balance with HTTP 200", coded(200, 400_002), Error::is_insufficient_balance),
        ("bad token", coded(400, 400_004), Error::is_auth),
        ("wrong model", coded(400, 400_001), Error::is_unknown_model),
        ("a code beats a 500", coded(500, 400_002), Error::is_insufficient_balance),
        ("401", text(401, ""), Error::is_auth),
        ("402", text(402, "{}"), Error::is_insufficient_balance),
        ("403", json_answer(403, &json!({ "message": "no" })), Error::is_auth),
        ("404", text(404, "<html>"), Error::is_unknown_model),
        (
            "422",
            json_answer(422, &json!({ "detail": [{ "loc": ["body", "n"], "msg": "at most 4" }] })),
            Error::is_rejected_input,
        ),
        ("400", json_answer(400, &json!({ "error": "bad" })), Error::is_rejected_input),
    ];
    for (name, act, is) in cases {
        let (error, submits) = refused_by(act).await;
        assert!(is(&error) && error.is_rejected(), "{name}: {error:?}");
        assert!(!error.may_have_cost() && !error.is_safe_to_retry(), "{name}");
        assert_eq!(submits, 1, "{name}");
    }
}

#[tokio::test]
async fn a_refusal_carries_the_services_words() {
    let detail = json!({ "detail": [{ "loc": ["body", "num_images"], "msg": "at most 4" }] });
    let (error, _) = refused_by(json_answer(422, &detail)).await;
    let message = error.to_string();
    assert!(message.contains("body.num_images: at most 4"), "{message}");
    assert!(message.contains("HTTP 422"), "{message}");
    assert_eq!(error.status(), Some(422));
    assert!(error.body_excerpt().unwrap().starts_with(r#"{"detail""#));
}

#[tokio::test]
async fn a_busy_service_is_asked_again_when_it_says_so() {
    let busy = text(429, "").header("retry-after", "0");
    let server = Server::start(script([busy.clone(), busy, accepted()])).await;
    server.client().submit(input()).await.unwrap();
    assert_eq!(server.submits(), 3);
}

#[tokio::test]
async fn a_service_that_is_busy_for_too_long_is_given_up_at_once() {
    let busy = text(429, "").header("retry-after", "3600");
    let (error, submits) = refused_by(busy).await;
    assert!(error.is_rate_limited() && error.is_safe_to_retry(), "{error:?}");
    assert!(!error.may_have_cost());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(submits, 1);
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_tried_again() {
    let (socket, address) = closed_port();
    let client = builder_for(address).build().unwrap();
    let submit = tokio::spawn(async move { client.submit(input()).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let server = Server::on(socket.listen(64).unwrap(), script([accepted()]));
    submit.await.unwrap().unwrap();
    assert_eq!(server.submits(), 1);
}

#[tokio::test]
async fn a_connection_that_is_never_made_has_cost_nothing() {
    let (_socket, address) = closed_port();
    let client = builder_for(address).retry_submits_for(Duration::ZERO).build().unwrap();
    let error = client.submit(input()).await.unwrap_err();
    assert!(error.is_not_sent() && error.is_safe_to_retry(), "{error:?}");
    assert!(!error.may_have_cost());
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_dropped_submit_still_tells_the_hook() {
    let gate = Arc::new(Notify::new());
    let held = Act::When(gate.clone(), Box::new(accepted()));
    let server = Server::start(script([held])).await;
    let (told, heard) = (Arc::new(Notify::new()), Arc::new(Mutex::new(Vec::new())));
    let (bell, ids) = (told.clone(), heard.clone());
    let client = server
        .builder()
        .on_submitted(move |job| {
            ids.lock().unwrap().push(job.to_string());
            bell.notify_one();
        })
        .build()
        .unwrap();
    let mut submit = Box::pin(client.submit(input()));
    tokio::select! {
        _ = &mut submit => panic!("it is not answered yet"),
        () = server.requests(1) => {}
    }
    drop(submit);
    gate.notify_one();
    timeout(Duration::from_secs(20), told.notified()).await.unwrap();
    assert!(heard.lock().unwrap()[0].starts_with("r-1@acme/paint/text-to-image@"));
    assert_eq!(server.submits(), 1);
}

#[tokio::test]
async fn a_submit_that_is_dropped_before_it_leaves_is_not_sent() {
    let (socket, address) = closed_port();
    let client = builder_for(address).build().unwrap();
    let submit = client.submit(input());
    assert!(timeout(Duration::from_millis(50), submit).await.is_err());
    let server = Server::on(socket.listen(64).unwrap(), script([accepted()]));
    // Longer than the next attempt would be away.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(server.submits(), 0);
}

#[tokio::test]
async fn a_hook_that_panics_does_not_take_the_job_with_it() {
    let server = Server::start(script([accepted()])).await;
    let client = server.builder().on_submitted(|_| panic!("on purpose")).build().unwrap();
    assert_eq!(client.submit(input()).await.unwrap().request_id(), "r-1");
}

#[tokio::test]
async fn a_model_id_that_is_none_is_refused_before_anything_is_sent() {
    let server = Server::start(accepted_then([])).await;
    for id in ["paint", "../requests/x/cancel", "a/b?c=d", "a//b", ""] {
        let error = server.client().submit(JsonInput::new(id, json!({}))).await.unwrap_err();
        assert!(error.is_config(), "{id}: {error:?}");
    }
    assert!(server.seen().is_empty());
}

#[test]
fn outside_a_runtime_there_is_an_error_and_no_panic() {
    let client = builder_for("127.0.0.1:1".parse().unwrap()).build().unwrap();
    let submit = std::pin::pin!(client.submit(input()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = submit.poll(&mut context) else {
        panic!("it must end at once");
    };
    assert!(error.is_config(), "{error}");
}

/// Over TLS, the handshake is part of the connection: nothing has left before it is done.
async fn not_sent_over_tls(address: std::net::SocketAddr) {
    let client = Client::builder()
        .token(TOKEN)
        .base_url(format!("https://{address}"))
        .connect_timeout(Duration::from_millis(100))
        .retry_submits_for(Duration::ZERO)
        .build()
        .unwrap();
    let error = client.submit(input()).await.unwrap_err();
    assert!(error.is_not_sent() && !error.may_have_cost(), "{error:?}");
}

#[tokio::test]
async fn a_tls_handshake_that_fails_has_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    not_sent_over_tls(address).await;
}

#[tokio::test]
async fn a_tls_handshake_that_stalls_has_sent_nothing() {
    let server = Server::start(script([])).await;
    not_sent_over_tls(server.address).await;
    assert!(server.seen().is_empty());
}

/// The future is dropped after its first poll, after its second, and so on until it gets to
/// its end: no job that was accepted stays unheard of, and none is submitted twice.
#[tokio::test]
async fn a_run_can_be_dropped_at_every_await_point() {
    for polls in 0.. {
        let server = Server::start(accepted_then([status("completed"), success()])).await;
        let (hook, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let builder = server.builder().on_submitted(move |job| {
            hook.send(job.request_id().to_owned()).unwrap();
        });
        let client = builder.build().unwrap();
        let ended = poll_so_often(polls, client.run(input())).await;
        drop(client);
        // The channel closes when the last task that could call the hook is gone.
        let first = timeout(Duration::from_secs(20), heard.recv()).await.unwrap();
        let submits = server.submits();
        assert!(submits <= 1, "{polls} polls: {submits} submits");
        assert_eq!(first.is_some(), submits == 1, "{polls} polls");
        assert_eq!(heard.recv().await, None, "{polls} polls");
        if ended {
            assert!(polls > 3, "only {polls} polls: this proves nothing");
            return;
        }
    }
}

async fn poll_so_often(polls: usize, run: impl Future) -> bool {
    let mut run = std::pin::pin!(run);
    let mut left = polls;
    std::future::poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        run.as_mut().poll(cx).map(|_| true)
    })
    .await
}
