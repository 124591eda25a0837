//! OpenAPI documents, taken apart into the schemas of their operations.

use runcomfy_codegen::{Model, Operation, Source, catalog, operations};
use serde_json::{Value, json};

fn taken(document: &Value) -> Vec<Operation> {
    operations("api.json", &document.to_string()).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

/// The only operation of a document: its input, and its output.
fn one(document: &Value) -> (Value, Option<Value>) {
    let operations = taken(document);
    let [operation] = operations.as_slice() else { panic!("{operations:?}") };
    let read = |text: &String| serde_json::from_str(text).expect("it is JSON");
    (read(&operation.input), operation.output.as_ref().map(read))
}

/// A document with one call, which takes this schema and gives that.
fn document(input: &Value, output: &Value, components: &Value) -> Value {
    let content = |schema: &Value| json!({"application/json": {"schema": schema}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "a", "version": "1"},
        "paths": {"/paint": {"post": {
            "requestBody": {"content": content(input)},
            "responses": {"200": {"description": "", "content": content(output)}},
        }}},
        "components": components,
    })
}

#[test]
fn a_schema_takes_along_what_it_refers_to_and_nothing_else() {
    let components = json!({"schemas": {
        "Input": {"type": "object", "properties": {
            "size": {"$ref": "#/components/schemas/a~1b"},
            "again": {"$ref": "#/components/schemas/Input"},
            "$ref": {"type": "string"},
            "data": {"example": {"$ref": "#/nowhere"}, "default": {"$ref": "#/nowhere"}, "x-a": {"$ref": 1}},
            "one": {"oneOf": [{"$ref": "#/components/schemas/Leaf"}], "discriminator": {"propertyName": "k", "mapping": {"l": "#/components/schemas/Leaf"}}},
        }},
        "a/b": {"type": "object", "properties": {"leaf": {"$ref": "#/components/schemas/Leaf"}}},
        "Leaf": {"type": "string"},
        "Unused": {"$ref": "#/nowhere"},
    }});
    let input = json!({"$ref": "#/components/schemas/Input"});
    let (input, _) = one(&document(&input, &json!({"type": "object"}), &components));
    assert_eq!(input["properties"]["size"], json!({"$ref": "#/$defs/a~1b"}));
    assert_eq!(input["properties"]["again"], json!({"$ref": "#/$defs/Input"}));
    assert_eq!(input["properties"]["$ref"], json!({"type": "string"}));
    assert_eq!(input["properties"]["data"]["default"], json!({"$ref": "#/nowhere"}));
    assert_eq!(input["properties"]["one"]["discriminator"]["mapping"]["l"], "#/$defs/Leaf");
    let definitions: Vec<_> = input["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(definitions, ["Input", "Leaf", "a/b"]);
    assert_eq!(input["$defs"]["a/b"]["properties"]["leaf"], json!({"$ref": "#/$defs/Leaf"}));
}

#[test]
fn names_that_two_places_share_are_told_apart() {
    let components = json!({"schemas": {
        "A": {"properties": {"x": {"$ref": "#/components/schemas/B/properties/x"}, "y": {"$ref": "#/components/schemas/C/properties/x"}}},
        "B": {"properties": {"x": {"type": "string"}}},
        "C": {"properties": {"x": {"type": "integer"}}},
    }});
    let input = json!({"$ref": "#/components/schemas/A"});
    let (input, _) = one(&document(&input, &json!({}), &components));
    assert_eq!(input["$defs"], json!({"x": {"type": "string"}, "x2": {"type": "integer"}}));
}

#[test]
fn numbers_keep_their_digits() {
    let text = r#"{"openapi": "3.1.0", "paths": {"/a": {"post": {"requestBody": {"content": {"application/json":
        {"schema": {"type": "object", "properties": {"n": {"maximum": 36893488147419103233}}}}}}}}}}"#;
    let operations = operations("api.json", text).unwrap();
    assert!(
        operations[0].input.contains("\"maximum\": 36893488147419103233\n"),
        "{}",
        operations[0].input
    );
}

