//! Whether a keyword has the form that the standard, or a dialect that is read, gives it.

use serde_json::{Map, Value};

use super::{Form, form};
use crate::dialect::escape;
use crate::error::Remarks;
use crate::{digits, draft};

/// Reports each keyword of a schema that has a wrong form, and takes it out: as a fault where a
/// whole model depends on it, otherwise as a note.
pub(crate) fn check(
    schema: &mut Map<String, Value>,
    at: &str,
    is_strict: bool,
    remarks: &mut Remarks,
) {
    let mut wrong = Vec::new();
    for (key, value) in schema.iter_mut() {
        let Some(form) = form(key).filter(|form| *form != Form::Any) else { continue };
        let at = format!("{at}/{}", escape(key));
        if value.is_null() {
            if super::is_constraint(key) {
                remarks.note(&at, "is null; it is read as absent");
            }
            wrong.push(key.clone());
            continue;
        }
        let faults = faults(form, key, value);
        if faults.iter().any(|(below, _)| below.is_empty()) {
            wrong.push(key.clone());
        }
        for (below, message) in faults {
            let at = format!("{at}{below}");
            if is_strict {
                remarks.fault(&at, message);
            } else {
                remarks.note(&at, format!("{message}; it is passed over"));
            }
            if let Some(part) = value.pointer_mut(&below).filter(|_| !below.is_empty()) {
                *part =
                    if form == Form::NamesByName { Value::Array(Vec::new()) } else { true.into() };
            }
        }
    }
    for key in wrong {
        schema.shift_remove(&key);
    }
}

/// What is wrong with the value of a keyword: the places below it, and what was expected there.
fn faults(form: Form, key: &str, value: &Value) -> Vec<(String, String)> {
    let is =
        |expected: &str| vec![(String::new(), format!("is {}; expected {expected}", shown(value)))];
    let fits = |fits: bool, expected: &str| if fits { Vec::new() } else { is(expected) };
    let number = number(value);
    match form {
        Form::Any => Vec::new(),
        Form::Text => match digits::string(value) {
            Some(uri) if key == "$schema" => unread_draft(uri),
            text => fits(text.is_some(), "a string"),
        },
        Form::Flag => fits(value.is_boolean(), "true or false"),
        Form::Number => fits(number.is_some(), "a number"),
        Form::Limit => fits(number.is_some() || value.is_boolean(), "a number"),
        Form::Step => fits(number.is_some_and(|step| step > 0.0), "a number above 0"),
        Form::Count => fits(
            number.is_some_and(|count| count >= 0.0 && count.fract() == 0.0),
            "a whole number of 0 or more",
        ),
        Form::Values => fits(value.is_array(), "a list of values"),
        Form::Names if value.is_boolean() => Vec::new(),
        Form::Names => names(value).unwrap_or_else(|| is("a list of names")),
        Form::Types => types(value).unwrap_or_else(|| is("the name of a type, or a list of them")),
        Form::Schema => fits(is_schema(value), SCHEMA),
        Form::SchemaOrList => match value {
            Value::Array(schemas) => schemas_of(schemas),
            value => fits(is_schema(value), "a schema, or a list of schemas"),
        },
        Form::Schemas => match value {
            Value::Array(schemas) if !schemas.is_empty() => schemas_of(schemas),
            _ => is("a list of schemas, and at least one"),
        },
        Form::SchemaByName => members(
            value,
            |member| {
                if is_schema(member) { Some(Vec::new()) } else { None }
            },
            SCHEMA,
        )
        .unwrap_or_else(|| is("an object with a schema for each name")),
        Form::NamesByName => members(value, names, "a list of names")
            .unwrap_or_else(|| is("an object with a list of names for each name")),
        Form::Dependencies => members(
            value,
            |member| {
                let is_name = digits::string(member).is_some();
                if is_name || is_schema(member) { Some(Vec::new()) } else { names(member) }
            },
            "a schema or a list of names",
        )
        .unwrap_or_else(|| is("an object with a schema or a list of names for each name")),
    }
}

const SCHEMA: &str = "a schema (an object or a boolean)";

fn is_schema(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}

fn schemas_of(schemas: &[Value]) -> Vec<(String, String)> {
    let wrong = schemas.iter().enumerate().filter(|(_, schema)| !is_schema(schema));
    wrong.map(|(index, schema)| (format!("/{index}"), expected(schema, SCHEMA))).collect()
}

/// What is wrong with the members of an object; none if the value is none.
fn members(
    value: &Value,
    faults: impl Fn(&Value) -> Option<Vec<(String, String)>>,
    wanted: &str,
) -> Option<Vec<(String, String)>> {
    let mut all = Vec::new();
    for (name, member) in value.as_object()? {
        let here = || vec![(String::new(), expected(member, wanted))];
        let faults = faults(member).unwrap_or_else(here);
        let name = escape(name);
        all.extend(faults.into_iter().map(|(below, message)| (format!("/{name}{below}"), message)));
    }
    Some(all)
}

/// What is wrong with a list of names; none if the value is none.
fn names(value: &Value) -> Option<Vec<(String, String)>> {
    let wrong = value.as_array()?.iter().enumerate();
    let wrong = wrong.filter(|(_, name)| digits::string(name).is_none());
    Some(wrong.map(|(index, name)| (format!("/{index}"), expected(name, "a name"))).collect())
}

/// What is wrong with types; none if the value is neither one nor a list.
fn types(value: &Value) -> Option<Vec<(String, String)>> {
    match value {
        Value::Array(types) if !types.is_empty() => {
            let is_type = |ty: &Value| digits::string(ty).is_some() || ty.is_object();
            let wrong = types.iter().enumerate().filter(|(_, ty)| !is_type(ty));
            let wrong =
                wrong.map(|(index, ty)| (format!("/{index}"), expected(ty, "the name of a type")));
            Some(wrong.collect())
        }
        value => digits::string(value).map(|_| Vec::new()),
    }
}

/// A number, or a string that spells one: many publishers write that.
fn number(value: &Value) -> Option<f64> {
    let spelled = || digits::string(value)?.trim().parse::<serde_json::Number>().ok()?.as_f64();
    digits::nearest(value).or_else(spelled)
}

fn unread_draft(uri: &str) -> Vec<(String, String)> {
    let Some(name) = draft::unread(uri) else { return Vec::new() };
    let message =
        format!("is {name}, which is not read: expected draft 3, 4, 6, 7, 2019-09 or 2020-12");
    vec![(String::new(), message)]
}

fn expected(value: &Value, wanted: &str) -> String {
    format!("is {}; expected {wanted}", shown(value))
}

/// A value in messages, which are one line.
fn shown(value: &Value) -> String {
    let text = digits::shown(value);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
