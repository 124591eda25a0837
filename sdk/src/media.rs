//! Images, videos and audio as inputs.

#[cfg(feature = "client")]
mod bytes;
#[cfg(feature = "client")]
pub(crate) mod check;
#[cfg(feature = "client")]
pub(crate) mod echo;
#[cfg(feature = "client")]
mod host;
#[cfg(feature = "client")]
mod limits;
#[cfg(feature = "client")]
pub(crate) mod link;
#[cfg(feature = "client")]
pub(crate) mod texts;

use std::fmt;

use crate::schema::runtime::{Given, Shape, Slot, Typed, View};
use crate::{OutputKind, redact};

macro_rules! media {
    ($(#[$doc:meta])* $name:ident, $what:literal, $cap:literal, $file:literal) => {
        $(#[$doc])*
        ///
        /// Whatever it is made of, the client looks at it before it submits anything: an address
        /// that the service could not reach, and bytes that break a limit that the model's schema
        /// publishes, are refused with the other faults of the input.
        ///
        /// Its `Debug` shows neither the query of a URL nor the bytes.
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("The ", $what, " at a publicly reachable `https` URL, or in a `data:` URI.")]
            ///
            /// The service fetches it with an unauthenticated GET; a private file needs a signed
            /// URL.
            pub fn url(url: impl Into<String>) -> Self {
                Self(url.into())
            }

            #[doc = concat!("The ", $what, " in these bytes, sent along as a `data:` URI. Its format is told by the bytes.")]
            ///
            /// Fails with [`is_invalid_input`](crate::Error::is_invalid_input) if they are of
            #[doc = concat!("another kind, of no known format, or more than ", $cap, ".")]
            ///
            /// ```
            #[doc = concat!("use runcomfy::", stringify!($name), ";")]
            ///
            /// # fn main() -> Result<(), runcomfy::Error> {
            #[doc = concat!("assert!(", stringify!($name), "::bytes(b\"Hello\").is_err());")]
            /// # Ok(())
            /// # }
            /// ```
            #[cfg(feature = "client")]
            pub fn bytes(bytes: impl AsRef<[u8]>) -> Result<Self, crate::Error> {
                bytes::encoded(OutputKind::$name, bytes.as_ref()).map(Self)
            }

            #[doc = concat!("The ", $what, " in a file of this machine, sent along as a `data:` URI.")]
            ///
            /// The file is read now, by the calling thread.
            ///
            /// Fails with [`is_disk`](crate::Error::is_disk) if it cannot be read or is no regular
            /// file, and otherwise as [`bytes`](Self::bytes) does.
            ///
            /// ```no_run
            #[doc = concat!("use runcomfy::", stringify!($name), ";")]
            ///
            /// # fn main() -> Result<(), runcomfy::Error> {
            #[doc = concat!("let input = ", stringify!($name), "::file(\"", $file, "\")?;")]
            /// # Ok(())
            /// # }
            /// ```
            #[cfg(feature = "client")]
            pub fn file(path: impl AsRef<std::path::Path>) -> Result<Self, crate::Error> {
                bytes::read(OutputKind::$name, path.as_ref()).map(Self)
            }

            /// The URL or `data:` URI that is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&redact::link(&self.0)).finish()
            }
        }

        impl Typed for $name {
            type Shape = Self;
        }

        impl Shape<Self> for $name {
            fn slot<'a>(this: &'a mut Self, _: Given<'_>) -> Slot<'a> {
                Slot::String(&mut this.0)
            }
            fn view(this: &Self) -> View<'_> {
                View::Media(OutputKind::$name, &this.0)
            }
            fn blank() -> Self {
                Self(String::new())
            }
        }

        crate::serde!($name);
    };
}

media! {
    /// An image that a model is given.
    Image, "image", "6 MiB", "cat.png"
}
media! {
    /// A video that a model is given.
    Video, "video", "32 MiB", "cat.mp4"
}
media! {
    /// Audio that a model is given.
    Audio, "audio", "16 MiB", "cat.wav"
}
