//! `$ref`: each target becomes one type, however often it is referred to.

use serde_json::Value;

use super::{Lowered, Lowering, Named, describe};
use crate::ir::{Item, Newtype, Type};
use crate::names;

/// How far the target of a reference is.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// It is being lowered, and has this place and name if it needed one so far.
    Begun(Named),
    Done(Lowered),
}

impl<'a> Lowering<'a> {
    pub(super) fn reference(&mut self, target: &str, at: &str, named: Named) -> Lowered {
        let Some((pointer, schema)) = self.resolve(target, at) else {
            return Lowered::anything();
        };
        let hint = self.target_hint(&pointer);
        match self.references.get(&pointer) {
            Some(State::Done(lowered)) => return lowered.clone(),
            Some(State::Begun(Some((_, name)))) => {
                return Lowered::of(Type::Boxed(Box::new(Type::Named(name.clone()))));
            }
            Some(State::Begun(None)) => {
                // A type that holds itself needs a name, even if it is a mere list.
                let (slot, name) = self.name(&hint, None);
                self.begin(&pointer, Some((slot, name.clone())));
                return Lowered::of(Type::Boxed(Box::new(Type::Named(name))));
            }
            None => {}
        }
        self.begin(&pointer, None);
        let mut lowered = self.lower_as(schema, &pointer, &hint, named);
        if let Some(State::Begun(Some((slot, name)))) = self.references.get(&pointer)
            && self.items[*slot].is_none()
            && lowered.ty != Type::Named(name.clone())
        {
            let docs = schema.as_object().map(describe).unwrap_or_default();
            let Lowered { ty, rules } = lowered;
            self.items[*slot] =
                Some(Item::Newtype(Newtype { name: name.clone(), docs, ty, rules }));
            lowered = Lowered::of(Type::Named(name.clone()));
        }
        self.references.insert(pointer, State::Done(lowered.clone()));
        lowered
    }

    pub(super) fn begin(&mut self, pointer: &str, named: Named) {
        self.references.insert(pointer.to_owned(), State::Begun(named));
    }

    /// The type of the schema at a place has its name now, so that what refers to it can use it.
    pub(super) fn remember(&mut self, pointer: &str, slot: usize, name: &str) {
        if let Some(State::Begun(named @ None)) = self.references.get_mut(pointer) {
            *named = Some((slot, name.to_owned()));
        }
    }

    /// The place and the schema that a reference speaks of.
    pub(super) fn resolve(&mut self, target: &str, at: &str) -> Option<(String, &'a Value)> {
        let document = self.document;
        let Some(fragment) = target.strip_prefix('#') else {
            self.remarks.fault(&format!("{at}/$ref"), format!("`{target}` is outside this file"));
            return None;
        };
        let pointer = percent_decoded(fragment);
        match document.pointer(&pointer) {
            Some(schema) => Some((pointer, schema)),
            None => {
                let known = definitions(document);
                let name = pointer.rsplit('/').next().unwrap_or_default();
                let nearest = known.iter().min_by_key(|known| {
                    strsim::osa_distance(known.rsplit('/').next().unwrap_or_default(), name)
                });
                let hint = nearest
                    .map(|nearest| format!("; did you mean `#{nearest}`?"))
                    .unwrap_or_default();
                self.remarks.fault(
                    &format!("{at}/$ref"),
                    format!("`{target}` refers to nothing in this file{hint}"),
                );
                None
            }
        }
    }

    fn target_hint(&self, pointer: &str) -> String {
        let last = pointer.rsplit('/').next().unwrap_or_default();
        format!("{}{}", self.prefix, names::pascal(&last.replace("~1", "/").replace("~0", "~")))
    }
}

fn definitions(document: &Value) -> Vec<String> {
    let places = ["/components/schemas", "/$defs", "/definitions"];
    let names = places.into_iter().flat_map(|place| {
        let members = document.pointer(place).and_then(Value::as_object);
        members
            .into_iter()
            .flat_map(move |members| members.keys().map(move |name| format!("{place}/{name}")))
    });
    names.collect()
}

fn percent_decoded(fragment: &str) -> String {
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
