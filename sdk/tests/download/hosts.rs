//! Where files come from, and what is said to whom.

use runcomfy::Client;
use tempfile::tempdir;

use super::files::{gif, header, listed, names, picture};
use crate::support::{Act, Server, TOKEN, script, text};

fn redirect(to: &str) -> Act {
    text(302, "").header("location", to)
}

#[tokio::test]
async fn redirects_are_followed_and_nobody_gets_the_token() {
    let target = Server::start(script([picture(&gif("x"))])).await;
    let to = format!("http://localhost:{}/far/away", target.address.port());
    let first = Server::start(script([redirect("/second?sig=hush"), redirect(&to)])).await;
    let place = tempdir().unwrap();
    first.client().download(first.url("/a.gif")).to(place.path()).await.unwrap();
    assert_eq!(listed(place.path())["a.gif"], gif("x"));
    assert_eq!(first.paths(), ["GET /a.gif", "GET /second?sig=hush"]);
    for seen in first.seen().iter().chain(&target.seen()) {
        assert_eq!(header(seen, "authorization"), None);
        assert_eq!((header(seen, "referer"), header(seen, "cookie")), (None, None));
        assert!(!seen.head.contains(TOKEN));
        assert_eq!(header(seen, "accept-encoding").as_deref(), Some("identity"));
    }
}

#[tokio::test]
async fn redirects_to_strangers_are_refused_and_have_an_end() {
    let target = Server::start(script([picture(&gif("x"))])).await;
    let elsewhere = format!("http://0.0.0.0:{}/a", target.address.port());
    for (to, why) in [
        (&*elsewhere, "plain http"),
        ("https://evil.example/a?sig=hush", "evil.example is not a host"),
        ("https://169.254.169.254/latest", "169.254.169.254 is not a host"),
        ("https://me:secret@cdn.runcomfy.net/", "user name"),
        ("file:///etc/passwd", "it redirects to file:"),
        ("http://[", "leads nowhere"),
        ("/again", "more than 5 times"),
    ] {
        let server = Server::start(script([redirect(to)])).await;
        let place = tempdir().unwrap();
        let download = server.client().download(server.url("/a.gif")).to(place.path());
        let error = download.await.unwrap_err();
        assert!(error.is_url_refused() && !error.is_safe_to_retry(), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(!format!("{error:?}").contains("hush") && !format!("{error:?}").contains("secret"));
        assert!(names(place.path()).is_empty());
        assert!(server.seen().len() <= 6, "{to}");
    }
    assert!(target.seen().is_empty());
}

#[tokio::test]
async fn a_client_of_the_real_service_fetches_from_its_hosts_only() {
    let server = Server::start(script([picture(&gif("x"))])).await;
    let client = Client::builder().token(TOKEN).build().unwrap();
    let place = tempdir().unwrap();
    let local = server.url("/a.gif");
    for (url, why) in [
        (&*local, "address"),
        ("http://cdn.runcomfy.net/a.gif", "plain http"),
        ("https://evil.example/a.gif", "evil.example is not a host"),
        ("file:///etc/passwd", "names no host"),
        ("/etc/passwd", "address 1: it is no URL"),
        ("", "address 1: it is no URL"),
    ] {
        let error = client.download(url).to(place.path()).await.unwrap_err();
        assert!(error.is_url_refused(), "{error}");
        assert!(error.to_string().contains(why) || why == "address", "{error}");
    }
    assert!(server.seen().is_empty() && names(place.path()).is_empty());
}

#[tokio::test]
async fn a_host_that_is_none_is_an_error_of_the_program() {
    let server = Server::start(script([])).await;
    let download = server.client().download(server.url("/a")).allow_host("https://a.example");
    let error = download.await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains("is not a host"), "{error}");
}

#[tokio::test]
async fn an_allowed_host_is_asked() {
    // Nobody can answer there: that it is tried is the point.
    let client = Client::builder().token(TOKEN).build().unwrap();
    let place = tempdir().unwrap();
    let download = client.download("https://127.0.0.1:1/a.gif").to(place.path());
    let error = download.allow_host("127.0.0.1").retries(0).await.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
}
