//! Where in a text there are links.

use std::ops::Range;

/// How links begin. Escaped slashes are how some encoders write a URL into JSON.
const SCHEMES: [&str; 5] = ["http://", "https://", "http:\\/\\/", "https:\\/\\/", "data:"];

/// The first link at or behind a place. A text is gone through once by asking again behind the end
/// of the last one.
pub(crate) fn next_link(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = (from..bytes.len()).find(|at| begins_link(&bytes[*at..]))?;
    let end = text[start..].find(ends_link).map_or(text.len(), |length| start + length);
    Some(start..end)
}

fn begins_link(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'h' | b'H' | b'd' | b'D'))
        && SCHEMES.iter().any(|scheme| {
            bytes
                .get(..scheme.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes()))
        })
}

fn ends_link(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_one_after_the_other() {
        let text = r#"é http://a "https:\/\/b\/c" data:, hhttps://d'DATA:x"#;
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(link) = next_link(text, at) {
            at = link.end;
            found.push(&text[link]);
        }
        assert_eq!(found, ["http://a", r"https:\/\/b\/c", "data:,", "https://d", "DATA:x"]);
    }
}
