//! Values that are neither arrays nor objects.

use std::fmt::{self, Display};

use serde_json::Value;

use super::number::Num;
use super::report::shown_str;

/// A value that is neither an array nor an object, as it was read.
#[derive(Debug, Clone, Copy)]
pub enum Scalar<'a> {
    Null,
    Bool(bool),
    Number(Num),
    String(&'a str),
}

impl<'a> Scalar<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(value) => Self::Number(Num::of(value)),
            Value::String(value) => Self::String(value),
            Value::Array(_) | Value::Object(_) => return None,
        })
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        match self {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number that was written as one and has all of its digits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(Num::Whole(value)) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => value.into(),
            Self::Number(Num::Whole(value)) => value.into(),
            Self::Number(wide @ Num::Wide(value)) => {
                u64::try_from(value).map_or_else(|_| wide.as_f64().into(), Value::from)
            }
            Self::Number(Num::Float(value)) => value.into(),
            Self::String(value) => value.into(),
        }
    }
}

impl<'a> From<&'a str> for Scalar<'a> {
    fn from(value: &'a str) -> Self {
        Self::String(value)
    }
}

impl From<i64> for Scalar<'_> {
    fn from(value: i64) -> Self {
        Self::Number(Num::Whole(value))
    }
}

impl Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.write_str(&shown_str(text)),
            scalar => scalar.to_value().fmt(f),
        }
    }
}
