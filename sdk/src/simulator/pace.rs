//! How fast the queue moves.

use std::time::Duration;

/// How long a job waits and how long it runs.
///
/// A queue moves by the clock, as the real one does, or by the client's polls, so that a test
/// needs no time at all and sees the same states in every run.
///
/// ```
/// use std::time::Duration;
/// use runcomfy::simulator::QueuePace;
///
/// // Position 3, 2, 1, half a second each; then it runs for a second.
/// let example = QueuePace::clock(3, Duration::from_millis(500), Duration::from_secs(1));
/// assert_eq!(example, QueuePace::default());
///
/// // Two polls see it queued, one sees it running, the next one finds it done.
/// let test = QueuePace::polls(2, 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuePace(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Clock { positions: u32, step: Duration, run: Duration },
    Polls { queued: u32, running: u32 },
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Queued { position: u32 },
    Running,
    Done,
}

impl QueuePace {
    /// By the clock: the job starts at position `positions`, moves up by one every `step`, and then
    /// runs for `run`.
    #[must_use]
    pub const fn clock(positions: u32, step: Duration, run: Duration) -> Self {
        Self(Kind::Clock { positions, step, run })
    }

    /// By polls: the first `queued` polls of `/status` or `/result` see the job in the queue, with
    /// the position counting down to 1, and the next `running` polls see it running.
    #[must_use]
    pub const fn polls(queued: u32, running: u32) -> Self {
        Self(Kind::Polls { queued, running })
    }

    /// Every job is done at its first poll.
    #[must_use]
    pub const fn instant() -> Self {
        Self::polls(0, 0)
    }

    /// Where a job is that was accepted `elapsed` ago and was asked about `polls` times before.
    pub(super) fn phase(self, elapsed: Duration, polls: u32) -> Phase {
        match self.0 {
            Kind::Clock { positions, step, run } => {
                let waits = step.saturating_mul(positions);
                if elapsed < waits {
                    let moved = elapsed.as_nanos() / step.as_nanos().max(1);
                    let moved = u32::try_from(moved).unwrap_or(u32::MAX);
                    Phase::Queued { position: positions.saturating_sub(moved).max(1) }
                } else if elapsed < waits.saturating_add(run) {
                    Phase::Running
                } else {
                    Phase::Done
                }
            }
            Kind::Polls { queued, running } => match queued.checked_sub(polls) {
                Some(position) if position > 0 => Phase::Queued { position },
                _ if polls < queued.saturating_add(running) => Phase::Running,
                _ => Phase::Done,
            },
        }
    }
}

impl Default for QueuePace {
    /// Two and a half seconds: slow enough to watch, fast enough to wait for.
    fn default() -> Self {
        Self::clock(3, Duration::from_millis(500), Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_down_runs_and_ends() {
        let pace = QueuePace::clock(2, Duration::from_secs(1), Duration::from_secs(3));
        let at = |millis| pace.phase(Duration::from_millis(millis), 0);
        assert_eq!(at(0), Phase::Queued { position: 2 });
        assert_eq!(at(999), Phase::Queued { position: 2 });
        assert_eq!(at(1000), Phase::Queued { position: 1 });
        assert_eq!(at(2000), Phase::Running);
        assert_eq!(at(5000), Phase::Done);
    }

    #[test]
    fn polls_count_down_run_and_end() {
        let pace = QueuePace::polls(2, 1);
        let seen: Vec<Phase> = (0..4).map(|n| pace.phase(Duration::ZERO, n)).collect();
        assert_eq!(
            seen,
            [
                Phase::Queued { position: 2 },
                Phase::Queued { position: 1 },
                Phase::Running,
                Phase::Done
            ]
        );
        assert_eq!(QueuePace::instant().phase(Duration::ZERO, 0), Phase::Done);
    }
}
