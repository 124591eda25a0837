//! A caller that uses everything that a module has.

use crate::surface::{Function, Item, Surface};

/// The source of a module that compiles as long as nothing is taken away or becomes another.
pub(super) fn caller(path: &str, surface: &Surface) -> String {
    let mut text = format!(
        "#![allow(unused, deprecated, non_snake_case)]\n\
         use std::collections::BTreeMap;\n\
         use models::{path}::*;\n\
         use runcomfy::schema::{{Extra, Integer, Nullable}};\n\
         use runcomfy::{{Audio, Files, Image, Video}};\n\
         use serde_json::Value;\n\n\
         pub fn output(value: <Input as runcomfy::Input>::Output) -> models::{path}::Output {{ value }}\n"
    );
    for (name, item) in &surface.types {
        // Types that only their names are known of are not declared here.
        if !item.kind.is_empty() {
            uses(name, item, &mut text);
        }
    }
    text
}

fn uses(name: &str, item: &Item, text: &mut String) {
    match item.kind.as_str() {
        "struct" => {
            for member in &item.members {
                let (field, ty) = (&member.name, &member.ty);
                text.push_str(&format!(
                    "pub fn {name}_{field}(value: {name}) -> {ty} {{ value.{field} }}\n"
                ));
            }
            if item.exhaustive && item.members.iter().all(|member| member.name != "0") {
                let arguments: Vec<_> = item
                    .members
                    .iter()
                    .map(|member| format!("{}: {}", member.name, member.ty))
                    .collect();
                let names: Vec<_> =
                    item.members.iter().map(|member| member.name.as_str()).collect();
                text.push_str(&format!(
                    "pub fn {name}__all({}) -> {name} {{ {name} {{ {} }} }}\n",
                    arguments.join(", "),
                    names.join(", ")
                ));
            }
        }
        "enum" => {
            for member in &item.members {
                let (variant, ty) = (&member.name, &member.ty);
                text.push_str(&format!(
                    "pub fn {name}_{variant}(value: {name}) -> Option<{ty}> {{ match value {{ {name}::{variant}(it) => Some(it), _ => None }} }}\n"
                ));
            }
            for ty in &item.conversions {
                let label: String = ty.chars().filter(char::is_ascii_alphanumeric).collect();
                text.push_str(&format!(
                    "pub fn {name}__from_{label}(it: {ty}) -> {name} {{ {name}::from(it) }}\n"
                ));
            }
        }
        kind => {
            for member in &item.members {
                let variant = &member.name;
                text.push_str(&format!(
                    "pub fn {name}_{variant}(value: {name}) -> {name} {{ match value {{ {name}::{variant} => {name}::{variant}, other => other }} }}\n"
                ));
            }
            match kind {
                "string_enum" => text.push_str(&format!(
                    "pub fn {name}__text(value: {name}) -> &'static str {{ value.as_str() }}\n"
                )),
                "integer_enum" => text.push_str(&format!(
                    "pub fn {name}__number(value: {name}) -> i64 {{ value.as_i64() }}\n"
                )),
                _ => {}
            }
        }
    }
    for derive in &item.derives {
        let path = if derive == "Debug" { "std::fmt::Debug" } else { derive };
        text.push_str(&format!(
            "pub fn {name}__is_{derive}() {{ fn is<T: {path}>() {{}} is::<{name}>() }}\n"
        ));
    }
    for (function, signature) in &item.functions {
        call(name, function, signature, text);
    }
}

fn call(name: &str, function: &str, signature: &Function, text: &mut String) {
    let mut arguments: Vec<_> = signature
        .arguments
        .iter()
        .map(|(argument, ty)| format!("{argument}: {}", given(ty)))
        .collect();
    let names: Vec<_> = signature.arguments.iter().map(|(argument, _)| argument.as_str()).collect();
    let callee = if function == "new" {
        format!("{name}::new")
    } else {
        arguments.insert(0, format!("this: {name}"));
        format!("this.{function}")
    };
    text.push_str(&format!(
        "pub fn {name}__{function}({}) -> {name} {{ {callee}({}) }}\n",
        arguments.join(", "),
        names.join(", ")
    ));
}

/// What a caller has at hand for an argument: `Vec<Image>` for a list of anything into it.
fn given(ty: &str) -> String {
    let inner = |prefix: &str| ty.strip_prefix(prefix)?.strip_suffix('>');
    if let Some(item) = inner("impl IntoIterator<Item = ") {
        return format!("Vec<{}>", given(item));
    }
    inner("impl Into<").map_or_else(|| ty.to_owned(), str::to_owned)
}
