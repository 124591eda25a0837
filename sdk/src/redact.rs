//! URLs as they may be shown: a query may hold a signature, a user name a password, and a `data:`
//! URI the whole file.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde_json::Value;

/// Whether a text means to be a `data:` URI.
pub(crate) fn is_data_uri(text: &str) -> bool {
    starts_with(text, "data:")
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// A URL without its query, fragment and user name, a `data:` URI without its content.
pub(crate) fn link(text: &str) -> String {
    if is_data_uri(text) {
        let kind = text.split([';', ',']).next().unwrap_or(text);
        return if kind.len() == text.len() { text.to_owned() } else { format!("{kind};…") };
    }
    let end = query(text).unwrap_or(text.len());
    let (kept, cut) = text.split_at(end);
    let cut = if cut.is_empty() { "" } else { "?…" };
    let colon = kept.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
    let colon = colon.filter(|at| kept[*at..].starts_with(':'));
    let (scheme, rest) = kept.split_at(colon.map_or(0, |colon| colon + 1));
    // Browsers take any number of slashes, of either kind, and none for two.
    let host = rest.trim_start_matches(['/', '\\']);
    let slashes = &rest[..rest.len() - host.len()];
    let authority = &host[..host.find(['/', '\\']).unwrap_or(host.len())];
    let host = authority.rfind('@').map_or(host, |at| &host[at + 1..]);
    format!("{scheme}{slashes}{host}{cut}")
}

/// Where the query or the fragment begins; also the query of a URL that is quoted in a path.
fn query(text: &str) -> Option<usize> {
    let begins = |at: usize| {
        matches!(&text.as_bytes()[at..], [b'?' | b'#', ..] | [b'%', b'3', b'F' | b'f', ..])
    };
    (0..text.len()).find(|at| begins(*at))
}

/// Any text, with every URL in it as [`link`] shows it.
///
/// Reads each character a bounded number of times.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    // A text that begins with a URL may be one, with blanks in its query.
    let start = text.trim_start();
    let is_link = next_link(start, 0).is_some_and(|scheme| scheme.start == 0);
    let end = if is_link { query(text).unwrap_or(text.len()) } else { text.len() };
    let mut out = words(&text[..end]);
    if end < text.len() {
        out.to_mut().push_str("?…");
    }
    out
}

/// The words of a text and what is between them.
fn words(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed("");
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = !ends_word(first);
        let end = rest.find(|c| ends_word(c) == in_word).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        let shown = word(piece);
        if let (Cow::Borrowed(_), Cow::Borrowed(_)) = (&out, &shown) {
            // Nothing was cut so far: what is shown is the beginning of the text itself.
            out = Cow::Borrowed(&text[..text.len() - behind.len()]);
        } else {
            out.to_mut().push_str(&shown);
        }
        rest = behind;
    }
    out
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

/// A word, in which everything from the first URL on is taken to belong to URLs.
fn word(word: &str) -> Cow<'_, str> {
    let Some(mut found) = next_link(word, 0) else {
        return match parameter(word) {
            Some(at) => Cow::Owned(format!("{}?…", &word[..at])),
            None => Cow::Borrowed(word),
        };
    };
    let mut out = word[..found.start].to_owned();
    loop {
        let next = next_link(word, found.end);
        let end = next.as_ref().map_or(word.len(), |next| next.start);
        out.push_str(&link(&word[found.start..end]));
        match next {
            Some(next) => found = next,
            None => return Cow::Owned(out),
        }
    }
}

/// The scheme of the next URL of a word, not before `from`.
fn next_link(word: &str, from: usize) -> Option<Range<usize>> {
    let bytes = word.as_bytes();
    if from == 0 && bytes.starts_with(b"//") {
        return Some(0..2);
    }
    for at in from..bytes.len() {
        let begins = |mark: &str| {
            let head = bytes.get(at..at + mark.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(mark.as_bytes()))
        };
        // Schemes that mean a URL whatever follows them.
        let plain = ["http:", "https:", "data:"].into_iter().find(|scheme| begins(scheme));
        if let Some(scheme) = plain
            && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
        {
            return Some(at..at + scheme.len());
        }
        // Any other scheme, by its slashes, which some encoders of JSON escape.
        if begins("://") || begins(":\\/\\/") {
            let scheme = bytes[from..at].iter().rev();
            let scheme = scheme.take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
            return Some(at - scheme.count()..at + 1);
        }
    }
    None
}

/// Where the parameters begin of `cdn.example.com/a.png?sig=…`, a URL without its scheme, or of
/// what a blank has cut off of one.
fn parameter(word: &str) -> Option<usize> {
    let mut mark = None;
    for (at, byte) in word.bytes().enumerate() {
        match byte {
            b'?' | b'&' => mark = mark.or(Some(at)),
            b'=' => {
                if let Some(mark) = mark.filter(|mark| mark + 1 < at) {
                    return Some(mark);
                }
            }
            _ => {}
        }
    }
    None
}

