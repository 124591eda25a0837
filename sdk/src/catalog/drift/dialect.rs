//! Looking at schemas as the catalog publishes them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// No published schema nests like this; a recursive one stops here.
pub(super) const DEEPEST: usize = 16;

/// Keywords that are weighed below, and those that decide nothing.
pub(super) const WEIGHED: [&str; 29] = [
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "components",
    "default",
    "definitions",
    "deprecated",
    "description",
    "enum",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "const",
];

/// A schema as it was published, and where it is in there.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    whole: &'a Value,
    pub(super) root: &'a Value,
}

impl<'a> Document<'a> {
    pub(super) fn of(whole: &'a Value) -> Self {
        let is_schema = ["properties", "type", "$ref", "allOf", "anyOf", "oneOf"];
        let is_schema = is_schema.iter().any(|key| whole.get(key).is_some());
        let wrapped = ["input", "input_schema", "output"].iter().find_map(|key| whole.get(key));
        let root = wrapped.filter(|inner| !is_schema && inner.is_object()).unwrap_or(whole);
        Self { whole, root }
    }

    /// What a reference within the document leads to.
    pub(super) fn resolve(self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..DEEPEST {
            let to = schema.get("$ref").and_then(Value::as_str);
            let Some(target) = to.and_then(|to| self.whole.pointer(to.strip_prefix('#')?)) else {
                break;
            };
            schema = target;
        }
        schema
    }
}

/// The schema that is left when `null` is taken as an alternative, and whether it was one.
pub(super) fn without_null(schema: &Value) -> (&Value, bool) {
    let is_null = |schema: &Value| schema.get("type").and_then(Value::as_str) == Some("null");
    let listed = || schema.get("type")?.as_array().map(|all| all.iter().any(|one| one == "null"));
    for keyword in ["anyOf", "oneOf"] {
        let Some([one, other]) = schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice)
        else {
            continue;
        };
        match (is_null(one), is_null(other)) {
            (true, false) => return (other, true),
            (false, true) => return (one, true),
            _ => {}
        }
    }
    let nullable = schema.get("nullable") == Some(&Value::Bool(true));
    (schema, nullable || listed().unwrap_or(false))
}

/// The types, in the standard's words, without `null`.
pub(super) fn types(schema: &Value) -> BTreeSet<String> {
    let one = |word: &str| match word.to_ascii_lowercase().as_str() {
        "float" | "double" => "number".to_owned(),
        "int" => "integer".to_owned(),
        "str" | "image" | "video" | "audio" | "file" => "string".to_owned(),
        "bool" => "boolean".to_owned(),
        "list" => "array".to_owned(),
        "dict" => "object".to_owned(),
        word => word.to_owned(),
    };
    let words: Vec<&str> = match schema.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("properties").is_some() => vec!["object"],
        _ => Vec::new(),
    };
    words.into_iter().map(one).filter(|word| word != "null").collect()
}

pub(super) fn values(schema: &Value) -> Option<Vec<Value>> {
    let only = schema.get("const").map(|value| vec![value.clone()]);
    only.or_else(|| schema.get("enum")?.as_array().cloned())
}

pub(super) fn listed(values: &[&Value]) -> String {
    let shown = values.iter().take(8).map(ToString::to_string);
    let mut shown = shown.collect::<Vec<_>>().join(", ");
    if values.len() > 8 {
        shown += " …";
    }
    shown
}

/// A limit, which the dialect may write as text.
pub(super) fn limit(schema: &Value, keyword: &str) -> Option<f64> {
    match schema.get(keyword)? {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_f64(),
    }
}

pub(super) fn members(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

pub(super) fn required(schema: &Value) -> Vec<String> {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// A part of a schema without its prose.
pub(super) fn meaning(value: Option<&Value>) -> Option<Value> {
    Some(match value? {
        Value::Object(map) => {
            let prose = ["title", "description", "default", "examples", "example", "$comment"];
            let kept = map.iter().filter(|(key, _)| !prose.contains(&key.as_str()));
            kept.filter_map(|(key, value)| Some((key.clone(), meaning(Some(value))?))).collect()
        }
        Value::Array(items) => items.iter().filter_map(|item| meaning(Some(item))).collect(),
        other => other.clone(),
    })
}
