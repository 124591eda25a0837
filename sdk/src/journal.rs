//! What was submitted, written down before it is sent.

mod file;
mod receipt;
mod record;
mod recovery;
mod state;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::job::JobToken;
use crate::submit::{Intent, Label};

pub use recovery::{KnownJob, Recovery, UnknownSubmit};

pub(crate) use file::Claim;
pub(crate) use receipt::Receipt;
pub(crate) use state::{Entry, Stage, State};

use file::File;
use record::{Record, new_id};
use writer::{Line, Writer};

/// A file in which a client writes down what it submits, so that nothing paid is lost when the
/// process ends: by a crash, by `kill -9`, by a power cut.
///
/// One line turns it on, [`ClientBuilder::journal`](crate::ClientBuilder::journal); then
/// [`Client::recover`](crate::Client::recover) lists what an earlier process left behind.
///
/// - Before a request leaves, its *intent* is written and synced to disk. If that cannot be done,
///   nothing is sent: [`is_journal`](Error::is_journal).
/// - The answer follows: the job's id, or that nothing was sent, or that nobody knows. If the disk
///   fails just then, the job is handed over all the same, its id goes to the log, and the line is
///   written as soon as the disk has recovered.
/// - A job counts as *collected* when its [`Completed`](crate::Completed), or the error that says
///   how it ended, has been handed over **and dropped**, and not by a panic: hold on to it until
///   its files are safe. (A future that keeps finished results to itself, as a `join_all` does,
///   collects them when it is dropped.)
///
/// The file is text, one JSON object a line. It holds model ids, request ids, times, a hash of each
/// input, and the keys that callers give, but neither tokens nor results, and inputs only if
/// [`journal_inputs`](crate::ClientBuilder::journal_inputs) asks for them. It is readable by its owner
/// only. Several processes may share it (they take turns by a lock on the file
/// `<name>.lock` beside it); a line that a crash cut in half is passed over. What is settled is
/// cleared out when the file has grown.
///
/// ```
/// use runcomfy::Journal;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jobs.jsonl");
/// let journal = Journal::open(path)?;
/// for submit in journal.recover()?.unknown {
///     println!("{} at {:?}: was it billed?", submit.model_id, submit.sent_at);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Journal {
    writer: Arc<Writer>,
}

