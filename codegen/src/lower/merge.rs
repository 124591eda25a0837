//! `allOf`, and keywords beside `$ref`: several schemas at once become one where they can.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Lowered, Lowering, Named, apart, conditions};
use crate::dialect;
use crate::ir::{Item, Rule, Type};
use crate::schema::{self, Object, equal};

const UNEVALUATED: &[&str] = &["unevaluatedProperties", "unevaluatedItems"];

/// How many references of one schema are merged with what stands beside them.
pub(super) const MAX_MERGES: usize = 2000;

/// References are followed this far while schemas are merged.
pub(super) const MAX_STEPS: usize = 16;

impl Lowering<'_> {
    pub(super) fn all_of(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Lowered {
        if UNEVALUATED.iter().any(|key| object.contains_key(*key)) {
            return self.all_of_with_unevaluated(object, at, hint, named);
        }
        let branches = branches(object, at);
        let mut constraining: Vec<_> =
            branches.iter().filter(|(_, branch)| constrains(branch)).collect();
        if let [(at, only)] = constraining.as_slice() {
            return self.lower_as(only, at, hint, named);
        }
        if constraining.is_empty() {
            return Lowered::anything();
        }
        let schemas: Vec<_> = constraining.iter().map(|(_, branch)| branch.clone()).collect();
        let mut followed = Vec::new();
        if let Some(merged) = self.merged(&schemas, at, MAX_STEPS, &mut followed) {
            return self.lower_merged(merged, followed, at, hint, named);
        }
        // One of them shapes the type, the others are checked.
        let first = constraining.iter().position(|(_, branch)| says_type(branch)).unwrap_or(0);
        let (first_at, first) = constraining.remove(first);
        // What is referred to elsewhere too has a name of its own, without the rules beside it.
        let named = named.filter(|_| first.get("$ref").is_none());
        let mut lowered = self.lower_as(first, first_at, hint, named);
        if first.get("$ref").is_none() {
            self.add_relations(&lowered.ty, constraining.iter().map(|(_, branch)| branch));
        }
        let others = constraining.iter().map(|(at, branch)| self.rules(branch, at)).collect();
        lowered.rules = apart(lowered.rules);
        lowered.rules.push(Rule::AllOf(others));
        lowered
    }

    /// Adds what other schemas say of a struct's properties to what its docs say.
    fn add_relations<'b>(&mut self, ty: &Type, schemas: impl Iterator<Item = &'b Value>) {
        let Type::Named(name) = ty else { return };
        let items = self.items.iter_mut().flatten();
        let mut structs = items.filter_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        });
        let Some(item) = structs.find(|item| item.name == *name) else { return };
        for schema in schemas.filter_map(Value::as_object) {
            item.relations.extend(conditions::sentences(schema));
        }
    }

    /// What is evaluated depends on all schemas: they become one, or they are checked as a whole.
    fn all_of_with_unevaluated(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Lowered {
        let others = schema::without(object, UNEVALUATED);
        let schemas: Vec<_> = branches(&others, at).into_iter().map(|(_, branch)| branch).collect();
        let mut followed = Vec::new();
        if let Some(mut merged) = self.merged(&schemas, at, MAX_STEPS, &mut followed) {
            for key in UNEVALUATED {
                if let Some(schema) = object.get(*key) {
                    merged.insert((*key).to_owned(), schema.clone());
                }
            }
            dialect::unevaluated(&mut merged);
            return self.lower_merged(merged, followed, at, hint, named);
        }
        let refers = schemas.iter().any(|schema| schema.get("$ref").is_some());
        let Lowered { ty, .. } = self.all_of(&others, at, hint, named.filter(|_| !refers));
        Lowered { ty, rules: self.object_rules(object, at) }
    }

    fn lower_merged(
        &mut self,
        merged: Object,
        followed: Vec<String>,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Lowered {
        let before = self.merging.len();
        self.merging.extend(followed);
        let lowered = self.lower_as(&Value::Object(merged), at, hint, named);
        self.merging.truncate(before);
        lowered
    }

    /// All the schemas as one, and the targets of the references in them.
    fn merged(
        &mut self,
        schemas: &[Value],
        at: &str,
        steps: usize,
        followed: &mut Vec<String>,
    ) -> Option<Object> {
        let mut all = Object::new();
        for schema in schemas {
            let object = self.flattened(schema, at, steps.checked_sub(1)?, followed)?;
            all = merge(all, object)?;
        }
        Some(all)
    }

    /// The schema with its reference followed and its `allOf` merged.
    pub(super) fn flattened(
        &mut self,
        schema: &Value,
        at: &str,
        steps: usize,
        followed: &mut Vec<String>,
    ) -> Option<Object> {
        match schema {
            Value::Bool(true) => Some(Object::new()),
            Value::Object(object)
                if object.contains_key("$ref") || object.contains_key("allOf") =>
            {
                let mut parts = Vec::new();
                for (_, branch) in branches(object, at) {
                    let target = branch.get("$ref").and_then(Value::as_str).map(str::to_owned);
                    match target {
                        // What is taken out of its resource would lose the resource's anchors.
                        Some(_) if !self.dynamic.is_empty() => return None,
                        Some(target) => {
                            let (pointer, schema) = self.resolve(&target, at)?;
                            parts.push(schema.clone());
                            self.follow(&pointer)?;
                            followed.push(pointer);
                        }
                        None => parts.push(branch),
                    }
                }
                self.merged(&parts, at, steps, followed)
            }
            Value::Object(object) => Some(object.clone()),
            _ => None,
        }
    }

    /// A target that is being lowered would be merged into itself without end, and what is merged
    /// in several places is lowered in each: it must not be too many.
    fn follow(&mut self, pointer: &str) -> Option<()> {
        self.merges = self.merges.checked_sub(1)?;
        let is_underway = self.is_begun(pointer) || self.merging.iter().any(|at| at == pointer);
        (!is_underway).then_some(())
    }
}

/// The schemas that a schema with `$ref` or `allOf` is the conjunction of, its own keywords first.
fn branches(object: &Object, at: &str) -> Vec<(String, Value)> {
    let own = schema::without(object, &["$ref", "allOf"]);
    let mut branches = vec![(at.to_owned(), Value::Object(own))];
    if let Some(target) = object.get("$ref") {
        branches.push((at.to_owned(), json!({ "$ref": target })));
    }
    for (index, branch) in
        object.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        branches.push((format!("{at}/allOf/{index}"), branch.clone()));
    }
    branches
}

