//! Names that stay: what is added to a schema takes no name from what was there.

use std::fs;
use std::path::Path;

use runcomfy_codegen::{Fault, Generated, Model, Names, Part, Source, catalog};

/// Generates a part as it follows on what was generated into a folder before; the model as it has to
/// be for that, if a `names.json` has to be written.
pub(crate) fn generate(
    part: &Part<'_>,
    out: &Path,
) -> Result<(Generated, Option<Model>), Vec<Fault>> {
    let plain = part.generate()?;
    let before = part.model().and_then(|model| Some((model, before(part, model, out, &plain)?)));
    let kept = before.map(|(model, before)| keeping(model, &before)).transpose()?.flatten();
    match kept {
        Some(model) => Ok((part.with(&model).generate()?, Some(model))),
        None => Ok((plain, None)),
    }
}

/// The model with a `names.json` in which things are called what they were before; nothing if they
/// are anyway.
pub(crate) fn keeping(model: &Model, before: &Names) -> Result<Option<Model>, Vec<Fault>> {
    let mut names = model.names.as_ref().map(Names::parse).transpose()?.unwrap_or_default();
    let mut kept: Option<Model> = None;
    // A type that has its name again has members whose names are to be looked at again.
    for _ in 0..MOST_ROUNDS {
        let mut now = catalog(std::slice::from_ref(kept.as_ref().unwrap_or(model)))?.names;
        let now = now.remove(&model.id).unwrap_or_default();
        let mut held = before.held(&now);
        if held == Names::default() {
            // An argument by another name would be one that only has its name to get back.
            held = before.by_name(&now);
        }
        if held == Names::default() {
            break;
        }
        names.input.extend(held.input);
        names.output.extend(held.output);
        let folder = model.input.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let file = format!("{folder}/names.json");
        let text = names.text().unwrap_or_default();
        kept = Some(Model { names: Some(Source { file, text }), ..model.clone() });
    }
    Ok(kept)
}

/// Types are nested; hardly ever so deep.
const MOST_ROUNDS: usize = 12;

