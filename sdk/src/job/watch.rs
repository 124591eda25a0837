//! The one loop that asks about a job until it is over.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::learn::{Observation, running_for};
use super::reading::{self, JobReply, Source};
use super::step::{BackOff, Heard, News, Progress, Then};
use super::{JobToken, Started, end};
use crate::client::Inner;
use crate::error::Error;
use crate::http::Fate;
use crate::poll::{self, Ask, Bounds, Phase, PollState, SharedLifetimes};
use crate::trace::Course;

/// For how long after its submit a job may be unknown to a part of the service.
const NEWBORN: Duration = Duration::from_secs(15);
/// For how long all jobs leave the service alone because one was told to, at most.
const QUIET: Duration = Duration::from_secs(60);
/// The longest pause before a large result is fetched again, whatever the settings say.
const HEAVY_PAUSE: Duration = Duration::from_secs(30);

/// What is worth telling of a job.
pub(super) enum Update {
    Queued(Option<u64>),
    Running,
    Unrecognized(String),
    OutputMissing,
    PollFailed(Error, Duration),
    End(Result<Value, Error>),
}

/// A job under observation.
pub(super) struct Watch {
    client: Arc<Inner>,
    job: JobToken,
    started: Started,
    lives: SharedLifetimes,
    progress: Progress,
    observed: Observation,
    due: Instant,
    /// The call to make, where it does not depend on the time.
    next: Option<Ask>,
    /// The pause may be cut short when there is news of other jobs.
    paced: bool,
}

impl Watch {
    pub(super) fn new(client: &Arc<Inner>, job: &JobToken, started: Started) -> Self {
        let now = Instant::now();
        let mut watch = Self {
            lives: client.history.of(job.model_id()),
            client: client.clone(),
            job: job.clone(),
            started,
            progress: Progress::default(),
            observed: Observation::new(started, now),
            due: now,
            next: None,
            paced: true,
        };
        if started.here {
            watch.due = started.at + watch.pause();
        }
        watch
    }

    /// Whether the job was in the queue when it was last seen, or may be.
    pub(super) fn may_be_queued(&self) -> bool {
        !matches!(self.progress.phase, Phase::Running(_))
    }

    /// What was seen of the job so far.
    pub(super) fn course(&self) -> Course {
        self.observed.course
    }

    pub(super) fn last_seen(&self) -> &'static str {
        match self.progress.phase {
            Phase::Fresh => "not seen yet",
            Phase::Queued(_) => "in the queue",
            Phase::Running(_) => "running",
        }
    }

    /// Waits until there is something new. Dropping the future loses nothing: call it again.
    pub(super) async fn next(&mut self) -> Update {
        loop {
            self.rest().await;
            let ask = self.ask();
            self.observed.course.polls += 1;
            let reply = self.poll(ask).await;
            if let Some(update) = self.take(ask, reply) {
                return update;
            }
        }
    }

    async fn poll(&self, ask: Ask) -> JobReply {
        let (client, job) = (self.client.clone(), self.job.clone());
        let poll = poll::apart(async move { reading::ask(&client, &job, ask).await });
        let scrub = &self.client.http.scrub;
        poll.await.unwrap_or_else(|| reading::of_fate(&self.job, ask, Fate::shut_down(), scrub))
    }

    /// Waits until the next poll is due, which the first ends of a model's jobs may bring forward.
    async fn rest(&mut self) {
        // A timer would round up to the next millisecond.
        while self.due > Instant::now() {
            if timeout_at(self.due, self.lives.news()).await.is_ok() {
                self.reconsider();
            }
        }
    }

    fn reconsider(&mut self) {
        if !self.paced || matches!(self.progress.phase, Phase::Queued(_)) {
            return;
        }
        if let Some(since) = self.observed.running_since() {
            self.progress.phase = running_for(since, Instant::now());
        }
        self.due = self.due.min(Instant::now() + self.pause());
    }

    fn ask(&self) -> Ask {
        let due = || poll::ask(&self.state(), &self.lives.lock());
        self.next.unwrap_or_else(due)
    }

    fn take(&mut self, ask: Ask, reply: JobReply) -> Option<Update> {
        let now = Instant::now();
        let since = match &reply {
            JobReply::Running => Some(self.observed.running(now, &self.lives)),
            JobReply::Queued(_) => {
                self.observed.queued(now);
                None
            }
            JobReply::Succeeded(_) | JobReply::Failed(_, Source::Named) => {
                self.observed.ended(now, &self.lives);
                None
            }
            _ => None,
        };
        tracing::debug!(call = ?ask, heard = reply.name(), "polled");
        let newborn = self.started.known && self.age() < NEWBORN;
        let step = self.progress.step(Heard { ask, reply, now, newborn });
        if let Some(since) = since {
            self.progress.phase = running_for(since, now);
        }
        (self.next, self.paced) = (None, false);
        match step.then {
            Then::Pace(next) => {
                (self.next, self.paced) = (next, next.is_none());
                self.due = now + self.pause();
            }
            Then::Ask(next) => {
                self.next = Some(next);
                self.due = now;
            }
            Then::BackOff(back_off) => {
                self.next = Some(back_off.ask);
                self.due = now + self.pause_after(&back_off);
            }
            Then::End(how) => {
                let (job, ran, scrub) = (&self.job, self.progress.ran, &self.client.http.scrub);
                return Some(Update::End(end::outcome(job, how, ran, scrub)));
            }
        }
        Some(match step.news? {
            News::Queued(position) => Update::Queued(position),
            News::Running => Update::Running,
            News::Unrecognized(word) => Update::Unrecognized(word),
            News::OutputMissing => Update::OutputMissing,
            News::PollFailed(error) => self.failed(error, now),
        })
    }

    fn failed(&self, error: Error, now: Instant) -> Update {
        let again_in = self.due - now;
        tracing::debug!(%error, ?again_in, "poll failed");
        if error.status() == Some(429) {
            self.client.budget.pause(self.due.min(now + QUIET));
        }
        Update::PollFailed(error, again_in)
    }

    fn state(&self) -> PollState {
        let phase = self.progress.phase;
        PollState { elapsed: self.age(), phase, ..PollState::default() }
    }

    fn pause(&self) -> Duration {
        self.delay(&self.state(), self.client.options.bounds)
    }

    fn pause_after(&self, back_off: &BackOff) -> Duration {
        let BackOff { failures, hint, heavy, .. } = *back_off;
        let mut bounds = self.client.options.bounds;
        if heavy {
            bounds.slowest = bounds.slowest.max(HEAVY_PAUSE);
        }
        self.delay(&PollState { failures, hint, ..self.state() }, bounds)
    }

    fn delay(&self, state: &PollState, bounds: Bounds) -> Duration {
        poll::next_delay(state, &self.lives.lock(), bounds, fastrand::f64())
    }

    fn age(&self) -> Duration {
        self.started.at.elapsed()
    }
}
