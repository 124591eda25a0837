//! Whether a schema is an object of properties or a list, and what it has beside them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::kinds;

/// Keywords with which an object is no mere list of properties.
const COMPOSED: &[&str] = &[
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "enum",
    "const",
    "dependentSchemas",
    "patternProperties",
    "unevaluatedProperties",
    "$dynamicRef",
];

pub(super) fn properties(schema: &Value) -> Vec<(&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten().collect()
}

pub(super) fn requires(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|all| all.iter().any(|other| other == name))
}

pub(super) fn without(schema: &Value, keys: &[&str]) -> Value {
    let members = schema.as_object().into_iter().flatten();
    let kept = members.filter(|(key, _)| !keys.contains(&key.as_str()));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The same or `null`; definitions stay where references look for them.
pub(super) fn or_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let definitions = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
    let mut either = json!({"anyOf": [schema, {"type": "null"}]});
    if let Some(definitions) = definitions {
        either["$defs"] = definitions;
    }
    either
}

/// An object whose properties can be judged one by one.
pub(super) fn is_structure(schema: &Value) -> bool {
    let Some(object) = schema.as_object() else { return false };
    let others = kinds(schema).iter().any(|kind| !matches!(*kind, "object" | "null"));
    (object.contains_key("properties") || kinds(schema).contains(&"object"))
        && !others
        && !COMPOSED.iter().any(|key| object.contains_key(*key))
}

/// A list whose items can be judged by themselves.
pub(super) fn is_list(schema: &Value) -> bool {
    let others = kinds(schema).iter().any(|kind| !matches!(*kind, "array" | "null"));
    !others
        && schema.get("items").is_some_and(Value::is_object)
        && schema.get("prefixItems").is_none()
        && !COMPOSED.iter().any(|key| schema.get(*key).is_some())
}

/// The old schema without the members that only the new one names: it may let them pass, but they
/// are not sent.
pub(super) fn sendable(old: &Value, new: &Value) -> Value {
    let (mut known, mut named) = (BTreeSet::new(), BTreeSet::new());
    names(old, &mut known);
    names(new, &mut named);
    let mut sendable = old.clone();
    forbid(&mut sendable, &named.difference(&known).cloned().collect::<Vec<_>>());
    sendable
}

fn names(schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(Value::Object(properties)) = schema.get("properties") {
        found.extend(properties.keys().cloned());
    }
    parts(schema).for_each(|part| names(part, found));
}

fn forbid(schema: &mut Value, all: &[String]) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(|property| forbid(property, all));
        properties.extend(all.iter().map(|name| (name.clone(), json!(false))));
    }
    if let Value::Object(members) = schema {
        let others = members.iter_mut().filter(|(key, _)| *key != "properties");
        others.for_each(|(_, member)| forbid(member, all));
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(|item| forbid(item, all));
    }
}

fn parts(schema: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match schema {
        Value::Object(members) => Box::new(members.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => Box::new(std::iter::empty()),
    }
}
