//! Pictures, films and sound as inputs.

macro_rules! media {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The file at a publicly reachable `https` URL, or a `data:` URI.
            pub fn url(url: impl Into<String>) -> Self {
                Self(url.into())
            }

            /// The URL or `data:` URI that is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
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
