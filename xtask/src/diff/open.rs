//! What the generated type of an output reads: more than its schema says.

use serde_json::{Map, Value, json};

use super::place::{Place, Step};

/// The schema of all that the type of an output reads.
pub(crate) fn opened(schema: &Value) -> Value {
    let mut opened = loose(schema);
    let properties = schema["properties"].as_object().into_iter().flatten();
    for (name, _) in properties.filter(|(name, property)| is_files(name, property)) {
        opened["properties"][name] = files();
    }
    opened
}

/// The same for a part of it.
pub(super) fn opened_at(place: &Place, part: &Value) -> Value {
    match place.0.as_slice() {
        [] => opened(part),
        [Step::Property(name)] if is_files(name, part) => files(),
        _ => loose(part),
    }
}

/// Whether a property of the root is one in which the service sends files.
fn is_files(name: &str, property: &Value) -> bool {
    let item = if property["type"] == "array" { &property["items"] } else { property };
    let format = item["format"].as_str().unwrap_or_default();
    matches!(name, "image" | "images" | "video" | "videos" | "audio" | "audios")
        && item["type"] == "string"
        && (format == "uri" || format.contains("_uri"))
}

/// One URL or a list of them, whatever the schema says.
fn files() -> Value {
    let url = json!({"type": "string"});
    json!({"anyOf": [url, {"type": "array", "items": url}, {"type": "null"}]})
}

/// Outputs are open, so that a paid result is never lost: what is left are the kinds of values, and
/// what has to be there.
fn loose(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return json!(true) };
    let mut loose = Map::new();
    let definitions = object.get("$defs").map(each);
    loose.extend(definitions.map(|definitions| ("$defs".to_owned(), definitions)));
    if let Some(target) = object.get("$ref") {
        loose.insert("$ref".to_owned(), target.clone());
        return Value::Object(loose);
    }
    // A union keeps any value at all, unless it is another way to write an enum.
    let values = constants(object);
    if values.is_none()
        && ["anyOf", "oneOf", "not", "if"].iter().any(|key| object.contains_key(*key))
    {
        if let Some(inner) = nullable(object) {
            loose.insert("anyOf".to_owned(), json!([self::loose(inner), {"type": "null"}]));
        }
        return Value::Object(loose);
    }
    // An open enum keeps any value of its kind.
    let kind = object.get("type").cloned().or_else(|| kind_of(&values.or_else(|| listed(object))?));
    loose.extend(kind.map(|kind| ("type".to_owned(), kind)));
    let required = required(object);
    if let Some(properties) = object.get("properties") {
        let properties = optional_or_null(each(properties), required.as_deref());
        loose.insert("properties".to_owned(), properties);
    }
    loose.extend(required.map(|required| ("required".to_owned(), Value::Array(required))));
    for key in ["items", "additionalProperties"] {
        if let Some(inner @ Value::Object(_)) = object.get(key) {
            loose.insert(key.to_owned(), self::loose(inner));
        }
    }
    if let Some(Value::Array(parts)) = object.get("allOf") {
        loose.insert("allOf".to_owned(), parts.iter().map(self::loose).collect());
    }
    Value::Object(loose)
}

fn each(schemas: &Value) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    schemas.map(|(name, schema)| (name.clone(), loose(schema))).collect()
}

/// What has to be there: not what is write-only, which results leave out.
fn required(object: &Map<String, Value>) -> Option<Vec<Value>> {
    let is_write_only = |name: &Value| {
        let property = name.as_str().and_then(|name| object.get("properties")?.get(name));
        property.is_some_and(|property| property["writeOnly"] == true)
    };
    let all = object.get("required")?.as_array()?;
    Some(all.iter().filter(|name| !is_write_only(name)).cloned().collect())
}

/// `null` is read as absent where a property need not be there.
fn optional_or_null(properties: Value, required: Option<&[Value]>) -> Value {
    let Value::Object(properties) = properties else { return properties };
    let is_required =
        |name: &String| required.is_some_and(|all| all.iter().any(|one| one == name.as_str()));
    let each = properties.into_iter().map(|(name, schema)| {
        let schema =
            if is_required(&name) { schema } else { json!({"anyOf": [schema, {"type": "null"}]}) };
        (name, schema)
    });
    each.collect()
}

/// The values of alternatives of one value each.
fn constants(object: &Map<String, Value>) -> Option<Vec<Value>> {
    let branches = object.get("oneOf").or_else(|| object.get("anyOf"))?.as_array()?;
    branches.iter().map(|branch| branch.get("const").cloned()).collect()
}

/// The values of an enum.
fn listed(object: &Map<String, Value>) -> Option<Vec<Value>> {
    match (object.get("enum"), object.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.clone()),
        (_, value) => Some(vec![value?.clone()]),
    }
}

fn kind_of(values: &[Value]) -> Option<Value> {
    if values.iter().all(Value::is_string) {
        Some(json!("string"))
    } else if values.iter().all(Value::is_i64) {
        Some(json!("integer"))
    } else {
        None
    }
}

/// The one alternative beside `null`.
fn nullable(object: &Map<String, Value>) -> Option<&Value> {
    let branches = object.get("anyOf").or_else(|| object.get("oneOf"))?.as_array()?;
    match branches.as_slice() {
        [null, inner] | [inner, null] if *null == json!({"type": "null"}) => Some(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::opened;

    #[test]
    fn enums_limits_and_unions_are_open_and_kinds_are_not() {
        for (schema, open) in [
            (json!({"enum": ["a", "b"]}), json!({"type": "string"})),
            (json!({"type": "integer", "maximum": 4}), json!({"type": "integer"})),
            (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), json!({})),
            (
                json!({"anyOf": [{"type": "string", "maxLength": 4}, {"type": "null"}]}),
                json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            ),
            (
                json!({"type": "object", "required": ["a"], "properties": {"a": {"const": 1}, "b": {"minLength": 2}}}),
                json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"anyOf": [{}, {"type": "null"}]}}}),
            ),
            (json!({"oneOf": [{"const": "a"}, {"const": "b"}]}), json!({"type": "string"})),
            (
                json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "writeOnly": true}}}),
                json!({"type": "object", "required": [], "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}),
            ),
        ] {
            assert_eq!(opened(&schema), open, "{schema}");
        }
    }
}
