//! One budget of polls for all jobs of a client.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// How many polls may be under way at a time: a service that answers slowly is not asked more.
const UNDER_WAY: usize = 64;
/// What may be asked at once after a time of rest, in seconds' worth of polls.
const BURST: Duration = Duration::from_secs(1);

/// Hands out turns: so many a second, in the order in which they are asked for, after a short
/// burst; and none while the service wants to be left alone.
pub(crate) struct Budget {
    interval: Duration,
    times: Mutex<Times>,
    under_way: Semaphore,
}

struct Times {
    /// When the next turn is due; it may be taken earlier by the length of the burst.
    next: Instant,
    /// Until when nobody is to ask.
    quiet: Instant,
}

impl Budget {
    pub(crate) fn per_second(polls: f64) -> Self {
        let now = Instant::now();
        Self {
            interval: Duration::from_secs_f64(1.0 / polls.clamp(0.001, 1e6)),
            times: Mutex::new(Times { next: now, quiet: now }),
            under_way: Semaphore::new(UNDER_WAY),
        }
    }

    /// Waits for a turn, which lasts until it is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.under_way.acquire().await.ok();
        if let Some(turn) = self.reserve() {
            sleep_until(turn).await;
        }
        while let Some(quiet) = self.quiet() {
            sleep_until(quiet).await;
        }
        permit
    }

    /// Lets nobody ask before `until`.
    pub(crate) fn pause(&self, until: Instant) {
        let mut times = self.lock();
        times.quiet = times.quiet.max(until);
    }

    /// The next turn; `None` if it has come already.
    fn reserve(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut times = self.lock();
        let turn = times.next.max(now);
        times.next = turn + self.interval;
        turn.checked_sub(BURST).filter(|turn| *turn > now)
    }

    fn quiet(&self) -> Option<Instant> {
        Some(self.lock().quiet).filter(|quiet| *quiet > Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_thousand_jobs_get_so_many_turns_a_second() {
        let budget = Arc::new(Budget::per_second(50.0));
        let start = Instant::now();
        let waiters: Vec<_> = (0..1000)
            .map(|_| {
                let budget = budget.clone();
                tokio::spawn(async move {
                    drop(budget.turn().await);
                    start.elapsed()
                })
            })
            .collect();
        let mut turns = Vec::new();
        for waiter in waiters {
            turns.push(waiter.await.unwrap());
        }
        for second in 1..=18 {
            let count = turns.iter().filter(|t| t.as_secs() == second).count();
            assert!((49..=51).contains(&count), "second {second}: {count}");
        }
        let last = turns.iter().max().unwrap();
        assert!((18.8..=19.2).contains(&last.as_secs_f64()), "{last:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_job_never_waits() {
        let budget = Budget::per_second(2.0);
        let start = Instant::now();
        for _ in 0..20 {
            drop(budget.turn().await);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_those_too_who_have_their_turn_already() {
        let budget = Arc::new(Budget::per_second(1.0));
        let start = Instant::now();
        drop(budget.turn().await);
        drop(budget.turn().await);
        let waiting = tokio::spawn({
            let budget = budget.clone();
            async move { drop(budget.turn().await) }
        });
        tokio::task::yield_now().await;
        budget.pause(start + Duration::from_secs(7));
        waiting.await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_are_under_way_at_a_time() {
        let budget = Budget::per_second(1e6);
        let mut turns = Vec::new();
        for _ in 0..UNDER_WAY {
            turns.push(budget.turn().await);
        }
        let one_more = tokio::time::timeout(Duration::from_secs(9), budget.turn());
        assert!(one_more.await.is_err());
        turns.pop();
        assert!(budget.turn().await.is_some());
    }
}
