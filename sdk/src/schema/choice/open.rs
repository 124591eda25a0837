//! Enums of outputs: what is none of their values is kept.

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
            const WIRES: &'static $crate::schema::runtime::Wires =
                &$crate::schema::runtime::Wires::Strings($crate::schema::runtime::Texts {
                    joined: concat!($($wire),*),
                    ends: &$crate::schema::runtime::ends([$($wire),*]),
                });

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

        $crate::open_enum!($name, str, as_str);
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
            const WIRES: &'static $crate::schema::runtime::Wires =
                &$crate::schema::runtime::Wires::Integers(&[$($wire),*]);

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

        $crate::open_enum!($name, i64, as_i64);
    };
}

/// What open enums of every kind have in common.
#[macro_export]
#[doc(hidden)]
macro_rules! open_enum {
    ($name:ident, $first:ident, $get:ident) => {
        const _: () = {
            use $crate::schema::runtime;

            impl runtime::Typed for $name {
                type Shape = Self;
            }

            impl runtime::Shape<Self> for $name {
                fn slot<'a>(this: &'a mut Self, given: runtime::Given<'_>) -> runtime::Slot<'a> {
                    match given.and_then(|given| given.$get()) {
                        Some(value) => {
                            *this = Self::from(value);
                            runtime::Slot::Taken
                        }
                        None => runtime::Slot::Choice(Self::WIRES),
                    }
                }
                fn view(this: &Self) -> runtime::View<'_> {
                    let wire = this.$get().into();
                    match Self::WIRES.index_of_scalar(wire) {
                        Some(index) => runtime::View::Choice(Self::WIRES, index),
                        None => runtime::View::Other(wire),
                    }
                }
                fn blank() -> Self {
                    Self::from(Self::WIRES.$first(0))
                }
            }
        };

        $crate::serde!($name);
    };
}
