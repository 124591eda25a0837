//! References: every `$ref` becomes a JSON pointer into one document.
//!
//! `$id` changes what a reference is relative to, anchors are names for places, and other documents
//! come in from outside. After this pass none of that is left: what is referred to stands in the
//! document, and a reference says where.

mod index;
mod vocabulary;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use referencing::meta;
use serde_json::{Map, Value, json};

use crate::dialect::escape;
use crate::error::Remarks;
use crate::{Draft, Options, keyword};
use index::{Index, Reference};
use vocabulary::Vocabularies;

pub(crate) use index::percent_decoded;

/// The member of the document under which documents from outside stand.
pub(crate) const REMOTES: &str = "$remotes";

/// What the rest of the pipeline needs to know beside the document.
#[derive(Debug, Default)]
pub(crate) struct Bundle {
    /// Schemas at places where no keyword leads.
    pub(crate) entries: Vec<String>,
    /// What a `$dynamicRef` may lead to: the name of each dynamic anchor by its place.
    pub(crate) dynamic: Anchors,
    /// The dynamic anchors of each resource, by its place; the place of each by its name.
    pub(crate) resources: BTreeMap<String, Anchors>,
    /// What is wrong with the references that lead nowhere: each is now `#/$dangling/<index>`.
    pub(crate) dangling: Vec<String>,
}

pub(crate) type Anchors = BTreeMap<String, String>;

/// What the pointer of a reference that leads nowhere begins with.
pub(crate) const DANGLING: &str = "/$dangling/";

/// A `$dynamicAnchor`, or a `$recursiveAnchor`, whose name is empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dynamic {
    /// The pointer of the resource that it belongs to.
    pub(crate) resource: String,
    pub(crate) name: String,
    pub(crate) pointer: String,
}

/// Rewrites all references of the document, and takes out keywords of a wrong form.
pub(crate) fn bundle(
    document: &mut Value,
    root: &str,
    options: &Options<'_>,
    is_strict: bool,
    remarks: &mut Remarks,
) -> Bundle {
    let Options { base, draft, load, formats, .. } = *options;
    let mut index = Index::new(base);
    index.document(document, root, base, draft);
    let Vocabularies { validation, format } = Vocabularies::of(document, load);
    let own: Vec<_> = index.visited.keys().cloned().collect();
    let mut bundling = Bundling {
        document,
        index,
        base,
        load,
        remotes: BTreeMap::new(),
        missing: BTreeSet::new(),
        hints: MAX_HINTS,
    };
    let (mut rewritten, mut dangling) = (Vec::new(), Vec::new());
    let mut entries = Vec::new();
    let mut queue: VecDeque<_> = std::mem::take(&mut bundling.index.references).into();
    while let Some(reference) = queue.pop_front() {
        match bundling.target(&reference, &mut entries) {
            Ok(pointer) => rewritten.push((reference, pointer)),
            Err(message) => dangling.push((reference, message)),
        }
        queue.extend(std::mem::take(&mut bundling.index.references));
    }
    let Bundling { index, remotes, .. } = bundling;
    entries.extend(remotes.keys().map(|uri| format!("/{REMOTES}/{}", escape(uri))));
    if !remotes.is_empty()
        && let Value::Object(object) = document
    {
        object.insert(REMOTES.to_owned(), Value::Object(remotes.into_iter().collect()));
    }
    let is_remote = |place: &String| place.starts_with(&format!("/{REMOTES}/"));
    for place in index.visited.keys().filter(|place| !is_remote(place)) {
        if let Some(Value::Object(schema)) = document.pointer_mut(place) {
            keyword::check(schema, place, is_strict, remarks);
        }
    }
    for (reference, pointer) in &rewritten {
        rewrite(document, reference, pointer);
    }
    // A reference that leads nowhere is a fault only if the schema leads to it.
    for (index, (reference, _)) in dangling.iter().enumerate() {
        if let Some(Value::Object(schema)) = document.pointer_mut(&reference.at) {
            schema.shift_remove(reference.key);
            add(schema, "$ref", json!(format!("#{DANGLING}{index}")));
        }
    }
    for (place, draft) in &index.visited {
        if let Some(Value::Object(schema)) = document.pointer_mut(place) {
            // Nothing is relative to an `$id` any more.
            schema.shift_remove("$id");
            schema.shift_remove("$anchor");
            let unknown = vocabulary::take_unknown(schema, *draft);
            for key in unknown.into_iter().filter(|_| !is_remote(place)) {
                let message = format!("is no keyword of {draft} yet; it is passed over");
                remarks.note(&format!("{place}/{key}"), message);
            }
            if formats {
                vocabulary::assert_formats(schema, *draft);
            }
        }
    }
    for place in own.iter().filter(|_| !validation || format) {
        if let Some(Value::Object(schema)) = document.pointer_mut(place) {
            if !validation {
                schema.retain(|key, _| !vocabulary::is_of_validation(key));
            }
            if format {
                vocabulary::assert_formats(schema, index.visited[place]);
            }
        }
    }
    // What is further in comes first: its place changes with that of what is around it.
    for place in index.unevaluating.iter().rev().filter(|_| index.has_unevaluated_items) {
        if let Some(Value::Object(schema)) = document.pointer_mut(place) {
            vocabulary::contains_without_evaluating(schema);
        }
    }
    let mut resources = BTreeMap::new();
    if !index.dynamic.is_empty() {
        resources.extend(index.resources.into_values().map(|place| (place, Anchors::new())));
    }
    let mut dynamic = Anchors::new();
    for Dynamic { resource, name, pointer } in index.dynamic {
        let anchors = resources.entry(resource).or_default();
        anchors.entry(name.clone()).or_insert_with(|| pointer.clone());
        dynamic.insert(pointer, name);
    }
    let dangling = dangling.into_iter().map(|(_, message)| message).collect();
    Bundle { entries, dynamic, resources, dangling }
}

