//! What can go wrong, told apart by who caused it and what it may have cost.

mod build;
mod predicates;

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::completed::{media_urls, urls_in_text};
use crate::download::{FailedFile, SavedFile};
use crate::job::{CancelOutcome, JobToken};
use crate::journal::Journal;
use crate::money::dollars;
use crate::schema::{Invalid, Violation};
use crate::wire::text_of;

pub(crate) use build::{Answer, Call};

/// Anything that can go wrong between an input and its result.
///
/// Ask it three questions: may it have cost money ([`may_have_cost`](Self::may_have_cost)), is it
/// sensible to do the same again ([`is_safe_to_retry`](Self::is_safe_to_retry)), and which job is it
/// about ([`job`](Self::job)). From the moment a job has an id, every error carries it.
///
/// The token and the queries of URLs are in neither its `Display` nor its `Debug`.
///
/// ```no_run
/// # async fn f(client: runcomfy::Client, input: runcomfy::JsonInput) {
/// match client.run(input).await {
///     Ok(done) => println!("{:?}", done.media_urls()),
///     Err(error) if error.is_outcome_unknown() => eprintln!("look before you pay twice: {error}"),
///     Err(error) => match error.job() {
///         Some(job) => eprintln!("{error}\nkeep this to come back to it: {job}"),
///         None => eprintln!("{error}"),
///     },
/// }
/// # }
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: Kind,
    message: String,
    job: Option<JobToken>,
    answer: Option<Answer>,
    /// Where it is not this answer that says so.
    retry_after: Option<Duration>,
    invalid: Option<Invalid>,
    sent: Option<(SystemTime, String)>,
    cancel: Option<CancelOutcome>,
    raw: Option<Value>,
    body: Option<Vec<u8>>,
    saved: Vec<SavedFile>,
    failed: Vec<FailedFile>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// What the job cost, where there is no whole answer that says so.
    cost: Option<f64>,
    /// Where the job is marked as collected, if it is over.
    journal: Option<Journal>,
    /// Whether a download has left out what may be a file of the job.
    left_out: bool,
}

/// What kind of error it is; `Error`'s predicates say what each of them means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Config,
    Invalid,
    NotSent,
    RateLimited,
    Rejected(Reason),
    OutcomeUnknown,
    Failed,
    Cancelled { may_have_cost: bool },
    Deadline,
    JobUnknown,
    Unreachable,
    Decode,
    Unsettled,
    Journal,
    Price,
    UrlRefused,
    FileGone,
    Interrupted,
    WrongContent,
    TooLarge,
    WithoutFiles,
    Disk,
}

impl Kind {
    /// A word for it that stays the same, for `error.type` in spans.
    fn type_name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Invalid => "invalid_input",
            Self::NotSent => "not_sent",
            Self::RateLimited => "rate_limited",
            Self::Rejected(Reason::Auth) => "auth",
            Self::Rejected(Reason::Balance) => "insufficient_balance",
            Self::Rejected(Reason::Model) => "unknown_model",
            Self::Rejected(Reason::Input) => "rejected_input",
            Self::Rejected(Reason::Forbidden) => "not_yours",
            Self::Rejected(Reason::Other) => "rejected",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Failed => "job_failed",
            Self::Cancelled { .. } => "cancelled",
            Self::Deadline => "deadline",
            Self::JobUnknown => "job_unknown",
            Self::Unreachable => "unreachable",
            Self::Decode => "decode",
            Self::Unsettled => "unsettled",
            Self::Journal => "journal",
            Self::Price => "price_unknown",
            Self::UrlRefused => "url_refused",
            Self::FileGone => "file_gone",
            Self::Interrupted => "interrupted",
            Self::WrongContent => "wrong_content",
            Self::TooLarge => "too_large",
            Self::WithoutFiles => "without_files",
            Self::Disk => "disk",
        }
    }
}

/// Why the service refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Auth,
    Balance,
    Model,
    Input,
    Forbidden,
    Other,
}

