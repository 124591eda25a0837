//! `unevaluatedItems` and `unevaluatedProperties`: what is said of all that no other rule of the
//! same schema has looked at.

use super::{object, value};
use crate::schema::path::Path;
use crate::schema::report::Faults;
use crate::schema::rule::Rule;
use crate::schema::tree::Tree;

/// Which items or members of one value were looked at, by their index: the annotations of JSON
/// Schema. Most rules never ask for them; then nothing is kept.
pub(super) struct Seen(Option<Vec<bool>>);

impl Seen {
    /// Nobody asks.
    pub(super) fn unasked() -> Self {
        Self(None)
    }

    /// Nothing of a value was looked at so far.
    pub(super) fn of(value: &Tree) -> Self {
        let count = match value {
            Tree::Array(items) => items.len(),
            Tree::Object(members) => members.len(),
            _ => 0,
        };
        Self(Some(vec![false; count]))
    }

    /// For an alternative of the same value: only if it fits, what it looked at counts.
    pub(super) fn afresh(&self) -> Self {
        Self(self.0.as_ref().map(|seen| vec![false; seen.len()]))
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn one(&mut self, index: usize) {
        if let Some(seen) = self.0.as_mut().and_then(|seen| seen.get_mut(index)) {
            *seen = true;
        }
    }

    pub(super) fn all(&mut self) {
        self.0.iter_mut().flatten().for_each(|seen| *seen = true);
    }

    pub(super) fn add(&mut self, other: &Self) {
        let (ours, theirs) = (self.0.iter_mut().flatten(), other.0.iter().flatten());
        ours.zip(theirs).for_each(|(ours, theirs)| *ours |= theirs);
    }

    fn has(&self, index: usize) -> bool {
        self.0.as_ref().and_then(|seen| seen.get(index)).is_some_and(|seen| *seen)
    }
}

/// Applies the two rules, once all others have said what they looked at.
pub(super) fn unevaluated(
    whole: &Tree,
    rules: &[Rule],
    path: &Path<'_>,
    out: &mut Faults,
    seen: &mut Seen,
) {
    for rule in rules {
        match (rule, whole) {
            (Rule::UnevaluatedItems(rules), Tree::Array(items)) => {
                for (index, item) in items.iter().enumerate().filter(|(at, _)| !seen.has(*at)) {
                    value(item, rules, &path.index(index), out);
                }
                seen.all();
            }
            (Rule::UnevaluatedProperties(rules), Tree::Object(members)) => {
                for (index, (name, member)) in members.iter().enumerate() {
                    if !seen.has(index) {
                        let path = path.key(name);
                        object::left_over(member, rules, "unevaluatedProperties", &path, out);
                    }
                }
                seen.all();
            }
            _ => {}
        }
    }
}
