//! What the generated types are made of: reading, checking and writing JSON by a schema.
//!
//! The generated code holds plain structs and enums and, for each, one table that reads like the
//! schema. Everything that works on the tables is here and compiled once. Users meet [`Integer`],
//! [`Nullable`], [`Extra`] and the errors; [`runtime`] is the generated code's own.

mod branch;
mod check;
mod choice;
mod debug;
mod equal;
mod extra;
mod format;
mod integer;
#[doc(hidden)]
pub mod media;
mod methods;
mod nearest;
mod newtype;
mod nullable;
mod number;
mod object;
mod path;
mod pattern;
mod plain;
#[doc(hidden)]
pub mod read;
mod report;
mod rule;
mod scalar;
mod shape;
mod slot;
mod texts;
mod tree;
mod tuple;
mod union;
#[doc(hidden)]
pub mod validate;
mod variant;
mod violation;
#[doc(hidden)]
pub mod write;

pub use choice::UnknownValue;
pub use extra::Extra;
pub use integer::Integer;
pub use nullable::Nullable;
pub use violation::{Invalid, Violation};

use choice::Wire;
use object::Object;
use rule::{Row, Rule};
use union::Union;

/// What generated code is written in; changes with the generator, at any release.
#[doc(hidden)]
pub mod runtime {
    pub use super::choice::{
        Closed, Code, Holds, Values, Wire, Wires, debug, display, of_integer, of_str, of_wire,
    };
    pub use super::debug::{show, show_members, show_value, shown};
    pub use super::equal::equal;
    pub use super::media::{MediaRule, Medium};
    pub use super::newtype::Rules;
    pub use super::object::{Fill, Look, Object, Table};
    pub use super::rule::{Kind, Properties, Row, Rule, optional, required};
    pub use super::scalar::Scalar;
    pub use super::shape::{
        AChoice, AUnion, AnObject, Shape, Typed, deserialize, from_json, from_value, serialize,
    };
    pub use super::slot::{
        Blank, Given, List, Map, Member, Opaque, Others, Rest, RestView, Slot, View,
    };
    pub use super::texts::{Texts, ends};
    pub use super::union::{Alternatives, Union, Variants};
    pub use super::{media, read, validate, write};
    pub use crate::output::keyed;
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use serde;
    pub use serde_json::Value;

    /// The schema of a type, from its text.
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn json_schema(text: &str) -> schemars::Schema {
        // The generator wrote the text: it is an object or a boolean.
        serde_json::from_str(text).unwrap_or_default()
    }
}
