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
    let mut call = call.to_owned();
    for (spaced, tight) in
        [(" : ", ": "), (" < ", "<"), (" >", ">"), ("@ ", "@"), ("* ", "*"), ("# [", "#[")]
    {
        call = call.replace(spaced, tight);
    }
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

/// The parts of a list that are set apart by commas, outside of all brackets. Of what `new` takes each part is
/// one too.
fn entries(body: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for entry in list(body) {
        let arguments = entry.strip_prefix("new(").and_then(|rest| rest.strip_suffix(')'));
        let Some(arguments) = arguments.filter(|arguments| !arguments.is_empty()) else {
            entries.push(entry.to_owned());
            continue;
        };
        let (open, inner, close) = match arguments.split_once(" { ") {
            Some((name, members)) => {
                (format!("new({name} {{ "), members.trim_end_matches(['}', ' ', ',']), " })")
            }
            None => ("new(".to_owned(), arguments, ")"),
        };
        let parts = list(inner);
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.iter().enumerate() {
            let open = if index == 0 { open.as_str() } else { "" };
            let close = if index == last { close } else { "" };
            entries.push(format!("{open}{part}{close}"));
        }
    }
    entries
}

fn list(body: &str) -> Vec<&str> {
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
            (
                "new(a: i64, [b]: Vec<(u8, u8)>), c: d",
                vec!["new(a: i64", "[b]: Vec<(u8, u8)>)", "c: d"],
            ),
            ("new(New { a: A, b: B }), c: d", vec!["new(New { a: A", "b: B })", "c: d"]),
            ("new(), ..c", vec!["new()", "..c"]),
            ("", vec![]),
        ] {
            assert_eq!(entries(body), parts);
        }
    }
}
