//! The jobs and what becomes of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Map, Value};
use tokio::time::Instant;

use super::ledger::{Ledger, LedgerEntry};
use super::model::ModelSpec;
use super::pace::{Phase, QueuePace};
use super::refusal::Refusal;
use super::shape::OutputShape;

/// All jobs of a simulator, by id; ids sort in the order in which jobs were accepted.
#[derive(Debug)]
pub(super) struct Queue {
    jobs: BTreeMap<String, Job>,
    run: u32,
    received: u64,
}

/// A job.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: String,
    /// Counted from 1, in the order in which jobs are accepted.
    number: u64,
    pub(super) model: Arc<ModelSpec>,
    pub(super) input: Arc<Map<String, Value>>,
    pub(super) fate: Fate,
    pub(super) created: SystemTime,
    pub(super) finished: Option<SystemTime>,
    owner: Arc<str>,
    pace: QueuePace,
    accepted: Instant,
    polls: u32,
    cancelled: bool,
    usd: f64,
    answered: bool,
    delivered: u64,
}

/// What was decided about a job when it was accepted.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    /// The `error` with which it fails.
    pub(super) failure: Option<Value>,
    /// The service forgets it once it was asked about it that often.
    pub(super) lost_after: Option<u32>,
    /// A cancel is only promised, and carried out at the next poll.
    pub(super) slow_cancel: bool,
    /// The form of its output, where it is not the model's.
    pub(super) shape: Option<OutputShape>,
}

/// A job to be.
pub(super) struct Order {
    pub(super) model: Arc<ModelSpec>,
    pub(super) input: Map<String, Value>,
    pub(super) owner: Arc<str>,
    pub(super) pace: QueuePace,
    pub(super) fate: Fate,
    pub(super) usd: f64,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Queued { position: u32 },
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// What a cancel came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CancelOutcome {
    Cancelled,
    Requested,
    TooLate,
}

impl Queue {
    /// No jobs; `run` is in every id, so that two simulators do not give out the same ones.
    pub(super) fn new(run: u32) -> Self {
        Self { jobs: BTreeMap::new(), run, received: 0 }
    }

    /// Counts a submit that arrived.
    pub(super) fn receive(&mut self) {
        self.received += 1;
    }

    /// Makes a job, and charges it.
    pub(super) fn accept(&mut self, order: Order) -> Job {
        let number = self.jobs.len() as u64 + 1;
        let id = format!("{:08x}-{number:08}", self.run);
        let job = Job {
            id: id.clone(),
            number,
            model: order.model,
            input: Arc::new(order.input),
            fate: order.fate,
            created: SystemTime::now(),
            finished: None,
            owner: order.owner,
            pace: order.pace,
            accepted: Instant::now(),
            polls: 0,
            cancelled: false,
            usd: order.usd,
            answered: true,
            delivered: 0,
        };
        self.jobs.insert(id, job.clone());
        job
    }

    /// The job of that id if it has succeeded, whoever asks: files are public.
    pub(super) fn succeeded(&self, id: &str) -> Option<&Job> {
        self.jobs.get(id).filter(|job| job.state() == State::Succeeded)
    }

    /// One look at a job by `token`, which moves a queue that goes by polls.
    pub(super) fn poll(&mut self, id: &str, token: &str) -> Result<(Job, State), Refusal> {
        let job = self.owned(id, token)?;
        if job.fate.lost_after.is_some_and(|polls| job.polls >= polls) {
            return Err(Refusal::UnknownJob);
        }
        let state = job.state();
        job.polls = job.polls.saturating_add(1);
        if state.is_final() {
            job.finished.get_or_insert_with(SystemTime::now);
        }
        Ok((job.clone(), state))
    }

    /// Cancels a job if it is still queued.
    pub(super) fn cancel(
        &mut self,
        id: &str,
        token: &str,
    ) -> Result<(State, CancelOutcome), Refusal> {
        let job = self.owned(id, token)?;
        if job.fate.lost_after.is_some_and(|polls| job.polls >= polls) {
            return Err(Refusal::UnknownJob);
        }
        let before = job.state();
        if !matches!(before, State::Queued { .. }) {
            let again = before == State::Cancelled;
            let outcome = if again { CancelOutcome::Cancelled } else { CancelOutcome::TooLate };
            return Ok((before, outcome));
        }
        job.cancelled = true;
        Ok(if job.fate.slow_cancel {
            (before, CancelOutcome::Requested)
        } else {
            (State::Cancelled, CancelOutcome::Cancelled)
        })
    }

    /// Notes that the outcome of a job was told.
    pub(super) fn delivered(&mut self, id: &str) {
        if let Some(job) = self.jobs.get_mut(id) {
            job.delivered += 1;
        }
    }

    /// Notes that the answer with the id of a job did not get through.
    pub(super) fn unanswered(&mut self, id: &str) {
        if let Some(job) = self.jobs.get_mut(id) {
            job.answered = false;
        }
    }

    /// Whether a job is charged.
    pub(super) fn billed(&self, id: &str) -> Option<bool> {
        self.jobs.get(id).map(|job| !job.cancelled)
    }

    /// The number of a job, counted from 1, and its model.
    pub(super) fn number_and_model(&self, id: &str) -> Option<(u64, String)> {
        let job = self.jobs.get(id)?;
        Some((job.number, job.model.id.clone()))
    }

    fn owned(&mut self, id: &str, token: &str) -> Result<&mut Job, Refusal> {
        let job = self.jobs.get_mut(id).ok_or(Refusal::UnknownJob)?;
        if *job.owner == *token { Ok(job) } else { Err(Refusal::ForeignJob) }
    }

    /// The sum of the charges.
    pub(super) fn spent(&self) -> f64 {
        let charged = self.jobs.values().filter(|job| !job.cancelled);
        charged.map(|job| job.usd).sum()
    }

    pub(super) fn ledger(&self) -> Ledger {
        let entries: Vec<LedgerEntry> = self.jobs.values().map(Job::entry).collect();
        Ledger {
            submits_received: self.received,
            submits_accepted: entries.len() as u64,
            billed: entries.iter().filter(|entry| entry.billed).count() as u64,
            billed_usd: self.spent(),
            entries,
        }
    }
}

impl Job {
    fn state(&self) -> State {
        if self.cancelled {
            return State::Cancelled;
        }
        match self.pace.phase(self.accepted.elapsed(), self.polls) {
            Phase::Queued { position } => State::Queued { position },
            Phase::Running => State::Running,
            Phase::Done if self.fate.failure.is_some() => State::Failed,
            Phase::Done => State::Succeeded,
        }
    }

    /// What it costs, in US dollars.
    pub(super) fn cost(&self) -> f64 {
        if self.cancelled { 0.0 } else { self.usd }
    }

    fn entry(&self) -> LedgerEntry {
        LedgerEntry {
            request_id: self.id.clone(),
            model_id: self.model.id.clone(),
            input: Value::Object((*self.input).clone()),
            billed: !self.cancelled,
            usd: self.usd,
            answered: self.answered,
            delivered: self.delivered,
        }
    }
}

impl State {
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// The word for it on `/status`.
    pub(super) fn on_status(self) -> &'static str {
        match self {
            Self::Succeeded | Self::Failed => "completed",
            other => other.on_result(),
        }
    }

    /// The word for it on `/result`.
    pub(super) fn on_result(self) -> &'static str {
        match self {
            Self::Queued { .. } => "in_queue",
            Self::Running => "in_progress",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
