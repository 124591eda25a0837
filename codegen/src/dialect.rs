//! RunComfy's loose spellings, and those of other publishers, become standard JSON Schema.
//!
//! One function for each quirk, named for it. Each rewrite leaves a note.

mod draft3;
mod pattern;
mod required;
mod root;
mod types;

use serde_json::{Map, Value, json};

use crate::error::Remarks;

pub(crate) use root::assume_object;
pub(crate) use types::standard as type_word;

type Object = Map<String, Value>;

/// Rewrites a whole document in place.
pub(crate) fn standardize(
    document: &mut Value,
    root: &str,
    entries: &[String],
    remarks: &mut Remarks,
) {
    for entry in entries {
        if let Some(entered) = document.pointer_mut(entry) {
            schema(entered, entry, remarks);
        }
    }
    if root.is_empty() {
        schema(document, "", remarks);
        return;
    }
    if let Some(picked) = document.pointer_mut(root) {
        schema(picked, root, remarks);
    }
    for definitions in ["/components/schemas", "/$defs", "/definitions"] {
        if let Some(Value::Object(members)) = document.pointer_mut(definitions) {
            each(members, definitions, remarks);
        }
    }
}

fn schema(schema: &mut Value, at: &str, remarks: &mut Remarks) {
    let Value::Object(object) = schema else {
        return;
    };
    draft3::keywords(object, at, remarks);
    types::words(object, at, remarks);
    numbers_as_strings(object, at, remarks);
    enum_numbers_as_strings(object, at, remarks);
    boolean_exclusive_bounds(object);
    required::names(object, at, remarks);
    pattern::drop_unreadable(object, at, remarks);
    media_without_items(object, at, remarks);
    nullable_branches(object, at, remarks);
    items_as_list(object);
    dependencies(object);
    unevaluated(object);
    nullable(object);
    null_default(object);
    for (key, value) in object.iter_mut() {
        let at = || format!("{at}/{key}");
        match (key.as_str(), value) {
            (
                "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas",
                Value::Object(members),
            ) => {
                each(members, &at(), remarks);
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                for (index, schema) in schemas.iter_mut().enumerate() {
                    self::schema(schema, &format!("{}/{index}", at()), remarks);
                }
            }
            (
                "items"
                | "additionalItems"
                | "additionalProperties"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames"
                | "unevaluatedItems"
                | "unevaluatedProperties",
                value,
            ) => self::schema(value, &at(), remarks),
            ("components", Value::Object(components)) => {
                if let Some(Value::Object(members)) = components.get_mut("schemas") {
                    each(members, &format!("{}/schemas", at()), remarks);
                }
            }
            _ => {}
        }
    }
}

fn each(members: &mut Object, at: &str, remarks: &mut Remarks) {
    for (key, member) in members {
        schema(member, &format!("{at}/{}", escape(key)), remarks);
    }
}

/// A key as one step of a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// `"minimum": "1"`.
fn numbers_as_strings(object: &mut Object, at: &str, remarks: &mut Remarks) {
    for (key, value) in object {
        if NUMERIC.contains(&key.as_str())
            && let Some(number) =
                value.as_str().and_then(|text| text.trim().parse::<serde_json::Number>().ok())
        {
            remarks.note(
                &format!("{at}/{key}"),
                format!("the string {value} is read as the number {number}"),
            );
            *value = Value::Number(number);
        }
    }
}

const NUMERIC: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// `"type": "integer", "enum": ["1", "4"]`, which nothing could satisfy as it stands.
fn enum_numbers_as_strings(object: &mut Object, at: &str, remarks: &mut Remarks) {
    let integer = object.get("type") == Some(&json!("integer"));
    if !integer && object.get("type") != Some(&json!("number")) {
        return;
    }
    let Some(Value::Array(values)) = object.get_mut("enum") else {
        return;
    };
    let number = |value: &Value| {
        let number = value.as_str()?.parse::<serde_json::Number>().ok()?;
        (!integer || number.is_i64() || number.is_u64()).then_some(Value::Number(number))
    };
    let Some(numbers) = values.iter().map(number).collect::<Option<Vec<_>>>() else {
        return;
    };
    if numbers.is_empty() {
        return;
    }
    remarks.note(&format!("{at}/enum"), "its strings are read as the numbers that they spell");
    *values = numbers;
}

/// Draft 4: `"minimum": 0, "exclusiveMinimum": true`.
fn boolean_exclusive_bounds(object: &mut Object) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if let Some(Value::Bool(is_exclusive)) = object.get(exclusive) {
            let is_exclusive = *is_exclusive;
            object.shift_remove(exclusive);
            if is_exclusive && let Some(limit) = object.shift_remove(bound) {
                object.insert(exclusive.to_owned(), limit);
            }
        }
    }
}