/// The names in the module as it was generated last: the schemas that it came from lie beside it.
fn before(part: &Part<'_>, model: &Model, out: &Path, now: &Generated) -> Option<Names> {
    let files = part.files();
    let path = files.first()?.strip_suffix(".rs")?;
    let source = |kind: &str| {
        let file = format!("{path}.{kind}.json");
        let text = fs::read_to_string(out.join(&file)).ok()?;
        Some(Source { file, text })
    };
    let (input, output) = (source("input")?, source("output"));
    let mut written = files.iter().zip(&now.texts);
    let mut is_same =
        |source: &Source| written.any(|(file, text)| (file, text) == (&source.file, &source.text));
    if is_same(&input) && output.as_ref().is_none_or(is_same) {
        return None;
    }
    let old = Model { id: model.id.clone(), input, output, names: model.names.clone() };
    Some(part.with(&old).generate().ok()?.names)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use runcomfy_codegen::{Home, Model, Plan, Source};
    use serde_json::{Value, json};

    use super::generate;

    fn model(input: &Value, output: Option<&Value>, names: Option<String>) -> Model {
        let source = |file: &str, text: String| Source { file: file.to_owned(), text };
        Model {
            id: "acme/paint".to_owned(),
            input: source("input.json", input.to_string()),
            output: output.map(|schema| source("output.json", schema.to_string())),
            names: names.map(|text| source("names.json", text)),
        }
    }

    /// Generates one state after the other; every name of the first is in the last.
    fn nothing_is_renamed(states: &[(Value, Option<Value>)]) {
        let out = tempfile::tempdir().expect("a folder");
        let mut names = None;
        let mut first = None;
        for (input, output) in states {
            let models = [model(input, output.as_ref(), names.clone())];
            let plan = Plan::new(&models, Home::Runcomfy);
            let part = plan.parts.iter().find(|part| part.model().is_some()).expect("a model");
            let (generated, kept) = generate(part, out.path()).expect("good schemas");
            for (file, text) in part.files().iter().zip(&generated.texts) {
                let path = out.path().join(file);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, text).expect("a file");
            }
            names = kept.and_then(|model| Some(model.names?.text)).or(names);
            let now = generated.names;
            let before = first.get_or_insert_with(|| now.clone());
            for (was, is) in [(&before.input, &now.input), (&before.output, &now.output)] {
                assert!(!is.is_empty() || was.is_empty());
                for (what, name) in was {
                    assert_eq!(is.get(what), Some(name), "{what} in {input}");
                }
            }
        }
    }

    #[test]
    fn an_integer_keeps_its_type_when_its_limits_come_or_go() {
        let seed = |schema: &Value| with(&json!({"seed": schema, "more": {"type": "string"}}));
        let free = json!({"type": "integer"});
        let small = json!({"type": "integer", "minimum": 0, "maximum": 9});
        nothing_is_renamed(&[seed(&free), seed(&small)]);
        nothing_is_renamed(&[seed(&small), seed(&free), seed(&small)]);
    }

    fn with(properties: &Value) -> (Value, Option<Value>) {
        (json!({"type": "object", "properties": properties}), None)
    }

    #[test]
    fn what_is_added_renames_nothing() {
        let size = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
        let sized = |properties: Value| {
            (json!({"type": "object", "properties": properties, "$defs": {"Size": size}}), None)
        };
        let to_size = json!({"$ref": "#/$defs/Size"});
        for states in [
            // A value before and after its twins.
            vec![
                with(&json!({"voice": {"enum": ["Ann", "a b"]}})),
                with(&json!({"voice": {"enum": ["ann", "Ann", "a-b", "a b"]}})),
                with(&json!({"voice": {"enum": ["ANN", "ann", "Ann", "a_b", "a-b", "a b"]}})),
            ],
            // A property before its twin, and one that is called as the twin was made to be.
            vec![
                with(&json!({"imageSize": {"type": "integer"}})),
                with(&json!({"image_size": {"type": "integer"}, "imageSize": {"type": "integer"}})),
                with(
                    &json!({"image_size2": {"type": "integer"}, "image_size": {"type": "integer"}, "imageSize": {"type": "integer"}}),
                ),
            ],
            // A property whose type is called as a component is.
            vec![
                sized(json!({"large": to_size})),
                sized(json!({"size": {"enum": ["a"]}, "large": to_size})),
            ],
            // A component that is called as the type of a property is.
            vec![
                with(&json!({"size": {"enum": ["a"]}})),
                sized(json!({"large": to_size, "size": {"enum": ["a"]}})),
            ],
            // Two properties whose types would have one name.
            vec![
                with(&json!({"a_b": {"type": "object", "properties": {"c": {"enum": ["x"]}}}})),
                with(
                    &json!({"a": {"type": "object", "properties": {"b_c": {"enum": ["x"]}}}, "a_b": {"type": "object", "properties": {"c": {"enum": ["x"]}}}}),
                ),
            ],
            // An alternative before others.
            vec![
                with(
                    &json!({"p": {"anyOf": [{"type": "object", "properties": {"x": {"type": "integer"}}}, {"type": "integer"}]}}),
                ),
                with(
                    &json!({"p": {"anyOf": [{"type": "object", "properties": {"y": {"type": "integer"}}}, {"type": "object", "properties": {"x": {"type": "integer"}}}, {"type": "integer"}]}}),
                ),
            ],
            // An alternative before others of its type.
            vec![
                with(
                    &json!({"p": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "string", "pattern": "a"}]}}),
                ),
                with(
                    &json!({"p": {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 3}, {"type": "string", "pattern": "a"}]}}),
                ),
            ],
            // The title of an alternative, by which it is called.
            vec![
                with(
                    &json!({"p": {"anyOf": [{"title": "Word", "type": "string"}, {"type": "integer"}]}}),
                ),
                with(
                    &json!({"p": {"anyOf": [{"title": "Free words", "type": "string"}, {"type": "integer"}]}}),
                ),
            ],
            // A whole schema, and an input whose type takes the name of one of the output.
            vec![
                with(&json!({"output_format": {"enum": ["a"]}})),
                (
                    with(&json!({"output_format": {"enum": ["a"]}})).0,
                    Some(with(&json!({"format": {"enum": ["a"]}})).0),
                ),
            ],
            vec![
                (
                    with(&json!({"prompt": {"type": "string"}})).0,
                    Some(with(&json!({"format": {"enum": ["a"]}})).0),
                ),
                (
                    with(&json!({"prompt": {"type": "string"}, "output_format": {"enum": ["a"]}}))
                        .0,
                    Some(with(&json!({"format": {"enum": ["a"]}})).0),
                ),
            ],
        ] {
            nothing_is_renamed(&states);
        }
    }

    #[test]
    fn an_optional_property_that_is_added_changes_no_new() {
        for (required, added) in
            [("id", "_id"), ("fooBar", "foo_bar"), ("_id", "id"), ("café", "cafe\u{301}")]
        {
            let of = |names: &[&str]| {
                let properties: serde_json::Map<_, _> = names
                    .iter()
                    .map(|name| ((*name).to_owned(), json!({"type": "string"})))
                    .collect();
                json!({"type": "object", "properties": properties, "required": [required]})
            };
            let old = model(&of(&[required]), None, None);
            let new = model(&of(&[added, required]), None, None);
            let generate = |model: &Model| {
                runcomfy_codegen::catalog(std::slice::from_ref(model)).expect("a good schema")
            };
            let before = generate(&old);
            let kept = super::keeping(&new, &before.names["acme/paint"]).expect("good names");
            let after = generate(kept.as_ref().unwrap_or(&new));
            let new = |catalog: &runcomfy_codegen::Catalog| {
                let text = catalog.module("acme/paint").expect("a module");
                let at = text.find(" new(").expect("a function");
                text[at..].split(')').next().map(str::to_owned)
            };
            assert_eq!(new(&before), new(&after), "{added} beside {required}");
            let row = format!("= required(\"{required}\")");
            assert!(after.module("acme/paint").is_some_and(|text| text.contains(&row)));
        }
    }
}
