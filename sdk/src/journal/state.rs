//! What a journal says, read from its first line to its last.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::facts::{End, Facts};
use super::line::{Damage, Line};
use super::record::{Record, Step};
use crate::job::JobToken;

/// All submits that a journal knows of, in the order in which they were begun.
#[derive(Debug, Default)]
pub(crate) struct State {
    entries: Vec<Entry>,
    by_id: BTreeMap<String, usize>,
    by_job: BTreeMap<String, usize>,
    /// What is known of jobs whose submit is not known, or not yet.
    orphans: BTreeMap<String, Entry>,
    /// Which journal it is, and how often it was compacted; those of the first version do not say.
    pub(super) header: Option<(String, u64)>,
    /// Lines that are not understood, as they are: damaged ones, and kinds of a later version.
    pub(super) kept: Vec<Vec<u8>>,
    /// The lines that are not believed, counted from 1.
    pub(super) damage: Vec<(usize, Damage)>,
    /// Where the last line begins, if a crash has cut it off.
    pub(super) cut_off: Option<usize>,
}

/// One submit.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    step: Step,
    facts: Facts,
    /// Whether the user has forgotten the batch of it.
    forgotten: bool,
}

/// How far a submit has come, for those who act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage<'a> {
    /// It is under way, or whoever sent it is gone.
    Open,
    /// It was sent, and what became of it is not known.
    Unknown,
    /// It has this job, and what that made was not collected.
    Known(&'a JobToken),
    /// Its job made nothing.
    Failed(&'a JobToken, End),
    /// What its job made is safe.
    Collected,
    /// It has no job.
    Closed,
}

impl Entry {
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(crate) fn id(&self) -> &str {
        self.facts.id.as_deref().unwrap_or_default()
    }

    pub(crate) fn model_id(&self) -> &str {
        let of_job = || self.facts.job.as_ref()?.model_id();
        self.facts.model_id.as_deref().or_else(of_job).unwrap_or_default()
    }

    pub(crate) fn fingerprint(&self) -> &str {
        self.facts.fingerprint.as_deref().unwrap_or_default()
    }

    /// The name of the batch that it belongs to, and its place there.
    pub(crate) fn batch(&self) -> Option<(&str, u64)> {
        self.facts.batch.as_ref().map(|(name, item)| (name.as_str(), *item))
    }

    /// What its job has cost, where that is certain.
    pub(crate) fn settled_usd(&self) -> Option<f64> {
        self.facts.cost_usd
    }

    /// Whether it stands for lines that could not be read.
    pub(crate) fn is_lost(&self) -> bool {
        self.facts.lines.is_some()
    }

    /// When it was sent, in seconds since 1970, or was about to be.
    pub(crate) fn at(&self) -> u64 {
        let of_job = || self.facts.job.as_ref()?.submitted_at().map(crate::time::unix_seconds);
        self.facts.at.or_else(of_job).unwrap_or(0)
    }

    pub(crate) fn stage(&self) -> Stage<'_> {
        if self.forgotten {
            return Stage::Closed;
        }
        match (self.step, &self.facts.job, self.facts.end) {
            (Step::Intent, ..) => Stage::Open,
            (Step::Closed | Step::Forgotten, ..) => Stage::Closed,
            (Step::Collected, ..) => Stage::Collected,
            (Step::Ended, Some(job), Some(end)) if end.left_nothing() => Stage::Failed(job, end),
            (Step::Submitted | Step::Ended, Some(job), _) => Stage::Known(job),
            (Step::Lost | Step::Unknown | Step::Submitted | Step::Ended, ..) => Stage::Unknown,
        }
    }

    /// Whether nothing remains to be done about it.
    fn is_settled(&self) -> bool {
        matches!(self.stage(), Stage::Closed | Stage::Collected | Stage::Failed(..))
    }

    fn merge(&mut self, step: Step, facts: Facts) {
        self.step = self.step.max(step);
        self.facts.merge(facts);
    }
}

