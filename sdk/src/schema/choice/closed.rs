//! Enums of inputs: what is none of their values is refused.

use std::fmt::{self, Display};

use serde_json::Value;

use super::{UnknownValue, Wire, Wires};
use crate::schema::number::Num;

/// What a closed enum lists, in the order of the schema.
#[derive(Debug)]
pub struct Values<E: 'static> {
    /// Every value.
    pub all: &'static [E],
    /// The same as they go over the wire.
    pub wires: Wires,
}

/// The table of a closed enum.
pub trait Closed: Copy + 'static {
    /// Its values.
    const LIST: &'static Values<Self>;
    /// Which of them it is.
    fn index(self) -> usize;
}

/// The value that a text stands for.
#[inline]
pub fn of_str<E: Closed>(value: &str) -> Result<E, UnknownValue> {
    at(E::LIST.wires.index_of_str(value), || value.into())
}

/// The value that a number stands for.
#[inline]
pub fn of_integer<E: Closed>(value: i64) -> Result<E, UnknownValue> {
    at(E::LIST.wires.index_of_number(Num::Whole(value)), || value.into())
}

/// The value that a constant stands for.
#[inline]
pub fn of_wire<E: Closed>(value: Wire) -> Result<E, UnknownValue> {
    at(E::LIST.wires.index_of_scalar(value.scalar()), || value.into())
}

#[inline]
fn at<E: Closed>(index: Option<usize>, found: impl FnOnce() -> Value) -> Result<E, UnknownValue> {
    let value = index.and_then(|index| E::LIST.all.get(index));
    value.copied().ok_or_else(|| UnknownValue::new(found(), &E::LIST.wires))
}

// Compiled once, and not again for each enum.

/// `Display` of the value at `index`.
pub fn display(wires: &Wires, index: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match wires {
        Wires::Strings(all) => f.pad(all.get(index)),
        Wires::Integers(all) => all[index].fmt(f),
        Wires::Mixed(all) => all[index].to_value().fmt(f),
    }
}

/// `Debug` of the value at `index`: the value as it goes over the wire.
pub fn debug(wires: &Wires, index: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    wires.value(index).to_value().fmt(f)
}

