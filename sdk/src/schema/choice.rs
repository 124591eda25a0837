//! Enums: one of a few values.

use std::fmt;

use serde_json::Value;

use super::number::Num;
use super::path::Path;
use super::report;

/// The values of an enum as they go over the wire, in the order of its variants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wires {
    /// All of them strings.
    Strings(&'static [&'static str]),
    /// All of them whole numbers.
    Integers(&'static [i64]),
    /// Of several kinds.
    Mixed(&'static [Wire]),
}

/// One value of an enum of several kinds.
#[expect(missing_docs, reason = "the words of JSON")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wire {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    String(&'static str),
}

impl Wire {
    /// The value itself.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => value.into(),
            Self::Integer(value) => value.into(),
            Self::Number(value) => value.into(),
            Self::String(value) => value.into(),
        }
    }
}

impl From<Wire> for Value {
    fn from(wire: Wire) -> Self {
        wire.to_value()
    }
}

impl Wires {
    /// The values themselves.
    #[must_use]
    pub fn values(self) -> Vec<Value> {
        match self {
            Self::Strings(all) => all.iter().copied().map(Value::from).collect(),
            Self::Integers(all) => all.iter().copied().map(Value::from).collect(),
            Self::Mixed(all) => all.iter().map(|wire| wire.to_value()).collect(),
        }
    }

    pub(super) fn value(self, index: usize) -> Wire {
        match self {
            Self::Strings(all) => Wire::String(all[index]),
            Self::Integers(all) => Wire::Integer(all[index]),
            Self::Mixed(all) => all[index],
        }
    }

    pub(super) fn index_of_str(self, value: &str) -> Option<usize> {
        match self {
            Self::Strings(all) => all.iter().position(|wire| *wire == value),
            Self::Integers(_) => None,
            Self::Mixed(all) => {
                all.iter().position(|wire| matches!(wire, Wire::String(wire) if *wire == value))
            }
        }
    }

    pub(super) fn index_of_number(self, value: Num) -> Option<usize> {
        let equals = |wire: i64| value.cmp_i64(wire) == Some(std::cmp::Ordering::Equal);
        match self {
            Self::Strings(_) => None,
            Self::Integers(all) => all.iter().position(|wire| equals(*wire)),
            Self::Mixed(all) => all.iter().position(|wire| match wire {
                Wire::Integer(wire) => equals(*wire),
                Wire::Number(wire) => value.cmp_f64(*wire) == Some(std::cmp::Ordering::Equal),
                _ => false,
            }),
        }
    }

    pub(super) fn index_of_bool(self, value: bool) -> Option<usize> {
        match self {
            Self::Mixed(all) => all.iter().position(|wire| *wire == Wire::Boolean(value)),
            _ => None,
        }
    }

    pub(super) fn index_of_null(self) -> Option<usize> {
        match self {
            Self::Mixed(all) => all.iter().position(|wire| *wire == Wire::Null),
            _ => None,
        }
    }
}

/// A generated enum, as the reader, the checker and the writer see it.
pub trait Choice {
    /// The values that it knows.
    fn wires(&self) -> Wires;
    /// Makes it the known value at `index`.
    fn choose(&mut self, index: usize);
    /// Makes it a value that it does not know, if it can hold one.
    fn choose_other(&mut self, value: &Value) -> bool;
    /// The index of its value, or the value that it does not know.
    fn chosen(&self) -> Result<usize, Value>;
}

/// A value that is none of an enum's.
///
/// Its `Display` names the allowed values and the nearest one.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownValue {
    found: Value,
    allowed: Wires,
}

impl UnknownValue {
    #[doc(hidden)]
    pub fn new(found: impl Into<Value>, allowed: Wires) -> Self {
        Self { found: found.into(), allowed }
    }

    /// The values that are allowed.
    #[must_use]
    pub fn allowed(&self) -> Vec<Value> {
        self.allowed.values()
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut faults = Vec::new();
        report::not_one_of(&mut faults, &Path::ROOT, &self.found, &self.allowed());
        f.write_str(faults.first().map_or("unknown value", |fault| fault.message()))
    }
}

impl std::error::Error for UnknownValue {}

