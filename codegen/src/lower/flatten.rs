//! Properties beside alternatives of more properties, as serde's `flatten` is written down.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::merge::MAX_STEPS;
use super::union::constants;
use super::{Lowered, Lowering, Named, object};
use crate::ir::Kind;
use crate::schema::{self, Object, equal};
use crate::{Role, dialect};

/// More fields than that, in all variants together, are read as one struct whose rules tell which belong
/// together.
const MOST_FIELDS: usize = 64;

/// An object with alternatives: what stands beside them, and each with its references followed.
struct Alternatives<'a> {
    object: &'a Object,
    key: &'static str,
    branches: Vec<Object>,
    /// The targets of the references.
    followed: Vec<String>,
}

impl Lowering<'_> {
    /// An object with alternatives of more properties: a union of these, each with what stands beside them; or,
    /// where they agree on their properties, an object that has those too.
    pub(super) fn flattened_object(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Option<(Lowered, Vec<&'static str>)> {
        if !["anyOf", "oneOf"].iter().any(|key| object.contains_key(*key)) {
            return None;
        }
        let alternatives = self.flat_alternatives(object, at);
        let all = alternatives.as_ref().and_then(|all| all.whole(self.document));
        let all = all.filter(|all| self.role == Role::Input && all.len() > 1);
        let differ = alternatives.as_ref().is_some_and(Alternatives::differ);
        let place = self.lasting(at);
        let is_union = self.given.is_union(&place, differ && all.as_deref().is_some_and(are_short));
        let alternatives = alternatives?;
        if let Some(all) = all.filter(|_| is_union) {
            let Alternatives { key, followed, .. } = alternatives;
            let before = self.merging.len();
            self.merging.extend(followed);
            let lowered = self.union(&all, object, (at, key), hint, named);
            self.merging.truncate(before);
            return Some((lowered, object::ALL.to_vec()));
        }
        let agreed = alternatives.agreed();
        (!agreed.is_empty()).then(|| self.object(&alternatives.hoisted(agreed), at, hint, named))
    }

    /// The alternatives of an object of which one has a property that does not stand beside them.
    fn flat_alternatives<'a>(&mut self, object: &'a Object, at: &str) -> Option<Alternatives<'a>> {
        let has = |key: &str| object.contains_key(key);
        let key = match (has("anyOf"), has("oneOf")) {
            (true, false) => "anyOf",
            (false, true) => "oneOf",
            _ => return None,
        };
        // What no property beside the alternatives names is spoken of there: theirs included.
        let is_open = matches!(object.get("additionalProperties"), None | Some(Value::Bool(true)));
        if !is_open || has("patternProperties") || !has("properties") && !has("required") {
            return None;
        }
        let mut followed = Vec::new();
        let listed = object.get(key)?.as_array()?;
        let branches = listed.iter().enumerate().map(|(index, branch)| {
            let at = format!("{at}/{key}/{index}");
            let mut whole = self.flattened(branch, &at, MAX_STEPS, &mut followed)?;
            let target = branch.get("$ref").and_then(Value::as_str);
            if let Some(name) = target.and_then(|target| target.rsplit('/').next()) {
                whole.insert("title".to_owned(), json!(name));
            }
            Some(whole)
        });
        let branches: Vec<_> = branches.collect::<Option<_>>()?;
        let is_object =
            |schema: &Object| schema::kinds(schema).is_some_and(|all| all == [Kind::Object]);
        let are_objects = is_object(object) || branches.iter().all(is_object);
        let alternatives = Alternatives { object, key, branches, followed };
        (are_objects && !alternatives.new_names().is_empty()).then_some(alternatives)
    }
}

/// Whether all alternatives together are short enough for types of their own.
fn are_short(all: &[Value]) -> bool {
    let fields = all.iter().filter_map(|one| one["properties"].as_object());
    fields.map(Object::len).sum::<usize>() <= MOST_FIELDS
}

