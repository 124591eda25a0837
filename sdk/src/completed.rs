//! A finished job and what it made.

mod urls;

use std::fmt;

use serde_json::Value;

use crate::job::JobToken;
use crate::journal::Journal;
use crate::money::dollars;

pub(crate) use urls::{is_without_output, media_urls, unclear, urls_in_text};

/// A job that succeeded: what it made, and what it cost.
///
/// ```no_run
/// # async fn f(client: runcomfy::Client, input: runcomfy::JsonInput) -> Result<(), runcomfy::Error> {
/// let done = client.run(input).await?;
/// println!("{} made {:?} for {:?} USD", done.request_id(), done.media_urls(), done.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Completed<T> {
    /// What the model made.
    pub output: T,
    /// What it cost in US dollars, where the service says so. Zero may mean that it has not worked
    /// out the cost yet.
    pub cost: Option<f64>,
    /// When the service accepted the job, in its own spelling.
    pub created_at: Option<String>,
    /// When the job ended, in the service's own spelling.
    pub finished_at: Option<String>,
    /// The whole answer of the result call, as it came.
    pub raw: Value,
    pub(crate) job: JobToken,
    /// Where the job is marked as collected.
    pub(crate) journal: Option<Journal>,
}

impl<T> Completed<T> {
    pub(crate) fn new(job: JobToken, output: T, raw: Value) -> Self {
        let text = |key| raw.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            output,
            cost: raw.get("cost").and_then(dollars),
            created_at: text("created_at"),
            finished_at: text("finished_at"),
            raw,
            job,
            journal: None,
        }
    }

    pub(crate) fn collected_in(mut self, journal: Option<Journal>) -> Self {
        self.journal = journal;
        self
    }

    /// The id of the job.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.job.request_id()
    }

    /// The job, for a log or a database.
    #[must_use]
    pub fn job(&self) -> &JobToken {
        &self.job
    }

    /// Marks the job as [collected](crate::Journal#collecting): what it made is safe. From now on
    /// neither [`recover`](crate::Client::recover) nor a [named batch](crate::Batch::named) brings it
    /// again.
    ///
    /// A [`download`](crate::Client::download) of all its files does the same, so this is for results
    /// that are kept in another way. Without a [`Journal`](crate::Journal) it does nothing. It does not
    /// wait for the disk: a program that is killed right after may find the job listed once more.
    pub fn collect(&self) {
        if let Some(journal) = &self.journal {
            journal.collect(&self.job);
        }
    }

    /// Every file that the job made: all URLs found anywhere in its output, `data:` URIs among
    /// them, each of them once, in the order of the output.
    ///
    /// [`Client::download`](crate::Client::download) fetches them.
    #[must_use]
    pub fn media_urls(&self) -> Vec<String> {
        media_urls(&self.raw)
    }

    /// Whether the job succeeded without anything to show for it: no output, or one in which there
    /// is nothing, or an empty list of files.
    ///
    /// It is rare. The service is asked for the output for a minute first, in case it comes late,
    /// and a warning is logged; the job stays with the service and can be
    /// [resumed](crate::Client::resume).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        is_without_output(self.raw.get("output"))
    }
}

/// Shows neither output nor URLs: they may be signed.
impl<T> fmt::Debug for Completed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completed")
            .field("job", &self.job)
            .field("cost", &self.cost)
            .field("media_urls", &urls::count(&self.raw))
            .finish_non_exhaustive()
    }
}
