//! What is no schema of a model, and keywords of a wrong form: each is refused with its place.

use runcomfy_codegen::{Model, Role, Source, catalog, emit};
use serde_json::{Value, json};

/// What a model with this input is refused for; nothing if it is generated.
fn faults(input: &str) -> Vec<String> {
    let input = Source { file: "in.json".to_owned(), text: input.to_owned() };
    let model = Model { id: "acme/paint".to_owned(), input, output: None, names: None };
    let faults = catalog(&[model]).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

fn notes(input: &Value) -> Vec<String> {
    let input = Source { file: "in.json".to_owned(), text: input.to_string() };
    let model = Model { id: "acme/paint".to_owned(), input, output: None, names: None };
    let catalog = catalog(&[model]).unwrap_or_else(|faults| panic!("{}", faults[0]));
    catalog.notes.iter().map(ToString::to_string).collect()
}

/// A document, what it is called, and what is said of the way out.
type Case = (Value, &'static str, &'static str);

fn schema() -> Value {
    json!({"type": "object", "properties": {"prompt": {"type": "string"}}})
}

/// Descriptions of interfaces and of tools.
fn interfaces() -> Vec<Case> {
    let schema = schema();
    let tool = json!({"name": "paint", "description": "Paints.", "inputSchema": schema});
    vec![
        (
            json!({"openapi": "3.1.0", "info": {}, "paths": {}}),
            "a whole OpenAPI document",
            "--openapi FILE",
        ),
        (
            json!({"swagger": "2.0", "info": {}, "definitions": {"A": schema}}),
            "a whole OpenAPI document",
            "--openapi FILE",
        ),
        (
            json!({"openapi": 3.1, "components": {"schemas": {"Input": schema}}}),
            "a whole OpenAPI document",
            "--openapi FILE",
        ),
        (json!({"paths": {"/paint": {"post": {}}}}), "a whole OpenAPI document", "--openapi FILE"),
        (json!({"asyncapi": "3.0.0", "channels": {}}), "an AsyncAPI document", "payload"),
        (
            json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [tool]}}),
            "Model Context Protocol",
            "`inputSchema`",
        ),
        (json!({"tools": [tool]}), "Model Context Protocol", "`inputSchema`"),
        (json!([tool]), "Model Context Protocol", "expected an object"),
        (
            json!({"jsonrpc": "2.0", "error": {"code": -32601, "message": "no"}}),
            "JSON-RPC",
            "JSON Schema",
        ),
        (
            json!({"type": "function", "function": {"name": "paint", "parameters": schema}}),
            "function calling",
            "`function.parameters`",
        ),
        (
            json!({"type": "function", "name": "paint", "parameters": schema}),
            "function calling",
            "`parameters`",
        ),
        (
            json!({"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}),
            "structured outputs",
            "`json_schema.schema`",
        ),
    ]
}

