//! What is added to a schema, or stands in another order, renames nothing and changes no `new`: random
//! schemas that grow, generated state after state as `codegen` does, and what callers of the first can name
//! held against the last.
//!
//! `GROWTH_CASES=100000 cargo test -p xtask growth` is the long run.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use runcomfy_codegen::{Home, Model, Plan, Source};
use serde_json::{Map, Value, json};

use super::random;
use crate::diff::{self, ItemChange};
use crate::hold;
use crate::surface::{Member, Surface};

/// How many schemas grow, unless the environment says otherwise.
const CASES: u64 = 150;
/// How often each grows.
const STEPS: usize = 3;

#[test]
fn what_is_added_or_moved_breaks_no_caller() {
    let cases = std::env::var("GROWTH_CASES").ok();
    let cases = cases.map_or(CASES, |count| count.parse().expect("GROWTH_CASES is a number"));
    let mut grown = 0;
    let mut broken = Vec::new();
    for seed in 0..cases {
        match growth(seed) {
            Some(Ok(())) => grown += 1,
            Some(Err(error)) => broken.push(error),
            None => {}
        }
    }
    println!("{grown} of {cases} schemas grow {STEPS} times and break nothing");
    let shown = broken.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    assert!(broken.is_empty(), "{} of {cases} break something:\n{shown}", broken.len());
    assert!(grown * 2 > cases, "{grown} of {cases}");
}

/// Lets a schema grow; nothing where a state of it is refused.
fn growth(seed: u64) -> Option<Result<(), String>> {
    let mut random = Rng::with_seed(seed);
    let mut schema = if seed.is_multiple_of(2) { twins(&mut random) } else { random::schema(seed) };
    let out = tempfile::tempdir().expect("a folder");
    let mut names = None;
    let mut states = Vec::new();
    let mut first = None;
    for _ in 0..=STEPS {
        let now = generate(&schema, out.path(), &mut names)?;
        states.push(format!("  {schema}"));
        let first = first
            .get_or_insert_with(|| generate(&schema, out.path(), &mut names).expect("as before"));
        let changes = diff::items(first, &now);
        let breaking: Vec<_> = changes.iter().filter(|change| change.breaking).map(said).collect();
        if !breaking.is_empty() {
            let (states, names) = (states.join("\n"), names.unwrap_or_default());
            return Some(Err(format!("{seed}: {}\n{states}\n{names}", breaking.join("; "))));
        }
        grow(&mut schema, &mut random);
    }
    let before = generate(&schema, out.path(), &mut names)?;
    let Some(gone) = remove(&mut schema, &mut random) else { return Some(Ok(())) };
    let now = generate(&schema, out.path(), &mut names)?;
    Some(
        without(&before, &now, &gone)
            .map_err(|error| format!("{seed}: without {gone:?} {error} in\n{}", states.join("\n"))),
    )
}

/// Takes an optional property of the root away.
fn remove(schema: &mut Value, random: &mut Rng) -> Option<String> {
    let root = if schema.get("input").is_some() { &mut schema["input"] } else { schema };
    let required = root.get("required").cloned().unwrap_or_default();
    let properties = root.get_mut("properties")?.as_object_mut()?;
    let optional = properties
        .keys()
        .filter(|name| !required.as_array().is_some_and(|all| all.contains(&json!(name))));
    let optional: Vec<_> = optional.cloned().collect();
    let gone = optional.get(random.usize(..optional.len().max(1)))?.clone();
    // Without properties it would be a map.
    if properties.len() == 1 {
        return None;
    }
    properties.shift_remove(&gone);
    Some(gone)
}

/// Nothing but what was taken away may be missing or another.
fn without(before: &Surface, now: &Surface, gone: &str) -> Result<(), String> {
    let (Some(old), Some(new)) = (before.types.get("Input"), now.types.get("Input")) else {
        return Ok(());
    };
    if old.functions.get("new") != new.functions.get("new") && !new.members.is_empty() {
        return Err("`new` is another".to_owned());
    }
    for member in old.members.iter().filter(|member| member.wire != Some(gone.into())) {
        let is_it = |other: &&Member| {
            other.name == member.name && other.wire == member.wire && other.ty == member.ty
        };
        if old.kind == new.kind && !new.members.iter().any(|other| is_it(&other)) {
            return Err(format!("{} is not what it was", member.name));
        }
    }
    Ok(())
}

