//! What the simulator billed.

use serde::Serialize;
use serde_json::Value;

use super::faults::Fault;

/// The books of a simulator: every submit that it saw, and what each job was charged.
///
/// A job is charged when it is accepted, whether or not the client got to see the answer, and the
/// charge is taken back when the job is cancelled while it is queued. A failed or a lost job was
/// charged. The books are also served, as JSON, at `GET /simulator/ledger`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ledger {
    /// Submits that arrived, whatever became of them.
    pub submits_received: u64,
    /// Submits that made a job.
    pub submits_accepted: u64,
    /// Jobs that are charged.
    pub billed: u64,
    /// The sum of the charges, in US dollars.
    pub billed_usd: f64,
    /// Every job, in the order in which they were accepted.
    pub entries: Vec<LedgerEntry>,
    /// Every submit, in the order in which they arrived, with the faults that it met.
    pub submits: Vec<SubmitEntry>,
    /// When the port was closed, in milliseconds since 1970. The operating system may have let in a
    /// client just then whose submit is in no book.
    pub port_closed_ms: Vec<u64>,
}

/// One submit in the books, whether or not it made a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubmitEntry {
    /// The model that was called.
    pub model_id: String,
    /// The input; `null` if it was not read, which happens only to those that made no job.
    pub input: Value,
    /// The job that it made.
    pub request_id: Option<String>,
    /// The HTTP status of the answer; `None` where none was sent.
    pub status: Option<u16>,
    /// When it arrived, in milliseconds since 1970.
    pub arrived_at_ms: u64,
    /// When its answer was made; `None` where none is made yet, or was sent.
    pub answered_at_ms: Option<u64>,
    /// What was done to it on purpose.
    pub faults: Vec<Fault>,
}

/// One job in the books.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LedgerEntry {
    /// The job's id.
    pub request_id: String,
    /// The model that was called.
    pub model_id: String,
    /// The input as it was submitted.
    pub input: Value,
    /// Whether the job is charged: false only if it was cancelled while queued, and that for nothing.
    pub billed: bool,
    /// What it costs if it is charged, in US dollars; 0 for a model without a price.
    pub usd: f64,
    /// Whether an answer with the id was sent whole, in whatever form: false after a reset, for
    /// example.
    pub answered: bool,
    /// How many answers told its outcome, on `/result`.
    pub delivered: u64,
}

impl Ledger {
    /// The entry of a job.
    #[must_use]
    pub fn entry(&self, request_id: &str) -> Option<&LedgerEntry> {
        // Ids sort in the order of acceptance.
        let place =
            self.entries.binary_search_by(|entry| entry.request_id.as_str().cmp(request_id));
        self.entries.get(place.ok()?)
    }

    /// The jobs whose input holds `value` under `key`, so that a test that gives each job an
    /// input of its own can assert that none was charged twice.
    ///
    /// ```
    /// # use runcomfy::simulator::Ledger;
    /// # let ledger = Ledger::default();
    /// let charges = ledger.with_input("prompt", "job 17").filter(|job| job.billed).count();
    /// assert!(charges <= 1);
    /// ```
    pub fn with_input(
        &self,
        key: &str,
        value: impl Into<Value>,
    ) -> impl Iterator<Item = &LedgerEntry> {
        let value = value.into();
        self.entries.iter().filter(move |entry| entry.input.get(key) == Some(&value))
    }

    /// The submits whose input holds `value` under `key`, so that a test can tell why one of them came
    /// to nothing.
    pub fn submits_with_input(
        &self,
        key: &str,
        value: impl Into<Value>,
    ) -> impl Iterator<Item = &SubmitEntry> {
        let value = value.into();
        self.submits.iter().filter(move |submit| submit.input.get(key) == Some(&value))
    }
}
