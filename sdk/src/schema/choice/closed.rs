//! Enums of inputs: what is none of their values is refused.

use serde_json::Value;

use super::{UnknownValue, Wire, Wires};

/// The table of a closed enum.
pub trait Closed: Copy + 'static {
    /// Every value, in the order of the schema.
    const ALL: &'static [Self];
    /// The same as they go over the wire.
    const WIRES: Wires;
    /// Which of them it is.
    fn index(self) -> usize;
}

/// The value that a text stands for.
#[inline]
pub fn of_str<E: Closed>(value: &str) -> Result<E, UnknownValue> {
    index_of_str(E::WIRES, value).map(|index| E::ALL[index])
}

/// The value that a number stands for.
#[inline]
pub fn of_integer<E: Closed>(value: i64) -> Result<E, UnknownValue> {
    index_of(E::WIRES, value.into()).map(|index| E::ALL[index])
}

/// The value that a constant stands for.
#[inline]
pub fn of_wire<E: Closed>(value: Wire) -> Result<E, UnknownValue> {
    index_of(E::WIRES, value.into()).map(|index| E::ALL[index])
}

// Compiled once, and not again for each enum.

fn index_of_str(wires: Wires, value: &str) -> Result<usize, UnknownValue> {
    wires.index_of_str(value).ok_or_else(|| UnknownValue::new(value, wires))
}

fn index_of(wires: Wires, value: Value) -> Result<usize, UnknownValue> {
    wires.index_of(&value).ok_or_else(|| UnknownValue::new(value, wires))
}

/// Declares an enum of strings, closed: `string_enum! { /** … */ pub enum Format { Png = "png" } }`.
#[macro_export]
#[doc(hidden)]
macro_rules! string_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $crate::closed_enum! {
            $(#[$meta])* $name Strings [$($variant [$wire] [$wire] [$(#[$doc])*])*]
            &str = of_str
        }

        impl $name {
            /// The value as it goes over the wire.
            #[must_use]
            #[inline]
            pub const fn as_str(self) -> &'static str {
                <Self as $crate::schema::runtime::Closed>::WIRES.str(self as usize)
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
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
            $(#[$meta])* $name Integers [$($variant [$wire] [$wire] [$(#[$doc])*])*]
            i64 = of_integer
        }

        impl $name {
            /// The value as it goes over the wire.
            #[must_use]
            #[inline]
            pub const fn as_i64(self) -> i64 {
                <Self as $crate::schema::runtime::Closed>::WIRES.i64(self as usize)
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.as_i64(), f)
            }
        }
    };
}

/// Declares an enum of several kinds, closed: `mixed_enum! { pub enum A { Auto = String("auto"), } }`.
#[macro_export]
#[doc(hidden)]
macro_rules! mixed_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $kind:ident $(($wire:expr))?,)* }) => {
        $crate::closed_enum! {
            $(#[$meta])* $name Mixed
            [$($variant [stringify!($kind $($wire)?)] [$crate::schema::runtime::Wire::$kind $(($wire))?] [$(#[$doc])*])*]
            $crate::schema::runtime::Wire = of_wire
        }

        impl $name {
            /// The value as it goes over the wire.
            #[must_use]
            #[inline]
            pub fn to_value(self) -> $crate::schema::runtime::Value {
                <Self as $crate::schema::runtime::Closed>::WIRES.value(self as usize).to_value()
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.to_value(), f)
            }
        }
    };
}

/// What closed enums of every kind have in common.
#[macro_export]
#[doc(hidden)]
macro_rules! closed_enum {
    (
        $(#[$meta:meta])* $name:ident $kind:ident
        [$($variant:ident [$said:expr] [$wire:expr] [$(#[$doc:meta])*])*]
        $from:ty = $of:ident
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", $said, "`")] $variant,)*
        }

        // Derived, it would be one function more to compile.
        impl Eq for $name {}

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        impl $crate::schema::runtime::Closed for $name {
            const ALL: &'static [Self] = Self::ALL;
            const WIRES: $crate::schema::runtime::Wires =
                $crate::schema::runtime::Wires::$kind(&[$($wire),*]);

            #[inline]
            fn index(self) -> usize {
                self as usize
            }
        }

        impl $crate::schema::runtime::Typed for $name {
            type Shape = $crate::schema::runtime::AChoice;
        }

        impl TryFrom<$from> for $name {
            type Error = $crate::schema::UnknownValue;

            #[inline]
            fn try_from(value: $from) -> Result<Self, $crate::schema::UnknownValue> {
                $crate::schema::runtime::$of(value)
            }
        }

        $crate::serde!($name);
    };
}
