//! What a schema refuses, and where.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use crate::redact::{self, Shown};

/// One fault of a JSON document: where it is, which rule it breaks, and how.
///
/// Its `Display` and `Debug` show no query of a URL.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Violation {
    pointer: String,
    keyword: &'static str,
    message: String,
}

impl Violation {
    pub(crate) fn new(pointer: String, keyword: &'static str, message: String) -> Self {
        Self { pointer, keyword, message }
    }

    /// Where the fault is, as a JSON pointer (RFC 6901); empty for the whole document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The JSON Schema keyword that is not kept, such as `maximum`, `enum` or `required`.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        self.keyword
    }

    /// What is wrong, in words: the offending value, the limit, the nearest allowed value.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Violation {
    /// A line break, and the pieces of the line.
    fn parts(&self) -> [Cow<'_, str>; 4] {
        let pointer = if self.pointer.is_empty() { "(root)" } else { &self.pointer };
        // A key may be a URL.
        ["\n  ".into(), redact::text(pointer), ": ".into(), self.message.as_str().into()]
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts()[1..].iter().try_for_each(|part| f.write_str(part))
    }
}

impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Violation")
            .field("pointer", &Shown(self.pointer.as_str()))
            .field("keyword", &self.keyword)
            .field("message", &self.message)
            .finish()
    }
}

/// So many faults are sooner compared with one another than hashed.
const FEW: usize = 16;

/// Everything that a schema refuses in one document, all faults at once.
///
/// It is never empty. Its `Display` has one line for each fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    violations: Vec<Violation>,
}

impl Invalid {
    /// The error of these faults, each once, or `Ok` where there are none.
    pub(crate) fn unless_empty(violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() { Ok(()) } else { Err(Self::of(violations)) }
    }

    #[cold]
    fn of(mut violations: Vec<Violation>) -> Self {
        // A type and a rule beside it may both tell of one fault.
        if violations.len() > FEW {
            let mut told = HashSet::new();
            let new: Vec<_> = violations.iter().map(|fault| told.insert(fault)).collect();
            let mut new = new.into_iter();
            violations.retain(|_| new.next().unwrap_or(true));
            return Self { violations };
        }
        let mut at = 1;
        while at < violations.len() {
            if violations[..at].contains(&violations[at]) {
                violations.remove(at);
            } else {
                at += 1;
            }
        }
        Self { violations }
    }

    /// The faults, in the order in which they were met; at least one.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.violations.as_slice() {
            [one] => one.fmt(f),
            many => {
                // In one piece: each could make a string that it is written to move.
                let mut text = format!("{} faults:", many.len());
                for part in many.iter().flat_map(Violation::parts) {
                    text.push_str(&part);
                }
                f.write_str(&text)
            }
        }
    }
}

impl std::error::Error for Invalid {}

#[cfg(test)]
mod tests {
    use super::{FEW, Invalid, Violation};

    #[test]
    fn a_fault_is_told_once_however_many_there_are() {
        for count in [1, 3, FEW, 10 * FEW] {
            let fault = |at: usize| Violation::new(format!("/{at}"), "type", "must be".to_owned());
            let twice = (0..count).chain(0..count).map(fault).collect();
            let told = Invalid::unless_empty(twice).expect_err("there are faults");
            assert_eq!(told.violations(), (0..count).map(fault).collect::<Vec<_>>());
        }
        assert!(Invalid::unless_empty(Vec::new()).is_ok());
    }
}
