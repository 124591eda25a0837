//! How the runtime reaches into a generated type: a [`Slot`] to write to, a [`View`] to read from.
//!
//! Everything behind them is a trait object, so that the reader, the checker and the writer are
//! compiled once, here, and not again for each model.

use std::array;
use std::collections::BTreeMap;

use serde_json::Value;

use super::choice::Wires;
use super::scalar::Scalar;
use super::shape::{Shape, Typed};
use super::{Extra, Integer, Object, Rule, Union};
use crate::OutputKind;

/// A place that the reader fills.
#[expect(missing_docs, reason = "each is named for what it holds")]
pub enum Slot<'a> {
    Null,
    Bool(&'a mut bool),
    Integer(&'a mut i64),
    BigInteger(&'a mut Integer),
    Number(&'a mut f64),
    String(&'a mut String),
    Value(&'a mut Value),
    Nullable(&'a mut dyn NullSlot),
    /// An enum that was given one of its values, and is that now.
    Taken,
    /// An enum that was given none of its values.
    Choice(&'static Wires),
    Object(&'a mut dyn Object),
    List(&'a mut dyn List),
    Map(&'a mut dyn Map),
    Union(&'a mut dyn Union),
    /// A type that reads itself from a whole value.
    Opaque(&'a mut dyn Opaque),
    /// The rules of a named type that is no object, before the place itself.
    Ruled(&'static [Rule], &'a mut dyn Member),
}

/// What is about to be read, if it is a scalar: an enum takes it at once, in the call that asks for
/// the place.
pub type Given<'a> = Option<&'a Scalar<'a>>;

/// What stands in a place, for the checker and the writer.
#[expect(missing_docs, reason = "each is named for what it holds")]
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// An optional property that is not set.
    Absent,
    Null,
    Bool(bool),
    Integer(i64),
    BigInteger(&'a Integer),
    Number(f64),
    String(&'a str),
    /// A string that names a medium or holds it.
    Media(OutputKind, &'a str),
    Value(&'a Value),
    /// One of a few values, by its index.
    Choice(&'static Wires, usize),
    /// A value that an enum does not list.
    Other(Scalar<'a>),
    Object(&'a dyn Object),
    List(&'a dyn List),
    Map(&'a dyn Map),
    Union(&'a dyn Union),
    Ruled(&'static [Rule], &'a dyn Member),
}

/// Everything that can stand in a generated type.
pub trait Member {
    /// The place to read into; whatever stood there is forgotten.
    fn slot(&mut self, given: Given<'_>) -> Slot<'_>;
    /// What stands there now.
    fn view(&self) -> View<'_>;
}

/// A value to read into; it is never shown.
pub trait Blank: Member + 'static {
    /// Some value of the type.
    fn blank() -> Self;
}

/// An array under construction.
pub trait List {
    /// The place of the item at `index`, to be read into; the items before it are there. None where
    /// there is no place for so many.
    fn place(&mut self, index: usize) -> Option<&mut dyn Member>;
    /// How many items there are.
    fn len(&self) -> usize;
    /// How many there always are, where their number is fixed.
    fn fixed_len(&self) -> Option<usize> {
        None
    }
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The item at `index`.
    fn get(&self, index: usize) -> View<'_>;
}

/// An object of which only the kind of its members is known.
pub trait Map {
    /// Adds a blank member under `key` and hands it out, to be read into.
    fn insert(&mut self, key: String) -> &mut dyn Member;
    /// How many members there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The member under `key`.
    fn get(&self, key: &str) -> Option<View<'_>>;
    /// Shows every member.
    fn each(&self, see: &mut dyn FnMut(&str, View<'_>));
}

/// What may be `null` or something else.
pub trait NullSlot {
    /// Makes it `null`.
    fn set_null(&mut self);
    /// Makes it something else and hands it out, to be read into.
    fn set_value(&mut self) -> &mut dyn Member;
}

/// A type that reads itself from a whole value.
pub trait Opaque {
    /// Takes the value, or says in a few words what it must be.
    fn read(&mut self, value: Value) -> Result<(), &'static str>;
}

/// The members that an object's schema does not name.
#[expect(missing_docs, reason = "each is named for what it holds")]
pub enum Rest<'a> {
    /// None are allowed.
    Closed,
    Extra(&'a mut Extra),
    Map(&'a mut dyn Map),
}

/// The members that an object's schema does not name, to look at.
#[expect(missing_docs, reason = "each is named for what it holds")]
pub enum RestView<'a> {
    Closed,
    Extra(&'a Extra),
    Map(&'a dyn Map),
}

macro_rules! scalar {
    ($ty:ty, $slot:ident, $blank:expr, |$this:ident| $view:expr) => {
        impl Typed for $ty {
            type Shape = Self;
        }
        impl Shape<Self> for $ty {
            fn slot<'a>(this: &'a mut Self, _: Given<'_>) -> Slot<'a> {
                Slot::$slot(this)
            }
            fn view($this: &Self) -> View<'_> {
                View::$slot($view)
            }
            fn blank() -> Self {
                $blank
            }
        }
    };
}

scalar!(bool, Bool, false, |this| *this);
scalar!(i64, Integer, 0, |this| *this);
scalar!(Integer, BigInteger, Integer::default(), |this| this);
scalar!(f64, Number, 0.0, |this| *this);
scalar!(String, String, String::new(), |this| this);
scalar!(Value, Value, Value::Null, |this| this);

impl Typed for () {
    type Shape = Self;
}

impl Shape<Self> for () {
    fn slot<'a>((): &'a mut Self, _: Given<'_>) -> Slot<'a> {
        Slot::Null
    }
    fn view((): &Self) -> View<'_> {
        View::Null
    }
    fn blank() -> Self {}
}

impl<T: Blank> List for Vec<T> {
    fn place(&mut self, index: usize) -> Option<&mut dyn Member> {
        self.push(T::blank());
        self.get_mut(index).map(|item| item as &mut dyn Member)
    }
    fn len(&self) -> usize {
        self.len()
    }
    fn get(&self, index: usize) -> View<'_> {
        self[index].view()
    }
}

impl<T: Blank, const N: usize> List for [T; N] {
    fn place(&mut self, index: usize) -> Option<&mut dyn Member> {
        self.get_mut(index).map(|item| item as &mut dyn Member)
    }
    fn len(&self) -> usize {
        N
    }
    fn fixed_len(&self) -> Option<usize> {
        Some(N)
    }
    fn get(&self, index: usize) -> View<'_> {
        self[index].view()
    }
}

impl<T: Blank, const N: usize> Typed for [T; N] {
    type Shape = Self;
}

impl<T: Blank, const N: usize> Shape<Self> for [T; N] {
    fn slot<'a>(this: &'a mut Self, _: Given<'_>) -> Slot<'a> {
        *this = array::from_fn(|_| T::blank());
        Slot::List(this)
    }
    fn view(this: &Self) -> View<'_> {
        View::List(this)
    }
    fn blank() -> Self {
        array::from_fn(|_| T::blank())
    }
}

impl<T: Blank> Typed for Vec<T> {
    type Shape = Self;
}

impl<T: Blank> Shape<Self> for Vec<T> {
    fn slot<'a>(this: &'a mut Self, _: Given<'_>) -> Slot<'a> {
        this.clear();
        Slot::List(this)
    }
    fn view(this: &Self) -> View<'_> {
        View::List(this)
    }
    fn blank() -> Self {
        Self::new()
    }
}

impl<T: Blank> Map for BTreeMap<String, T> {
    fn insert(&mut self, key: String) -> &mut dyn Member {
        // Of a key that is given twice the last member counts, and nothing of the one before.
        self.entry(key).and_modify(|old| *old = T::blank()).or_insert_with(T::blank)
    }
    fn len(&self) -> usize {
        self.len()
    }
    fn get(&self, key: &str) -> Option<View<'_>> {
        Some(self.get(key)?.view())
    }
    fn each(&self, see: &mut dyn FnMut(&str, View<'_>)) {
        for (key, value) in self {
            see(key, value.view());
        }
    }
}

impl<T: Blank> Typed for BTreeMap<String, T> {
    type Shape = Self;
}

impl<T: Blank> Shape<Self> for BTreeMap<String, T> {
    fn slot<'a>(this: &'a mut Self, _: Given<'_>) -> Slot<'a> {
        this.clear();
        Slot::Map(this)
    }
    fn view(this: &Self) -> View<'_> {
        View::Map(this)
    }
    fn blank() -> Self {
        Self::new()
    }
}

/// The field of an object for members that its schema does not name.
pub trait Others {
    /// What each holds.
    type Value;
    /// Adds one on purpose.
    fn add(&mut self, key: String, value: Self::Value);
    /// To read into.
    fn rest(&mut self) -> Rest<'_>;
    /// To look at.
    fn view(&self) -> RestView<'_>;
}

impl Others for Extra {
    type Value = Value;
    fn add(&mut self, key: String, value: Value) {
        self.insert(key, value);
    }
    fn rest(&mut self) -> Rest<'_> {
        Rest::Extra(self)
    }
    fn view(&self) -> RestView<'_> {
        RestView::Extra(self)
    }
}

impl<T: Blank> Others for BTreeMap<String, T> {
    type Value = T;
    fn add(&mut self, key: String, value: T) {
        self.insert(key, value);
    }
    fn rest(&mut self) -> Rest<'_> {
        Rest::Map(self)
    }
    fn view(&self) -> RestView<'_> {
        RestView::Map(self)
    }
}
