//! Keeping a journal: what is written, when it is believed, and what is owed to it.

mod compact;
mod reading;
mod repair;

use std::collections::BTreeMap;
use std::io;
use std::mem::take;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

pub use repair::Repair;

use reading::Tail;

use super::facts::{End, Facts};
use super::file::{File, Held, NotAppended};
use super::lock::Claim;
use super::owner::{self, Owner};
use super::pending::UnderWay;
use super::record::{Record, Step, new_id};
use super::seen::Seen;
use super::state::State;
use super::writer;
use crate::media::echo::Links;

/// At this length a journal is compacted, and from then on whenever it has doubled.
const LARGE: u64 = 1024 * 1024;

/// How long a lock is waited for: at first, and while somebody is known not to let go of it.
const PATIENCE: Duration = Duration::from_secs(10);
const LITTLE_PATIENCE: Duration = Duration::from_secs(1);

/// A batch that is about to start.
pub(crate) struct Started {
    pub(crate) claim: Claim,
    pub(crate) state: State,
    /// The submits that this process had under way when the state was read, by the ids of their
    /// intents.
    pub(crate) under_way: BTreeMap<String, UnderWay>,
}

/// The one in a process that reads and writes a journal.
pub(super) struct Keeper {
    pub(super) file: Arc<File>,
    pub(super) owner: Owner,
    /// Lines that could not be written, and are to be written with the next ones.
    owed: String,
    /// What is known of the jobs that are not settled, for the lines to come.
    jobs: BTreeMap<String, Facts>,
    /// What the journal looked like when it was opened, or last read or written here.
    seen: Option<Seen>,
    /// Whether this process has read it whole.
    is_read: bool,
    is_folder_synced: bool,
    is_lock_stuck: bool,
    /// The length at which it is compacted.
    large: u64,
}

/// Something to be written.
pub(super) struct Entry {
    pub(super) what: What,
    /// Whether it must be on the disk.
    pub(super) sync: bool,
}

pub(super) enum What {
    /// A submit that is about to happen: if it cannot be written down, it must not. The lock of its
    /// batch has to be held then.
    Intent(Box<Facts>, Option<Weak<Claim>>),
    /// What has happened: if it cannot be written now, it is written later.
    Outcome(Step, Box<Facts>),
    /// What the user wants: it is written now or not at all.
    Wish(Box<Record>),
}

impl Keeper {
    /// Sees whether the journal can be locked, and tidies up after those who could not.
    pub(super) fn new(file: File) -> io::Result<Self> {
        let mut held = file.hold(PATIENCE)?;
        held.sweep();
        owner::sweep(&file);
        let seen = held.seen();
        drop(held);
        Ok(Self {
            file: Arc::new(file),
            owner: Owner::new(),
            owed: String::new(),
            jobs: BTreeMap::new(),
            seen,
            is_read: false,
            is_folder_synced: false,
            is_lock_stuck: false,
            large: LARGE,
        })
    }

    /// Writes all of it at once, and says of each what came of it.
    pub(super) fn write(&mut self, entries: &[Entry]) -> Vec<io::Result<()>> {
        let sync = !self.owed.is_empty() || entries.iter().any(|entry| entry.sync);
        let outcomes =
            entries.iter().fold(take(&mut self.owed), |lines, entry| match &entry.what {
                What::Outcome(step, facts) => lines + &self.outcome(*step, facts),
                _ => lines,
            });
        match self.attempt(&outcomes, entries, sync) {
            Ok(results) => results,
            Err(error) => {
                self.owed.insert_str(0, &outcomes);
                entries.iter().map(|_| Err(copy(&error))).collect()
            }
        }
    }

    /// Writes what is owed, at the end.
    pub(super) fn close(mut self) {
        self.is_lock_stuck = true;
        if !self.owed.is_empty() {
            // The last chance; the log has what matters.
            self.write(&[]);
        }
    }

    /// What the journal says. What this process could not write into it counts all the same.
    pub(super) fn state(&mut self) -> io::Result<State> {
        if !self.owed.is_empty() {
            self.write(&[]);
        }
        let file = self.file.clone();
        let mut held = self.hold(&file)?;
        let (_, mut state) = self.read(&mut held)?;
        state.take_lines(&self.owed);
        Ok(state)
    }

    /// What a job was given that its result may repeat.
    pub(super) fn links_of(&mut self, job: &str) -> io::Result<Links> {
        if let Some(facts) = self.jobs.get(job) {
            return Ok(facts.links.clone());
        }
        let state = self.state()?;
        Ok(state.get_by_job(job).map(|entry| entry.facts().links.clone()).unwrap_or_default())
    }

    /// Takes the lock of a batch, and reads what was done under its name; no lock if somebody else
    /// has it.
    pub(super) fn start_batch(
        &mut self,
        name: &str,
        under_way: &Mutex<writer::UnderWay>,
    ) -> io::Result<Option<Started>> {
        // First the lock: whoever has it may be writing.
        let Some(claim) = self.file.claim(name)? else { return Ok(None) };
        let under_way = UnderWay::all(under_way);
        Ok(Some(Started { claim, state: self.state()?, under_way }))
    }

