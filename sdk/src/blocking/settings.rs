//! Settings, handed on to the thing that has them.

/// Setters of the same name and the same arguments.
macro_rules! settings {
    ($twin:literal: $($(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),*);)*) => {
        $(
            $(#[$meta])*
            #[doc = concat!("As [`", $twin, "::", stringify!($name), "`].")]
            pub fn $name(mut self $(, $argument: $type)*) -> Self {
                self.inner = self.inner.$name($($argument),*);
                self
            }
        )*
    };
}

pub(super) use settings;
