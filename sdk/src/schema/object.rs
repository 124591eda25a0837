//! Structs: objects whose properties are known.

use super::rule::{Field, Rule};
use super::slot::{Member, Rest, RestView};

/// The table of a generated struct, in the order of its fields.
pub trait Fields {
    /// One row for each property.
    const FIELDS: &'static [Field];
    /// The rules of the object as a whole.
    const RULES: &'static [Rule] = &[];
}

/// A generated struct, as the reader, the checker and the writer see it.
pub trait Object {
    /// One row for each property.
    fn fields(&self) -> &'static [Field];
    /// The rules of the object as a whole.
    fn rules(&self) -> &'static [Rule];
    /// Hands out the places of all properties, in the order of [`Object::fields`].
    fn with(&mut self, fill: &mut dyn FnMut(&mut [&mut dyn Member], Rest<'_>));
    /// Shows all properties, in the order of [`Object::fields`].
    fn see(&self, look: &mut dyn FnMut(&[&dyn Member], RestView<'_>));
}

/// Makes a struct an [`Object`]: `object!(Size { width, height, ..extra })`.
///
/// The fields stand in the order of the struct's [`Fields`] table. After `..` comes the field for
/// members that the schema does not name, after `..map` one for members of a known type.
#[macro_export]
#[doc(hidden)]
macro_rules! object {
    ($name:ident { $($field:ident),* $(,)? }) => {
        $crate::object!(@impl $name [$($field)*] [] (runtime::Rest::Closed) (runtime::RestView::Closed));
    };
    ($name:ident { $($field:ident,)* ..map $rest:ident }) => {
        $crate::object!(@impl $name [$($field)*] [$rest] (runtime::Rest::Map($rest)) (runtime::RestView::Map($rest)));
    };
    ($name:ident { $($field:ident,)* ..$rest:ident }) => {
        $crate::object!(@impl $name [$($field)*] [$rest] (runtime::Rest::Extra($rest)) (runtime::RestView::Extra($rest)));
    };
    (@impl $name:ident [$($field:ident)*] [$($rest:ident)?] ($($fill:tt)*) ($($look:tt)*)) => {
        const _: () = {
            // Traits and types by path: a schema may call its own types by their names.
            use $crate::schema::runtime;

            // A row for each field, and a field for each row.
            const _: () = {
                const NAMES: &[&str] = &[$(stringify!($field)),*];
                assert!(<$name as runtime::Fields>::FIELDS.len() == NAMES.len());
            };

            impl runtime::Object for $name {
                fn fields(&self) -> &'static [runtime::Field] {
                    <Self as runtime::Fields>::FIELDS
                }
                fn rules(&self) -> &'static [runtime::Rule] {
                    <Self as runtime::Fields>::RULES
                }
                fn with(&mut self, fill: &mut dyn FnMut(&mut [&mut dyn runtime::Member], runtime::Rest<'_>)) {
                    let Self { $($field,)* $($rest)? } = self;
                    fill(&mut [$($field),*], $($fill)*);
                }
                fn see(&self, look: &mut dyn FnMut(&[&dyn runtime::Member], runtime::RestView<'_>)) {
                    let Self { $($field,)* $($rest)? } = self;
                    look(&[$($field),*], $($look)*);
                }
            }

            impl runtime::Member for $name {
                fn slot(&mut self) -> runtime::Slot<'_> {
                    runtime::Slot::Object(self)
                }
                fn view(&self) -> runtime::View<'_> {
                    runtime::View::Object(self)
                }
            }

            impl runtime::Blank for $name {
                fn blank() -> Self {
                    Self { $($field: runtime::Blank::blank(),)* $($rest: Default::default())? }
                }
            }
        };
        $crate::json!($name);
    };
}

/// Reading and writing of a type that is a `Member` and `Blank`: serde's traits, and inherent
/// functions that are compiled once, in this crate.
#[macro_export]
#[doc(hidden)]
macro_rules! json {
    ($name:ident) => {
        impl $name {
            /// Reads JSON text and checks it against the schema; the error lists every fault.
            pub fn from_json(text: &str) -> Result<Self, $crate::schema::Invalid> {
                let mut this = <Self as $crate::schema::runtime::Blank>::blank();
                $crate::schema::runtime::read::json(&mut this, text)?;
                Ok(this)
            }

            /// Reads a JSON value and checks it against the schema; the error lists every fault.
            pub fn from_value(
                value: &$crate::schema::runtime::Value,
            ) -> Result<Self, $crate::schema::Invalid> {
                let mut this = <Self as $crate::schema::runtime::Blank>::blank();
                $crate::schema::runtime::read::value(&mut this, value)?;
                Ok(this)
            }

            /// Writes JSON text; what is not set is left out.
            #[must_use]
            pub fn to_json(&self) -> String {
                $crate::schema::runtime::write::json(self)
            }

            /// Checks every limit of the schema; the error lists every fault.
            pub fn validate(&self) -> Result<(), $crate::schema::Invalid> {
                $crate::schema::runtime::validate::member(self)
            }
        }
        $crate::serde!($name);
    };
}

/// Serde's traits for a type that is a `Member` and `Blank`.
#[macro_export]
#[doc(hidden)]
macro_rules! serde {
    ($name:ident) => {
        const _: () = {
            use $crate::schema::runtime::{self, read, serde, write};

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    write::serialize(self, to)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    let mut this = <Self as runtime::Blank>::blank();
                    read::deserialize(&mut this, from)?;
                    Ok(this)
                }
            }
        };
    };
}
