//! What the alternatives of a union are called as its variants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::union::constant;
use crate::ir::Kind;
use crate::names;
use crate::schema::{self, Object};

/// A word for each alternative, where the schema has one: the value of the property that tells them
/// apart, its own name, its only value, a property that no other has. `None` leaves it to the type.
///
/// What is called like the union itself, or like the property that holds it, has no name of its own.
pub(super) fn labels(
    branches: &[Value],
    document: &Value,
    hint: &str,
    union: &str,
) -> Vec<Option<String>> {
    let schemas: Vec<_> = branches.iter().map(|branch| target(branch, document)).collect();
    let tag = discriminator(&schemas, document);
    let is_told = |label: &String| label != hint && label != union;
    let own = |branch: &Value| {
        let tagged = tag.and_then(|tag| value(branch, tag, document));
        let only = constant(branch).filter(|only| only.chars().count() <= LONGEST);
        let label = tagged.map(str::to_owned).or_else(|| title(branch));
        let label = label.map(|label| names::pascal(&label)).filter(is_told);
        label.or_else(|| only.map(names::pascal))
    };
    let mut labels: Vec<_> = branches.iter().map(own).collect();
    let untold: Vec<_> = (0..branches.len()).filter(|index| labels[*index].is_none()).collect();
    let values = untold.iter().filter(|index| lists_values(schemas[**index])).count();
    let objects = untold.iter().filter(|index| is_object(schemas[**index])).count();
    for index in untold {
        let schema = schemas[index];
        labels[index] = if values == 1 && lists_values(schema) {
            Some("Preset".to_owned())
        } else if values == 1 && objects == 1 && is_object(schema) {
            Some("Custom".to_owned())
        } else if objects > 1 {
            own_property(&schemas, index).map(|property| names::pascal(&property))
        } else {
            None
        };
    }
    labels
}

/// A longer title or value is a sentence.
const LONGEST: usize = 40;

/// The property that tells the alternatives apart: each has it, with one value of its own.
pub(super) fn discriminator<'a>(schemas: &[&'a Value], document: &Value) -> Option<&'a str> {
    let properties = schemas.first()?.get("properties")?.as_object()?;
    let tells = |name: &&String| {
        let mut seen = BTreeSet::new();
        let value = |schema: &&Value| value(schema, name, document).map(str::to_owned);
        schemas.iter().all(|schema| value(schema).is_some_and(|value| seen.insert(value)))
    };
    properties.keys().find(tells).map(String::as_str)
}

/// The only value of a property, which it may say by a reference.
fn value<'a>(schema: &'a Value, property: &str, document: &'a Value) -> Option<&'a str> {
    constant(target(schema.get("properties")?.get(property)?, document))
}

/// What a branch calls itself.
fn title(branch: &Value) -> Option<String> {
    let title = branch
        .get("title")
        .and_then(Value::as_str)
        .filter(|title| title.chars().count() <= LONGEST);
    let target =
        branch.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
    let label = target.filter(|target| !target.starts_with('#')).or(title)?;
    (!label.trim().is_empty()).then(|| label.to_owned())
}

/// What a branch refers to, if it is a reference.
fn target<'a>(branch: &'a Value, document: &'a Value) -> &'a Value {
    let mut schema = branch;
    for _ in 0..MOST_STEPS {
        let target = schema.get("$ref").and_then(Value::as_str);
        let pointer = target.map(|target| target.strip_prefix('#').unwrap_or(target));
        match pointer.and_then(|pointer| schema::find(document, pointer)) {
            Some((_, next)) => schema = next,
            None => break,
        }
    }
    schema
}

/// A reference may lead back to itself.
const MOST_STEPS: usize = 16;

fn lists_values(branch: &Value) -> bool {
    branch.get("enum").and_then(Value::as_array).is_some_and(|values| values.len() > 1)
}

pub(super) fn is_object(branch: &Value) -> bool {
    let Value::Object(object) = branch else { return false };
    object.contains_key("properties")
        || schema::kinds(object).is_some_and(|kinds| kinds == [Kind::Object])
}

fn properties(branch: &Value) -> Option<&Object> {
    branch.get("properties")?.as_object()
}

/// The property by which a branch is known among the others: one that it alone requires, else one
/// that it alone has.
fn own_property(branches: &[&Value], index: usize) -> Option<String> {
    let required = |branch: &Value| -> Vec<String> {
        let required = branch.get("required").and_then(Value::as_array);
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    };
    let known = |branch: &Value| -> Vec<String> {
        properties(branch).into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    only_of(branches, index, &required).or_else(|| only_of(branches, index, &known))
}

fn only_of(
    branches: &[&Value],
    index: usize,
    names: &impl Fn(&Value) -> Vec<String>,
) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in branches.iter().copied().flat_map(names) {
        *counts.entry(name).or_default() += 1;
    }
    names(branches[index]).into_iter().find(|name| counts[name] == 1)
}
