//! What is a link in a result: the services behind the service do not all encode what they send.

use std::borrow::Cow;

use url::Url;

use crate::data_uri::DataUri;
use crate::redact::is_data_uri;

/// Hosts of which a link is known without its scheme.
const HOSTS: [&str; 2] = [".runcomfy.net", ".runcomfy.com"];

/// The link that a text is, in a form in which it can be fetched: `https://a/b%20c.png` for
/// `https://a/b c.png`; a text that is one already is left as it is.
///
/// A text with blanks in it is a link only if it stands where nothing but files does (`is_file`);
/// elsewhere it is a sentence that begins with a link. The text is gone through a few times, however
/// long it is.
pub(crate) fn fetchable(text: &str, is_file: bool) -> Option<Cow<'_, str>> {
    let text = text.trim_matches(is_around);
    if is_data_uri(text) {
        return DataUri::parse(text)?.is_file().then_some(Cow::Borrowed(text));
    }
    let rest = behind_scheme(text);
    // Before anything is copied: most texts are no links.
    let is_host = rest.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '[');
    let is_known = || {
        let host = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        HOSTS.iter().any(|suffix| host.to_ascii_lowercase().ends_with(suffix))
    };
    let is_link = match text.len() - rest.len() {
        0 => is_known(),
        // `//host/…`: in code it begins a comment.
        2 => is_file || is_known(),
        _ => true,
    };
    if !is_host || !is_link || !is_file && text.contains(char::is_whitespace) {
        return None;
    }
    let plain = unescaped(text);
    let has_scheme = has_scheme(&plain);
    if has_scheme && plain.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(plain);
    }
    let whole =
        if has_scheme { plain } else { Cow::Owned(format!("https://{}", behind_scheme(&plain))) };
    // What is no URL even so is told when it is fetched.
    Some(Url::parse(&whole).map_or(whole, |url| Cow::Owned(url.into())))
}

/// What stands around a link and is not part of it.
pub(super) fn is_around(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\'' | '<' | '>' | '\u{feff}' | '\u{200b}')
}

fn has_scheme(text: &str) -> bool {
    ["http:", "https:"].iter().any(|scheme| starts_with(text, scheme))
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// Browsers take any number of slashes, of either kind.
fn behind_scheme(text: &str) -> &str {
    let is_slash = ['/', '\\'];
    for scheme in ["https:", "http:"] {
        if starts_with(text, scheme) && text[scheme.len()..].starts_with(is_slash) {
            return text[scheme.len()..].trim_start_matches(is_slash);
        }
    }
    text.strip_prefix("//").unwrap_or(text)
}

/// As HTML and some encoders of JSON spell an `&` and a `/`.
fn unescaped(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for (escaped, plain) in
        [("&amp;", "&"), ("&#38;", "&"), ("&#x26;", "&"), ("\\u0026", "&"), ("\\/", "/")]
    {
        if text.contains(escaped) {
            text = Cow::Owned(text.replace(escaped, plain));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_link_is_fetched() {
        let cases = [
            ("https://a.b/c.png", "https://a.b/c.png"),
            ("HTTPS://a.b/c.png", "HTTPS://a.b/c.png"),
            ("HttP://a.b/c%20d.png?x=1#y", "HttP://a.b/c%20d.png?x=1#y"),
            (" https://a.b/c.png\r\n", "https://a.b/c.png"),
            ("\u{feff}https://a.b/c.png\u{200b}", "https://a.b/c.png"),
            ("<https://a.b/c.png>", "https://a.b/c.png"),
            ("\"https://a.b/c.png\"", "https://a.b/c.png"),
            ("https://a.b/my cat.png", "https://a.b/my%20cat.png"),
            ("https://a.b/my\u{a0}cat.png?x=1 2", "https://a.b/my%C2%A0cat.png?x=1%202"),
            ("https://a.b/\tc\n.png", "https://a.b/c.png"),
            ("https://a.b/기린.png", "https://a.b/%EA%B8%B0%EB%A6%B0.png"),
            ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
            ("//a.b/c.png", "https://a.b/c.png"),
            ("//a.b/my cat.png", "https://a.b/my%20cat.png"),
            ("https:/a.b/c.png", "https:/a.b/c.png"),
            ("https:\\/\\/a.b\\/c.png", "https://a.b/c.png"),
            ("https://a.b/c.png?x=1&amp;y=2", "https://a.b/c.png?x=1&y=2"),
            ("https://a.b/c.png?x=1\\u0026y=2", "https://a.b/c.png?x=1&y=2"),
            ("cdn.runcomfy.net/c.png", "https://cdn.runcomfy.net/c.png"),
            ("CDN.RunComfy.com/my cat.png", "https://cdn.runcomfy.com/my%20cat.png"),
            ("https://[::1]/c", "https://[::1]/c"),
            ("https://a.b", "https://a.b"),
            ("https://exa mple/x", "https://exa mple/x"),
            ("data:image/png;base64,AA==", "data:image/png;base64,AA=="),
            (" DATA:image/png,x ", "DATA:image/png,x"),
            ("data:;base64,AA==", "data:;base64,AA=="),
        ];
        for (text, fetched) in cases {
            assert_eq!(fetchable(text, true).as_deref(), Some(fetched), "{text:?}");
            let is_one_word = !text.trim_matches(is_around).contains(char::is_whitespace);
            let is_plain = is_one_word && !text.starts_with("//");
            assert_eq!(fetchable(text, false).is_some(), is_plain, "{text:?}");
            assert_eq!(fetchable(fetched, true).as_deref(), Some(fetched), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_link_is_none() {
        for text in [
            "",
            " ",
            "https",
            "https:",
            "https://",
            "https:///",
            "http:// http:// http://",
            "https://?x",
            "//",
            "// a comment",
            "a lighthouse",
            "see https://a.b/c.png",
            "a.b/c.png",
            "runcomfy.net",
            "ftp://a.b/c",
            "s3://a/b",
            "/a/b.png",
            "data:",
            "data: a, b",
            "data:,x",
            "mailto:a@b.c",
            "evilruncomfy.net/a",
            "https:a.b",
        ] {
            assert_eq!(fetchable(text, true), None, "{text:?}");
        }
        assert_eq!(fetchable("https://a.b/c.png shows a cat", false), None);
        assert_eq!(fetchable("//a.b/c.png", false), None);
    }

    #[test]
    fn long_texts_are_gone_through_a_few_times() {
        let started = std::time::Instant::now();
        for piece in ["https://", "http:// ", "//", "&amp;", "\\/", " ", "a", "é", "data:"] {
            let long = piece.repeat(1 << 20);
            let _ = (fetchable(&long, true), fetchable(&format!("https://a/{long}"), true));
        }
        assert!(started.elapsed().as_secs() < 60);
    }
}
