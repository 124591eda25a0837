//! An error says what happened, in words with which something can be done.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use runcomfy::{Client, Error};
use serde_json::json;

use crate::support::{
    Act, Server, TOKEN, accepted_then, builder_for, closed_port, input, json_answer, script, text,
};
use crate::tls::{Front, child, is_child, run};

async fn refused_by(act: Act) -> Error {
    let server = Server::start(script([act])).await;
    let builder = server.builder().retry_submits_for(Duration::ZERO);
    builder.build().unwrap().submit(input()).await.unwrap_err()
}

const CLOUDFLARE: &str = "<!DOCTYPE html><html><head><title>Attention Required! |
    Cloudflare</title></head><body>Sorry, you have been blocked</body></html>";

#[tokio::test]
async fn the_answer_to_a_submit_is_called_what_it_is() {
    let to = |place: &str| text(307, "").header("location", place);
    let cases = [
        (text(429, "{}"), "busy", "JSON"),
        (text(403, CLOUDFLARE), "an HTML page, \"Attention Required! | Cloudflare\"", "no reason"),
        (text(403, ""), "gave no reason", "HTML"),
        (text(403, "blocked by policy 17"), "blocked by policy 17", "no reason"),
        (text(404, "<html>"), "an HTML page", "no reason"),
        (text(200, "<html><title>Welcome</title>"), "an HTML page, \"Welcome\"", "request id"),
        (text(200, ""), "empty", "JSON"),
        (text(200, "{}"), "no valid request id", "not JSON"),
        (text(200, "hello"), "not JSON", "HTML"),
        (text(502, CLOUDFLARE), "an HTML page, \"Attention Required! | Cloudflare\"", "reason"),
        (
            to("https://api.example.com/v1/x?sig=hush"),
            "a redirect to https://api.example.com",
            "hush",
        ),
        (to("https://me:hush@api.example.com:8443/"), "https://api.example.com:8443", "hush"),
        (to("/elsewhere?sig=hush"), "a redirect to another path of the same server", "hush"),
        (to("https://[bad"), "a redirect", "bad"),
        (text(301, ""), "a redirect", "not JSON"),
    ];
    for (act, says, never) in cases {
        let message = refused_by(act).await.to_string();
        assert!(message.contains(says), "{says}: {message}");
        assert!(!message.contains(never), "{never}: {message}");
    }
    let message = refused_by(to("https://api.example.com/")).await.to_string();
    assert!(message.contains("base_url"), "{message}");
}

#[tokio::test]
async fn a_page_of_a_firewall_is_no_word_about_the_token() {
    let error = refused_by(text(403, CLOUDFLARE)).await;
    assert!(error.is_rejected() && !error.is_auth() && !error.may_have_cost(), "{error:?}");
    let error = refused_by(text(403, "")).await;
    assert!(error.is_auth(), "{error:?}");
    let error = refused_by(json_answer(403, &json!({ "message": "no" }))).await;
    assert!(error.is_auth(), "{error:?}");
    let error = refused_by(text(401, "<html>")).await;
    assert!(error.is_auth(), "{error:?}");
}

#[tokio::test]
async fn a_poll_that_got_no_answer_says_what_came() {
    let cases = [
        (text(429, "{}"), "not JSON"),
        (text(503, "{}"), "not JSON"),
        (text(302, "").header("location", "https://a.example/?hush"), "hush"),
    ];
    for (act, never) in cases {
        let server = Server::start(accepted_then([act])).await;
        let job = server.client().submit(input()).await.unwrap();
        let message = job.status().await.unwrap_err().to_string();
        assert!(!message.contains(never), "{message}");
    }
}

fn kinds(error: &Error) -> Vec<io::ErrorKind> {
    let mut kinds = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        kinds.extend(cause.downcast_ref::<io::Error>().map(io::Error::kind));
        next = cause.source();
    }
    kinds
}

#[tokio::test]
async fn a_cause_is_carried_along() {
    let (_socket, address) = closed_port();
    let client = builder_for(address).retry_submits_for(Duration::ZERO).build().unwrap();
    let error = client.submit(input()).await.unwrap_err();
    assert!(kinds(&error).contains(&io::ErrorKind::ConnectionRefused), "{error:?}");
    let error = client.resume_json("r-1".parse().unwrap()).status().await.unwrap_err();
    assert!(kinds(&error).contains(&io::ErrorKind::ConnectionRefused), "{error:?}");
    assert!(!format!("{error:?}").contains("/v1/"), "no URL: {error:?}");

    let error = refused_by(Act::Reset).await;
    assert!(error.is_outcome_unknown() && error.source().is_some(), "{error:?}");
}

