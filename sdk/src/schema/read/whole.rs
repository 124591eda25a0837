//! Values that had to be read whole before they could be judged, or whose place wants them whole.

use serde::de::Deserializer;

use super::scalar;
use super::{Reader, expected, read_value};
use crate::schema::report::{self, shown};
use crate::schema::rule::Kind;
use crate::schema::slot::Slot;
use crate::schema::tree::Tree;
use crate::schema::{check, variant};

impl Reader<'_> {
    pub(super) fn whole(self, value: &Tree) {
        let Self { into, rules, path, out, deep, .. } = self;
        if deep {
            check::deep(value, rules, path, out);
        }
        let is = |kind| check::is_kind(value, kind);
        match into.slot(value.scalar().as_ref()) {
            Slot::Value(place) => {
                check::shallow(value, rules, path, out);
                *place = value.to_value();
            }
            Slot::Union(union) => {
                check::shallow(value, rules, path, out);
                variant::read(union, value, path, out);
            }
            Slot::Opaque(opaque) => {
                if let Err(expected) = opaque.read(value.to_value()) {
                    report::wrong_type(out, path, expected, &shown(value));
                }
            }
            Slot::Ruled(own, inner) => {
                check::shallow(value, rules, path, out);
                read_value(inner, own, value, path, out);
            }
            Slot::Nullable(nullable) => {
                Reader::checked(nullable.set_value(), rules, path, out).whole(value);
            }
            Slot::Object(object) if is(Kind::Object) => {
                check::deep(value, object.table().rules, path, out);
                Reader::checked(into, rules, path, out).again(value);
            }
            Slot::List(_) if is(Kind::Array) => {
                Reader::checked(into, rules, path, out).again(value);
            }
            Slot::Map(_) if is(Kind::Object) => {
                Reader::checked(into, rules, path, out).again(value);
            }
            slot => match value.scalar() {
                Some(scalar) => scalar::put(slot, rules, scalar, path, out),
                None => report::wrong_type(out, path, &expected(slot), &shown(value)),
            },
        }
    }

    /// Reads a value again, now that its rules are checked.
    fn again(self, value: &Tree) {
        let again: Result<(), serde_json::Error> = value.deserialize_newtype_struct("Json", self);
        debug_assert!(again.is_ok(), "a value is always readable");
    }
}
