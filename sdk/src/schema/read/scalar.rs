//! Values that are neither arrays nor objects, put into their places.

use std::fmt::{self, Display};

use serde_json::Value;

use super::Reader;
use crate::schema::choice::{Choice, Wires};
use crate::schema::number::Num;
use crate::schema::path::Path;
use crate::schema::report::{self, Allowed, Faults, shown_str};
use crate::schema::rule::Rule;
use crate::schema::slot::Slot;
use crate::schema::{check, variant};

#[derive(Clone, Copy)]
pub(super) enum Scalar<'a> {
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

impl Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.write_str(&shown_str(text)),
            scalar => scalar.to_value().fmt(f),
        }
    }
}

/// Puts a scalar where it belongs: here the pairs that nearly every value is of.
#[expect(
    clippy::inline_always,
    reason = "where the kind of the scalar is known, only the arms of that kind are left"
)]
#[inline(always)]
pub(super) fn put(
    slot: Slot<'_>,
    rules: &'static [Rule],
    scalar: Scalar<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    match (slot, scalar) {
        (Slot::String(place), Scalar::String(value)) => {
            check::string(value, rules, path, out);
            value.clone_into(place);
        }
        (Slot::Integer(place), Scalar::Number(value)) if value.is_whole() => {
            check::number(value, rules, path, out);
            match value.as_i64() {
                Some(value) => *place = value,
                None => report::wrong_type(out, path, "an integer of 64 bits", &scalar),
            }
        }
        (Slot::Number(place), Scalar::Number(value)) => {
            check::number(value, rules, path, out);
            *place = value.as_f64();
            if !place.is_finite() {
                report::wrong_type(out, path, "a finite number", place);
            }
        }
        (Slot::Bool(place), Scalar::Bool(value)) => *place = value,
        (Slot::Choice(wires, choice), scalar) => {
            choose(wires, choice, rules, scalar, path, out);
        }
        (slot, scalar) => put_elsewhere(slot, rules, scalar, path, out),
    }
}

/// [`put`], for all other pairs.
fn put_elsewhere(
    slot: Slot<'_>,
    rules: &'static [Rule],
    scalar: Scalar<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    match (slot, scalar) {
        (Slot::BigInteger(place), Scalar::Number(value)) if value.is_whole() => {
            check::number(value, rules, path, out);
            match value.as_i128() {
                Some(value) => *place = value,
                None => report::wrong_type(out, path, "an integer of 128 bits", &scalar),
            }
        }
        (Slot::Null, Scalar::Null) => {}
        (Slot::Nullable(nullable), Scalar::Null) => nullable.set_null(),
        (Slot::Nullable(nullable), scalar) => {
            put(nullable.set_value().slot(), rules, scalar, path, out);
        }
        (Slot::Ruled(own, inner), scalar) => {
            check::shallow(&scalar.to_value(), rules, path, out);
            Reader::new(inner, own, path, out).scalar(scalar);
        }
        (Slot::Value(place), scalar) => {
            *place = scalar.to_value();
            check::shallow(place, rules, path, out);
        }
        (Slot::Union(union), scalar) => {
            variant::read(union, &scalar.to_value(), path, out);
            beside(scalar, rules, path, out);
        }
        (Slot::Opaque(opaque), scalar) => {
            if let Err(expected) = opaque.read(scalar.to_value()) {
                report::wrong_type(out, path, expected, &scalar);
            }
        }
        (slot, scalar) => report::wrong_type(out, path, &expected(slot), &scalar),
    }
}

/// Applies the rules that stand beside a type with values of its own.
fn beside(scalar: Scalar<'_>, rules: &'static [Rule], path: &Path<'_>, out: &mut Faults) {
    if !rules.is_empty() {
        check::shallow(&scalar.to_value(), rules, path, out);
    }
}

#[expect(clippy::inline_always, reason = "as with `put`")]
#[inline(always)]
fn choose(
    wires: Wires,
    choice: &mut dyn Choice,
    rules: &'static [Rule],
    scalar: Scalar<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    let known = choice.choose(&mut || match scalar {
        Scalar::String(value) => wires.index_of_str(value),
        Scalar::Number(value) => wires.index_of_number(value),
        Scalar::Bool(value) => wires.index_of_bool(value),
        Scalar::Null => wires.index_of_null(),
    });
    if !known {
        choose_other(wires, choice, scalar, path, out);
    }
    beside(scalar, rules, path, out);
}

/// A value that an enum does not list, but may keep.
#[cold]
fn choose_other(
    wires: Wires,
    choice: &mut dyn Choice,
    scalar: Scalar<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    let value = scalar.to_value();
    if !choice.choose_other(&value) {
        report::not_one_of(out, path, &value, Allowed::Wires(wires));
    }
}

/// What a place takes, in words.
pub(in crate::schema) fn expected(slot: Slot<'_>) -> String {
    let words = match slot {
        Slot::Null => "null",
        Slot::Bool(_) => "a boolean",
        Slot::Integer(_) | Slot::BigInteger(_) => "an integer",
        Slot::Number(_) => "a number",
        Slot::String(_) => "a string",
        Slot::List(_) => "an array",
        Slot::Object(_) | Slot::Map(_) => "an object",
        Slot::Choice(wires, _) => {
            let values = wires.values();
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            return format!("one of {}", values.join(", "));
        }
        Slot::Nullable(nullable) => {
            return format!("{} or null", expected(nullable.set_value().slot()));
        }
        Slot::Ruled(_, inner) => return expected(inner.slot()),
        Slot::Union(_) => "one of several shapes",
        Slot::Value(_) | Slot::Opaque(_) => "something else",
    };
    words.to_owned()
}