impl Error {
    /// The id of the job that this is about, once it had one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.inner.job.as_ref().map(JobToken::request_id)
    }

    /// The job that this is about, once it had an id: store it, and come back to it with
    /// [`Client::resume`](crate::Client::resume).
    #[must_use]
    pub fn job(&self) -> Option<&JobToken> {
        self.inner.job.as_ref()
    }

    /// The HTTP status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.inner.answer.as_ref().map(|answer| answer.status)
    }

    /// The service's own error code, such as 400002, if the answer had one.
    #[must_use]
    pub fn error_code(&self) -> Option<i64> {
        self.inner.answer.as_ref()?.code
    }

    /// The beginning of the body of the answer, in which the token and the queries of URLs are
    /// cut out.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.inner.answer.as_ref().map(|a| a.excerpt.as_str())
    }

    /// How long the service asked to wait before the next call; at most a day.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after.or_else(|| self.inner.answer.as_ref()?.retry_after)
    }

    /// The faults of the input that were found before anything was sent; empty for other errors.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        self.inner.invalid.as_ref().map_or(&[], Invalid::violations)
    }

    /// When the submit was sent whose outcome is unknown.
    #[must_use]
    pub fn sent_at(&self) -> Option<SystemTime> {
        self.inner.sent.as_ref().map(|(at, _)| *at)
    }

    /// The fingerprint of the input whose submit has an unknown outcome: `2:`, the version of the
    /// rule, and the beginning of the SHA-256 of the model id and the input, in hexadecimal digits.
    /// Equal inputs have equal ones, in whatever order their members come.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&str> {
        self.inner.sent.as_ref().map(|(_, print)| print.as_str())
    }

    /// The whole answer of the result call, for a job that failed, was cancelled, or made
    /// something that does not fit its type.
    #[must_use]
    pub fn raw(&self) -> Option<&Value> {
        self.inner.raw.as_ref()
    }

    /// The body of the last answer of the result call, as far as it came, where it could not be read:
    /// JSON that breaks off, a coding that is not known. It may hold signed URLs.
    ///
    /// See [`is_unsettled`](Self::is_unsettled).
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.inner.body.as_deref()
    }

    /// Every URL in the output of [`raw`](Self::raw), or else in the text of [`body`](Self::body):
    /// what a result that does not fit its type, or cannot be read, has to offer all the same.
    #[must_use]
    pub fn media_urls(&self) -> Vec<String> {
        match (self.raw(), self.body()) {
            (Some(raw), _) => media_urls(raw),
            (None, Some(body)) => urls_in_text(&text_of(body)),
            (None, None) => Vec::new(),
        }
    }

    /// What the job cost in US dollars, if [`raw`](Self::raw) says so, or the
    /// [`Journal`](crate::Journal) of an earlier start.
    #[must_use]
    pub fn cost(&self) -> Option<f64> {
        self.inner.cost.or_else(|| dollars(self.raw()?.get("cost")?))
    }

    /// Marks the job as [collected](crate::Journal#collecting), where it is over and made something
    /// that is not collected yet: for a result that does not fit its type
    /// ([`is_decode`](Self::is_decode)), and for a download that failed in part and whose other files
    /// nobody wants.
    ///
    /// For all other errors it does nothing: a job that goes on is not over because a call about it
    /// failed.
    pub fn collect(&self) {
        if let (Some(journal), Some(job)) = (&self.inner.journal, &self.inner.job) {
            journal.collect(job);
        }
    }

    /// The files of a download that were saved all the same; they stay where they are.
    #[must_use]
    pub fn saved_files(&self) -> &[SavedFile] {
        &self.inner.saved
    }

    /// The files of a download that were not saved, each with its own error; empty for other
    /// errors. `client.download(&error)` tries just these again.
    #[must_use]
    pub fn failed_files(&self) -> &[FailedFile] {
        &self.inner.failed
    }

    /// What the operating system said, where a file or a folder on this machine is the matter.
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        if self.inner.kind != Kind::Disk {
            return None;
        }
        let own = self.inner.source.as_ref().and_then(|source| source.downcast_ref::<io::Error>());
        let files = || self.inner.failed.iter().find_map(|file| file.error.io_kind());
        own.map(io::Error::kind).or_else(files)
    }

    /// What kind of error it is, in a word that stays the same from version to version: the name of
    /// its predicate without `is_`, such as `outcome_unknown`. Spans have it as `error.type`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.inner.kind.type_name()
    }

    /// What became of the job that
    /// [`Wait::cancel_if_queued`](crate::Wait::cancel_if_queued) tried to cancel at the deadline.
    #[must_use]
    pub fn cancel_outcome(&self) -> Option<CancelOutcome> {
        self.inner.cancel
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        if let Some(answer) = &self.inner.answer {
            write!(f, " (HTTP {}", answer.status)?;
            if let Some(code) = answer.code {
                write!(f, ", error code {code}")?;
            }
            f.write_str(")")?;
        }
        match self.request_id() {
            Some(id) => write!(f, " [job {id}]"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.inner.kind).field("message", &self.inner.message);
        if let Some(job) = &self.inner.job {
            out.field("job", job);
        }
        if let Some(answer) = &self.inner.answer {
            out.field("answer", answer);
        }
        if !self.inner.failed.is_empty() {
            out.field("saved", &self.inner.saved).field("failed", &self.inner.failed);
        }
        if let Some(source) = &self.inner.source {
            out.field("source", source);
        }
        out.finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_ref().map(|source| &**source as _)
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(invalid)
    }
}
