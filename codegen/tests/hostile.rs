//! Schemas that are deep, wide or turn in circles: each is generated or refused with its place,
//! soon and on the stack that a program has.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use runcomfy_codegen::{Fault, Module, Role, emit};
use serde_json::{Map, Value, json};

/// How long one schema may take; what is not optimized is slower.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 100 } else { 10 });

/// What the main thread of a program has on most systems.
const STACK: usize = 8 << 20;

fn generated(text: String) -> Result<Module, Vec<Fault>> {
    let (done, result) = mpsc::channel();
    let emitting = thread::Builder::new().stack_size(STACK).spawn(move || {
        let _ = done.send(emit("hostile.json", &text, "Root", Role::Input));
    });
    let emitting = emitting.unwrap();
    match result.recv_timeout(PATIENCE) {
        Ok(module) => module,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("takes longer than {PATIENCE:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(emitting.join().unwrap_err())
        }
    }
}

fn generates(schema: &Value) -> Module {
    generated(schema.to_string()).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

/// The only fault of what cannot be generated.
fn fault(text: String) -> String {
    let faults = generated(text).expect_err("it is generated");
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].to_string()
}

/// `count` definitions, each made of a reference to the next one.
fn chain(count: usize, link: impl Fn(Value) -> Value) -> Value {
    let link = |index| link(json!({ "$ref": format!("#/$defs/D{}", index + 1) }));
    let mut definitions: Map<_, _> =
        (0..count).map(|index| (format!("D{index}"), link(index))).collect();
    definitions.insert(format!("D{count}"), json!({ "type": "string" }));
    json!({ "$ref": "#/$defs/D0", "$defs": definitions })
}