/// Files of other programs.
fn files() -> Vec<Case> {
    vec![
        (json!({"info": {"_postman_id": "1"}, "item": []}), "a Postman collection", "JSON Schema"),
        (
            json!({"info": {"name": "a", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": []}),
            "a Postman collection",
            "JSON Schema",
        ),
        (json!({"log": {"version": "1.2", "entries": []}}), "a HAR recording", "JSON Schema"),
        (json!({"data": {"__schema": {"types": []}}}), "GraphQL introspection", "JSON Schema"),
        (
            json!({"name": "app", "version": "1.0.0", "dependencies": {"left-pad": "^1"}}),
            "JavaScript package",
            "JSON Schema",
        ),
        (json!({"compilerOptions": {"strict": true}}), "JavaScript package", "JSON Schema"),
        (
            json!({"last_node_id": 9, "nodes": [], "links": [], "version": 0.4}),
            "ComfyUI workflow",
            "JSON Schema",
        ),
        (
            json!({"3": {"class_type": "KSampler", "inputs": {}}, "4": {"class_type": "A", "inputs": {}}}),
            "ComfyUI workflow",
            "JSON Schema",
        ),
        (json!({"named_endpoints": {"/predict": {}}}), "a Gradio app", "JSON Schema"),
        (json!({"nbformat": 4, "cells": []}), "Jupyter notebook", "JSON Schema"),
        (json!({"apiVersion": "v1", "kind": "Pod", "metadata": {}}), "Kubernetes", "JSON Schema"),
        (json!({"type": "record", "name": "A", "fields": []}), "an Avro schema", "JSON Schema"),
        (
            json!({"request_id": "a-1", "status": "completed", "output": {"image": "https://a/b.png"}}),
            "an answer of the queue",
            "JSON Schema",
        ),
    ]
}

/// What services answer when something is wrong.
fn errors() -> Vec<Case> {
    vec![
        (json!({"error": "not found"}), "the body of an error", "again"),
        (
            json!({"error": {"code": 401, "message": "no key", "type": "invalid"}}),
            "the body of an error",
            "again",
        ),
        (json!({"code": 400_004, "error": "UserAccountError"}), "the body of an error", "again"),
        (
            json!({"error": [{"errorCode": 1, "error": "x", "debugInfo": ""}]}),
            "the body of an error",
            "again",
        ),
        (json!({"detail": "Not Found"}), "the body of an error", "again"),
        (
            json!({"detail": [{"loc": ["body"], "msg": "field required", "type": "missing"}]}),
            "the body of an error",
            "again",
        ),
        (json!({"message": "Forbidden"}), "the body of an error", "again"),
        (json!({"success": false, "msg": "gone"}), "the body of an error", "again"),
        (
            json!({"type": "https://example.com/gone", "title": "Gone", "status": 410, "detail": "It was moved."}),
            "the body of an error",
            "again",
        ),
        (
            json!({"errors": [{"message": "no field"}], "data": null}),
            "the body of an error",
            "again",
        ),
    ]
}

/// Samples, and parts of schemas.
fn parts() -> Vec<Case> {
    let schema = schema();
    vec![
        (
            json!({"prompt": "a cat", "num_images": 2}),
            "a sample of an input",
            "`prompt`, `num_images`",
        ),
        (json!({"input": {"prompt": "a cat"}}), "#/input: has `prompt` where", "`prompt`"),
        (json!({"prompt": "a cat", "detail": "high"}), "a sample of an input", "`prompt`"),
        (
            json!({"prompt": "a cat", "format": "png", "pattern": "dots", "items": 3, "title": "x"}),
            "a sample of an input",
            "`prompt`",
        ),
        (json!({"type": "text", "prompt": "a cat"}), "a sample of an input", "`type`, `prompt`"),
        (
            json!({"type": "Feature", "properties": {"name": "x"}, "geometry": {"type": "Point"}}),
            "a sample of an input",
            "`geometry`",
        ),
        (json!({"image": "https://example.com/a.png"}), "a sample of an input", "`image`"),
        (
            json!({"prompt": {"type": "string"}, "seed": {"type": "integer"}}),
            "the members of `properties`",
            "around them",
        ),
        (json!({"schema": schema}), "`/schema` is a schema", "alone"),
        (
            json!({"models": [{"model_id": "a/b", "input_schema": schema}], "total": 1}),
            "`/models/0/input_schema` is a schema",
            "alone",
        ),
        (json!({"data": {"schema": schema}}), "`/data/schema` is a schema", "alone"),
        (
            json!({"$defs": {"In": schema, "Out": schema}}),
            "nothing but definitions",
            "`\"$ref\": \"#/$defs/In\"`",
        ),
        (
            json!({"title": "Types", "definitions": {"a/b": schema}}),
            "nothing but definitions",
            "`\"$ref\": \"#/definitions/a~1b\"`",
        ),
        (
            json!({"components": {"schemas": {"In": schema}}}),
            "nothing but definitions",
            "#/components/schemas/In",
        ),
        (json!([1, 2]), "a JSON array", "expected an object"),
        (json!([schema]), "a JSON array with a schema in it", "alone"),
        (json!([{"name": "prompt", "type": "string"}]), "lists parameters", "expected an object"),
        (json!("a"), "a JSON string", "expected an object"),
        (json!(schema.to_string()), "a string with JSON in it", "without the quotes"),
        (json!(5), "a JSON number", "expected an object"),
        (json!(null), "`null`", "expected an object"),
    ]
}

#[test]
fn what_people_paste_is_called_by_its_name() {
    for (document, what, cure) in [interfaces(), files(), errors(), parts()].concat() {
        let faults = faults(&document.to_string());
        let [fault] = faults.as_slice() else { panic!("{document}: {faults:?}") };
        assert!(fault.starts_with("in.json#") && !fault.contains('\n'), "{fault}");
        assert!(fault.contains(what) && fault.contains(cure), "{document}\n{fault}");
    }
}

#[test]
fn schemas_in_every_published_form_are_none_of_that() {
    for schema in [
        json!({"type": "object"}),
        json!({"type": "string"}),
        json!({"type": "object", "error": "shown by the form", "message": "x"}),
        json!({"properties": {"error": {"type": "string"}, "detail": {"type": "string"}}}),
        json!({"title": "Paint", "ui": "x", "properties": {"a": {}}}),
        json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "object"}}, "order": 5}),
        json!({"oneOf": [{"type": "object"}], "version": "1"}),
        json!({"enum": ["a", "b"], "labels": ["A", "B"]}),
        json!({"name": "paint", "version": "1", "input_schema": {"type": "object"}}),
        json!({"name": "paint", "inputSchema": {"type": "object"}}),
        json!({"model_id": "a/b", "status": "active", "message": "x", "input_schema": {"type": "object"}}),
        json!({"input": {"type": "object"}, "components": {"schemas": {"A": {"type": "object"}}}}),
        json!({"type": "object", "$defs": {"A": {"type": "object"}}}),
        json!({"maxLength": 5}),
        json!({}),
        json!(true),
    ] {
        assert_eq!(faults(&schema.to_string()), Vec::<String>::new(), "{schema}");
    }
    for silent in [json!({}), json!({"title": "Paint"})] {
        let notes = notes(&silent);
        assert!(notes.iter().any(|note| note.ends_with("it allows everything")), "{notes:?}");
    }
}