#[test]
fn envelopes_of_queues_are_opened() {
    let object = json!({"type": "object", "properties": {"prompt": {"type": "string"}}});
    let images = json!({"type": "object", "properties": {"images": {"type": "array"}}});
    let list = json!({"type": "array", "items": {"type": "string"}});
    let receipt = json!({"type": "object", "properties": {"request_id": {}, "status": {}}});
    for (taken, given, input, output) in [
        (object.clone(), images.clone(), &object, Some(&images)),
        (
            json!({"properties": {"input": object, "webhook": {}}}),
            images.clone(),
            &object,
            Some(&images),
        ),
        (
            json!({"properties": {"input": object, "model": {}, "callBackUrl": {}}}),
            receipt.clone(),
            &object,
            None,
        ),
        (
            object.clone(),
            json!({"properties": {"id": {}, "status": {}, "output": list}}),
            &object,
            Some(&list),
        ),
        (
            object.clone(),
            json!({"properties": {"code": {}, "data": {"properties": {"status": {}, "outputs": list}}}}),
            &object,
            Some(&list),
        ),
        (object.clone(), json!({"type": "string"}), &object, None),
    ] {
        let (read_input, read_output) = one(&document(&taken, &given, &json!({})));
        assert_eq!(&read_input, input, "{taken}");
        assert_eq!(read_output.as_ref(), output, "{given}");
    }
    // An `input` among other properties of the model is one of them.
    let audio = json!({"type": "object", "properties": {"input": object, "voice": {}}});
    assert_eq!(one(&document(&audio, &images, &json!({}))).0, audio);
    let words = json!({"type": "object", "properties": {"input": {"type": "string"}, "model": {}}});
    assert_eq!(one(&document(&words, &images, &json!({}))).0, words);
}

#[test]
fn swagger_2_is_read() {
    let document = json!({
        "swagger": "2.0",
        "info": {},
        "paths": {
            "/paint": {"post": {
                "parameters": [{"$ref": "#/parameters/paint"}],
                "responses": {"200": {"schema": {"$ref": "#/definitions/Out"}}},
            }},
            "/upload": {"post": {"parameters": [
                {"in": "header", "name": "token", "type": "string"},
                {"in": "formData", "name": "image", "type": "file", "required": true},
                {"in": "formData", "name": "scale", "type": "integer", "maximum": 4},
            ]}},
            "/list": {"post": {"parameters": [{"in": "query", "name": "page", "type": "integer"}]}},
        },
        "parameters": {"paint": {"in": "body", "name": "body", "schema": {"$ref": "#/definitions/In"}}},
        "definitions": {
            "In": {"type": "object", "properties": {"seed": {"type": "integer", "x-nullable": true}}},
            "Out": {"type": "object", "properties": {"images": {"type": "array", "items": {"type": "string"}}}},
        },
    });
    let operations = taken(&document);
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("it is JSON");
    assert_eq!(
        operations.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["paint", "upload"]
    );
    assert_eq!(
        read(&operations[0].input),
        json!({"type": "object", "properties": {"seed": {"type": "integer", "nullable": true}}})
    );
    assert!(operations[0].output.as_ref().is_some_and(|output| output.contains("images")));
    assert_eq!(
        read(&operations[1].input),
        json!({
            "type": "object",
            "properties": {"image": {"type": "string", "format": "binary"}, "scale": {"type": "integer", "maximum": 4}},
            "required": ["image"],
        })
    );
}

#[test]
fn a_document_in_an_entry_of_a_catalog_is_found() {
    let inner = document(&json!({"type": "object"}), &json!({}), &json!({}));
    let entry = json!({"name": "paint", "latest_version": {"openapi_schema": inner}});
    assert_eq!(taken(&entry).len(), 1);
}

#[test]
fn operations_are_named_for_what_tells_them_apart() {
    let call = |id: &str| json!({"operationId": id, "requestBody": {"content": {"application/json": {"schema": {"type": "object", "title": id}}}}});
    for (paths, names) in [
        (json!({"/v1/a/paint": {"post": call("p")}}), vec![""]),
        (
            json!({"/v1/a/paint": {"post": call("p")}, "/v1/a/edit image": {"post": call("e")}}),
            vec!["paint", "edit-image"],
        ),
        (
            json!({"/v1/a": {"post": call("p")}, "/v1/a/edit": {"post": call("e")}}),
            vec!["", "edit"],
        ),
        (
            json!({"/v1/{kind}/a": {"post": call("p"), "put": call("replacePaint")}}),
            vec!["", "replace-paint"],
        ),
        (
            json!({"/a": {"post": call("x")}, "/{id}/a": {"post": call("z")}, "/a/{id}": {"post": call("y")}}),
            vec!["", "z", "y"],
        ),
    ] {
        let document = json!({"openapi": "3.1.0", "info": {}, "paths": paths});
        let found: Vec<_> = taken(&document).into_iter().map(|operation| operation.name).collect();
        assert_eq!(found, names, "{paths}");
    }
}

