//! One answer of the service.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::{Fault, lenient};

/// A larger body is read only if it is large by its strings: a value costs far more memory than its
/// two bytes of text.
const MANY_VALUES: usize = 4 << 20;

/// An answer whose status line arrived; its body may have broken off.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    /// Why the body is not whole, where it is not.
    pub(crate) broken: Option<Broken>,
}

/// Why a body is not what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The connection broke, in these words.
    Off(String),
    /// It is larger than so many MiB, and was not read to its end.
    TooLarge(usize),
    /// It is in a coding that was not asked for and cannot be undone.
    Coded(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off(words) => f.write_str(words),
            Self::TooLarge(limit) => write!(f, "it is larger than {limit} MiB"),
            Self::Coded(coding) => write!(f, "it is coded as {coding}, which was not asked for"),
        }
    }
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON, or as what was meant to be JSON; `None` for anything else, and for what
    /// breaks off.
    pub(crate) fn json(&self) -> Option<Value> {
        if self.has_too_many_values() {
            return None;
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::String(text)) => {
                Some(lenient::read(&self.body).unwrap_or(Value::String(text)))
            }
            Ok(value) => Some(value),
            Err(_) => lenient::read(&self.body),
        }
    }

    /// Whether the body, of which [`json`](Self::json) makes nothing, is an answer of the service
    /// all the same: one that came to harm, not a page of something in between.
    pub(crate) fn is_damaged(&self) -> bool {
        match self.broken {
            Some(Broken::TooLarge(_) | Broken::Coded(_)) => true,
            Some(Broken::Off(_)) => false,
            None => lenient::begins(&self.body),
        }
    }

    fn has_too_many_values(&self) -> bool {
        let is_sign = |byte: &&u8| matches!(byte, b',' | b'[' | b'{');
        self.body.len() > MANY_VALUES && self.body.iter().filter(is_sign).count() > MANY_VALUES
    }

    /// The status that the service meant: an error code of six digits starts with it, and
    /// counts for more than the status line, because no balance can be a plain 400 and an
    /// error can be a 200.
    pub(crate) fn meant_status(&self, fault: &Fault) -> u16 {
        let of_code = fault.code.filter(|code| (100_000..=999_999).contains(code));
        of_code.and_then(|code| u16::try_from(code / 1000).ok()).unwrap_or(self.status)
    }
}
