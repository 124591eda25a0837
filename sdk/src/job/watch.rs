//! The one loop that asks about a job until it is over.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::reading::{self, Grade, Reading};
use super::{JobToken, Started, finish};
use crate::client::Inner;
use crate::error::{Error, Kind};
use crate::poll::{self, Ask, Phase, PollState, SharedLifetimes};
use crate::trace::Course;

/// For how long after its submit a job may be unknown to a part of the service.
const NEWBORN: Duration = Duration::from_secs(15);

/// What is worth telling of a job.
pub(super) enum Sight {
    Queued(Option<u64>),
    Running,
    PollFailed(Error, Duration),
    End(Result<Value, Error>),
}

/// A job under observation.
pub(super) struct Watch {
    client: Arc<Inner>,
    job: JobToken,
    started: Started,
    lives: SharedLifetimes,
    state: PollState,
    /// When it was last seen unfinished, and since when it has been running.
    seen: Instant,
    running: Option<Instant>,
    due: Instant,
    next: Option<Ask>,
    doubt: Doubt,
    told: Option<Phase>,
    course: Course,
}

impl Watch {
    pub(super) fn new(client: &Arc<Inner>, job: &JobToken, started: Started) -> Self {
        let mut watch = Self {
            lives: client.history.of(job.model_id()),
            client: client.clone(),
            job: job.clone(),
            started,
            state: PollState::default(),
            seen: started.at,
            running: None,
            due: Instant::now(),
            next: None,
            doubt: Doubt::default(),
            told: None,
            course: Course::default(),
        };
        if started.here {
            watch.due = started.at + watch.pause();
        }
        watch
    }

    /// Whether the job was in the queue when it was last seen, or may be.
    pub(super) fn may_be_queued(&self) -> bool {
        !matches!(self.state.phase, Phase::Running(_))
    }

    /// What was seen of the job so far.
    pub(super) fn course(&self) -> Course {
        self.course
    }

