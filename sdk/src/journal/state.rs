//! What a journal says, read from its first line to its last.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::record::{Intent, Record};
use crate::job::JobToken;

/// All submits that a journal knows of, in the order in which they were begun.
#[derive(Debug, Default)]
pub(crate) struct State {
    entries: Vec<Entry>,
    by_id: BTreeMap<String, usize>,
    by_job: BTreeMap<String, usize>,
    /// Collected jobs whose submit is not known, or not yet.
    collected: BTreeSet<String>,
    /// Lines of later versions.
    foreign: Vec<String>,
    /// How many lines could not be read.
    damaged: usize,
}

/// One submit.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    intent: Intent,
    pub(crate) stage: Stage,
}

/// How far a submit has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It may have been sent.
    Open,
    /// It has this job.
    Known(JobToken),
    /// The outcome of its job was handed over.
    Collected(JobToken),
    /// It has no job.
    Closed,
}

impl Entry {
    pub(crate) fn id(&self) -> &str {
        &self.intent.id
    }

    pub(crate) fn model_id(&self) -> &str {
        &self.intent.model_id
    }

    pub(crate) fn fingerprint(&self) -> &str {
        &self.intent.fingerprint
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.intent.key.as_deref()
    }

    /// The name of the batch that it belongs to, and its place there.
    pub(crate) fn batch(&self) -> Option<(&str, u64)> {
        self.intent.batch.as_ref().map(|(name, item)| (name.as_str(), *item))
    }

    /// The service that it went to; older journals do not say.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.intent.origin.as_deref()
    }

    pub(super) fn input(&self) -> Option<Value> {
        self.intent.body.clone()
    }

    pub(crate) fn usd(&self) -> Option<f64> {
        self.intent.usd
    }

    /// What the service said it cost, at the end of its job.
    #[expect(clippy::unused_self, reason = "the record of it follows")]
    pub(crate) fn settled_usd(&self) -> Option<f64> {
        None
    }

    /// When it was sent, in seconds since 1970, or was about to be.
    pub(crate) fn at(&self) -> u64 {
        self.intent.at
    }
}

impl State {
    /// Reads as much as can be read.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut state = Self::default();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice::<Map<String, Value>>(line) {
                Err(_) => state.damaged += 1,
                Ok(line) => match Record::of(&line) {
                    Some(record) => state.take(record),
                    None => state.foreign.push(Value::Object(line).to_string()),
                },
            }
        }
        if state.damaged > 0 {
            tracing::debug!(lines = state.damaged, "the journal has lines that are cut off");
        }
        state
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The text of a journal that says the same, without what is settled. What a batch has done
    /// is kept, lest it be done again.
    pub(super) fn compacted(&self) -> String {
        let mut text = String::new();
        for Entry { intent, stage } in &self.entries {
            let (id, in_batch) = (intent.id.clone(), intent.batch.is_some());
            match stage {
                Stage::Closed => continue,
                Stage::Collected(_) if !in_batch => continue,
                Stage::Collected(_) => {
                    let intent = Intent { body: None, ..intent.clone() };
                    text += &Record::Intent(intent).to_line();
                }
                _ => text += &Record::Intent(intent.clone()).to_line(),
            }
            if let Stage::Known(job) | Stage::Collected(job) = stage {
                text += &Record::Submitted { id, job: job.clone() }.to_line();
            }
            if let Stage::Collected(job) = stage {
                text += &Record::Collected { request_id: job.request_id().to_owned() }.to_line();
            }
        }
        self.foreign.iter().fold(text, |text, line| text + line + "\n")
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::Intent(intent) => self.begin(intent),
            Record::Submitted { id, job } => self.submitted(&id, job),
            Record::Closed { id } | Record::Forgotten { id } => self.close(&id),
            Record::Unknown { id, at } => {
                if let Some(entry) = self.open(&id) {
                    entry.intent.at = at;
                }
            }
            Record::Collected { request_id } => self.collect(request_id),
            Record::BatchForgotten { name } => self.forget_batch(&name),
        }
    }

    fn begin(&mut self, intent: Intent) {
        // A copy of a line says nothing new.
        if !self.by_id.contains_key(&intent.id) {
            self.by_id.insert(intent.id.clone(), self.entries.len());
            self.entries.push(Entry { intent, stage: Stage::Open });
        }
    }

    /// The line of the intent may be damaged: the job is not lost for that.
    fn submitted(&mut self, id: &str, job: JobToken) {
        if !self.by_id.contains_key(id) {
            let at = job.submitted_at().map_or(0, crate::time::unix_seconds);
            self.begin(Intent {
                id: id.to_owned(),
                at,
                model_id: job.model_id().unwrap_or_default().to_owned(),
                fingerprint: String::new(),
                origin: None,
                body: None,
                key: None,
                batch: None,
                usd: None,
            });
        }
        let Some(place) = self.by_id.get(id).copied() else { return };
        let entry = &mut self.entries[place];
        if matches!(entry.stage, Stage::Collected(_)) {
            return;
        }
        let is_collected = self.collected.remove(job.request_id());
        self.by_job.insert(job.request_id().to_owned(), place);
        entry.stage = if is_collected { Stage::Collected(job) } else { Stage::Known(job) };
    }

    fn collect(&mut self, request_id: String) {
        match self.by_job.get(&request_id) {
            Some(place) => {
                let entry = &mut self.entries[*place];
                if let Stage::Known(job) = &entry.stage {
                    entry.stage = Stage::Collected(job.clone());
                }
            }
            None => {
                self.collected.insert(request_id);
            }
        }
    }

    fn close(&mut self, id: &str) {
        if let Some(entry) = self.open(id) {
            entry.stage = Stage::Closed;
        }
    }

    fn forget_batch(&mut self, name: &str) {
        for Entry { intent, stage } in &mut self.entries {
            let is_in_it = intent.batch.as_ref().is_some_and(|(of, _)| of == name);
            if is_in_it && matches!(stage, Stage::Collected(_)) {
                *stage = Stage::Closed;
            }
        }
    }

    fn open(&mut self, id: &str) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(*self.by_id.get(id)?)?;
        (entry.stage == Stage::Open).then_some(entry)
    }
}
