//! The files in an output.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use crate::media::link::fetchable;
use crate::media::texts::{FILES, Place, comparable, each_text, name_of, references};
use crate::wire::next_link;

/// How many URLs are taken out of a text; it is no list of files.
const MOST_IN_TEXT: usize = 10_000;

/// The URLs in the `output` of a result, each of them once, in order.
pub(crate) fn media_urls(result: &Value) -> Vec<String> {
    found(result).into_iter().map(Cow::into_owned).collect()
}

pub(super) fn count(result: &Value) -> usize {
    found(result).len()
}

/// Whether there is no output, as far as anybody can tell: nothing but nulls and empty things, or
/// keys of files without a file.
pub(crate) fn is_without_output(output: Option<&Value>) -> bool {
    let Some(output) = output else { return true };
    if is_void(output) {
        return true;
    }
    let is_file = |key: &String| FILES.contains(&key.as_str());
    let Value::Object(map) = output else { return false };
    let mut files = map.iter().filter(|(key, _)| is_file(key)).peekable();
    // A number beside it, a seed, is no output. Words may be.
    let no_words = |value: &Value| !matches!(value, Value::String(text) if !text.trim().is_empty());
    files.peek().is_some() && files.all(|(_, value)| is_void(value)) && map.values().all(no_words)
}

fn is_void(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_void),
        Value::Object(map) => map.values().all(is_void),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn found(result: &Value) -> Vec<Cow<'_, str>> {
    let (mut list, mut seen) = (Vec::new(), HashSet::new());
    if let Some(output) = result.get("output") {
        each_text(output, Place::File, &mut |text, place| {
            if place != Place::Key
                && let Some(url) = fetchable(text, place == Place::File)
                && seen.insert(url.clone())
            {
                list.push(url);
            }
        });
    }
    list
}

/// What else in a result may stand for a file, but cannot be fetched: a path, a URL of another scheme,
/// a file in base64, a link in the middle of a text, or one beside the output. What is named like one
/// of the files is that file.
pub(crate) fn unclear(result: &Value) -> Vec<String> {
    let urls: HashSet<_> = found(result).into_iter().collect();
    let names: HashSet<_> = urls.iter().map(|url| name_of(url)).collect();
    let (mut unclear, mut seen) = (Vec::new(), HashSet::new());
    let mut look = |text, place| {
        for reference in references(text, place) {
            let is_path = !reference.contains(':');
            let is_known = urls.contains(&comparable(reference))
                || is_path && names.contains(name_of(reference));
            if !is_known && seen.insert(reference) {
                unclear.push(reference.to_owned());
            }
        }
    };
    if let Some(output) = result.get("output") {
        each_text(output, Place::File, &mut look);
    }
    for beside in FILES.iter().filter_map(|key| result.get(*key)) {
        each_text(beside, Place::File, &mut look);
    }
    unclear
}