#[test]
fn only_what_can_be_nothing_else_is_refused_where_the_standard_alone_counts() {
    let emitted = |document: Value| emit("a.json", &document.to_string(), "Root", Role::Input);
    assert!(emitted(json!({"prompt": "a cat"})).is_ok());
    assert!(emitted(json!({"$defs": {"A": {}}})).is_ok());
    assert!(emitted(json!({"openapi": "3.0.0", "paths": {}, "type": "object"})).is_ok());
    let faults = emitted(json!({"openapi": "3.0.0", "paths": {}})).unwrap_err();
    assert!(faults[0].to_string().contains("a whole OpenAPI document"), "{}", faults[0]);
}

/// For each keyword values of a wrong form, and the places at which they are told.
fn wrong_forms() -> Vec<(&'static str, Vec<Value>, &'static str)> {
    let mut table = Vec::new();
    let no_schema = || vec![json!(3), json!("true"), json!([1])];
    for key in [
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ] {
        table.push((key, no_schema(), ""));
    }
    table.push(("items", vec![json!(3), json!("string")], ""));
    table.push(("items", vec![json!([3]), json!(["string"])], "/0"));
    for key in ["allOf", "anyOf", "oneOf", "prefixItems"] {
        table.push((key, vec![json!(3), json!({}), json!([]), json!("a"), json!(true)], ""));
        table.push((key, vec![json!([3]), json!(["a"]), json!([[]])], "/0"));
    }
    for key in ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"] {
        table.push((key, vec![json!([]), json!("a"), json!(5), json!(true)], ""));
        table.push((
            key,
            vec![json!({"a/b": 5}), json!({"a/b": "string"}), json!({"a/b": ["x"]})],
            "/a~1b",
        ));
    }
    table.push(("dependencies", vec![json!([]), json!("a")], ""));
    table.push(("dependencies", vec![json!({"a": 5})], "/a"));
    table.push(("dependencies", vec![json!({"a": [5]})], "/a/0"));
    table.push(("dependentRequired", vec![json!([]), json!("a")], ""));
    table.push(("dependentRequired", vec![json!({"a": "b"}), json!({"a": {}})], "/a"));
    table.push(("dependentRequired", vec![json!({"a": ["b", 5]})], "/a/1"));
    table.push(("required", vec![json!("a"), json!(5), json!({})], ""));
    table.push(("required", vec![json!(["a", 5])], "/1"));
    table.push(("enum", vec![json!({}), json!("a"), json!(5)], ""));
    table.push(("type", vec![json!(7), json!({}), json!([]), json!(true)], ""));
    table.push(("type", vec![json!(["string", 7])], "/1"));
    for key in ["minimum", "maximum"] {
        table.push((key, vec![json!("one"), json!([1]), json!(true), json!({})], ""));
    }
    for key in ["exclusiveMinimum", "exclusiveMaximum"] {
        table.push((key, vec![json!("one"), json!([1])], ""));
    }
    for key in ["multipleOf", "divisibleBy"] {
        table.push((key, vec![json!(0), json!(-2), json!("x"), json!(true)], ""));
    }
    for key in [
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minContains",
        "maxContains",
    ] {
        table.push((key, vec![json!(-1), json!(1.5), json!("many"), json!(true), json!([])], ""));
    }
    table.push(("uniqueItems", vec![json!("true"), json!(1)], ""));
    for key in [
        "$ref",
        "$dynamicRef",
        "$recursiveRef",
        "$id",
        "$anchor",
        "$dynamicAnchor",
        "$schema",
        "$comment",
        "pattern",
        "format",
        "title",
        "description",
        "contentEncoding",
        "contentMediaType",
    ] {
        table.push((key, vec![json!(5), json!(["a"]), json!({}), json!(true)], ""));
    }
    for key in ["readOnly", "writeOnly", "nullable", "$recursiveAnchor"] {
        table.push((key, vec![json!("yes"), json!(1), json!({})], ""));
    }
    table
}

