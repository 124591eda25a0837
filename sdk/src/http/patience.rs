//! How long to wait for an answer: in time during which it could have been seen.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Ends when nothing has moved for as long as `limit` says.
///
/// What is counted is time in which this program ran: one that was stopped, or that had no turn, has
/// not been waiting, and is first to look at what came meanwhile. So the limit passes in slices, and
/// one that took much longer than it should counts half of what it should have taken.
pub(super) async fn stillness(limit: impl Fn() -> Duration, moved: impl Fn() -> u64) {
    let (mut still, mut seen) = (Duration::ZERO, moved());
    while still < limit() {
        let slice = slice(limit(), limit().saturating_sub(still));
        let begun = Instant::now();
        sleep(slice).await;
        if moved() != seen {
            (still, seen) = (Duration::ZERO, moved());
        } else if begun.elapsed() > 2 * slice + Duration::from_millis(100) {
            still += slice / 2;
        } else {
            still += slice;
        }
    }
}

fn slice(limit: Duration, left: Duration) -> Duration {
    let eighth = (limit / 8).clamp(Duration::from_millis(1), Duration::from_secs(1));
    // Half a millisecond of a limit that is nearly over would be counted in ever smaller halves.
    left.min(eighth).max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    use tokio::time::{advance, timeout};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(4);

    #[tokio::test(start_paused = true)]
    async fn it_lasts_as_long_as_nothing_moves() {
        for limit in [0, 1, 7, 250, 4_000, 180_000] {
            let limit = Duration::from_millis(limit);
            let start = Instant::now();
            stillness(|| limit, || 0).await;
            let late = start.elapsed().checked_sub(limit).unwrap();
            assert!(late <= limit / 8 + Duration::from_millis(2), "{limit:?}: {late:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_move_begins_it_anew() {
        let (moves, start) = (AtomicU64::new(0), Instant::now());
        let still = stillness(|| LIMIT, || moves.load(SeqCst));
        let moving = async {
            for _ in 0..20 {
                sleep(Duration::from_secs(3)).await;
                moves.fetch_add(1, SeqCst);
            }
        };
        tokio::join!(still, moving);
        let lasted = start.elapsed();
        assert!((Duration::from_secs(63)..Duration::from_secs(66)).contains(&lasted), "{lasted:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_was_stopped_has_not_been_waiting() {
        let mut still = std::pin::pin!(stillness(|| LIMIT, || 0));
        assert!(timeout(Duration::from_millis(3900), &mut still).await.is_err());
        // Stopped for an hour, just before its end: it looks again, and more than once.
        advance(Duration::from_secs(3600)).await;
        assert!(timeout(Duration::from_millis(40), &mut still).await.is_err());
        timeout(LIMIT, still).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_shrinks_ends_it_sooner() {
        let start = Instant::now();
        let limit = || if start.elapsed() > LIMIT { LIMIT } else { Duration::from_secs(60) };
        stillness(limit, || 0).await;
        assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    }
}
