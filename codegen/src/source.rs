//! Finds the schema in what was pasted.

mod duplicates;
mod recognize;
mod text;

use schemars::Schema;
use serde_json::Value;

use crate::error::Remarks;
use crate::schema::find;
use crate::{Role, digits, keyword};

pub(crate) use recognize::is_openapi;
pub(crate) use text::{decoded, not_json, pasted};

/// Longer files are refused unread: no schema is, and a mistaken file should fail at once.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// A parsed document and the place of the schema in it.
pub(crate) struct Document {
    pub(crate) schema: Schema,
    pub(crate) root: String,
}

/// Parses the text and picks the schema for the role; the remarks tell what is wrong with it.
///
/// Where a whole model depends on it, what says nothing to a validator is refused: it is something
/// else, more likely than not.
pub(crate) fn parse(
    text: &str,
    role: Role,
    is_strict: bool,
    remarks: &mut Remarks,
) -> Option<Document> {
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
    for place in duplicates::places(text) {
        if is_strict {
            remarks.fault(&place, "stands there twice; delete one of the two");
        } else {
            remarks.note(&place, "stands there twice; only the last one counts");
        }
    }
    let message = match &value {
        Value::Bool(_) => None,
        Value::Object(object) => recognize::other_kind(object, is_strict),
        other => Some(recognize::no_object(other)),
    };
    if let Some(message) = message {
        remarks.fault("", message);
        return None;
    }
    let schema = Schema::try_from(value).ok()?;
    let root = pick(&schema, role, remarks)?;
    if let Some(picked @ Value::Object(object)) = schema.pointer(&root) {
        if let Some(message) = recognize::no_schema(picked).filter(|_| is_strict) {
            remarks.fault(&root, message);
            return None;
        }
        let is_silent = !object.keys().any(|key| keyword::is_constraint(key));
        if is_silent && (is_strict || !object.is_empty()) {
            remarks.note(&root, "has no keyword that constrains; it allows everything");
        }
    }
    Some(Document { schema, root })
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
    if object.keys().any(|key| keyword::is_constraint(key) || IDENTIFIES.contains(&key.as_str())) {
        return Some(String::new());
    }
    let (key, other) = match role {
        Role::Input => ("input", "output"),
        Role::Output => ("output", "input"),
    };
    for key in [key, &format!("{key}_schema"), &format!("{key}Schema")] {
        match object.get(key) {
            Some(Value::Object(_) | Value::Bool(_)) => return Some(format!("/{key}")),
            Some(_) => {
                remarks.fault(&format!("/{key}"), "is no JSON Schema: expected an object");
                return None;
            }
            None => {}
        }
    }
    let others = [other, &format!("{other}_schema"), &format!("{other}Schema")];
    if others.iter().any(|other| object.contains_key(*other)) {
        remarks.fault(
            "",
            format!("holds the schema of the {other}; the schema of the {key} is wanted here"),
        );
        return None;
    }
    Some(String::new())
}

/// Keywords that do not constrain, and that no wrapper around a schema has.
const IDENTIFIES: &[&str] =
    &["$anchor", "$dynamicAnchor", "$id", "$recursiveAnchor", "$schema", "format"];

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
