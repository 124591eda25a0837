//! Structs: objects whose properties are known.

use super::rule::{Field, Rule};
use super::slot::{Member, Rest, RestView};

/// A generated struct: its table, and the fields that the rows stand for.
pub trait Struct {
    /// One row for each property, in the order of the fields.
    const FIELDS: &'static [Field];
    /// The rules of the object as a whole.
    const RULES: &'static [Rule] = &[];
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

/// Declares a struct with its table: a row stands where a default value would.
///
/// After `..` comes the field for members that the schema does not name, with a type if that of
/// the members is known; then, behind the struct, the rules of the object as a whole.
///
/// ```ignore
/// object! {
///     /// A size.
///     pub struct Size {
///         /// In pixels.
///         pub width: i64 = required("width").with(&[Rule::Minimum(1)]),
///         ..extra
///     }
///     const RULES: &[Rule] = &[Rule::MaxProperties(3)];
/// }
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$doc:meta])* pub $field:ident: $ty:ty = $row:expr,)*
            $(..$rest:ident $(: $map:ty)?)?
        }
        $(const RULES: &[Rule] = $rules:expr;)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$doc])* pub $field: $ty,)*
            $(
                /// Members that the schema does not name.
                pub $rest: $crate::rest!($($map)?),
            )?
        }

        impl $crate::schema::runtime::Struct for $name {
            const FIELDS: &'static [$crate::schema::runtime::Field] = &[$($row),*];
            $(const RULES: &'static [$crate::schema::runtime::Rule] = $rules;)?

            #[inline]
            fn blank() -> Self {
                Self {
                    $($field: $crate::schema::runtime::Blank::blank(),)*
                    $($rest: Default::default(),)?
                }
            }
            #[inline]
            fn with(&mut self, fill: $crate::schema::runtime::Fill<'_>) {
                let Self { $($field,)* $($rest)? } = self;
                fill(&mut [$($field),*], $crate::rest!(fill $($rest)?));
            }
            #[inline]
            fn see(&self, look: $crate::schema::runtime::Look<'_>) {
                let Self { $($field,)* $($rest)? } = self;
                look(&[$($field),*], $crate::rest!(look $($rest)?));
            }
        }

        impl $crate::schema::runtime::Typed for $name {
            type Shape = $crate::schema::runtime::AnObject;
        }

        $crate::json!($name);
    };
}

/// The field for members that the schema does not name: its type, and what the runtime sees of it.
#[macro_export]
#[doc(hidden)]
macro_rules! rest {
    () => {
        $crate::schema::Extra
    };
    (fill) => {
        $crate::schema::runtime::Rest::Closed
    };
    (look) => {
        $crate::schema::runtime::RestView::Closed
    };
    (fill $rest:ident) => {
        $crate::schema::runtime::Others::rest($rest)
    };
    (value) => { impl Into<$crate::schema::runtime::Value> };
    (value $value:ty) => { $value };
    (look $rest:ident) => {
        $crate::schema::runtime::Others::view($rest)
    };
    ($map:ty) => {
        $map
    };
}

/// Declares the setters of a struct: `setters!(Size { unit: Unit, name: impl Into<String>, ..extra })`.
///
/// After `..` comes the field for members that the schema does not name, with the type of an argument
/// if that of the members is known.
#[macro_export]
#[doc(hidden)]
macro_rules! setters {
    ($name:ident { $($field:ident: $ty:ty),+ }) => {
        $crate::setters!($name { $($field: $ty,)+ });
    };
    ($name:ident { $($field:ident: $ty:ty,)* $(..$rest:ident $(: $value:ty)?)? }) => {
        impl $name {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
                #[inline]
                pub fn $field(mut self, value: $ty) -> Self {
                    self.$field = Some(value.into());
                    self
                }
            )*
            $(
                /// Adds a member that the schema does not name.
                #[inline]
                pub fn $rest(mut self, key: impl Into<String>, value: $crate::rest!(value $($value)?)) -> Self {
                    $crate::schema::runtime::Others::add(&mut self.$rest, key.into(), value.into());
                    self
                }
            )?
        }
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
            #[inline]
            pub fn from_json(text: &str) -> Result<Self, $crate::schema::Invalid> {
                $crate::schema::runtime::from_json(text)
            }

            /// Reads a JSON value and checks it against the schema; the error lists every fault.
            #[inline]
            pub fn from_value(
                value: &$crate::schema::runtime::Value,
            ) -> Result<Self, $crate::schema::Invalid> {
                $crate::schema::runtime::from_value(value)
            }

            /// Writes JSON text; what is not set is left out.
            #[must_use]
            #[inline]
            pub fn to_json(&self) -> String {
                $crate::schema::runtime::write::json(self)
            }

            /// Checks every limit of the schema; the error lists every fault.
            #[inline]
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
        impl $crate::schema::runtime::serde::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::schema::runtime::serde::Serializer>(
                &self,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                $crate::schema::runtime::serialize(self, to)
            }
        }

        impl<'de> $crate::schema::runtime::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::schema::runtime::serde::Deserializer<'de>>(
                from: D,
            ) -> Result<Self, D::Error> {
                $crate::schema::runtime::deserialize(from)
            }
        }
    };
}