impl Journal {
    /// Opens the journal at this path; it is made if it is not there, and so is its folder.
    ///
    /// Fails with [`is_journal`](Error::is_journal) if it cannot be written or locked.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| cannot(path, "opened", &error))?;
        Ok(Self { writer: Arc::new(Writer::new(file)) })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.writer.file.path()
    }

    /// What was submitted and is not settled, by any of the processes that share the file.
    ///
    /// Submits that this process has under way are left out; those of other processes cannot be
    /// told from those of a process that died, so look at
    /// [`sent_at`](UnknownSubmit::sent_at).
    ///
    /// It reads the file, and waits for those who write it: not for an async task, for which
    /// [`Client::recover`](crate::Client::recover) is there.
    pub fn recover(&self) -> Result<Recovery, Error> {
        let state = self.state()?;
        Ok(Recovery::of(&state, |id| self.writer.is_under_way(id)))
    }

    /// Settles a submit whose outcome was unknown: there is no job, or nobody wants it.
    ///
    /// A [named batch](crate::Batch::named) sends this item again at its next start.
    pub fn forget(&self, submit: &UnknownSubmit) -> Result<(), Error> {
        self.note(&Record::Forgotten { id: submit.id.clone() })
    }

    /// Settles a submit whose outcome was unknown: this is its job, found among the account's
    /// recent requests. From now on it is a job that waits to be collected.
    pub fn adopt(&self, submit: &UnknownSubmit, job: &JobToken) -> Result<(), Error> {
        self.note(&Record::Submitted { id: submit.id.clone(), job: job.clone() })
    }

    /// Marks a job as collected: for one that ended elsewhere, or that nobody wants.
    pub fn forget_job(&self, job: &JobToken) -> Result<(), Error> {
        self.note(&Record::Collected { request_id: job.request_id().to_owned() })
    }

    /// Forgets what a [named batch](crate::Batch::named) has done, except for what is not settled:
    /// its next start submits every other item anew.
    pub fn forget_batch(&self, name: &str) -> Result<(), Error> {
        self.note(&Record::BatchForgotten { name: name.to_owned() })
    }

    /// Clears out what is settled. It happens by itself when the file has grown.
    pub fn compact(&self) -> Result<(), Error> {
        self.writer.compact().map_err(|error| cannot(self.path(), "compacted", &error))
    }

    /// Writes the intent of a submit, and waits until it is on the disk.
    pub(crate) async fn begin(&self, intent: &Intent) -> Result<Pending, Error> {
        let pending = Pending { id: new_id(), journal: self.clone() };
        let Label { key, batch, usd } = intent.label.clone();
        let record = Record::Intent(record::Intent {
            id: pending.id.clone(),
            at: crate::time::unix_seconds(std::time::SystemTime::now()),
            model_id: intent.model_id.clone(),
            fingerprint: intent.fingerprint.clone(),
            origin: Some(intent.origin.clone()),
            body: intent.body.as_deref().and_then(|body| serde_json::from_str(body).ok()),
            key,
            batch,
            usd,
        });
        self.writer.under_way(&pending.id);
        let written = self.writer.write(Line { text: record.to_line(), sync: true, keep: false });
        match written.await {
            Ok(()) => Ok(pending),
            Err(error) => Err(cannot(self.path(), "written", &error)),
        }
    }

    pub(crate) fn receipt(&self, job: &JobToken) -> Receipt {
        Receipt::new(self.clone(), job.request_id().to_owned())
    }

    pub(crate) fn state(&self) -> Result<State, Error> {
        // What this process has to say already counts.
        self.writer.flush();
        let text = self.writer.file.read();
        let text = text.map_err(|error| cannot(self.path(), "read", &error))?;
        Ok(State::read(&text))
    }

    /// A lock that is held by one batch of that name at a time, in whatever process.
    pub(crate) fn lock_batch(&self, name: &str) -> Result<Claim, Error> {
        let file = &self.writer.file;
        match file.claim(name) {
            Ok(Some(claim)) => Ok(claim),
            Ok(None) => Err(Error::config(format!(
                "the batch {name:?} is running already, here or in another process",
            ))),
            Err(error) => Err(cannot(self.path(), "locked for a batch", &error)),
        }
    }

    fn note(&self, record: &Record) -> Result<(), Error> {
        let line = Line { text: record.to_line(), sync: true, keep: false };
        let written = self.writer.write_now(line);
        written.map_err(|error| cannot(self.path(), "written", &error))
    }

    fn collected(&self, request_id: String) {
        let record = Record::Collected { request_id };
        self.writer.send(Line { text: record.to_line(), sync: false, keep: true });
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("path", &self.path()).finish()
    }
}

fn cannot(path: &Path, what: &str, error: &std::io::Error) -> Error {
    Error::journal(format!("the journal {} cannot be {what}: {error}", path.display()))
}

/// A submit whose intent is in the journal, and whose outcome is not.
pub(crate) struct Pending {
    id: String,
    journal: Journal,
}

impl Pending {
    /// Writes the outcome down. What cannot be written now is written later; the log has it.
    pub(crate) async fn end(self, outcome: &Result<JobToken, Error>) {
        let id = self.id.clone();
        let record = match outcome {
            Ok(job) => Record::Submitted { id, job: job.clone() },
            Err(error) if error.is_outcome_unknown() => {
                let at = error.sent_at().unwrap_or(std::time::SystemTime::now());
                Record::Unknown { id, at: crate::time::unix_seconds(at) }
            }
            Err(_) => Record::Closed { id },
        };
        let line = Line { text: record.to_line(), sync: true, keep: true };
        if let Err(error) = self.journal.writer.write(line).await {
            let path = self.journal.path().display();
            match outcome {
                Ok(job) => tracing::error!(
                    %job, %error, "the journal {path} cannot be written: keep the id of this job"
                ),
                Err(_) => tracing::warn!(%error, "the journal {path} cannot be written"),
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.journal.writer.over(&self.id);
    }
}
