//! What an earlier process left behind.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::facts::Facts;
use super::keeper::Keeper;
use super::owner::is_alive;
use super::state::{Entry, Stage};
use super::writer::{UnderWay, lock};
use crate::job::JobToken;
use crate::redact::Shown;
use crate::time::unix_seconds;

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
    /// Jobs whose id is known, and that are not [collected](crate::Journal#collecting): resume them.
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
    /// The fingerprint of the input, as in [`Error::fingerprint`](crate::Error::fingerprint).
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
    /// Where this stands for lines that [`Journal::repair`](crate::Journal::repair) could not read, how
    /// many they were; 0 if the whole journal was gone. There may have been as many submits, or none,
    /// and model and fingerprint are empty.
    pub unreadable_lines: Option<usize>,
}

/// `acme/paint at 2026-01-31T09:05:00Z (input 2:6cca4749e2fa05fb)`.
impl fmt::Display for UnknownSubmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = crate::time::utc(self.sent_at);
        match self.unreadable_lines {
            Some(0) => return write!(f, "whatever was in the journal that was gone at {at}"),
            Some(1) => return write!(f, "whatever was in a line that was unreadable at {at}"),
            Some(lines) => {
                return write!(f, "whatever was in {lines} lines that were unreadable at {at}");
            }
            None => {}
        }
        write!(f, "{} at {at} (input {})", self.model_id, self.fingerprint)
    }
}

/// Without the input: it is the user's.
impl fmt::Debug for KnownJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownJob")
            .field("token", &self.token)
            .field("key", &self.key.as_deref().map(Shown))
            .field("batch", &self.batch.as_ref().map(|(name, place)| (Shown(name.as_str()), place)))
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
            .field("key", &self.key.as_deref().map(Shown))
            .field("batch", &self.batch.as_ref().map(|(name, place)| (Shown(name.as_str()), place)))
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

impl Recovery {
    /// What is left, but for the submits that are under way, in this process or another one.
    pub(super) fn of(keeper: &mut Keeper, under_way: &Mutex<UnderWay>) -> io::Result<Self> {
        let state = keeper.state()?;
        let mut alive: BTreeMap<String, bool> = BTreeMap::new();
        let mut is_under_way = |entry: &Entry, owner: &str| {
            if owner == keeper.owner.id {
                return lock(under_way).contains_key(entry.id());
            }
            *alive.entry(owner.to_owned()).or_insert_with(|| is_alive(&keeper.file, owner))
        };
        let mut found = Self::default();
        for entry in state.entries() {
            match entry.stage() {
                Stage::Known(token) => found.jobs.push(KnownJob {
                    token: token.clone(),
                    key: entry.facts().key.clone(),
                    batch: batch(entry),
                    service: entry.facts().origin.clone(),
                    input: entry.facts().body.clone(),
                }),
                Stage::Open => match entry.facts().owner.as_deref() {
                    Some(owner) if is_under_way(entry, owner) => {}
                    _ => found.unknown.push(UnknownSubmit::of(entry)),
                },
                Stage::Unknown => found.unknown.push(UnknownSubmit::of(entry)),
                Stage::Failed(..) | Stage::Collected | Stage::Closed => {}
            }
        }
        Ok(found)
    }
}

impl UnknownSubmit {
    fn of(entry: &Entry) -> Self {
        Self {
            id: entry.id().to_owned(),
            model_id: entry.model_id().to_owned(),
            fingerprint: entry.fingerprint().to_owned(),
            sent_at: UNIX_EPOCH + Duration::from_secs(entry.at().min(1 << 40)),
            key: entry.facts().key.clone(),
            batch: batch(entry),
            service: entry.facts().origin.clone(),
            input: entry.facts().body.clone(),
            unreadable_lines: entry
                .facts()
                .lines
                .map(|lines| usize::try_from(lines).unwrap_or(usize::MAX)),
        }
    }

    /// What a line about it says.
    pub(super) fn facts(&self) -> Facts {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Facts {
            id: Some(self.id.clone()),
            at: Some(unix_seconds(self.sent_at)),
            model_id: some(&self.model_id),
            fingerprint: some(&self.fingerprint),
            origin: self.service.clone(),
            key: self.key.clone(),
            batch: self.batch.clone().map(|(name, item)| (name, item as u64)),
            ..Facts::default()
        }
    }
}

fn batch(entry: &Entry) -> Option<(String, usize)> {
    let (name, item) = entry.batch()?;
    Some((name.to_owned(), usize::try_from(item).unwrap_or(usize::MAX)))
}
