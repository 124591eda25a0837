//! `null` is not absent.

use super::slot::{Blank, Member, NullSlot, Slot, View};

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

impl<T: Blank> Member for Nullable<T> {
    fn slot(&mut self) -> Slot<'_> {
        Slot::Nullable(self)
    }
    fn view(&self) -> View<'_> {
        self.value().map_or(View::Null, T::view)
    }
}

impl<T: Blank> Blank for Nullable<T> {
    fn blank() -> Self {
        Self::Null
    }
}
