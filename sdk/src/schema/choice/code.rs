//! The place of an enum's value while it is read or looked at.
//!
//! Were each enum reached by a trait object of its own, a program would hold functions and tables for
//! each of hundreds; this is one type for all of them, and the struct that holds the enum turns its
//! value into an index and back.

use super::{Closed, Wires};
use crate::schema::slot::{Given, Member, Slot, View};

/// One of an enum's values, by its index.
#[derive(Debug)]
pub struct Code {
    wires: &'static Wires,
    /// [`Wires::NONE`] where there is no value.
    index: usize,
}

/// What holds a value of the enum `E`, or may hold one.
pub trait Holds<E> {
    /// The index of the value; [`Wires::NONE`] where there is none.
    fn index(&self) -> usize;
    /// Makes it this value.
    fn set(&mut self, value: E);
}

impl<E: Closed> Holds<E> for E {
    #[inline]
    fn index(&self) -> usize {
        Closed::index(*self)
    }
    #[inline]
    fn set(&mut self, value: E) {
        *self = value;
    }
}

impl<E: Closed> Holds<E> for Option<E> {
    #[inline]
    fn index(&self) -> usize {
        match self {
            Some(value) => Closed::index(*value),
            None => Wires::NONE,
        }
    }
    #[inline]
    fn set(&mut self, value: E) {
        *self = Some(value);
    }
}

impl Code {
    /// None yet.
    #[inline]
    #[must_use]
    pub fn none<E: Closed>() -> Self {
        Self { wires: &E::LIST.wires, index: Wires::NONE }
    }

    /// The code of what stands in a place.
    #[inline]
    pub fn of<E: Closed>(place: &impl Holds<E>) -> Self {
        Self { wires: &E::LIST.wires, index: place.index() }
    }

    /// Puts the value into a place, if there is one.
    #[inline]
    pub fn put<E: Closed>(&self, place: &mut impl Holds<E>) {
        if let Some(value) = E::LIST.all.get(self.index) {
            place.set(*value);
        }
    }
}

impl Member for Code {
    fn slot(&mut self, given: Given<'_>) -> Slot<'_> {
        self.index = self.wires.index_of_given(given);
        if self.index == Wires::NONE { Slot::Choice(self.wires) } else { Slot::Taken }
    }
    fn view(&self) -> View<'_> {
        if self.index == Wires::NONE { View::Absent } else { View::Choice(self.wires, self.index) }
    }
}
