//! What is told about a submit while it happens, whether or not its caller still listens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Intent;
use crate::error::Error;
use crate::job::JobToken;

type OnSubmitted = Arc<dyn Fn(&JobToken) + Send + Sync>;

/// The listeners of a client. The journal belongs here: it writes the intent down before the
/// first byte leaves, and the outcome after.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) on_submitted: Option<OnSubmitted>,
}

impl Hooks {
    /// Before anything is sent. An error stops the submit: what cannot be written down is not
    /// risked.
    #[expect(clippy::unused_async, reason = "the journal will write to disk here")]
    pub(crate) async fn before(&self, _intent: &Intent) -> Result<(), Error> {
        Ok(())
    }

    /// After the outcome is known, or known to be unknown; also when the caller has gone.
    #[expect(clippy::unused_async, reason = "the journal will write to disk here")]
    pub(crate) async fn after(&self, _intent: &Intent, outcome: &Result<JobToken, Error>) {
        if let (Some(hook), Ok(job)) = (&self.on_submitted, outcome) {
            // A hook that panics must not take the id with it.
            if catch_unwind(AssertUnwindSafe(|| hook(job))).is_err() {
                tracing::error!(request_id = job.request_id(), "the on_submitted hook panicked");
            }
        }
    }
}
