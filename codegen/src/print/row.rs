//! Fields of structs with their rows: the pretty printer breaks them earlier, and into more lines, than rustfmt
//! does with this width.

/// Longer rows are wrapped.
const WIDTH: usize = 100;

/// A field that may be on several lines: on one, or on a second one from its row on, where that is wide enough;
/// else as it was printed.
pub(super) fn wrapped<'a>(first: &'a str, more: &mut impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut printed = vec![first];
    while !printed.last().is_some_and(|line| line.ends_with(';')) {
        let Some(line) = more.next() else { break };
        printed.push(line);
    }
    let whole = joined(&printed);
    // `const` stands for `pub`, and a semicolon for a comma.
    if whole.len() - 2 <= WIDTH {
        return vec![whole];
    }
    if let Some((field, row)) = whole.split_once(" = ") {
        let row = format!("            {row}");
        if row.len() <= WIDTH {
            return vec![format!("{field} ="), row];
        }
    }
    printed.into_iter().map(str::to_owned).collect()
}

/// The lines as one.
fn joined(lines: &[&str]) -> String {
    let mut whole = lines[0].to_owned();
    for line in &lines[1..] {
        let line = line.trim();
        if line.starts_with([')', ']']) && whole.ends_with(',') {
            whole.pop();
        } else if !whole.ends_with(['(', '[']) && !line.starts_with(['.', ')', ']']) {
            whole.push(' ');
        }
        whole.push_str(line);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    fn lines(printed: &str) -> Vec<String> {
        let mut lines = printed.lines();
        wrapped(lines.next().unwrap(), &mut lines)
    }

    #[test]
    fn what_fits_is_on_one_line() {
        let printed = "        const size: Option<Size> = optional(\n            \"size\",\n        )\n            .one_of(Size);";
        assert_eq!(
            lines(printed),
            ["        const size: Option<Size> = optional(\"size\").one_of(Size);"]
        );
    }

    #[test]
    fn a_row_that_does_not_fit_is_on_a_line_of_its_own() {
        let name = "n".repeat(60);
        let printed =
            format!("        const {name}: f64 = required(\n            \"{name}\",\n        );");
        let row = format!("            required(\"{name}\");");
        assert_eq!(lines(&printed), [format!("        const {name}: f64 ="), row]);
    }

    #[test]
    fn longer_rows_stay_as_they_are() {
        let name = "n".repeat(90);
        let printed =
            format!("        const {name}: f64 = required(\n            \"{name}\",\n        );");
        assert_eq!(lines(&printed).len(), 3);
    }
}
