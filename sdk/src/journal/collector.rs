//! What a result holds in order to be collected.

use std::fmt;

use super::Journal;
use super::facts::Facts;
use super::record::Step;
use crate::job::JobToken;

/// A job, and the journal in which it is to be marked as collected.
#[derive(Clone)]
pub(crate) struct Collector {
    journal: Journal,
    job: JobToken,
}

impl Collector {
    pub(crate) fn new(journal: &Journal, job: &JobToken) -> Self {
        Self { journal: journal.clone(), job: job.clone() }
    }

    /// Marks the job as collected, and does not wait for the disk: the worst that can come of that is
    /// a job that is listed once more.
    pub(crate) fn collect(&self) {
        self.journal.send(Step::Collected, Facts::of_job(&self.job));
    }

    /// Marks the job as collected, and waits until that is written.
    pub(crate) async fn collected(&self) {
        self.journal.collected(&self.job).await;
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}
