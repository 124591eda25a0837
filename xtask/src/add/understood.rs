//! What was understood of a schema, as its Rust shows it.

use quote::ToTokens;
use syn::{Attribute, Expr, Field, Item, Lit, Meta};

use crate::surface::Surface;

/// A table for each of the two root types: the field, its type, what is said of its values.
pub(super) fn tables(module: &str) -> String {
    let (Ok(file), Ok(surface)) = (syn::parse_file(module), Surface::parse(module)) else {
        return String::new();
    };
    let mut text = String::new();
    for item in &file.items {
        let Item::Struct(item) = item else { continue };
        let name = item.ident.to_string();
        if !matches!(name.as_str(), "Input" | "Output") {
            continue;
        }
        let members = surface.types.get(&name).map_or(&[][..], |item| &item.members);
        let mut rows = vec![[name, "type".to_owned(), String::new()]];
        rows.extend(item.fields.iter().filter_map(|field| {
            let ident = field.ident.as_ref()?.to_string();
            if ident == "extra" {
                return None;
            }
            let member = members.iter().find(|member| member.name == ident);
            let wire = member.and_then(|member| Some(member.wire.as_ref()?.as_str()?.to_owned()));
            Some([wire.unwrap_or(ident), ty(field), facts(&field.attrs)])
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
fn ty(field: &Field) -> String {
    let text = field.ty.to_token_stream().to_string().replace(' ', "");
    match text.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) => inner.to_owned(),
        None => format!("{text}, required"),
    }
}

/// The last paragraph of the docs: default, limits and values, or the prose where there are none.
fn facts(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs.iter().filter_map(doc).collect();
    let last = lines.iter().rposition(String::is_empty).map_or(0, |blank| blank + 1);
    let text = lines[last..].join(" ");
    if text.starts_with("The property `") { String::new() } else { text }
}

fn doc(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attr.meta else { return None };
    let Expr::Lit(value) = &meta.value else { return None };
    let Lit::Str(text) = &value.lit else { return None };
    meta.path.is_ident("doc").then(|| text.value().trim().to_owned())
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
