//! A standard schema as a document: following references, cutting parts out of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Keywords that say something and refuse nothing.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "components",
    "default",
    "definitions",
    "deprecated",
    "description",
    "example",
    "examples",
    "format",
    "readOnly",
    "title",
    "validations",
    "writeOnly",
];

/// A schema, with `null` set apart.
pub(super) struct Peeled<'a> {
    pub(super) schema: &'a Value,
    pub(super) nullable: bool,
}

/// The schema behind references and behind lists of one, without its `null`.
pub(super) fn peel<'a>(document: &'a Value, schema: &'a Value) -> Peeled<'a> {
    let mut peeled = Peeled { schema, nullable: false };
    // A reference that leads to itself is left where it is.
    for _ in 0..32 {
        let Some(object) = peeled.schema.as_object() else { break };
        let inner = match only_assertion(object) {
            Some("$ref") => object["$ref"].as_str().and_then(|target| resolve(document, target)),
            Some(key @ ("allOf" | "anyOf" | "oneOf")) => {
                let branches = object[key].as_array().map_or(&[][..], Vec::as_slice);
                let (nulls, others): (Vec<_>, Vec<_>) =
                    branches.iter().partition(|branch| key != "allOf" && is_null(branch));
                peeled.nullable |= !nulls.is_empty() && others.len() == 1;
                if let [one] = others.as_slice() { Some(*one) } else { None }
            }
            _ => None,
        };
        let Some(inner) = inner else { break };
        peeled.schema = inner;
    }
    peeled.nullable |= kinds(peeled.schema).len() > 1 && kinds(peeled.schema).contains(&"null");
    peeled
}

fn only_assertion(object: &Map<String, Value>) -> Option<&str> {
    let mut keys = object.keys().map(String::as_str);
    let first = keys.find(|key| asserts(key))?;
    keys.all(|key| !asserts(key)).then_some(first)
}

/// Whether a keyword may refuse something.
pub(super) fn asserts(key: &str) -> bool {
    !ANNOTATIONS.contains(&key) && !key.starts_with("x-")
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null" || schema["const"].is_null() && schema.get("const").is_some()
}

/// The words of `type`.
pub(super) fn kinds(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn resolve<'a>(document: &'a Value, target: &str) -> Option<&'a Value> {
    let pointer = target.strip_prefix('#')?;
    document.pointer(pointer).or_else(|| document.pointer(&decoded(pointer)))
}

fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = fragment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A part of a document by itself, with just the definitions that it leads to.
pub(crate) fn closed(document: &Value, part: &Value) -> Value {
    let mut closing = Closing { names: BTreeMap::new(), queue: Vec::new() };
    let mut part = closing.rewritten(part);
    let mut definitions = Map::new();
    while let Some((name, target)) = closing.queue.pop() {
        let schema = resolve(document, &target).cloned().unwrap_or(Value::Bool(true));
        let schema = closing.rewritten(&schema);
        definitions.insert(name, schema);
    }
    if let (Value::Object(part), false) = (&mut part, definitions.is_empty()) {
        part.insert("$defs".to_owned(), Value::Object(definitions));
    }
    part
}

struct Closing {
    names: BTreeMap<String, String>,
    queue: Vec<(String, String)>,
}

impl Closing {
    fn rewritten(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(members) => members
                .iter()
                .filter(|(key, value)| !(is_store(key) && value.is_object()))
                .map(|(key, value)| match value {
                    Value::String(target) if key == "$ref" && target.starts_with('#') => {
                        (key.clone(), json!(format!("#/$defs/{}", self.name(target))))
                    }
                    value => (key.clone(), self.rewritten(value)),
                })
                .collect(),
            Value::Array(values) => values.iter().map(|value| self.rewritten(value)).collect(),
            value => value.clone(),
        }
    }

    fn name(&mut self, target: &str) -> String {
        if let Some(name) = self.names.get(target) {
            return name.clone();
        }
        let name = format!("d{}", self.names.len());
        self.names.insert(target.to_owned(), name.clone());
        self.queue.push((name.clone(), target.to_owned()));
        name
    }
}

/// Where definitions stand: what is needed of them is copied.
fn is_store(key: &str) -> bool {
    matches!(key, "$defs" | "definitions" | "components" | "$remotes")
}
