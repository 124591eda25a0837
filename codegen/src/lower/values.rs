//! What a schema says of the single values of an enum.
//!
//! The standard says it in alternatives of one value each; publishers have lists beside `enum`, too.

use std::collections::BTreeMap;

use serde_json::Value;

use super::choice::key;
use super::describe;
use super::facts::is_deprecated;
use crate::docs::prose;
use crate::names;
use crate::schema::Object;

/// What is said of one value.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) docs: Vec<String>,
    pub(super) deprecated: bool,
}

/// What is said of each value, by its [`key`].
pub(super) fn said_of_values(object: &Object) -> BTreeMap<String, Said> {
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for (value, more) in alternatives(object).chain(entries(object)).chain(lists(object)) {
        let known = said.entry(key(&value)).or_default();
        known.deprecated |= more.deprecated;
        // A name that is the value again tells nothing.
        let is_value = match (more.docs.as_slice(), &value) {
            ([line], Value::String(value)) => names::pascal(line) == names::pascal(value),
            _ => false,
        };
        if known.docs.is_empty() && !is_value {
            known.docs = more.docs;
        }
    }
    said
}

/// Keeps only some of the values, and what lists beside them say of these.
pub(super) fn keep(object: &mut Object, is_kept: impl Fn(&Value) -> bool) {
    let Some(Value::Array(values)) = object.get("enum") else { return };
    let kept: Vec<_> = values.iter().map(is_kept).collect();
    for (key, list) in object.iter_mut() {
        if let Value::Array(list) = list
            && (key == "enum" || is_list(key))
        {
            let mut kept = kept.iter();
            list.retain(|_| kept.next().copied().unwrap_or(true));
        }
    }
}

/// `"oneOf": [{"const": "fast", "description": "In a hurry."}]`.
fn alternatives(object: &Object) -> impl Iterator<Item = (Value, Said)> {
    let branches = ["oneOf", "anyOf"].into_iter().filter_map(|key| object.get(key)?.as_array());
    branches.flatten().filter_map(|branch| {
        let branch = branch.as_object()?;
        let only = match branch.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => only,
            Some(_) => return None,
            None => branch.get("const")?,
        };
        Some((only.clone(), Said { docs: describe(branch), deprecated: is_deprecated(branch) }))
    })
}

/// `"x-ms-enum": {"values": [{"value": 1, "name": "Low", "description": "The least."}]}`.
fn entries(object: &Object) -> impl Iterator<Item = (Value, Said)> {
    let listed = |key: &str| match object.get(key)? {
        Value::Object(named) => named.get("values")?.as_array(),
        list => list.as_array(),
    };
    let entries = ["x-ms-enum", "x-apidog-enum"].into_iter().filter_map(listed).flatten();
    entries.filter_map(|entry| {
        let entry = entry.as_object()?;
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(prose);
        let texts = [text("description"), text("name")].into_iter().flatten();
        let docs = texts.into_iter().find(|lines| !lines.is_empty()).unwrap_or_default();
        Some((entry.get("value")?.clone(), Said { docs, deprecated: is_deprecated(entry) }))
    })
}

/// `"enumDescriptions": ["The least.", "The most."]`, or an object with the values as its keys.
fn lists(object: &Object) -> impl Iterator<Item = (Value, Said)> {
    let values = object.get("enum").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let of = move |list: &Value| -> Vec<(Value, Value)> {
        let name = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let said = |(index, value): (usize, &Value)| match list {
            // A list of another length is of other values.
            Value::Array(list) if list.len() == values.len() => Some(list[index].clone()),
            Value::Object(named) => named.get(&name(value)).cloned(),
            _ => None,
        };
        let pairs = values.iter().enumerate();
        pairs.filter_map(|(index, value)| Some((value.clone(), said((index, value))?))).collect()
    };
    let said = object.iter().filter(|(key, _)| is_list(key)).flat_map(move |(_, list)| of(list));
    said.filter_map(|(value, said)| match said {
        Value::Bool(deprecated) => Some((value, Said { deprecated, ..Said::default() })),
        Value::String(text) => Some((value, Said { docs: prose(&text), ..Said::default() })),
        _ => None,
    })
}

/// Whether a keyword is a list of what is said of the values of `enum`, in their order.
fn is_list(key: &str) -> bool {
    let word: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let word = word.to_ascii_lowercase();
    matches!(
        word.strip_prefix('x').unwrap_or(&word),
        "enumdeprecated"
            | "enumdescription"
            | "enumdescriptions"
            | "enumnames"
            | "enumtitles"
            | "enumvarnames"
            | "markdownenumdescriptions"
    )
}
