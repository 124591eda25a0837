//! What an object's rules say of several properties at once, in sentences for its docs.
//!
//! A rule that no sentence says well is left to its error message.

use serde_json::Value;

use super::facts::{limits, short};
use crate::docs::code;
use crate::ir::Kind;
use crate::schema::{self, Object};

/// The sentences for the keywords of an object that relate its properties to each other.
pub(super) fn sentences(object: &Object) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(conditional(object));
    sentences.extend(alternatives(object));
    sentences.extend(excluded(object));
    sentences.extend(dependencies(object));
    for part in list(object, "allOf").filter_map(Value::as_object) {
        sentences.extend(self::sentences(part));
    }
    sentences
}

/// `if`, `then` and `else`.
fn conditional(object: &Object) -> Option<String> {
    let condition = condition(object.get("if")?)?;
    match (object.get("then"), object.get("else")) {
        (Some(then), None) => Some(format!("If {condition}, {}.", consequence(then)?)),
        (None, Some(other)) => Some(format!("Unless {condition}, {}.", consequence(other)?)),
        (Some(then), Some(other)) => {
            let (then, other) = (consequence(then)?, consequence(other)?);
            Some(format!("If {condition}, {then}; otherwise {other}."))
        }
        (None, None) => None,
    }
}

/// Alternatives that only say which properties have to be there.
fn alternatives(object: &Object) -> Option<String> {
    let (key, count) = match (object.contains_key("anyOf"), object.contains_key("oneOf")) {
        (true, false) => ("anyOf", "At least one"),
        (false, true) => ("oneOf", "Exactly one"),
        _ => return None,
    };
    let branches: Vec<_> = list(object, key).map(required_only).collect::<Option<_>>()?;
    if let [only] = branches.as_slice() {
        return Some(format!("{} required.", are(only)));
    }
    if branches.iter().all(|names| names.len() == 1) {
        let names: Vec<_> = branches.concat();
        return Some(format!("{count} of {} is required.", joined(&names, "and")));
    }
    let branches: Vec<_> = branches.iter().map(|names| joined(names, "and")).collect();
    Some(format!("{count} of these is required: {}.", branches.join("; ")))
}

/// The names of a schema that is nothing but `required`.
fn required_only(schema: &Value) -> Option<Vec<&str>> {
    let object = schema.as_object()?;
    let names = names(object.get("required")?)?;
    let is_object = schema::kinds(object).is_none_or(|kinds| kinds == [Kind::Object]);
    (is_object && !names.is_empty() && schema::asserts_only(object, &["required", "type"]))
        .then_some(names)
}

/// `not` of properties that are there.
fn excluded(object: &Object) -> Option<String> {
    let names = required_only(object.get("not")?)?;
    Some(match names.as_slice() {
        [one] => format!("{} is not allowed.", code(one)),
        [one, other] => format!("{} and {} exclude each other.", code(one), code(other)),
        many => format!("{} are not allowed together.", joined(many, "and")),
    })
}

fn dependencies(object: &Object) -> Vec<String> {
    let all = object.get("dependentRequired").and_then(Value::as_object).into_iter().flatten();
    let sentences = all.filter_map(|(name, needed)| {
        let needed = names(needed).filter(|needed| !needed.is_empty())?;
        Some(format!("If {} is given, {} required.", code(name), are(&needed)))
    });
    sentences.collect()
}

