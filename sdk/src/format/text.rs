//! Text, told by its beginning: what kind it is, and whether it is about something that failed.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::bytes::ENOUGH;
use super::{Format, HTML, JSON, TEXT, XML};

/// A file that is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) format: &'static Format,
    /// Whether it says that something failed, as the page does that a host sends in place of a file.
    pub(crate) is_error: bool,
    /// Whether it is a beginning that may become anything: a prolog that goes on.
    pub(crate) is_open: bool,
    /// Whether it is JSON without names and values: `{}`, `[]`.
    pub(crate) is_blank: bool,
}

/// What text a file is, by its beginning; `None` where that is no text at all.
pub(crate) fn recognize_text(head: &[u8]) -> Option<Text> {
    let text = decode(&head[..head.len().min(ENOUGH)])?;
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let start = text.to_ascii_lowercase();
    let (format, is_error, is_open) = match markup(&start) {
        Some(Markup::Root(root)) if is_html(root) => (&HTML, is_error_page(&start), false),
        Some(Markup::Root(root)) => (&XML, is_error_root(root), false),
        Some(Markup::Unfinished) => (&XML, false, true),
        None if is_json(text) => (&JSON, is_error_json(text), false),
        None => (&TEXT, is_error_text(&start), false),
    };
    let is_blank = text.chars().all(|c| c.is_whitespace() || "{}[],".contains(c));
    Some(Text { format, is_error, is_open, is_blank })
}

/// Whether it is an SVG picture; a text with an `<svg>` somewhere in it is none.
pub(super) fn svg(head: &[u8]) -> bool {
    decode(head).is_some_and(|text| {
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let start = text.to_ascii_lowercase();
        matches!(markup(&start), Some(Markup::Root(root)) if root.rsplit(':').next() == Some("svg"))
    })
}

/// The beginning of a text in whatever encoding; `None` for what is no text.
fn decode(head: &[u8]) -> Option<Cow<'_, str>> {
    match head {
        [] => None,
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [_, 0, _, 0, ..] => wide(head, u16::from_le_bytes),
        [0, _, 0, _, ..] => wide(head, u16::from_be_bytes),
        _ => narrow(head),
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Cow<'static, str>> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    // A surrogate may be cut in half at the end; elsewhere nothing is missing in a text.
    let broken = text.chars().filter(|c| is_no_text(*c) || *c == '\u{fffd}').count();
    (!text.is_empty() && broken <= 1).then_some(Cow::Owned(text))
}

/// UTF-8, or an older encoding that has ASCII in it.
fn narrow(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if bytes.iter().any(|byte| is_no_text(char::from(*byte)) && *byte < 0x80) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    // What is cut in the middle of a character, or in Latin-1, has a few that are broken; noise
    // has little else.
    let whole = text.trim_end_matches('\u{fffd}');
    let broken = whole.chars().filter(|c| *c == '\u{fffd}').count();
    let letters = whole.chars().filter(char::is_ascii).count();
    (!whole.is_empty() && letters >= 4 * broken).then_some(text)
}

fn is_no_text(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b' | '\u{80}'..='\u{9f}')
}

/// How a text in angle brackets begins.
enum Markup<'a> {
    /// The name of its first element.
    Root(&'a str),
    /// There is none so far.
    Unfinished,
}

/// Skips declarations, comments and a document type with whatever it declares.
fn markup(text: &str) -> Option<Markup<'_>> {
    let mut rest = text;
    let mut begun = false;
    loop {
        rest = rest.trim_start();
        let end = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.find("-->").map(|end| end + 7)
        } else if rest.starts_with("<?") {
            rest.find("?>").map(|end| end + 2)
        } else if rest.starts_with("<!doctype html") {
            return Some(Markup::Root("html"));
        } else if rest.starts_with("<!") {
            doctype_end(rest)
        } else if let Some(tag) = rest.strip_prefix('<') {
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.');
            let name = &tag[..tag.find(|c| !is_name(c)).unwrap_or(tag.len())];
            return if name.is_empty() { None } else { Some(Markup::Root(name)) };
        } else {
            return if begun && rest.is_empty() { Some(Markup::Unfinished) } else { None };
        };
        let Some(end) = end else {
            return Some(Markup::Unfinished);
        };
        begun = true;
        rest = &rest[end..];
    }
}

/// The end of `<!doctype …>`, which may hold declarations in brackets, and those quotes.
fn doctype_end(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) => quote = quote.filter(|_| open != byte),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'<' | b'[') => depth += 1,
            (None, b'>' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (None, _) => {}
        }
    }
    None
}

