//! Any text, anywhere in a schema, is the same text in Rust: generated, compiled, and read back.

use std::collections::BTreeMap;

use runcomfy_codegen::{Role, emit};
use serde_json::{Value, json};

use crate::crates;
use crate::random::{self, TEXTS};

/// How many random texts there are beside those of the list.
const RANDOM: usize = 60;

#[test]
fn any_text_arrives_in_the_rust_value_unchanged() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut texts: Vec<_> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    texts.extend((0..RANDOM).map(|_| random::text(&mut random)));
    let (mut files, mut mods, mut calls) = (BTreeMap::new(), String::new(), String::new());
    for (index, text) in texts.iter().enumerate() {
        let module = emit("strings.json", &schema(text).to_string(), "Root", Role::Input);
        let module = module.unwrap_or_else(|faults| panic!("{text:?}: {faults:?}"));
        files.insert(format!("s{index}.rs"), module.text);
        mods.push_str(&format!("mod s{index};\n"));
        calls.push_str(&format!("    show!(s{index});\n"));
    }
    files.insert("main.rs".to_owned(), format!("{HEAD}{mods}\nfn main() {{\n{calls}}}\n"));
    let output = crates::run("strings", &files);
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines.len(), texts.len(), "a line for each");
    for (text, line) in texts.iter().zip(lines) {
        for expected in expected(text) {
            assert!(line.contains(&expected), "{text:?}: no {expected} in\n{line}");
        }
    }
}

const HEAD: &str = r#"#![allow(dead_code, uncommon_codepoints, mixed_script_confusables)]

use runcomfy::schema::runtime::{Object, Rules};

macro_rules! show {
    ($module:ident) => {{
        use $module::{Choice, Mixed, Named, Object as Inner, Only, Root};
        let choices: Vec<_> = Choice::ALL.iter().map(|value| value.as_str()).collect();
        let mixed: Vec<_> = Mixed::ALL.iter().map(|value| value.to_value()).collect();
        println!(
            "{:?} {:?} {:?} {choices:?} {mixed:?} {:?}",
            Object::table(&<Root as Object>::blank()), Object::table(&<Inner as Object>::blank()),
            Named::RULES, Only::ALL[0].as_str(),
        );
    }};
}

"#;

/// A schema with a text in every position that it can have.
fn schema(text: &str) -> Value {
    json!({
        "title": text,
        "description": text,
        "type": "object",
        "properties": {
            "choice": {"type": "string", "enum": [text, "other one"], "description": text},
            "mixed": {"enum": [1, text]},
            "only": {"const": text},
            "word": {"type": "string", "pattern": text, "title": text, "default": text, "format": text},
            "whole": {"const": {"key": text, text: 1}},
            "list": {"enum": [[text], [text, 1]]},
            "other": {"not": {"pattern": text}},
            "picture": {
                "type": "string",
                "format": "image_uri",
                "validations": [{"validation_rule": "file_size_mb<", "validation_value": 3, "error_message": text}],
            },
            "object": {
                "type": "object",
                "properties": {text: {"type": "string", "description": text}, "last of all": {}},
                "propertyNames": {"pattern": text},
                "patternProperties": {text: {"minLength": 1}},
                "dependentRequired": {text: [text, "other one"]},
                "dependentSchemas": {text: {"required": [text]}},
            },
            "named": {"$ref": "#/$defs/named"},
            "one": {"anyOf": [
                {"title": text, "type": "string", "description": text},
                {"type": "object", "properties": {"a": {"pattern": text}}},
            ]},
        },
        "$defs": {"named": {"anyOf": [{"$ref": "#/$defs/named_list"}, {"type": "integer"}], "not": {"const": text}},
            "named_list": {"type": "array", "items": {"$ref": "#/$defs/named"}}},
    })
}

/// What there is to see of it.
fn expected(text: &str) -> Vec<String> {
    let json = Value::from(text).to_string();
    let patterns = [
        format!("Pattern({text:?})"),
        format!("Not([Pattern({text:?})])"),
        format!("PropertyNames([Pattern({text:?})])"),
        format!("patterns: [({text:?}, "),
    ];
    let others = [
        format!("DependentRequired([({text:?}, [{text:?}, \"other one\"])])"),
        format!("DependentSchemas([({text:?}, [Required([{text:?}])])])"),
        format!("joined: {:?}", format!("{text}last of all")),
        format!("[{text:?}, \"other one\"]"),
        format!("Enum({:?})", json!([{"key": text, text: 1}]).to_string()),
        format!("Not([Const({json:?})])"),
        format!("Enum({:?})", format!("[[{json}],[{json},1]]")),
        format!("[Number(1), String({text:?})]"),
    ];
    // What is no pattern to ECMA-262 is passed over.
    let is_pattern = regress::Regex::with_flags(text, "u").is_ok();
    others.into_iter().chain(patterns.into_iter().filter(|_| is_pattern)).collect()
}
