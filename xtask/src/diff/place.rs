//! Where in a value something stands: `loras[].scale`.

use std::fmt;

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Property(String),
    /// Any item of a list.
    Item,
    /// Any member of a map.
    Member,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) Vec<Step>);

impl Place {
    pub(crate) fn property(&self, name: &str) -> Self {
        self.then(Step::Property(name.to_owned()))
    }

    pub(crate) fn then(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    pub(crate) fn is_within(&self, outer: &Self) -> bool {
        self.0.starts_with(&outer.0)
    }

    /// The place that holds this one, and the last step.
    pub(super) fn split(&self) -> Option<(Self, &Step)> {
        let (last, before) = self.0.split_last()?;
        Some((Self(before.to_vec()), last))
    }

    /// The schema of values that have something here, and have this.
    pub(super) fn pinned(&self, to: &Value) -> Value {
        self.0.iter().rev().fold(to.clone(), |inner, step| match step {
            Step::Property(name) => {
                json!({"type": "object", "properties": {name: inner}, "required": [name]})
            }
            Step::Item => json!({"type": "array", "minItems": 1, "items": inner}),
            Step::Member => {
                json!({"type": "object", "minProperties": 1, "additionalProperties": inner})
            }
        })
    }

    /// Whatever stands here in a value.
    pub(super) fn all<'a>(&self, value: &'a mut Value) -> Vec<&'a mut Value> {
        self.0.iter().fold(vec![value], |values, step| {
            let inner = values.into_iter().flat_map(|value| match (step, value) {
                (Step::Property(name), Value::Object(members)) => {
                    members.get_mut(name).into_iter().collect()
                }
                (Step::Member, Value::Object(members)) => {
                    members.iter_mut().map(|(_, member)| member).collect()
                }
                (Step::Item, Value::Array(items)) => items.iter_mut().collect::<Vec<_>>(),
                _ => Vec::new(),
            });
            inner.collect()
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("(the whole)");
        }
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Property(name) if index > 0 => write!(f, ".{name}")?,
                Step::Property(name) => f.write_str(name)?,
                Step::Item => f.write_str("[]")?,
                Step::Member => f.write_str("{}")?,
            }
        }
        Ok(())
    }
}
