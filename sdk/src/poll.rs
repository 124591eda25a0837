//! When to ask next: pure functions of what is known about a job.
//!
//! The service has no way to wait for a job but asking, so the question is when. A failure is
//! followed by a backoff; otherwise it is a price: a poll is worth making as soon as the result has,
//! on average, lain there unseen for as long as a poll is worth ([`Lifetimes::wait`]). A hint of the
//! service makes the pause longer, and never shorter.

mod budget;
mod history;
mod lifetimes;
#[cfg(test)]
mod simulation;
mod task;

use std::time::Duration;

pub(crate) use budget::Budget;
pub(crate) use history::{History, SharedLifetimes};
pub(crate) use lifetimes::Lifetimes;
pub(crate) use task::apart;

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

/// How long a question is on its way at the very least.
const ON_THE_WAY: Duration = Duration::from_millis(1);
/// What the service may ask for: a hint that is a slip must not hide a result for hours.
const LONGEST_HINT: Duration = Duration::from_secs(600);
/// No pause is longer, whatever the settings say; points in time must not overflow.
const LONGEST: Duration = Duration::from_secs(86_400);

/// The pause before the next poll; `jitter` is a random number from 0 to 1.
pub(crate) fn next_delay(
    state: &PollState,
    lives: &Lifetimes,
    bounds: Bounds,
    jitter: f64,
) -> Duration {
    let pause = usual_delay(state, lives, bounds, jitter);
    // Never earlier than asked, and not everybody at the same moment.
    let hint = state.hint.map(|hint| hint.min(LONGEST_HINT).mul_f64(1.0 + 0.1 * jitter));
    pause.max(hint.unwrap_or_default()).min(LONGEST)
}

fn usual_delay(state: &PollState, lives: &Lifetimes, bounds: Bounds, jitter: f64) -> Duration {
    if state.failures > 0 {
        return backoff(state.failures, jitter).min(bounds.slowest).max(bounds.fastest);
    }
    let pause = match state.phase {
        Phase::Fresh => lives.wait(state.elapsed),
        Phase::Running(since) => lives.wait(since),
        Phase::Queued(position) => in_queue(state.elapsed, position),
    };
    // Enough to keep jobs apart that were submitted together, too little to spoil a good guess.
    let sway = pause.mul_f64(0.1).min(Duration::from_millis(250));
    (pause + sway.mul_f64(2.0 * jitter)).saturating_sub(sway).clamp(bounds.fastest, bounds.slowest)
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
        Phase::Fresh if lives.is_likely_over(state.elapsed + ON_THE_WAY) => Ask::Result,
        Phase::Fresh | Phase::Queued(_) => Ask::Status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds =
        Bounds { fastest: Duration::from_millis(50), slowest: Duration::from_secs(60) };

    fn delay(state: &PollState, jitter: f64) -> f64 {
        next_delay(state, &Lifetimes::default(), BOUNDS, jitter).as_secs_f64()
    }

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_hint_lengthens_the_pause_and_never_shortens_it() {
        let state = PollState {
            hint: Some(s(100)),
            failures: 3,
            phase: Phase::Queued(Some(4)),
            ..PollState::default()
        };
        assert!((100.0..100.1).contains(&delay(&state, 0.0)));
        assert!((109.9..110.1).contains(&delay(&state, 1.0)));
        let endless = PollState { hint: Some(Duration::MAX), ..state.clone() };
        assert!(delay(&endless, 1.0) <= 660.0);
        for hint in [Duration::ZERO, Duration::from_millis(3)] {
            let hasty = PollState { hint: Some(hint), ..state.clone() };
            let usual = PollState { hint: None, ..state.clone() };
            assert!(delay(&hasty, 0.5) >= 1.0);
            assert_eq!(delay(&hasty, 0.5).to_bits(), delay(&usual, 0.5).to_bits());
        }
    }

    #[test]
    fn bounds_of_any_size_are_kept_within_a_day() {
        let endless = Bounds { fastest: Duration::MAX, slowest: Duration::MAX };
        for failures in [0, 9] {
            let state = PollState { failures, ..PollState::default() };
            let pause = next_delay(&state, &Lifetimes::default(), endless, 1.0);
            assert_eq!(pause, LONGEST);
        }
    }

    #[test]
    fn failures_are_followed_by_a_backoff_up_to_half_a_minute() {
        let full: Vec<_> = (1..=9).map(|n| backoff(n, 1.0).as_secs_f64()).collect();
        assert_eq!(full, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        assert_eq!(backoff(1, 0.0), Duration::from_millis(250));
        assert!(backoff(u32::MAX, 0.5) < s(30));
        let failing = PollState { failures: 4, ..PollState::default() };
        assert!((2.0..=4.0).contains(&delay(&failing, 0.3)));
    }

    #[test]
    fn a_job_far_back_in_the_queue_is_asked_about_less_often() {
        let queued = |ahead, elapsed| {
            let state = PollState {
                phase: Phase::Queued(ahead),
                elapsed: s(elapsed),
                ..PollState::default()
            };
            delay(&state, 0.5)
        };
        let by_position = [Some(0), Some(1), Some(5), Some(30)].map(|ahead| queued(ahead, 3));
        assert!(by_position.is_sorted(), "{by_position:?}");
        assert!(queued(Some(2), 3) < queued(Some(2), 300));
        assert!(queued(None, 0) < 1.5);
        assert!((59.9..=60.0).contains(&queued(Some(u64::MAX), 1_000_000)));
    }

    #[test]
    fn pauses_keep_to_their_bounds_and_sway_a_little() {
        let running = |seconds| PollState {
            phase: Phase::Running(s(seconds)),
            elapsed: s(seconds),
            ..PollState::default()
        };
        let (early, late) = (delay(&running(30), 0.0), delay(&running(30), 1.0));
        assert!(early < late && late - early < 0.6, "{early} {late}");
        let tight = Bounds { fastest: s(7), slowest: s(8) };
        for seconds in [0, 1, 1_000, 100_000] {
            let lives = Lifetimes::default();
            let pause = next_delay(&running(seconds), &lives, tight, 0.5);
            assert!((s(7)..=s(8)).contains(&pause), "{seconds}: {pause:?}");
        }
    }

    #[test]
    fn the_result_is_asked_for_once_the_job_runs_or_is_likely_over() {
        let mut lives = Lifetimes::default();
        for _ in 0..5 {
            lives.watched(s(0), s(9));
            lives.ended(s(9), s(10));
        }
        let cases = [
            (Phase::Fresh, 2, Ask::Status),
            (Phase::Fresh, 12, Ask::Result),
            (Phase::Queued(None), 12, Ask::Status),
            (Phase::Running(s(1)), 2, Ask::Result),
        ];
        for (phase, elapsed, call) in cases {
            let state = PollState { phase, elapsed: s(elapsed), ..PollState::default() };
            assert_eq!(ask(&state, &lives), call, "{phase:?} {elapsed}");
        }
    }
}