/// Schemas as they began and as they are when they have grown, for the compiler to judge.
pub(super) fn samples(count: usize) -> Vec<(Model, Model)> {
    let sample = |seed| {
        let mut random = Rng::with_seed(seed);
        let mut schema = twins(&mut random);
        let out = tempfile::tempdir().expect("a folder");
        let mut names = None;
        let first = model(&schema, None);
        for _ in 0..STEPS {
            generate(&schema, out.path(), &mut names)?;
            grow(&mut schema, &mut random);
        }
        generate(&schema, out.path(), &mut names)?;
        Some((first, model(&schema, names)))
    };
    (0..).filter_map(sample).take(count).collect()
}

fn model(schema: &Value, names: Option<String>) -> Model {
    let source = |file: &str, text: String| Source { file: file.to_owned(), text };
    Model {
        id: "acme/paint".to_owned(),
        input: source("input.json", schema.to_string()),
        output: None,
        names: names.map(|text| source("names.json", text)),
    }
}

fn said(change: &ItemChange) -> String {
    format!("{} {}", change.item, change.what)
}

/// Generates a state as it follows on the one before; what callers can name of it.
fn generate(schema: &Value, out: &Path, names: &mut Option<String>) -> Option<Surface> {
    let models = [model(schema, names.clone())];
    let plan = Plan::new(&models, Home::Runcomfy);
    let part = plan.parts.iter().find(|part| part.model().is_some()).expect("a model");
    let (generated, kept) = hold::generate(part, out).ok()?;
    for (file, text) in part.files().iter().zip(&generated.texts) {
        let path = out.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    *names = kept.and_then(|model| Some(model.names?.text)).or(names.take());
    let text = &generated.texts[0];
    Some(Surface::parse(text).unwrap_or_else(|error| panic!("{error}:\n{text}\n{schema}")))
}

/// An object whose names are much alike: by itself, or under a key beside what it refers to.
fn twins(random: &mut Rng) -> Value {
    let mut properties = Map::new();
    for _ in 0..random.usize(1..6) {
        properties.insert(twin(random), property(random, 2));
    }
    let shared: Map<_, _> =
        (0..random.usize(..3)).map(|_| (twin(random), property(random, 2))).collect();
    let folder = pick(random, &["#/components/schemas", "#/$defs"]);
    for name in shared.keys() {
        let step = name.replace(' ', "%20");
        properties.insert(twin(random), json!({"$ref": format!("{folder}/{step}")}));
    }
    let mut required: Vec<_> = properties.keys().cloned().collect();
    required.retain(|_| random.bool());
    let schema = json!({"type": "object", "properties": properties, "required": required});
    match folder {
        "#/$defs" => json!({"input": schema, "$defs": shared}),
        _ => json!({"input": schema, "components": {"schemas": shared}}),
    }
}

fn twin(random: &mut Rng) -> String {
    pick(
        random,
        &[
            "id",
            "_id",
            "id_",
            "ID",
            "Id",
            "i-d",
            "id2",
            "id_2",
            "foo_bar",
            "fooBar",
            "foo-bar",
            "FooBar",
            "_foo_bar",
            "foo bar",
            "foo_bar2",
            "required",
            "Required",
            "input",
            "Input",
            "input_required",
            "value",
            "item",
            "a",
            "A",
            "a_b",
            "aB",
            "a.b",
            "b",
            "b_c",
            "extra",
            "new",
            "café",
            "cafe\u{301}",
        ],
    )
    .to_owned()
}

fn pick<T: Copy>(random: &mut Rng, all: &[T]) -> T {
    all[random.usize(..all.len())]
}

fn property(random: &mut Rng, depth: usize) -> Value {
    let values = |random: &mut Rng| -> Vec<_> {
        let mut values: Vec<_> = (0..random.usize(1..4)).map(|_| twin(random)).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    match random.u8(..10) {
        0..=3 => json!({"type": "string"}),
        4 => json!({"type": "integer"}),
        5 => json!({"enum": values(random)}),
        6 if depth > 0 => json!({"type": "array", "items": property(random, depth - 1)}),
        7 if depth > 0 => json!({"anyOf": [property(random, depth - 1), {"type": "null"}]}),
        8 if depth > 0 => alternatives(random, depth - 1),
        9 if depth > 0 => {
            let properties: Map<_, _> = (0..random.usize(1..4))
                .map(|_| (twin(random), property(random, depth - 1)))
                .collect();
            json!({"type": "object", "properties": properties})
        }
        _ => json!({"type": "boolean"}),
    }
}

/// A union of objects, with properties beside them or not; each requires a property of its own, or one that
/// tells it from the others by its value.
fn alternatives(random: &mut Rng, depth: usize) -> Value {
    let is_tagged = random.bool();
    let alternative = |index: usize, random: &mut Rng| {
        let mut one = json!({"type": "object", "properties": {
            (format!("own{index}")): property(random, depth), (twin(random)): property(random, depth),
        }});
        if is_tagged {
            one["properties"]["tag"] = json!({"const": format!("t{index}")});
            one["required"] = json!(["tag"]);
        } else {
            one["required"] = json!([format!("own{index}")]);
        }
        one
    };
    let all: Vec<_> = (0..random.usize(2..4)).map(|index| alternative(index, random)).collect();
    let mut union = json!({(pick(random, &["anyOf", "oneOf"])): all});
    if random.u8(..3) == 0 {
        union["type"] = json!("object");
        union["properties"] = json!({"beside": property(random, depth)});
    }
    union
}

/// Adds an optional property or a value somewhere, or changes an order.
fn grow(schema: &mut Value, random: &mut Rng) {
    for _ in 0..random.usize(1..4) {
        let mut places = Vec::new();
        gather(schema, "", &mut places);
        if places.is_empty() {
            return;
        }
        let place = places.swap_remove(random.usize(..places.len()));
        match schema.pointer_mut(&place) {
            Some(Value::Object(properties)) => {
                let name = twin(random);
                if !properties.contains_key(&name) {
                    properties.insert(name, property(random, 1));
                }
                let mut all: Vec<_> = std::mem::take(properties).into_iter().collect();
                random.shuffle(&mut all);
                properties.extend(all);
            }
            Some(Value::Array(values)) => {
                let value = Value::from(twin(random));
                if !values.contains(&value) {
                    values.push(value);
                }
                random.shuffle(values);
            }
            _ => {}
        }
    }
}

/// The places of all properties and enums that callers see.
fn gather(schema: &Value, at: &str, places: &mut Vec<String>) {
    let Value::Object(object) = schema else { return };
    for (key, inner) in object {
        let at = format!("{at}/{key}");
        match (key.as_str(), inner) {
            // Without properties it is a map.
            ("properties", Value::Object(properties)) if !properties.is_empty() => {
                places.push(at.clone());
                for (name, property) in properties {
                    gather(
                        property,
                        &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                        places,
                    );
                }
            }
            ("items" | "input" | "components", inner) => gather(inner, &at, places),
            ("$defs" | "schemas", Value::Object(shared)) => {
                for (name, schema) in shared {
                    gather(schema, &format!("{at}/{}", escaped(name)), places);
                }
            }
            // What leaves no choice is filled in; with a second value it is asked for.
            ("enum", Value::Array(values))
                if values.len() > 1 && values.iter().all(Value::is_string) =>
            {
                places.push(at);
            }
            ("anyOf" | "oneOf", Value::Array(branches))
                if branches.iter().all(|one| one["properties"].is_object())
                    || branches.iter().any(|one| one["type"] == "null") =>
            {
                for (index, branch) in branches.iter().enumerate() {
                    gather(branch, &format!("{at}/{index}"), places);
                }
            }
            _ => {}
        }
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
