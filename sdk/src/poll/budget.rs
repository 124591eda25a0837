//! One budget of polls for all jobs of a client.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// How many polls may be under way at a time: a service that answers slowly is not asked more.
const UNDER_WAY: usize = 64;

/// Hands out turns: so many a second, in the order in which they are asked for, after a short
/// burst; and none while the service wants to be left alone.
pub(crate) struct Budget {
    interval: Duration,
    burst: Duration,
    next: Mutex<Instant>,
    under_way: Semaphore,
}

impl Budget {
    pub(crate) fn per_second(polls: f64) -> Self {
        let interval = Duration::from_secs_f64(1.0 / polls.clamp(0.001, 1e6));
        Self {
            interval,
            burst: Duration::from_secs(1),
            next: Mutex::new(Instant::now()),
            under_way: Semaphore::new(UNDER_WAY),
        }
    }

    /// Waits for a turn, which lasts until it is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.under_way.acquire().await.ok();
        sleep_until(self.reserve(Instant::now())).await;
        permit
    }

    /// Lets nobody ask before `until`.
    pub(crate) fn pause(&self, until: Instant) {
        let mut next = self.lock();
        // The burst must not begin before it either.
        *next = (*next).max(until + self.burst);
    }

    fn reserve(&self, now: Instant) -> Instant {
        let mut next = self.lock();
        let turn = (*next).max(now);
        *next = turn + self.interval;
        turn.checked_sub(self.burst).unwrap_or(now).max(now)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
            let within = |t: &&Duration| t.as_secs() == second;
            let count = turns.iter().filter(within).count();
            assert!((49..=51).contains(&count), "second {second}: {count}");
        }
        let last = turns.iter().max().unwrap();
        assert!((18.8..=19.2).contains(&last.as_secs_f64()), "{last:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_job_never_waits_and_a_pause_holds_everyone() {
        let budget = Budget::per_second(2.0);
        let start = Instant::now();
        drop(budget.turn().await);
        drop(budget.turn().await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        budget.pause(start + Duration::from_secs(7));
        drop(budget.turn().await);
        assert!(start.elapsed() >= Duration::from_secs(7));
    }
}
