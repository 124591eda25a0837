//! The jobs and what becomes of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use tokio::time::Instant;

use super::faults::{Failure, Fault, LateOutput};
use super::format::FileFormat;
use super::ledger::{Ledger, LedgerEntry, SubmitEntry};
use super::model::ModelSpec;
use super::pace::{Phase, QueuePace};
use super::refusal::Refusal;
use super::shape::OutputShape;

/// All jobs of a simulator, by id; ids sort in the order in which jobs were accepted.
#[derive(Debug)]
pub(super) struct Queue {
    jobs: BTreeMap<String, Job>,
    submits: Vec<Submit>,
    run: u32,
}

/// A submit that arrived.
#[derive(Debug)]
struct Submit {
    model_id: String,
    /// The input, as long as no job has it.
    input: Value,
    request_id: Option<String>,
    status: Option<u16>,
    arrived: SystemTime,
    answered: Option<SystemTime>,
    faults: Vec<Fault>,
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
    /// How many answers on `/result` said that it is over, and when the first one did.
    told: u32,
    told_since: Option<Instant>,
}

/// What was decided about a job when it was accepted.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    /// How it ends, if not well.
    pub(super) ending: Option<Ending>,
    /// The service forgets it once it was asked about it that often.
    pub(super) lost_after: Option<u32>,
    /// A cancel is only promised, and carried out at the next poll.
    pub(super) slow_cancel: bool,
    /// Its success is told before its output is there.
    pub(super) late_output: Option<LateOutput>,
    /// The cost that is told.
    pub(super) cost: Option<Value>,
    /// How many results come without a cost.
    pub(super) late_cost: Option<u32>,
    /// Whether the result repeats the input.
    pub(super) echo: bool,
    /// The form of its output, where it is not the model's.
    pub(super) shape: Option<OutputShape>,
    /// The format of its files, where it is not the usual one.
    pub(super) format: Option<FileFormat>,
}

/// How a job ends that does not succeed.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    Failed(Failure),
    /// In a state of that name.
    Called(String),
    Cancelled {
        usd: f64,
    },
}

