//! What a file has to be.

use tempfile::tempdir;

use super::files::{gif, hanging, large_gif, listed, names, picture};
use crate::support::{Act, Server, script, text};

async fn refused(path: &str, act: Act) -> runcomfy::Error {
    let server = Server::start(script([act])).await;
    let place = tempdir().unwrap();
    let download = server.client().download(server.url(path)).to(place.path());
    let error = download.max_bytes(5000).await.unwrap_err();
    assert_eq!(server.seen().len(), 1, "asking again would not help");
    assert!(names(place.path()).is_empty());
    error
}

#[tokio::test]
async fn an_error_page_is_not_saved_as_a_picture() {
    let page = "<!DOCTYPE html><html><body>502</body></html>";
    let json = r#"{"error_code": 404001, "error_message": "expired"}"#;
    for (path, act, why) in [
        ("/a.png", text(200, page).header("content-type", "text/html"), "an HTML page"),
        ("/a.png", text(200, page).header("content-type", "image/png"), "an HTML page"),
        ("/a", text(200, page), "an HTML page"),
        ("/a", text(200, json).header("content-type", "application/json"), "it is JSON"),
        ("/a.png", text(200, "Not found"), "should be PNG, and it is text"),
        ("/a.mp4", text(200, "").header("content-type", "video/mp4"), "it is empty"),
    ] {
        let error = refused(path, act).await;
        assert!(error.is_wrong_content() && !error.is_safe_to_retry(), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_given_up_at_its_beginning() {
    let page = "<html>".repeat(2000);
    let server = Server::start(script([hanging(&page, 1000), hanging(&large_gif(), 1)])).await;
    let (client, place) = (server.client(), tempdir().unwrap());
    let error = client.download(server.url("/a")).to(place.path()).await.unwrap_err();
    assert!(error.is_wrong_content(), "{error}");
    let download = client.download(server.url("/a")).to(place.path()).max_bytes(5000);
    assert!(download.await.unwrap_err().is_too_large());
}

#[tokio::test]
async fn a_file_has_to_keep_the_size_that_is_allowed() {
    let error = refused("/a.gif", picture(&large_gif())).await;
    assert!(error.is_too_large(), "{error}");
    assert!(error.to_string().contains("larger than the 5000 bytes"), "{error}");

    let chunks = format!("{:x}\r\n{}\r\n0\r\n\r\n", large_gif().len(), large_gif());
    let act = Act::Raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}"));
    let error = refused("/a.gif", act).await;
    assert!(error.is_too_large(), "{error}");
}

#[tokio::test]
async fn a_size_that_is_not_told_is_no_fault() {
    let chunks = format!("{:x}\r\n{}\r\n0\r\n\r\n", gif("x").len(), gif("x"));
    let act = Act::Raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}"));
    let server = Server::start(script([act])).await;
    let place = tempdir().unwrap();
    server.client().download(server.url("/a.gif")).to(place.path()).await.unwrap();
    assert_eq!(listed(place.path())["a.gif"], gif("x"));
}

#[tokio::test]
async fn the_name_ends_as_the_bytes_say() {
    let server = Server::start(script([picture(&gif("x"))])).await;
    let place = tempdir().unwrap();
    let urls = ["/a.png", "/b", "/c.php?x=.png"].map(|path| server.url(path));
    let answer = text(200, &gif("x"));
    let server_without_type = Server::start(script([answer])).await;
    let bare = server_without_type.url("/d.exe");
    server.client().download(urls).to(place.path()).await.unwrap();
    server_without_type.client().download(bare).to(place.path()).await.unwrap();
    assert_eq!(names(place.path()), ["a.gif", "b.gif", "c.gif", "d.gif"]);
}