/// The plural media format says what an array without `items` holds.
fn media_without_items(object: &mut Object, at: &str, remarks: &mut Remarks) {
    if object.contains_key("items") || object.get("type") != Some(&json!("array")) {
        return;
    }
    let Some(format) = object.get("format").and_then(Value::as_str) else {
        return;
    };
    let Some(singular) = format.strip_suffix('s').filter(|format| media(format).is_some()) else {
        return;
    };
    remarks.note(
        at,
        format!("has no `items`; by its format `{format}` it holds strings of format `{singular}`"),
    );
    object.insert("items".to_owned(), json!({ "type": "string", "format": singular }));
}

/// The kind of medium that a format speaks of, such as `image` for `image_uri_with_mask`.
pub(crate) fn media(format: &str) -> Option<&'static str> {
    ["image", "video", "audio"]
        .into_iter()
        .find(|kind| format.strip_prefix(kind).is_some_and(|rest| rest.starts_with("_uri")))
}

/// Before 2020-12 the list of the first items' schemas stood in `items`.
fn items_as_list(object: &mut Object) {
    if !matches!(object.get("items"), Some(Value::Array(_))) {
        return;
    }
    if let Some(prefix) = object.shift_remove("items") {
        object.insert("prefixItems".to_owned(), prefix);
    }
    if let Some(rest) = object.shift_remove("additionalItems") {
        object.insert("items".to_owned(), rest);
    }
}

/// Before 2019-09 both kinds of dependencies stood under one keyword.
fn dependencies(object: &mut Object) {
    let Some(Value::Object(members)) = object.get("dependencies") else {
        return;
    };
    let members = members.iter().map(|(key, dependency)| {
        // In draft 3 a single name stands for itself.
        let is_name = crate::digits::string(dependency).is_some();
        (key.clone(), if is_name { json!([dependency]) } else { dependency.clone() })
    });
    let (required, schemas): (Object, Object) =
        members.partition(|(_, dependency)| dependency.is_array());
    object.shift_remove("dependencies");
    for (key, members) in [("dependentRequired", required), ("dependentSchemas", schemas)] {
        if !members.is_empty() {
            object.entry(key).or_insert(Value::Object(members));
        }
    }
}

/// Where no other schema has a say in what is evaluated, `unevaluatedProperties` is another word
/// for `additionalProperties`, and `unevaluatedItems` one for `items`.
pub(crate) fn unevaluated(object: &mut Object) {
    let applies = |keys: &[&str]| keys.iter().any(|key| object.contains_key(*key));
    if !applies(&["unevaluatedProperties", "unevaluatedItems"]) {
        return;
    }
    let by_others = applies(IN_PLACE);
    let by_contains = applies(&["contains"]);
    for (unevaluated, rest, unclear) in [
        ("unevaluatedProperties", "additionalProperties", by_others),
        ("unevaluatedItems", "items", by_others || by_contains),
    ] {
        // Beside the keyword for the rest there is nothing that is unevaluated.
        let known = object.contains_key(rest);
        if (known || !unclear)
            && let Some(schema) = object.shift_remove(unevaluated)
        {
            object.entry(rest).or_insert(schema);
        }
    }
}

/// Keywords whose schemas evaluate parts of the very value that they stand for.
const IN_PLACE: &[&str] =
    &["$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"];

/// OpenAPI 3.0: `"nullable": true`.
fn nullable(object: &mut Object) {
    if object.shift_remove("nullable") != Some(Value::Bool(true)) {
        return;
    }
    if let Some(Value::Array(values)) = object.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match object.get_mut("type") {
        Some(Value::Array(kinds)) => return kinds.push(json!("null")),
        Some(kind) => return *kind = json!([kind, "null"]),
        None => {}
    }
    // Without a type the rest of the schema is one alternative and `null` the other.
    let (said, constrained): (Object, Object) =
        object.clone().into_iter().partition(|(key, _)| crate::schema::is_annotation(key));
    if !constrained.is_empty() {
        *object = said;
        object.insert("anyOf".to_owned(), json!([constrained, { "type": "null" }]));
    }
}

/// An alternative that is nothing but `"nullable": true` is `null`: as a schema it would be any value.
fn nullable_branches(object: &mut Object, at: &str, remarks: &mut Remarks) {
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = object.get_mut(key) else { continue };
        for (index, branch) in branches.iter_mut().enumerate() {
            let Value::Object(only) = branch else { continue };
            if only.get("nullable") == Some(&Value::Bool(true))
                && crate::schema::assertions(only).next().is_none()
            {
                remarks.note(&format!("{at}/{key}/{index}"), "is read as `null`");
                only.shift_remove("nullable");
                only.insert("type".to_owned(), json!("null"));
            }
        }
    }
}

/// `"default": null` is how some generators spell "no default".
fn null_default(object: &mut Object) {
    if object.get("default") == Some(&Value::Null) {
        object.shift_remove("default");
    }
}