/// What the child does: it submits, and prints the error.
async fn print_error() {
    let address: SocketAddr = std::env::var("RUNCOMFY_TEST_ADDRESS").unwrap().parse().unwrap();
    let builder = Client::builder()
        .token(TOKEN)
        .base_url(format!("https://localhost:{}", address.port()))
        .connect_timeout(Duration::from_secs(2))
        .retry_submits_for(Duration::ZERO);
    let error = match builder.build() {
        Err(error) => error,
        Ok(client) => {
            let job = client.resume_json("r-1".parse().unwrap());
            println!("{}", job.status().await.unwrap_err());
            client.submit(input()).await.unwrap_err()
        }
    };
    println!("cost {}, {error}, {error:?}", error.may_have_cost());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_proxy_that_fails_and_a_certificate_that_is_not_trusted_are_named() {
    if is_child() {
        return print_error().await;
    }
    let test = "engine::words::a_proxy_that_fails_and_a_certificate_that_is_not_trusted_are_named";
    let server = Server::start(script([json_answer(200, &json!({ "request_id": "r-1" }))])).await;
    let tls = Front::Tls.before(server.address, Duration::ZERO).await;
    let (_socket, closed) = closed_port();
    let refuses = Server::start(script([text(403, "no")])).await;
    let wants_password = Server::start(script([text(407, "who are you?")])).await;
    let address = tls.address.to_string();
    let empty = tempfile::NamedTempFile::new().unwrap();
    let empty = empty.path().to_str().unwrap();
    let proxy = |scheme: &str, address: SocketAddr| format!("{scheme}://me:hush@{address}");
    let cases = [
        ("HTTPS_PROXY", proxy("http", closed), format!("the proxy http://{closed}")),
        ("ALL_PROXY", proxy("socks5", closed), format!("the proxy socks5://{closed}")),
        ("https_proxy", proxy("socks5h", closed), format!("the proxy socks5h://{closed}")),
        ("all_proxy", proxy("socks4", closed), format!("the proxy socks4://{closed}")),
        (
            "HTTPS_PROXY",
            proxy("http", refuses.address),
            format!("the proxy http://{}", refuses.address),
        ),
        ("HTTPS_PROXY", proxy("http", wants_password.address), "user name and password".to_owned()),
        ("SSL_CERT_FILE", empty.to_owned(), "certificate".to_owned()),
        ("SSL_CERT_FILE", "/dev/null/none".to_owned(), "certificate".to_owned()),
    ];
    for (name, value, says) in cases {
        let variables = [("RUNCOMFY_TEST_ADDRESS", &*address), (name, &*value)];
        let told = run(child(test, &variables)).await;
        assert!(told.contains("cost false"), "{name}={value}: {told}");
        assert!(told.contains(&says), "{name}={value}: {told}");
        let twice = !says.starts_with("the proxy") || told.matches(&says).count() >= 2;
        assert!(twice, "a poll says so as well as a submit: {told}");
        assert!(!told.contains("hush"), "{name}={value}: {told}");
    }
    assert_eq!(server.submits(), 0);
}

/// What the child does: a submit and a poll over plain http.
async fn submit_and_poll() {
    let address: SocketAddr = std::env::var("RUNCOMFY_TEST_ADDRESS").unwrap().parse().unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let base = format!("http://{host}:{}", address.port());
        let client = builder_for(address).base_url(base).build().unwrap();
        client.run(input()).await.unwrap();
    }
}

/// Over plain http the token could be read on the way, so there is no way: no proxy, no name server.
#[tokio::test]
async fn plain_http_stays_on_this_machine() {
    if is_child() {
        return submit_and_poll().await;
    }
    let test = "engine::words::plain_http_stays_on_this_machine";
    let server = Server::start(accepted_then([crate::support::success()])).await;
    let proxy = Server::start(script([text(502, "")])).await;
    let (address, proxy_url) = (server.address.to_string(), format!("http://{}", proxy.address));
    let mut variables = vec![("RUNCOMFY_TEST_ADDRESS", &*address)];
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
        variables.push((name, &proxy_url));
    }
    run(child(test, &variables)).await;
    assert_eq!((server.submits(), proxy.seen().len()), (2, 0));

    for name in ["api.localhost", "a.b.localhost", "localhost.example.com", "localhost.", "0.0.0.0"]
    {
        let builder = builder_for(server.address).base_url(format!("http://{name}:1"));
        let error = builder.build().unwrap_err();
        assert!(error.is_config(), "{name}: {error:?}");
        assert!(error.to_string().contains("plain http"), "{name}: {error}");
    }
}