/// Declares an enum of strings, closed: `string_enum! { /** … */ pub enum Format { Png = "png" } }`.
#[macro_export]
#[doc(hidden)]
macro_rules! string_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", $wire, "`")] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            const WIRES: &'static [&'static str] = &[$($wire),*];

            /// The value as it goes over the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                Self::WIRES[self as usize]
            }
        }

        $crate::closed_enum!($name, Strings, &str);

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::schema::UnknownValue;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Self::try_from(value)
            }
        }
    };
}

/// Declares an enum of whole numbers, closed: `integer_enum! { pub enum Fps { _24 = 24, } }`.
#[macro_export]
#[doc(hidden)]
macro_rules! integer_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", $wire, "`")] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            const WIRES: &'static [i64] = &[$($wire),*];

            /// The value as it goes over the wire.
            #[must_use]
            pub const fn as_i64(self) -> i64 {
                Self::WIRES[self as usize]
            }
        }

        $crate::closed_enum!($name, Integers, i64);

        impl ::core::fmt::Display for $name {
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
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", stringify!($kind $($wire)?), "`")] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            const WIRES: &'static [$crate::schema::runtime::Wire] =
                &[$($crate::schema::runtime::Wire::$kind $(($wire))?),*];

            /// The value as it goes over the wire.
            #[must_use]
            pub fn to_value(self) -> $crate::schema::runtime::Value {
                Self::WIRES[self as usize].to_value()
            }
        }

        $crate::closed_enum!($name, Mixed, $crate::schema::runtime::Wire);

        impl ::core::fmt::Display for $name {
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
    ($name:ident, $kind:ident, $wire:ty) => {
        impl TryFrom<$wire> for $name {
            type Error = $crate::schema::UnknownValue;

            fn try_from(value: $wire) -> Result<Self, Self::Error> {
                let index = Self::WIRES.iter().position(|wire| *wire == value);
                index.map(|index| Self::ALL[index]).ok_or_else(|| {
                    $crate::schema::UnknownValue::new(
                        value,
                        $crate::schema::runtime::Wires::$kind(Self::WIRES),
                    )
                })
            }
        }

        const _: () = {
            use $crate::schema::runtime;

            impl runtime::Choice for $name {
                fn wires(&self) -> runtime::Wires {
                    runtime::Wires::$kind(Self::WIRES)
                }
                fn choose(&mut self, index: usize) {
                    *self = Self::ALL[index];
                }
                fn choose_other(&mut self, _: &runtime::Value) -> bool {
                    false
                }
                fn chosen(&self) -> Result<usize, runtime::Value> {
                    Ok(*self as usize)
                }
            }

            impl runtime::Member for $name {
                fn slot(&mut self) -> runtime::Slot<'_> {
                    runtime::Slot::Choice(self)
                }
                fn view(&self) -> runtime::View<'_> {
                    runtime::View::Choice(self)
                }
            }

            impl runtime::Blank for $name {
                fn blank() -> Self {
                    Self::ALL[0]
                }
            }
        };

        $crate::serde!($name);
    };
}

/// Declares an enum of strings, open: what it does not know is kept in `Other`.
#[macro_export]
#[doc(hidden)]
macro_rules! open_string_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", $wire, "`")] $variant,)*
            /// A value that the schema does not list.
            Other(String),
        }

        impl $name {
            const WIRES: &'static [&'static str] = &[$($wire),*];

            /// The value as it goes over the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(value) => value,
                }
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    value => Self::Other(value.to_owned()),
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        $crate::open_enum!($name, Strings, as_str);
    };
}

/// Declares an enum of whole numbers, open: what it does not know is kept in `Other`.
#[macro_export]
#[doc(hidden)]
macro_rules! open_integer_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("`", $wire, "`")] $variant,)*
            /// A value that the schema does not list.
            Other(i64),
        }

        impl $name {
            const WIRES: &'static [i64] = &[$($wire),*];

            /// The value as it goes over the wire.
            #[must_use]
            pub const fn as_i64(self) -> i64 {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(value) => value,
                }
            }
        }

        impl From<i64> for $name {
            fn from(value: i64) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    value => Self::Other(value),
                }
            }
        }

        $crate::open_enum!($name, Integers, as_i64);
    };
}

/// What open enums of every kind have in common.
#[macro_export]
#[doc(hidden)]
macro_rules! open_enum {
    ($name:ident, $kind:ident, $get:ident) => {
        const _: () = {
            use $crate::schema::runtime;

            impl runtime::Choice for $name {
                fn wires(&self) -> runtime::Wires {
                    runtime::Wires::$kind(Self::WIRES)
                }
                fn choose(&mut self, index: usize) {
                    *self = Self::from(Self::WIRES[index]);
                }
                fn choose_other(&mut self, value: &runtime::Value) -> bool {
                    value.$get().map(|value| *self = Self::from(value)).is_some()
                }
                fn chosen(&self) -> Result<usize, runtime::Value> {
                    let wire = self.$get();
                    Self::WIRES.iter().position(|known| *known == wire).ok_or_else(|| wire.into())
                }
            }

            impl runtime::Member for $name {
                fn slot(&mut self) -> runtime::Slot<'_> {
                    runtime::Slot::Choice(self)
                }
                fn view(&self) -> runtime::View<'_> {
                    runtime::View::Choice(self)
                }
            }

            impl runtime::Blank for $name {
                fn blank() -> Self {
                    Self::from(Self::WIRES[0])
                }
            }
        };

        $crate::serde!($name);
    };
}
