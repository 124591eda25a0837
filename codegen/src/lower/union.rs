//! `anyOf`, `oneOf` and lists of types: one of several shapes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::facts::{self, is_deprecated};
use super::label::{is_object, labels};
use super::{Lowered, Lowering, Named, describe, naming, with};
use crate::ir::{Item, Kind, Type, Union, Variant, Wire};
use crate::schema::{self, Object};
use crate::{Role, digits, names};

impl Lowering<'_> {
    /// The type of a schema that is nothing but alternatives.
    pub(super) fn alternatives(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Option<(Lowered, Vec<&'static str>)> {
        let key = ["anyOf", "oneOf"].into_iter().find(|key| object.contains_key(*key))?;
        let only = schema::asserts_only(object, &[key, "type"]);
        let limited = || schema::assertions(object).all(|other| other == key || is_limit(other));
        if !only && !limited() {
            return None;
        }
        let branches = object.get(key)?.as_array()?.clone();
        let kinds = schema::kinds(object);
        let typed = branches.iter().map(|branch| typed(branch, kinds.as_deref()));
        let branches: Vec<_> = typed.collect::<Option<_>>()?;
        // Branches that only add limits shape no types.
        if branches.is_empty()
            || !branches.iter().all(Self::shapes)
            || branches.iter().all(only_requires)
        {
            return None;
        }
        if let [one] = branches.as_slice() {
            // What may be referred to elsewhere has a name of its own, without the limits.
            let named = named.filter(|_| only);
            return Some((self.lower_as(one, &format!("{at}/{key}/0"), hint, named), with(&[key])));
        }
        if let Some(values) = constants(&branches, key) {
            // The alternatives stay: they have the words for their values.
            let mut object = object.clone();
            object.insert("enum".to_owned(), Value::Array(values));
            return Some((self.choice(&object, at, hint, named), with(&[key])));
        }
        if let Some(lowered) = self.open_enum(&branches, object, (at, key), hint, named.clone()) {
            return Some((lowered, with(&[key])));
        }
        let lowered = self.union(&branches, object, (at, key), hint, named);
        Some((lowered, with(&[key])))
    }

    /// `"type": ["string", "integer"]`.
    pub(super) fn kinds_union(
        &mut self,
        object: &Object,
        kinds: &[Kind],
        at: &str,
        hint: &str,
        named: Named,
    ) -> Lowered {
        let untyped = schema::without(object, &["type"]);
        let mut kinds = kinds.to_vec();
        kinds.dedup();
        if kinds.contains(&Kind::Number) {
            kinds.retain(|kind| *kind != Kind::Integer);
        }
        let branches: Vec<_> = kinds
            .iter()
            .filter_map(|kind| typed(&Value::Object(of_kind(&untyped, *kind)), Some(&[*kind])))
            .collect();
        self.union(&branches, object, (at, "type"), hint, named)
    }

    pub(super) fn union(
        &mut self,
        branches: &[Value],
        object: &Object,
        (at, key): (&str, &str),
        hint: &str,
        named: Named,
    ) -> Lowered {
        let (slot, name) = self.name(hint, named, at);
        self.remember(at, slot, &name);
        let open = self.role == Role::Output;
        let mut scope = self.given.scope(&format!("{name} "), if open { &["Other"] } else { &[] });
        let mut variants = Vec::new();
        let words = naming::words(branches);
        let labels = labels(branches, self.document, &names::pascal(hint), &name);
        for (index, branch) in branches.iter().enumerate() {
            let at = if key == "type" { at.to_owned() } else { format!("{at}/{key}/{index}") };
            let label = labels[index].clone();
            let inner = match &label {
                Some(label) => format!("{name}{label}"),
                // The type of the items of a list is `…Item` by itself.
                None if is_list(branch) => name.clone(),
                None if is_object(branch) => format!("{name}Object"),
                None => format!("{name}Value"),
            };
            let Lowered { ty, rules } = self.lower(branch, &at, &inner);
            let label = label.unwrap_or_else(|| noun(&ty));
            let docs = branch.as_object().map(describe).unwrap_or_default();
            let deprecated = branch.as_object().is_some_and(is_deprecated);
            let what = format!("{name} | {}", words[index]);
            let name = self.given.claim(&mut scope, what, label);
            variants.push(Variant { name, docs, deprecated, ty, rules });
        }
        let docs = facts::describe_type(object, &name);
        self.items[slot] = Some(Item::Union(Union {
            name: name.clone(),
            docs,
            variants,
            // What is open may fit several: a value that one lists is none that another knows.
            exclusive: key == "oneOf" && !open,
            open,
            blank: 0,
        }));
        Lowered::of(Type::Named(name))
    }

    /// `anyOf` of known strings and any string: the known ones are suggestions.
    fn open_enum(
        &mut self,
        branches: &[Value],
        object: &Object,
        (at, key): (&str, &str),
        hint: &str,
        named: Named,
    ) -> Option<Lowered> {
        if key != "anyOf" {
            return None;
        }
        let (known, free): (Vec<_>, Vec<_>) = branches
            .iter()
            .partition(|branch| branch.get("enum").is_some() || branch.get("const").is_some());
        let is_free = |branch: &&Value| matches!(branch, Value::Object(object) if object.get("type") == Some(&json!("string")) && schema::asserts_only(object, &["type"]) && !object.contains_key("format"));
        if known.is_empty() || free.is_empty() || !free.iter().all(is_free) {
            return None;
        }
        let (mut wires, mut seen) = (Vec::new(), BTreeSet::new());
        for branch in known {
            let Value::Object(branch) = branch else {
                return None;
            };
            if !schema::asserts_only(branch, &["enum", "const", "type"]) {
                return None;
            }
            let listed = branch.get("enum").and_then(Value::as_array).cloned();
            for value in
                listed.unwrap_or_else(|| branch.get("const").cloned().into_iter().collect())
            {
                let wire = Wire::String(digits::string(&value)?.to_owned());
                if seen.insert(value.to_string()) {
                    wires.push(wire);
                }
            }
        }
        (!wires.is_empty()).then(|| self.closed_or_open(object, wires, (at, hint), named, true))
    }

    /// Whether a branch says enough of its type to become a variant.
    fn shapes(branch: &Value) -> bool {
        let Value::Object(object) = branch else {
            return false;
        };
        ["type", "$ref", "enum", "const", "allOf", "anyOf", "oneOf"]
            .iter()
            .any(|key| object.contains_key(*key))
    }
}