/// The URLs in a text that could not be read as JSON, each of them once, without those of the
/// service's own calls, and without one that breaks off with the text.
pub(crate) fn urls_in_text(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut urls = Vec::new();
    let mut at = 0;
    while let Some(link) = next_link(text, at)
        && link.end < text.len()
        && urls.len() < MOST_IN_TEXT
    {
        at = link.end;
        let link = text[link].replace("\\/", "/").replace("\\u0026", "&");
        let whole = link.find('\\').map_or(link.as_str(), |end| &link[..end]);
        if let Some(url) = fetchable(whole, false)
            && !url.contains("/v1/requests/")
            && seen.insert(url.clone().into_owned())
        {
            urls.push(url.into_owned());
        }
    }
    urls
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn urls_are_found_anywhere_in_the_output_and_once() {
        let result = json!({
            "result_url": "https://api/not-media",
            "output": {"images": ["https://a/1.png", "https://a/2.png", "https://a/1.png"],
                       "meta": [{"deep": {"video": "HTTPS://a/3.mp4"}}], "note": "see https://a/x",
                       "thumb": "data:image/gif;base64,R0lGODlh", "odd": "data: a, b"},
        });
        let found = [
            "https://a/1.png",
            "https://a/2.png",
            "HTTPS://a/3.mp4",
            "data:image/gif;base64,R0lGODlh",
        ];
        assert_eq!(media_urls(&result), found);
        assert_eq!(count(&result), 4);
        assert_eq!(media_urls(&json!({"output": "https://a/1.png"})), ["https://a/1.png"]);
        assert!(media_urls(&json!({"output": null})).is_empty());
    }

    #[test]
    fn a_blank_in_the_name_of_a_file_is_no_reason_to_lose_it() {
        let cases = [
            (json!("https://a/b c.png"), &["https://a/b%20c.png"][..]),
            (json!(["https://a/b\u{a0}c.png"]), &["https://a/b%C2%A0c.png"]),
            (json!({ "images": [" https://a/1.png\n"] }), &["https://a/1.png"]),
            (json!({ "video": "https://a/b c.mp4?x=1 2" }), &["https://a/b%20c.mp4?x=1%202"]),
            (json!({ "images": [{ "url": "https://a/b c.png" }] }), &["https://a/b%20c.png"]),
            (json!({ "prompt": "https://a/b c.png" }), &[]),
        ];
        for (output, urls) in cases {
            assert_eq!(media_urls(&json!({ "output": output })), urls, "{output}");
        }
    }

    #[test]
    fn what_may_be_a_file_and_is_no_url_is_unclear() {
        let url = "https://a/dir/1.png?x=1";
        let of = |more: Value| unclear(&json!({ "output": { "images": [url], "more": more } }));
        for clear in [
            json!(null),
            json!({ "seed": 7, "width": 1024, "ratio": "16:9", "content_type": "image/png" }),
            json!(["1.png", "/tmp/out/1.png", url, "see https://a/dir/1.png?x=1."]),
            json!({ "url": "https://b/2.png", "sha256": "0".repeat(64), "prompt": "a/b: c, d" }),
        ] {
            assert_eq!(of(clear.clone()), [""; 0], "{clear}");
        }
        for odd in ["/tmp/2.png", "s3://b/2", "see https://a/2.png", "https://a/my cat"] {
            let reference = odd.strip_prefix("see ").unwrap_or(odd);
            let reference = reference.strip_suffix(" cat").unwrap_or(reference);
            assert_eq!(of(json!({ "note": [odd, odd] })), [reference]);
            assert_eq!(of(json!({ odd: 1 })), [reference]);
        }
        for (result, expected) in [
            (json!({ "output": [url, "2.png", "a poem"] }), vec!["2.png"]),
            (json!({ "output": { "images": [url, { "url": "2" }] } }), vec!["2"]),
            (json!({ "output": url, "video": "https://a/2.mp4" }), vec!["https://a/2.mp4"]),
            (json!({ "output": url, "image": url, "model_url": "https://a/2" }), vec![]),
        ] {
            assert_eq!(unclear(&result), expected, "{result}");
        }
    }

    #[test]
    fn what_holds_nothing_is_no_output() {
        let nothing = [
            json!(null),
            json!({}),
            json!([]),
            json!(" "),
            json!([null, {}, [[""]]]),
            json!({ "image": null, "images": [] }),
            json!({ "images": [], "seed": 7 }),
            json!({ "image": "", "meta": { "seed": 7 } }),
        ];
        for output in &nothing {
            assert!(is_without_output(Some(output)), "{output}");
        }
        assert!(is_without_output(None));
        let something = [
            json!("a lighthouse"),
            json!(7),
            json!({ "score": 0.5 }),
            json!({ "image": null, "text": "no picture, but words" }),
            json!({ "image": null, "video": "https://a/1.mp4" }),
            json!({ "image": { "url": "https://a/1.png" } }),
        ];
        for output in &something {
            assert!(!is_without_output(Some(output)), "{output}");
        }
    }

    #[test]
    fn urls_are_found_in_what_is_no_json() {
        let text = r#"{"status_url":"https://api/v1/requests/r/status","output":{"images":[
            "https:\/\/a\/1.png?x=1\u0026y=2", "https://a/2.png", "https://a/2.png", "data:image/gif;base64,R0lG", "https://a/3.p"#;
        let found = ["https://a/1.png?x=1&y=2", "https://a/2.png", "data:image/gif;base64,R0lG"];
        assert_eq!(urls_in_text(text), found);
    }
}
