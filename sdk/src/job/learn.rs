//! What a wait learns about how long jobs take.

use std::time::Duration;

use tokio::time::Instant;

use super::Started;
use crate::poll::{Phase, SharedLifetimes};
use crate::trace::Course;

/// A wait that begins so soon after the submit has seen the job from its birth.
const AT_ONCE: Duration = Duration::from_secs(1);

/// When a job was seen, and how.
///
/// A wait counts only what it has watched itself: the time from one look at which the job lived to
/// the next one. A job that was resumed a day later says nothing about the day before, of which
/// nobody knows how much it spent waiting for somebody to look.
#[derive(Debug)]
pub(super) struct Observation {
    started: Started,
    /// When it was last seen unfinished.
    seen: Option<Instant>,
    /// Since when it has been running, as far as that is known.
    running: Option<Instant>,
    /// The last look saw it in the queue.
    queued: bool,
    pub(super) course: Course,
}

impl Observation {
    pub(super) fn new(started: Started, now: Instant) -> Self {
        let from_birth = started.here && now.duration_since(started.at) < AT_ONCE;
        Self {
            started,
            seen: from_birth.then_some(started.at),
            running: None,
            queued: false,
            course: Course::default(),
        }
    }

    /// It is in the queue.
    pub(super) fn queued(&mut self, now: Instant) {
        self.running = None;
        self.queued = true;
        self.seen = Some(now);
    }

    /// It runs; since when.
    pub(super) fn running(&mut self, now: Instant, lives: &SharedLifetimes) -> Instant {
        let since = *self.running.get_or_insert(match self.seen {
            // Halfway between the last look at it in the queue and the first one that saw it run.
            Some(seen) if self.queued => seen + (now - seen) / 2,
            _ => self.started.at,
        });
        if self.started.known {
            self.course.queued = Some(since - self.started.at);
            if let Some(seen) = self.seen {
                let from = seen.saturating_duration_since(since);
                lives.lock().watched(from, now - since);
            }
        }
        self.queued = false;
        self.seen = Some(now);
        since
    }

    /// Since when it has been running, where it has.
    pub(super) fn running_since(&self) -> Option<Instant> {
        self.running
    }

    /// It has ended by itself.
    pub(super) fn ended(&mut self, now: Instant, lives: &SharedLifetimes) {
        self.course.ran = self.running.map(|since| now - since);
        if let Some(seen) = self.seen.filter(|_| self.started.known && !self.queued) {
            let since = self.running.unwrap_or(self.started.at);
            lives.ended(seen.saturating_duration_since(since), now - since);
        }
    }
}

/// The phase of a job that has been running since then.
pub(super) fn running_for(since: Instant, now: Instant) -> Phase {
    Phase::Running(now.saturating_duration_since(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn learnt() -> SharedLifetimes {
        let lives = SharedLifetimes::default();
        for _ in 0..30 {
            lives.lock().watched(Duration::ZERO, 9 * S);
            lives.ended(9 * S, 10 * S);
        }
        lives
    }

    fn waits(lives: &SharedLifetimes) -> [Duration; 3] {
        [1, 5, 10].map(|age| lives.lock().wait(age * S))
    }

    fn started(now: Instant, age: Duration, here: bool) -> Started {
        Started { at: now.checked_sub(age).unwrap(), known: true, here }
    }

    #[tokio::test]
    async fn a_job_that_is_over_at_the_first_look_teaches_nothing() {
        let now = Instant::now() + 100_000 * S;
        for (age, here) in
            [(86_400 * S, false), (60 * S, false), (86_400 * S, true), (5 * S, false)]
        {
            let (lives, before) = (learnt(), waits(&learnt()));
            for _ in 0..60 {
                Observation::new(started(now, age, here), now).ended(now, &lives);
            }
            assert_eq!(waits(&lives), before, "{age:?} {here}");
        }
    }

    #[tokio::test]
    async fn a_resumed_job_counts_from_the_first_look_on() {
        let now = Instant::now() + 100_000 * S;
        let (lives, before) = (learnt(), waits(&learnt()));
        for _ in 0..60 {
            let mut job = Observation::new(started(now, 86_400 * S, false), now);
            job.running(now, &lives);
            job.running(now + S, &lives);
            job.ended(now + 2 * S, &lives);
        }
        assert_eq!(waits(&lives), before, "it tells of old jobs");
    }

    #[tokio::test]
    async fn many_short_waits_count_a_job_once() {
        let start = Instant::now();
        let (lives, before) = (learnt(), waits(&learnt()));
        for wait in 0..500 {
            let now = start + 2 * S + S * wait / 2;
            let mut job = Observation::new(started(now, now - start, true), now);
            job.running(now + S / 10, &lives);
        }
        assert_eq!(waits(&lives), before);
    }

    #[tokio::test]
    async fn a_job_that_was_watched_from_its_birth_teaches() {
        let start = Instant::now();
        let lives = SharedLifetimes::default();
        for _ in 0..30 {
            let mut job = Observation::new(started(start, Duration::ZERO, true), start);
            job.running(start + 9 * S, &lives);
            job.ended(start + 10 * S, &lives);
            assert_eq!(job.course.ran, Some(10 * S));
        }
        assert!(lives.lock().is_likely_over(20 * S) && !lives.lock().is_likely_over(5 * S));
    }
}
