//! How errors come about inside the crate.

use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{Error, Inner, Kind, Reason};
use crate::download::{FailedFile, SavedFile};
use crate::http::BoxError;
use crate::job::{CancelOutcome, JobToken};
use crate::journal::Journal;
use crate::schema::Invalid;
use crate::wire::{ErrorName, Fault, Reply, Scrub};

/// The call that an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Submit,
    Catalog,
    /// A call about a job that exists, by the name it has in messages.
    Job(&'static str),
}

impl Call {
    fn name(self) -> &'static str {
        match self {
            Self::Submit => "the submit",
            Self::Catalog => "the catalog call",
            Self::Job(name) => name,
        }
    }
}

/// What is kept of the answer that an error is about.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: Option<i64>,
    pub(crate) excerpt: String,
    pub(crate) retry_after: Option<Duration>,
}

impl Answer {
    pub(crate) fn of(reply: &Reply, fault: &Fault, scrub: &Scrub) -> Self {
        Self {
            status: reply.status,
            code: fault.code,
            excerpt: scrub.bytes(&reply.body),
            retry_after: reply.retry_after,
        }
    }
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message: message.into(),
                job: None,
                answer: None,
                retry_after: None,
                invalid: None,
                sent: None,
                cancel: None,
                raw: None,
                body: None,
                saved: Vec::new(),
                failed: Vec::new(),
                source: None,
                cost: None,
                journal: None,
                left_out: false,
            }),
        }
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    pub(crate) fn invalid(invalid: Invalid) -> Self {
        let message = format!("the input is refused, and nothing was sent: {invalid}");
        let mut error = Self::new(Kind::Invalid, message);
        error.inner.invalid = Some(invalid);
        error
    }

    pub(crate) fn journal(what: String) -> Self {
        Self::new(Kind::Journal, what)
    }

    /// The refusal of a call, sorted by what the service meant rather than by the status line.
    pub(crate) fn refused(call: Call, reply: &Reply, fault: &Fault, scrub: &Scrub) -> Self {
        let kind = match (call, Reason::of(reply, fault)) {
            // What is not there is the job, where there is one.
            (Call::Job(_), Reason::Model) => Kind::JobUnknown,
            (_, reason) => Kind::Rejected(reason),
        };
        let words = match &fault.words {
            Some(words) => scrub.text(words),
            None => reason(reply, scrub),
        };
        Self::new(kind, format!("the service refused {}: {words}", call.name()))
            .answered(Answer::of(reply, fault, scrub))
    }

    pub(crate) fn answered(mut self, answer: Answer) -> Self {
        self.inner.answer = Some(answer);
        self
    }

    pub(crate) fn after(mut self, wait: Option<Duration>) -> Self {
        self.inner.retry_after = wait;
        self
    }

    pub(crate) fn about(mut self, job: &JobToken) -> Self {
        self.inner.job = Some(job.clone());
        self
    }

    pub(crate) fn sent(mut self, at: SystemTime, fingerprint: &str) -> Self {
        self.inner.sent = Some((at, fingerprint.to_owned()));
        self
    }

    pub(crate) fn keeping(mut self, raw: Value) -> Self {
        self.inner.raw = Some(raw);
        self
    }

    /// With the body of an answer that could not be read.
    pub(crate) fn with_body(mut self, body: Vec<u8>) -> Self {
        self.inner.body = Some(body);
        self
    }

    /// What a poll got for an answer, as the end of the wait: it has come for too long.
    pub(crate) fn unsettled(mut self) -> Self {
        self.inner.kind = Kind::Unsettled;
        self.inner.message =
            format!("the service gave no usable answer for too long: {}", self.inner.message);
        self
    }

    pub(crate) fn with_cancel(mut self, outcome: CancelOutcome) -> Self {
        self.inner.cancel = Some(outcome);
        self
    }

    /// What came of the files of a download; that of the only one says all there is to say.
    pub(crate) fn with_files(mut self, saved: Vec<SavedFile>, failed: Vec<FailedFile>) -> Self {
        if let ([], [only]) = (saved.as_slice(), failed.as_slice()) {
            self.inner.message.clone_from(&only.error.inner.message);
            self.inner.answer.clone_from(&only.error.inner.answer);
        }
        (self.inner.saved, self.inner.failed) = (saved, failed);
        self
    }

    /// A file or folder that cannot be used: `cannot write /a/b: the disk is full`.
    pub(crate) fn disk(what: &str, path: &Path, error: io::Error) -> Self {
        let words = match error.kind() {
            io::ErrorKind::StorageFull => "the disk is full",
            io::ErrorKind::QuotaExceeded => "the quota is used up",
            io::ErrorKind::PermissionDenied => "permission denied",
            io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
            io::ErrorKind::InvalidFilename => "the name is too long, or not allowed here",
            io::ErrorKind::NotFound => "it does not exist",
            io::ErrorKind::AlreadyExists => "it exists already",
            io::ErrorKind::NotADirectory => "it, or what it is in, is not a folder",
            _ => "",
        };
        let words = if words.is_empty() { error.to_string() } else { words.to_owned() };
        Self::new(Kind::Disk, format!("cannot {what} {}: {words}", path.display())).caused_by(error)
    }

    /// The same error, saying first what it is about.
    pub(crate) fn regarding(mut self, what: &str) -> Self {
        self.inner.message = format!("{what}: {}", self.inner.message);
        self
    }

    pub(crate) fn caused_by(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Box::new(source));
        self
    }

    /// The same of a call that got no answer.
    pub(crate) fn because(mut self, source: Option<BoxError>) -> Self {
        self.inner.source = source;
        self
    }

    /// Where the job is over, or all its files are concerned: where it is marked as collected.
    pub(crate) fn collected_in(mut self, journal: Option<Journal>) -> Self {
        self.inner.journal = journal;
        self
    }

    /// Of a download that has left out what may be a file of the job.
    pub(crate) fn leaving_out(mut self, left_out: bool) -> Self {
        self.inner.left_out = left_out;
        self
    }

    pub(crate) fn has_left_out(&self) -> bool {
        self.inner.left_out
    }

    pub(crate) fn costing(mut self, cost: Option<f64>) -> Self {
        self.inner.cost = cost;
        self
    }

    pub(crate) fn journal_of_job(&self) -> Option<&Journal> {
        self.inner.journal.as_ref()
    }

    /// The message without what `Display` adds.
    pub(crate) fn own_message(&self) -> String {
        self.inner.message.clone()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.inner.kind
    }
}