impl State {
    /// Reads all lines.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut state = Self::default();
        let mut begin = 0;
        for (place, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let (start, number) = (begin, place + 1);
            begin += line.len();
            let (line, is_whole) = match line.strip_suffix(b"\n") {
                Some(line) => (line, true),
                None => (line, false),
            };
            if line.is_empty() {
                continue;
            }
            match state.line(line) {
                Ok(()) => {}
                Err(_) if !is_whole && may_be_cut_off(line, start) => state.cut_off = Some(start),
                Err(damage) => state.damaged(number, line, damage),
            }
        }
        state
    }

    /// Takes in lines that this process has made.
    pub(super) fn take_lines(&mut self, lines: &str) {
        let records =
            lines.lines().filter_map(|line| Record::of(Line::read(line.as_bytes()).ok()?));
        records.for_each(|record| self.take(record));
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The submit with this id.
    pub(super) fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(*self.by_id.get(id)?)
    }

    /// The submit that has this job.
    pub(super) fn get_by_job(&self, request_id: &str) -> Option<&Entry> {
        self.entries.get(*self.by_job.get(request_id)?)
    }

    /// The lines of a journal that says the same, without what is settled. What a batch has done is
    /// kept, lest it be done again; and so is what is not understood.
    pub(super) fn compacted(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for entry in &self.entries {
            let in_batch = entry.facts.batch.is_some();
            if entry.stage() == Stage::Closed || entry.is_settled() && !in_batch {
                continue;
            }
            let mut facts = entry.facts.clone();
            if entry.is_settled() {
                facts.body = None;
            }
            text.extend(entry.step.to_line(&facts).into_bytes());
        }
        for line in &self.kept {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        text
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Damage> {
        let read = Line::read(line)?;
        let is_sealed = matches!(read, Line::Sealed(_));
        match Record::of(read) {
            Some(record) => self.take(record),
            // A later version may have more kinds; the first one had not.
            None if is_sealed => self.kept.push(line.to_vec()),
            None => return Err(Damage::NotARecord),
        }
        Ok(())
    }

    fn damaged(&mut self, number: usize, line: &[u8], damage: Damage) {
        self.damage.push((number, damage));
        self.kept.push(line.to_vec());
    }

    /// The line before was what a crash had left, and could not be cut off.
    fn pass_over(&mut self, piece: &str) {
        if self.kept.last().is_some_and(|line| String::from_utf8_lossy(line) == piece) {
            self.kept.pop();
            self.damage.pop();
        }
    }

    pub(super) fn take(&mut self, record: Record) {
        match record {
            Record::Header { id, generation } => self.header = Some((id, generation)),
            Record::Step(step, facts) => self.step(step, *facts),
            Record::BatchForgotten { name } => self.forget_batch(&name),
            Record::CutOff { text } => self.pass_over(&text),
        }
    }

    fn step(&mut self, step: Step, facts: Facts) {
        let job = facts.job.as_ref().map(|job| job.request_id().to_owned());
        let place = match (&facts.id, &job) {
            (Some(id), _) => Some(self.place_of(&id.clone(), step)),
            (None, Some(job)) => self.by_job.get(job).copied(),
            (None, None) => return,
        };
        match (place, job) {
            (Some(place), job) => {
                self.entries[place].merge(step, facts);
                if let Some(job) = job {
                    if let Some(orphan) = self.orphans.remove(&job) {
                        self.entries[place].merge(orphan.step, orphan.facts);
                    }
                    self.by_job.insert(job, place);
                }
            }
            (None, Some(job)) => match self.orphans.get_mut(&job) {
                Some(orphan) => orphan.merge(step, facts),
                None => drop(self.orphans.insert(job, Entry { step, facts, forgotten: false })),
            },
            (None, None) => {}
        }
    }

    fn place_of(&mut self, id: &str, step: Step) -> usize {
        if let Some(place) = self.by_id.get(id) {
            return *place;
        }
        self.entries.push(Entry { step, facts: Facts::default(), forgotten: false });
        self.by_id.insert(id.to_owned(), self.entries.len() - 1);
        self.entries.len() - 1
    }

    fn forget_batch(&mut self, name: &str) {
        for entry in &mut self.entries {
            let is_in_it = entry.batch().is_some_and(|(of, _)| of == name);
            entry.forgotten |= is_in_it && entry.is_settled();
        }
    }
}

/// Whether it may be the beginning of a line, followed by what file systems leave after a crash.
fn may_be_cut_off(line: &[u8], start: usize) -> bool {
    let zeros = line.iter().rev().take_while(|byte| **byte == 0).count();
    match &line[..line.len() - zeros] {
        // A file of nothing but zeros was something before.
        [] => start > 0,
        [b'{'] => true,
        [b'{', b'"', rest @ ..] => !rest.contains(&0),
        _ => false,
    }
}
