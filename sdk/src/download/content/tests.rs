use super::*;
use crate::format::tests::ERRORS;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0";
const MP4: &[u8] = b"\0\0\0\x20ftypisom";
const ZIP: &[u8] = b"PK\x03\x04\x0a\0\0\0";
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0";
const HTML: &[u8] = b"<!doctype html><title>A cat</title>";
const JSON: &[u8] = b"{\"frames\":[1,2]}";
const SRT: &[u8] = b"1\n00:00:00,000 --> 00:00:02,000\nAn error!";
const PROLOG: &[u8] = b"<?xml version='1.0'?><!DOCTYPE svg [ <!ENTITY a 'b'>";
const NOISE: &[u8] = b"\x01\x02\x03\x04";

fn judged(head: &[u8], media_type: Option<&str>, ending: Option<&str>) -> Result<Verdict, String> {
    judge(head, Claims { media_type, coding: None, ending })
}

/// A file that is saved without a word.
#[test]
fn what_is_as_it_should_be_is_saved_under_the_name_of_its_format() {
    let cases = [
        (PNG, Some("image/png"), Some("png"), "png"),
        (PNG, Some("image/png"), None, "png"),
        (PNG, None, None, "png"),
        (PNG, Some("application/octet-stream"), Some("php"), "png"),
        (PNG, Some("text/plain"), Some("png"), "png"),
        (PNG, Some("text/html"), Some("aspx"), "png"),
        (JPEG, Some("IMAGE/JPEG; q=1"), Some("jpeg"), "jpeg"),
        (JPEG, Some("image/jpg"), None, "jpg"),
        (MP4, Some("audio/mp4"), None, "mp4"),
        (MP4, Some("audio/x-m4a"), Some("m4a"), "m4a"),
        (MP4, Some("video/quicktime"), Some("mov"), "mov"),
        (ZIP, Some("model/vnd.usdz+zip"), Some("usdz"), "usdz"),
        (ZIP, None, Some("docx"), "docx"),
        (GZIP, None, Some("svgz"), "svgz"),
        (b"<?xml version='1.0'?><svg>", Some("image/svg+xml"), Some("svg"), "svg"),
        (PROLOG, Some("image/svg+xml"), Some("svg"), "svg"),
        (PROLOG, Some("image/svg+xml"), None, "svg"),
        (NOISE, None, Some("safetensors"), "safetensors"),
        (NOISE, Some("image/x-new"), Some("new"), "new"),
        (NOISE, Some("text/plain"), Some("splat"), "splat"),
        (NOISE, None, None, "bin"),
        (NOISE, None, Some("php"), "bin"),
        (JSON, Some("application/json"), Some("json"), "json"),
        (JSON, Some("application/json"), None, "json"),
        (JSON, Some("model/gltf+json"), Some("gltf"), "gltf"),
        (JSON, Some("model/gltf+json"), None, "gltf"),
        (JSON, None, Some("geojson"), "geojson"),
        (b"{\"text\":\"a cat\",\"reason\":\"stop\"}", Some("application/json"), None, "json"),
        (b"{\"error\":\"of a game\"}", Some("application/json"), Some("json"), "json"),
        (SRT, Some("text/plain"), Some("srt"), "srt"),
        (SRT, Some("application/x-subrip"), Some("srt"), "srt"),
        (b"an error of mine", None, Some("txt"), "txt"),
        (b"a cat, asleep", Some("text/plain"), None, "txt"),
        (b"a,b\n1,2", Some("text/csv; charset=utf-8"), None, "csv"),
        (b"v 1.0 2.0 3.0\n", Some("text/plain"), Some("obj"), "obj"),
        (HTML, Some("text/html"), Some("html"), "html"),
        (HTML, Some("text/html"), None, "html"),
        (b"<h1>404</h1>", Some("text/html"), Some("html"), "html"),
        (b"<?xml version='1.0'?><COLLADA/>", Some("text/xml"), Some("dae"), "dae"),
        (b"\xff\xfeA\0 \0c\0a\0t\0", Some("text/plain"), None, "txt"),
    ];
    for (head, media_type, ending, expected) in cases {
        let verdict = judged(head, media_type, ending).unwrap();
        let what = format!("{} {media_type:?} {ending:?}", head.escape_ascii());
        assert_eq!(verdict.ending, expected, "{what}");
        assert_eq!(verdict.warning, None, "{what}");
    }
}