/// Whether a branch says of an object only which of its members have to be there.
fn only_requires(branch: &Value) -> bool {
    let Value::Object(object) = branch else { return false };
    let says = ["type", "required", "not", "minProperties", "maxProperties", "dependentRequired"];
    schema::kinds(object).is_some_and(|kinds| kinds == [Kind::Object])
        && schema::asserts_only(object, &says)
        && says[1..].iter().any(|key| object.contains_key(*key))
}

/// Whether a keyword only limits what other keywords give a type.
fn is_limit(key: &str) -> bool {
    !matches!(
        key,
        "type"
            | "enum"
            | "const"
            | "anyOf"
            | "oneOf"
            | "properties"
            | "patternProperties"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "items"
            | "prefixItems"
            | "unevaluatedItems"
    )
}

/// The branch with the type that stands beside the alternatives; `None` where its own has nothing
/// in common with that.
fn typed(branch: &Value, outer: Option<&[Kind]>) -> Option<Value> {
    let (Value::Object(object), Some(outer)) = (branch, outer) else {
        return Some(branch.clone());
    };
    let own = schema::kinds(object);
    let both: Vec<_> = match &own {
        Some(own) => own.iter().filter_map(|kind| schema::common(*kind, outer)).collect(),
        None => outer.to_vec(),
    };
    let words: Vec<_> = both.iter().map(|kind| schema::word(*kind)).collect();
    let word = match words.as_slice() {
        [] => return None,
        [one] => json!(one),
        several => json!(several),
    };
    let mut object = object.clone();
    if own != Some(both) {
        object.insert("type".to_owned(), word);
    }
    Some(Value::Object(object))
}

/// The keywords that say something of values of a kind.
fn of_kind(object: &Object, kind: Kind) -> Object {
    let speaks = |key: &str| match key {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            matches!(kind, Kind::Integer | Kind::Number)
        }
        "minLength" | "maxLength" | "pattern" | "format" | "$format" | "$content" => {
            kind == Kind::String
        }
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" | "contains"
        | "minContains" | "maxContains" | "unevaluatedItems" => kind == Kind::Array,
        "properties"
        | "required"
        | "additionalProperties"
        | "patternProperties"
        | "propertyNames"
        | "minProperties"
        | "maxProperties"
        | "dependentRequired"
        | "dependentSchemas"
        | "unevaluatedProperties" => kind == Kind::Object,
        "title" | "description" | "default" | "examples" => false,
        _ => true,
    };
    object
        .iter()
        .filter(|(key, _)| speaks(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The values of alternatives that are nothing but values.
pub(super) fn constants(branches: &[Value], key: &str) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for branch in branches {
        let Value::Object(branch) = branch else { return None };
        if !schema::asserts_only(branch, &["enum", "const", "type"]) {
            return None;
        }
        let listed = branch.get("enum").and_then(Value::as_array).cloned();
        let listed = listed.or_else(|| branch.get("const").cloned().map(|value| vec![value]))?;
        let kinds = schema::kinds(branch);
        let fits = |value: &Value| {
            kinds
                .as_ref()
                .is_none_or(|kinds| kinds.iter().any(|kind| schema::is_kind(value, *kind)))
        };
        values.push(listed.into_iter().filter(fits).collect::<Vec<_>>());
    }
    // What stands in two alternatives fits both: `oneOf` refuses it.
    let mut fitting: BTreeMap<String, usize> = BTreeMap::new();
    for listed in &values {
        let distinct: BTreeSet<_> = listed.iter().map(schema::canonical).collect();
        distinct.into_iter().for_each(|value| *fitting.entry(value).or_default() += 1);
    }
    let mut all = values.concat();
    // The first of equal ones stays.
    all.retain(|value| {
        let count = fitting.remove(&schema::canonical(value));
        count.is_some_and(|count| key == "anyOf" || count == 1)
    });
    Some(all)
}

/// The only string that a schema allows.
pub(super) fn constant(schema: &Value) -> Option<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    match (schema.get("const"), listed) {
        (Some(only), _) | (None, Some([only])) => digits::string(only),
        _ => None,
    }
}

fn is_list(branch: &Value) -> bool {
    branch.as_object().and_then(schema::kinds).is_some_and(|kinds| kinds == [Kind::Array])
}

/// What a type is called as a variant.
fn noun(ty: &Type) -> String {
    match ty {
        Type::Null => "Null",
        Type::Boolean => "Boolean",
        Type::Integer | Type::BigInteger => "Integer",
        Type::Number => "Number",
        Type::String => "String",
        Type::Value => "Value",
        Type::Image => "Image",
        Type::Video => "Video",
        Type::Audio => "Audio",
        Type::Files => "Files",
        Type::Named(_) => "Object",
        Type::List(item) => return format!("{}List", noun(item)),
        Type::Array(item, _) => return format!("{}Array", noun(item)),
        Type::Map(_) => "Map",
        Type::Boxed(inner) | Type::Nullable(inner) => return noun(inner),
    }
    .to_owned()
}
