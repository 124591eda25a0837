//! `$ref`: each target becomes one type, however often it is referred to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Lowered, Lowering, Named};
use crate::bundle::{Anchors, DANGLING};
use crate::ir::Type;
use crate::names;
use crate::schema::{self, find};

/// How far the target of a reference is.
#[derive(Debug, Clone)]
pub(super) enum State {
    Begun(Begun),
    Done(Lowered),
}

/// A target that is being lowered.
#[derive(Debug, Clone, Default)]
pub(super) struct Begun {
    /// The place and the name that it has, if it needed one so far.
    named: Named,
    /// Those of what refers to it and says nothing else: it takes them if it needs any.
    offered: Named,
    /// What is lowered now is the target without `null`: its name is not that of the target.
    without_null: bool,
}

impl<'a> Lowering<'a> {
    pub(super) fn reference(
        &mut self,
        target: &str,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Lowered {
        let Some((pointer, schema)) = self.resolve(target, at) else {
            return Lowered::anything();
        };
        let own = self.target_hint(&pointer);
        // What has the name already is mostly the property, or the union, that refers to it.
        let is_taken = self.scope.has(&names::type_name(&own));
        let hint = if is_taken { hint.to_owned() } else { own };
        let before = self.enter(&pointer);
        let lowered = self.entered(&pointer, schema, &hint, named);
        self.scope_anchors = before;
        lowered
    }

    fn entered(&mut self, pointer: &str, schema: &Value, hint: &str, named: Named) -> Lowered {
        let key = self.key(pointer);
        match self.references.get(&key).cloned() {
            Some(State::Done(lowered)) => return lowered,
            Some(State::Begun(Begun { named, offered, .. })) => {
                // A type that holds itself needs a name, even if it is a mere list.
                let (slot, name) = match named.or(offered) {
                    Some(named) => named,
                    None => self.name(hint, None, pointer),
                };
                self.begin(pointer, Some((slot, name.clone())));
                return Lowered::of(Type::Boxed(Box::new(Type::Named(name))));
            }
            None => {}
        }
        let begun = Begun { offered: named.clone(), ..Begun::default() };
        self.references.insert(key.clone(), State::Begun(begun));
        let mut lowered = self.lower_as(schema, pointer, hint, named);
        if let Some(State::Begun(Begun { named: Some((slot, name)), .. })) =
            self.references.get(&key).cloned()
        {
            self.settle(slot, &name, schema, lowered);
            lowered = Lowered::of(Type::Named(name));
        }
        if let Type::Named(name) = &lowered.ty {
            self.places.entry(name.clone()).or_insert_with(|| pointer.to_owned());
        }
        self.references.insert(key, State::Done(lowered.clone()));
        lowered
    }

    pub(super) fn begin(&mut self, pointer: &str, named: Named) {
        let begun = Begun { named, ..Begun::default() };
        self.references.insert(self.key(pointer), State::Begun(begun));
    }

    fn begun(&mut self, pointer: &str) -> Option<&mut Begun> {
        match self.references.get_mut(&self.key(pointer))? {
            State::Begun(begun) => Some(begun),
            State::Done(_) => None,
        }
    }

    /// Whether the schema at a place is being lowered.
    pub(super) fn is_begun(&mut self, pointer: &str) -> bool {
        self.begun(pointer).is_some()
    }

    /// Of the schema at a place, it is what is not `null` that is lowered now.
    pub(super) fn leave_null(&mut self, pointer: &str) {
        if let Some(begun) = self.begun(pointer) {
            begun.without_null = true;
        }
    }

    /// The type of the schema at a place has its name now, so that what refers to it can use it.
    pub(super) fn remember(&mut self, pointer: &str, slot: usize, name: &str) {
        if let Some(begun) = self.begun(pointer).filter(|begun| !begun.without_null) {
            begun.named.get_or_insert_with(|| (slot, name.to_owned()));
        }
    }

    /// The place and the schema that a reference speaks of.
    pub(super) fn resolve(&mut self, target: &str, at: &str) -> Option<(String, &'a Value)> {
        let pointer = target.strip_prefix('#').unwrap_or(target);
        let index = pointer.strip_prefix(DANGLING).and_then(|index| index.parse::<usize>().ok());
        if let Some(message) = index.and_then(|index| self.dangling.get(index)) {
            self.remarks.fault(&format!("{at}/$ref"), message);
            return None;
        }
        let found = find(self.document, pointer);
        if found.is_none() {
            self.remarks.fault(&format!("{at}/$ref"), format!("`{target}` refers to nothing"));
        }
        found
    }

    /// [`Self::resolve`], through targets that are nothing but references themselves.
    pub(super) fn resolve_far(&mut self, target: &str, at: &str) -> Option<(String, &'a Value)> {
        let (mut pointer, mut schema) = self.resolve(target, at)?;
        let mut passed = BTreeSet::new();
        while let Value::Object(object) = schema
            && let Some(next) = object.get("$ref").and_then(Value::as_str)
            && schema::asserts_only(object, &["$ref"])
            && !self.resources.contains_key(&pointer)
            && passed.insert(pointer.clone())
        {
            (pointer, schema) = self.resolve(next, &pointer)?;
        }
        Some((pointer, schema))
    }

    /// The place that a `$dynamicRef` leads to from here: the outermost of its name.
    pub(super) fn dynamic_target(&self, target: &str) -> String {
        let pointer = target.strip_prefix('#').unwrap_or(target);
        let name = self.dynamic.get(pointer);
        let outermost = name.and_then(|name| self.scope_anchors.get(name));
        format!("#{}", outermost.map_or(pointer, String::as_str))
    }

    /// Enters the resource that a place is in: its dynamic anchors count, unless there are outer
    /// ones. The anchors from before are handed back.
    pub(super) fn enter(&mut self, pointer: &str) -> Anchors {
        let before = self.scope_anchors.clone();
        let mut around = Some(pointer);
        while let Some(place) = around {
            if let Some(anchors) = self.resources.get(place) {
                for (name, pointer) in anchors {
                    let outermost = self.scope_anchors.entry(name.clone());
                    outermost.or_insert_with(|| pointer.clone());
                }
                break;
            }
            around = place.rfind('/').map(|end| &place[..end]);
        }
        before
    }

    /// What a place becomes depends on the dynamic anchors that it is entered with.
    pub(super) fn key(&self, pointer: &str) -> String {
        if self.dynamic.is_empty() {
            return pointer.to_owned();
        }
        format!("{pointer} {:?}", self.scope_anchors)
    }

    fn target_hint(&self, pointer: &str) -> String {
        let last = pointer.rsplit('/').next().unwrap_or_default();
        format!("{}{}", self.prefix, names::pascal(&last.replace("~1", "/").replace("~0", "~")))
    }
}