/// A schema in a schema in a schema.
fn nested(depth: usize, open: &str, close: &str) -> String {
    format!("{}{}{}", open.repeat(depth), r#"{"type": "string"}"#, close.repeat(depth))
}

const NESTINGS: &[(&str, &str)] = &[
    (r#"{"type": "object", "properties": {"a": "#, "}}"),
    (r#"{"type": "object", "additionalProperties": "#, "}"),
    (r#"{"type": "array", "items": "#, "}"),
    (r#"{"prefixItems": ["#, "]}"),
    (r#"{"not": "#, "}"),
    (r#"{"allOf": ["#, "]}"),
    (r#"{"anyOf": [{"type": "integer"}, "#, "]}"),
    (r#"{"if": "#, r#", "then": {"minimum": 1}}"#),
    (r#"{"unevaluatedProperties": false, "dependentSchemas": {"a": "#, "}}"),
];

#[test]
fn what_is_nested_as_deep_as_json_may_be_is_generated() {
    for (open, close) in NESTINGS {
        let levels = open.matches(['{', '[']).count() - open.matches(['}', ']']).count();
        let _ = generated(nested(120 / levels, open, close)).unwrap();
    }
}

#[test]
fn what_is_nested_deeper_is_refused_with_its_line() {
    for (open, close) in NESTINGS {
        let message = fault(nested(10_000, open, close));
        assert!(message.contains("recursion limit exceeded at line 1"), "{message}");
    }
}

#[test]
fn long_chains_of_references_end() {
    for link in [
        |next: Value| next,
        |next: Value| json!({ "type": "object", "properties": { "a": next } }),
        |next: Value| json!({ "type": "array", "items": next }),
        |next: Value| json!({ "anyOf": [{ "type": "array", "items": next }, { "type": "null" }] }),
    ] {
        let _ = generates(&chain(10_000, link));
    }
}

#[test]
fn long_chains_that_stay_at_one_value_are_refused() {
    for link in [
        |next: Value| json!({ "not": next }),
        |next: Value| json!({ "allOf": [next, { "minLength": 1 }] }),
        |next: Value| json!({ "anyOf": [next, { "type": "integer" }] }),
        |next: Value| json!({ "$ref": next["$ref"], "maxLength": 9 }),
        |next: Value| json!({ "$ref": next["$ref"], "unevaluatedProperties": false }),
        |next: Value| json!({ "if": next }),
        |next: Value| json!({ "dependentSchemas": { "a": next } }),
    ] {
        let message = fault(chain(10_000, link).to_string());
        assert!(message.contains("#/$defs/D"), "{message}");
        assert!(message.contains("one value"), "{message}");
    }
}

#[test]
fn circles_that_stay_at_one_value_are_refused() {
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "allOf": [{ "$ref": "#" }] }),
        json!({ "anyOf": [{ "$ref": "#" }, { "type": "integer" }] }),
        json!({ "oneOf": [{ "$ref": "#" }, { "type": "integer" }], "minimum": 2 }),
        json!({ "not": { "$ref": "#" } }),
        json!({ "type": "object", "dependentSchemas": { "a": { "$ref": "#" } } }),
        json!({ "type": "object", "properties": { "b": true }, "if": true, "then": { "$ref": "#" } }),
        json!({ "type": ["string", "null"], "not": { "not": { "$ref": "#" } } }),
    ] {
        let message = fault(schema.to_string());
        assert!(message.contains("leads back to itself"), "{schema}: {message}");
    }
    let around = json!({
        "properties": { "a": { "$ref": "#/$defs/A" } },
        "$defs": { "A": { "$ref": "#/$defs/B" }, "B": { "allOf": [{ "$ref": "#/$defs/A" }] } },
    });
    let message = fault(around.to_string());
    assert!(message.contains("#/$defs/"), "{message}");
}

#[test]
fn circles_that_go_into_the_value_are_types() {
    for schema in [
        json!({ "properties": { "a": { "$ref": "#" } }, "unevaluatedProperties": false }),
        json!({ "type": "array", "items": { "$ref": "#" } }),
        json!({ "anyOf": [{ "type": "array", "items": { "$ref": "#" } }, { "type": "integer" }] }),
        json!({ "type": "object", "additionalProperties": { "not": { "$ref": "#" } } }),
    ] {
        let _ = generates(&schema);
    }
}

#[test]
fn fifty_thousand_properties_are_generated() {
    let kinds = ["string", "integer", "boolean", "number", "null"];
    let properties: Map<_, _> = (0..50_000)
        .map(|index| (format!("p{index}"), json!({ "type": kinds[index % kinds.len()] })))
        .collect();
    let names: Vec<_> = properties.keys().cloned().collect();
    let schema = json!({ "type": "object", "properties": properties, "required": names });
    let module = generates(&schema);
    assert!(module.text.contains("p49999: ()"));
}

#[test]
fn fifty_thousand_values_are_generated() {
    let values: Vec<_> = (0..50_000).map(|index| format!("v{index}")).collect();
    let module = generates(&json!({ "enum": values }));
    assert!(module.text.contains("V49999 = \"v49999\","));
    let lists: Vec<_> = (0..50_000).map(|index| json!([index])).collect();
    let _ = generates(&json!({ "enum": lists }));
    let constants: Vec<_> = (0..10_000).map(|index| json!({ "const": index })).collect();
    let _ = generates(&json!({ "oneOf": constants }));
}

#[test]
fn many_alternatives_and_many_parts_are_generated() {
    let parts: Vec<_> = (0..2_000)
        .map(|index| {
            let name = format!("k{index}");
            json!({ "type": "object", "properties": { &name: { "type": "string" } }, "required": [name] })
        })
        .collect();
    let _ = generates(&json!({ "anyOf": parts }));
    let _ = generates(&json!({ "allOf": parts }));
}

#[test]
fn many_ways_to_one_schema_are_no_many_types() {
    let names = || (0..12).map(|index| format!("A{index}"));
    let beside = |name| json!({ "$ref": format!("#/$defs/{name}"), "maxProperties": 3 });
    let properties: Map<_, _> = names().map(|name| (name.clone(), beside(name))).collect();
    let all: Map<_, _> =
        names().map(|name| (name, json!({ "type": "object", "properties": properties }))).collect();
    let _ = generates(&json!({ "$ref": "#/$defs/A0", "$defs": all }));
    let doubled = |key: &str| {
        let link = |index| json!({ "$ref": format!("#/$defs/D{}", index + 1) });
        let mut all: Map<_, _> = (0..40)
            .map(|index| (format!("D{index}"), json!({ key: vec![link(index); 3] })))
            .collect();
        all.insert("D40".to_owned(), json!({ "type": "object" }));
        json!({ "$ref": "#/$defs/D0", "$defs": all })
    };
    for key in ["allOf", "anyOf", "oneOf", "prefixItems"] {
        let _ = generates(&doubled(key));
    }
}

#[test]
fn ten_thousand_references_to_nothing_are_told() {
    let definitions: Map<_, _> = (0..10_000)
        .map(|index| (format!("D{index}"), json!({ "$ref": format!("#/$defs/N{index}") })))
        .collect();
    let properties = definitions.clone();
    let schema = json!({ "type": "object", "properties": properties, "$defs": definitions });
    let faults = generated(schema.to_string()).expect_err("nothing is there");
    assert_eq!(faults.len(), 10_000);
    assert!(faults[0].to_string().contains("/properties/D0/$ref"), "{}", faults[0]);
}
