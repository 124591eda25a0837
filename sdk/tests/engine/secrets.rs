//! The token and the queries of URLs are shown nowhere.

use std::fmt::Write;

use runcomfy::Client;
use serde_json::json;

use crate::support::{Server, TOKEN, accepted_then, input, json_answer, script, status, success};

fn assert_clean(what: &str, shown: &str) {
    for secret in [TOKEN, "sig=hush", "hush", "a secret lighthouse"] {
        assert!(!shown.contains(secret), "{what} shows {secret}: {shown}");
    }
}

fn shown(error: &runcomfy::Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(text, "{cause} {cause:?}").unwrap();
        source = cause.source();
    }
    text + error.body_excerpt().unwrap_or_default()
}

#[tokio::test]
async fn clients_and_builders_do_not_show_the_token() {
    let server = Server::start(script([])).await;
    let client = server.client();
    assert_clean("client", &format!("{client:?} {:?} {:#?}", server.builder(), client));
    let bad = Client::builder().token(TOKEN).base_url(format!("https://me:{TOKEN}@host?sig=hush"));
    assert_clean("builder", &format!("{bad:?}"));
    assert_clean("error", &shown(&bad.build().unwrap_err()));
}

#[tokio::test]
async fn an_error_that_echoes_the_request_does_not_show_it() {
    let echo = format!("Bearer {TOKEN} may not fetch https://a.b/c.png?sig=hush");
    for status in [400, 401, 422, 500] {
        let act = json_answer(status, &json!({ "error_message": echo }));
        let server = Server::start(script([act])).await;
        let error = server.client().submit(input()).await.unwrap_err();
        assert_clean("error", &shown(&error));
    }
    let failed = json_answer(200, &json!({ "status": "failed", "error": echo }));
    let server = Server::start(accepted_then([status("completed"), failed])).await;
    let error = server.client().run(input()).await.unwrap_err();
    assert_clean("failure", &shown(&error));
}

#[tokio::test]
async fn a_result_does_not_show_its_urls() {
    let server = Server::start(accepted_then([status("completed"), success()])).await;
    let done = server.client().run(input()).await.unwrap();
    assert_clean("result", &format!("{done:?} {done:#?}"));
}
