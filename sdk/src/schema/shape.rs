//! What kind of type a type is.
//!
//! A type that names its [`Shape`] is a [`Member`] by that, and so is an option of it: what is
//! written here once is not compiled again for each of hundreds of types.

use serde::{Deserializer, Serializer};
use serde_json::Value;

use super::choice::Closed;
use super::object::Struct;
use super::slot::{Blank, Given, Member, Slot, View};
use super::union::Union;
use super::{Invalid, read, write};

/// A type that is a [`Member`] as all of its shape are.
pub trait Typed: Sized + 'static {
    /// Its shape: one of those below, or the type itself where there is no other like it.
    type Shape: Shape<Self>;
}

/// How the runtime reaches into all types of one shape.
pub trait Shape<T> {
    /// As [`Member::slot`].
    fn slot<'a>(this: &'a mut T, given: Given<'_>) -> Slot<'a>;
    /// As [`Member::view`].
    fn view(this: &T) -> View<'_>;
    /// As [`Blank::blank`].
    fn blank() -> T;

    /// As [`Member::slot`], of a property that may be absent.
    #[inline]
    fn optional_slot<'a>(this: &'a mut Option<T>, given: Given<'_>) -> Slot<'a> {
        Self::slot(this.insert(Self::blank()), given)
    }
}

impl<T: Typed> Member for T {
    #[inline]
    fn slot(&mut self, given: Given<'_>) -> Slot<'_> {
        T::Shape::slot(self, given)
    }
    #[inline]
    fn view(&self) -> View<'_> {
        T::Shape::view(self)
    }
}

impl<T: Typed> Blank for T {
    #[inline]
    fn blank() -> Self {
        T::Shape::blank()
    }
}

impl<T: Typed> Member for Option<T> {
    #[inline]
    fn slot(&mut self, given: Given<'_>) -> Slot<'_> {
        T::Shape::optional_slot(self, given)
    }
    #[inline]
    fn view(&self) -> View<'_> {
        match self {
            Some(value) => T::Shape::view(value),
            None => View::Absent,
        }
    }
}

impl<T: Typed> Blank for Option<T> {
    #[inline]
    fn blank() -> Self {
        None
    }
}

macro_rules! shape {
    ($(#[$meta:meta])* $name:ident: $bound:ident, $place:ident, $blank:expr) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $name {}

        impl<T: $bound + 'static> Shape<T> for $name {
            #[inline]
            fn slot<'a>(this: &'a mut T, _: Given<'_>) -> Slot<'a> {
                Slot::$place(this)
            }
            #[inline]
            fn view(this: &T) -> View<'_> {
                View::$place(this)
            }
            #[inline]
            fn blank() -> T {
                $blank
            }
        }
    };
}

shape! {
    /// An object whose properties are known.
    AnObject: Struct, Object, T::blank()
}
shape! {
    /// One of several shapes.
    AUnion: Union, Union, T::blank()
}

/// One of a few values.
#[derive(Debug)]
pub enum AChoice {}

impl<T: Closed> Shape<T> for AChoice {
    #[inline]
    fn slot<'a>(this: &'a mut T, given: Given<'_>) -> Slot<'a> {
        match T::ALL.get(T::WIRES.index_of_given(given)) {
            Some(value) => {
                *this = *value;
                Slot::Taken
            }
            None => Slot::Choice(T::WIRES),
        }
    }
    #[inline]
    fn view(this: &T) -> View<'_> {
        View::Choice(T::WIRES, this.index())
    }
    #[inline]
    fn blank() -> T {
        T::ALL[0]
    }
    /// Not by way of a blank one: there are more enums than anything else.
    #[inline]
    fn optional_slot<'a>(this: &'a mut Option<T>, given: Given<'_>) -> Slot<'a> {
        match T::ALL.get(T::WIRES.index_of_given(given)) {
            Some(value) => {
                *this = Some(*value);
                Slot::Taken
            }
            None => Slot::Choice(T::WIRES),
        }
    }
}

/// What stands behind a pointer, because it holds others like itself.
#[derive(Debug)]
pub enum ABox {}

impl<T: Blank> Shape<Box<T>> for ABox {
    fn slot<'a>(this: &'a mut Box<T>, given: Given<'_>) -> Slot<'a> {
        (**this).slot(given)
    }
    fn view(this: &Box<T>) -> View<'_> {
        (**this).view()
    }
    fn blank() -> Box<T> {
        Box::new(T::blank())
    }
}

impl<T: Blank> Typed for Box<T> {
    type Shape = ABox;
}

/// Reads JSON text into a type.
pub fn from_json<T: Blank>(text: &str) -> Result<T, Invalid> {
    let mut this = T::blank();
    match read::json(&mut this, text) {
        Ok(()) => Ok(this),
        Err(invalid) => Err(invalid),
    }
}

/// Reads a JSON value into a type.
pub fn from_value<T: Blank>(value: &Value) -> Result<T, Invalid> {
    let mut this = T::blank();
    match read::value(&mut this, value) {
        Ok(()) => Ok(this),
        Err(invalid) => Err(invalid),
    }
}

/// Reads any self-describing format into a type.
pub fn deserialize<'de, T: Blank, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let mut this = T::blank();
    match read::deserialize(&mut this, from) {
        Ok(()) => Ok(this),
        Err(error) => Err(error),
    }
}

/// Writes a type to any format.
pub fn serialize<T: Member, S: Serializer>(this: &T, to: S) -> Result<S::Ok, S::Error> {
    write::serialize(this, to)
}
