//! Neither the token nor the query of a URL is shown.

use std::fmt::Write;

use runcomfy::{DownloadEvent, Error, Sources};
use tempfile::tempdir;

use super::files::{gif, picture};
use crate::support::{Act, Server, TOKEN, script, text};

fn assert_clean(what: &str, shown: &str) {
    for secret in [TOKEN, "sig=", "hush", "R0lGOD"] {
        assert!(!shown.contains(secret), "{what} shows {secret}: {shown}");
    }
}

fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(text, "{cause} {cause:?}").unwrap();
        source = cause.source();
    }
    for file in error.failed_files() {
        write!(text, "{file:?} {} {:?}", file.error, file.error.body_excerpt()).unwrap();
    }
    text + error.body_excerpt().unwrap_or_default()
}

#[tokio::test]
async fn nothing_of_a_download_shows_a_signature() {
    let echo = format!("Bearer {TOKEN} may not have https://a.b/c?sig=hush");
    let acts = [picture(&gif("x")), text(403, &echo), text(503, &echo), Act::Reset];
    for act in acts {
        let server = Server::start(script([act])).await;
        let place = tempdir().unwrap();
        let urls = [server.url("/a.gif?sig=hush"), server.url("/b.gif?sig=hush#hush")];
        assert_clean("sources", &format!("{:?}", Sources::from(urls.clone())));
        let download = server.client().download(urls).to(place.path()).retries(1);
        assert_clean("download", &format!("{download:?} {download:#?}"));
        let mut events = download.events();
        while let Some(event) = events.next().await {
            assert_clean("event", &format!("{event:?} {event:#?}"));
            if let DownloadEvent::Finished(Err(error)) = event {
                assert_clean("error", &shown(&error));
            }
        }
    }
}

#[tokio::test]
async fn addresses_that_are_refused_are_not_shown_whole_either() {
    let server = Server::start(script([])).await;
    let place = tempdir().unwrap();
    let urls = [
        "https://evil.example/a?sig=hush",
        "https://me:hush@cdn.runcomfy.net/a",
        "https:me:hush@cdn.runcomfy.net/a",
        "not a url ?sig=hush",
        "data:text/html;base64,R0lGODlh",
        "data:image/gif;base64,R0lGOD*",
    ];
    let error = server.client().download(urls).to(place.path()).await.unwrap_err();
    assert_eq!(error.failed_files().len(), urls.len() - 1, "{error}");
    assert_clean("error", &shown(&error));
}
