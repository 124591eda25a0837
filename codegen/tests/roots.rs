//! What the root of a schema is: a model takes objects, and a schema by itself means what the standard says.

use runcomfy_codegen::{Home, Model, Role, Source, catalog_for, emit};

const UNTYPED: &str = r#"{
  "properties": {"prompt": {"type": "string"}, "seed": {"type": "integer"}},
  "required": ["prompt"]
}"#;

fn model(input: &str) -> Model {
    let input = Source { file: "input.json".to_owned(), text: input.to_owned() };
    Model { id: "acme/paint".to_owned(), input, output: None, names: None }
}

#[test]
fn input_of_a_model_without_type_is_an_object() {
    let catalog = catalog_for(&[model(UNTYPED)], Home::Elsewhere).unwrap();
    let module = catalog.module("acme/paint").unwrap();
    assert!(module.contains("pub prompt: String"), "{module}");
    let notes: Vec<_> = catalog.notes.iter().map(ToString::to_string).collect();
    let note = "input.json#: has no `type`; as the input of a model it is read as an `object`";
    assert_eq!(notes, [note]);
    let schema = catalog.files.iter().find(|(path, _)| path.ends_with("input.json")).unwrap().1;
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    assert_eq!(schema["type"], "object");
}

#[test]
fn input_of_a_model_with_type_is_what_it_says() {
    let typed = UNTYPED.replacen('{', r#"{"type": "object","#, 1);
    let catalog = catalog_for(&[model(&typed)], Home::Elsewhere).unwrap();
    assert!(catalog.notes.is_empty());
}

#[test]
fn schema_by_itself_without_type_may_be_any_value() {
    let module = emit("input.json", UNTYPED, "Input", Role::Input).unwrap();
    assert!(module.text.contains("pub struct Input(pub Value)"), "{}", module.text);
}