    pub(super) fn last_seen(&self) -> &'static str {
        match self.state.phase {
            Phase::Fresh => "not seen yet",
            Phase::Queued(_) => "in the queue",
            Phase::Running(_) => "running",
        }
    }

    /// Waits until there is something new. Dropping the future loses nothing: call it again.
    pub(super) async fn next(&mut self) -> Sight {
        loop {
            self.rest().await;
            let ask = self.ask();
            self.course.polls += 1;
            let reading = {
                let _turn = self.client.budget.turn().await;
                reading::ask(&self.client, &self.job, ask).await
            };
            if let Some(sight) = self.take(reading) {
                return sight;
            }
        }
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
        let settled = self.state.failures > 0 || self.state.hint.is_some() || self.next.is_some();
        if settled || matches!(self.state.phase, Phase::Queued(_)) {
            return;
        }
        if let (Phase::Running(_), Some(since)) = (self.state.phase, self.running) {
            self.state.phase = Phase::Running(since.elapsed());
        }
        self.state.elapsed = self.age();
        self.due = self.due.min(Instant::now() + self.pause());
    }

    fn ask(&mut self) -> Ask {
        self.state.elapsed = self.age();
        self.next.unwrap_or_else(|| poll::ask(&self.state, &self.lives.lock()))
    }

    fn take(&mut self, reading: Reading) -> Option<Sight> {
        if !matches!(reading, Reading::Trouble(..)) {
            self.state.failures = 0;
            self.state.hint = None;
        }
        match reading {
            Reading::Queued(position) => self.alive(Phase::Queued(position)),
            Reading::Running => self.alive(Phase::Running(Duration::ZERO)),
            Reading::Ended => {
                self.next = Some(Ask::Result);
                self.due = Instant::now();
                None
            }
            Reading::Odd(word, body) => self.odd(&word, body),
            Reading::Succeeded(body) => {
                self.learn_end();
                Some(Sight::End(Ok(body)))
            }
            Reading::Failed(body) => {
                self.learn_end();
                let error = finish::failed(&self.job, body, &self.client.http.scrub);
                Some(Sight::End(Err(error)))
            }
            Reading::Cancelled(body) => {
                let error = Error::new(Kind::Cancelled, "the job was cancelled");
                Some(Sight::End(Err(error.about(&self.job).keeping(body))))
            }
            Reading::Trouble(grade, error) => Some(self.trouble(grade, error)),
        }
    }

    fn alive(&mut self, phase: Phase) -> Option<Sight> {
        let now = Instant::now();
        tracing::debug!(?phase, "polled");
        self.doubt = Doubt::default();
        self.next = None;
        if matches!(phase, Phase::Running(_)) {
            let since = self.since_when_running(now);
            self.learn_alive(since, now);
            self.state.phase = Phase::Running(now - since);
        } else {
            self.running = None;
            self.state.phase = phase;
        }
        self.seen = now;
        self.plan();
        let news = !same(self.told, phase);
        self.told = Some(phase);
        match phase {
            Phase::Queued(position) if news => Some(Sight::Queued(position)),
            Phase::Running(_) if news => Some(Sight::Running),
            _ => None,
        }
    }

    /// Since when the job has been running: halfway between the last look at it in the queue and
    /// the first one that saw it run; from the start, if it was never seen in the queue.
    fn since_when_running(&mut self, now: Instant) -> Instant {
        let queued = matches!(self.state.phase, Phase::Queued(_));
        let guess = if queued { self.seen + (now - self.seen) / 2 } else { self.started.at };
        let since = *self.running.get_or_insert(guess);
        if self.started.known {
            self.course.queued = Some(since - self.started.at);
        }
        since
    }

    fn learn_alive(&self, since: Instant, now: Instant) {
        if self.started.known {
            let from = self.seen.saturating_duration_since(since);
            self.lives.lock().watched(from, now - since);
        }
    }

    fn learn_end(&mut self) {
        let in_queue = matches!(self.state.phase, Phase::Queued(_));
        self.course.ran = self.running.map(|since| since.elapsed());
        if self.started.known && !in_queue {
            let since = self.running.unwrap_or(self.started.at);
            let from = self.seen.saturating_duration_since(since);
            self.lives.ended(from, since.elapsed());
        }
    }

    /// Plans the next look at a job that is well.
    fn plan(&mut self) {
        self.state.elapsed = self.age();
        self.due = Instant::now() + self.pause();
    }

    fn pause(&self) -> Duration {
        let bounds = self.client.options.bounds;
        poll::next_delay(&self.state, &self.lives.lock(), bounds, fastrand::f64())
    }

    /// An answer that settles nothing: the result is asked for from now on, and not for ever.
    fn odd(&mut self, word: &str, body: Value) -> Option<Sight> {
        self.next = Some(Ask::Result);
        let patience = if word == "ended" { 60 } else { 1800 };
        if self.doubt.lasts(word, Duration::from_secs(patience)) && !body.is_null() {
            let message =
                format!("the service keeps saying {word:?}, with neither output nor error");
            let error = Error::new(Kind::Unsettled, message).about(&self.job);
            return Some(Sight::End(Err(error.keeping(body))));
        }
        self.plan();
        None
    }

    fn trouble(&mut self, grade: Grade, error: Error) -> Sight {
        let newborn = error.is_job_unknown() && self.started.known && self.age() < NEWBORN;
        let tag = error.status().map(|status| status.to_string());
        let lasts = grade == Grade::Doubtful
            && self.doubt.lasts(&tag.unwrap_or_default(), Duration::from_secs(60));
        if (grade == Grade::Final || lasts) && !newborn {
            return Sight::End(Err(error));
        }
        self.state.failures += 1;
        self.state.hint = error.retry_after();
        self.plan();
        let now = Instant::now();
        tracing::debug!(%error, again_in = ?(self.due - now), "poll failed");
        if error.status() == Some(429) {
            self.client.budget.pause(self.due.min(now + Duration::from_secs(60)));
        }
        Sight::PollFailed(error, self.due - now)
    }

    fn age(&self) -> Duration {
        self.started.at.elapsed()
    }
}

fn same(told: Option<Phase>, phase: Phase) -> bool {
    match (told, phase) {
        (Some(Phase::Running(_)), Phase::Running(_)) => true,
        (told, phase) => told == Some(phase),
    }
}

/// How long the same doubtful answer has been coming.
#[derive(Default)]
struct Doubt {
    what: String,
    since: Option<Instant>,
    times: u32,
}

impl Doubt {
    /// Notes an answer, and tells whether it has come often enough and for long enough.
    fn lasts(&mut self, what: &str, patience: Duration) -> bool {
        if self.what != what || self.since.is_none() {
            what.clone_into(&mut self.what);
            self.since = Some(Instant::now());
            self.times = 0;
        }
        self.times += 1;
        self.times >= 5 && self.since.is_some_and(|since| since.elapsed() >= patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn doubt_needs_both_times_and_time() {
        let minute = Duration::from_secs(60);
        let mut doubt = Doubt::default();
        assert!((0..10).all(|_| !doubt.lasts("404", minute)));
        tokio::time::advance(minute).await;
        assert!(doubt.lasts("404", minute));
        assert!(!doubt.lasts("403", minute));
    }
}
