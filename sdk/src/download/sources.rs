//! What is to be downloaded.

use std::collections::HashSet;
use std::fmt;

use serde_json::Value;

use crate::completed::{Completed, unclear};
use crate::error::Error;
use crate::files::Files;
use crate::job::JobToken;
use crate::journal::Journal;

/// What is to be downloaded: URLs, or something that has them.
///
/// It is made of a [`Completed`] job, of [`Files`] or of URLs, and of an [`Error`]: that of a
/// download gives the files that failed, that of a result that did not fit its type the files
/// that it made all the same. A URL that occurs twice counts once.
///
/// ```
/// use runcomfy::Sources;
///
/// let sources = Sources::from(["https://cdn.runcomfy.net/a.png", "https://cdn.runcomfy.net/a.png"]);
/// assert_eq!(sources.len(), 1);
/// ```
#[derive(Clone, Default)]
pub struct Sources {
    pub(super) urls: Vec<String>,
    pub(super) job: Option<JobToken>,
    /// Where the job is marked as collected, if these are all files of it that are not saved yet.
    pub(super) journal: Option<Journal>,
    /// Whether they were found in a result: there has to be one, and they may be others besides the
    /// job's own.
    pub(super) found: bool,
    /// The result in which there is none.
    pub(super) raw: Option<Value>,
    /// What else in the result may stand for a file.
    pub(super) unclear: Vec<String>,
    /// Whether an earlier download has left out what may be a file of the job.
    pub(super) left_out: bool,
}

impl Sources {
    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.urls.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.urls.is_empty()
    }

    fn found_in(mut self, raw: Option<&Value>) -> Self {
        self.found = true;
        self.unclear = raw.map(unclear).unwrap_or_default();
        self.raw = raw.filter(|_| self.urls.is_empty()).cloned();
        self
    }

    fn about(mut self, job: Option<&JobToken>, journal: Option<&Journal>) -> Self {
        self.job = job.cloned();
        self.journal = journal.cloned();
        self
    }
}

impl<S: Into<String>> FromIterator<S> for Sources {
    fn from_iter<I: IntoIterator<Item = S>>(urls: I) -> Self {
        let mut seen = HashSet::new();
        let urls = urls.into_iter().map(Into::into);
        let urls = urls.filter(|url: &String| seen.insert(url.clone())).collect();
        Self { urls, ..Self::default() }
    }
}

impl<T> From<&Completed<T>> for Sources {
    fn from(done: &Completed<T>) -> Self {
        let found = Self::from(done.media_urls()).found_in(Some(&done.raw));
        found.about(Some(done.job()), done.journal.as_ref())
    }
}

impl From<&Error> for Sources {
    fn from(error: &Error) -> Self {
        let failed = error.failed_files().iter().map(|file| file.url.clone());
        let urls: Self = failed.chain(error.media_urls()).collect();
        let mut urls = urls.about(error.job(), error.journal_of_job());
        urls.left_out = error.has_left_out();
        // What failed once was wanted.
        if error.failed_files().is_empty() { urls.found_in(error.raw()) } else { urls }
    }
}

impl From<&Files> for Sources {
    fn from(files: &Files) -> Self {
        Self::from_iter(files).found_in(None)
    }
}

impl From<&str> for Sources {
    fn from(url: &str) -> Self {
        Self::from([url])
    }
}

impl From<String> for Sources {
    fn from(url: String) -> Self {
        Self::from([url])
    }
}

impl From<&String> for Sources {
    fn from(url: &String) -> Self {
        Self::from([url])
    }
}

impl<S: Into<String>> From<Vec<S>> for Sources {
    fn from(urls: Vec<S>) -> Self {
        urls.into_iter().collect()
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Sources {
    fn from(urls: [S; N]) -> Self {
        urls.into_iter().collect()
    }
}

impl<S: Clone + Into<String>> From<&[S]> for Sources {
    fn from(urls: &[S]) -> Self {
        urls.iter().cloned().collect()
    }
}

/// Shows no URL: they may be signed.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("urls", &self.len())
            .field("job", &self.job)
            .finish_non_exhaustive()
    }
}
