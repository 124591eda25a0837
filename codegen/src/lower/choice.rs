//! `enum` and `const`: one of a few values.

use std::collections::BTreeSet;

use serde_json::Value;

use super::values::said_of_values;
use super::{Lowered, Lowering, Named, facts};
use crate::ir::{Choice, Choosable, Item, Rule, Type, Wire};
use crate::schema::{self, Object, equal};
use crate::{Role, digits, names};

impl Lowering<'_> {
    pub(super) fn choice(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Lowered {
        let values = self.values(object, at);
        if values.is_empty() {
            return Lowered { ty: Type::Value, rules: vec![Rule::Never] };
        }
        if values.iter().all(Value::is_null) {
            return Lowered::of(Type::Null);
        }
        if values.len() == 2 && values.iter().all(Value::is_boolean) {
            return Lowered::of(Type::Boolean);
        }
        let wires: Option<Vec<_>> = values.iter().map(wire).collect();
        match wires {
            Some(wires) if self.role == Role::Input || of_one_kind(&wires) => {
                self.closed_or_open(object, wires, (at, hint), named, self.role == Role::Output)
            }
            // An open enum of several kinds would tell no more than the value itself.
            _ => Lowered {
                ty: Type::Value,
                rules: vec![Rule::Enum(digits::text(&Value::Array(values)))],
            },
        }
    }

    /// An enum of these values, with a name of its own.
    pub(super) fn closed_or_open(
        &mut self,
        object: &Object,
        wires: Vec<Wire>,
        (at, hint): (&str, &str),
        named: Named,
        open: bool,
    ) -> Lowered {
        let (slot, name) = self.name(hint, named, at);
        let mut said = said_of_values(object);
        let names = self.variants(&name, &wires, open);
        let values = names.into_iter().zip(wires).map(|(name, wire)| {
            let said = said.remove(&json(&wire)).unwrap_or_default();
            Choosable { name, wire, docs: said.docs, deprecated: said.deprecated }
        });
        let variants = values.collect();
        let docs = facts::describe_type(object, &name);
        self.items[slot] = Some(Item::Choice(Choice { name: name.clone(), docs, variants, open }));
        Lowered::of(Type::Named(name))
    }

    /// The name of each value.
    fn variants(&mut self, owner: &str, wires: &[Wire], open: bool) -> Vec<String> {
        let mut scope = self.given.scope(&format!("{owner} "), if open { &["Other"] } else { &[] });
        let mut claiming: Vec<_> = wires.iter().map(json).enumerate().collect();
        claiming.sort_by(|(_, one), (_, other)| names::by_claim(one).cmp(&names::by_claim(other)));
        let is_mixed = !of_one_kind(wires);
        let mut claimed = vec![String::new(); wires.len()];
        for (index, wire) in claiming {
            let what = format!("{owner} = {wire}");
            claimed[index] =
                self.given.claim_one_of(&mut scope, what, &variant(&wires[index], is_mixed));
        }
        claimed
    }

    /// The values that `enum`, `const` and `type` leave, each once.
    fn values(&mut self, object: &Object, at: &str) -> Vec<Value> {
        let mut listed = match object.get("enum") {
            Some(Value::Array(values)) => values.clone(),
            Some(other) => {
                self.remarks
                    .fault(&format!("{at}/enum"), format!("is {other}; expected a list of values"));
                return Vec::new();
            }
            None => object.get("const").cloned().into_iter().collect(),
        };
        if let Some(constant) = object.get("const") {
            listed.retain(|value| equal(value, constant));
        }
        let kinds = schema::kinds(object);
        let mut values: Vec<Value> = Vec::new();
        let mut seen = BTreeSet::new();
        for value in listed {
            let canonical = schema::canonical(&value);
            if seen.contains(&canonical) {
                self.remarks.note(&format!("{at}/enum"), format!("lists {value} twice"));
            } else if kinds
                .as_ref()
                .is_some_and(|kinds| !kinds.iter().any(|kind| schema::is_kind(&value, *kind)))
            {
                self.remarks.note(
                    &format!("{at}/enum"),
                    format!("lists {value}, which its own type excludes"),
                );
            } else {
                seen.insert(canonical);
                values.push(value);
            }
        }
        if values.is_empty() {
            self.unsatisfiable(
                &format!("{at}/enum"),
                "leaves no value: nothing can satisfy it".to_owned(),
            );
        }
        values
    }
}

/// A value as a variant can hold it.
fn wire(value: &Value) -> Option<Wire> {
    if let Some(whole) = digits::whole(value) {
        return Some(whole.parse().map_or(Wire::Digits(whole), Wire::Integer));
    }
    Some(match value {
        Value::Null => Wire::Null,
        Value::Bool(value) => Wire::Boolean(*value),
        Value::Number(_) => Wire::Number(value.as_f64()?),
        // Of a fraction as many digits as a float has.
        Value::String(text) => match digits::of(value) {
            Some(digits) => Wire::Number(digits.parse().ok()?),
            None => Wire::String(text.clone()),
        },
        Value::Array(_) | Value::Object(_) => return None,
    })
}

pub(super) fn json(wire: &Wire) -> String {
    let value = match wire {
        Wire::Null => Value::Null,
        Wire::Boolean(value) => Value::from(*value),
        Wire::Integer(value) => Value::from(*value),
        Wire::Number(value) => Value::from(*value),
        Wire::Digits(digits) => return digits.clone(),
        Wire::String(value) => Value::from(value.as_str()),
    };
    value.to_string()
}

/// The JSON text that identifies a value.
pub(super) fn key(value: &Value) -> String {
    wire(value).map_or_else(|| schema::canonical(value), |wire| json(&wire))
}

fn of_one_kind(wires: &[Wire]) -> bool {
    wires.iter().all(|wire| matches!(wire, Wire::String(_)))
        || wires.iter().all(|wire| matches!(wire, Wire::Integer(_)))
}

/// The names that it may have, the best one first; a string may be spelled as a value of another kind.
fn variant(wire: &Wire, is_mixed: bool) -> Vec<String> {
    let name = match wire {
        Wire::Null => "Null".to_owned(),
        Wire::Boolean(true) => "True".to_owned(),
        Wire::Boolean(false) => "False".to_owned(),
        Wire::Integer(value) => names::pascal(&value.to_string()),
        Wire::Number(value) => names::pascal(&value.to_string()),
        Wire::Digits(value) => names::pascal(value),
        Wire::String(value) => {
            let mut names = names::spellings(value);
            if is_mixed {
                names.insert(1, format!("{}Text", names[0].trim_end_matches('_')));
            }
            return names;
        }
    };
    vec![name]
}
