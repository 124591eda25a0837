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
    /// A union that nothing was read into.
    fn blank() -> Self
    where
        Self: Sized;
    /// A blank union of the same type.
    fn scratch(&self) -> Box<dyn Union>;
    /// Becomes what stands in a scratch of its own.
    fn adopt(&mut self, scratch: Box<dyn Any>);
    /// The union as [`Union::adopt`] takes it.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// Makes an enum a [`Union`]: `union!(ImageSize { Preset: Preset, Custom: Custom, ..Other })`.
///
/// A variant with a type is made of a value of that type by `From`; after `..` comes the variant
/// that holds any value.
#[macro_export]
#[doc(hidden)]
macro_rules! union {
    ($name:ident { $($variant:ident $(: $ty:ty)?),* $(, ..$other:ident)? $(,)? }) => {
        $($(
            impl From<$ty> for $name {
                fn from(value: $ty) -> Self {
                    Self::$variant(value)
                }
            }
        )?)*

        const _: () = {
            use $crate::schema::runtime::{self, Member as _};

            const _: () = assert!(<$name as runtime::Variants>::VARIANTS.len() == [$(stringify!($variant)),*].len());

            impl runtime::Union for $name {
                fn variants(&self) -> &'static [&'static [runtime::Rule]] {
                    <Self as runtime::Variants>::VARIANTS
                }
                fn exclusive(&self) -> bool {
                    <Self as runtime::Variants>::EXCLUSIVE
                }
                fn choose(&mut self, index: usize) -> &mut dyn runtime::Member {
                    let blanks: &[fn() -> Self] = &[$(|| Self::$variant(runtime::Blank::blank())),*];
                    *self = blanks[index]();
                    match self {
                        $(Self::$variant(value) => value,)*
                        $(Self::$other(value) => value,)?
                    }
                }
                fn choose_other(&mut self, _value: &runtime::Value) -> bool {
                    $(*self = Self::$other(_value.clone()); return true;)?
                    #[allow(unreachable_code)]
                    false
                }
                fn chosen(&self) -> (Option<usize>, runtime::View<'_>) {
                    let variants = [$(stringify!($variant)),*];
                    let index = |name: &str| variants.iter().position(|variant| *variant == name);
                    match self {
                        $(Self::$variant(value) => (index(stringify!($variant)), value.view()),)*
                        $(Self::$other(value) => (None, runtime::View::Value(value)),)?
                    }
                }
                fn blank() -> Self {
                    let blanks: &[fn() -> Self] = &[$(|| Self::$variant(runtime::Blank::blank())),*];
                    blanks[<Self as runtime::Variants>::BLANK]()
                }
                fn scratch(&self) -> Box<dyn runtime::Union> {
                    Box::new(<Self as runtime::Blank>::blank())
                }
                fn adopt(&mut self, scratch: Box<dyn std::any::Any>) {
                    if let Ok(scratch) = scratch.downcast() {
                        *self = *scratch;
                    }
                }
                fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
                    self
                }
            }

            impl runtime::Typed for $name {
                type Shape = runtime::AUnion;
            }
        };
        $crate::json!($name);
    };
}
