//! What kind of type a generated type is.
//!
//! A type that names its [`Shape`] is a [`Member`] by that: what is written here once is not
//! compiled again for each of hundreds of types.

use serde::{Deserializer, Serializer};
use serde_json::Value;

use super::choice::Closed;
use super::object::Struct;
use super::slot::{Blank, Member, Slot, View};
use super::union::Union;
use super::{Invalid, read, write};

/// A type that is a [`Member`] as all of its shape are.
pub trait Typed: Sized + 'static {
    /// Its shape.
    type Shape: Shape<Self>;
}

/// How the runtime reaches into all types of one shape.
pub trait Shape<T> {
    /// As [`Member::slot`].
    fn slot(this: &mut T) -> Slot<'_>;
    /// As [`Member::view`].
    fn view(this: &T) -> View<'_>;
    /// As [`Blank::blank`].
    fn blank() -> T;
}

impl<T: Typed> Member for T {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        T::Shape::slot(self)
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

macro_rules! shape {
    ($(#[$meta:meta])* $name:ident: $bound:ident, $place:ident, $blank:expr) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $name {}

        impl<T: $bound + 'static> Shape<T> for $name {
            #[inline]
            fn slot(this: &mut T) -> Slot<'_> {
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
    fn slot(this: &mut T) -> Slot<'_> {
        Slot::Choice(T::WIRES, this)
    }
    #[inline]
    fn view(this: &T) -> View<'_> {
        View::Choice(T::WIRES, this.index())
    }
    #[inline]
    fn blank() -> T {
        T::ALL[0]
    }
}

/// What stands behind a pointer, because it holds others like itself.
#[derive(Debug)]
pub enum ABox {}

impl<T: Blank> Shape<Box<T>> for ABox {
    fn slot(this: &mut Box<T>) -> Slot<'_> {
        (**this).slot()
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
    read::json(&mut this, text)?;
    Ok(this)
}

/// Reads a JSON value into a type.
pub fn from_value<T: Blank>(value: &Value) -> Result<T, Invalid> {
    let mut this = T::blank();
    read::value(&mut this, value)?;
    Ok(this)
}

/// Reads any self-describing format into a type.
pub fn deserialize<'de, T: Blank, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let mut this = T::blank();
    read::deserialize(&mut this, from)?;
    Ok(this)
}

/// Writes a type to any format.
pub fn serialize<T: Member, S: Serializer>(this: &T, to: S) -> Result<S::Ok, S::Error> {
    write::serialize(this, to)
}
