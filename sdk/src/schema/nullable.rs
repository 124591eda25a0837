//! `null` is not absent.

use super::shape::{Shape, Typed};
use super::slot::{Blank, Given, Member, NullSlot, Slot, View};

/// A value that may be `null`, where `null` says something else than leaving the property out.
///
/// ```
/// use runcomfy::schema::Nullable;
///
/// let seed: Nullable<i64> = 7.into();
/// assert_eq!(seed.value(), Some(&7));
/// assert_eq!(Nullable::<i64>::Null.value(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// The JSON value `null`.
    Null,
    /// Anything else.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, unless it is `null`.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The value itself, unless it is `null`.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T: Blank> NullSlot for Nullable<T> {
    fn set_null(&mut self) {
        *self = Self::Null;
    }
    fn set_value(&mut self) -> &mut dyn Member {
        *self = Self::Value(T::blank());
        match self {
            Self::Value(value) => value,
            Self::Null => unreachable!("it was set in the line above"),
        }
    }
}

impl<T: Blank> Typed for Nullable<T> {
    type Shape = Self;
}

impl<T: Blank> Shape<Self> for Nullable<T> {
    fn slot<'a>(this: &'a mut Self, _: Given<'_>) -> Slot<'a> {
        Slot::Nullable(this)
    }
    fn view(this: &Self) -> View<'_> {
        match this {
            Self::Value(value) => value.view(),
            Self::Null => View::Null,
        }
    }
    fn blank() -> Self {
        Self::Null
    }
}
