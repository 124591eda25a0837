//! What an earlier process left behind.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::state::{Entry, Stage, State};
use crate::job::JobToken;

/// What a [`Journal`](crate::Journal) knows of and nobody has settled.
///
/// ```no_run
/// # async fn f(client: runcomfy::Client) -> Result<(), runcomfy::Error> {
/// let left = client.recover().await?;
/// for job in left.jobs {
///     println!("{:?}", client.resume_json(job.token).await?.media_urls());
/// }
/// for submit in left.unknown {
///     println!("look for {submit} among the account's recent requests");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Recovery {
    /// Jobs whose id is known, and whose outcome was not handed over: resume them.
    pub jobs: Vec<KnownJob>,
    /// Submits that may have left, and of which no answer is known: a job may be running and
    /// billed for each. They are never sent again by this crate.
    pub unknown: Vec<UnknownSubmit>,
}

/// A job that waits to be collected.
#[derive(Clone)]
#[non_exhaustive]
pub struct KnownJob {
    /// For [`Client::resume`](crate::Client::resume).
    pub token: JobToken,
    /// The key that the caller gave the submit.
    pub key: Option<String>,
    /// The name of the batch that it belongs to, and its place there.
    pub batch: Option<(String, usize)>,
    /// The base URL of the service that it went to, where the journal tells.
    pub service: Option<String>,
    /// What was sent, with [`journal_inputs`](crate::ClientBuilder::journal_inputs).
    pub input: Option<Value>,
}

/// A submit with an unknown outcome.
///
/// When it is known what became of it, settle it with
/// [`Journal::forget`](crate::Journal::forget) or [`Journal::adopt`](crate::Journal::adopt).
#[derive(Clone)]
#[non_exhaustive]
pub struct UnknownSubmit {
    /// The id of the intent in the journal.
    pub id: String,
    /// The model that was called.
    pub model_id: String,
    /// The beginning of the SHA-256 of model id and body; equal inputs have equal ones.
    pub fingerprint: String,
    /// When it was sent, to the second, or was about to be.
    pub sent_at: SystemTime,
    /// The key that the caller gave the submit.
    pub key: Option<String>,
    /// The name of the batch that it belongs to, and its place there.
    pub batch: Option<(String, usize)>,
    /// The base URL of the service that it went to, where the journal tells.
    pub service: Option<String>,
    /// What was sent, with [`journal_inputs`](crate::ClientBuilder::journal_inputs).
    pub input: Option<Value>,
}

/// `acme/paint at 2026-01-31T09:05:00Z (input 6cca4749e2fa05fb)`.
impl fmt::Display for UnknownSubmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = crate::time::utc(self.sent_at);
        write!(f, "{} at {at} (input {})", self.model_id, self.fingerprint)
    }
}

/// Without the input: it is the user's.
impl fmt::Debug for KnownJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownJob")
            .field("token", &self.token)
            .field("key", &self.key)
            .field("batch", &self.batch)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// Without the input: it is the user's.
impl fmt::Debug for UnknownSubmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownSubmit")
            .field("id", &self.id)
            .field("model_id", &self.model_id)
            .field("fingerprint", &self.fingerprint)
            .field("sent_at", &self.sent_at)
            .field("key", &self.key)
            .field("batch", &self.batch)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

impl Recovery {
    pub(super) fn of(state: &State, is_under_way: impl Fn(&str) -> bool) -> Self {
        let mut found = Self::default();
        for entry in state.entries() {
            match &entry.stage {
                Stage::Known(token) => found.jobs.push(KnownJob {
                    token: token.clone(),
                    key: entry.key().map(str::to_owned),
                    batch: batch(entry),
                    service: entry.origin().map(str::to_owned),
                    input: entry.input(),
                }),
                Stage::Open if !is_under_way(entry.id()) => {
                    found.unknown.push(UnknownSubmit::of(entry));
                }
                _ => {}
            }
        }
        found
    }
}

impl UnknownSubmit {
    fn of(entry: &Entry) -> Self {
        Self {
            id: entry.id().to_owned(),
            model_id: entry.model_id().to_owned(),
            fingerprint: entry.fingerprint().to_owned(),
            sent_at: UNIX_EPOCH + Duration::from_secs(entry.at().min(1 << 40)),
            key: entry.key().map(str::to_owned),
            batch: batch(entry),
            service: entry.origin().map(str::to_owned),
            input: entry.input(),
        }
    }
}

fn batch(entry: &Entry) -> Option<(String, usize)> {
    let (name, item) = entry.batch()?;
    Some((name.to_owned(), usize::try_from(item).unwrap_or(usize::MAX)))
}
