//! Values that are neither arrays nor objects, put into their places.

use super::Reader;
use crate::schema::integer::Integer;
use crate::schema::path::Path;
use crate::schema::report::{self, Allowed, Faults};
use crate::schema::rule::Rule;
use crate::schema::scalar::Scalar;
use crate::schema::slot::Slot;
use crate::schema::{check, variant};

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
            let before = out.len();
            check::number(value, rules, path, out);
            match value.as_i64() {
                Some(value) => *place = value,
                // Mostly a limit has said so.
                None if out.len() > before => {}
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
        (Slot::Taken, scalar) => beside(scalar, rules, path, out),
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
            *place = Integer::of(value);
        }
        (Slot::Choice(wires), scalar) => {
            report::not_one_of(out, path, &scalar.to_tree(), Allowed::Wires(wires));
            beside(scalar, rules, path, out);
        }
        (Slot::Null, Scalar::Null) => {}
        (Slot::Nullable(nullable), Scalar::Null) => nullable.set_null(),
        (Slot::Nullable(nullable), scalar) => {
            put(nullable.set_value().slot(Some(&scalar)), rules, scalar, path, out);
        }
        (Slot::Ruled(own, inner), scalar) => {
            beside(scalar, rules, path, out);
            Reader::new(inner, own, path, out).scalar(scalar);
        }
        (Slot::Value(place), scalar) => {
            *place = scalar.to_value();
            beside(scalar, rules, path, out);
        }
        (Slot::Union(union), scalar) => {
            variant::read(union, &scalar.to_tree(), path, out);
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
    match scalar {
        Scalar::Number(value) => check::number(value, rules, path, out),
        Scalar::String(value) => check::string(value, rules, path, out),
        Scalar::Null | Scalar::Bool(_) => {}
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
        Slot::Choice(wires) => {
            let values = wires.values();
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            return format!("one of {}", values.join(", "));
        }
        Slot::Nullable(nullable) => {
            return format!("{} or null", expected(nullable.set_value().slot(None)));
        }
        Slot::Ruled(_, inner) => return expected(inner.slot(None)),
        Slot::Union(_) => "one of several shapes",
        Slot::Value(_) | Slot::Opaque(_) | Slot::Taken => "something else",
    };
    words.to_owned()
}
