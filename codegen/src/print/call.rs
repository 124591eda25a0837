//! Calls of macros: the pretty printer puts spaces between their tokens and leaves them on one line.

/// Longer calls are wrapped.
const WIDTH: usize = 100;

/// The call of a macro, which may be on several lines, on one.
pub(super) fn whole<'a>(line: &str, more: &mut impl Iterator<Item = &'a str>) -> String {
    let mut call = line.to_owned();
    while !call.ends_with(");") {
        let Some(more) = more.next().map(str::trim) else { break };
        if !call.ends_with('(') && more != ");" {
            call.push(' ');
        }
        call.push_str(more);
    }
    call
}

/// `union!(Input { A: a, B: b });`, on several lines where it is long.
pub(super) fn wrapped(call: &str) -> String {
    let call = call.replace(" : ", ": ").replace(" < ", "<").replace(" >", ">");
    let parts = call.strip_suffix(" });").and_then(|rest| rest.split_once("{ "));
    let Some((head, body)) = parts.filter(|_| call.len() > WIDTH) else {
        return call + "\n";
    };
    let mut out = format!("{head}{{\n");
    let mut line = String::from("   ");
    for entry in entries(body) {
        // Nothing need follow the field for the rest.
        let comma = if entry.starts_with("..") { "" } else { "," };
        if line.len() + entry.len() + 2 > WIDTH && !line.trim().is_empty() {
            out.push_str(&line);
            out.push('\n');
            line = String::from("   ");
        }
        line.push_str(&format!(" {entry}{comma}"));
    }
    format!("{out}{line}\n}});\n")
}

/// The parts of a list that are set apart by commas, outside of all brackets.
fn entries(body: &str) -> Vec<&str> {
    let (mut entries, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in body.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                entries.push(&body[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    entries.push(&body[start..]);
    entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn a_comma_in_a_type_sets_nothing_apart() {
        for (body, parts) in [
            ("A: a, B: b,", vec!["A: a", "B: b"]),
            (
                "A: BTreeMap<String, Vec<(i64, ())>>, ..Other",
                vec!["A: BTreeMap<String, Vec<(i64, ())>>", "..Other"],
            ),
            ("", vec![]),
        ] {
            assert_eq!(entries(body), parts);
        }
    }
}