impl Fate {
    /// Lets the job end like this; false if its end was decided.
    pub(super) fn ends_by(&mut self, ending: Ending) -> bool {
        let free = self.ending.is_none();
        self.ending.get_or_insert(ending);
        free
    }
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
        Self { jobs: BTreeMap::new(), submits: Vec::new(), run }
    }

    /// Writes down a submit that arrived, and gives it a number.
    pub(super) fn receive(&mut self, model_id: String, faults: Vec<Fault>) -> usize {
        self.submits.push(Submit {
            model_id,
            input: Value::Null,
            request_id: None,
            status: None,
            arrived: SystemTime::now(),
            answered: None,
            faults,
        });
        self.submits.len() - 1
    }

    /// Writes down the input of a submit.
    pub(super) fn read(&mut self, submit: usize, input: Value) {
        self.submits[submit].input = input;
    }

    /// Writes down what a submit came to.
    pub(super) fn answered(&mut self, submit: usize, job: Option<String>, status: Option<u16>) {
        let submit = &mut self.submits[submit];
        if job.is_some() {
            submit.input = Value::Null;
        }
        submit.request_id = job;
        submit.status = status;
        submit.answered = status.is_some().then(SystemTime::now);
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
            told: 0,
            told_since: None,
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

    /// One look at a job's result by `token`: the job as it was before.
    pub(super) fn result(&mut self, id: &str, token: &str) -> Result<(Job, State), Refusal> {
        let (mut job, state) = self.poll(id, token)?;
        if let (true, Some(kept)) = (state.is_final(), self.jobs.get_mut(id)) {
            kept.told += 1;
            job.told_since = Some(*kept.told_since.get_or_insert_with(Instant::now));
        }
        Ok((job, state))
    }

    /// Another job of the same account, and where it is.
    pub(super) fn another(&self, job: &Job) -> Option<(Job, State)> {
        let others = self.jobs.values().rev().filter(|other| other.owner == job.owner);
        let other = others.into_iter().find(|other| other.id != job.id)?;
        Some((other.clone(), other.state()))
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
        self.jobs.get(id).map(Job::is_charged)
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
        self.jobs.values().map(Job::cost).sum()
    }

    pub(super) fn ledger(&self, port_closed: &[SystemTime]) -> Ledger {
        let entries: Vec<LedgerEntry> = self.jobs.values().map(Job::entry).collect();
        let submits: Vec<SubmitEntry> = self.submits.iter().map(|one| self.submit(one)).collect();
        Ledger {
            submits_received: submits.len() as u64,
            submits_accepted: entries.len() as u64,
            billed: entries.iter().filter(|entry| entry.billed).count() as u64,
            billed_usd: self.spent(),
            entries,
            submits,
            port_closed_ms: port_closed.iter().copied().map(millis).collect(),
        }
    }

    fn submit(&self, submit: &Submit) -> SubmitEntry {
        let job = submit.request_id.as_ref().and_then(|id| self.jobs.get(id));
        SubmitEntry {
            model_id: submit.model_id.clone(),
            input: job.map_or_else(|| submit.input.clone(), Job::input),
            request_id: submit.request_id.clone(),
            status: submit.status,
            arrived_at_ms: millis(submit.arrived),
            answered_at_ms: submit.answered.map(millis),
            faults: submit.faults.clone(),
        }
    }
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Job {
    fn state(&self) -> State {
        if self.cancelled {
            return State::Cancelled;
        }
        match self.pace.phase(self.accepted.elapsed(), self.polls) {
            Phase::Queued { position } => State::Queued { position },
            Phase::Running => State::Running,
            Phase::Done => match &self.fate.ending {
                None => State::Succeeded,
                Some(Ending::Failed(_) | Ending::Called(_)) => State::Failed,
                Some(Ending::Cancelled { .. }) => State::Cancelled,
            },
        }
    }

    /// Whether its success is told before its output is there.
    pub(super) fn output_is_late(&self) -> bool {
        let since = self.told_since.map_or(Duration::ZERO, |since| since.elapsed());
        self.fate.late_output.as_ref().is_some_and(|late| late.is_missing(self.told, since))
    }

    /// Whether its cost is told already.
    pub(super) fn cost_is_told(&self) -> bool {
        self.fate.late_cost.is_none_or(|results| self.told >= results)
    }

    /// The word for `state`, in which it is, on `/status`.
    pub(super) fn on_status(&self, state: State) -> &str {
        match (&self.fate.ending, state) {
            (Some(Ending::Called(word)), State::Failed) => word,
            _ => state.on_status(),
        }
    }

    /// The word for `state`, in which it is, on `/result`.
    pub(super) fn on_result(&self, state: State) -> &str {
        match (&self.fate.ending, state) {
            (Some(Ending::Called(word)), State::Failed) => word,
            (Some(Ending::Failed(failure)), State::Failed) => failure.status(),
            _ => state.on_result(),
        }
    }

    fn is_charged(&self) -> bool {
        !self.cancelled || matches!(self.fate.ending, Some(Ending::Cancelled { .. }))
    }

    /// What it costs, in US dollars.
    pub(super) fn cost(&self) -> f64 {
        match self.fate.ending {
            Some(Ending::Cancelled { usd }) => usd,
            _ if self.cancelled => 0.0,
            _ => self.usd,
        }
    }

    fn input(&self) -> Value {
        Value::Object((*self.input).clone())
    }

    fn entry(&self) -> LedgerEntry {
        LedgerEntry {
            request_id: self.id.clone(),
            model_id: self.model.id.clone(),
            input: self.input(),
            billed: self.is_charged(),
            usd: if self.is_charged() { self.cost() } else { self.usd },
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
