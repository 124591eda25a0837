//! What is told about a submit while it happens, whether or not its caller still listens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Intent;
use crate::completed::Completed;
use crate::error::Error;
use crate::http::Departure;
use crate::job::JobToken;
use crate::journal::{End, Journal, Pending};
use crate::money::{Usd, settled};

/// What an error says about a job that was cancelled.
const CANCELLED: &str = "the job was cancelled";

type OnSubmitted = Arc<dyn Fn(&JobToken) + Send + Sync>;

/// The listeners of a client.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) on_submitted: Option<OnSubmitted>,
    pub(crate) journal: Option<Journal>,
    /// Whether the journal is to have the inputs as well.
    pub(crate) journal_inputs: bool,
}

impl Hooks {
    /// Before anything is sent. An error stops the submit: what cannot be written down is not
    /// risked.
    pub(crate) async fn before(
        &self,
        intent: &Intent,
        departure: &Arc<Departure>,
    ) -> Result<Written, Error> {
        let pending = match &self.journal {
            Some(journal) => Some(Box::new(journal.begin(intent).await?)),
            None => None,
        };
        Ok(Written { pending, departure: departure.clone() })
    }

    /// After the outcome is known, or known to be unknown; also when the caller has gone.
    pub(crate) async fn after(&self, mut written: Written, outcome: &Result<JobToken, Error>) {
        // An error may name a job, too.
        let job = outcome.as_ref().map_or_else(Error::job, Some);
        // First: the journal may be slow, or locked by a process that is stopped.
        if let (Some(hook), Some(job)) = (&self.on_submitted, job) {
            // A hook that panics must not take the id with it.
            if catch_unwind(AssertUnwindSafe(|| hook(job))).is_err() {
                tracing::error!(request_id = job.request_id(), "the on_submitted hook panicked");
            }
        }
        if let Some(pending) = written.pending.take() {
            pending.end(outcome).await;
        }
    }

    /// When it is known how a job ended, whether or not anybody makes use of it.
    pub(crate) fn ended<T>(&self, job: &JobToken, end: &Result<Completed<T>, Error>) {
        let Some(journal) = &self.journal else { return };
        let (how, raw, message) = match end {
            Ok(done) => (End::Succeeded, Some(&done.raw), None),
            Err(error) if error.is_decode() => (End::Succeeded, error.raw(), None),
            Err(error) if error.is_job_failed() => (End::Failed, error.raw(), Some(error)),
            Err(error) if error.is_cancelled() => (End::Cancelled, error.raw(), Some(error)),
            Err(_) => return,
        };
        let not_billed = how == End::Cancelled && message.is_some_and(|e| !e.may_have_cost());
        let cost = raw.and_then(|raw| settled(raw, not_billed)).map(Usd::dollars);
        journal.ended(job, how, cost, message.map(Error::own_message));
    }

    /// When it is known that a job was cancelled in the queue, before anybody waited for it.
    pub(crate) fn cancelled(&self, job: &JobToken) {
        if let Some(journal) = &self.journal {
            journal.ended(job, End::Cancelled, Some(0.0), Some(CANCELLED.to_owned()));
        }
    }
}

/// A submit that has been written down, where there is a journal.
///
/// One that is dropped without an outcome (it was not sent after all, or was turned away, or its
/// runtime has been shut down) is unknown to the journal only if a byte may have left.
pub(crate) struct Written {
    pending: Option<Box<Pending>>,
    departure: Arc<Departure>,
}

impl Drop for Written {
    fn drop(&mut self) {
        if let Some(pending) = self.pending.take()
            && !self.departure.has_left()
        {
            pending.not_sent();
        }
    }
}
