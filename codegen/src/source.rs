//! Finds the schema in what was pasted.

use schemars::Schema;
use serde_json::Value;

use crate::error::Remarks;
use crate::schema::find;
use crate::{Role, digits};

/// Longer files are refused unread: no schema is, and a mistaken file should fail at once.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// A parsed document and the place of the schema in it.
pub(crate) struct Document {
    pub(crate) schema: Schema,
    pub(crate) root: String,
}

/// Parses the text and picks the schema for the role; the remarks tell what is wrong with it.
pub(crate) fn parse(text: &str, role: Role, remarks: &mut Remarks) -> Option<Document> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_BYTES {
        let megabytes = text.len() / 1_000_000;
        remarks.fault(
            "",
            format!("is {megabytes} MB of text; no schema is that long (the limit is 16 MB)"),
        );
        return None;
    }
    if text.trim().is_empty() {
        remarks.fault("", "is empty; expected a JSON Schema");
        return None;
    }
    let value = match digits::parse(text) {
        Ok(value) => value,
        Err(error) => {
            remarks.fault("", not_json(text, &error));
            return None;
        }
    };
    let Ok(schema) = Schema::try_from(value) else {
        remarks.fault("", "is no JSON Schema: expected an object (or a boolean)");
        return None;
    };
    let root = pick(&schema, role, remarks)?;
    Some(Document { schema, root })
}

fn not_json(text: &str, error: &serde_json::Error) -> String {
    let hint = match text.trim_start().chars().next() {
        Some('<') => "; this looks like a web page",
        Some('\u{201c}' | '\u{201d}') => "; the quotes are typographic",
        Some('`') => "; this looks like Markdown: paste what stands between the fences",
        _ if text.contains(['\u{201c}', '\u{201d}']) => "; some quotes are typographic",
        _ if text.trim_start().starts_with("{'") => "; JSON has double quotes",
        Some(first) if first.is_alphabetic() && text.contains(": ") => {
            "; this looks like YAML: JSON is wanted"
        }
        _ if error.is_eof() => "; the file is cut off",
        _ if error.to_string().starts_with("trailing characters") => {
            "; something follows the schema: one document, and nothing else, is wanted"
        }
        _ if error.to_string().starts_with("trailing comma") => {
            "; JSON has no comma before a brace"
        }
        _ if text.lines().any(|line| line.trim_start().starts_with("//")) => {
            "; JSON has no comments"
        }
        _ => "",
    };
    format!("is not JSON: {error}{hint}")
}

/// The schema in a document of any published form; the document itself where there is none.
///
/// ```
/// use runcomfy_codegen::{Role, published};
/// use serde_json::json;
///
/// let document = json!({ "model_id": "acme/paint", "input_schema": { "type": "object" } });
/// assert_eq!(published(&document, Role::Input), &json!({ "type": "object" }));
/// ```
#[must_use]
pub fn published(document: &Value, role: Role) -> &Value {
    let schema = Schema::try_from(document.clone()).ok();
    let root = schema.and_then(|schema| pick(&schema, role, &mut Remarks::new("")));
    root.and_then(|root| document.pointer(&root)).unwrap_or(document)
}

/// The forms in which schemas are published: the schema itself; an object with the schema under
/// `input` or `output`, perhaps beside shared definitions; a catalog entry with `input_schema`.
fn pick(schema: &Schema, role: Role, remarks: &mut Remarks) -> Option<String> {
    let Some(object) = schema.as_object() else {
        return Some(String::new());
    };
    if object.keys().any(|key| SCHEMA_KEYWORDS.contains(&key.as_str())) {
        return Some(String::new());
    }
    let (key, other) = match role {
        Role::Input => ("input", "output"),
        Role::Output => ("output", "input"),
    };
    for key in [key, &format!("{key}_schema")] {
        match object.get(key) {
            Some(Value::Object(_) | Value::Bool(_)) => return Some(format!("/{key}")),
            Some(_) => {
                remarks.fault(&format!("/{key}"), "is no JSON Schema: expected an object");
                return None;
            }
            None => {}
        }
    }
    if object.contains_key(other) || object.contains_key(&format!("{other}_schema")) {
        remarks.fault(
            "",
            format!("holds the schema of the {other}; the schema of the {key} is wanted here"),
        );
        return None;
    }
    if !object.is_empty() {
        remarks.note("", "has no keyword of JSON Schema; it allows everything");
    }
    Some(String::new())
}

/// Keywords that no wrapper around a schema has.
const SCHEMA_KEYWORDS: &[&str] = &[
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
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
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "then",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// The schema by itself, with the definitions that it refers to.
pub(crate) fn standalone(document: &Value, root: &str) -> Value {
    let mut schema = document.pointer(root).cloned().unwrap_or(Value::Bool(true));
    if let Value::Object(schema) = &mut schema {
        for shared in ["components", "$defs", "definitions", crate::bundle::REMOTES] {
            if let Some(members) = document.get(shared).filter(|_| !root.is_empty()) {
                schema.entry(shared).or_insert_with(|| members.clone());
            }
        }
    }
    point_within(&mut schema, document, root);
    schema
}

/// References as they are once the schema is the whole document.
fn point_within(value: &mut Value, document: &Value, root: &str) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && let Some((place, _)) =
                    target.strip_prefix('#').and_then(|pointer| find(document, pointer))
            {
                *target = fragment(place.strip_prefix(root).unwrap_or(&place));
            }
            members.values_mut().for_each(|member| point_within(member, document, root));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| point_within(item, document, root)),
        _ => {}
    }
}

/// A pointer as the fragment of a URI.
fn fragment(pointer: &str) -> String {
    let mut fragment = String::from("#");
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            fragment.push(byte.into());
        } else {
            fragment.push_str(&format!("%{byte:02X}"));
        }
    }
    fragment
}
