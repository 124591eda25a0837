//! Enums of outputs: what is none of their values is kept.

/// Declares an enum of strings, open: what it does not know is kept in `Other`.
#[macro_export]
#[doc(hidden)]
macro_rules! open_string_enum {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $wire:literal $(| $said:literal)?,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = $crate::said!([$wire] $($said)?)] $variant,)*
            /// A value that the schema does not list.
            Other(String),
        }

        #[allow(deprecated, reason = "the table has what its callers are warned off")]
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

        #[allow(deprecated, reason = "the table has what its callers are warned off")]
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
                match self {
                    Self::Other(value) => f.pad(&$crate::schema::runtime::shown(value)),
                    listed => f.pad(listed.as_str()),
                }
            }
        }

        /// The value as it goes over the wire.
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::schema::runtime::shown(self.as_str()).fmt(f)
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
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[doc = concat!("\n`", $wire, "`")] $variant,)*
            /// A value that the schema does not list.
            Other($crate::schema::Integer),
        }

        #[allow(deprecated, reason = "the table has what its callers are warned off")]
        impl $name {
            const WIRES: &'static $crate::schema::runtime::Wires =
                &$crate::schema::runtime::Wires::Integers(&[$($wire),*]);

            /// The value as it goes over the wire, if it fits.
            #[must_use]
            pub fn as_i64(&self) -> Option<i64> {
                match self {
                    $(Self::$variant => Some($wire),)*
                    Self::Other(value) => value.as_i64(),
                }
            }

            fn as_integer(&self) -> $crate::schema::runtime::Scalar<'_> {
                match self {
                    $(Self::$variant => $wire.into(),)*
                    Self::Other(value) => value.into(),
                }
            }
        }

        #[allow(deprecated, reason = "the table has what its callers are warned off")]
        impl From<i64> for $name {
            fn from(value: i64) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    value => Self::Other(value.into()),
                }
            }
        }

        impl From<$crate::schema::Integer> for $name {
            fn from(value: $crate::schema::Integer) -> Self {
                match value.as_i64() {
                    Some(value) => value.into(),
                    None => Self::Other(value),
                }
            }
        }

        $crate::open_enum!($name, i64, as_integer);
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
                    match (this, Self::WIRES.index_of_scalar(wire)) {
                        (Self::Other(_), _) | (_, None) => runtime::View::Other(wire),
                        (_, Some(index)) => runtime::View::Choice(Self::WIRES, index),
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

#[cfg(test)]
#[expect(unreachable_pub, dead_code, reason = "the macros are for generated types")]
mod tests {
    crate::open_string_enum! {
        /// A state.
        pub enum State {
            Done = "done",
        }
    }

    crate::open_integer_enum! {
        /// A number of pictures.
        pub enum Count {
            One = 1,
            Two = 2,
        }
    }

    crate::object! {
        /// What holds them.
        #[derive(Default)]
        pub struct Output {
            /// A state.
            pub state: Option<State> = optional("state"),
            /// A number.
            pub count: Option<Count> = optional("count"),
        }
    }

    fn written(text: &str) -> Option<String> {
        Output::from_json(text).ok().map(|output| output.to_json())
    }

    #[test]
    fn what_is_not_listed_is_kept_as_it_is_or_refused() {
        for text in [
            r#"{"state":"done","count":2}"#,
            r#"{"state":"lost","count":-7}"#,
            r#"{"count":36893488147419103233}"#,
        ] {
            assert_eq!(written(text).as_deref(), Some(text));
        }
        assert_eq!(written(r#"{"count":2.0}"#).as_deref(), Some(r#"{"count":2}"#));
        // Read with all of its digits, a number is one however it is written.
        let large = r#"{"count":9007199254740993}"#;
        assert_eq!(written(r#"{"count":9007199254740993.0}"#).as_deref(), Some(large));
        for count in ["0.5", "\"1\"", "null"] {
            assert_eq!(written(&format!(r#"{{"count":{count}}}"#)), None, "{count}");
        }
    }

    #[test]
    fn a_listed_value_by_another_name_is_another_value() {
        let output = |state| Output { state: Some(state), ..Output::default() };
        assert_ne!(output(State::Other("done".to_owned())), output(State::Done));
        assert_eq!(output(State::Other("lost".to_owned())), output("lost".into()));
        let output = |count| Output { count: Some(count), ..Output::default() };
        assert_ne!(output(Count::Other(2.into())), output(Count::Two));
        assert_ne!(output(Count::Other(3.into())), output(Count::Other(4.into())));
        assert_eq!(output(Count::Other(3.into())), output(3.into()));
    }
}
