//! Prose from schemas, made safe: it is somebody else's, and rustdoc would read meaning into it.
//!
//! What is left of Markdown is paragraphs, flat lists, code in a line, and addresses as links. So nothing of
//! it is compiled, links elsewhere than it says, or swallows what stands after it. `tests/prose.rs` holds all
//! that against the parser that rustdoc reads docs with.

mod line;

use std::mem;

use line::{Line, Marker};

/// The lines of a piece of prose, as Markdown that shows what the author wrote.
pub(crate) fn prose(text: &str) -> Vec<String> {
    let strikes = text.matches('~').count() > 1;
    let mut lines: Vec<String> = Vec::new();
    // The marker of the last line that had a text.
    let mut last_marker: Option<Marker> = None;
    for line in text.replace("\r\n", "\n").split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let Line { marker, text } = line::parse(line, last_marker, strikes);
        if text.is_empty() {
            if lines.last().is_some_and(|last| !last.is_empty()) {
                lines.push(text);
            }
            continue;
        }
        // A line after a list's item would be read as part of it.
        let follows = lines.last().is_some_and(|last| !last.is_empty());
        let is_like = |one: Marker, other| mem::discriminant(&one) == mem::discriminant(&other);
        let goes_on = match (last_marker, marker) {
            (Some(last), Some(marker)) => is_like(last, marker),
            (last, marker) => last.is_none() && marker.is_none(),
        };
        if follows && !goes_on {
            lines.push(String::new());
        }
        lines.push(match &marker {
            Some(marker) => format!("{marker} {text}"),
            None => text,
        });
        last_marker = marker;
    }
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Whether a character is invisible and can make a line read other than it is.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A word or value in backticks.
pub(crate) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect();
    if text.trim().is_empty() {
        return format!("\"{text}\"");
    }
    // More backticks than stand together inside.
    let inside = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(inside + 1);
    // A space on both sides is taken off again.
    let touches = |c: char| c == '`' || c == ' ' && inside > 0;
    let space = if text.starts_with(touches) || text.ends_with(touches) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn hostile_prose_shows_as_written() {
        for (text, lines) in [
            ("Use [this] or <tag>.", vec![r"Use \[this] or \<tag>."]),
            ("See https://example.org/a_b?c=d.", vec!["See <https://example.org/a_b?c=d>."]),
            ("    let x = 1;", vec!["let x = 1;"]),
            ("```\nrm -rf\n```", vec![r"\`\`\`", "rm -rf", r"\`\`\`"]),
            ("`a[0]` stays, ` this ends", vec![r"`a[0]` stays, \` this ends"]),
            ("# Not a heading", vec![r"\# Not a heading"]),
            ("One:\n* a\n* b\nEnd", vec!["One:", "", "- a", "- b", "", "End"]),
            ("\n\n a \n\n\n b \n", vec!["a", "", "b"]),
            ("snake_case and *stars*", vec![r"snake_case and \*stars\*"]),
            (
                "2 * 3 < 7 & R&D, a->b, ~5 s, C:\\path",
                vec![r"2 * 3 < 7 & R&D, a->b, ~5 s, C:\path"],
            ),
            ("Steps:\n\n1.      panic!()", vec!["Steps:", "", "1. panic!()"]),
            ("1. a\n2. b\n4. c\n5. d", vec!["1. a", "2. b", "", r"4\. c", "", "5. d"]),
            ("2024. It was\n* * *\n- ---", vec![r"2024\. It was", "", r"- \* \*", r"- \---"]),
            ("a | b\n--|--\n===", vec!["a | b", r"\--|--", r"\==="]),
            ("~~no~~ &amp; \\[x\\", vec![r"\~\~no\~\~ \&amp; \\\[x\\"]),
            ("", vec![]),
        ] {
            assert_eq!(prose(text), lines, "{text:?}");
        }
    }

    #[test]
    fn values_are_code() {
        assert_eq!(code("16:9"), "`16:9`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("```a"), "```` ```a ````");
        assert_eq!(code("a\n\n    b"), "`a      b`");
        assert_eq!(code(" "), "\" \"");
    }
}