fn is_html(root: &str) -> bool {
    const TAGS: [&str; 16] = [
        "html", "head", "body", "title", "meta", "link", "script", "style", "div", "p", "center",
        "h1", "h2", "span", "table", "br",
    ];
    TAGS.contains(&root)
}

/// S3, Google Cloud Storage, Azure and those that speak like them.
fn is_error_root(root: &str) -> bool {
    let local = root.rsplit(':').next().unwrap_or(root);
    matches!(
        local,
        "error" | "errors" | "errorresponse" | "fault" | "exception" | "accessdenied" | "problem"
    )
}

/// What pages of errors say, and of log-ins and checks that stand in front of a file.
fn is_error_page(page: &str) -> bool {
    const SIGNS: [&str; 22] = [
        "error",
        "not found",
        "forbidden",
        "denied",
        "unauthorized",
        "unavailable",
        "bad gateway",
        "bad request",
        "timeout",
        "timed out",
        "time-out",
        "too many requests",
        "rate limit",
        "expired",
        "does not exist",
        "cloudflare",
        "just a moment",
        "captcha",
        "attention required",
        "sign in",
        "log in",
        "login",
    ];
    let words = visible(page);
    SIGNS.iter().any(|sign| words.contains(sign)) || has_status(&words)
}

/// What stands between the tags.
fn visible(page: &str) -> String {
    let mut words = String::new();
    for piece in page.split('<') {
        words.push_str(piece.split_once('>').map_or("", |(_, text)| text));
        words.push(' ');
    }
    words
}

/// `502`, by itself.
fn has_status(words: &str) -> bool {
    let mut numbers = words.split(|c: char| !c.is_ascii_alphanumeric());
    numbers.any(|word| {
        word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|b| b.is_ascii_digit())
    })
}

/// A line or two that say what failed. A text of some length is no message.
fn is_error_text(text: &str) -> bool {
    text.len() <= 1024 && (is_error_page(&format!(">{text}")) || text.contains("no such"))
}

fn is_json(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !c.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('{'), Some('"' | '}') | None) => true,
        (Some('['), Some(c)) => {
            matches!(c, '{' | '[' | '"' | ']' | '-' | 't' | 'f' | 'n') || c.is_ascii_digit()
        }
        _ => false,
    }
}

/// An object whose members say that something failed. One that is cut off has said so in its
/// first members, or is no message.
fn is_error_json(text: &str) -> bool {
    match serde_json::Deserializer::from_str(text).into_iter().next() {
        Some(Ok(Value::Object(members))) => is_error_object(&members),
        Some(Ok(Value::Array(items))) => {
            matches!(items.first(), Some(Value::Object(members)) if is_error_object(members))
        }
        Some(Ok(_)) | None => false,
        Some(Err(_)) => text.get(1..).is_some_and(|rest| {
            let first: String = rest.chars().filter(|c| !c.is_whitespace()).take(20).collect();
            ["\"error", "\"errors", "\"fault", "\"exception"]
                .iter()
                .any(|key| first.to_ascii_lowercase().starts_with(key))
        }),
    }
}

fn is_error_object(members: &Map<String, Value>) -> bool {
    const OF_MESSAGES: [&str; 16] = [
        "message",
        "msg",
        "detail",
        "details",
        "reason",
        "status",
        "statuscode",
        "code",
        "success",
        "ok",
        "type",
        "title",
        "requestid",
        "timestamp",
        "path",
        "instance",
    ];
    let plain = |key: &str| key.to_ascii_lowercase().replace(['_', '-'], "");
    let is_message = members.keys().all(|key| OF_MESSAGES.contains(&plain(key).as_str()));
    let says = |key: &str, value: &Value| {
        let told = match value {
            Value::Null | Value::Bool(false) => false,
            Value::String(text) => {
                !text.is_empty() && !matches!(text.as_str(), "0" | "none" | "null")
            }
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            Value::Bool(true) => true,
        };
        match plain(key).as_str() {
            "error" | "errors" | "errorcode" | "errormessage" | "errormsg" | "fault"
            | "exception" | "traceback" => told,
            // Where there is nothing else, it is a message.
            "message" | "msg" | "detail" | "details" | "reason" => told && is_message,
            "status" | "statuscode" | "code" => {
                value.as_u64().is_some_and(|code| (400..600).contains(&code))
            }
            "success" | "ok" => value == &Value::Bool(false),
            _ => false,
        }
    };
    members.iter().any(|(key, value)| says(key, value))
}
