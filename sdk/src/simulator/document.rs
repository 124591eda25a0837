//! The schema in a file: out of its wrapper, with the service's loose spellings made standard.
//!
//! Written apart from the project's generator on purpose: the simulator must not agree with
//! its mistakes.

use serde_json::{Map, Value, json};

/// The schema of that role (`input` or `output`) in `document`, standard JSON Schema.
pub(super) fn schema(document: Value, role: &str) -> Value {
    let mut schema = unwrap(document, role);
    standardise(&mut schema, true);
    schema
}

/// The schema of that role as it was published, without its wrapper.
pub(super) fn unwrap(document: Value, role: &str) -> Value {
    wrapped(&document, role).unwrap_or(document)
}

/// The schema in `{"input": {…}}`, `{"input_schema": {…}}` and the like; definitions that stand
/// beside it move in, so that references still find them. `None` if there is no such wrapper.
pub(super) fn wrapped(document: &Value, role: &str) -> Option<Value> {
    let outer = document.as_object()?;
    let keywords = ["type", "properties", "$ref", "anyOf", "oneOf", "allOf"];
    if keywords.iter().any(|keyword| outer.contains_key(*keyword)) {
        return None;
    }
    let mut schema = [role.to_owned(), format!("{role}_schema")]
        .iter()
        .find_map(|key| outer.get(key)?.as_object())?
        .clone();
    for key in ["components", "$defs", "definitions"] {
        if let Some(definitions) = outer.get(key) {
            schema.entry(key).or_insert_with(|| definitions.clone());
        }
    }
    Some(Value::Object(schema))
}

/// Keywords that hold one schema.
const ONE: &[&str] = &[
    "additionalProperties",
    "contains",
    "else",
    "if",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords that hold a list of schemas.
const LIST: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords that hold schemas by name.
const NAMED: &[&str] =
    &["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

fn standardise(schema: &mut Value, root: bool) {
    let Value::Object(schema) = schema else {
        return;
    };
    if root {
        unknown_draft(schema);
    }
    loose_type(schema);
    loose_keywords(schema);
    nullable(schema);
    for (keyword, value) in schema.iter_mut() {
        for below in subschemas(keyword, value) {
            standardise(below, false);
        }
    }
}

/// The schemas that stand under `keyword`.
fn subschemas<'a>(keyword: &str, value: &'a mut Value) -> Vec<&'a mut Value> {
    if keyword == "components" {
        let schemas = value.get_mut("schemas");
        return schemas.map_or_else(Vec::new, |schemas| subschemas("$defs", schemas));
    }
    if NAMED.contains(&keyword) {
        let named = value.as_object_mut().into_iter();
        return named.flat_map(Map::values_mut).collect();
    }
    if LIST.contains(&keyword) || (keyword == "items" && value.is_array()) {
        return value.as_array_mut().into_iter().flatten().collect();
    }
    if keyword == "items" || ONE.contains(&keyword) {
        return vec![value];
    }
    Vec::new()
}

/// A `$schema` that is not a draft of json-schema.org would be looked for on the network.
fn unknown_draft(schema: &mut Map<String, Value>) {
    let known = schema
        .get("$schema")
        .and_then(Value::as_str)
        .is_some_and(|draft| draft.contains("json-schema.org/"));
    if !known {
        schema.remove("$schema");
    }
}

/// `float`, `Integer`, `str` …; a word that means nothing says nothing.
fn loose_type(schema: &mut Map<String, Value>) {
    let Some(kind) = schema.get_mut("type") else {
        return;
    };
    match kind {
        Value::String(word) => match type_word(word) {
            Some(standard) => *kind = json!(standard),
            None => {
                schema.remove("type");
            }
        },
        Value::Array(words) => {
            let standard: Option<Vec<&str>> =
                words.iter().map(|word| type_word(word.as_str()?)).collect();
            match standard {
                Some(mut words) if !words.is_empty() => {
                    words.dedup();
                    *kind = json!(words);
                }
                _ => {
                    schema.remove("type");
                }
            }
        }
        _ => {
            schema.remove("type");
        }
    }
}

fn type_word(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "string" | "str" | "text" => "string",
        "number" | "float" | "double" | "decimal" => "number",
        "integer" | "int" | "long" => "integer",
        "boolean" | "bool" => "boolean",
        "array" | "list" => "array",
        "object" | "dict" => "object",
        "null" => "null",
        _ => return None,
    })
}

/// Keywords whose value is not of the kind that the standard asks for say nothing.
fn loose_keywords(schema: &mut Map<String, Value>) {
    schema.retain(|keyword, value| match keyword.as_str() {
        "required" | "allOf" | "anyOf" | "oneOf" | "enum" => {
            value.as_array().is_some_and(|list| !list.is_empty())
        }
        "properties" | "patternProperties" => value.is_object(),
        "items" => value.is_object() || value.is_boolean() || value.is_array(),
        "minimum" | "maximum" | "multipleOf" | "minLength" | "maxLength" | "minItems"
        | "maxItems" | "minProperties" | "maxProperties" => value.is_number(),
        "description" | "title" | "format" | "pattern" => value.is_string(),
        _ => true,
    });
}

/// `"nullable": true`, as `OpenAPI` writes it, also accepts `null`.
fn nullable(schema: &mut Map<String, Value>) {
    if schema.remove("nullable") != Some(Value::Bool(true)) {
        return;
    }
    if let Some(Value::Array(allowed)) = schema.get_mut("enum")
        && !allowed.contains(&Value::Null)
    {
        allowed.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(Value::Array(kinds)) if !kinds.contains(&json!("null")) => kinds.push(json!("null")),
        Some(kind @ Value::String(_)) => *kind = json!([kind.take(), "null"]),
        _ => {}
    }
    let references =
        schema.contains_key("$ref") || LIST.iter().any(|key| schema.contains_key(*key));
    if references {
        let inner = Value::Object(std::mem::take(schema));
        schema.insert("anyOf".into(), json!([inner, { "type": "null" }]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_comes_out_of_its_wrapper_with_its_definitions() {
        let wrapped = json!({
            "input": { "$ref": "#/$defs/In" },
            "$defs": { "In": { "type": "Float" } },
        });
        assert_eq!(
            schema(wrapped, "input"),
            json!({ "$ref": "#/$defs/In", "$defs": { "In": { "type": "number" } } })
        );
    }

    #[test]
    fn loose_spellings_become_standard() {
        let loose = json!({
            "$schema": "https://runcomfy.example/draft",
            "type": "OBJECT",
            "required": true,
            "properties": {
                "a": { "type": "picture" },
                "b": { "type": "int", "nullable": true, "enum": [1] },
                "type": { "type": ["str", "null"], "items": null },
            },
        });
        assert_eq!(
            schema(loose, "input"),
            json!({
                "type": "object",
                "properties": {
                    "a": {},
                    "b": { "type": ["integer", "null"], "enum": [1, null] },
                    "type": { "type": ["string", "null"] },
                },
            })
        );
    }
}
