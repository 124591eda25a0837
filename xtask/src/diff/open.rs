//! What the generated type of an output reads: more than its schema says.

use serde_json::{Map, Value, json};

/// The schema of all that is read: outputs are open, so that a paid result is never lost.
pub(super) fn opened(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return json!(true) };
    let mut open = Map::new();
    if let Some(definitions) = object.get("$defs") {
        open.insert("$defs".to_owned(), each(definitions));
    }
    if let Some(target) = object.get("$ref") {
        open.insert("$ref".to_owned(), target.clone());
        return Value::Object(open);
    }
    // An open enum keeps any value of its kind, a union any value at all.
    let kind = object.get("type").cloned().or_else(|| kind_of_values(object));
    if ["anyOf", "oneOf", "not", "if"].iter().any(|key| object.contains_key(*key)) {
        return nullable(object).map_or(json!(true), |inner| {
            let mut inner = json!({"anyOf": [opened(inner), {"type": "null"}]});
            if let Some(definitions) = open.remove("$defs") {
                inner["$defs"] = definitions;
            }
            inner
        });
    }
    if let Some(kind) = kind {
        open.insert("type".to_owned(), kind);
    }
    for key in ["required", "prefixItems"] {
        if let Some(value) = object.get(key).filter(|value| key == "required" && value.is_array()) {
            open.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(properties) = object.get("properties") {
        open.insert("properties".to_owned(), optional_or_null(each(properties), object));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner @ Value::Object(_)) = object.get(key) {
            open.insert(key.to_owned(), opened(inner));
        }
    }
    if let Some(Value::Array(parts)) = object.get("allOf") {
        open.insert("allOf".to_owned(), parts.iter().map(opened).collect());
    }
    Value::Object(open)
}

fn each(schemas: &Value) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    schemas.map(|(name, schema)| (name.clone(), opened(schema))).collect()
}

/// `null` is read as absent where a property need not be there.
fn optional_or_null(properties: Value, object: &Map<String, Value>) -> Value {
    let Value::Object(properties) = properties else { return properties };
    let required = |name: &String| {
        object
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|all| all.contains(&json!(name)))
    };
    let each = properties.into_iter().map(|(name, schema)| {
        let schema =
            if required(&name) { schema } else { json!({"anyOf": [schema, {"type": "null"}]}) };
        (name, schema)
    });
    each.collect()
}

fn kind_of_values(object: &Map<String, Value>) -> Option<Value> {
    let values = match (object.get("enum"), object.get("const")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (_, Some(value)) => vec![value.clone()],
        _ => return None,
    };
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
            (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), json!(true)),
            (
                json!({"anyOf": [{"type": "string", "maxLength": 4}, {"type": "null"}]}),
                json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            ),
            (
                json!({"type": "object", "required": ["a"], "properties": {"a": {"const": 1}, "b": {"minLength": 2}}}),
                json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"anyOf": [{}, {"type": "null"}]}}}),
            ),
        ] {
            assert_eq!(opened(&schema), open, "{schema}");
        }
    }
}
