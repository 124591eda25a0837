//! Looking at schemas.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::digits;
use crate::ir::Kind;

pub(crate) type Object = Map<String, Value>;

/// Keywords that constrain.
const ASSERTIONS: &[&str] = &[
    "$content",
    "$dynamicRef",
    "$format",
    "$recursiveRef",
    "$ref",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
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

/// Keywords that only say something.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$id",
    "$recursiveAnchor",
    "$schema",
    "$remotes",
    "$vocabulary",
    "comment",
    "components",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "deprecationMessage",
    "description",
    "discriminator",
    "enumDeprecated",
    "enumDescriptions",
    "enumNames",
    "enum_descriptions",
    "example",
    "examples",
    "externalDocs",
    "format",
    "id",
    "markdownEnumDescriptions",
    "nullable",
    "readOnly",
    "title",
    "validations",
    "writeOnly",
    "xml",
];

pub(crate) fn is_assertion(key: &str) -> bool {
    ASSERTIONS.contains(&key)
}

pub(crate) fn is_annotation(key: &str) -> bool {
    ANNOTATIONS.contains(&key) || key.starts_with("x-")
}

/// The keywords of a schema that constrain.
pub(crate) fn assertions(object: &Object) -> impl Iterator<Item = &str> {
    object.keys().map(String::as_str).filter(|key| is_assertion(key))
}

/// Whether a schema constrains by no other keywords than these.
pub(crate) fn asserts_only(object: &Object, keys: &[&str]) -> bool {
    assertions(object).all(|key| keys.contains(&key))
}

/// The schema without these keywords.
pub(crate) fn without(object: &Object, keys: &[&str]) -> Object {
    let kept = object.iter().filter(|(key, _)| !keys.contains(&key.as_str()));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The words of `type`; `None` where there is none.
pub(crate) fn kinds(object: &Object) -> Option<Vec<Kind>> {
    let kinds = match object.get("type")? {
        Value::String(word) => vec![kind(word)?],
        Value::Array(words) => words.iter().filter_map(|word| kind(word.as_str()?)).collect(),
        _ => return None,
    };
    Some(kinds)
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "null" => Kind::Null,
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "string" => Kind::String,
        "array" => Kind::Array,
        "object" => Kind::Object,
        _ => return None,
    })
}

/// What a kind has in common with others: of numbers, only the integers are integers.
pub(crate) fn common(kind: Kind, others: &[Kind]) -> Option<Kind> {
    let numbers = [Kind::Integer, Kind::Number];
    match kind {
        kind if others.contains(&kind) => Some(kind),
        kind if numbers.contains(&kind) && numbers.iter().any(|one| others.contains(one)) => {
            Some(Kind::Integer)
        }
        _ => None,
    }
}

/// The word of a kind.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Boolean => "boolean",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    }
}

/// Whether a value is of a kind; `2.0` is an integer.
pub(crate) fn is_kind(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Null => value.is_null(),
        Kind::Boolean => value.is_boolean(),
        Kind::Integer => digits::whole(value).is_some(),
        Kind::Number => digits::is_number_value(value),
        Kind::String => digits::string(value).is_some(),
        Kind::Array => value.is_array(),
        Kind::Object => value.is_object(),
    }
}

/// What `null` is allowed by, in the forms in which publishers say it.
pub(crate) fn is_null(schema: &Value) -> bool {
    let Value::Object(object) = schema else {
        return false;
    };
    let only =
        |key: &str, value: Value| object.get(key) == Some(&value) && asserts_only(object, &[key]);
    only("type", "null".into())
        || only("const", Value::Null)
        || only("enum", Value::Array(vec![Value::Null]))
}

/// JSON Schema's equality.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => digits::canonical(a) == digits::canonical(b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// The text that all [`equal`] values have in common, and no others.
pub(crate) fn canonical(value: &Value) -> String {
    if let Some(number) = digits::canonical(value) {
        return number;
    }
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().collect();
            let members = members.into_iter();
            let members: Vec<_> =
                members.map(|(key, member)| format!("{key:?}:{}", canonical(member))).collect();
            format!("{{{}}}", members.join(","))
        }
        value => value.to_string(),
    }
}

/// Follows a pointer that was made before the dialect's rewrites moved some keywords.
pub(crate) fn find<'a>(document: &'a Value, pointer: &str) -> Option<(String, &'a Value)> {
    let (mut value, mut place) = (document, String::new());
    let mut steps = pointer.split('/').skip(1).peekable();
    while let Some(step) = steps.next() {
        let is_index = steps.peek().is_some_and(|next| next.parse::<usize>().is_ok());
        let moved = match step {
            "items" if is_index && value["prefixItems"].is_array() => "prefixItems",
            "additionalItems" | "unevaluatedItems" if value.get(step).is_none() => "items",
            "dependencies" if value.get(step).is_none() => "dependentSchemas",
            "unevaluatedProperties" if value.get(step).is_none() => "additionalProperties",
            step => step,
        };
        value = match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            value => value.get(moved.replace("~1", "/").replace("~0", "~"))?,
        };
        place.push('/');
        place.push_str(moved);
    }
    Some((place, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{canonical, equal};

    #[test]
    fn equal_values_have_one_text() {
        let values = [
            json!(1),
            json!(1.0),
            json!(1.5),
            json!(0),
            json!(-0.0),
            json!(1e300),
            json!(u64::MAX),
            json!(true),
            json!("true"),
            json!(null),
            json!([]),
            json!({}),
            json!([1, 2]),
            json!([1.0, 2.0]),
            json!(["1,2"]),
            json!({"a": 1, "b": [2]}),
            json!({"b": [2.0], "a": 1}),
            json!({"a": "1", "b": [2]}),
        ];
        for a in &values {
            for b in &values {
                assert_eq!(canonical(a) == canonical(b), equal(a, b), "{a} {b}");
            }
        }
    }
}
