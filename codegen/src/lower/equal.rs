//! Equal schemas of properties of one name share their type.

use serde_json::Value;

use super::{Lowered, Lowering};
use crate::schema::{self, Object};

/// What schemas have to have in common to share a type: the property that they are of, with the
/// steps from it, and all that they say but for their defaults and examples.
pub(super) type Key = (String, String);

impl Lowering<'_> {
    /// The key of a schema that may share its type: one that makes a type by itself and means the
    /// same wherever it stands.
    pub(super) fn sharing_key(&self, schema: &Value, at: &str) -> Option<Key> {
        let object = schema.as_object()?;
        let makes_type = ["properties", "enum"].iter().any(|key| object.contains_key(*key));
        if !makes_type || !self.dynamic.is_empty() || !self.resources.is_empty() {
            return None;
        }
        let property = &at[at.rfind("/properties/")?..];
        let said: Object = object
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "default" | "example" | "examples"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Some((property.to_owned(), schema::canonical(&Value::Object(said))))
    }

    pub(super) fn shared(&self, key: Option<&Key>) -> Option<Lowered> {
        self.equal.get(key?).cloned()
    }

    pub(super) fn share(&mut self, key: Option<Key>, lowered: &Lowered) {
        if let Some(key) = key {
            self.equal.insert(key, lowered.clone());
        }
    }
}
