//! The reader: JSON into a generated type, every fault noted on the way.
//!
//! It is generic over the deserializer and never over the type that is read, so it is compiled
//! once for each format. A value that does not fit is noted and skipped: only broken syntax ends
//! the reading before the end of the document.

mod array;
mod object;
mod scalar;
mod text;
mod whole;

use std::fmt;

use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::number::Num;
use super::path::Path;
use super::report::{Faults, fault};
use super::scalar::Scalar;
use super::slot::{Given, Member, Slot, View};
use super::tree::{self, Tree};
use super::{Invalid, Object, Row, Rule, check};
use text::Text;

pub(super) use object::DIGITS;
pub(super) use scalar::expected;

/// What a whole document is read into.
///
/// An object by itself: most programs reach structs only so, and need no table of a [`Member`] for
/// each of them.
pub enum Root<'a> {
    /// A struct.
    Object(&'a mut dyn Object),
    /// Anything else.
    Member(&'a mut dyn Member),
}

impl Member for Root<'_> {
    fn slot(&mut self, given: Given<'_>) -> Slot<'_> {
        match self {
            Self::Object(object) => Slot::Object(&mut **object),
            Self::Member(member) => member.slot(given),
        }
    }
    fn view(&self) -> View<'_> {
        match self {
            Self::Object(object) => View::Object(&**object),
            Self::Member(member) => member.view(),
        }
    }
}

/// Reads from any self-describing format; the error names every fault.
pub fn deserialize<'de, D: Deserializer<'de>>(mut into: Root<'_>, from: D) -> Result<(), D::Error> {
    let mut out = Faults::new();
    Reader::new(&mut into, &[], &Path::ROOT, &mut out).deserialize(from)?;
    Invalid::unless_empty(out).map_err(D::Error::custom)
}

/// Reads JSON text; broken syntax is one more fault, with its line and column.
pub fn json(mut into: Root<'_>, text: &str) -> Result<(), Invalid> {
    let (mut out, mut from) = (Faults::new(), Text::new(text));
    let read = Reader::new(&mut into, &[], &Path::ROOT, &mut out).deserialize(&mut from);
    if read.and_then(|()| from.end()).is_err() {
        return json_by_serde(&mut into, text);
    }
    Invalid::unless_empty(out)
}

/// [`json`], from the start again, whatever is in the text.
#[cold]
fn json_by_serde(into: &mut dyn Member, text: &str) -> Result<(), Invalid> {
    let mut out = Faults::new();
    let mut from = serde_json::Deserializer::from_str(text);
    let read = Reader::new(into, &[], &Path::ROOT, &mut out).deserialize(&mut from);
    if let Err(error) = read.and_then(|()| from.end()) {
        fault(&mut out, &Path::ROOT, "syntax", format!("is not JSON: {error}"));
    }
    Invalid::unless_empty(out)
}

/// Reads a JSON value.
pub fn value(mut into: Root<'_>, from: &Value) -> Result<(), Invalid> {
    let mut out = Faults::new();
    if let Err(error) = Reader::new(&mut into, &[], &Path::ROOT, &mut out).deserialize(from) {
        fault(&mut out, &Path::ROOT, "syntax", error.to_string());
    }
    Invalid::unless_empty(out)
}

/// Reads JSON text that is held to be looked at.
pub(super) fn tree(text: &str) -> Option<Tree> {
    Tree::deserialize(&mut Text::new(text)).ok()
}

/// Reads what is held into a place of a document.
pub(super) fn read_value(
    into: &mut dyn Member,
    rules: &'static [Rule],
    from: &Tree,
    path: &Path<'_>,
    out: &mut Faults,
) {
    if let Err(error) = Reader::new(into, rules, path, out).deserialize(from) {
        fault(out, path, "syntax", error.to_string());
    }
}

struct Reader<'a> {
    into: &'a mut dyn Member,
    rules: &'static [Rule],
    path: &'a Path<'a>,
    out: &'a mut Faults,
    /// Some of the rules look at the whole value, and have not done so yet.
    deep: bool,
    /// What looks at the whole value has done so, the rules of the value's own type included.
    checked: bool,
    null_is_absent: bool,
}

impl<'a> Reader<'a> {
    fn new(
        into: &'a mut dyn Member,
        rules: &'static [Rule],
        path: &'a Path<'a>,
        out: &'a mut Faults,
    ) -> Self {
        let deep = Rule::any_deep(rules);
        Self { into, rules, path, out, deep, checked: false, null_is_absent: false }
    }

    fn of_field(
        into: &'a mut dyn Member,
        row: &'static Row,
        path: &'a Path<'a>,
        out: &'a mut Faults,
    ) -> Self {
        let Row { rules, deep, null_is_absent, .. } = *row;
        Self { into, rules, path, out, deep, checked: false, null_is_absent }
    }

    /// A reader of a value at which every deep rule has looked.
    fn checked(
        into: &'a mut dyn Member,
        rules: &'static [Rule],
        path: &'a Path<'a>,
        out: &'a mut Faults,
    ) -> Self {
        Self { into, rules, path, out, deep: false, checked: true, null_is_absent: false }
    }

    fn null(self) {
        if !self.null_is_absent {
            self.scalar(Scalar::Null);
        }
    }

    fn bool(self, value: bool) {
        self.scalar(Scalar::Bool(value));
    }

    fn integer(self, value: i64) {
        self.scalar(Scalar::Number(Num::Whole(value)));
    }

    fn number(self, value: Num<'_>) {
        self.scalar(Scalar::Number(value));
    }

    fn string(self, value: &str) {
        self.scalar(Scalar::String(value));
    }

    #[expect(
        clippy::inline_always,
        reason = "each kind of scalar gets a copy in which only its own arms are left"
    )]
    #[inline(always)]
    fn scalar(self, scalar: Scalar<'_>) {
        if self.deep {
            check::deep(&scalar.to_tree(), self.rules, self.path, self.out);
        }
        scalar::put(self.into.slot(Some(&scalar)), self.rules, scalar, self.path, self.out);
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        // What no other format has a use for: [`Text`] tells by it that all digits are wanted.
        from.deserialize_newtype_struct("Json", self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.null();
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.null();
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.bool(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.integer(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => self.number(Num::from(i128::from(value))),
        }
        Ok(())
    }

    fn visit_i128<E>(self, value: i128) -> Result<(), E> {
        self.number(Num::from(value));
        Ok(())
    }

    fn visit_u128<E>(self, value: u128) -> Result<(), E> {
        self.number(Num::of_text(&value.to_string()));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.number(Num::Float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.string(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        if !self.deep
            && let Slot::List(list) = self.into.slot(None)
        {
            return array::read(list, self.rules, seq, self.path, self.out);
        }
        let whole = Tree::deserialize(SeqAccessDeserializer::new(seq))?;
        self.whole(&whole);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        if !self.deep {
            match self.into.slot(None) {
                Slot::Object(object) if self.checked || !Rule::any_deep(object.table().rules) => {
                    return object::read(object, map, self.path, self.out);
                }
                Slot::Map(members) => {
                    return object::read_map(members, self.rules, map, self.path, self.out);
                }
                _ => {}
            }
        }
        match tree::of_map(map)? {
            Tree::Number(number) => self.number(number.num()),
            members => self.whole(&members),
        }
        Ok(())
    }
}
