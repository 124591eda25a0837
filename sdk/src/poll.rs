//! When to ask next: pure functions of what is known about a job.
//!
//! The service has no way to wait for a job but asking, so the question is when. Three things
//! answer it, in this order: a hint of the service; a failure, which is followed by a backoff;
//! and otherwise a price. A poll is worth making as soon as the result has, on average, lain
//! there unseen for as long as a poll is worth ([`Lifetimes::wait`]).

mod budget;
mod lifetimes;

use std::time::Duration;

pub(crate) use budget::Budget;
pub(crate) use lifetimes::{History, Lifetimes, SharedLifetimes};

/// What is known about a job when the next poll is planned.
#[derive(Debug, Clone, Default)]
pub(crate) struct PollState {
    /// Since it was submitted, as far as that is known.
    pub(crate) elapsed: Duration,
    pub(crate) phase: Phase,
    /// How many polls in a row got no usable answer.
    pub(crate) failures: u32,
    /// What the last answer asked for.
    pub(crate) hint: Option<Duration>,
}

/// How far a job is known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Phase {
    /// Nothing is known yet.
    #[default]
    Fresh,
    /// It was in the queue when it was last asked about, with so many jobs ahead.
    Queued(Option<u64>),
    /// It has been running for about so long.
    Running(Duration),
}

/// The shortest and the longest pause between two polls of a job, where the service does not ask
/// for another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) fastest: Duration,
    pub(crate) slowest: Duration,
}

/// The call to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Tells the queue position, and not whether the job succeeded.
    Status,
    /// Tells everything but the queue position.
    Result,
}

const LONGEST_HINT: Duration = Duration::from_secs(600);

/// The pause before the next poll; `jitter` is a random number from 0 to 1.
pub(crate) fn next_delay(
    state: &PollState,
    lives: &Lifetimes,
    bounds: Bounds,
    jitter: f64,
) -> Duration {
    if let Some(hint) = state.hint {
        // Never earlier than asked, and not everybody at the same moment.
        return hint.min(LONGEST_HINT).mul_f64(1.0 + 0.1 * jitter);
    }
    if state.failures > 0 {
        return backoff(state.failures, jitter).min(bounds.slowest);
    }
    let pause = match state.phase {
        Phase::Fresh => lives.wait(state.elapsed),
        Phase::Running(since) => lives.wait(since),
        Phase::Queued(position) => in_queue(state.elapsed, position),
    };
    pause.mul_f64(0.9 + 0.2 * jitter).clamp(bounds.fastest, bounds.slowest)
}

/// In the queue nothing is lost by a late look but news: the longer it lasts and the more jobs
/// are ahead, the rarer.
fn in_queue(elapsed: Duration, position: Option<u64>) -> Duration {
    let ahead = f64::from(u32::try_from(position.unwrap_or(1)).unwrap_or(u32::MAX).min(40));
    Duration::from_secs_f64((elapsed.as_secs_f64() + 1.0).sqrt() * (0.6 + ahead / 5.0))
}

/// The pause after so many failures in a row: from half a second up to half a minute.
pub(crate) fn backoff(failures: u32, jitter: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(6);
    let full = Duration::from_millis(500 * (1 << doublings)).min(Duration::from_secs(30));
    full.mul_f64(0.5 + 0.5 * jitter)
}

/// Which call to make: the status while the job may be in the queue, the result from the moment
/// it runs or is likely to be over, so that its end is seen by one call and not by two.
pub(crate) fn ask(state: &PollState, lives: &Lifetimes) -> Ask {
    match state.phase {
        Phase::Running(_) => Ask::Result,
        Phase::Fresh if lives.is_likely_over(state.elapsed) => Ask::Result,
        Phase::Fresh | Phase::Queued(_) => Ask::Status,
    }
}
