//! The files of a result.

use std::fmt;
use std::ops::Deref;

use serde_json::Value;

use crate::redact::Shown;
use crate::schema::runtime::{Given, Opaque, Shape, Slot, Typed, View};

/// One or several files of a result, as URLs, in the order in which the service lists them.
///
/// The service sends one URL or a list of them under the same key, whatever a model's schema says;
/// both are read, and written back in the same form. The URLs should be taken as short-lived:
/// download what you want to keep.
///
/// ```
/// use runcomfy::Files;
///
/// let files = Files::from(["https://example.com/1.png", "https://example.com/2.png"]);
/// assert_eq!(files.len(), 2);
/// assert_eq!(files.first(), Some("https://example.com/1.png"));
/// ```
///
/// Its `Debug` shows no query of a URL: it may be signed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Files {
    urls: Vec<String>,
    /// Sent as a bare string, not as a list.
    bare: bool,
}

impl Files {
    /// The URL of the first file.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.urls.first().map(String::as_str)
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Files").field(&Shown(self.urls.as_slice())).finish()
    }
}

impl Deref for Files {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.urls
    }
}

impl<'a> IntoIterator for &'a Files {
    type Item = &'a String;
    type IntoIter = std::slice::Iter<'a, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.urls.iter()
    }
}

impl<I: IntoIterator<Item = S>, S: Into<String>> From<I> for Files {
    fn from(urls: I) -> Self {
        Self { urls: urls.into_iter().map(Into::into).collect(), bare: false }
    }
}

impl Opaque for Files {
    fn read(&mut self, value: Value) -> Result<(), &'static str> {
        const EXPECTED: &str = "a URL or a list of URLs";
        self.bare = value.is_string();
        let urls = match value {
            Value::String(url) => vec![url],
            Value::Array(urls) => {
                let urls = urls.into_iter().map(|url| match url {
                    Value::String(url) => Ok(url),
                    _ => Err(EXPECTED),
                });
                urls.collect::<Result<_, _>>()?
            }
            _ => return Err(EXPECTED),
        };
        self.urls = urls;
        Ok(())
    }
}

impl Typed for Files {
    type Shape = Self;
}

impl Shape<Self> for Files {
    fn slot<'a>(this: &'a mut Self, _: Given<'_>) -> Slot<'a> {
        Slot::Opaque(this)
    }
    fn view(this: &Self) -> View<'_> {
        match this.urls.as_slice() {
            [url] if this.bare => View::String(url),
            _ => View::List(&this.urls),
        }
    }
    fn blank() -> Self {
        Self::default()
    }
}

crate::serde!(Files);
