//! Values that are neither arrays nor objects.

use std::fmt::{self, Display};

use serde_json::Value;

use super::integer::Integer;
use super::number::Num;
use super::report::shown_str;
use super::tree::Tree;
use crate::redact::Shown;

/// A value that is neither an array nor an object, as it was read.
#[expect(missing_docs, reason = "the words of JSON")]
#[derive(Clone, Copy)]
pub enum Scalar<'a> {
    Null,
    Bool(bool),
    Number(Num<'a>),
    String(&'a str),
}

/// URLs in it are shown without their queries.
impl fmt::Debug for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Bool(value) => f.debug_tuple("Bool").field(value).finish(),
            Self::Number(value) => f.debug_tuple("Number").field(value).finish(),
            Self::String(text) => f.debug_tuple("String").field(&Shown(*text)).finish(),
        }
    }
}

impl<'a> Scalar<'a> {
    pub(super) fn to_tree(self) -> Tree {
        match self {
            Self::Null => Tree::Null,
            Self::Bool(value) => Tree::Bool(value),
            Self::Number(value) => value.into(),
            Self::String(value) => Tree::String(value.to_owned()),
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        match self {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number, however it is written.
    #[must_use]
    pub fn as_integer(&self) -> Option<Integer> {
        match self {
            Self::Number(number) if number.is_whole() => Some(Integer::of(*number)),
            _ => None,
        }
    }

    pub(super) fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => value.into(),
            Self::Number(Num::Whole(value)) => value.into(),
            Self::Number(Num::Float(value)) => value.into(),
            Self::Number(Num::Wide(value)) => large(&value.to_string()),
            Self::Number(Num::Long(text)) => large(text),
            Self::String(value) => value.into(),
        }
    }
}

/// A number with as many digits as `serde_json` keeps; it has to know numbers beyond all floats as
/// something.
pub(super) fn large(text: &str) -> Value {
    let largest = || if text.starts_with('-') { f64::MIN } else { f64::MAX };
    serde_json::from_str(text).unwrap_or_else(|_| largest().into())
}

impl<'a> From<&'a str> for Scalar<'a> {
    fn from(value: &'a str) -> Self {
        Self::String(value)
    }
}

impl<'a> From<&'a Integer> for Scalar<'a> {
    fn from(value: &'a Integer) -> Self {
        Self::Number(value.num())
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
            Self::Number(number @ (Num::Wide(_) | Num::Long(_))) => number.fmt(f),
            scalar => scalar.to_value().fmt(f),
        }
    }
}
