//! The keywords that only draft 3 and older ones have.

use serde_json::{Value, json};

use super::{Object, type_word};
use crate::error::Remarks;

/// Rewrites them all, each with a note.
pub(super) fn keywords(object: &mut Object, at: &str, remarks: &mut Remarks) {
    divisible_by(object, at, remarks);
    extends(object, at, remarks);
    disallow(object, at, remarks);
    types(object, at, remarks);
}

fn divisible_by(object: &mut Object, at: &str, remarks: &mut Remarks) {
    if object.get("multipleOf").is_none()
        && let Some(step) = object.shift_remove("divisibleBy")
    {
        remarks.note(&format!("{at}/divisibleBy"), "is read as `multipleOf`");
        object.insert("multipleOf".to_owned(), step);
    }
}

/// `extends` holds one schema or several; others use the word for the name of a class.
fn extends(object: &mut Object, at: &str, remarks: &mut Remarks) {
    let schemas = match object.get("extends") {
        Some(Value::Array(schemas)) if schemas.iter().all(Value::is_object) => schemas.clone(),
        Some(schema @ Value::Object(_)) => vec![schema.clone()],
        _ => return,
    };
    object.shift_remove("extends");
    remarks.note(&format!("{at}/extends"), "is read as `allOf`");
    schemas.into_iter().for_each(|schema| require(object, schema));
}

fn disallow(object: &mut Object, at: &str, remarks: &mut Remarks) {
    let Some(types) = object.shift_remove("disallow") else { return };
    remarks.note(&format!("{at}/disallow"), "is read as `not` with a `type`");
    let alternatives = match types {
        Value::Array(types) => types,
        one => vec![one],
    };
    require(object, json!({ "not": any_of(alternatives) }));
}

/// `type` may be `any`, and a list of types may have schemas in it.
fn types(object: &mut Object, at: &str, remarks: &mut Remarks) {
    let is_any = |ty: &Value| ty == "any";
    match object.get("type") {
        Some(word) if is_any(word) => {}
        Some(Value::Array(types)) if types.iter().any(is_any) => {}
        Some(Value::Array(types)) if types.iter().any(Value::is_object) => {
            let types = types.clone();
            object.shift_remove("type");
            remarks.note(&format!("{at}/type"), "has schemas in it; it is read as `anyOf`");
            return require(object, any_of(types));
        }
        _ => return,
    }
    remarks.note(&format!("{at}/type"), "`any` is read as no `type`");
    object.shift_remove("type");
}

/// A schema of which a value has to be one of these types or schemas.
fn any_of(types: Vec<Value>) -> Value {
    if types.iter().any(|ty| ty == "any") {
        return json!({});
    }
    let (schemas, words): (Vec<_>, Vec<_>) = types.into_iter().partition(Value::is_object);
    let is_known = |word: &Value| word.as_str().is_some_and(|word| type_word(word).is_some());
    let words: Vec<_> = words.into_iter().filter(is_known).collect();
    let words = (!words.is_empty()).then(|| json!({ "type": words }));
    let alternatives: Vec<_> = words.into_iter().chain(schemas).collect();
    match alternatives.as_slice() {
        [alternative] => alternative.clone(),
        [] => json!({ "not": {} }),
        alternatives => json!({ "anyOf": alternatives }),
    }
}

/// Adds a schema that a value has to fit, too.
fn require(object: &mut Object, schema: Value) {
    if let Value::Array(all) = object.entry("allOf").or_insert_with(|| json!([])) {
        all.push(schema);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Role, standard};

    fn read(schema: &Value) -> Value {
        let mut read = standard("a.json", &schema.to_string(), Role::Input).expect("it is read");
        read.as_object_mut().map(|read| read.shift_remove("$schema"));
        read
    }

    #[test]
    fn draft_3_is_read() {
        let declared = "http://json-schema.org/draft-03/schema#";
        for (schema, expected) in [
            (json!({"divisibleBy": 5}), json!({"multipleOf": 5})),
            (
                json!({"divisibleBy": 5, "multipleOf": 2}),
                json!({"divisibleBy": 5, "multipleOf": 2}),
            ),
            (json!({"extends": {"minimum": 1}}), json!({"allOf": [{"minimum": 1}]})),
            (
                json!({"extends": [{"minimum": 1}, {"maximum": 2}]}),
                json!({"allOf": [{"minimum": 1}, {"maximum": 2}]}),
            ),
            (json!({"extends": "Base"}), json!({"extends": "Base"})),
            (json!({"disallow": "string"}), json!({"allOf": [{"not": {"type": ["string"]}}]})),
            (
                json!({"disallow": ["string", {"minimum": 3}]}),
                json!({"allOf": [{"not": {"anyOf": [{"type": ["string"]}, {"minimum": 3}]}}]}),
            ),
            (json!({"disallow": "any"}), json!({"allOf": [{"not": {}}]})),
            (json!({"type": "any"}), json!({})),
            (json!({"type": ["string", "any"]}), json!({})),
            (
                json!({"type": ["string", {"type": "object", "properties": {}}]}),
                json!({"allOf": [{"anyOf": [{"type": ["string"]}, {"type": "object", "properties": {}}]}]}),
            ),
            (
                json!({"properties": {"a": {"required": true}, "b": {"required": false}}}),
                json!({"properties": {"a": {}, "b": {}}, "required": ["a"]}),
            ),
            (json!({"required": true}), json!({})),
            (
                json!({"dependencies": {"a": "b", "c": ["d"], "e": {"minProperties": 2}}}),
                json!({"dependentRequired": {"a": ["b"], "c": ["d"]}, "dependentSchemas": {"e": {"minProperties": 2}}}),
            ),
            (json!({"minimum": 1, "exclusiveMinimum": true}), json!({"exclusiveMinimum": 1})),
        ] {
            assert_eq!(read(&schema), expected);
            let mut declaring = json!({"$schema": declared});
            if let (Value::Object(declaring), Value::Object(schema)) = (&mut declaring, &schema) {
                declaring.extend(schema.clone());
            }
            assert_eq!(read(&declaring), expected);
        }
    }

    #[test]
    fn references_in_and_by_draft_3_are_followed() {
        let schema = json!({
            "$schema": "http://json-schema.org/draft-03/schema#",
            "id": "http://example.com/a",
            "extends": {"$ref": "#/definitions/A", "minimum": 7},
            "type": ["null", {"$ref": "http://example.com/b"}],
            "definitions": {"A": {"divisibleBy": 2}, "B": {"id": "b", "type": "integer"}},
        });
        let read = read(&schema);
        assert_eq!(read["allOf"][0], json!({"$ref": "#/definitions/A"}));
        assert_eq!(read["allOf"][1]["anyOf"][1], json!({"$ref": "#/definitions/B"}));
        assert_eq!(read["definitions"]["A"], json!({"multipleOf": 2}));
    }
}
