//! One answer of the service.

use std::time::Duration;

use serde_json::Value;

use super::Fault;

/// An answer whose status line arrived; its body may have broken off.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    /// Why the body is not whole, where it is not.
    pub(crate) broken: Option<String>,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; `None` for anything else, a broken-off body included.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The status that the service meant: an error code of six digits starts with it, and
    /// counts for more than the status line, because no balance can be a plain 400 and an
    /// error can be a 200.
    pub(crate) fn meant_status(&self, fault: &Fault) -> u16 {
        let of_code = fault.code.filter(|code| (100_000..=999_999).contains(code));
        of_code.and_then(|code| u16::try_from(code / 1000).ok()).unwrap_or(self.status)
    }
}
