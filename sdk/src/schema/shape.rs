//! What kind of type a type is.
//!
//! A type that names its [`Shape`] is a [`Member`] by that, and so is an option of it: what is
//! written here once is not compiled again for each of hundreds of types.

use std::mem::{self, ManuallyDrop};

use serde::{Deserializer, Serializer};
use serde_json::Value;

use super::choice::Closed;
use super::object::Object;
use super::read::Root;
use super::slot::{Blank, Given, Member, Slot, View};
use super::union::Alternatives;
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
    /// The type as what a whole document is read into.
    #[inline]
    fn root(this: &mut T) -> Root<'_>
    where
        T: Member + Sized,
    {
        Root::Member(this)
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
        if self.is_none() {
            // Nothing is lost: there was nothing. (Assigned, the old value would be dropped, which is
            // a lot of code.)
            mem::forget(self.replace(T::Shape::blank()));
        }
        match self {
            Some(value) => T::Shape::slot(value, given),
            None => unreachable!(),
        }
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
    ($(#[$meta:meta])* $name:ident: $bound:ident, $place:ident, $blank:expr, $root:ident) => {
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
            #[inline]
            fn root(this: &mut T) -> Root<'_>
            where
                T: Member,
            {
                Root::$root(this)
            }
        }
    };
}

shape! {
    /// An object whose properties are known.
    AnObject: Object, Object, T::blank(), Object
}
shape! {
    /// One of several shapes.
    AUnion: Alternatives, Union, T::of(T::BLANK), Member
}

/// One of a few values.
#[derive(Debug)]
pub enum AChoice {}

impl<T: Closed> Shape<T> for AChoice {
    #[inline]
    fn slot<'a>(this: &'a mut T, given: Given<'_>) -> Slot<'a> {
        match T::LIST.all.get(T::LIST.wires.index_of_given(given)) {
            Some(value) => {
                *this = *value;
                Slot::Taken
            }
            None => Slot::Choice(&T::LIST.wires),
        }
    }
    #[inline]
    fn view(this: &T) -> View<'_> {
        View::Choice(&T::LIST.wires, this.index())
    }
    #[inline]
    fn blank() -> T {
        T::LIST.all[0]
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

// What is read into is no longer dropped where reading panics: it never should, and a landing pad for
// each of hundreds of types is a lot of code for that.

/// Reads JSON text into a type.
#[inline]
pub fn from_json<T: Typed>(text: &str) -> Result<T, Invalid> {
    let mut this = ManuallyDrop::new(T::Shape::blank());
    let read = read::json(T::Shape::root(&mut this), text);
    done(this, read)
}

/// Reads a JSON value into a type.
#[inline]
pub fn from_value<T: Typed>(value: &Value) -> Result<T, Invalid> {
    let mut this = ManuallyDrop::new(T::Shape::blank());
    let read = read::value(T::Shape::root(&mut this), value);
    done(this, read)
}

/// Reads any self-describing format into a type.
#[inline]
pub fn deserialize<'de, T: Typed, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let mut this = ManuallyDrop::new(T::Shape::blank());
    let read = read::deserialize(T::Shape::root(&mut this), from);
    done(this, read)
}

#[inline]
fn done<T, E>(this: ManuallyDrop<T>, read: Result<(), E>) -> Result<T, E> {
    let this = ManuallyDrop::into_inner(this);
    match read {
        Ok(()) => Ok(this),
        Err(error) => Err(error),
    }
}

/// Writes a type to any format.
#[inline]
pub fn serialize<T: Typed, S: Serializer>(this: &T, to: S) -> Result<S::Ok, S::Error> {
    write::serialize(T::Shape::view(this), to)
}
