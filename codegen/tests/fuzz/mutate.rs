//! Schemas with something done to them, in their text or in their structure.

use fastrand::Rng;
use serde_json::{Value, json};

/// A mutation of one of the seeds, with parts of others.
pub(crate) fn mutated(seeds: &[String], random: &mut Rng) -> String {
    let seed = &seeds[random.usize(..seeds.len())];
    if random.u8(..6) == 0 {
        let mut text = seed.clone();
        for _ in 0..=random.usize(..3) {
            text = damaged(&text, random);
        }
        return text;
    }
    let mut document: Value = serde_json::from_str(seed).unwrap();
    let other = serde_json::from_str(&seeds[random.usize(..seeds.len())]).unwrap();
    for _ in 0..=random.usize(..6) {
        mutate(&mut document, &other, random);
    }
    document.to_string()
}

/// The text with a few characters lost, doubled or put in.
fn damaged(text: &str, random: &mut Rng) -> String {
    let mut chars: Vec<_> = text.chars().collect();
    let from = random.usize(..chars.len().max(1));
    let to = (from + random.usize(..20)).min(chars.len());
    let put = match random.u8(..4) {
        0 => Vec::new(),
        1 => chars[from..to].repeat(2),
        2 => WORDS[random.usize(..WORDS.len())].chars().collect(),
        _ => text.chars().skip(random.usize(..chars.len().max(1))).take(20).collect(),
    };
    chars.splice(from..to, put);
    chars.into_iter().collect()
}

fn mutate(document: &mut Value, other: &Value, random: &mut Rng) {
    let places = places(document);
    let place = places[random.usize(..places.len())].clone();
    let strange = places_of(other, random);
    let target = format!("#{}", places[random.usize(..places.len())]);
    let Some(value) = document.pointer_mut(&place) else { return };
    match (random.u8(..10), value) {
        (0, value) => *value = strange,
        (1, value) => *value = small(random),
        (2, value) => {
            let inner = value.take();
            let key = ["not", "items", "if", "contains", "unevaluatedItems"][random.usize(..5)];
            *value = json!({ key: inner });
        }
        (3, value) => {
            let inner = value.take();
            let key = ["allOf", "anyOf", "oneOf", "prefixItems", "enum"][random.usize(..5)];
            *value = json!({ key: [inner, strange] });
        }
        (4, Value::Object(members)) if !members.is_empty() => {
            let key = members.keys().nth(random.usize(..members.len())).cloned();
            if let Some(member) = key.and_then(|key| members.shift_remove(&key)) {
                members.insert(word(random), member);
            }
        }
        (5, Value::Object(members)) => {
            members.insert("$ref".to_owned(), target.into());
        }
        (6 | 7, Value::Object(members)) => {
            members.insert(word(random), small(random));
        }
        (8, Value::Object(members)) => {
            members.insert(word(random), strange);
        }
        (_, Value::Object(members)) if !members.is_empty() => {
            let key = members.keys().nth(random.usize(..members.len())).cloned();
            key.and_then(|key| members.shift_remove(&key));
        }
        (_, Value::Array(items)) if !items.is_empty() => {
            let item = items[random.usize(..items.len())].clone();
            items.push(item);
        }
        (_, value) => *value = small(random),
    }
}

/// The pointer of everything in a document.
fn places(document: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut next = 0;
    while let Some(place) = all.get(next).cloned() {
        match document.pointer(&place) {
            Some(Value::Object(members)) => all.extend(
                members
                    .keys()
                    .map(|key| format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))),
            ),
            Some(Value::Array(items)) => {
                all.extend((0..items.len()).map(|index| format!("{place}/{index}")));
            }
            _ => {}
        }
        next += 1;
    }
    all
}

/// Some part of another document.
fn places_of(other: &Value, random: &mut Rng) -> Value {
    let places = places(other);
    other.pointer(&places[random.usize(..places.len())]).cloned().unwrap_or_default()
}

fn word(random: &mut Rng) -> String {
    WORDS[random.usize(..WORDS.len())].to_owned()
}

fn small(random: &mut Rng) -> Value {
    match random.u8(..14) {
        0 => json!(true),
        1 => json!(false),
        2 => json!(null),
        3 => json!(random.i64(-3..5)),
        4 => {
            [json!(u64::MAX), json!(i64::MIN), json!(1e300), json!(-0.5)][random.usize(..4)].clone()
        }
        5 => word(random).into(),
        6 => json!([]),
        7 => json!({}),
        8 => json!({ "type": TYPES[random.usize(..TYPES.len())] }),
        9 => TYPES[random.usize(..TYPES.len())].into(),
        10 => json!([TYPES[random.usize(..TYPES.len())], "null"]),
        11 => json!([word(random), word(random)]),
        12 => json!({ word(random): { "type": TYPES[random.usize(..TYPES.len())] } }),
        _ => json!([{ "type": "object" }, { "const": word(random) }]),
    }
}

const TYPES: &[&str] = &["string", "integer", "number", "boolean", "object", "array", "null"];

/// Keywords, and names that are hard to make a name of.
const WORDS: &[&str] = &[
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveRef",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "default",
    "definitions",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "input",
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
    "nullable",
    "oneOf",
    "output",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "validations",
    "x-order-properties",
    "",
    " ",
    "_",
    "__",
    "-",
    "0",
    "1a",
    "Self",
    "self",
    "crate",
    "super",
    "type",
    "r#type",
    "async",
    "gen",
    "true",
    "Input",
    "Output",
    "Required",
    "Root",
    "Option",
    "Value",
    "String",
    "Vec",
    "Box",
    "extra",
    "new",
    "validate",
    "to_json",
    "from_json",
    "Other",
    "a-b",
    "a_b",
    "aB",
    "a.b",
    "a/b",
    "~",
    "\"",
    "\\",
    "*/",
    "//",
    "```",
    "[x](y)",
    "<b>",
    "{",
    "}",
    "한국",
    "é",
    "😀",
    "ß",
    "ﬁ",
    "\u{0}",
    "\u{200b}",
    "\n",
    "\r",
    "image_uri",
    "image",
    "string",
    "object",
];
