//! Untagged unions: one of several shapes.

use std::any::Any;

use serde_json::Value;

use super::rule::Rule;
use super::slot::{Member, View};

/// The table of a generated union, in the order of its variants.
pub trait Variants {
    /// The rules of each variant.
    const VARIANTS: &'static [&'static [Rule]];
    /// Whether a value must fit one variant only (`oneOf`), or may fit several (`anyOf`).
    const EXCLUSIVE: bool = false;
    /// The variant that a blank value is of.
    const BLANK: usize = 0;
}

/// The variants of a generated union.
pub trait Alternatives: Variants + Sized + 'static {
    /// A blank variant `index`.
    fn of(index: usize) -> Self;
    /// What stands in its variant, to be read into.
    fn inner(&mut self) -> &mut dyn Member;
    /// As [`Union::chosen`].
    fn chosen(&self) -> (Option<usize>, View<'_>);
    /// A value of none of its variants, if it can hold one.
    #[must_use]
    fn other(_: &Value) -> Option<Self> {
        None
    }
}

/// A generated union, as the reader, the checker and the writer see it.
pub trait Union {
    /// The rules of each variant.
    fn variants(&self) -> &'static [&'static [Rule]];
    /// Whether a value must fit one variant only.
    fn exclusive(&self) -> bool;
    /// Makes it a blank variant `index` and hands it out, to be read into.
    fn choose(&mut self, index: usize) -> &mut dyn Member;
    /// Makes it a value of none of its variants, if it can hold one.
    fn choose_other(&mut self, value: &Value) -> bool;
    /// The index of its variant, and what stands in it; no index for a value of none of them.
    fn chosen(&self) -> (Option<usize>, View<'_>);
    /// A blank union of the same type.
    fn scratch(&self) -> Box<dyn Union>;
    /// Becomes what stands in a scratch of its own.
    fn adopt(&mut self, scratch: Box<dyn Any>);
    /// The union as [`Union::adopt`] takes it.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<T: Alternatives> Union for T {
    fn variants(&self) -> &'static [&'static [Rule]] {
        T::VARIANTS
    }
    fn exclusive(&self) -> bool {
        T::EXCLUSIVE
    }
    fn choose(&mut self, index: usize) -> &mut dyn Member {
        *self = T::of(index);
        self.inner()
    }
    fn choose_other(&mut self, value: &Value) -> bool {
        T::other(value).map(|other| *self = other).is_some()
    }
    fn chosen(&self) -> (Option<usize>, View<'_>) {
        Alternatives::chosen(self)
    }
    fn scratch(&self) -> Box<dyn Union> {
        Box::new(T::of(T::BLANK))
    }
    fn adopt(&mut self, scratch: Box<dyn Any>) {
        if let Ok(scratch) = scratch.downcast() {
            *self = *scratch;
        }
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Makes an enum a [`Union`]: `union!(ImageSize { Preset: Preset, Custom: Custom, ..Other })`.
///
/// A variant with a type is made of a value of that type by `From`, and of one after `as`; after `..`
/// comes the variant that holds any value.
#[macro_export]
#[doc(hidden)]
macro_rules! union {
    ($name:ident { $($variant:ident $(: $ty:ty $(as $small:ty)?)?),* $(, ..$other:ident)? $(,)? }) => {
        $($(
            #[allow(deprecated, reason = "the table has what its callers are warned off")]
            impl From<$ty> for $name {
                #[inline]
                fn from(value: $ty) -> Self {
                    Self::$variant(value)
                }
            }

            $(
                #[allow(deprecated, reason = "the table has what its callers are warned off")]
                impl From<$small> for $name {
                    #[inline]
                    fn from(value: $small) -> Self {
                        Self::$variant(value.into())
                    }
                }
            )?
        )?)*

        const _: () = {
            use $crate::schema::runtime::{self, Member as _};

            const _: () = assert!(<$name as runtime::Variants>::VARIANTS.len() == [$(stringify!($variant)),*].len());

            #[allow(deprecated, reason = "the table has what its callers are warned off")]
            impl runtime::Alternatives for $name {
                #[inline]
                #[allow(unused_assignments, reason = "nothing comes after the last one")]
                fn of(index: usize) -> Self {
                    let mut left = index;
                    $(
                        if left == 0 {
                            return Self::$variant(runtime::Blank::blank());
                        }
                        left -= 1;
                    )*
                    panic!("no alternative has an index so high")
                }
                #[inline]
                fn inner(&mut self) -> &mut dyn runtime::Member {
                    match self {
                        $(Self::$variant(value) => value,)*
                        $(Self::$other(value) => value,)?
                    }
                }
                #[inline]
                #[allow(unused_assignments, reason = "nothing comes after the last one")]
                fn chosen(&self) -> (Option<usize>, runtime::View<'_>) {
                    let mut index = 0;
                    $(
                        if let Self::$variant(value) = self {
                            return (Some(index), value.view());
                        }
                        index += 1;
                    )*
                    (None, $crate::other!(self $($other)?))
                }
                $(
                    #[inline]
                    fn other(value: &runtime::Value) -> Option<Self> {
                        Some(Self::$other(value.clone()))
                    }
                )?
            }

            impl ::core::fmt::Debug for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    runtime::show_value(stringify!($name), self, f)
                }
            }

            impl runtime::Typed for $name {
                type Shape = runtime::AUnion;
            }
        };
        $crate::json!($name);
    };
}

/// What stands in a union of none of its variants, where it can hold that.
#[macro_export]
#[doc(hidden)]
macro_rules! other {
    ($this:ident) => {
        runtime::View::Absent
    };
    ($this:ident $other:ident) => {
        match $this {
            Self::$other(value) => runtime::View::Value(value),
            _ => runtime::View::Absent,
        }
    };
}