struct Bundling<'a> {
    document: &'a Value,
    index: Index,
    base: &'a str,
    load: &'a dyn Fn(&str) -> Option<String>,
    remotes: BTreeMap<String, Value>,
    missing: BTreeSet<String>,
    /// How many more references that lead nowhere are compared with what there is.
    hints: usize,
}

const MAX_HINTS: usize = 100;
const MAX_KNOWN: usize = 1000;

impl Bundling<'_> {
    /// The place that a reference leads to.
    fn target(
        &mut self,
        reference: &Reference,
        entries: &mut Vec<String>,
    ) -> Result<String, String> {
        let Reference { target, base, .. } = reference;
        let uri =
            index::join(base, target).ok_or_else(|| format!("`{target}` is no URI reference"))?;
        let (uri, fragment) = uri.split_once('#').unwrap_or((&uri, ""));
        let fragment = percent_decoded(fragment);
        let resource = match self.index.resources.get(uri) {
            Some(resource) => resource.clone(),
            None => self.remote(uri, reference.draft).ok_or_else(|| self.unknown(target, uri))?,
        };
        if fragment.is_empty() {
            return Ok(resource);
        }
        if !fragment.starts_with('/') {
            let anchor = self.index.anchors.get(&format!("{uri}#{fragment}")).cloned();
            return anchor.ok_or_else(|| self.nothing(target));
        }
        // Some publishers give a part of the document an `$id` and refer to the rest all the same.
        let places = [format!("{resource}{fragment}"), fragment];
        let found = places.into_iter().find(|place| self.at(place).is_some());
        let pointer = found.ok_or_else(|| self.nothing(target))?;
        if !self.index.visited.contains_key(&pointer)
            && let Some(schema) = self.at(&pointer).cloned()
        {
            entries.push(pointer.clone());
            let place = index::Place { base: uri.to_owned(), resource, draft: reference.draft };
            self.index.schema(&schema, &pointer, &place);
        }
        Ok(pointer)
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        let below = pointer.strip_prefix(&format!("/{REMOTES}/"));
        let Some(below) = below else { return self.document.pointer(pointer) };
        let (uri, rest) = below
            .split_once('/')
            .map_or((below, String::new()), |(uri, rest)| (uri, format!("/{rest}")));
        self.remotes.get(&uri.replace("~1", "/").replace("~0", "~"))?.pointer(&rest)
    }

    /// Brings in a document from outside; its place.
    fn remote(&mut self, uri: &str, draft: Draft) -> Option<String> {
        if self.missing.contains(uri) {
            return None;
        }
        let document =
            meta_schema(uri).or_else(|| serde_json::from_str((self.load)(uri)?.as_str()).ok());
        let Some(document) = document else {
            self.missing.insert(uri.to_owned());
            return None;
        };
        let pointer = format!("/{REMOTES}/{}", escape(uri));
        self.index.resources.insert(uri.to_owned(), pointer.clone());
        let place = index::Place { base: uri.to_owned(), resource: pointer.clone(), draft };
        self.index.schema(&document, &pointer, &place);
        self.remotes.insert(uri.to_owned(), document);
        Some(pointer)
    }

    fn unknown(&self, target: &str, uri: &str) -> String {
        let shown = uri.strip_prefix(self.base).unwrap_or(uri);
        format!("`{target}` is outside this file, and {shown} cannot be had")
    }

    fn nothing(&mut self, target: &str) -> String {
        self.hints = self.hints.saturating_sub(1);
        let name = target.rsplit(['/', '#']).next().unwrap_or_default();
        let known =
            ["/components/schemas", "/$defs", "/definitions"].into_iter().flat_map(|place| {
                let members = self.document.pointer(place).and_then(Value::as_object);
                members
                    .into_iter()
                    .flat_map(move |members| members.keys().map(move |key| (place, key)))
            });
        let known = known.take(if self.hints > 0 { MAX_KNOWN } else { 0 });
        let nearest = known.min_by_key(|(_, key)| strsim::osa_distance(key, name));
        let hint = nearest
            .map(|(place, key)| format!("; did you mean `#{place}/{}`?", escape(key)))
            .unwrap_or_default();
        format!("`{target}` refers to nothing in this file{hint}")
    }
}

