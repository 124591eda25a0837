//! What was understood of a schema, as its Rust shows it.

use serde_json::Value;

use crate::surface::{Member, Surface};

/// A table for each of the two root types: the field or the variant, its type, what is said of its
/// values.
pub(super) fn tables(module: &str) -> String {
    let Ok(surface) = Surface::parse(module) else { return String::new() };
    let mut text = String::new();
    for name in ["Input", "Output"] {
        let Some(item) = surface.types.get(name) else { continue };
        let mut rows = vec![[name.to_owned(), "type".to_owned(), String::new()]];
        rows.extend(item.members.iter().filter_map(|member| {
            let wire = member.wire.as_ref().and_then(Value::as_str);
            let is_property = item.kind == "struct" && wire.is_some();
            if is_property {
                return Some([wire?.to_owned(), ty(member), facts(&member.docs)]);
            }
            // What stands in a type that is a list or a string; the variants of one that has several.
            let is_inner = member.name == "0";
            let name = if is_inner { String::new() } else { member.name.clone() };
            let is_shown = is_inner || item.kind != "struct";
            is_shown.then(|| [name, member.ty.replace(' ', ""), String::new()])
        }));
        text += &table(&rows);
    }
    text
}

/// The example of the module's page, and what becomes of it.
pub(super) fn example(module: &str) -> String {
    let lines = module.lines().filter_map(|line| line.strip_prefix("//!").map(str::trim_start));
    let mut lines = lines.skip_while(|line| *line != "```").skip(1);
    let mut text = String::new();
    for line in lines.by_ref().take_while(|line| *line != "```").filter(|line| !line.is_empty()) {
        text += &format!("  {line}\n");
    }
    text + "  let done = client.run(input).await?;\n"
}

/// The type without the `Option` around it, which the first word tells.
fn ty(member: &Member) -> String {
    let text = member.ty.replace(' ', "");
    match text.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) => inner.to_owned(),
        None => format!("{text}, required"),
    }
}

/// The last paragraph of the docs: default, limits and values, or the prose where there are none.
fn facts(docs: &[String]) -> String {
    let last = docs.iter().rposition(String::is_empty).map_or(0, |blank| blank + 1);
    let text = docs[last..].join(" ");
    if text.starts_with("The property `") { String::new() } else { text }
}

fn table(rows: &[[String; 3]]) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let line = |row: &[String; 3]| {
        format!("{:first$}  {:second$}  {}", row[0], row[1], row[2]).trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
