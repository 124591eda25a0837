//! One answer of the service.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::{Fault, lenient};

/// A larger body is read only if it is large by its strings: a value costs far more memory than its
/// two bytes of text.
const MANY_VALUES: usize = 4 << 20;

/// How far into a page its title is looked for, and how much of it is shown.
const TITLE_WITHIN: usize = 16 * 1024;
const LONGEST_TITLE: usize = 80;

/// An answer whose status line arrived; its body may have broken off.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// Where a redirect leads to, as it may be shown.
    pub(crate) redirect: Option<String>,
    /// The request that its `Location` is about, if it is about one.
    pub(crate) located: Option<String>,
    pub(crate) body: Vec<u8>,
    /// Why the body is not whole, where it is not.
    pub(crate) broken: Option<Broken>,
}

/// Why a body is not what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The connection broke, in these words.
    Off(String),
    /// It is larger than so many MiB, and was not read to its end.
    TooLarge(usize),
    /// It is in a coding that was not asked for and cannot be undone.
    Coded(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off(words) => f.write_str(words),
            Self::TooLarge(limit) => write!(f, "it is larger than {limit} MiB"),
            Self::Coded(coding) => write!(f, "it is coded as {coding}, which was not asked for"),
        }
    }
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON, or as what was meant to be JSON; `None` for anything else, and for what
    /// breaks off.
    pub(crate) fn json(&self) -> Option<Value> {
        if self.has_too_many_values() {
            return None;
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::String(text)) => {
                Some(lenient::read(&self.body).unwrap_or(Value::String(text)))
            }
            Ok(value) => Some(value),
            Err(_) => lenient::read(&self.body),
        }
    }

    /// Whether the body, of which [`json`](Self::json) makes nothing, is an answer of the service
    /// all the same: one that came to harm, not a page of something in between.
    pub(crate) fn is_damaged(&self) -> bool {
        match self.broken {
            Some(Broken::TooLarge(_) | Broken::Coded(_)) => true,
            Some(Broken::Off(_)) => false,
            None => lenient::begins(&self.body),
        }
    }

    /// Whether the body is JSON that breaks off, so that nobody knows what else it would have said.
    pub(crate) fn breaks_off(&self) -> bool {
        lenient::begins(&self.body) && self.json().is_none()
    }

    fn has_too_many_values(&self) -> bool {
        let is_sign = |byte: &&u8| matches!(byte, b',' | b'[' | b'{');
        self.body.len() > MANY_VALUES && self.body.iter().filter(is_sign).count() > MANY_VALUES
    }

    /// The status that the service meant: an error code of six digits starts with it, and
    /// counts for more than the status line, because no balance can be a plain 400 and an
    /// error can be a 200.
    pub(crate) fn meant_status(&self, fault: &Fault) -> u16 {
        let of_code = fault.code.filter(|code| (100_000..=999_999).contains(code));
        of_code.and_then(|code| u16::try_from(code / 1000).ok()).unwrap_or(self.status)
    }

    /// What came, where it says nothing that could be shown instead.
    pub(crate) fn gist(&self) -> String {
        match &self.broken {
            Some(Broken::Off(why)) => return format!("the answer broke off: {why}"),
            Some(broken) => return format!("the answer cannot be read: {broken}"),
            None => {}
        }
        if let Some(place) = &self.redirect {
            return format!(
                "the answer is a redirect to {place}, which is not followed: if that is where the \
                 service is, give it as the base_url",
            );
        }
        match self.page_title() {
            Some("") => "the answer is an HTML page".to_owned(),
            Some(title) => {
                let words: Vec<&str> = title.split_whitespace().collect();
                let title: String = words.join(" ").chars().take(LONGEST_TITLE).collect();
                format!("the answer is an HTML page, {title:?}")
            }
            None if self.body.trim_ascii().is_empty() => "the answer is empty".to_owned(),
            None if self.json().is_some() => "the answer gives no reason".to_owned(),
            None if self.is_damaged() => "the answer is JSON that breaks off".to_owned(),
            None => "the answer is not JSON".to_owned(),
        }
    }

    /// Whether it is a page for people, of something in between that knows nothing about jobs.
    pub(crate) fn is_page(&self) -> bool {
        self.page_title().is_some()
    }

    /// The title of a page for people, the empty one of a page without; `None` of anything else.
    fn page_title(&self) -> Option<&str> {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body).trim_ascii_start();
        let body = &body[..body.len().min(TITLE_WITHIN)];
        if !body.starts_with(b"<") {
            return None;
        }
        Some(title(body).unwrap_or_default())
    }
}

fn title(page: &[u8]) -> Option<&str> {
    let find = |text: &[u8], tag: &[u8]| {
        text.windows(tag.len()).position(|window| window.eq_ignore_ascii_case(tag))
    };
    let rest = &page[find(page, b"<title")?..];
    let rest = &rest[rest.iter().position(|byte| *byte == b'>')? + 1..];
    std::str::from_utf8(&rest[..find(rest, b"</")?]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_called_what_it_is() {
        let long = format!("<title>{}</title>", "é ".repeat(200));
        let cases = [
            ("", "is empty"),
            (" \r\n", "is empty"),
            ("{}", "gives no reason"),
            ("[]", "gives no reason"),
            ("hello", "is not JSON"),
            ("{", "is JSON that breaks off"),
            ("<html>", "is an HTML page"),
            ("\u{feff} <!DOCTYPE html>", "is an HTML page"),
            ("<title>a</title>", "is an HTML page, \"a\""),
            ("<HTML><Title lang='en'> a\n \"b\" </TITLE>", "is an HTML page, \"a \\\"b\\\"\""),
            ("<html><title>never closed", "is an HTML page"),
            ("<html><title", "is an HTML page"),
            (&long, "is an HTML page, \"é é"),
        ];
        for (body, gist) in cases {
            let reply = Reply { status: 200, body: body.into(), ..Reply::default() };
            let said = reply.gist();
            assert!(said.contains(gist) && said.len() < 200, "{body}: {said}");
        }
    }

    #[test]
    fn what_broke_off_and_what_leads_elsewhere_says_so() {
        let broken = Some(Broken::Off("reset".to_owned()));
        let reply = Reply { body: "<html>".into(), broken, ..Reply::default() };
        assert_eq!(reply.gist(), "the answer broke off: reset");
        let reply = Reply { redirect: Some("https://a".to_owned()), ..Reply::default() };
        assert!(reply.gist().contains("a redirect to https://a"), "{}", reply.gist());
    }
}
