//! Enums: one of a few values.

mod closed;
mod code;
mod open;

use std::fmt;

use serde_json::Value;

use super::number::Num;
use super::path::Path;
use super::report::{self, Allowed};
use super::scalar::Scalar;
use super::slot::Given;
use super::texts::Texts;
use crate::redact::Shown;

pub use closed::{Closed, Values, debug, display, of_integer, of_str, of_wire};
pub use code::{Code, Holds};

/// The values of an enum as they go over the wire, in the order of its variants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wires {
    /// All of them strings.
    Strings(Texts),
    /// All of them whole numbers.
    Integers(&'static [i64]),
    /// Of several kinds.
    Mixed(&'static [Wire]),
}

/// One value of an enum of several kinds.
#[expect(missing_docs, reason = "the words of JSON")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wire {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    /// A whole number beyond 64 bits, in JSON.
    Digits(&'static str),
    String(&'static str),
}

impl Wire {
    /// The value itself.
    #[must_use]
    pub fn to_value(self) -> Value {
        self.scalar().to_value()
    }

    pub(super) fn scalar(self) -> Scalar<'static> {
        match self {
            Self::Null => Scalar::Null,
            Self::Boolean(value) => Scalar::Bool(value),
            Self::Integer(value) => Scalar::Number(Num::Whole(value)),
            Self::Number(value) => Scalar::Number(Num::Float(value)),
            Self::Digits(digits) => Scalar::Number(Num::of_text(digits)),
            Self::String(value) => Scalar::String(value),
        }
    }
}

impl From<Wire> for Value {
    fn from(wire: Wire) -> Self {
        wire.to_value()
    }
}

impl Wires {
    /// An index beyond all values, where there is none: an `Option` would be twice the code, for each
    /// enum of each struct.
    pub const NONE: usize = usize::MAX;

    /// The values themselves.
    #[must_use]
    pub fn values(&self) -> Vec<Value> {
        match self {
            Self::Strings(all) => all.iter().map(Value::from).collect(),
            Self::Integers(all) => all.iter().copied().map(Value::from).collect(),
            Self::Mixed(all) => all.iter().map(|wire| wire.to_value()).collect(),
        }
    }

    /// The string at `index` of an enum of strings.
    #[must_use]
    pub const fn str(&self, index: usize) -> &'static str {
        match self {
            Self::Strings(all) => all.get(index),
            _ => "",
        }
    }

    /// The number at `index` of an enum of whole numbers.
    #[must_use]
    pub const fn i64(&self, index: usize) -> i64 {
        match self {
            Self::Integers(all) => all[index],
            _ => 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Strings(all) => all.len(),
            Self::Integers(all) => all.len(),
            Self::Mixed(all) => all.len(),
        }
    }

    /// The value at `index`.
    #[must_use]
    pub const fn value(&self, index: usize) -> Wire {
        match self {
            Self::Strings(all) => Wire::String(all.get(index)),
            Self::Integers(all) => Wire::Integer(all[index]),
            Self::Mixed(all) => all[index],
        }
    }

    /// The index of what is given; [`Wires::NONE`] for anything else.
    #[must_use]
    pub fn index_of_given(&self, given: Given<'_>) -> usize {
        given.and_then(|given| self.index_of_scalar(*given)).unwrap_or(Self::NONE)
    }

    /// The index of a scalar.
    #[must_use]
    #[inline]
    pub fn index_of_scalar(&self, value: Scalar<'_>) -> Option<usize> {
        match value {
            Scalar::String(value) => self.index_of_str(value),
            Scalar::Number(value) => self.index_of_number(value),
            Scalar::Bool(value) => self.index_of_bool(value),
            Scalar::Null => self.index_of_null(),
        }
    }

    pub(super) fn index_of_str(&self, value: &str) -> Option<usize> {
        match self {
            Self::Strings(all) => all.position(value),
            Self::Integers(_) => None,
            Self::Mixed(all) => {
                all.iter().position(|wire| matches!(wire, Wire::String(wire) if *wire == value))
            }
        }
    }

    pub(super) fn index_of_number(&self, value: Num<'_>) -> Option<usize> {
        let equals = |wire: i64| value.cmp_i64(wire) == Some(std::cmp::Ordering::Equal);
        match self {
            Self::Strings(_) => None,
            Self::Integers(all) => all.iter().position(|wire| equals(*wire)),
            Self::Mixed(all) => all.iter().position(|wire| match wire {
                Wire::Integer(wire) => equals(*wire),
                Wire::Number(wire) => value.cmp_f64(*wire) == Some(std::cmp::Ordering::Equal),
                Wire::Digits(wire) => value.cmp_digits(wire) == Some(std::cmp::Ordering::Equal),
                _ => false,
            }),
        }
    }

    pub(super) fn index_of_bool(&self, value: bool) -> Option<usize> {
        match self {
            Self::Mixed(all) => all.iter().position(|wire| *wire == Wire::Boolean(value)),
            _ => None,
        }
    }

    pub(super) fn index_of_null(&self) -> Option<usize> {
        match self {
            Self::Mixed(all) => all.iter().position(|wire| *wire == Wire::Null),
            _ => None,
        }
    }
}

/// A value that is none of an enum's.
///
/// Its `Display` names the allowed values and the nearest one.
#[derive(Clone, PartialEq)]
pub struct UnknownValue {
    found: Value,
    allowed: &'static Wires,
}

impl UnknownValue {
    #[doc(hidden)]
    pub fn new(found: impl Into<Value>, allowed: &'static Wires) -> Self {
        Self { found: found.into(), allowed }
    }

    /// The values that are allowed.
    #[must_use]
    pub fn allowed(&self) -> Vec<Value> {
        self.allowed.values()
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut faults = Vec::new();
        let allowed = Allowed::Wires(self.allowed);
        report::not_one_of(&mut faults, &Path::ROOT, &(&self.found).into(), allowed);
        f.write_str(faults.first().map_or("unknown value", |fault| fault.message()))
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = Value::Array(self.allowed());
        f.debug_struct("UnknownValue")
            .field("found", &Shown(&self.found))
            .field("allowed", &format_args!("{list}"))
            .finish()
    }
}

impl std::error::Error for UnknownValue {}

#[cfg(test)]
mod tests {
    use super::{UnknownValue, Wire, Wires};

    #[test]
    fn an_unknown_value_shows_json_in_debug() {
        static WIRES: Wires = Wires::Mixed(&[Wire::String("auto"), Wire::Integer(5)]);
        let unknown = UnknownValue::new("16:8", &WIRES);
        assert_eq!(
            format!("{unknown:?}"),
            r#"UnknownValue { found: "16:8", allowed: ["auto",5] }"#
        );
    }
}
