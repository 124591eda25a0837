//! The writer: a generated type into JSON.

mod text;
mod tree;

use std::cmp::Ordering;

use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::Wire;
use super::number::{EXACT, Num};
use super::object::Table;
use super::scalar::Scalar;
use super::slot::{Member, RestView, View};

pub(super) use tree::tree;

/// Writes to any format.
pub fn serialize<S: Serializer>(view: View<'_>, to: S) -> Result<S::Ok, S::Error> {
    view.serialize(to)
}

/// Writes JSON text.
#[must_use]
pub fn json(view: View<'_>) -> String {
    text::text(&view)
}

/// Writes a JSON value.
#[must_use]
pub fn value(view: View<'_>) -> Value {
    // Where a number has more digits than a value can hold, the nearest is wanted, and no error.
    serde_json::to_value(view).unwrap_or_else(|_| tree(&view).to_value())
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            View::Absent | View::Null => to.serialize_unit(),
            View::Bool(value) => to.serialize_bool(*value),
            View::Integer(value) => to.serialize_i64(*value),
            View::BigInteger(value) => big(value.num(), to),
            // `7`, not `7.0`: as the schema's own examples write it.
            #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
            View::Number(value) if value.fract() == 0.0 && value.abs() < EXACT => {
                to.serialize_i64(*value as i64)
            }
            View::Number(value) => to.serialize_f64(*value),
            View::String(value) | View::Media(_, value) => to.serialize_str(value),
            View::Value(value) => value.serialize(to),
            View::Other(Scalar::Number(value)) if value.is_whole() => big(*value, to),
            View::Other(value) => value.to_value().serialize(to),
            View::Choice(wires, index) => wire(wires.value(*index), to),
            View::Union(union) => union.chosen().1.serialize(to),
            View::Ruled(_, inner) => inner.view().serialize(to),
            View::List(list) => {
                let mut seq = to.serialize_seq(Some(list.len()))?;
                (0..list.len()).try_for_each(|index| seq.serialize_element(&list.get(index)))?;
                seq.end()
            }
            View::Map(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                let mut result = Ok(());
                members.each(&mut |key, value| {
                    if result.is_ok() {
                        result = map.serialize_entry(key, &value);
                    }
                });
                result?;
                map.end()
            }
            View::Object(object) => {
                let mut map = to.serialize_map(None)?;
                let mut result = Ok(());
                object.see(&mut |members, rest| {
                    result = members_of(object.table(), members, &rest, &mut map);
                });
                result?;
                map.end()
            }
        }
    }
}

fn members_of<M: SerializeMap>(
    table: &Table,
    members: &[&dyn Member],
    rest: &RestView<'_>,
    map: &mut M,
) -> Result<(), M::Error> {
    for (name, member) in table.names.iter().zip(members) {
        match member.view() {
            View::Absent => {}
            view => map.serialize_entry(name, &view)?,
        }
    }
    match rest {
        RestView::Closed => Ok(()),
        RestView::Extra(extra) => {
            extra.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))
        }
        RestView::Map(members) => {
            let mut result = Ok(());
            members.each(&mut |key, value| {
                if result.is_ok() {
                    result = map.serialize_entry(key, &value);
                }
            });
            result
        }
    }
}

fn wire<S: Serializer>(wire: Wire, to: S) -> Result<S::Ok, S::Error> {
    match wire {
        Wire::Null => to.serialize_unit(),
        Wire::Boolean(value) => to.serialize_bool(value),
        Wire::Integer(value) => to.serialize_i64(value),
        Wire::Number(value) => to.serialize_f64(value),
        // One of a few: read again, the nearest float is the same one.
        Wire::Digits(digits) => match digits.parse() {
            Ok(whole) => to.serialize_u64(whole),
            Err(_) => to.serialize_f64(Num::of_text(digits).as_f64()),
        },
        Wire::String(value) => to.serialize_str(value),
    }
}

/// JSON knows integers of any size, serde's formats of 64 bits, and some of 128.
fn big<S: Serializer>(value: Num<'_>, to: S) -> Result<S::Ok, S::Error> {
    let whole = match value {
        Num::Whole(value) => return to.serialize_i64(value),
        number => number.as_i128(),
    };
    if let Some(whole) = whole.and_then(|whole| u64::try_from(whole).ok()) {
        return to.serialize_u64(whole);
    }
    let float = value.as_f64();
    match whole {
        _ if float.is_finite() && value.cmp_f64(float) == Some(Ordering::Equal) => {
            to.serialize_f64(float)
        }
        Some(whole) => to.serialize_i128(whole),
        None => Err(S::Error::custom(format!("{value} is no integer of 128 bits"))),
    }
}
