//! One budget of polls for all jobs of a client.

mod line;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use line::{Admission, Line, Place};

/// How many polls may be under way at a time: a service that answers slowly is not asked more.
const UNDER_WAY: usize = 64;
/// What may be asked at once after a time of rest, in seconds' worth of polls.
const BURST: Duration = Duration::from_secs(1);

/// Hands out turns: so many a second, in the order in which they are asked for, after a short
/// burst; and none while the service wants to be left alone.
///
/// Turns are not reserved: whoever is first in the line waits for the next one, and who leaves the
/// line takes none with him. A job that left it and comes back has its old place. Only what is
/// [apart](super::apart) may wait here, because the first in the line must be polled.
pub(crate) struct Budget {
    line: Mutex<Line>,
}

/// A poll that may be made; it counts as under way until it is dropped.
pub(crate) struct Turn<'a> {
    budget: &'a Budget,
}

impl Budget {
    pub(crate) fn per_second(polls: f64) -> Self {
        let interval = Duration::from_secs_f64(1.0 / polls.clamp(0.001, 1e6));
        Self { line: Mutex::new(Line::new(interval, Instant::now())) }
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        self.turn_of("").await
    }

    /// Waits for the turn of a job.
    pub(crate) async fn turn_of(&self, request_id: &str) -> Turn<'_> {
        let first = Arc::new(Notify::new());
        let place = self.lock().enter(request_id, first.clone(), Instant::now());
        let mut waiter = Waiter { budget: self, place: Some(place), request_id };
        loop {
            let admission = self.lock().admit(place, Instant::now());
            match admission {
                Admission::Now => {
                    waiter.place = None;
                    return Turn { budget: self };
                }
                Admission::At(at) => {
                    // Somebody with an older place may come, or the service may want quiet.
                    let _ = timeout_at(at, first.notified()).await;
                }
                Admission::Behind => first.notified().await,
            }
        }
    }

    /// Lets nobody ask before `until`.
    pub(crate) fn pause(&self, until: Instant) {
        self.lock().be_quiet(until);
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.budget.lock().end_turn();
    }
}

/// Somebody in the line.
struct Waiter<'a> {
    budget: &'a Budget,
    place: Option<Place>,
    request_id: &'a str,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.budget.lock().leave(place, self.request_id, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::{advance, sleep, timeout};

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
        assert!(turns.is_sorted(), "in the order in which they came");
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
            advance(Duration::from_secs(1)).await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_those_too_who_are_first_in_the_line() {
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
        assert!(timeout(Duration::from_secs(9), budget.turn()).await.is_err());
        let next = budget.turn();
        turns.pop();
        drop(next.await);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_leaves_the_line_takes_no_turn() {
        let budget = Arc::new(Budget::per_second(10.0));
        let start = Instant::now();
        (0..110).for_each(|_| budget.lock().take(start));
        (0..110).for_each(|_| budget.lock().end_turn());
        for _ in 0..500 {
            assert!(timeout(Duration::from_millis(1), budget.turn()).await.is_err());
        }
        drop(budget.turn().await);
        assert_eq!(start.elapsed().as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_comes_back_has_its_old_place() {
        // Forty polls in the time for which anybody waits, and two hundred jobs.
        let budget = Arc::new(Budget::per_second(100.0));
        let start = Instant::now();
        let mut waiters = tokio::task::JoinSet::new();
        for number in 0..200 {
            let budget = budget.clone();
            waiters.spawn(async move {
                let (id, mut served) = (format!("r-{number}"), 0);
                while served < 5 {
                    let turn = timeout(Duration::from_millis(400), budget.turn_of(&id)).await;
                    served += u32::from(turn.is_ok());
                    drop(turn);
                    sleep(Duration::from_micros(1)).await;
                }
            });
        }
        waiters.join_all().await;
        let fair = Duration::from_secs(200 * 5 / 100);
        assert!(start.elapsed() < fair + Duration::from_secs(2), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn the_line_goes_on_when_its_first_one_leaves() {
        let budget = Arc::new(Budget::per_second(1.0));
        (0..3).for_each(|_| budget.lock().take(Instant::now()));
        let first = tokio::spawn({
            let budget = budget.clone();
            async move { drop(budget.turn().await) }
        });
        tokio::task::yield_now().await;
        let second = tokio::spawn({
            let budget = budget.clone();
            async move { drop(budget.turn().await) }
        });
        tokio::task::yield_now().await;
        first.abort();
        timeout(Duration::from_secs(5), second).await.expect("it has its turn").unwrap();
    }
}
