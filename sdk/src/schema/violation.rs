//! What a schema refuses, and where.

use std::collections::HashSet;
use std::fmt;

/// One fault of a JSON document: where it is, which rule it breaks, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            write!(f, "(root): {}", self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

/// Everything that a schema refuses in one document, all faults at once.
///
/// It is never empty. Its `Display` has one line for each fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    violations: Vec<Violation>,
}

impl Invalid {
    /// The error of these faults, each once, or `Ok` where there are none.
    pub(crate) fn unless_empty(mut violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() {
            return Ok(());
        }
        // A type and a rule beside it may both tell of one fault.
        let mut told = HashSet::new();
        let new: Vec<_> = violations.iter().map(|fault| told.insert(fault)).collect();
        let mut new = new.into_iter();
        violations.retain(|_| new.next().unwrap_or(true));
        Err(Self { violations })
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
                write!(f, "{} faults:", many.len())?;
                many.iter().try_for_each(|v| write!(f, "\n  {v}"))
            }
        }
    }
}

impl std::error::Error for Invalid {}
