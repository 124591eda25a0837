//! The example at the top of a model's page.

use crate::ir::{Item, Module, Type};

/// Stands behind what becomes another type: by itself where it is an argument.
const INTO: &str = "\u{0}";

/// Lines of code that make an input, or none where that takes more than a line.
pub(crate) fn example(module: &Module, path: &str) -> Option<Vec<String>> {
    let Some(Item::Struct(root)) = module.items.first() else {
        return None;
    };
    let required: Vec<_> = match root.required {
        Some(_) => root.fields.iter().filter(|field| field.is_argument()).collect(),
        None => root.arguments(),
    };
    let mut uses = vec![root.name.clone()];
    let mut media = Vec::new();
    let mut values = Vec::new();
    for field in &required {
        let value = value(&field.wire, &field.ty, module, &mut uses, &mut media)?;
        // By place it may be anything that becomes the type; by name it has to be of it.
        values.push(value.replace(INTO, if root.required.is_some() { ".into()" } else { "" }));
    }
    let call = match &root.required {
        Some(name) => {
            uses.push(name.clone());
            let members: Vec<_> = required
                .iter()
                .zip(&values)
                .map(|(field, value)| format!("    {}: {value},", field.name))
                .collect();
            [
                vec![format!("let input = {}::new({name} {{", root.name)],
                members,
                vec!["});".to_owned()],
            ]
            .concat()
        }
        None => vec![format!("let input = {}::new({});", root.name, values.join(", "))],
    };
    uses.sort();
    uses.dedup();
    media.sort_unstable();
    media.dedup();
    let mut lines = Vec::new();
    match media.as_slice() {
        [] => {}
        [one] => lines.push(format!("use runcomfy::{one};")),
        many => lines.push(format!("use runcomfy::{{{}}};", many.join(", "))),
    }
    lines.push(match uses.as_slice() {
        [one] => format!("use {path}::{one};"),
        many => format!("use {path}::{{{}}};", many.join(", ")),
    });
    lines.push(String::new());
    lines.extend(call);
    Some(lines)
}

fn value(
    wire: &str,
    ty: &Type,
    module: &Module,
    uses: &mut Vec<String>,
    media: &mut Vec<&'static str>,
) -> Option<String> {
    Some(match ty {
        Type::Boolean => "true".to_owned(),
        Type::Integer => "5".to_owned(),
        Type::BigInteger => format!("5{INTO}"),
        Type::Number => "1.0".to_owned(),
        Type::String if wire.contains("prompt") => format!("\"a lighthouse at dusk\"{INTO}"),
        Type::String => format!("\"…\"{INTO}"),
        Type::Image => file("Image", "png", media),
        Type::Video => file("Video", "mp4", media),
        Type::Audio => file("Audio", "mp3", media),
        Type::List(item) => format!("vec![{}]", value(wire, item, module, uses, media)?),
        Type::Array(item, count) => {
            let item = value(wire, item, module, uses, media)?;
            format!("[{}]", vec![item; *count].join(", "))
        }
        Type::Named(name) => {
            let is_it = |item: &&Item| matches!(item, Item::Choice(choice) if choice.name == *name);
            let Some(Item::Choice(choice)) = module.items.iter().find(is_it) else {
                return None;
            };
            uses.push(name.clone());
            let current = choice.variants.iter().find(|value| !value.deprecated);
            format!("{name}::{}", current.unwrap_or(&choice.variants[0]).name)
        }
        _ => return None,
    })
}

fn file(kind: &'static str, extension: &str, media: &mut Vec<&'static str>) -> String {
    media.push(kind);
    let name = kind.to_lowercase();
    format!("{kind}::url(\"https://example.com/{name}.{extension}\")")
}
