//! A gate for the submits of each model: when the service turns one away as busy, the others wait.
//!
//! Nothing is known about whom a 429 concerns; that it is the whole account the service would have to
//! say. So the other models go on, and find out for themselves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::time::after;

/// How far apart submits are after the gate was shut: at first, and at most.
const FIRST: Duration = Duration::from_millis(10);
const WIDEST: Duration = Duration::from_millis(200);
/// Closer than this is not worth a timer.
const CLOSE: Duration = Duration::from_millis(1);
/// It is never shut for longer. Whatever was asked for, one more question by then harms nobody, and
/// what was asked for may have been a mistake.
const LONGEST: Duration = Duration::from_secs(600);
/// A line in front of an open gate is worth waiting in for so long, even for a submit that is not to
/// be tried again.
const IN_LINE: Duration = Duration::from_secs(1);

/// The gates of a client's models.
#[derive(Default)]
pub(crate) struct Gates {
    /// Those that are not wide open.
    models: Mutex<HashMap<String, State>>,
}

/// Shut for as long as the service wants to be left alone. After that the submits come one by one, and
/// the closer together the more of them are accepted.
///
/// No turn is given out ahead of its time: whoever is first in the line waits for the next one, and who
/// leaves the line takes none with him.
#[derive(Default)]
struct State {
    shut_until: Option<Instant>,
    apart: Duration,
    next: Option<Instant>,
    line: Arc<tokio::sync::Mutex<()>>,
}

impl Gates {
    /// When the gate of a model opens, if it is shut.
    pub(crate) fn opens(&self, model: &str) -> Option<Instant> {
        let models = self.lock();
        models.get(model)?.shut_until.filter(|until| *until > Instant::now())
    }

    /// Waits until the gate is open, and takes no turn. It does not wait for one that opens only
    /// after the deadline.
    pub(crate) async fn open_by(&self, model: &str, deadline: Instant) {
        while let Some(until) = self.opens(model).filter(|until| *until <= deadline) {
            sleep_until(until).await;
        }
    }

    /// Waits for a turn to submit; false if it comes only after the deadline.
    pub(crate) async fn turn(&self, model: &str, deadline: Instant) -> bool {
        let in_line = deadline.max(after(Instant::now(), IN_LINE));
        loop {
            self.open_by(model, deadline).await;
            if self.opens(model).is_some() {
                return false;
            }
            let Some(line) = self.line(model) else { return true };
            let Ok(_first) = timeout_at(in_line, line.lock()).await else { return false };
            match self.next(model) {
                Some(next) if next > in_line => return false,
                Some(next) => sleep_until(next).await,
                None => {}
            }
            if self.take(model) {
                return true;
            }
        }
    }

    /// The service was busy: nobody is to submit to this model for so long.
    pub(crate) fn shut(&self, model: &str, pause: Duration) {
        let mut models = self.lock();
        let state = models.entry(model.to_owned()).or_default();
        let until = after(Instant::now(), pause.min(LONGEST));
        state.shut_until = state.shut_until.max(Some(until));
        state.next = state.shut_until;
        state.apart = (state.apart * 2).clamp(FIRST, WIDEST);
    }

    /// The service has accepted one.
    pub(crate) fn accepted(&self, model: &str) {
        let mut models = self.lock();
        let Some(state) = models.get_mut(model) else { return };
        state.apart = state.apart * 3 / 4;
        if state.apart < CLOSE {
            state.apart = Duration::ZERO;
            if state.shut_until.is_none_or(|until| until <= Instant::now()) {
                models.remove(model);
            }
        }
    }

    /// The line in front of a gate, where there is one.
    fn line(&self, model: &str) -> Option<Arc<tokio::sync::Mutex<()>>> {
        let models = self.lock();
        let state = models.get(model).filter(|state| !state.apart.is_zero())?;
        Some(state.line.clone())
    }

    fn next(&self, model: &str) -> Option<Instant> {
        self.lock().get(model)?.next
    }

