//! What was submitted, written down before it is sent.

mod facts;
mod file;
mod keeper;
mod line;
mod lock;
mod owner;
mod pending;
mod record;
mod recovery;
mod seen;
mod state;
mod trust;
mod writer;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::job::JobToken;
use crate::media::echo::Links;

pub use keeper::Repair;
pub use recovery::{KnownJob, Recovery, UnknownSubmit};

pub(crate) use facts::End;
pub(crate) use keeper::Started;
pub(crate) use lock::Claim;
pub(crate) use pending::{Pending, UnderWay};
pub(crate) use state::{Entry, Stage};
pub(crate) use writer::Outcome;

use facts::Facts;
use keeper::{Entry as Line, What};
use record::{Record, Step};
use writer::Writer;

/// A file in which a client writes down what it submits, so that nothing paid is lost when the
/// process ends: by a crash, by `kill -9`, by a power cut.
///
/// One line turns it on, [`ClientBuilder::journal`](crate::ClientBuilder::journal); then
/// [`Client::recover`](crate::Client::recover) lists what is not collected yet.
///
/// - Before a request leaves, its *intent* is written and synced to disk. If that cannot be done,
///   nothing is sent: [`is_journal`](Error::is_journal).
/// - The answer follows: the job's id, or that nothing was sent, or that nobody knows. If the disk
///   fails just then, the job is handed over all the same, its id goes to the log, and the line is
///   written as soon as the disk has recovered.
/// - How the job ended follows, and what it cost.
///
/// # Collecting
///
/// A job stays listed until it is *collected*, which is one thing for the job, however many handles
/// and results of it there are, and never a matter of what is dropped. It happens when
///
/// - [`client.download(&done)`](crate::Client::download) has put **all** its files in place, or
///   `client.download(&error)` the rest of them;
/// - the program says so: [`Completed::collect`](crate::Completed::collect),
///   [`BatchItem::collect`](crate::BatchItem::collect), [`Error::collect`],
///   or [`forget_job`](Self::forget_job) by its id;
/// - or it turns out that there is nothing to fetch, because the job failed or was cancelled.
///
/// So this is safe, whatever `?` returns early, times out or is aborted:
///
/// ```no_run
/// # async fn f(client: runcomfy::Client, input: runcomfy::JsonInput) -> Result<(), runcomfy::Error> {
/// let done = client.run(input).await?;
/// client.download(&done).to("pictures").await?;
/// # Ok(())
/// # }
/// ```
///
/// A result without files, such as a text, is not collected by being read: say so when it is safe.
///
/// # The file
///
/// The file is text, one JSON object a line. It holds model ids, request ids, times, costs, the
/// service's words about jobs that failed, hashes of each input and of the URLs in it, and the keys that
/// callers give, but neither tokens nor results, and inputs only if
/// [`journal_inputs`](crate::ClientBuilder::journal_inputs) asks for them. It is readable by its owner
/// only. Several processes may share it: they take turns, by locks on it and on the file
/// `<name>.lock` beside it, and while they live they hold the lock of a file of their own,
/// `<name>.<id>.alive`. What is settled is cleared out when the file has grown.
///
/// # Damage
///
/// Each line carries a checksum, and the lock file says what the journal looked like. A line that a
/// crash has cut off at the end is passed over. Anything else that is not as it was left (a byte that
/// has changed, a file that was emptied, replaced or moved away) stops all paid calls with
/// [`is_journal`](Error::is_journal), since what cannot be read may have been paid for;
/// [`repair`](Self::repair) is the way out.
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
    /// One that this process has open already is shared, by whatever name it was opened.
    ///
    /// Fails with [`is_journal`](Error::is_journal) if it cannot be written, or is not locked within
    /// 10 seconds because another process holds the lock, or is something that no journal can be: a
    /// folder, a pipe. Damage is reported by the first call for which it matters.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let writer = Writer::open(path).map_err(|error| cannot(path, "opened", &error))?;
        Ok(Self { writer })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.writer.path()
    }

    /// What was submitted and is not settled, by any of the processes that share the file.
    ///
    /// Submits that a living process has under way are left out.
    ///
    /// It reads the file, and waits for those who write it: not for an async task, for which
    /// [`Client::recover`](crate::Client::recover) is there.
    ///
    /// Fails with [`is_journal`](Error::is_journal) if it cannot be read whole.
    pub fn recover(&self) -> Result<Recovery, Error> {
        let under_way = self.writer.under_way();
        let left = self.writer.run_now(move |keeper| Recovery::of(keeper, &under_way));
        left.map_err(|error| self.cannot("read", &error))
    }

    /// As [`recover`](Self::recover) does, without holding up the thread.
    pub(crate) async fn left(&self) -> Result<Recovery, Error> {
        let under_way = self.writer.under_way();
        let left = self.writer.run(move |keeper| Recovery::of(keeper, &under_way));
        left.await.map_err(|error| self.cannot("read", &error))
    }

    /// Settles a submit whose outcome was unknown: there is no job, or nobody wants it.
    ///
    /// A [named batch](crate::Batch::named) sends this item again at its next start.
    pub fn forget(&self, submit: &UnknownSubmit) -> Result<(), Error> {
        self.wish(Record::Step(Step::Forgotten, Box::new(submit.facts())))
    }

    /// Settles a submit whose outcome was unknown: this is its job, found among the account's
    /// recent requests. From now on it is a job that waits to be collected.
    pub fn adopt(&self, submit: &UnknownSubmit, job: &JobToken) -> Result<(), Error> {
        let facts = Facts { job: Some(job.clone()), ..submit.facts() };
        self.wish(Record::Step(Step::Submitted, Box::new(facts)))
    }

    /// Marks a job as collected, by its id: for one whose files were fetched in another way, or that
    /// nobody wants.
    pub fn forget_job(&self, job: &JobToken) -> Result<(), Error> {
        let facts = Box::new(Facts::of_job(job));
        let line = Line::synced(What::Outcome(Step::Collected, facts));
        self.writer.write_now(line).map_err(|error| self.cannot("written", &error))
    }

    /// Forgets what a [named batch](crate::Batch::named) has done, except for what is not settled:
    /// its next start submits every other item anew.
    pub fn forget_batch(&self, name: &str) -> Result<(), Error> {
        self.wish(Record::BatchForgotten { name: name.to_owned() })
    }

    /// Clears out what is settled. It happens by itself when the file has grown. What cannot be read
    /// is kept.
    ///
    /// Fails with [`is_journal`](Error::is_journal) if the file cannot be replaced, or has several
    /// names (hard links), which would part.
    pub fn compact(&self) -> Result<(), Error> {
        let done = self.writer.run_now(keeper::Keeper::compact);
        done.map_err(|error| self.cannot("compacted", &error))
    }

    /// Makes a damaged journal usable again, and says what it has done; a sound one is left alone.
    ///
    /// Lines that cannot be read go into the file `<name>.damaged` beside it. Where one of them may
    /// have recorded a submit of which no other line tells, or where the whole journal was removed
    /// or replaced, an entry of [`Recovery::unknown`] stands for what was there: look at the account's
    /// recent requests, then [`forget`](Self::forget) it. As long as it is there, named batches do not
    /// submit items that the journal does not know: each of them may have been submitted before.
    ///
    /// It holds up the thread, as [`recover`](Self::recover) does.
    ///
    /// Fails with [`is_journal`](Error::is_journal) if a file cannot be written; then nothing is
    /// changed.
    pub fn repair(&self) -> Result<Repair, Error> {
        let done = self.writer.run_now(keeper::Keeper::repair);
        done.map_err(|error| self.cannot("repaired", &error))
    }

    /// Writes down how a job ended.
    pub(crate) fn ended(
        &self,
        job: &JobToken,
        end: End,
        cost_usd: Option<f64>,
        message: Option<String>,
    ) {
        let facts = Facts { end: Some(end), cost_usd, message, ..Facts::of_job(job) };
        self.send(Step::Ended, facts);
    }

    /// Writes down that what a job made is safe, and does not wait for the disk: the worst that can
    /// come of that is a job that is listed once more.
    pub(crate) fn collect(&self, job: &JobToken) {
        self.send(Step::Collected, Facts::of_job(job));
    }

    /// Writes down that what a job made is safe, and waits until that is written.
    pub(crate) async fn collected(&self, job: &JobToken) {
        let what = What::Outcome(Step::Collected, Box::new(Facts::of_job(job)));
        if let Err(error) = self.writer.write(Line { what, sync: false }).await {
            tracing::warn!(%job, %error, "the journal cannot be written; the job stays listed for now");
        }
    }

    /// What a job was given that its result may repeat; nothing if the journal does not know it.
    pub(crate) async fn links_of(&self, job: &JobToken) -> Links {
        let id = job.request_id().to_owned();
        self.writer.run(move |keeper| keeper.links_of(&id)).await.unwrap_or_default()
    }

    /// Takes the lock of a batch, which one start has at a time, in whatever process; and reads what
    /// earlier ones have done.
    pub(crate) async fn start_batch(&self, name: &str) -> Result<Started, Error> {
        let (owned, under_way) = (name.to_owned(), self.writer.under_way());
        match self.writer.run(move |keeper| keeper.start_batch(&owned, &under_way)).await {
            Ok(Some(started)) => Ok(started),
            Ok(None) => Err(Error::config(format!(
                "the batch {name:?} is running already, here or in another process",
            ))),
            Err(error) => Err(self.cannot("read for a batch", &error)),
        }
    }

    fn send(&self, step: Step, facts: Facts) {
        self.writer.send(Line { what: What::Outcome(step, Box::new(facts)), sync: false });
    }

    fn wish(&self, record: Record) -> Result<(), Error> {
        let written = self.writer.write_now(Line::synced(What::Wish(Box::new(record))));
        written.map_err(|error| self.cannot("written", &error))
    }

    fn cannot(&self, what: &str, error: &io::Error) -> Error {
        cannot(self.path(), what, error)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("path", &self.path()).finish()
    }
}

fn cannot(path: &Path, what: &str, error: &io::Error) -> Error {
    let path = path.display();
    if trust::is_distrust(error) {
        return Error::journal(format!(
            "the journal {path} cannot be trusted: {error}. What it does not say may have been paid \
             for, so nothing is submitted. Put back the file as it was, or call `Journal::repair`",
        ));
    }
    Error::journal(format!("the journal {path} cannot be {what}: {error}"))
}
