//! A submitted job.

use std::sync::Arc;
use std::time::Duration;

use super::iter::Iter;
use super::runtime::Runtime;
use super::settings::settings;
use crate::completed::Completed;
use crate::error::Error;
use crate::input::Output;
use crate::job::{CancelOutcome, Events, JobToken};
use crate::status::Status;

/// The job of [`crate::Job`], for programs without async.
pub struct Job<T> {
    inner: crate::Job<T>,
    runtime: Arc<Runtime>,
}

/// The wait of [`crate::Wait`], for programs without async.
#[must_use = "a wait does nothing until it is run"]
#[derive(Debug)]
pub struct Wait<T> {
    inner: crate::Wait<T>,
    runtime: Arc<Runtime>,
}

impl<T: Output> Job<T> {
    pub(super) fn of(inner: crate::Job<T>, runtime: &Arc<Runtime>) -> Self {
        Self { inner, runtime: runtime.clone() }
    }

    /// Waits for the result, however long it takes; see [`wait`](Self::wait) for a deadline.
    pub fn run(self) -> Result<Completed<T>, Error> {
        self.runtime.block_on(self.inner.into_future())
    }

    /// As [`crate::Job::status`].
    pub fn status(&self) -> Result<Status, Error> {
        self.runtime.block_on(self.inner.status())
    }

    /// As [`crate::Job::wait`].
    pub fn wait(&self) -> Wait<T> {
        Wait { inner: self.inner.wait(), runtime: self.runtime.clone() }
    }

    /// As [`crate::Job::events`].
    pub fn events(&self) -> Iter<Events<T>> {
        Iter::of(self.inner.events(), &self.runtime)
    }

    /// As [`crate::Job::cancel`].
    pub fn cancel(&self) -> Result<CancelOutcome, Error> {
        self.runtime.block_on(self.inner.cancel())
    }
}

impl<T> Job<T> {
    /// As [`crate::Job::request_id`].
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.inner.request_id()
    }

    /// As [`crate::Job::model_id`].
    #[must_use]
    pub fn model_id(&self) -> Option<&str> {
        self.inner.model_id()
    }

    /// As [`crate::Job::token`].
    #[must_use]
    pub fn token(&self) -> &JobToken {
        self.inner.token()
    }

    /// As [`crate::Job::age`].
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.inner.age()
    }
}

impl<T: Output> Wait<T> {
    settings! { "crate::Wait":
        timeout(after: Duration);
        cancel_if_queued();
    }

    /// Waits; what `.await` is for [`crate::Wait`].
    pub fn run(self) -> Result<Completed<T>, Error> {
        self.runtime.block_on(self.inner.into_future())
    }
}

impl<T> Clone for Job<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), runtime: self.runtime.clone() }
    }
}

impl<T> std::fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}