/// What there is instead of a reason.
fn reason(reply: &Reply, scrub: &Scrub) -> String {
    if reply.is_page() {
        return format!(
            "{}, which is not of the service: something in between, such as a firewall or a proxy, \
             turned the call away",
            scrub.text(&reply.gist()),
        );
    }
    match scrub.bytes(&reply.body) {
        words if words.is_empty() || reply.json().is_some() => "it gave no reason".to_owned(),
        words => words,
    }
}

impl Reason {
    /// The reason of what is known to be a refusal: by its code, else by its name, else by its
    /// status.
    fn of(reply: &Reply, fault: &Fault) -> Self {
        let by_name = fault.name.map(ErrorName::code);
        fault
            .code
            .and_then(Self::of_code)
            .or_else(|| Self::of_code(by_name?))
            // The page of a firewall knows nothing about the token.
            .or_else(|| (reply.status == 403 && reply.is_page()).then_some(Self::Other))
            .unwrap_or_else(|| Self::of_status(reply.meant_status(fault)))
    }

    fn of_code(code: i64) -> Option<Self> {
        match code {
            400_001 | 404_001 => Some(Self::Model),
            400_002 => Some(Self::Balance),
            400_004 => Some(Self::Auth),
            403_001 => Some(Self::Forbidden),
            _ => None,
        }
    }

    fn of_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Auth,
            402 => Self::Balance,
            404 => Self::Model,
            400 | 413 | 415 | 422 => Self::Input,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_small_and_can_go_anywhere() {
        fn anywhere<T: Send + Sync + 'static>() {}
        anywhere::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
