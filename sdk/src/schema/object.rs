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

/// A generated struct: its table, and the fields that the rows stand for.
pub trait Struct: Fields {
    /// Nothing set, everything empty.
    fn blank() -> Self;
    /// As [`Object::with`].
    fn with(&mut self, fill: Fill<'_>);
    /// As [`Object::see`].
    fn see(&self, look: Look<'_>);
}

/// Takes the places of all properties, and of what the schema does not name.
pub type Fill<'a> = &'a mut dyn FnMut(&mut [&mut dyn Member], Rest<'_>);
/// Takes all properties, and what the schema does not name.
pub type Look<'a> = &'a mut dyn FnMut(&[&dyn Member], RestView<'_>);

/// A generated struct, as the reader, the checker and the writer see it.
pub trait Object {
    /// One row for each property.
    fn fields(&self) -> &'static [Field];
    /// The rules of the object as a whole.
    fn rules(&self) -> &'static [Rule];
    /// Hands out the places of all properties, in the order of [`Object::fields`].
    fn with(&mut self, fill: Fill<'_>);
    /// Shows all properties, in the order of [`Object::fields`].
    fn see(&self, look: Look<'_>);
}

impl<T: Struct> Object for T {
    fn fields(&self) -> &'static [Field] {
        T::FIELDS
    }
    fn rules(&self) -> &'static [Rule] {
        T::RULES
    }
    #[inline]
    fn with(&mut self, fill: Fill<'_>) {
        Struct::with(self, fill);
    }
    #[inline]
    fn see(&self, look: Look<'_>) {
        Struct::see(self, look);
    }
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

            impl runtime::Struct for $name {
                fn blank() -> Self {
                    Self { $($field: runtime::Blank::blank(),)* $($rest: Default::default())? }
                }
                fn with(&mut self, fill: runtime::Fill<'_>) {
                    let Self { $($field,)* $($rest)? } = self;
                    fill(&mut [$($field),*], $($fill)*);
                }
                fn see(&self, look: runtime::Look<'_>) {
                    let Self { $($field,)* $($rest)? } = self;
                    look(&[$($field),*], $($look)*);
                }
            }
        };

        impl $crate::schema::runtime::Typed for $name {
            type Shape = $crate::schema::runtime::AnObject;
        }

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
                $crate::schema::runtime::from_json(text)
            }

            /// Reads a JSON value and checks it against the schema; the error lists every fault.
            pub fn from_value(
                value: &$crate::schema::runtime::Value,
            ) -> Result<Self, $crate::schema::Invalid> {
                $crate::schema::runtime::from_value(value)
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
            use $crate::schema::runtime::{self, serde};

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    runtime::write::serialize(self, to)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    runtime::deserialize(from)
                }
            }
        };
    };
}