#[test]
fn keywords_of_a_wrong_form_are_faults_with_their_places() {
    for (key, values, below) in wrong_forms() {
        for value in values {
            // At the root, in a property, and in a definition that nothing refers to.
            for (at, schema) in [
                ("", json!({"type": "object", key: value})),
                ("/properties/n", json!({"properties": {"n": {"x-order": 1, key: value}}})),
                ("/$defs/N", json!({"type": "object", "$defs": {"N": {key: value}}})),
            ] {
                if schema.get(key).is_none() && at.is_empty() || at == "/$defs/N" && key == "$defs"
                {
                    continue;
                }
                let schema =
                    if at.is_empty() && key == "type" { json!({key: value}) } else { schema };
                let faults = faults(&schema.to_string());
                let start = format!("in.json#{at}/{key}{below}: is ");
                let [fault] = faults.as_slice() else { panic!("{schema}: {faults:?}") };
                assert!(fault.starts_with(&start), "{schema}\n{fault}");
                assert!(fault.contains("; expected "), "{fault}");
                // Where the standard alone counts it is a note, and nothing else comes of it.
                let module = emit("in.json", &schema.to_string(), "Root", Role::Input);
                let module = module.unwrap_or_else(|faults| panic!("{schema}: {}", faults[0]));
                let is_told = |note: &runcomfy_codegen::Note| note.to_string().starts_with(&start);
                assert!(module.notes.iter().any(is_told), "{schema}: {:?}", module.notes);
            }
        }
    }
}

#[test]
fn all_wrong_keywords_are_told_at_once() {
    let schema = json!({
        "type": "object",
        "required": "a",
        "properties": {"a": {"$ref": 5, "minLength": -1, "items": [3, {"enum": {}}]}},
    });
    let faults = faults(&schema.to_string());
    let places: Vec<_> = faults.iter().filter_map(|fault| fault.split(": ").next()).collect();
    assert_eq!(
        places,
        [
            "in.json#/properties/a/$ref",
            "in.json#/properties/a/items/0",
            "in.json#/properties/a/items/1/enum",
            "in.json#/properties/a/minLength",
            "in.json#/required",
        ]
    );
}

#[test]
fn loose_forms_are_read_with_a_note() {
    for (schema, note) in [
        (
            json!({"properties": {"a": {"minimum": "1", "maximum": "2.5"}}}),
            "is read as the number 1",
        ),
        (
            json!({"properties": {"a": {"type": "integer", "minimum": null}}}),
            "is null; it is read as absent",
        ),
        (
            json!({"type": "object", "required": null, "properties": {"a": {"enum": null}}}),
            "is null; it is read as absent",
        ),
        (
            json!({"properties": {"a": {"required": true}}}),
            "is read as part of the object's `required`",
        ),
        (json!({"required": true, "properties": {"a": {}}}), "belongs to no property"),
        (json!({"properties": {"a": {"multipleOf": "0.5"}}}), "is read as the number 0.5"),
        (json!({"properties": {"a": {"type": "str"}}}), "`str` is read as `string`"),
        (json!({"properties": {"a": {"pattern": "(?i)abc"}}}), "any string is accepted"),
    ] {
        let notes = notes(&schema);
        assert!(notes.iter().any(|told| told.contains(note)), "{schema}: {notes:?}");
    }
    let quiet = json!({"type": "object", "title": null, "description": null, "properties": {"a": {"minLength": 2.0, "default": null}}});
    assert_eq!(notes(&quiet), Vec::<String>::new());
}

#[test]
fn a_key_that_an_object_has_twice_is_a_fault() {
    let text =
        r#"{"type": "object", "properties": {"a": {"type": "string"}, "a": {"type": "integer"}}}"#;
    assert_eq!(faults(text), ["in.json#/properties/a: stands there twice; delete one of the two"]);
    let module = emit("in.json", text, "Root", Role::Input).unwrap();
    let note = module.notes.first().map(ToString::to_string);
    let expected = "in.json#/properties/a: stands there twice; only the last one counts";
    assert_eq!(note.as_deref(), Some(expected));
}

#[test]
fn drafts_that_are_too_old_are_refused_in_words() {
    let schema = json!({"$schema": "http://json-schema.org/draft-02/schema#", "type": "object"});
    let faults = faults(&schema.to_string());
    assert_eq!(
        faults,
        [
            "in.json#/$schema: is draft 2, which is not read: expected draft 3, 4, 6, 7, 2019-09 or 2020-12"
        ]
    );
}
