//! Files that are not what they should be, and are saved all the same.

use runcomfy::{Download, DownloadEvent, SavedFile};
use tempfile::tempdir;

use super::files::{broken_off, gif, listed, names, picture};
use crate::support::{Act, Server, script, text};

/// Downloads, and what it warned of.
async fn watched(download: Download) -> (Result<Vec<SavedFile>, runcomfy::Error>, Vec<String>) {
    let (mut events, mut warnings) = (download.events(), Vec::new());
    while let Some(event) = events.next().await {
        match event {
            DownloadEvent::Warning { message, .. } => warnings.push(message),
            DownloadEvent::Finished(end) => return (end, warnings),
            _ => {}
        }
    }
    unreachable!("it finishes")
}

#[tokio::test]
async fn an_unusual_file_is_saved_as_what_it_is_with_a_warning() {
    let typed = |body: &str, media_type: &str| text(200, body).header("content-type", media_type);
    let svg =
        format!("<?xml version='1.0'?><!DOCTYPE svg [{}]><svg/>", "<!ENTITY a 'b'>".repeat(90));
    for (path, act, name, warning) in [
        ("/a.mp4", typed(&gif("x"), "video/mp4"), "a.gif", Some("should be MP4, and it is GIF")),
        ("/a.png", picture(&gif("x")), "a.gif", Some("should be PNG, and it is GIF")),
        ("/a.png", typed("\x01\x02\x03", "image/png"), "a.png", Some("its first bytes are not")),
        ("/a.svg", typed(&svg, "image/svg+xml"), "a.svg", None),
        ("/a", typed(&svg, "text/plain"), "a.svg", None),
        (
            "/a.heic",
            typed("\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "image/heic"),
            "a.avif",
            Some("it is AVIF"),
        ),
        ("/a.gltf", typed("{\"asset\":{}}", "model/gltf+json"), "a.gltf", None),
        ("/a.srt", typed("1\n00:00:00,000 --> 00:00:01,000\n", "text/plain"), "a.srt", None),
        ("/a.html", typed("<html>A page</html>", "text/html"), "a.html", None),
        ("/a", text(200, "\x01\x02\x03"), "a.bin", None),
        (
            "/a.gif",
            picture("\x1f").header("content-encoding", "br"),
            "a.gif.br",
            Some("packed it by \"br\""),
        ),
        ("/a.gif", picture(&gif("x")).header("content-encoding", "gzip"), "a.gif", None),
    ] {
        let server = Server::start(script([act])).await;
        let place = tempdir().unwrap();
        let download = server.client().download(server.url(path)).to(place.path());
        let (saved, warnings) = watched(download).await;
        assert_eq!(names(place.path()), [name], "{saved:?}");
        match warning {
            Some(words) => {
                assert!(warnings.len() == 1 && warnings[0].contains(words), "{warnings:?}");
            }
            None => assert!(warnings.is_empty(), "{warnings:?}"),
        }
    }
}

#[test]
fn words_in_utf_16_are_no_sound() {
    // Their mark begins like a frame of MPEG.
    for text in ["A file", "@ file", "0 files"] {
        let words: Vec<u8> =
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let error = runcomfy::Audio::bytes(&words).unwrap_err();
        assert!(error.is_invalid_input(), "{error}");
    }
}

#[tokio::test]
async fn a_file_whose_end_nobody_tells_is_saved_with_a_warning() {
    let endless = format!("HTTP/1.1 200 It\r\ncontent-type: image/gif\r\n\r\n{}", gif("x"));
    let server = Server::start(script([Act::Raw(endless)])).await;
    let place = tempdir().unwrap();
    let download = server.client().download(server.url("/a.gif")).to(place.path());
    let (saved, warnings) = watched(download).await;
    saved.unwrap();
    assert_eq!(listed(place.path())["a.gif"], gif("x"));
    assert!(warnings.len() == 1 && warnings[0].contains("how long it is"), "{warnings:?}");
}

#[tokio::test]
async fn a_body_that_is_cut_is_not_saved_however_it_is_framed() {
    let head = "HTTP/1.1 200 It\r\ncontent-type: image/gif\r\n";
    for cut in [
        format!("{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{}", 100, gif("x")),
        format!("{head}transfer-encoding: chunked\r\n\r\n8\r\n{}\r\n", gif("x").split_at(8).0),
        // A length beside it says nothing.
        format!("{head}transfer-encoding: chunked\r\ncontent-length: 8\r\n\r\n8\r\nGIF89a x\r\n"),
    ] {
        let server = Server::start(script([Act::Raw(cut)])).await;
        let place = tempdir().unwrap();
        let download = server.client().download(server.url("/a.gif")).to(place.path());
        let error = download.retries(0).await.unwrap_err();
        assert!(error.is_interrupted() && error.is_safe_to_retry(), "{error}");
        assert!(names(place.path()).is_empty());
    }
    let server = Server::start(script([broken_off(&gif("x"), 3)])).await;
    let place = tempdir().unwrap();
    let download = server.client().download(server.url("/a.gif")).to(place.path());
    assert!(download.retries(0).await.unwrap_err().to_string().contains("broke off after 3 of 8"));
}

#[tokio::test]
async fn a_length_beside_chunks_says_nothing() {
    let head = "HTTP/1.1 200 It\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n";
    let act = Act::Raw(format!("{head}8\r\nGIF89a x\r\n0\r\n\r\n"));
    let server = Server::start(script([act])).await;
    let place = tempdir().unwrap();
    server.client().download(server.url("/a.gif")).to(place.path()).retries(0).await.unwrap();
    assert_eq!(listed(place.path())["a.gif"], gif("x"));
}