    /// Takes the turn that has come, unless the gate was shut meanwhile.
    fn take(&self, model: &str) -> bool {
        let now = Instant::now();
        let mut models = self.lock();
        let Some(state) = models.get_mut(model) else { return true };
        if state.shut_until.is_some_and(|until| until > now) {
            return false;
        }
        state.next = Some(state.next.map_or(now, |next| next.max(now)) + state.apart);
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, State>> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    fn far() -> Instant {
        after(Instant::now(), Duration::MAX)
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_while_all_is_well() {
        let (gates, start) = (Gates::default(), Instant::now());
        for _ in 0..100 {
            assert!(gates.turn("a", start).await);
            gates.accepted("a");
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert!(gates.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_busy_holds_all_and_then_they_come_one_by_one() {
        let (gates, start) = (Arc::new(Gates::default()), Instant::now());
        gates.shut("a", Duration::from_secs(7));
        let waiting: Vec<_> = (0..5)
            .map(|_| {
                let gates = gates.clone();
                tokio::spawn(async move {
                    assert!(gates.turn("a", far()).await);
                    start.elapsed()
                })
            })
            .collect();
        let mut turns = Vec::new();
        for turn in waiting {
            turns.push(turn.await.unwrap());
        }
        turns.sort();
        let expected = (0..5).map(|n| Duration::from_secs(7) + FIRST * n);
        assert!(turns.iter().copied().eq(expected), "{turns:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_model_does_not_hold_another() {
        let (gates, start) = (Gates::default(), Instant::now());
        gates.shut("a", Duration::from_secs(7));
        assert!(gates.turn("b", far()).await);
        gates.accepted("b");
        assert_eq!((start.elapsed(), gates.opens("b")), (Duration::ZERO, None));
        assert!(gates.opens("a").is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_leaves_the_line_takes_no_turn() {
        let (gates, start) = (Gates::default(), Instant::now());
        (0..10).for_each(|_| gates.shut("a", Duration::ZERO));
        assert!(gates.turn("a", far()).await);
        // While he waits for his place in the line, for his turn, or for the gate.
        for pause in [0, 1, 40, 150, 199] {
            let waiting = || timeout(Duration::from_millis(pause), gates.turn("a", far()));
            let gone = futures_util::future::join_all((0..100).map(|_| waiting())).await;
            assert!(pause > 0 || gone.iter().all(Result::is_err));
        }
        assert!(gates.turn("a", far()).await);
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        gates.shut("a", Duration::from_secs(1));
        assert!(timeout(Duration::from_millis(500), gates.turn("a", far())).await.is_err());
        assert!(gates.turn("a", far()).await);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_stays_in_the_line_beyond_his_time() {
        let (gates, start) = (Arc::new(Gates::default()), Instant::now());
        (0..10).for_each(|_| gates.shut("a", Duration::ZERO));
        let turn = |limit| {
            let gates = gates.clone();
            async move { gates.turn("a", start + limit).await }
        };
        let limit = Duration::from_secs(3);
        let turns = futures_util::future::join_all((0..100).map(|_| turn(limit))).await;
        let in_time = turns.iter().filter(|turn| **turn).count();
        assert!((14..=16).contains(&in_time), "{in_time} in 3 s, 200 ms apart");
        assert!(start.elapsed() <= limit + WIDEST, "{:?}", start.elapsed());
        assert!(turn(Duration::ZERO).await, "an open gate is worth a moment");
    }

    #[tokio::test(start_paused = true)]
    async fn a_gate_that_is_shut_for_long_sends_the_line_away() {
        let (gates, start) = (Arc::new(Gates::default()), Instant::now());
        (0..10).for_each(|_| gates.shut("a", Duration::ZERO));
        let waiting: Vec<_> = (0..5)
            .map(|_| {
                let gates = gates.clone();
                tokio::spawn(async move { gates.turn("a", start + LONGEST / 10).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(10)).await;
        gates.shut("a", LONGEST);
        let turns = futures_util::future::join_all(waiting).await;
        assert_eq!(turns.iter().filter(|turn| *turn.as_ref().unwrap()).count(), 1, "the first");
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn it_may_be_shut_again_while_they_wait() {
        let (gates, start) = (Arc::new(Gates::default()), Instant::now());
        gates.shut("a", Duration::from_secs(1));
        let waiting = tokio::spawn({
            let gates = gates.clone();
            async move { gates.turn("a", far()).await }
        });
        tokio::task::yield_now().await;
        gates.shut("a", Duration::from_secs(3));
        assert!(waiting.await.unwrap());
        assert!(start.elapsed() >= Duration::from_secs(3), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_one_that_opens_too_late() {
        let (gates, start) = (Gates::default(), Instant::now());
        gates.shut("a", Duration::MAX);
        let deadline = start + Duration::from_secs(60);
        assert!(!gates.turn("a", deadline).await);
        gates.open_by("a", deadline).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        let opens = gates.opens("a").unwrap();
        assert_eq!(opens, start + LONGEST, "whatever was asked for");
        assert!(gates.turn("a", opens).await);
        assert_eq!(start.elapsed(), LONGEST);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_accepted_brings_them_closer_again() {
        let gates = Gates::default();
        (0..10).for_each(|_| gates.shut("a", Duration::ZERO));
        assert_eq!(gates.lock()["a"].apart, WIDEST);
        (0..30).for_each(|_| gates.accepted("a"));
        assert!(gates.lock().is_empty(), "nothing is kept of it");
    }
}
