//! `required` in all the forms in which publishers write it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Object, escape};
use crate::error::Remarks;

/// Makes it a list of names, each of them once.
pub(super) fn names(object: &mut Object, at: &str, remarks: &mut Remarks) {
    of_properties(object, at, remarks);
    of_nothing(object, at, remarks);
    twice(object, at, remarks);
}

/// `"required": true` on a property, as in draft 3, belongs into the object's list.
fn of_properties(object: &mut Object, at: &str, remarks: &mut Remarks) {
    let Some(Value::Object(properties)) = object.get_mut("properties") else {
        return;
    };
    let mut names = Vec::new();
    for (name, property) in properties.iter_mut() {
        if let Value::Object(property) = property
            && let Some(Value::Bool(required)) = property.get("required")
        {
            remarks.note(
                &format!("{at}/properties/{}/required", escape(name)),
                "is read as part of the object's `required`",
            );
            if *required {
                names.push(Value::from(name.as_str()));
            }
            property.shift_remove("required");
        }
    }
    if names.is_empty() {
        return;
    }
    if let Value::Array(required) = object.entry("required").or_insert_with(|| json!([])) {
        required.extend(names);
    }
}

/// `"required": true` where no object's list takes it in.
fn of_nothing(object: &mut Object, at: &str, remarks: &mut Remarks) {
    if object.get("required").is_some_and(Value::is_boolean) {
        remarks.note(&format!("{at}/required"), "belongs to no property; it is passed over");
        object.shift_remove("required");
    }
}

/// A name that stands twice in `required` is required all the same.
fn twice(object: &mut Object, at: &str, remarks: &mut Remarks) {
    let Some(Value::Array(names)) = object.get_mut("required") else {
        return;
    };
    let mut seen = BTreeSet::new();
    names.retain(|name| {
        let first = seen.insert(name.to_string());
        if !first {
            remarks.note(&format!("{at}/required"), format!("names {name} twice"));
        }
        first
    });
}
