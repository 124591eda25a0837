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

            impl runtime::Member for $name {
                fn slot(&mut self) -> runtime::Slot<'_> {
                    runtime::Slot::Ruled(<Self as runtime::Rules>::RULES, &mut self.0)
                }
                fn view(&self) -> runtime::View<'_> {
                    runtime::View::Ruled(<Self as runtime::Rules>::RULES, &self.0)
                }
            }

            impl runtime::Blank for $name {
                fn blank() -> Self {
                    Self(runtime::Blank::blank())
                }
            }
        };
        $crate::json!($name);
    };
}
