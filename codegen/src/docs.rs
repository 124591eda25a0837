//! Prose from schemas, made safe: it is somebody else's, and rustdoc would read meaning into it.

/// The lines of a piece of prose, as Markdown that shows what the author wrote.
///
/// No line is indented or opens a fence (rustdoc would compile it), no bracket links, no tag opens
/// HTML, no URL is bare.
pub(crate) fn prose(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.replace("\r\n", "\n").split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let line = safe_line(line.trim());
        match lines.last() {
            None if line.is_empty() => {}
            Some(last) if last.is_empty() && line.is_empty() => {}
            // A line after a list's item would be read as part of it.
            Some(last)
                if !last.is_empty()
                    && !line.is_empty()
                    && (is_item(last) || is_item(&line))
                    && is_item(last) != is_item(&line) =>
            {
                lines.push(String::new());
                lines.push(line);
            }
            _ => lines.push(line),
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Whether a character is invisible and can make a line read other than it is.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A word or value in backticks.
pub(crate) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect();
    if text.contains('`') {
        let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        format!("``{space}{}{space}``", text.replace("``", "` `"))
    } else if text.trim().is_empty() {
        format!("\"{text}\"")
    } else {
        format!("`{text}`")
    }
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ")
}

fn safe_line(line: &str) -> String {
    let line: String = line.chars().filter(|c| !is_invisible(*c) || *c == '\t').collect();
    let line = line.replace('\t', " ");
    let (marker, rest) = match line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        Some(rest) => ("- ", rest.trim_start()),
        None => ("", line.as_str()),
    };
    format!("{marker}{}", safe_text(rest))
}

/// Code spans stay; everything else is escaped.
fn safe_text(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('`') {
        let ticks = rest[open..].bytes().take_while(|b| *b == b'`').count();
        let after = &rest[open + ticks..];
        let close = (ticks == 1).then(|| after.find('`')).flatten();
        escape(&rest[..open], &mut out);
        match close {
            Some(close)
                if close > 0
                    && !after[..close].trim().is_empty()
                    && !after[close + 1..].starts_with('`') =>
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
    escape(rest, &mut out);
    out
}

fn escape(text: &str, out: &mut String) {
    let mut word_starts = true;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if word_starts && is_url(&text[at..]) {
            let end = text[at..].find(|c: char| c.is_whitespace() || "<>\"`|\\^{}".contains(c));
            let url = &text[at..end.map_or(text.len(), |end| at + end)];
            let url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*']);
            out.push('<');
            out.push_str(url);
            out.push('>');
            for _ in url.chars().skip(1) {
                chars.next();
            }
            word_starts = false;
            continue;
        }
        if matches!(c, '[' | ']' | '<' | '>' | '*' | '_' | '#' | '|' | '\\' | '~' | '=' | '&' | '+')
            && must_escape(c, text, at)
        {
            out.push('\\');
        }
        out.push(c);
        word_starts = !c.is_alphanumeric();
    }
}

fn is_url(text: &str) -> bool {
    ["http://", "https://", "ftp://"]
        .iter()
        .any(|scheme| text.starts_with(scheme) && text.len() > scheme.len())
}

/// Some signs mean something only where they stand.
fn must_escape(c: char, text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    match c {
        '#' | '=' | '~' | '+' => text[..at].trim().is_empty(),
        '_' => {
            !(before.is_some_and(char::is_alphanumeric)
                && text[at + 1..].starts_with(char::is_alphanumeric))
        }
        '&' => text[at + 1..].starts_with(|c: char| c.is_alphanumeric() || c == '#'),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn hostile_prose_shows_as_written() {
        for (text, lines) in [
            ("Use [this] or <tag>.", vec![r"Use \[this\] or \<tag\>."]),
            ("See https://example.org/a_b?c=d.", vec!["See <https://example.org/a_b?c=d>."]),
            ("    let x = 1;", vec!["let x = 1;"]),
            ("```\nrm -rf\n```", vec![r"\`\`\`", "rm -rf", r"\`\`\`"]),
            ("`a[0]` stays, ` this ends", vec![r"`a[0]` stays, \` this ends"]),
            ("# Not a heading", vec![r"\# Not a heading"]),
            ("One:\n* a\n* b\nEnd", vec!["One:", "", "- a", "- b", "", "End"]),
            ("\n\n a \n\n\n b \n", vec!["a", "", "b"]),
            ("snake_case and *stars*", vec![r"snake_case and \*stars\*"]),
            ("", vec![]),
        ] {
            assert_eq!(prose(text), lines, "{text:?}");
        }
    }

    #[test]
    fn values_are_code() {
        assert_eq!(code("16:9"), "`16:9`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code(" "), "\" \"");
    }
}