/// A schema as what may be so: "`mode` is `edit` and `image` is given".
fn condition(schema: &Value) -> Option<String> {
    let object = schema.as_object()?;
    if !schema::asserts_only(object, &["type", "properties", "required", "not"]) {
        return None;
    }
    let mut required = match object.get("required") {
        Some(required) => names(required)?,
        None => Vec::new(),
    };
    let mut parts = Vec::new();
    for (name, property) in
        object.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        let is_given = required.contains(&name.as_str());
        required.retain(|other| other != name);
        let left_out = if is_given { "" } else { " or left out" };
        parts.push(format!("{} is {}{left_out}", code(name), value(property)?));
    }
    parts.extend(required.iter().map(|name| format!("{} is given", code(name))));
    if let Some(not) = object.get("not") {
        let [name] = required_only(not)?[..] else { return None };
        parts.push(format!("{} is left out", code(name)));
    }
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// A schema as what has to be so: "`image` is required".
fn consequence(schema: &Value) -> Option<String> {
    let object = schema.as_object()?;
    if !schema::asserts_only(object, &["type", "properties", "required", "not"]) {
        return None;
    }
    let mut parts = Vec::new();
    if let Some(required) = object.get("required") {
        let required = names(required)?;
        if !required.is_empty() {
            parts.push(format!("{} required", are(&required)));
        }
    }
    for (name, property) in
        object.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        if *property == Value::Bool(false) {
            parts.push(format!("{} is not allowed", code(name)));
        } else if property.as_object().is_some_and(|one| schema::assertions(one).next().is_some()) {
            parts.push(format!("{} has to be {}", code(name), value(property)?));
        }
    }
    if let Some(not) = object.get("not") {
        let [name] = required_only(not)?[..] else { return None };
        parts.push(format!("{} is not allowed", code(name)));
    }
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// The values that a property may have, behind "is" or "has to be".
fn value(schema: &Value) -> Option<String> {
    let object = schema.as_object()?;
    let plain = |value: &Value| match value {
        Value::Null => Some("`null`".to_owned()),
        value => short(value),
    };
    if let Some(constant) = object.get("const") {
        return schema::asserts_only(object, &["const", "type"]).then(|| plain(constant))?;
    }
    if let Some(listed) = object.get("enum") {
        let values: Option<Vec<_>> = listed.as_array()?.iter().map(plain).collect();
        let values = values.filter(|values| (1..=MOST_VALUES).contains(&values.len()))?;
        return schema::asserts_only(object, &["enum", "type"]).then(|| in_words(&values, "or"));
    }
    let keys = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    let limited = schema::asserts_only(object, &keys) && schema::assertions(object).count() == 1;
    let limit = limits(object).pop().filter(|_| limited)?;
    let mut chars = limit.trim_end_matches('.').chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect())
}

/// A longer list is no part of a sentence.
const MOST_VALUES: usize = 6;

fn list<'a>(object: &'a Object, key: &str) -> impl Iterator<Item = &'a Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn names(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

/// "`a` is", "`a` and `b` are".
fn are(names: &[&str]) -> String {
    format!("{} {}", joined(names, "and"), if names.len() == 1 { "is" } else { "are" })
}

fn joined(names: &[&str], last: &str) -> String {
    let names: Vec<_> = names.iter().map(|name| code(name)).collect();
    in_words(&names, last)
}

/// "`a`, `b` and `c`".
fn in_words(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., one] => format!("{} {last} {one}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::sentences;

    #[test]
    fn rules_of_several_properties_are_sentences() {
        let edit = json!({"properties": {"mode": {"const": "edit"}}, "required": ["mode"]});
        let image = json!({"required": ["image"]});
        for (schema, expected) in [
            (json!({"if": edit, "then": image}), vec!["If `mode` is `edit`, `image` is required."]),
            (
                json!({"if": {"properties": {"mode": {"enum": ["a", "b"]}}}, "then": {"required": ["x", "y"]}}),
                vec!["If `mode` is `a` or `b` or left out, `x` and `y` are required."],
            ),
            (
                json!({"if": {"required": ["mask"]}, "then": image, "else": {"properties": {"n": {"maximum": 4}}}}),
                vec!["If `mask` is given, `image` is required; otherwise `n` has to be at most 4."],
            ),
            (
                json!({"if": edit, "else": image}),
                vec!["Unless `mode` is `edit`, `image` is required."],
            ),
            (
                json!({"if": edit, "then": {"properties": {"seed": false}}}),
                vec!["If `mode` is `edit`, `seed` is not allowed."],
            ),
            (
                json!({"if": {"not": {"required": ["a"]}}, "then": {"properties": {"b": {"const": null}}}}),
                vec!["If `a` is left out, `b` has to be `null`."],
            ),
            (
                json!({"allOf": [{"if": edit, "then": image}, {"dependentRequired": {"a": ["b"]}}]}),
                vec![
                    "If `mode` is `edit`, `image` is required.",
                    "If `a` is given, `b` is required.",
                ],
            ),
            (
                json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}, {"required": ["c"]}]}),
                vec!["At least one of `a`, `b` and `c` is required."],
            ),
            (
                json!({"oneOf": [{"required": ["a", "b"]}, {"required": ["c"]}]}),
                vec!["Exactly one of these is required: `a` and `b`; `c`."],
            ),
            (json!({"not": {"required": ["a", "b"]}}), vec!["`a` and `b` exclude each other."]),
            // What cannot be said is not said.
            (json!({"if": {"pattern": "a"}, "then": image}), vec![]),
            (json!({"if": edit, "then": {"minProperties": 3}}), vec![]),
            (json!({"anyOf": [{"required": ["a"]}, {"properties": {"b": {}}}]}), vec![]),
            (json!({"if": edit}), vec![]),
        ] {
            let Value::Object(object) = &schema else { unreachable!() };
            assert_eq!(sentences(object), expected, "{schema}");
        }
    }
}