/// The meta-schemas of the drafts, which everybody may refer to.
fn meta_schema(uri: &str) -> Option<Value> {
    let (draft, part) = uri.split_once("/draft/").unwrap_or((uri, ""));
    let document = match (draft, part) {
        ("http://json-schema.org/draft-04/schema", _) => &meta::DRAFT4,
        ("http://json-schema.org/draft-06/schema", _) => &meta::DRAFT6,
        ("http://json-schema.org/draft-07/schema", _) => &meta::DRAFT7,
        ("https://json-schema.org", part) => match part {
            "2019-09/schema" => &meta::DRAFT201909,
            "2019-09/meta/applicator" => &meta::DRAFT201909_APPLICATOR,
            "2019-09/meta/content" => &meta::DRAFT201909_CONTENT,
            "2019-09/meta/core" => &meta::DRAFT201909_CORE,
            "2019-09/meta/format" => &meta::DRAFT201909_FORMAT,
            "2019-09/meta/meta-data" => &meta::DRAFT201909_META_DATA,
            "2019-09/meta/validation" => &meta::DRAFT201909_VALIDATION,
            "2020-12/schema" => &meta::DRAFT202012,
            "2020-12/meta/applicator" => &meta::DRAFT202012_APPLICATOR,
            "2020-12/meta/content" => &meta::DRAFT202012_CONTENT,
            "2020-12/meta/core" => &meta::DRAFT202012_CORE,
            "2020-12/meta/format-annotation" => &meta::DRAFT202012_FORMAT_ANNOTATION,
            "2020-12/meta/format-assertion" => &meta::DRAFT202012_FORMAT_ASSERTION,
            "2020-12/meta/meta-data" => &meta::DRAFT202012_META_DATA,
            "2020-12/meta/unevaluated" => &meta::DRAFT202012_UNEVALUATED,
            "2020-12/meta/validation" => &meta::DRAFT202012_VALIDATION,
            _ => return None,
        },
        _ => return None,
    };
    Some(Value::clone(document))
}

/// Writes the place that a reference leads to into the schema that has it.
fn rewrite(document: &mut Value, reference: &Reference, pointer: &str) {
    let target = document.pointer(pointer);
    let anchor = |key: &str| target.and_then(|target| target.get(key)).cloned();
    let name = reference.target.rsplit_once('#').map_or("", |(_, name)| name);
    let is_dynamic = match reference.key {
        "$dynamicRef" => {
            !name.is_empty()
                && anchor("$dynamicAnchor").as_ref().and_then(Value::as_str) == Some(name)
        }
        "$recursiveRef" => anchor("$recursiveAnchor") == Some(Value::Bool(true)),
        _ => false,
    };
    let Some(Value::Object(schema)) = document.pointer_mut(&reference.at) else { return };
    schema.shift_remove(reference.key);
    let key = if is_dynamic { "$dynamicRef" } else { "$ref" };
    if reference.draft.ref_stands_alone() && key == "$ref" {
        // What else is there is not looked at; what can be referred to has to stay.
        schema.retain(|key, _| crate::schema::is_annotation(key));
    }
    add(schema, key, json!(format!("#{pointer}")));
}

/// Adds a reference beside one that may be there already.
fn add(schema: &mut Map<String, Value>, key: &str, target: Value) {
    if !schema.contains_key("$ref") && !schema.contains_key("$dynamicRef") {
        schema.insert(key.to_owned(), target);
        return;
    }
    let branch = json!({ key: target });
    match schema.entry("allOf").or_insert_with(|| json!([])) {
        Value::Array(branches) => branches.push(branch),
        other => *other = json!([branch]),
    }
}