/// A JSON value, with every URL in it as it may be shown.
pub(crate) fn json(value: &Value) -> Value {
    match value {
        Value::String(string) => Value::String(text(string).into_owned()),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (text(key).into_owned(), json(value))).collect()
        }
        value => value.clone(),
    }
}

/// `Debug` of text, of a list of links and of JSON, for types that show nothing else.
pub(crate) struct Shown<T>(pub(crate) T);

impl fmt::Debug for Shown<&str> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text(self.0).fmt(f)
    }
}

impl fmt::Debug for Shown<&Value> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&json(self.0), f)
    }
}

impl fmt::Debug for Shown<&[String]> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|url| link(url))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_cut_out() {
        let cases = [
            ("https://a.b/c%20d?sig=1#x", "https://a.b/c%20d?…"),
            ("https://a.b/c#sig=1", "https://a.b/c?…"),
            ("https://a.b/c@d.png", "https://a.b/c@d.png"),
            ("https://me:pw@a.b/c", "https://a.b/c"),
            ("https://me:p@w@a.b/c", "https://a.b/c"),
            ("https:me:pw@a.b/c", "https:a.b/c"),
            (r"https:\\me:pw@a.b\c", r"https:\\a.b\c"),
            (
                "https://a.b/get/https%3A%2F%2Fc.d%2Fe%3Fsig%3D1",
                "https://a.b/get/https%3A%2F%2Fc.d%2Fe?…",
            ),
            ("me:pw@a.b", "me:a.b"),
            ("//me:pw@a.b/c", "//a.b/c"),
            ("DATA:image/png;base64,AAAA", "DATA:image/png;…"),
            ("data:,abc", "data:;…"),
            ("cat.png", "cat.png"),
            ("100%", "100%"),
            ("", ""),
        ];
        for (url, shown) in cases {
            assert_eq!(link(url), shown);
        }
    }

    #[test]
    fn urls_are_found_in_any_text() {
        let cases = [
            ("", ""),
            ("a lighthouse, at 4:3; really? yes=no", "a lighthouse, at 4:3; really? yes=no"),
            ("see https://a.b/c?sig=1 now", "see https://a.b/c?… now"),
            ("(https://a.b/c?sig=1),x", "(https://a.b/c?…"),
            ("HTTPS:me:pw@a.b", "HTTPS:a.b"),
            ("x\nhttps://a.b/1,https://me:pw@c.d/2?k=v\ty", "x\nhttps://a.b/1,https://c.d/2?…\ty"),
            (r#"{"u":"https:\/\/a.b\/c?k=1","v":1}"#, r#"{"u":"https:\/\/a.b\/c?…","v":1}"#),
            ("s3+x://me:pw@a/b?X-Amz-Signature=1", "s3+x://a/b?…"),
            ("wss://a?k", "wss://a?…"),
            ("//me:pw@a.b/c?sig=1", "//a.b/c?…"),
            ("cdn.a.b/c.png?sig=1&x", "cdn.a.b/c.png?…"),
            ("what?=", "what?="),
            ("cat&k=v", "cat?…"),
            (" https://a.b/my cat.png?name=my cat&sig = 1", " https://a.b/my cat.png?…"),
            ("https://a.b/c.png or https://me:pw@d.e", "https://a.b/c.png or https://d.e"),
            ("got data:image/png;base64,AAAA== here", "got data:image/png;… here"),
            ("metadata:1;2", "metadata:1;2"),
            ("the data: none", "the data: none"),
            ("é://x?y é", "é://x?… é"),
        ];
        for (said, shown) in cases {
            assert_eq!(text(said), shown);
        }
        assert!(matches!(text("no URL at all"), Cow::Borrowed("no URL at all")));
    }

    #[test]
    fn json_is_shown_with_its_keys() {
        let value = serde_json::json!({"https://a?k": ["https://b/c?k=1", 5, null]});
        assert_eq!(format!("{:?}", Shown(&value)), r#"{"https://a?…":["https://b/c?…",5,null]}"#);
    }

    #[test]
    fn reading_takes_time_in_proportion_to_the_length() {
        let started = std::time::Instant::now();
        let pieces =
            ["http://", "http:// ", "a?b=", "data:", "://", "//", "%3", "a://b", "é", "\"", "?"];
        for piece in pieces {
            let long = piece.repeat((1 << 18) / piece.len());
            assert!(text(&long).len() <= 4 * long.len(), "{piece}");
        }
        // A second or two; hours, if each URL were looked for from the beginning.
        assert!(started.elapsed().as_secs() < 60);
    }
}
