//! What a keyword means that another draft, or another meta-schema, gives another meaning.

use serde_json::{Map, Value, json};

/// Whether the document's meta-schema leaves out the vocabulary of assertions: then `minimum` and
/// its like say nothing.
pub(super) fn is_without_assertions(
    document: &Value,
    load: &dyn Fn(&str) -> Option<String>,
) -> bool {
    let meta = document.get("$schema").and_then(Value::as_str).and_then(load);
    let meta = meta.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let vocabulary = meta.as_ref().and_then(|meta| meta.get("$vocabulary")?.as_object());
    vocabulary.is_some_and(|known| !known.keys().any(|uri| uri.ends_with("/vocab/validation")))
}

/// Whether a keyword belongs to the vocabulary of assertions.
pub(super) fn is_of_validation(key: &str) -> bool {
    VALIDATION.contains(&key)
}

const VALIDATION: &[&str] = &[
    "const",
    "dependentRequired",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "type",
    "uniqueItems",
];

/// The `contains` of 2019-09 evaluates no items. Nor does `not` in 2020-12, which says the same
/// when it is said twice.
pub(super) fn contains_without_evaluating(schema: &mut Map<String, Value>) {
    let mut inner = Map::new();
    for key in ["contains", "minContains", "maxContains"] {
        if let Some(value) = schema.shift_remove(key) {
            inner.insert(key.to_owned(), value);
        }
    }
    let branch = json!({ "not": { "not": inner } });
    match schema.entry("allOf").or_insert_with(|| json!([])) {
        Value::Array(branches) => branches.push(branch),
        other => *other = json!([branch]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_without_assertions;

    #[test]
    fn a_meta_schema_may_leave_out_assertions() {
        let load = |uri: &str| match uri {
            "m:without" => Some(json!({"$vocabulary": {"m:/vocab/core": true}}).to_string()),
            "m:with" => Some(json!({"$vocabulary": {"m:/vocab/validation": true}}).to_string()),
            "m:silent" => Some("{}".to_owned()),
            "m:broken" => Some("{".to_owned()),
            _ => None,
        };
        for (schema, expected) in [
            (json!({"$schema": "m:without"}), true),
            (json!({"$schema": "m:with"}), false),
            (json!({"$schema": "m:silent"}), false),
            (json!({"$schema": "m:broken"}), false),
            (json!({"$schema": "m:unknown"}), false),
            (json!({"$schema": 1}), false),
            (json!({}), false),
            (json!(true), false),
        ] {
            assert_eq!(is_without_assertions(&schema, &load), expected, "{schema}");
        }
    }
}
