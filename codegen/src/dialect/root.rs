//! A model's input is an object, whether its schema says so or not.

use serde_json::{Value, json};

use crate::error::Remarks;
use crate::schema::{self, Object};

/// Says of a model's input that it is an object, where its schema speaks of an object's properties and of no
/// type. By the standard it would let any other kind of value pass, which no model takes.
pub(crate) fn assume_object(document: &mut Value, root: &str, remarks: &mut Remarks) {
    let Some(schema) = document.pointer(root) else { return };
    if describe(document, schema, MOST_STEPS) != Described::Properties {
        return;
    }
    if let Some(Value::Object(schema)) = document.pointer_mut(root) {
        schema.insert("type".to_owned(), json!("object"));
        remarks.note(root, "has no `type`; as the input of a model it is read as an `object`");
    }
}

/// References are followed this far, and schemas within schemas.
const MOST_STEPS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Described {
    Nothing,
    /// Properties of objects, and no type.
    Properties,
    /// A type.
    Type,
}

/// What a schema says of the kind of its values.
fn describe(document: &Value, schema: &Value, steps: usize) -> Described {
    let (Value::Object(object), Some(steps)) = (schema, steps.checked_sub(1)) else {
        return Described::Nothing;
    };
    if ["type", "enum", "const"].iter().any(|key| object.contains_key(*key)) {
        return Described::Type;
    }
    let mut parts = parts(document, object, steps);
    if has_properties(object) {
        parts.push(Described::Properties);
    }
    let mut strongest = [Described::Type, Described::Properties].into_iter();
    strongest.find(|one| parts.contains(one)).unwrap_or(Described::Nothing)
}

/// What the schemas that apply to the same value say.
fn parts(document: &Value, object: &Object, steps: usize) -> Vec<Described> {
    let mut parts = Vec::new();
    let target = object.get("$ref").and_then(Value::as_str);
    let target = target.map(|target| target.strip_prefix('#').unwrap_or(target));
    if let Some((_, target)) = target.and_then(|target| schema::find(document, target)) {
        parts.push(describe(document, target, steps));
    }
    let list = |key: &str| object.get(key).and_then(Value::as_array).into_iter().flatten();
    parts.extend(list("allOf").map(|part| describe(document, part, steps)));
    for key in ["anyOf", "oneOf"] {
        let branches = list(key).map(|branch| describe(document, branch, steps));
        let branches: Vec<_> = branches.collect();
        // A value may be what any of them says.
        if branches.contains(&Described::Properties) {
            parts.push(Described::Properties);
        } else if branches.contains(&Described::Type) {
            parts.push(Described::Type);
        }
    }
    parts
}

fn has_properties(object: &Object) -> bool {
    let filled = |key: &str| match object.get(key) {
        Some(Value::Object(members)) => !members.is_empty(),
        Some(Value::Array(names)) => !names.is_empty(),
        _ => false,
    };
    ["properties", "patternProperties", "required"].into_iter().any(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::assume_object;
    use crate::error::Remarks;

    #[test]
    fn what_has_properties_and_no_type_is_an_object() {
        let properties = json!({"properties": {"a": {"type": "string"}}});
        for (schema, is_assumed) in [
            (properties.clone(), true),
            (json!({"required": ["a"]}), true),
            (json!({"allOf": [properties, {"description": "b"}]}), true),
            (json!({"oneOf": [properties, {"required": ["b"]}]}), true),
            (json!({"$ref": "#/$defs/a", "$defs": {"a": properties}}), true),
            (json!({"type": "object", "properties": {"a": {}}}), false),
            (json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}}), false),
            (json!({"$ref": "#"}), false),
            (json!({"properties": {}}), false),
            (json!({"enum": [{"a": 1}], "properties": {"a": {}}}), false),
            (json!({}), false),
            (json!(true), false),
        ] {
            let (mut document, mut remarks) = (schema.clone(), Remarks::new("input.json"));
            assume_object(&mut document, "", &mut remarks);
            let mut expected = schema;
            if is_assumed {
                expected["type"] = Value::from("object");
            }
            assert_eq!(document, expected);
            assert_eq!(remarks.notes.len(), usize::from(is_assumed), "{expected}");
        }
    }
}
