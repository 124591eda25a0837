//! Pictures, films and sound as inputs.

use crate::schema::runtime::{Blank, Member, Slot, View};

macro_rules! media {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The file at a publicly reachable `https` URL, or a `data:` URI.
            ///
            /// The service fetches it with an unauthenticated GET; a private file needs a signed
            /// URL.
            pub fn url(url: impl Into<String>) -> Self {
                Self(url.into())
            }

            /// The URL or `data:` URI that is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Member for $name {
            fn slot(&mut self) -> Slot<'_> {
                Slot::String(&mut self.0)
            }
            fn view(&self) -> View<'_> {
                View::String(&self.0)
            }
        }

        impl Blank for $name {
            fn blank() -> Self {
                Self(String::new())
            }
        }

        crate::serde!($name);
    };
}

media! {
    /// A picture that a model is given.
    Image
}
media! {
    /// A film that a model is given.
    Video
}
media! {
    /// Sound that a model is given.
    Audio
}
