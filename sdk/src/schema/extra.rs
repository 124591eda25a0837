//! Members that a schema does not name.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use serde_json::Value;

use crate::redact::Shown;

/// The members of an object that its schema does not name, kept and written back as they are.
///
/// A key that is put in on purpose, through [`Extra::insert`] or a type's `extra` setter, is sent
/// like any other: so typed code reaches a property that is newer than this release. A key that
/// came in by reading JSON is a typo as likely as not: the client refuses to submit it unless it
/// is told to allow unknown keys.
#[derive(Clone, Default)]
pub struct Extra {
    /// None at first, as nearly always.
    members: Option<Box<dyn Members>>,
}

/// What holds the members: a trait object, so that the code that drops a map is compiled once, here,
/// and not again in every program that drops an input.
trait Members: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn map(&self) -> &Map;
    fn map_mut(&mut self) -> &mut Map;
}

type Map = BTreeMap<String, Entry>;

#[derive(Clone)]
struct Entry {
    value: Value,
    on_purpose: bool,
}

impl Members for Map {
    fn map(&self) -> &Map {
        self
    }
    fn map_mut(&mut self) -> &mut Map {
        self
    }
}

impl Clone for Box<dyn Members> {
    fn clone(&self) -> Self {
        Box::new(self.map().clone())
    }
}

static NONE: Map = Map::new();

impl Extra {
    /// No members.
    #[must_use]
    pub const fn new() -> Self {
        Self { members: None }
    }

    /// Puts in a member on purpose, and hands back the value that stood there.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.put(key.into(), value.into(), true)
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.members.as_mut()?.map_mut().remove(key).map(|entry| entry.value)
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.map().get(key).map(|entry| &entry.value)
    }

    /// All members, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.map().iter().map(|(key, entry)| (key.as_str(), &entry.value))
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map().is_empty()
    }

    pub(super) fn read(&mut self, key: String, value: Value) {
        self.put(key, value, false);
    }

    /// The keys that came in by reading.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        let read = self.map().iter().filter(|(_, entry)| !entry.on_purpose);
        read.map(|(key, _)| key.as_str())
    }

    fn put(&mut self, key: String, value: Value, on_purpose: bool) -> Option<Value> {
        let members = self.members.get_or_insert_with(|| Box::new(Map::new())).map_mut();
        members.insert(key, Entry { value, on_purpose }).map(|entry| entry.value)
    }

    fn map(&self) -> &Map {
        self.members.as_ref().map_or(&NONE, |members| members.map())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (Shown(key), Shown(value)))).finish()
    }
}

/// Equal members; where they came from does not matter.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::Extra;

    #[test]
    fn only_keys_that_were_read_are_unknown() {
        let mut extra = Extra::new();
        extra.read("typo".into(), 1.into());
        extra.insert("new_field", true);
        assert_eq!(extra.unknown().collect::<Vec<_>>(), ["typo"]);
        extra.insert("typo", 2);
        assert_eq!(extra.unknown().count(), 0);
        assert_eq!(extra.len(), 2);
    }
}
