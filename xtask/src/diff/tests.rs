//! What is breaking, what is compatible, and what is no change.

use runcomfy_codegen::{Model, Source};
use serde_json::{Value, json};

use super::{ModelChange, between};

fn model(input: &Value, output: &Value) -> Model {
    let source =
        |file: &str, schema: &Value| Source { file: file.to_owned(), text: schema.to_string() };
    Model {
        id: "acme/paint".to_owned(),
        input: source("input.json", input),
        output: Some(source("output.json", output)),
        names: None,
    }
}

/// An object with the property `p` beside one that stays.
fn with(property: impl Into<Value>) -> Value {
    let property = property.into();
    json!({"type": "object", "required": ["stays"], "properties": {"stays": {"type": "string"}, "p": property}})
}

fn between_inputs(old: &Value, new: &Value) -> Vec<ModelChange> {
    let output = json!({"type": "object"});
    between(&[model(old, &output)], &[model(new, &output)]).expect("good schemas")
}

fn between_outputs(old: &Value, new: &Value) -> Vec<ModelChange> {
    let input = json!({"type": "object"});
    between(&[model(&input, old)], &[model(&input, new)]).expect("good schemas")
}

/// `p breaking/compatible`: the field, and what it is on the wire and with the Rust items.
fn told(changes: &[ModelChange]) -> Vec<String> {
    let changes = changes.iter().flat_map(|model| &model.changes);
    changes
        .map(|change| {
            let verdicts = format!("{:?}/{:?}", change.wire, change.verdict).to_lowercase();
            format!("{} {verdicts}", change.place)
        })
        .collect()
}

#[test]
fn another_spelling_of_the_same_is_no_change() {
    let long = json!({"type": "string", "enum": ["a", "b"]});
    for (old, new) in [
        (with(long.clone()), with(json!({"enum": ["b", "a"], "type": "string"}))),
        (
            with(long.clone()),
            with(
                json!({"type": "string", "enum": ["a", "b"], "title": "P", "description": "Prose.", "examples": ["a"]}),
            ),
        ),
        (
            with(json!({"type": "string", "nullable": true})),
            with(json!({"anyOf": [{"type": "string"}, {"type": "null"}]})),
        ),
        (
            with(json!({"type": ["null", "string"]})),
            with(json!({"anyOf": [{"type": "null"}, {"type": "string"}]})),
        ),
        (
            with(json!({"type": "integer", "exclusiveMinimum": 0})),
            with(json!({"type": "integer", "minimum": 1})),
        ),
        (with(json!({"type": "float"})), with(json!({"type": "number"}))),
        (
            with(json!({"type": "number", "maximum": 1})),
            with(json!({"type": "number", "maximum": 1.0})),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}),
            json!({"properties": {"b": {"type": "integer"}, "a": {"type": "string"}}, "type": "object"}),
        ),
        (
            json!({"type": "object", "properties": {"p": {"$ref": "#/$defs/P"}}, "$defs": {"P": {"type": "object", "properties": {"x": {"type": "number"}}}}}),
            json!({"type": "object", "properties": {"p": {"allOf": [{"$ref": "#/definitions/P"}]}}, "definitions": {"P": {"type": "object", "properties": {"x": {"type": "number"}}}}}),
        ),
        (with(json!({"type": "string"})), json!({"input": with(json!({"type": "string"}))})),
    ] {
        assert_eq!(told(&between_inputs(&old, &new)), [""; 0], "{old}\n{new}");
    }
}