fn constrains(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => schema::assertions(object).next().is_some(),
        schema => *schema != Value::Bool(true),
    }
}

fn says_type(schema: &Value) -> bool {
    ["$ref", "type", "enum", "const"].iter().any(|key| schema.get(*key).is_some())
}

/// Both schemas at once, if one schema without `allOf` at its top can say it.
pub(super) fn merge(mut a: Object, b: Object) -> Option<Object> {
    let closes = |object: &Object| {
        let open = matches!(object.get("additionalProperties"), None | Some(Value::Bool(true)));
        !open
            || [
                "patternProperties",
                "unevaluatedProperties",
                "unevaluatedItems",
                "prefixItems",
                "$dynamicRef",
            ]
            .iter()
            .any(|key| object.contains_key(*key))
    };
    let constrains = |object: &Object| schema::assertions(object).next().is_some();
    if closes(&a) && constrains(&b) || closes(&b) && constrains(&a) {
        return None;
    }
    // Keywords that speak of one another mean something else beside those of another schema.
    let has = |object: &Object, group: &[&str]| group.iter().any(|key| object.contains_key(*key));
    if TOGETHER.iter().any(|group| has(&a, group) && has(&b, group)) {
        return None;
    }
    for (key, theirs) in b {
        match a.get_mut(&key) {
            None => {
                a.insert(key, theirs);
            }
            Some(ours) if schema::is_assertion(&key) && !equal(ours, &theirs) => {
                let merged = merge_keyword(&key, ours.take(), theirs)?;
                *ours = merged;
            }
            Some(_) => {}
        }
    }
    Some(a)
}

const TOGETHER: &[&[&str]] =
    &[&["if", "then", "else"], &["contains", "minContains", "maxContains"]];

fn merge_keyword(key: &str, ours: Value, theirs: Value) -> Option<Value> {
    Some(match (key, ours, theirs) {
        ("properties", Value::Object(mut all), Value::Object(theirs)) => {
            for (name, schema) in theirs {
                match all.get_mut(&name) {
                    Some(other) if equal(other, &schema) => {}
                    Some(other) => *other = json!({ "allOf": [other.take(), schema] }),
                    None => {
                        all.insert(name, schema);
                    }
                }
            }
            Value::Object(all)
        }
        ("required", Value::Array(mut all), Value::Array(theirs)) => {
            let new: Vec<_> = theirs.into_iter().filter(|name| !all.contains(name)).collect();
            all.extend(new);
            Value::Array(all)
        }
        ("enum", Value::Array(mut both), Value::Array(theirs)) => {
            let theirs: BTreeSet<_> = theirs.iter().map(schema::canonical).collect();
            both.retain(|value| theirs.contains(&schema::canonical(value)));
            Value::Array(both)
        }
        (
            "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties",
            ours,
            theirs,
        ) => {
            if ours.as_f64()? >= theirs.as_f64()? {
                ours
            } else {
                theirs
            }
        }
        (
            "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties",
            ours,
            theirs,
        ) => {
            if ours.as_f64()? <= theirs.as_f64()? {
                ours
            } else {
                theirs
            }
        }
        ("uniqueItems", ours, theirs) => json!(ours == json!(true) || theirs == json!(true)),
        ("items", ours, theirs) => json!({ "allOf": [ours, theirs] }),
        ("type", ours, theirs)
            if (ours == "integer" && theirs == "number")
                || (ours == "number" && theirs == "integer") =>
        {
            json!("integer")
        }
        ("additionalProperties", ..) => json!(true),
        _ => return None,
    })
}
