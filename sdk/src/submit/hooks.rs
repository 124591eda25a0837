//! What is told about a submit while it happens, whether or not its caller still listens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Intent;
use crate::error::Error;
use crate::job::JobToken;
use crate::journal::{Journal, Pending, Receipt};

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
    pub(crate) async fn before(&self, intent: &Intent) -> Result<Option<Pending>, Error> {
        match &self.journal {
            Some(journal) => journal.begin(intent).await.map(Some),
            None => Ok(None),
        }
    }

    /// After the outcome is known, or known to be unknown; also when the caller has gone.
    pub(crate) async fn after(&self, pending: Option<Pending>, outcome: &Result<JobToken, Error>) {
        if let Some(pending) = pending {
            pending.end(outcome).await;
        }
        if let (Some(hook), Ok(job)) = (&self.on_submitted, outcome) {
            // A hook that panics must not take the id with it.
            if catch_unwind(AssertUnwindSafe(|| hook(job))).is_err() {
                tracing::error!(request_id = job.request_id(), "the on_submitted hook panicked");
            }
        }
    }

    /// What marks the job as collected when it is dropped.
    pub(crate) fn receipt(&self, job: &JobToken) -> Option<Receipt> {
        self.journal.as_ref().map(|journal| journal.receipt(job))
    }
}