#[test]
fn what_is_wrong_with_a_document_has_its_place() {
    let broken = json!({"$ref": "#/components/schemas/Gone"});
    let outside = json!({"properties": {"a": {"$ref": "other.yaml#/A"}}});
    for (document, message) in [
        (json!({"type": "object"}), "api.json#: is no OpenAPI document"),
        (json!([]), "api.json#: is no OpenAPI document"),
        (
            json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}),
            "api.json#/paths: has no operation with a body",
        ),
        (json!({"openapi": "3.1.0", "info": {}}), "api.json#: is no OpenAPI document"),
        (
            document(&broken, &json!({}), &json!({})),
            "api.json#/paths/~1paint/post/requestBody/content/application~1json/schema/$ref: `#/components/schemas/Gone` refers to nothing",
        ),
        (
            document(&outside, &json!({}), &json!({})),
            "schema/properties/a/$ref: `other.yaml#/A` is outside this document",
        ),
    ] {
        let faults = match operations("api.json", &document.to_string()) {
            Ok(operations) => operations.into_iter().flat_map(|one| one.faults).collect(),
            Err(faults) => faults,
        };
        assert!(faults[0].to_string().contains(message), "{}", faults[0]);
    }
    let faults = operations("api.json", "{").unwrap_err();
    assert!(faults[0].to_string().contains("is not JSON"), "{}", faults[0]);
    // References that turn in a circle end.
    let circle = json!({"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}});
    let input = json!({"$ref": "#/components/schemas/A"});
    assert_eq!(taken(&document(&input, &json!({}), &circle)).len(), 1);
}

/// All places of a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_damaged_document_is_refused_or_read_and_no_panic() {
    let components = json!({"schemas": {
        "A": {"type": "object", "properties": {"input": {"$ref": "#/components/schemas/B"}, "webhook": {"type": "string"}}},
        "B": {"allOf": [{"$ref": "#/components/schemas/C"}], "discriminator": {"propertyName": "a", "mapping": {"c": "#/components/schemas/C"}}},
        "C": {"type": "object", "required": ["a"], "properties": {"a": {"enum": ["c"]}, "b": {"type": "integer", "minimum": 1, "nullable": true}}},
    }});
    let mut whole = document(
        &json!({"$ref": "#/components/schemas/A"}),
        &json!({"type": "object", "properties": {"request_id": {}}}),
        &components,
    );
    let result = json!({"type": "object", "properties": {"status": {}, "output": {"$ref": "#/components/schemas/C"}}});
    whole["paths"]["/paint/requests/{id}/result"] = json!({"get": {"responses": {"200": {"content": {"application/json": {"schema": result}}}}}});
    whole["paths"]["/form"] = json!({"parameters": [{"in": "formData", "name": "a", "type": "file", "required": true}], "post": {"operationId": "form"}});
    let mut all = Vec::new();
    places(&whole, "", &mut all);
    let junk = [
        json!(null),
        json!(true),
        json!(5),
        json!(""),
        json!("#"),
        json!("#/"),
        json!([]),
        json!({}),
        json!(["a"]),
        json!({"$ref": "#/paths"}),
        json!({"$ref": "#"}),
        json!({"$ref": "#/components/schemas/A"}),
        json!({"$ref": "#/components/schemas/A/properties"}),
        json!({"type": []}),
    ];
    let mut random = fastrand::Rng::with_seed(11);
    let (mut read, mut generated) = (0, 0);
    for round in 0..1_500 {
        let mut damaged = whole.clone();
        for _ in 0..random.usize(1..4) {
            let place = &all[random.usize(..all.len())];
            if let Some(part) = damaged.pointer_mut(place) {
                *part = junk[random.usize(..junk.len())].clone();
            }
        }
        let Ok(operations) = operations("api.json", &damaged.to_string()) else { continue };
        read += 1;
        if operations.iter().any(|operation| !operation.faults.is_empty()) {
            continue;
        }
        // To generate takes longer than to read.
        if round % 10 > 0 {
            continue;
        }
        let source = |text: String| Source { file: "api.json".to_owned(), text };
        let models = operations.into_iter().enumerate().map(|(index, operation)| Model {
            id: format!("acme/m{index}"),
            input: source(operation.input),
            output: operation.output.map(source),
            names: None,
        });
        generated += usize::from(catalog(&models.collect::<Vec<_>>()).is_ok());
    }
    assert!(read > 500 && generated > 30, "{read} {generated}");
}
