//! The texts of an input or an output, and which of them may stand for a file.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::link::{fetchable, is_around};
use crate::data_uri::DataUri;
use crate::format::{Format, recognize};
use crate::redact::is_data_uri;
use crate::wire::next_link;

/// The keys under which the service lists files.
pub(crate) const FILES: [&str; 6] = ["image", "images", "video", "videos", "audio", "audios"];

/// A text in base64 of this length is a file; a shorter one may be a digest or a key.
const BLOB: usize = 1024;
/// So many of its characters are enough to recognize what it is.
const BLOB_HEAD: usize = 64;

/// What stands behind a link in Markdown and in sentences.
const BEHIND: [char; 9] = [')', ']', '}', '.', ',', ';', ':', '!', '?'];

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where the service would have nothing but files.
    File,
    Elsewhere,
    /// It is the key of a member.
    Key,
}

/// Calls back with each text of a value, in order.
pub(crate) fn each_text<'a>(
    value: &'a Value,
    place: Place,
    found: &mut impl FnMut(&'a str, Place),
) {
    match value {
        Value::String(text) => found(text, place),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, place, found)),
        Value::Object(members) => {
            for (key, item) in members {
                found(key, Place::Key);
                let is_file = FILES.contains(&key.as_str()) || place == Place::File && key == "url";
                each_text(item, if is_file { Place::File } else { Place::Elsewhere }, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What in a text may stand for a file, whether or not it can be fetched: the links in it, else all of
/// it, if it is a path to a medium, a URL of any scheme, or a file in base64.
pub(crate) fn references(text: &str, place: Place) -> Vec<&str> {
    let text = text.trim_matches(is_around);
    let links = links(text, place);
    let schemes = text.matches("://").count() + text.matches(":\\/\\/").count();
    let others = schemes > links.iter().filter(|link| !is_data_uri(link)).count();
    if links.is_empty() || others {
        let is_reference = others || is_path(text, place) || is_blob(text);
        return if is_reference { vec![text] } else { links };
    }
    links
}

/// The last part of a path or a URL, by which two of them may be known to be one file.
pub(crate) fn name_of(reference: &str) -> &str {
    let path = reference.split(['?', '#']).next().unwrap_or_default();
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// A reference in the form in which two of them can be compared.
pub(crate) fn comparable(reference: &str) -> Cow<'_, str> {
    fetchable(reference, true).unwrap_or(Cow::Borrowed(reference))
}

fn links(text: &str, place: Place) -> Vec<&str> {
    if fetchable(text, place == Place::File).is_some() {
        return vec![text];
    }
    let mut links = Vec::new();
    let mut at = 0;
    while let Some(found) = next_link(text, at) {
        at = found.end;
        let link = &text[found];
        if !is_data_uri(link) || DataUri::parse(link).is_some_and(|uri| uri.is_file()) {
            links.push(link.trim_end_matches(BEHIND));
        }
    }
    links
}

fn is_path(text: &str, place: Place) -> bool {
    let is_one_word = !text.is_empty() && !text.contains(char::is_whitespace);
    let is_medium = || {
        let ending = name_of(text).rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let format = ending.and_then(|ending| Format::of_ending(&ending));
        format.is_some_and(|format| !format.is_text())
    };
    match place {
        Place::File => is_one_word || is_medium(),
        // A bare name says what something is called that stands elsewhere.
        Place::Elsewhere | Place::Key => is_one_word && text.contains(['/', '\\']) && is_medium(),
    }
}

fn is_blob(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b"+/-_\r\n".contains(&b);
    if body.len() < BLOB_HEAD || !body.bytes().all(is_sign) {
        return false;
    }
    let head = || STANDARD.decode(&body[..BLOB_HEAD]).unwrap_or_default();
    body.len() >= BLOB || recognize(&head()).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_may_stand_for_a_file_is_found_in_any_text() {
        let png = format!("iVBORw0KGgo{}", "A".repeat(60));
        let long = "QUJD".repeat(256);
        let cases: [(&str, &[&str]); 19] = [
            ("https://a.b/c.png?x=1", &["https://a.b/c.png?x=1"]),
            ("see https://a.b/c.png.", &["https://a.b/c.png"]),
            ("![a](https://a.b/c) and (http://d.e/f).", &["https://a.b/c", "http://d.e/f"]),
            ("<img src=\"https://a.b/c\">", &["https://a.b/c"]),
            ("{\"u\":\"https:\\/\\/a.b\\/c\"}", &["https:\\/\\/a.b\\/c"]),
            ("s3://bucket/c", &["s3://bucket/c"]),
            ("ipfs://c and https://a.b", &["ipfs://c and https://a.b"]),
            ("cdn.runcomfy.net/c", &["cdn.runcomfy.net/c"]),
            ("/outputs/c.PNG", &["/outputs/c.PNG"]),
            ("a.b/c.mp4?x", &["a.b/c.mp4?x"]),
            ("data:;base64,AAAA", &["data:;base64,AAAA"]),
            (&png, &[&png]),
            (&long, &[&long]),
            ("c.png", &[]),
            ("image/png", &[]),
            ("a lighthouse / a harbour.png", &[]),
            ("the data: none", &[]),
            ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(references(text, Place::Elsewhere), expected, "{text}");
            assert_eq!(references(text, Place::Key), expected, "{text}");
        }
        for (text, is_file) in [("c.png", true), ("my cat.png", true), ("cat", true), (" ", false)]
            .into_iter()
            .chain([("a lighthouse", false)])
        {
            assert_eq!(!references(text, Place::File).is_empty(), is_file, "{text}");
        }
    }

    #[test]
    fn texts_are_found_with_their_places() {
        let value = json!({ "images": ["a", { "url": "b", "of": "c" }], "url": ["d"], "n": 1 });
        let mut found = Vec::new();
        each_text(&value, Place::Elsewhere, &mut |text, place| found.push((text, place)));
        found.retain(|(_, place)| *place != Place::Key);
        found.sort_by_key(|(text, _)| *text);
        let [file, elsewhere] = [Place::File, Place::Elsewhere];
        assert_eq!(found, [("a", file), ("b", file), ("c", elsewhere), ("d", elsewhere)]);
    }

    #[test]
    fn long_texts_are_gone_through_a_few_times() {
        let started = std::time::Instant::now();
        for piece in ["https://", "http:// ", "://", "data:", "data:a/b,", "/", "a", ")", "=", "é"]
        {
            let long = piece.repeat((1 << 20) / piece.len());
            let _ = (references(&long, Place::File), references(&long, Place::Elsewhere));
        }
        assert!(started.elapsed().as_secs() < 60);
    }
}