    fn hold<'a>(&mut self, file: &'a File) -> io::Result<Held<'a>> {
        let held = file.hold(if self.is_lock_stuck { LITTLE_PATIENCE } else { PATIENCE });
        self.is_lock_stuck =
            held.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut);
        held
    }

    /// The line of something that has happened, with all that is known of its submit.
    fn outcome(&mut self, step: Step, facts: &Facts) -> String {
        let Some(job) = facts.job.as_ref().map(|job| job.request_id().to_owned()) else {
            return step.to_line(facts);
        };
        let mut all = self.jobs.remove(&job).unwrap_or_default();
        let nothing_new = step == Step::Ended
            && all.end.is_some()
            && (all.end, all.cost_usd) == (facts.end, facts.cost_usd);
        all.merge(facts.clone());
        let line = if nothing_new { String::new() } else { step.to_line(&all) };
        let is_settled = step == Step::Collected || all.end.is_some_and(End::left_nothing);
        if all.id.is_some() && !is_settled {
            all.body = None;
            self.jobs.insert(job, all);
        }
        line
    }

    fn attempt(
        &mut self,
        outcomes: &str,
        entries: &[Entry],
        sync: bool,
    ) -> io::Result<Vec<io::Result<()>>> {
        let file = self.file.clone();
        let mut held = self.hold(&file)?;
        let tail = self.tail(&mut held);
        if let (Err(error), true) = (&tail, outcomes.is_empty()) {
            return Err(copy(error));
        }
        self.is_folder_synced &= !held.make_if_missing()?;
        let ready = tail.as_ref().map(drop).map_err(copy).and_then(|()| self.sync_folder());
        let results: Vec<_> = entries.iter().map(|entry| entry.may_be_written(&ready)).collect();
        let (mut lines, mut regrets) = (outcomes.to_owned(), String::new());
        for (entry, result) in entries.iter().zip(&results) {
            match &entry.what {
                What::Intent(facts, _) if result.is_ok() => {
                    self.owner.appear(&file);
                    let facts = Facts { owner: Some(self.owner.id.clone()), ..(**facts).clone() };
                    lines += &Step::Intent.to_line(&facts);
                    regrets += &Step::Closed.to_line(&facts);
                }
                What::Wish(record) if result.is_ok() => lines += &record.to_line(),
                _ => {}
            }
        }
        if lines.is_empty() {
            return Ok(results);
        }
        let is_trusted = tail.is_ok();
        if let Err(refused) = self.append(&mut held, tail.ok(), &lines, sync) {
            if refused.left_over {
                // Of a submit that is not sent, nothing may be left that says otherwise.
                self.owed += &regrets;
            }
            return Err(refused.error);
        }
        let length = held.len().unwrap_or(0);
        if is_trusted && length >= self.large {
            self.make_small(&mut held, length);
        }
        Ok(results)
    }

    fn append(
        &mut self,
        held: &mut Held<'_>,
        tail: Option<Tail>,
        lines: &str,
        sync: bool,
    ) -> Result<(), NotAppended> {
        let Some(tail) = tail else {
            // Nothing is changed in a journal that is not trusted, nor is it vouched for. When it is as it
            // was again, what a crash had cut off is no damage.
            let text = held.read()?;
            let piece =
                State::read(&text).cut_off.map(|start| String::from_utf8_lossy(&text[start..]));
            let cut_off = piece.map(|piece| Record::CutOff { text: piece.into_owned() }.to_line());
            return held.append(&format!("\n{}{lines}", cut_off.unwrap_or_default()), sync);
        };
        let mut seen = self.seen.clone().unwrap_or_default();
        let mut text = String::new();
        if let Some((length, piece)) = tail.cut_off {
            held.cut(length)?;
            text += &Record::CutOff { text: piece }.to_line();
        }
        if tail.is_open {
            text.push('\n');
        }
        if tail.has_no_header {
            (seen.id, seen.generation) = (new_id(), 1);
            text += &Record::Header { id: seen.id.clone(), generation: 1 }.to_line();
        }
        held.append(&(text + lines), sync)?;
        if sync {
            seen.acknowledged = held.len()?;
        }
        seen.version = held.version();
        held.set_seen(&seen);
        self.seen = Some(seen);
        Ok(())
    }

    /// Brings the name of the journal to the disk. Whoever made the file may have died before that.
    fn sync_folder(&mut self) -> io::Result<()> {
        if !self.is_folder_synced {
            self.file.sync_folder()?;
            self.is_folder_synced = true;
        }
        Ok(())
    }
}

impl Entry {
    fn may_be_written(&self, ready: &io::Result<()>) -> io::Result<()> {
        match &self.what {
            What::Outcome(..) => Ok(()),
            What::Intent(_, Some(claim)) if ready.is_ok() => match claim.upgrade() {
                Some(claim) if claim.holds() => Ok(()),
                Some(_) => Err(io::Error::other(
                    "the lock file of the batch was removed while it ran: start it again",
                )),
                None => Err(io::Error::other("the batch was dropped before this was written")),
            },
            What::Intent(..) | What::Wish(_) => ready.as_ref().map_err(copy).copied(),
        }
    }
}

pub(super) fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
