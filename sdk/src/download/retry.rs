//! When a file that did not come is asked for again, and when it is given up.

use std::time::Duration;

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// However small the steps are in which a host goes on, it goes on for so many of them, and for
/// one more with each so many bytes.
const STEPS: u32 = 1000;
const STEP_BYTES: u64 = 64 * 1024;

/// The tries at one file. Only those that bring nothing count against its limit.
pub(super) struct Tries {
    limit: u32,
    /// How many in a row brought nothing.
    fruitless: u32,
    all: u32,
    /// How far any of them came.
    furthest: u64,
}

impl Tries {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, fruitless: 0, all: 0, furthest: 0 }
    }

    /// How long to wait for the next one, after one that broke off with so much of the file here;
    /// `None` if there is none. A host that cannot go on begins anew each time, and gets somewhere
    /// only if it comes further than ever before.
    pub(super) fn pause(
        &mut self,
        length: u64,
        went_on: bool,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        if went_on || length > self.furthest {
            self.fruitless = 0;
        }
        self.furthest = self.furthest.max(length);
        let most = u64::from(STEPS.max(self.limit)) + self.furthest / STEP_BYTES;
        if self.fruitless >= self.limit || u64::from(self.all) >= most {
            return None;
        }
        let pause = pause(self.fruitless, asked);
        self.fruitless += 1;
        self.all += 1;
        Some(pause)
    }
}

/// A little more after each try in a row that brought nothing. What the host asks for makes it
/// longer, within limits, and never shorter: a host that asks for no pause at all is no less busy.
fn pause(fruitless: u32, asked: Option<Duration>) -> Duration {
    let step = SHORTEST_PAUSE * 2_u32.saturating_pow(fruitless.min(10));
    let own = step.mul_f64(0.75 + fastrand::f64() / 2.0);
    own.max(asked.unwrap_or_default()).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert!(pause(0, None) <= Duration::from_millis(125));
        assert!(pause(3, None) >= Duration::from_millis(600));
        assert_eq!(pause(30, None), LONGEST_PAUSE);
        assert_eq!(pause(0, Some(Duration::from_secs(2))), Duration::from_secs(2));
        assert_eq!(pause(0, Some(Duration::MAX)), LONGEST_PAUSE);
    }

    #[test]
    fn a_hint_takes_nothing_from_the_pause() {
        for hint in [Duration::ZERO, Duration::from_millis(1)] {
            for fruitless in 0..20 {
                let least = SHORTEST_PAUSE * 2_u32.pow(fruitless.min(8)) * 3 / 4;
                assert!(pause(fruitless, Some(hint)) >= least.min(LONGEST_PAUSE));
            }
        }
    }

    /// How many tries there are of a host that brings so much more with each.
    fn tries(limit: u32, went_on: bool, mut step: impl FnMut(u32) -> u64) -> u32 {
        let mut tries = Tries::new(limit);
        (1..100_000).find(|count| tries.pause(step(*count), went_on, None).is_none()).unwrap()
    }

    #[test]
    fn only_what_brings_nothing_counts() {
        assert_eq!(tries(8, false, |_| 0), 9);
        assert_eq!(tries(0, false, |_| 0), 1);
        assert_eq!(tries(0, true, |count| u64::from(count) * 100_000), 1);
        // A hundred steps forward, and then none.
        assert_eq!(tries(8, false, |count| u64::from(count.min(100)) * 100_000), 108);
        // From the beginning each time, and never further.
        assert_eq!(tries(8, false, |_| 100_000), 9);
        // In steps of one byte, but not for ever; in steps of some size, as long as there are any.
        assert_eq!(tries(8, true, u64::from), 1001);
        assert!(tries(8, true, |count| u64::from(count.min(20_000)) * STEP_BYTES) > 20_000);
        // Whoever wants more gets more.
        assert_eq!(tries(5000, false, |_| 0), 5001);
    }
}
