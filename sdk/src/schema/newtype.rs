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
            use $crate::schema::runtime::{Blank, Member, Rules, Slot, View};

            impl Member for $name {
                fn slot(&mut self) -> Slot<'_> {
                    Slot::Ruled(<Self as Rules>::RULES, &mut self.0)
                }
                fn view(&self) -> View<'_> {
                    View::Ruled(<Self as Rules>::RULES, &self.0)
                }
            }

            impl Blank for $name {
                fn blank() -> Self {
                    Self(Blank::blank())
                }
            }
        };
        $crate::json!($name);
    };
}
