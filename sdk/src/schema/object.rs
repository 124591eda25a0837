//! Structs: objects whose properties are known.

use super::rule::{Row, Rule};
use super::slot::{Member, Rest, RestView};
use super::texts::Texts;

/// The table of a struct.
#[derive(Debug)]
pub struct Table {
    /// The names of all properties, in the order of the fields.
    pub names: Texts,
    /// A row for each of them.
    pub rows: &'static [Row],
    /// The rules of the object as a whole.
    pub rules: &'static [Rule],
}

/// A property: its name and its row.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) row: &'static Row,
}

impl Table {
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        self.names.iter().zip(self.rows).map(|(name, row)| Field { name, row })
    }
}

/// Takes the places of all properties, and of what the schema does not name.
pub type Fill<'a> = &'a mut dyn FnMut(&mut [&mut dyn Member], Rest<'_>);
/// Takes all properties, and what the schema does not name.
pub type Look<'a> = &'a mut dyn FnMut(&[&dyn Member], RestView<'_>);

/// A generated struct, as the reader, the checker and the writer see it.
pub trait Object {
    /// What its schema says.
    fn table(&self) -> &'static Table;
    /// Hands out the places of all properties, in the order of the table.
    fn with(&mut self, fill: Fill<'_>);
    /// Shows all properties, in the order of the table.
    fn see(&self, look: Look<'_>);
    /// Nothing set, everything empty.
    fn blank() -> Self
    where
        Self: Sized;
}

/// Declares a struct with its table: a row stands where a default value would.
///
/// A row begins with the name of the property and its limits, which are [`Rule`](super::Rule)s; `with`
/// names a shared list of them. It says `one_of` where the field is of a closed enum, so that its value
/// can be reached as a [`Code`](super::choice::Code).
///
/// After `..` comes the field for members that the schema does not name, with a type if that of
/// the members is known; then, behind the struct, the rules of the object as a whole.
///
/// ```ignore
/// object! {
///     /// A size.
///     pub struct Size {
///         /// In pixels.
///         pub width: i64 = required("width", Minimum(1)),
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
            $(
                $(#[$doc:meta])*
                pub $field:ident: $ty:ty =
                    $presence:ident($wire:expr $(, $rule:ident $(($($argument:tt)*))?)* $(,)?)
                    $(.one_of($choice:ty $(,)?))? $(.with($limits:expr $(,)?))? $(.or_null $null:tt)?,
            )*
            $(..$rest:ident $(: $map:ty)? $(,)?)?
        }
        $(const RULES: &[Rule] = $rules:expr;)?
    ) => {
        $(#[$meta])*
        #[derive(Clone)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$doc])* pub $field: $ty,)*
            $(
                /// Members that the schema does not name.
                pub $rest: $crate::rest!($($map)?),
            )?
        }

        #[allow(deprecated, reason = "the table has what its callers are warned off")]
        impl $crate::schema::runtime::Object for $name {
            #[inline]
            fn table(&self) -> &'static $crate::schema::runtime::Table {
                static TABLE: $crate::schema::runtime::Table = $crate::schema::runtime::Table {
                    names: $crate::schema::runtime::Texts {
                        joined: concat!($($wire),*),
                        ends: &$crate::schema::runtime::ends([$($wire),*]),
                    },
                    rows: &[$(
                        $crate::schema::runtime::$presence()
                            .with(&[$($crate::schema::runtime::Rule::$rule $(($($argument)*))?),*])
                            $(.with($limits))? $(.or_null $null)?
                    ),*],
                    rules: $crate::rules!($($rules)?),
                };
                &TABLE
            }
            #[inline]
            fn blank() -> Self {
                Self {
                    $($field: $crate::schema::runtime::Blank::blank(),)*
                    $($rest: Default::default(),)?
                }
            }
            #[inline]
            #[allow(unused_variables, reason = "a code stands for the field itself")]
            fn with(&mut self, fill: $crate::schema::runtime::Fill<'_>) {
                let Self { $($field,)* $($rest)? } = self;
                $($(let $field = &mut $crate::schema::runtime::Code::none::<$choice>();)?)*
                fill(&mut [$($field),*], $crate::rest!(fill $($rest)?));
                $($($field.put::<$choice>(&mut self.$field);)?)*
            }
            #[inline]
            fn see(&self, look: $crate::schema::runtime::Look<'_>) {
                let Self { $($field,)* $($rest)? } = self;
                $($(let $field = &$crate::schema::runtime::Code::of::<$choice>($field);)?)*
                look(&[$($field),*], $crate::rest!(look $($rest)?));
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::schema::runtime::show(stringify!($name), self, f)
            }
        }

        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::schema::runtime::equal(self, other)
            }
        }

        impl $crate::schema::runtime::Typed for $name {
            type Shape = $crate::schema::runtime::AnObject;
        }

        $crate::json!($name);
    };
}

/// The rules of an object as a whole, of which there may be none.
#[macro_export]
#[doc(hidden)]
macro_rules! rules {
    () => {
        &[]
    };
    ($rules:expr) => {
        $rules
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
    (look $rest:ident) => {
        $crate::schema::runtime::Others::view($rest)
    };
    ($map:ty) => {
        $map
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
                $crate::schema::runtime::write::json($crate::schema::runtime::Member::view(self))
            }

            /// Checks every limit of the schema; the error lists every fault.
            #[inline]
            pub fn validate(&self) -> Result<(), $crate::schema::Invalid> {
                $crate::schema::runtime::validate::view($crate::schema::runtime::Member::view(self))
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
