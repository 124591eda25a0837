//! Why a call got no answer.

use std::error::Error as StdError;

use super::tls;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a call got no answer, in words that hold no URL.
#[derive(Debug)]
pub(crate) struct Cause {
    pub(crate) words: String,
    /// Whether another try is pointless: the certificate is not trusted, there
    /// is no TLS, or the request is invalid.
    pub(crate) hopeless: bool,
    /// The error itself, which holds no URL either.
    pub(crate) source: Option<BoxError>,
}

impl Cause {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), hopeless: false, source: None }
    }

    /// The innermost words of an error chain say most; the outer ones may hold a URL.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        let first = if error.is_timeout() { "it took too long" } else { "no connection" };
        let mut cause = Self::of_chain(first, error.source());
        cause.hopeless |= error.is_builder();
        cause
    }

    /// The same, with the error to go along.
    pub(crate) fn from(error: reqwest::Error) -> Self {
        let cause = Self::of(&error);
        Self { source: Some(error.without_url().into()), ..cause }
    }

    pub(super) fn of_chain(first: &str, chain: Option<&(dyn StdError + 'static)>) -> Self {
        let mut cause = Self::new(first);
        let mut next = chain;
        while let Some(error) = next {
            cause.words = error.to_string();
            cause.hopeless |= tls::is_final(error);
            next = error.source();
        }
        cause
    }
}