#[test]
fn what_callers_send_breaks_when_something_is_refused_that_was_not() {
    for (old, new, expected) in [
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": "string", "enum": ["a", "b"]}),
            "p compatible/compatible",
        ),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!({"type": "string", "enum": ["a"]}),
            "p breaking/breaking",
        ),
        (
            json!({"type": "integer", "maximum": 4}),
            json!({"type": "integer", "maximum": 2}),
            "p breaking/breaking",
        ),
        (
            json!({"type": "integer", "maximum": 4}),
            json!({"type": "integer", "maximum": 8}),
            "p compatible/compatible",
        ),
        (
            json!({"type": "integer"}),
            json!({"type": "integer", "multipleOf": 8}),
            "p breaking/breaking",
        ),
        (
            json!({"type": "string", "maxLength": 2000}),
            json!({"type": "string", "maxLength": 500}),
            "p breaking/breaking",
        ),
        (
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 4}),
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 3}),
            "p breaking/breaking",
        ),
        (
            json!({"type": "array", "items": {"type": "integer", "minimum": 0}}),
            json!({"type": "array", "items": {"type": "integer", "minimum": 1}}),
            "p[] breaking/breaking",
        ),
        (
            json!({"type": "object", "properties": {"x": {"type": "integer"}}}),
            json!({"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}),
            "p.x breaking/breaking",
        ),
        // The new value comes first and would be called as the old one is: codegen holds the name.
        (
            json!({"type": "string", "enum": ["Ann"]}),
            json!({"type": "string", "enum": ["ann", "Ann"]}),
            "p compatible/compatible",
        ),
        // Whoever compiles is told even where the wire takes more.
        (json!({"type": "integer"}), json!({"type": "number"}), "p compatible/breaking"),
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": "string"}),
            "p compatible/breaking",
        ),
        (json!({"type": "string"}), json!({"type": ["string", "null"]}), "p compatible/breaking"),
        (
            json!({"type": "string", "default": "a"}),
            json!({"type": "string", "default": "b"}),
            "p compatible/compatible",
        ),
    ] {
        let changes = between_inputs(&with(old.clone()), &with(new.clone()));
        assert_eq!(told(&changes), [expected], "{old}\n{new}");
        let change = &changes[0].changes[0];
        if expected.contains(" breaking/") {
            let instance = change.witness.as_ref().and_then(|witness| witness.instance.clone());
            let instance = instance.unwrap_or_else(|| panic!("{:?}", change.witness));
            assert!(jsonschema::is_valid(&with(old.clone()), &instance), "{instance}: {old}");
            assert!(!jsonschema::is_valid(&with(new.clone()), &instance), "{instance}: {new}");
        }
    }
}

#[test]
fn fields_come_and_go() {
    let none = json!({"type": "object", "required": ["stays"], "properties": {"stays": {"type": "string"}}});
    let optional = with(json!({"type": "integer"}));
    let mut required = optional.clone();
    required["required"] = json!(["stays", "p"]);
    for (old, new, expected) in [
        (&none, &optional, "p compatible/compatible"),
        (&none, &required, "p breaking/breaking"),
        (&optional, &none, "p breaking/breaking"),
        (&optional, &required, "p breaking/breaking"),
        (&required, &optional, "p compatible/breaking"),
        (&required, &none, "p breaking/breaking"),
    ] {
        assert_eq!(told(&between_inputs(old, new)), [expected], "{old}\n{new}");
    }
    let map = |kind: &str, known: Value| json!({"type": "object", "properties": known, "additionalProperties": {"type": kind}});
    let known = json!({"q": {}, "p": {"type": "number"}});
    let told_of = |old: &Value, new: &Value| told(&between_inputs(old, new));
    let (numbers, strings) = (map("number", json!({"q": {}})), map("string", json!({"q": {}})));
    let with_p = |kind| map(kind, known.clone());
    assert!(told_of(&strings, &with_p("string")).contains(&"p breaking/breaking".to_owned()));
    assert!(told_of(&numbers, &with_p("number")).contains(&"p compatible/compatible".to_owned()));
    let silent = json!({"type": "object", "required": ["words"], "properties": {"words": {"type": "string"}}});
    let changes = between_inputs(&none, &silent);
    let items = changes[0].changes.iter().flat_map(|change| &change.items);
    let new: Vec<_> = items.filter(|item| item.item == "Input::new").collect();
    assert!(new[0].what.ends_with("is `(required: Required)` now"), "{new:?}");
}

