//! What can be referred to, and what refers: found in one walk over a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Dynamic;
use crate::Draft;
use crate::dialect::escape;

#[derive(Debug, Default)]
pub(super) struct Index {
    /// The place of each resource by its absolute URI.
    pub(super) resources: BTreeMap<String, String>,
    /// The place of each anchor by `uri#name`.
    pub(super) anchors: BTreeMap<String, String>,
    pub(super) dynamic: Vec<Dynamic>,
    /// Those found and not yet followed.
    pub(super) references: Vec<Reference>,
    /// The places of all schemas that were met, and their drafts.
    pub(super) visited: BTreeMap<String, Draft>,
    /// The places of those whose draft has a `contains` that evaluates nothing.
    pub(super) unevaluating: Vec<String>,
    /// Whether one of them asks for what was evaluated.
    pub(super) has_unevaluated_items: bool,
}

/// A keyword that refers.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// The place of the schema that has the keyword.
    pub(super) at: String,
    pub(super) key: &'static str,
    pub(super) target: String,
    pub(super) base: String,
    pub(super) draft: Draft,
}

/// What holds at a place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) base: String,
    pub(super) resource: String,
    pub(super) draft: Draft,
}

impl Index {
    pub(super) fn new(base: &str) -> Self {
        Self { resources: BTreeMap::from([(base.to_owned(), String::new())]), ..Self::default() }
    }

    /// The schema at `root`, and the definitions that a wrapper has beside it.
    pub(super) fn document(&mut self, document: &Value, root: &str, base: &str, draft: Draft) {
        let place = Place { base: base.to_owned(), resource: String::new(), draft };
        if let Some(schema) = document.pointer(root) {
            self.schema(schema, root, &place);
        }
        if root.is_empty() {
            return;
        }
        for definitions in ["/components/schemas", "/$defs", "/definitions"] {
            for (name, schema) in
                document.pointer(definitions).and_then(Value::as_object).into_iter().flatten()
            {
                self.schema(schema, &format!("{definitions}/{}", escape(name)), &place);
            }
        }
    }

    pub(super) fn schema(&mut self, schema: &Value, at: &str, place: &Place) {
        let Value::Object(object) = schema else { return };
        if self.visited.contains_key(at) {
            return;
        }
        let mut place = place.clone();
        if let Some(draft) = object.get("$schema").and_then(Value::as_str).and_then(Draft::from_uri)
        {
            place.draft = draft;
        }
        self.visited.insert(at.to_owned(), place.draft);
        if place.draft == Draft::Draft2019 {
            self.has_unevaluated_items |= object.contains_key("unevaluatedItems");
            if object.contains_key("contains") {
                self.unevaluating.push(at.to_owned());
            }
        }
        let alone = place.draft.ref_stands_alone() && object.contains_key("$ref");
        if !alone {
            self.identify(schema, at, &mut place);
        }
        for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let Some(target) = object.get(key).and_then(Value::as_str) {
                let (base, draft) = (place.base.clone(), place.draft);
                self.references.push(Reference {
                    at: at.to_owned(),
                    key,
                    target: target.to_owned(),
                    base,
                    draft,
                });
            }
        }
        for (key, value) in object {
            let at = || format!("{at}/{key}");
            match (key.as_str(), value) {
                (
                    "properties" | "patternProperties" | "$defs" | "definitions"
                    | "dependentSchemas" | "dependencies",
                    Value::Object(members),
                ) => {
                    for (name, member) in members {
                        self.schema(member, &format!("{}/{}", at(), escape(name)), &place);
                    }
                }
                // In draft 3 types and their like may be schemas.
                (
                    "allOf" | "anyOf" | "oneOf" | "prefixItems" | "items" | "extends" | "type"
                    | "disallow",
                    Value::Array(schemas),
                ) => {
                    for (index, schema) in schemas.iter().enumerate() {
                        self.schema(schema, &format!("{}/{index}", at()), &place);
                    }
                }
                (
                    "items"
                    | "extends"
                    | "additionalItems"
                    | "additionalProperties"
                    | "not"
                    | "if"
                    | "then"
                    | "else"
                    | "contains"
                    | "propertyNames"
                    | "unevaluatedItems"
                    | "unevaluatedProperties"
                    | "contentSchema",
                    value,
                ) => self.schema(value, &at(), &place),
                ("components", value) => {
                    for (name, member) in value["schemas"].as_object().into_iter().flatten() {
                        let at = format!("{}/schemas/{}", at(), escape(name));
                        self.schema(member, &at, &place);
                    }
                }
                _ => {}
            }
        }
    }

    /// What a schema calls itself.
    fn identify(&mut self, schema: &Value, at: &str, place: &mut Place) {
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        if let Some(id) = text(place.draft.id_keyword()) {
            let (uri, anchor) = id.split_once('#').unwrap_or((id, ""));
            if !uri.is_empty()
                && let Some(base) = join(&place.base, uri)
            {
                self.resources.insert(base.clone(), at.to_owned());
                at.clone_into(&mut place.resource);
                place.base = base;
            }
            if !anchor.is_empty() {
                self.anchors.insert(format!("{}#{anchor}", place.base), at.to_owned());
            }
        }
        if let Some(anchor) = text("$anchor") {
            self.anchors.insert(format!("{}#{anchor}", place.base), at.to_owned());
        }
        let dynamic = |name: &str| Dynamic {
            resource: place.resource.clone(),
            name: name.to_owned(),
            pointer: at.to_owned(),
        };
        if let Some(name) = text("$dynamicAnchor") {
            self.anchors.insert(format!("{}#{name}", place.base), at.to_owned());
            self.dynamic.push(dynamic(name));
        }
        if schema.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
            self.dynamic.push(dynamic(""));
        }
    }
}

/// The absolute URI of a reference.
pub(super) fn join(base: &str, reference: &str) -> Option<String> {
    // The names of definitions are often no part of a URI as they stand: `#/$defs/한국`.
    let (document, fragment) = match reference.split_once('#') {
        Some((document, fragment)) => (document, format!("#{fragment}")),
        None => (reference, String::new()),
    };
    let base = referencing::uri::from_str(base).ok()?;
    let joined = referencing::uri::resolve_against(&base.borrow(), document).ok()?;
    Some(format!("{}{fragment}", joined.as_str()))
}

pub(crate) fn percent_decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        match (first, tail.get(..2).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
