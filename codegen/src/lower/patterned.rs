//! `patternProperties`: maps of which the keys tell what the values are.

use serde_json::Value;

use super::{Lowered, Lowering};
use crate::dialect::escape;
use crate::ir::{Rule, Type};
use crate::schema::Object;

/// The values of the members that no property names.
pub(super) struct Patterned {
    pub(super) ty: Type,
    /// The rules of a map that say all that is to be checked of keys and values, where there are any.
    pub(super) rules: Option<Vec<Rule>>,
}

impl Lowering<'_> {
    /// The one type of the values below all patterns, where no other members are allowed.
    pub(super) fn patterned(&mut self, object: &Object, at: &str, hint: &str) -> Option<Patterned> {
        let patterns = object.get("patternProperties").and_then(Value::as_object)?;
        let is_closed = object.get("additionalProperties") == Some(&Value::Bool(false));
        // What is evaluated is a question for rules.
        if object.contains_key("unevaluatedProperties")
            || !is_closed && !patterns.keys().any(|pattern| matches_all(pattern))
        {
            return None;
        }
        let values: Vec<_> = patterns
            .iter()
            .map(|(pattern, schema)| {
                self.lower(schema, &format!("{at}/patternProperties/{}", escape(pattern)), hint)
            })
            .collect();
        let Lowered { ty, rules } = values.first()?.clone();
        if !values.iter().all(|value| value.ty == ty) {
            return None;
        }
        let only = patterns.keys().next().filter(|_| patterns.len() == 1);
        let rules = only.map(|pattern| {
            let mut all = Vec::new();
            if !matches_all(pattern) {
                all.push(Rule::PropertyNames(vec![Rule::Pattern(pattern.clone())]));
            }
            if !rules.is_empty() {
                all.push(Rule::Values(rules));
            }
            all
        });
        Some(Patterned { ty, rules })
    }
}

/// Whether a pattern, which may match anywhere in a key, matches every key.
fn matches_all(pattern: &str) -> bool {
    matches!(pattern, "" | "^" | "$" | ".*" | "^.*" | ".*$" | "(.*)" | "[\\s\\S]*" | "^[\\s\\S]*$")
}
