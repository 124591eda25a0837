//! What is taken out of foreign text before it may be shown.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::redact;

const LONGEST: usize = 600;
/// How much is read for it: a token or a URL that is cut in half would not be recognised, so
/// the long cut comes first and the short one last.
const READ: usize = 64 * 1024;
/// So much of the token is enough to give itself away.
const RECOGNISED: usize = 8;

/// Makes text that the service sent fit to be shown: no token, no query of a URL, no inline
/// file, no control characters, and not too long.
#[derive(Clone)]
pub(crate) struct Scrub {
    token: SecretString,
}

impl Scrub {
    pub(crate) fn new(token: SecretString) -> Self {
        Self { token }
    }

    /// A bounded, harmless rendering of a body.
    pub(crate) fn bytes(&self, body: &[u8]) -> String {
        self.text(&String::from_utf8_lossy(&body[..body.len().min(READ)]))
    }

    /// A bounded, harmless rendering of text.
    pub(crate) fn text(&self, text: &str) -> String {
        let token = self.token.expose_secret();
        let text: String = text.chars().take(READ).collect();
        let text = without_token(&text, token);
        let text = redact::text(&text);
        let mut out = String::with_capacity(text.len().min(LONGEST));
        for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
            if out.len() >= LONGEST {
                out.push('…');
                break;
            }
            if !(c == ' ' && out.ends_with(' ')) {
                out.push(c);
            }
        }
        out.trim().to_owned()
    }
}

/// Cuts the token out, also where the sender or a cut has left only the beginning of it.
fn without_token(text: &str, token: &str) -> String {
    let head = token.get(..RECOGNISED).unwrap_or(token);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(head).filter(|_| !head.is_empty()) {
        out.push_str(&rest[..start]);
        out.push_str("[token]");
        rest = &rest[start..];
        let same = rest.chars().zip(token.chars()).take_while(|(a, b)| a == b);
        let length = same.map(|(c, _)| c.len_utf8()).sum();
        rest = &rest[length..];
    }
    out + rest
}

/// A URL as it may be shown, and nothing of what is none.
pub(crate) fn shown_url(url: &str) -> String {
    if redact::is_data_uri(url) {
        return redact::link(url);
    }
    let parsed = Url::parse(url.trim());
    parsed.map_or_else(|_| "(no URL)".to_owned(), |url| redact::link(url.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_queries_are_cut_out() {
        let scrub = Scrub::new("tok-123".into());
        let cases = [
            ("plain words", "plain words"),
            ("bad token tok-123!", "bad token [token]!"),
            ("see https://a.b/c?sig=1 now", "see https://a.b/c?… now"),
            (r#"{"u":"HTTPS://a.b/c#x"}"#, r#"{"u":"HTTPS://a.b/c?…"}"#),
            (r#"{"u":"https:\/\/a.b\/c?k=1","v":1}"#, r#"{"u":"https:\/\/a.b\/c?…","v":1}"#),
            ("http://me:pw@a.b/", "http://a.b/"),
            ("got data:image/png;base64,AAAA== here", "got data:image/png;… here"),
            ("the data: none", "the data: none"),
            ("a\r\n\tb", "a b"),
        ];
        for (text, shown) in cases {
            assert_eq!(scrub.text(text), shown);
        }
    }

    #[test]
    fn the_beginning_of_a_token_is_cut_out_too() {
        let scrub = Scrub::new("very-secret-token".into());
        for (text, shown) in [
            ("not very-secret… at all", "not [token]… at all"),
            ("very-secret-token very-secret-to very-sec", "[token] [token] [token]"),
            ("very-secret-tokens", "[token]s"),
            ("very-secure", "[token]ure"),
            ("very-se", "very-se"),
        ] {
            assert_eq!(scrub.text(text), shown);
        }
        // The long cut leaves half of it, and what is before it is shortened to nearly nothing.
        let cut = format!("data:,{} very-secret-token", "a".repeat(READ - 18));
        assert_eq!(scrub.text(&cut), "data:;… [token]");
    }

    #[test]
    fn a_url_is_shown_without_what_may_be_secret() {
        let cases = [
            ("https://a.b/c%20d?sig=1#x", "https://a.b/c%20d?…"),
            ("https:me:pw@a.b/c", "https://a.b/c"),
            ("DATA:image/png;base64,AAAA", "DATA:image/png;…"),
            ("/a/b?sig=1", "(no URL)"),
        ];
        for (url, shown) in cases {
            assert_eq!(shown_url(url), shown);
        }
    }

    #[test]
    fn long_text_is_cut() {
        let shown = Scrub::new("t".into()).bytes("é".repeat(5000).as_bytes());
        assert!(shown.ends_with('…') && shown.len() < 700, "{}", shown.len());
    }
}