/// Declares an enum of strings, closed: `string_enum! { /** … */ pub enum Format { Png = "png", } }`.
///
/// A value that would not read as code in docs has, after a `|`, what they say instead.
#[macro_export]
#[doc(hidden)]
macro_rules! string_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $crate::closed_enum! {
            $(#[$meta])* $name
            Strings($crate::schema::runtime::Texts {
                joined: concat!($($wire),*),
                ends: &$crate::schema::runtime::ends([$($wire),*]),
            })
            [$($variant [concat!("\n`", $wire, "`")] [$(#[$doc])*])*]
        }
        $crate::string_values!($name);
    };
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $wire:literal $(| $said:literal)?,)*
    }) => {
        $crate::closed_enum! {
            $(#[$meta])* $name
            Strings($crate::schema::runtime::Texts {
                joined: concat!($($wire),*),
                ends: &$crate::schema::runtime::ends([$($wire),*]),
            })
            [$($variant [$crate::said!([$wire] $($said)?)] [$(#[$doc])*])*]
        }
        $crate::string_values!($name);
    };
}

/// What docs say of a value, in a paragraph of its own.
#[macro_export]
#[doc(hidden)]
macro_rules! said {
    ([$wire:expr]) => {
        concat!("\n`", $wire, "`")
    };
    ([$wire:expr] $said:literal) => {
        concat!("\n", $said)
    };
}

/// What closed enums of strings have beside what all have.
#[macro_export]
#[doc(hidden)]
macro_rules! string_values {
    ($name:ident) => {
        impl $name {
            /// The value as it goes over the wire.
            #[must_use]
            #[inline]
            pub const fn as_str(self) -> &'static str {
                <Self as $crate::schema::runtime::Closed>::LIST.wires.str(self as usize)
            }
        }

        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::schema::UnknownValue;

            #[inline]
            fn try_from(value: &str) -> Result<Self, $crate::schema::UnknownValue> {
                $crate::schema::runtime::of_str(value)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::schema::UnknownValue;

            #[inline]
            fn from_str(value: &str) -> Result<Self, $crate::schema::UnknownValue> {
                $crate::schema::runtime::of_str(value)
            }
        }
    };
}

/// Declares an enum of whole numbers, closed: `integer_enum! { pub enum Fps { _24 = 24, } }`.
#[macro_export]
#[doc(hidden)]
macro_rules! integer_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $crate::closed_enum! {
            $(#[$meta])* $name Integers(&[$($wire),*])
            [$($variant [concat!("\n`", $wire, "`")] [$(#[$doc])*])*]
        }

        impl $name {
            /// The value as it goes over the wire.
            #[must_use]
            #[inline]
            pub const fn as_i64(self) -> i64 {
                <Self as $crate::schema::runtime::Closed>::LIST.wires.i64(self as usize)
            }
        }

        impl ::core::convert::TryFrom<i64> for $name {
            type Error = $crate::schema::UnknownValue;

            #[inline]
            fn try_from(value: i64) -> Result<Self, $crate::schema::UnknownValue> {
                $crate::schema::runtime::of_integer(value)
            }
        }
    };
}

/// Declares an enum of several kinds, closed: `mixed_enum! { pub enum A { Auto = String("auto"), } }`.
#[macro_export]
#[doc(hidden)]
macro_rules! mixed_enum {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $kind:ident $(($wire:expr $(,)?))? $(| $said:literal)?,)*
    }) => {
        $crate::closed_enum! {
            $(#[$meta])* $name
            Mixed(&[$($crate::schema::runtime::Wire::$kind $(($wire))?),*])
            [$($variant [$crate::said!([stringify!($kind $($wire)?)] $($said)?)] [$(#[$doc])*])*]
        }

        impl $name {
            /// The value as it goes over the wire.
            #[must_use]
            #[inline]
            pub fn to_value(self) -> $crate::schema::runtime::Value {
                <Self as $crate::schema::runtime::Closed>::LIST.wires.value(self as usize).to_value()
            }
        }

        impl ::core::convert::TryFrom<$crate::schema::runtime::Wire> for $name {
            type Error = $crate::schema::UnknownValue;

            #[inline]
            fn try_from(
                value: $crate::schema::runtime::Wire,
            ) -> Result<Self, $crate::schema::UnknownValue> {
                $crate::schema::runtime::of_wire(value)
            }
        }
    };
}

/// What closed enums of every kind have in common.
#[macro_export]
#[doc(hidden)]
macro_rules! closed_enum {
    (
        $(#[$meta:meta])* $name:ident $kind:ident($wires:expr)
        [$($variant:ident [$said:expr] [$(#[$doc:meta])*])*]
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = $said] $variant,)*
        }

        // Derived, these two would be more to compile.
        impl Eq for $name {}

        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, to: &mut H) {
                to.write_usize(*self as usize);
            }
        }

        #[allow(deprecated, reason = "the table has what its callers are warned off")]
        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        impl $crate::schema::runtime::Closed for $name {
            const LIST: &'static $crate::schema::runtime::Values<Self> =
                &$crate::schema::runtime::Values {
                    all: Self::ALL,
                    wires: $crate::schema::runtime::Wires::$kind($wires),
                };

            #[inline]
            fn index(self) -> usize {
                self as usize
            }
        }

        impl $crate::schema::runtime::Typed for $name {
            type Shape = $crate::schema::runtime::AChoice;
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::schema::runtime::display(
                    &<Self as $crate::schema::runtime::Closed>::LIST.wires, *self as usize, f,
                )
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::schema::runtime::debug(
                    &<Self as $crate::schema::runtime::Closed>::LIST.wires, *self as usize, f,
                )
            }
        }

        $crate::serde!($name);
    };
}
