//! Names of every length in every position: where the printer breaks a line, the macros take it.

use std::collections::BTreeMap;

use runcomfy_codegen::{Role, emit};
use serde_json::{Map, Value, json};

use crate::crates::{self, Crates};

#[test]
fn names_of_every_length_compile_in_every_position() {
    let crates = Crates::new("lengths");
    for length in 1..=120 {
        // Hardly anything of an output is printed otherwise.
        let role = if length % 8 == 0 { Role::Output } else { Role::Input };
        let module = emit("lengths.json", &schema(length).to_string(), "Root", role);
        let file = format!("{}.rs", crates::module(length as u64));
        let text = module.expect("a good schema").text;
        crates.put(length as u64, &BTreeMap::from([(file, text)]));
    }
    let errors = crates.errors();
    assert!(errors.is_empty(), "{} of 120 do not compile: {errors:#?}", errors.len());
}

/// A schema in which names of a length are those of fields and variants, and of types in every position.
fn schema(length: usize) -> Value {
    let name = |first: &str| format!("{first}{}", "n".repeat(length - 1));
    let to = |first: &str| json!({"$ref": format!("#/$defs/{}", name(first))});
    let list = |schema: &Value| json!({"type": "array", "items": schema});
    let map = |schema: &Value| json!({"type": "object", "additionalProperties": schema});
    let rest = |schema: &Value| json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": schema});
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for first in ["o", "c"] {
        let of = to(first);
        for (form, schema) in [
            ("plain", of.clone()),
            ("required", of.clone()),
            ("null", json!({"anyOf": [of, {"type": "null"}]})),
            ("list", list(&of)),
            ("lists", list(&list(&of))),
            ("map", map(&of)),
            ("maps", map(&list(&of))),
            ("rest", rest(&of)),
            ("rests", rest(&list(&of))),
            ("rule", json!({"allOf": [of], "not": {"enum": [1, 2, 3]}})),
        ] {
            properties.insert(format!("{form}_{first}"), schema);
        }
        required.push(format!("required_{first}"));
    }
    for first in ["m", "i", "u", "t", "r"] {
        properties.insert(format!("plain_{first}"), to(first));
    }
    properties.insert(name("e"), json!({"enum": [name("a"), "b"], "type": "string"}));
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "$defs": {
            name("o"): {"type": "object", "properties": {name("n"): {"type": "integer"}}, "required": [name("n")]},
            name("c"): {"enum": [name("n"), name("d"), "auto"]},
            name("m"): {"enum": [name("n"), 1, true, null, 1.5]},
            name("i"): {"enum": [1, 2, 3]},
            name("u"): {"anyOf": [to("o"), to("c"), list(&to("o")), {"type": "number", "title": name("n")}]},
            name("t"): {"type": "string", "minLength": 2},
            name("r"): {"type": "object", "properties": {name("n"): to("r")}, "additionalProperties": to("r")},
        },
    })
}
