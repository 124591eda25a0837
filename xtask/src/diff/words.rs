//! What is different between two schemas, in words.

use serde_json::Value;

use super::document::{kinds, peel};

#[derive(Debug, Default)]
pub(super) struct Words {
    /// Of what is accepted.
    pub(super) says: Vec<String>,
    /// Of what no validator sees.
    pub(super) aside: Vec<String>,
    /// Whether files are refused that were not.
    pub(super) narrows_files: bool,
}

const LIMITS: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "propertyNames",
    "not",
    "contains",
    "prefixItems",
    "patternProperties",
    "dependentRequired",
    "dependentSchemas",
    "if",
    "then",
    "else",
    "allOf",
];

/// The old and the new document, for references.
pub(super) type Documents<'a> = (&'a Value, &'a Value);

/// Compares the keywords of two schemas but for some; `null` tells of each whether it may be `null`.
pub(super) fn between(
    documents: Documents<'_>,
    old: &Value,
    new: &Value,
    but: &[&str],
    null: (bool, bool),
) -> Words {
    let mut words = Words::default();
    match null {
        (false, true) => words.says.push("may be null now".to_owned()),
        (true, false) => words.says.push("may not be null any more".to_owned()),
        _ => {}
    }
    kind(old, new, &mut words);
    values(old, new, &mut words);
    if !but.contains(&"anyOf") {
        alternatives(documents, old, new, &mut words);
    }
    for key in LIMITS.iter().filter(|key| !but.contains(key)) {
        limit(key, old.get(*key), new.get(*key), &mut words.says);
    }
    others(old, new, but, &mut words);
    limit("format", old.get("format"), new.get("format"), &mut words.aside);
    limit("default", old.get("default"), new.get("default"), &mut words.aside);
    files(old, new, &mut words);
    words
}

fn kind(old: &Value, new: &Value, words: &mut Words) {
    let kind = |schema: &Value| {
        let kinds: Vec<_> = kinds(schema).into_iter().filter(|kind| *kind != "null").collect();
        (!kinds.is_empty()).then(|| kinds.join(" or "))
    };
    match (kind(old), kind(new)) {
        (Some(was), Some(is)) if was != is => {
            words.says.push(format!("was of type {was}, is of type {is} now"));
        }
        _ => {}
    }
}

/// The values of `enum` and `const`.
fn values(old: &Value, new: &Value, words: &mut Words) {
    let values = |schema: &Value| match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.clone()),
        (_, Some(value)) => Some(vec![value.clone()]),
        _ => None,
    };
    match (values(old), values(new)) {
        (Some(was), Some(is)) => {
            let but = |all: &[Value], others: &[Value]| -> Vec<Value> {
                all.iter().filter(|value| !others.contains(value)).cloned().collect()
            };
            let (gone, added) = (but(&was, &is), but(&is, &was));
            if !gone.is_empty() {
                words.says.push(format!("{} gone", are(&gone)));
            }
            if !added.is_empty() {
                words.says.push(format!("{} new", are(&added)));
            }
        }
        (None, Some(is)) => words.says.push(format!("is one of {} now", list(&is))),
        (Some(_), None) => words.says.push("takes more than a few known values now".to_owned()),
        (None, None) => {}
    }
}

fn list(values: &[Value]) -> String {
    let shown: Vec<_> = values.iter().take(8).map(|value| format!("`{}`", bare(value))).collect();
    let more = if values.len() > 8 { format!(" … ({})", values.len()) } else { String::new() };
    shown.join(", ") + &more
}

fn are(values: &[Value]) -> String {
    format!("{} {}", list(values), if values.len() == 1 { "is" } else { "are" })
}

