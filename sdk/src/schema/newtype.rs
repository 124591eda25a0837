//! Named types around a single value, with rules of their own.

use super::rule::Rule;

/// The rules of a generated newtype.
pub trait Rules {
    /// The rules of the value inside.
    const RULES: &'static [Rule];
}

/// Makes a tuple struct of one field a member: `newtype!(Prompt)`.
#[macro_export]
#[doc(hidden)]
macro_rules! newtype {
    ($name:ident) => {
        const _: () = {
            use $crate::schema::runtime;

            impl ::core::fmt::Debug for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    runtime::show_value(stringify!($name), &self.0, f)
                }
            }

            impl runtime::Typed for $name {
                type Shape = Self;
            }

            impl runtime::Shape<Self> for $name {
                fn slot<'a>(this: &'a mut Self, _: runtime::Given<'_>) -> runtime::Slot<'a> {
                    runtime::Slot::Ruled(<Self as runtime::Rules>::RULES, &mut this.0)
                }
                fn view(this: &Self) -> runtime::View<'_> {
                    runtime::View::Ruled(<Self as runtime::Rules>::RULES, &this.0)
                }
                fn blank() -> Self {
                    Self(runtime::Blank::blank())
                }
            }
        };
        $crate::json!($name);
    };
}
