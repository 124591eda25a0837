//! The proof that an outcome was handed over.

use std::fmt;
use std::sync::Arc;

use super::Journal;

/// Travels with an outcome; when the last copy of it is dropped, the job counts as collected.
#[derive(Clone)]
pub(crate) struct Receipt {
    _slip: Arc<Slip>,
}

struct Slip {
    journal: Journal,
    request_id: String,
}

impl Receipt {
    pub(super) fn new(journal: Journal, request_id: String) -> Self {
        Self { _slip: Arc::new(Slip { journal, request_id }) }
    }
}

impl Drop for Slip {
    fn drop(&mut self) {
        // Who panics has not made use of it.
        if !std::thread::panicking() {
            self.journal.collected(std::mem::take(&mut self.request_id));
        }
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}
