//! The writer: a generated type into JSON.

mod text;

use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::Wire;
use super::object::Table;
use super::slot::{Member, RestView, View};

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
    view_value(&view)
}

pub(super) fn view_value(view: &View<'_>) -> Value {
    serde_json::to_value(view).unwrap_or_default()
}

/// Beyond this, a float no longer tells one whole number from the next.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            View::Absent | View::Null => to.serialize_unit(),
            View::Bool(value) => to.serialize_bool(*value),
            View::Integer(value) => to.serialize_i64(*value),
            View::BigInteger(value) => big(*value, to),
            // `7`, not `7.0`: as the schema's own examples write it.
            #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
            View::Number(value) if value.fract() == 0.0 && value.abs() < EXACT => {
                to.serialize_i64(*value as i64)
            }
            View::Number(value) => to.serialize_f64(*value),
            View::String(value) | View::Media(_, value) => to.serialize_str(value),
            View::Value(value) => value.serialize(to),
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
        Wire::String(value) => to.serialize_str(value),
    }
}

/// JSON knows integers of any size, serde's formats at most 64 bits of them.
fn big<S: Serializer>(value: i128, to: S) -> Result<S::Ok, S::Error> {
    if let Ok(value) = i64::try_from(value) {
        to.serialize_i64(value)
    } else if let Ok(value) = u64::try_from(value) {
        to.serialize_u64(value)
    } else {
        #[expect(clippy::cast_precision_loss, reason = "compared in the next line")]
        let float = value as f64;
        #[expect(clippy::cast_possible_truncation, reason = "that is the question")]
        let exact = float as i128 == value;
        if exact {
            to.serialize_f64(float)
        } else {
            Err(S::Error::custom(format!("{value} is no integer of 64 bits")))
        }
    }
}
