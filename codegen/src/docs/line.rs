//! One line of prose.

use std::fmt;

use super::is_invisible;

/// A line: what it is an item of, and its text as Markdown.
pub(super) struct Line {
    pub(super) marker: Option<Marker>,
    pub(super) text: String,
}

/// The marker of a list's item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Bullet,
    /// A number, and what stands after it.
    Number(u32, char),
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bullet => f.write_str("-"),
            Self::Number(number, end) => write!(f, "{number}{end}"),
        }
    }
}

/// Reads a line; `last` is the marker of the one before it, and `strikes` is whether tildes could strike text through.
pub(super) fn parse(line: &str, last: Option<Marker>, strikes: bool) -> Line {
    let spaced = |c: char| if c.is_whitespace() { ' ' } else { c };
    let line: String = line.chars().map(spaced).filter(|c| !is_invisible(*c)).collect();
    let line = line.trim();
    let (marker, rest) = match item(line, last) {
        Some((marker, rest)) => (Some(marker), rest),
        None => (None, line),
    };
    Line { marker, text: safe(rest, strikes) }
}

/// A line as an item: its marker and its text. Markdown counts on from the first number of a list, so a
/// number that does not follow on the one before it is none.
fn item(line: &str, last: Option<Marker>) -> Option<(Marker, &str)> {
    let (marker, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    if rest.is_empty() {
        return None;
    }
    if matches!(marker, "-" | "*" | "+" | "•") {
        return Some((Marker::Bullet, rest));
    }
    let end = marker.chars().next_back().filter(|end| matches!(end, '.' | ')'))?;
    let digits = &marker[..marker.len() - 1];
    let counts = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|_| counts)?;
    let follows = match last {
        Some(Marker::Number(before, other)) => other == end && before + 1 == number,
        _ => true,
    };
    (follows && number.to_string() == digits).then_some((Marker::Number(number, end), rest))
}

/// A text without line breaks in which nothing but code in a line and addresses has a meaning.
fn safe(text: &str, strikes: bool) -> String {
    let mut out = String::new();
    if begins_block(text) {
        // Digits are escaped after them: a backslash before one is a backslash.
        // What begins a block is ASCII.
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(&text[..digits]);
        out.push('\\');
        out.push_str(&text[digits..=digits]);
        spans(&text[digits + 1..], strikes, &mut out);
    } else {
        spans(text, strikes, &mut out);
    }
    out
}

/// Whether Markdown would take the start of a line for that of a heading, a quote, a list, a rule, a table or
/// a heading's underline, and no other escape is in the way.
fn begins_block(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match first {
        '>' => true,
        '#' => ends_word(text.trim_start_matches('#')),
        '~' => text.starts_with("~~~"),
        '0'..='9' => text[digits..].starts_with(['.', ')']) && ends_word(&text[digits + 1..]),
        '-' | '+' | '=' | ':' | '|' => {
            ends_word(&text[1..]) || text.chars().all(|c| "-+=:| ".contains(c))
        }
        // Escaped with what is escaped everywhere, unless it is by itself.
        '*' | '_' => ends_word(&text[1..]),
        _ => false,
    }
}

fn ends_word(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

/// Code in a line stays; everything else is escaped.
fn spans(text: &str, strikes: bool, out: &mut String) {
    let mut rest = text;
    while let Some(open) = rest.find('`') {
        let ticks = rest[open..].bytes().take_while(|b| *b == b'`').count();
        let after = &rest[open + ticks..];
        escape(&rest[..open], strikes, out);
        let close = (ticks == 1).then(|| after.find('`')).flatten();
        match close {
            Some(close)
                if !after[..close].trim().is_empty() && !after[close + 1..].starts_with('`') =>
            {
                out.push_str(&rest[open..=open + 1 + close]);
                rest = &after[close + 1..];
            }
            _ => {
                out.push_str(&"\\`".repeat(ticks));
                rest = after;
            }
        }
    }
    escape(rest, strikes, out);
}

fn escape(text: &str, strikes: bool, out: &mut String) {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (before, rest) = text.split_at(at);
        if !before.ends_with(char::is_alphanumeric)
            && let Some(url) = url(rest)
        {
            out.push_str(&format!("<{url}>"));
            at += url.len();
            continue;
        }
        at += c.len_utf8();
        if must_escape(c, before, &text[at..], strikes) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Some signs mean something only where they stand.
fn must_escape(c: char, before: &str, after: &str, strikes: bool) -> bool {
    let apart = before.ends_with(' ') && after.starts_with(' ');
    match c {
        '[' => true,
        '~' => strikes,
        '*' => !apart,
        '_' => {
            let in_word =
                before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
            !apart && !in_word
        }
        '<' => after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)),
        '\\' => {
            !after.starts_with(|c: char| c.is_alphanumeric() || c == ' ') || url(after).is_some()
        }
        '&' => is_entity(after),
        _ => false,
    }
}

/// Whether what stands after `&` makes it another character.
fn is_entity(after: &str) -> bool {
    let name =
        after.chars().take(40).take_while(|c| c.is_ascii_alphanumeric() || *c == '#').count();
    name > 0 && after[name..].starts_with(';')
}

/// The address that a text begins with, without the signs of the sentence around it.
fn url(text: &str) -> Option<&str> {
    let scheme =
        ["http://", "https://", "ftp://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let end = text.find(|c: char| c == ' ' || "<>\"`|\\^{}".contains(c)).unwrap_or(text.len());
    let signs = ['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*', '_', '~'];
    let url = text[..end].trim_end_matches(signs);
    (url.len() > scheme.len()).then_some(url)
}