impl Alternatives<'_> {
    /// Whether they have properties on which they do not agree.
    fn differ(&self) -> bool {
        self.new_names().len() > self.agreed().len()
    }

    /// The properties that only alternatives name.
    fn new_names(&self) -> BTreeSet<&str> {
        let own = properties(self.object);
        let all = self.branches.iter().flat_map(|branch| properties(branch).into_iter().flatten());
        let all = all.map(|(name, _)| name.as_str());
        all.filter(|name| own.is_none_or(|own| !own.contains_key(*name))).collect()
    }

    /// The new properties that all alternatives name and mean in the same way, or with values to tell them
    /// apart, and what each is.
    fn agreed(&self) -> Vec<(String, Value)> {
        let agreed = self.new_names().into_iter().filter_map(|name| {
            let all = self.branches.iter().map(|branch| properties(branch)?.get(name).cloned());
            let all: Vec<_> = all.collect::<Option<_>>()?;
            let first = all.first()?;
            if all.iter().all(|schema| equal(schema, first)) {
                return Some((name.to_owned(), first.clone()));
            }
            // Each value is that of at least one of them.
            let mut values: Vec<Value> = Vec::new();
            for value in constants(&all, "anyOf")? {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Some((name.to_owned(), json!({ "enum": values })))
        });
        agreed.collect()
    }

    /// The object with these properties, required where each alternative requires them.
    fn hoisted(&self, agreed: Vec<(String, Value)>) -> Object {
        let mut object = self.object.clone();
        let requires = |branch: &Object, name: &str| {
            let required = branch.get("required").and_then(Value::as_array);
            required.is_some_and(|required| required.iter().any(|one| one == name))
        };
        let mut own = properties(self.object).cloned().unwrap_or_default();
        let mut required =
            object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (name, schema) in agreed {
            let is_required = self.branches.iter().all(|branch| requires(branch, &name));
            if is_required && !required.iter().any(|one| *one == name) {
                required.push(json!(name));
            }
            own.insert(name, schema);
        }
        object.insert("type".to_owned(), json!("object"));
        object.insert("properties".to_owned(), Value::Object(own));
        if !required.is_empty() {
            object.insert("required".to_owned(), Value::Array(required));
        }
        object
    }

    /// Each alternative with all that stands beside them.
    fn whole(&self, document: &Value) -> Option<Vec<Value>> {
        // What is said of the whole is said of the union.
        let own =
            ["title", "description", "default", "examples", "unevaluatedProperties", self.key];
        let mut beside = schema::without(self.object, &own);
        beside.insert("type".to_owned(), json!("object"));
        let unevaluated = self.object.get("unevaluatedProperties");
        if unevaluated.is_some() && !self.are_told_apart(document) {
            return None;
        }
        let whole = self.branches.iter().map(|branch| {
            let mut whole = super::merge::merge(beside.clone(), branch.clone())?;
            if let Some(unevaluated) = unevaluated {
                whole.insert("unevaluatedProperties".to_owned(), unevaluated.clone());
                dialect::unevaluated(&mut whole);
            }
            for schema in whole.get_mut("properties")?.as_object_mut()?.values_mut() {
                if let Some(one) = one_of_both(schema) {
                    *schema = one;
                }
            }
            Some(Value::Object(whole))
        });
        whole.collect()
    }

    /// Whether a property that all of them require has another value in each: no value fits two of them.
    fn are_told_apart(&self, document: &Value) -> bool {
        let branches: Vec<_> = self.branches.iter().cloned().map(Value::Object).collect();
        let all: Vec<_> = branches.iter().collect();
        super::label::discriminator(&all, document).is_some_and(|tag| {
            let requires = |branch: &Value| {
                let required = branch["required"].as_array();
                required.is_some_and(|required| required.iter().any(|name| name == tag))
            };
            branches.iter().all(requires)
        })
    }
}

/// Merges what the object and one of its alternatives say of a property, whose value may be what
/// distinguishes the alternatives.
fn one_of_both(schema: &Value) -> Option<Value> {
    let object = schema.as_object().filter(|object| object.len() == 1)?;
    let [Value::Object(one), Value::Object(other)] = object.get("allOf")?.as_array()?.as_slice()
    else {
        return None;
    };
    let refers = |part: &Object| ["$ref", "allOf", "$id"].iter().any(|key| part.contains_key(*key));
    if refers(one) || refers(other) {
        return None;
    }
    super::merge::merge(one.clone(), other.clone()).map(Value::Object)
}

fn properties(object: &Object) -> Option<&Object> {
    object.get("properties")?.as_object()
}