#[test]
fn what_callers_receive_breaks_when_the_old_types_cannot_read_it() {
    for (old, new, expected) in [
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": "string", "enum": ["a", "b"]}),
            "p compatible/compatible",
        ),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!({"type": "string", "enum": ["a"]}),
            "p compatible/breaking",
        ),
        (
            json!({"type": "integer", "maximum": 4}),
            json!({"type": "integer", "maximum": 8}),
            "p compatible/compatible",
        ),
        (json!({"type": "integer"}), json!({"type": "string"}), "p breaking/breaking"),
    ] {
        assert_eq!(
            told(&between_outputs(&with(old.clone()), &with(new.clone()))),
            [expected],
            "{old}\n{new}"
        );
    }
    let none = json!({"type": "object", "properties": {"q": {"type": "string"}}});
    let some =
        json!({"type": "object", "properties": {"q": {"type": "string"}, "p": {"type": "string"}}});
    let mut needed = some.clone();
    needed["required"] = json!(["p"]);
    assert_eq!(told(&between_outputs(&none, &some)), ["p compatible/compatible"]);
    assert_eq!(told(&between_outputs(&some, &none)), ["p breaking/breaking"]);
    assert_eq!(told(&between_outputs(&needed, &some)), ["p breaking/breaking"]);
    assert_eq!(told(&between_outputs(&some, &needed)), ["p compatible/breaking"]);
}

#[test]
fn unions_are_judged_by_their_shapes() {
    let size = |more: Value| {
        let mut size = json!({"type": "object", "properties": {"width": {"type": "integer"}}});
        if let (Value::Object(all), Value::Object(more)) = (&mut size["properties"], more) {
            all.extend(more);
        }
        size
    };
    let union = |values: Value, size: Value| json!({"type": "object", "properties": {"p": {"anyOf": [{"enum": values}, {"$ref": "#/$defs/Size"}]}}, "$defs": {"Size": size}});
    let old = union(json!(["a", "b", "c"]), size(json!({})));
    for (new, expected, reason) in [
        (union(json!(["c", "b", "a"]), size(json!({}))), "", ""),
        (
            union(json!(["a", "b", "c", "d"]), size(json!({}))),
            "p compatible/compatible",
            "as one of a few values: `d` is new",
        ),
        (
            union(json!(["a", "b"]), size(json!({}))),
            "p breaking/breaking",
            "as one of a few values: `c` is gone",
        ),
        (
            union(json!(["a", "b", "c"]), size(json!({"height": {"type": "integer"}}))),
            "p compatible/compatible",
            "as `Size`: `height` is new",
        ),
        (
            union(
                json!(["a", "b", "c"]),
                size(json!({"width": {"type": "integer", "maximum": 9}})),
            ),
            "p breaking/breaking",
            "as `Size`: `width`: has maximum `9` now",
        ),
    ] {
        let changes = between_inputs(&old, &new);
        assert_eq!(told(&changes).join(" "), expected, "{new}");
        if let Some(change) = changes.first().and_then(|model| model.changes.first()) {
            assert_eq!(change.reasons, [reason]);
        }
    }
}

#[test]
fn the_limits_of_files_are_judged_too() {
    let file = |limit: Value| {
        with(
            json!({"type": "string", "format": "image_uri", "validations": [{"validation_rule": "file_size_mb<", "validation_value": limit}]}),
        )
    };
    assert_eq!(told(&between_inputs(&file(json!(30)), &file(json!(10)))), ["p breaking/breaking"]);
    assert_eq!(
        told(&between_inputs(&file(json!(10)), &file(json!(30)))),
        ["p compatible/compatible"]
    );
}

#[test]
fn models_come_and_go() {
    let one = model(&json!({"type": "object"}), &json!({"type": "object"}));
    let verdict = |old: &[Model], new: &[Model]| {
        let changes = between(old, new).expect("good schemas");
        changes
            .iter()
            .map(|change| format!("{:?} {:?}", change.state, change.verdict()))
            .collect::<Vec<_>>()
    };
    assert_eq!(verdict(&[], std::slice::from_ref(&one)), ["New Compatible"]);
    assert_eq!(verdict(std::slice::from_ref(&one), &[]), ["Gone Breaking"]);
    assert!(verdict(std::slice::from_ref(&one), std::slice::from_ref(&one)).is_empty());
}

#[test]
fn texts_of_a_schema_are_not_taken_for_code() {
    let old = with(json!({"const": "model!(\"Output\")"}));
    let new = with(json!({"const": "model!(\"Output\", Output)"}));
    let changes = between_inputs(&old, &new);
    assert!(changes.iter().flat_map(|model| &model.changes).all(|change| change.field.is_some()));
    assert_eq!(told(&changes), ["p breaking/breaking"]);
}
