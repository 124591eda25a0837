//! Objects: structs where properties are known, maps where only their kind is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Known, Lowered, Lowering, Named, conditions, facts, trimmed, with};
use crate::Role;
use crate::dialect::{self, escape};
use crate::ir::{Field, Item, Rest, Rule, Struct, Type, arguments};
use crate::names;
use crate::schema::Object;

impl Lowering<'_> {
    pub(super) fn object(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> (Lowered, Vec<&'static str>) {
        let has_properties = matches!(object.get("properties"), Some(Value::Object(properties)) if !properties.is_empty());
        let has_required =
            matches!(object.get("required"), Some(Value::Array(list)) if !list.is_empty());
        if has_properties || has_required {
            return self.structure(object, at, hint, named);
        }
        let mut keywords = vec!["properties", "required"];
        let mut lowered = Lowered::of(Type::map(Type::Value));
        if let Some(values @ Value::Object(_)) = object.get("additionalProperties")
            && !object.contains_key("patternProperties")
        {
            let value =
                self.lower(values, &format!("{at}/additionalProperties"), &format!("{hint}Value"));
            lowered.ty = Type::map(value.ty);
            if !value.rules.is_empty() {
                lowered.rules.push(Rule::Values(value.rules));
            }
            keywords.push("additionalProperties");
        }
        if object.get("additionalProperties") == Some(&Value::Bool(true)) {
            keywords.push("additionalProperties");
        }
        if let Some(value) = self.patterned(object, at, &format!("{hint}Value")) {
            lowered.ty = Type::map(value.ty);
            if let Some(rules) = value.rules {
                lowered.rules = rules;
                keywords.extend(["patternProperties", "additionalProperties"]);
            }
        }
        (lowered, with(&keywords))
    }

    fn structure(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> (Lowered, Vec<&'static str>) {
        let (slot, name) = self.name(hint, named, at);
        self.remember(at, slot, &name);
        let fields = self.fields(object, at, &name);
        let mut keywords = vec!["properties", "required"];
        let mut rules = Vec::new();
        let mut rest = Rest::Extra;
        if !object.contains_key("patternProperties") {
            keywords.push("additionalProperties");
            let at = format!("{at}/additionalProperties");
            match object.get("additionalProperties") {
                Some(Value::Bool(false)) if self.role == Role::Input => rest = Rest::Closed,
                Some(schema @ Value::Object(members)) if !members.is_empty() => {
                    let hint = self.inner_hint(&name, "additional");
                    let value = self.lower(schema, &at, &hint);
                    rest = Rest::Typed(value.ty.unboxed(), value.rules);
                }
                _ => {}
            }
        } else if let Some(value) =
            self.patterned(object, at, &self.inner_hint(&name, "additional"))
        {
            // Which keys there may be is checked with the rules of the object.
            rest = Rest::Typed(value.ty.unboxed(), Vec::new());
        }
        keywords.push("type");
        if self.role == Role::Input && !crate::schema::asserts_only(object, &keywords) {
            let mut left = crate::schema::without(object, &keywords);
            // They belong to the type and are checked wherever it stands.
            if ["patternProperties", "unevaluatedProperties"]
                .iter()
                .any(|key| left.contains_key(*key))
            {
                let known =
                    object.get("properties").and_then(Value::as_object).into_iter().flatten();
                let known: Object =
                    known.map(|(name, _)| (name.clone(), Value::Bool(true))).collect();
                left.insert("properties".to_owned(), Value::Object(known));
            }
            rules = self.object_rules(&left, at);
            rules = trimmed(rules, &Known::object(&fields, &self.items), false);
        }
        let docs = facts::describe_type(object, &name);
        let built = self.role == Role::Input;
        let required = built.then(|| self.required(&name, &fields)).flatten();
        self.items[slot] = Some(Item::Struct(Struct {
            name: name.clone(),
            docs,
            relations: conditions::sentences(object),
            fields,
            rest,
            rules,
            built,
            required,
        }));
        let everything =
            object.keys().filter_map(|key| ALL.iter().find(|known| *known == key)).copied();
        (Lowered::of(Type::Named(name)), everything.collect())
    }

    /// The struct of required fields, where `new` takes one.
    fn required(&mut self, owner: &str, fields: &[Field]) -> Option<String> {
        let new = format!("{owner}::new");
        if by_name(fields) || self.given.holds(&new) {
            let (what, name) = (format!("{owner}::required"), self.required_name(owner));
            return Some(self.given.claim(&mut self.scope, what, name));
        }
        let arguments = arguments(fields).into_iter();
        let arguments = arguments.map(|field| (field.name.clone(), format!("{:?}", field.ty)));
        self.given.takes(new, arguments.collect());
        None
    }

    fn required_name(&self, owner: &str) -> String {
        if *owner == self.root && owner == "Input" {
            "Required".to_owned()
        } else {
            names::beside(owner, "Required")
        }
    }

    fn fields(&mut self, object: &Object, at: &str, owner: &str) -> Vec<Field> {
        let empty = Object::new();
        let properties = object.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let listed: Vec<_> = object
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut required: BTreeSet<_> = listed.iter().copied().collect();
        let all = properties.keys().map(String::as_str).chain(listed.iter().copied());
        let names = self.field_names(owner, all.collect());
        let mut fields = Vec::new();
        for (wire, schema) in in_stated_order(object, properties) {
            let at = format!("{at}/properties/{}", escape(wire));
            fields.push(self.field(
                wire,
                schema,
                &at,
                owner,
                required.remove(wire.as_str()),
                &names,
            ));
        }
        // What is said of the members that are no properties is said of these.
        let rest = object.get("additionalProperties");
        let rest = rest.filter(|_| !object.contains_key("patternProperties"));
        for (index, wire) in listed.iter().enumerate() {
            if !required.remove(wire) {
                continue;
            }
            if let Some(rest) = rest.filter(|rest| **rest != Value::Bool(true)) {
                if *rest == Value::Bool(false) {
                    let message = format!("names `{wire}`, which `additionalProperties` forbids");
                    self.unsatisfiable(&format!("{at}/required/{index}"), message);
                }
                let at = format!("{at}/additionalProperties");
                fields.push(self.field(wire, rest, &at, owner, true, &names));
            } else {
                let at = format!("{at}/required/{index}");
                let message =
                    format!("`{wire}` is required and is no property; it may hold anything");
                self.remarks.note(&at, message);
                fields.push(self.field(wire, &Value::Bool(true), &at, owner, true, &names));
            }
        }
        fields
    }

    /// The name of each property's field.
    fn field_names(&mut self, owner: &str, mut all: Vec<&str>) -> BTreeMap<String, String> {
        all.sort_by_key(|wire| names::by_claim(wire));
        all.dedup();
        let mut scope = self.given.scope(&format!("{owner}."), &["extra"]);
        let claimed = all.into_iter().map(|wire| {
            let what = format!("{owner}.{wire}");
            (wire.to_owned(), self.given.claim_one_of(&mut scope, what, &names::fields(wire)))
        });
        claimed.collect()
    }

    fn field(
        &mut self,
        wire: &str,
        schema: &Value,
        at: &str,
        owner: &str,
        required: bool,
        names: &BTreeMap<String, String>,
    ) -> Field {
        let hint = self.inner_hint(owner, wire);
        let Lowered { ty, rules } = match self.files(wire, schema, owner) {
            Some(files) => files,
            None => self.lower(schema, at, &hint),
        };
        let rules = self.hoisted(rules, &hint);
        let name = names[wire].clone();
        let views = facts::Views::of(schema, self.document);
        let mut usage = views.usage();
        // What a response leaves out must not cost it, though the schema of both requires it.
        let required = required && !(usage.write_only && self.role == Role::Output);
        let mut docs = views.describe(self.role, required);
        if docs.is_empty() {
            docs = vec![format!("The property {}.", crate::docs::code(wire))];
        }
        // What every caller has to say would warn every caller.
        usage.deprecated &= !required;
        let null_is_absent = self.role == Role::Output
            && !required
            && !matches!(ty, Type::Nullable(_) | Type::Value | Type::Null);
        let only = if required { self.only_value(&ty) } else { None };
        Field {
            wire: wire.to_owned(),
            name,
            ty,
            required,
            only,
            null_is_absent,
            usage,
            rules,
            docs,
        }
    }

    /// The variant of an enum that has just one.
    fn only_value(&self, ty: &Type) -> Option<String> {
        let Type::Named(name) = ty else { return None };
        self.items.iter().flatten().find_map(|item| match item {
            Item::Choice(choice) if choice.name == *name && !choice.open => {
                let [only] = choice.variants.as_slice() else { return None };
                Some(only.name.clone())
            }
            _ => None,
        })
    }

    /// The service sends a result's files as one URL or as a list of them, whatever the schema says.
    fn files(&self, wire: &str, schema: &Value, owner: &str) -> Option<Lowered> {
        let known = matches!(wire, "image" | "images" | "video" | "videos" | "audio" | "audios");
        if self.role != Role::Output || owner != self.root || !known {
            return None;
        }
        let item = if schema["type"] == "array" { &schema["items"] } else { schema };
        let format = item["format"].as_str()?;
        let is_url =
            item["type"] == "string" && (format == "uri" || dialect::media(format).is_some());
        is_url.then(|| Lowered::of(Type::Files))
    }
}

/// Whether the required fields are handed to `new` by name: arguments of one type are too easily
/// swapped, and many are hard to read.
fn by_name(fields: &[Field]) -> bool {
    let required: Vec<_> =
        fields.iter().filter(|field| field.is_argument()).map(|field| &field.ty).collect();
    let twice = required.iter().enumerate().any(|(index, ty)| required[..index].contains(ty));
    twice || required.len() > 6
}

/// The properties in the order that the document states, else as they stand.
fn in_stated_order<'a>(object: &Object, properties: &'a Object) -> Vec<(&'a String, &'a Value)> {
    let mut all: Vec<_> = properties.iter().collect();
    let stated = ["x-order-properties", "x-fal-order-properties"]
        .iter()
        .find_map(|key| object.get(*key)?.as_array());
    if let Some(stated) = stated {
        let place =
            |name: &str| stated.iter().position(|other| other == name).unwrap_or(usize::MAX);
        all.sort_by_key(|(name, _)| place(name));
    } else {
        all.sort_by_key(|(_, schema)| schema["x-order"].as_u64().unwrap_or(u64::MAX));
    }
    all
}

/// All keywords that constrain but for those that lead elsewhere.
pub(super) const ALL: &[&str] = &[
    "$content",
    "$dynamicRef",
    "$format",
    "$recursiveRef",
    "additionalItems",
    "additionalProperties",
    "anyOf",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "then",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];