/// A string as it is, anything else as JSON.
fn bare(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What became of the shapes that a value may have.
fn alternatives(documents: Documents<'_>, old: &Value, new: &Value, words: &mut Words) {
    let is_union = |schema: &Value| ["anyOf", "oneOf"].iter().any(|key| schema.get(*key).is_some());
    if !is_union(old) && !is_union(new) {
        return;
    }
    let branches = |schema: &Value| -> Vec<Value> {
        let key = ["anyOf", "oneOf"].into_iter().find(|key| schema.get(*key).is_some());
        let branches = key.and_then(|key| schema[key].as_array().cloned());
        branches.unwrap_or_else(|| vec![schema.clone()])
    };
    let (mut was, mut is) = (branches(old), branches(new));
    let stays = |branch: &Value| branch.get("$ref").is_none();
    was.retain(|branch| !(stays(branch) && take(&mut is, |other| other == branch)));
    // What is left of one kind is the same shape, changed.
    for family in [shape, family] {
        was.retain(|gone| {
            let is_it = |other: &Value| family(other) == family(gone);
            let Some(now) = is.iter().find(|other| is_it(other)).cloned() else { return true };
            take(&mut is, is_it);
            let says = inside(documents, gone, &now);
            words.says.extend(says.into_iter().map(|said| format!("{}: {said}", name(gone))));
            false
        });
    }
    words.says.extend(was.iter().map(|gone| format!("takes no {} any more", shape(gone))));
    words.says.extend(is.iter().map(|added| format!("takes {} now", shape(added))));
}

fn take(all: &mut Vec<Value>, which: impl Fn(&Value) -> bool) -> bool {
    let found = all.iter().position(which);
    found.map(|index| all.remove(index)).is_some()
}

/// What is different in one of the shapes, one level deep.
fn inside(documents: Documents<'_>, old: &Value, new: &Value) -> Vec<String> {
    let (old, new) = (peel(documents.0, old).schema, peel(documents.1, new).schema);
    let mut says = between(documents, old, new, &["anyOf", "oneOf"], (false, false)).says;
    let properties = |schema: &Value| schema["properties"].as_object().cloned().unwrap_or_default();
    let (was, is) = (properties(old), properties(new));
    let gone = was.keys().filter(|name| !is.contains_key(*name));
    says.extend(gone.map(|name| format!("`{name}` is gone")));
    for (name, now) in &is {
        match was.get(name) {
            None => says.push(format!("`{name}` is new")),
            Some(before) if before != now => {
                let (was, is) = (peel(documents.0, before), peel(documents.1, now));
                let null = (was.nullable, is.nullable);
                let but = &["anyOf", "oneOf"];
                let said = between(documents, was.schema, is.schema, but, null).says;
                says.extend(said.into_iter().map(|said| format!("`{name}`: {said}")));
            }
            Some(_) => {}
        }
    }
    says
}

/// The kind of a shape.
fn family(schema: &Value) -> String {
    match schema.get("enum").or(schema.get("const")) {
        Some(_) => "values".to_owned(),
        None => kinds(schema).join(" or "),
    }
}

/// What to call a shape.
fn name(schema: &Value) -> String {
    match family(schema).as_str() {
        "values" => "as one of a few values".to_owned(),
        _ => format!("as {}", shape(schema)),
    }
}

/// A few words for what a schema takes.
fn shape(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        return format!("`{}`", target.rsplit('/').next().unwrap_or(target));
    }
    if let Some(values) = schema["enum"].as_array() {
        return format!("one of {}", list(values));
    }
    if let Some(value) = schema.get("const") {
        return format!("`{}`", bare(value));
    }
    match kinds(schema).as_slice() {
        [] => "other values".to_owned(),
        ["array"] => format!("list of {}", shape(&schema["items"])),
        kinds => kinds.join(" or "),
    }
}

fn limit(key: &str, old: Option<&Value>, new: Option<&Value>, says: &mut Vec<String>) {
    let phrase = match (old, new) {
        (Some(was), Some(is)) if was.is_object() || was.is_array() || is.is_object() => {
            (was != is).then(|| format!("{key} has changed"))
        }
        (Some(was), Some(is)) => {
            (was != is).then(|| format!("{key} `{}` is `{}` now", bare(was), bare(is)))
        }
        (Some(was), None) if was.is_object() || was.is_array() => Some(format!("has no {key} now")),
        (Some(was), None) => Some(format!("{key} `{}` is gone", bare(was))),
        (None, Some(is)) if is.is_object() || is.is_array() => Some(format!("has {key} now")),
        (None, Some(is)) => Some(format!("has {key} `{}` now", bare(is))),
        (None, None) => None,
    };
    says.extend(phrase);
}

/// Members that no property names.
fn others(old: &Value, new: &Value, but: &[&str], words: &mut Words) {
    let key = "additionalProperties";
    let allows = |schema: &Value| schema.get(key).is_none_or(|others| *others == Value::Bool(true));
    if but.contains(&key) || old.get(key) == new.get(key) || allows(old) && allows(new) {
        return;
    }
    let phrase = match (old.get(key), new.get(key)) {
        (_, Some(Value::Bool(false))) => "takes no other members any more",
        (Some(Value::Bool(false)), _) => "takes other members now",
        _ => "takes other members of another kind now",
    };
    words.says.push(phrase.to_owned());
}

/// The published limits of files: `{"validation_rule": "file_size_mb<", "validation_value": 30}`.
fn files(old: &Value, new: &Value, words: &mut Words) {
    let limits = |schema: &Value| -> Vec<(String, f64)> {
        let all = schema["validations"].as_array().into_iter().flatten();
        all.filter_map(|limit| {
            let rule = limit["validation_rule"].as_str()?;
            Some((rule.to_owned(), limit["validation_value"].as_f64()?))
        })
        .collect()
    };
    let (was, is) = (limits(old), limits(new));
    let of = |all: &[(String, f64)], rule: &str| {
        all.iter().find(|(other, _)| other == rule).map(|(_, value)| *value)
    };
    for (rule, value) in &is {
        let narrower = match of(&was, rule) {
            Some(before) if before.total_cmp(value).is_eq() => continue,
            Some(before) => (*value < before) == rule.ends_with('<'),
            None => true,
        };
        words.narrows_files |= narrower;
        words.aside.push(format!("files have to be {rule} {value} now"));
    }
    for (rule, value) in was.iter().filter(|(rule, _)| of(&is, rule).is_none()) {
        words.aside.push(format!("files need not be {rule} {value} any more"));
    }
}
