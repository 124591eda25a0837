//! One gate for all submits of a client: when the service turns one away as busy, the others wait.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How far apart submits are after the gate was shut: at first, and at most.
const FIRST: Duration = Duration::from_millis(10);
const WIDEST: Duration = Duration::from_millis(200);
/// Closer than this is not worth a timer.
const CLOSE: Duration = Duration::from_millis(1);

/// Open, until the service is busy; then shut for as long as it wants to be left alone. After that
/// the submits come one by one, and the closer together the more of them are accepted.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    shut_until: Option<Instant>,
    apart: Duration,
    next: Option<Instant>,
}

impl Gate {
    /// When it opens, if it is shut.
    pub(crate) fn opens(&self) -> Option<Instant> {
        self.lock().shut_until.filter(|until| *until > Instant::now())
    }

    /// Waits until it is open, however long that is, and takes no turn.
    pub(crate) async fn open(&self) {
        while let Some(until) = self.opens() {
            sleep_until(until).await;
        }
    }

    /// Waits for a turn to submit.
    pub(crate) async fn turn(&self) {
        loop {
            self.open().await;
            if let Some(turn) = self.reserve() {
                sleep_until(turn).await;
            }
            if self.opens().is_none() {
                return;
            }
        }
    }

    /// The service was busy: nobody is to submit for so long.
    pub(crate) fn shut(&self, pause: Duration) {
        let mut state = self.lock();
        let until = Instant::now() + pause;
        state.shut_until = state.shut_until.max(Some(until));
        state.next = state.shut_until;
        state.apart = (state.apart * 2).clamp(FIRST, WIDEST);
    }

    /// The service has accepted one.
    pub(crate) fn accepted(&self) {
        let mut state = self.lock();
        state.apart = state.apart * 3 / 4;
        if state.apart < CLOSE {
            state.apart = Duration::ZERO;
        }
    }

    /// The next turn; `None` if it is now.
    fn reserve(&self) -> Option<Instant> {
        let mut state = self.lock();
        if state.apart.is_zero() {
            return None;
        }
        let now = Instant::now();
        let turn = state.next.map_or(now, |next| next.max(now));
        state.next = Some(turn + state.apart);
        Some(turn)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_while_all_is_well() {
        let (gate, start) = (Gate::default(), Instant::now());
        for _ in 0..100 {
            gate.turn().await;
            gate.accepted();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_busy_holds_all_and_then_they_come_one_by_one() {
        let (gate, start) = (Arc::new(Gate::default()), Instant::now());
        gate.shut(Duration::from_secs(7));
        let waiting: Vec<_> = (0..5)
            .map(|_| {
                let gate = gate.clone();
                tokio::spawn(async move {
                    gate.turn().await;
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
    async fn it_may_be_shut_again_while_they_wait() {
        let (gate, start) = (Arc::new(Gate::default()), Instant::now());
        gate.shut(Duration::from_secs(1));
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.turn().await }
        });
        tokio::task::yield_now().await;
        gate.shut(Duration::from_secs(3));
        waiting.await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(3), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_accepted_brings_them_closer_again() {
        let gate = Gate::default();
        (0..10).for_each(|_| gate.shut(Duration::ZERO));
        assert_eq!(gate.lock().apart, WIDEST);
        (0..30).for_each(|_| gate.accepted());
        assert_eq!(gate.lock().apart, Duration::ZERO);
    }
}