#[test]
fn what_is_something_else_is_saved_as_what_it_is_with_a_warning() {
    let cases = [
        (
            JPEG,
            Some("image/png"),
            Some("png"),
            "jpg",
            "should be PNG, and it is JPEG: saved as .jpg",
        ),
        (JPEG, Some("image/png"), None, "jpg", "should be PNG, and it is JPEG"),
        (PNG, Some("video/mp4"), Some("mp4"), "png", "should be MP4, and it is PNG"),
        (MP4, Some("image/png"), Some("png"), "mp4", "should be PNG, and it is MP4"),
        (b"GIF89a", Some("video/mp4"), Some("mp4"), "gif", "should be MP4, and it is GIF"),
        (ZIP, None, Some("png"), "zip", "should be PNG, and it is ZIP"),
        (
            NOISE,
            Some("image/png"),
            Some("png"),
            "png",
            "should be PNG, and its first bytes are not",
        ),
        (NOISE, Some("video/mp4"), None, "mp4", "should be MP4, and its first bytes are not"),
        (NOISE, Some("model/gltf-binary"), Some("x"), "glb", "should be glTF, and its first"),
        (NOISE, None, Some("webp"), "webp", "should be WebP, and its first bytes are not"),
        (b"\x89PN", None, Some("png"), "png", "should be PNG, and its first bytes are not"),
        (JSON, Some("application/json"), Some("mp4"), "json", "should be MP4, and it is JSON"),
        (JSON, None, Some("html"), "json", "should be an HTML page, and it is JSON"),
        (b"<?xml version='1.0'?><kml/>", None, Some("png"), "xml", "should be PNG, and it is XML"),
        (b"solid words", None, Some("stl"), "txt", "should be STL, and it is text"),
        (
            b"#EXTM3U\n#EXT-X-VERSION:3\n",
            Some("audio/mpegurl"),
            Some("m3u8"),
            "m3u8",
            "should be audio, and it is text",
        ),
        (b"P3 1 1 255 0 0 0\n", Some("image/x-new"), None, "txt", "should be an image"),
    ];
    for (head, media_type, ending, expected, words) in cases {
        let verdict = judged(head, media_type, ending).unwrap();
        assert_eq!(verdict.ending, expected, "{media_type:?} {ending:?}");
        assert!(verdict.warning.is_some_and(|warning| warning.contains(words)), "{words}");
    }
}

#[test]
fn a_page_about_an_error_is_no_file() {
    let media = [
        (Some("image/png"), Some("png"), "PNG"),
        (Some("text/html"), Some("mp4"), "MP4"),
        (Some("application/octet-stream"), Some("mp3"), "MP3"),
        (Some("video/mp4"), None, "MP4"),
        (Some("image/x-new"), None, "an image"),
        (None, Some("svg"), "SVG"),
    ];
    for (page, name) in ERRORS {
        for (media_type, ending, medium) in media {
            let why = judged(page.as_bytes(), media_type, ending).unwrap_err();
            assert_eq!(why, format!("it should be {medium}, and it is {name}"), "{page}");
        }
        for (media_type, ending) in
            [(None, None), (Some("text/html"), Some("php")), (Some("application/json"), None)]
        {
            let why = judged(page.as_bytes(), media_type, ending).unwrap_err();
            assert_eq!(why, format!("it is {name} about an error"), "{page}");
        }
        if name != "text" {
            assert!(judged(page.as_bytes(), None, Some("safetensors")).is_err(), "{page}");
        }
    }
}

#[test]
fn words_pages_and_blank_json_are_no_medium_even_if_nothing_failed() {
    let blank: [&[u8]; 3] = [b"{}", b"[]", b" [{ },\n{}]\n"];
    let words = [HTML, b"a cat, asleep", SRT, b"\xff\xfeA\0 \0c\0a\0t\0"];
    for head in words.into_iter().chain(blank) {
        for (media_type, ending) in
            [(None, Some("mp4")), (Some("image/svg+xml"), Some("svg")), (Some("audio/mpeg"), None)]
        {
            assert!(judged(head, media_type, ending).is_err(), "{}", head.escape_ascii());
        }
    }
    assert_eq!(judged(b"", Some("image/png"), Some("png")), Err("it is empty".to_owned()));
}

#[test]
fn what_comes_packed_is_saved_packed() {
    let judged = |head, coding, media_type, ending| {
        judge(head, Claims { media_type, coding: Some(coding), ending })
    };
    let cases = [
        (GZIP, "gzip", Some("image/png"), Some("png"), "png.gz", true),
        (GZIP, "gzip", Some("image/png"), None, "png.gz", true),
        (NOISE, "br", None, Some("mp4"), "mp4.br", true),
        (b"\x28\xb5\x2f\xfd", "zstd", None, None, "bin.zst", true),
        // Not packed, whatever is said.
        (PNG, "gzip", Some("image/png"), Some("png"), "png", false),
        (PNG, "identity", None, None, "png", false),
        (GZIP, "aws-chunked", None, Some("tgz"), "tgz", false),
    ];
    for (head, coding, media_type, ending, expected, warns) in cases {
        let verdict = judged(head, coding, media_type, ending).unwrap();
        assert_eq!((verdict.ending.as_str(), verdict.warning.is_some()), (expected, warns));
    }
    assert!(
        judged(GZIP, "gzip", Some("text/html"), Some("png")).unwrap_err().contains("a text in")
    );
}
