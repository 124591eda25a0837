//! What a program was told, and what was done to it.

use std::collections::{BTreeMap, BTreeSet};

use runcomfy::{CancelOutcome, Error};

use crate::durable::tools::now_ms;

/// Times are in milliseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// The jobs that errors named, by the number of their input.
    pub(super) named: BTreeMap<usize, BTreeSet<String>>,
    /// The inputs whose outcome was said to be unknown, and when for the first time.
    pub(super) unknown: BTreeMap<usize, u64>,
    /// When it was said of an input that nothing was charged.
    pub(super) not_charged: Vec<(usize, u64)>,
    /// The jobs whose results were said to have cost nothing.
    pub(super) free: BTreeSet<String>,
    /// The jobs of which a cancel was said to have come in time.
    pub(super) cancelled: BTreeSet<String>,
    /// When the batch was started.
    pub(super) starts: Vec<u64>,
    /// When an input that is not in the batch was submitted.
    pub(super) tries: BTreeMap<usize, Vec<u64>>,
    /// When runtimes were shut down: from, and to.
    pub(super) shutdowns: Vec<(u64, u64)>,
    /// The inputs that the user found paid for, and took out of the batch: the journal has lost
    /// their lines.
    pub(super) left_out: BTreeSet<usize>,
    /// The inputs whose unknown outcome the user has settled.
    pub(super) settled: BTreeSet<usize>,
    /// What no client may do.
    pub(super) violations: Vec<String>,
}

impl Book {
    /// Notes what an error says of an input.
    pub(super) fn note(&mut self, number: usize, error: &Error) {
        if let Some(id) = error.request_id() {
            self.named.entry(number).or_default().insert(id.to_owned());
            if !error.may_have_cost() {
                self.free.insert(id.to_owned());
            }
            if error.cancel_outcome() == Some(CancelOutcome::Cancelled) {
                self.cancelled.insert(id.to_owned());
            }
        } else if error.is_outcome_unknown() {
            if error.fingerprint().is_none() || error.sent_at().is_none() {
                self.violations.push(format!("{number}: what was sent, and when? {error:?}"));
            }
            self.unknown.entry(number).or_insert_with(now_ms);
        } else if error.may_have_cost() || error.is_journal() || error.is_config() {
            self.violations.push(format!("{number}: {error:?}"));
        } else {
            self.not_charged.push((number, now_ms()));
        }
    }

    /// When the input was submitted next after `time`, or may have been.
    pub(super) fn next_try(&self, number: usize, time: u64) -> u64 {
        let tries = self.tries.get(&number).unwrap_or(&self.starts);
        tries.iter().copied().find(|at| *at >= time).unwrap_or(u64::MAX)
    }
}
