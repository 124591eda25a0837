//! How often, and for how long, an answer has to come before it is believed.
//!
//! What stands between the client and the service answers in its name, for a moment or for an hour,
//! and the service itself may not know for a moment what it will know in the next. So no single
//! answer but a result ends a wait. An answer that says that the job is in the queue or running takes
//! back whatever was said before, unless it is a result call that is behind the status call.

use std::time::Duration;

use tokio::time::Instant;

use crate::poll::Ask;

/// What an answer says that may be the last word about a job, and may be a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The service does not know the job (404001), or knows it as somebody else's (403001).
    Gone,
    /// The service does not know the token (400004).
    TokenRefused,
    /// JSON with the status 401 or 403: as likely a gateway's word as the service's.
    Unauthorized,
    /// An answer without a meaning that is known: `{}`, a refusal without a code.
    Vague,
    /// A state that nobody knows.
    Word,
    /// The job is over, and there is nothing in its result: its output may come a moment later.
    Empty,
    /// A failure or a cancellation that does not say whose it is.
    Unnamed,
    /// A failure in words that any error page may have.
    ErrorPage,
    /// An output without a word that the job is over.
    Unstated,
    /// A result that came to harm: cut off inside of the answer, in an unknown coding, too large.
    Damaged,
    /// The connection breaks before the result has arrived.
    CutOff,
    /// The job is over as the status call says, and lives as the result call says.
    Contradiction,
    /// The answer to another question: its request id is another job's.
    Foreign,
}

/// When a doubt is none any more.
struct Limits {
    times: u32,
    lasting: Duration,
    /// Whether one of the two calls may have a fault of its own: then the other one has to say the
    /// same, or at least that the job is over.
    both: bool,
}

/// After that it is believed whatever else is said; only an answer that the job lives counts for
/// more.
const LONG: Duration = Duration::from_secs(1800);
/// A doubt that has not come up for so long begins anew, unless it takes longer anyway.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(120);
/// How many bytes of results are fetched and thrown away.
const MOST_WASTED: u64 = 512 << 20;

impl Doubt {
    const fn limits(self) -> Limits {
        let (times, seconds, both) = match self {
            // What is not yet known everywhere is known after seconds.
            Self::Gone => (4, 20, true),
            Self::TokenRefused => (5, 30, true),
            // A gateway that restarts with another key is back in a minute.
            Self::Unauthorized => (5, 120, true),
            Self::Empty | Self::Damaged | Self::ErrorPage => (5, 60, true),
            // As long as a cache keeps what it mixed up.
            Self::Foreign => (5, 300, true),
            Self::Unnamed => (2, 0, true),
            Self::Vague | Self::Word | Self::Unstated | Self::Contradiction | Self::CutOff => {
                (5, LONG.as_secs(), false)
            }
        };
        Limits { times, lasting: Duration::from_secs(seconds), both }
    }

    /// Whether it is settled in minutes.
    pub(super) fn is_short(self) -> bool {
        self.limits().lasting < LONG
    }
}

/// The doubts about a job, and what they rest on.
#[derive(Debug, Default)]
pub(super) struct Patience {
    doubts: Vec<(Doubt, Sightings)>,
    /// The status call has said that the job is over.
    over: bool,
    wasted: u64,
}

#[derive(Debug)]
struct Sightings {
    since: Instant,
    last: Instant,
    times: u32,
    by_status: bool,
    by_result: bool,
}

impl Patience {
    /// The job lives: nothing else that was said holds.
    pub(super) fn lives(&mut self) {
        self.doubts.clear();
        self.over = false;
    }

    /// The status call has said something of its own, and so does not share the doubts of the other.
    pub(super) fn status_says(&mut self, over: bool) {
        self.over = over;
        self.doubts.iter_mut().for_each(|(_, seen)| seen.by_status = false);
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Counts what was fetched and could not be used.
    pub(super) fn waste(&mut self, bytes: usize) {
        self.wasted += bytes as u64;
    }

    /// Notes an answer, and tells whether it is to be believed.
    pub(super) fn ends(&mut self, doubt: Doubt, ask: Ask, now: Instant) -> bool {
        let Limits { times, lasting, both } = doubt.limits();
        self.note(doubt, ask, now, lasting);
        let exhausted =
            matches!(doubt, Doubt::Damaged | Doubt::CutOff) && self.wasted >= MOST_WASTED;
        let certain = !both || self.is_confirmed(doubt);
        exhausted || certain && self.lasts(doubt, times, lasting) || self.lasts(doubt, times, LONG)
    }

    /// Whether an answer has come so often, and for so long.
    pub(super) fn lasts(&self, doubt: Doubt, times: u32, lasting: Duration) -> bool {
        self.seen(doubt).is_some_and(|seen| {
            seen.times >= times && seen.last.duration_since(seen.since) >= lasting
        })
    }

    fn is_confirmed(&self, doubt: Doubt) -> bool {
        self.seen(doubt).is_some_and(|seen| seen.by_result && (seen.by_status || self.over))
    }

    fn note(&mut self, doubt: Doubt, ask: Ask, now: Instant, lasting: Duration) {
        let gap = FORGOTTEN_AFTER.max(lasting);
        self.doubts.retain(|(_, seen)| now.duration_since(seen.last) <= gap);
        if self.seen(doubt).is_none() {
            let seen =
                Sightings { since: now, last: now, times: 0, by_status: false, by_result: false };
            self.doubts.push((doubt, seen));
        }
        for (_, seen) in self.doubts.iter_mut().filter(|(other, _)| *other == doubt) {
            seen.last = now;
            seen.times += 1;
            match ask {
                Ask::Status => seen.by_status = true,
                Ask::Result => seen.by_result = true,
            }
        }
    }

    fn seen(&self, doubt: Doubt) -> Option<&Sightings> {
        self.doubts.iter().find(|(other, _)| *other == doubt).map(|(_, seen)| seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn it_takes_times_and_time_and_both_calls() {
        let start = Instant::now();
        let gone = Doubt::Gone;
        let mut patience = Patience::default();
        for second in 0..10 {
            assert!(!patience.ends(gone, Ask::Result, start + S * second), "time");
        }
        assert!(!patience.ends(gone, Ask::Result, start + 100 * S), "the other call");
        assert!(patience.ends(gone, Ask::Status, start + 101 * S));
        let mut patience = Patience::default();
        assert!(!patience.ends(gone, Ask::Result, start));
        assert!(!patience.ends(gone, Ask::Status, start + 30 * S), "times");
        patience.ends(gone, Ask::Result, start + 31 * S);
        assert!(patience.ends(gone, Ask::Status, start + 32 * S));
    }

    #[test]
    fn a_job_that_lives_takes_everything_back() {
        let start = Instant::now();
        let mut patience = Patience::default();
        for second in 0..100_000 {
            let ask = if second % 2 == 0 { Ask::Status } else { Ask::Result };
            assert!(!patience.ends(Doubt::Gone, ask, start + S * second));
            if second % 19 == 0 {
                patience.lives();
            }
        }
    }

    #[test]
    fn what_the_status_call_takes_back_it_has_to_say_again() {
        let start = Instant::now();
        let mut patience = Patience::default();
        patience.ends(Doubt::Gone, Ask::Status, start);
        patience.status_says(false);
        for second in 0..100 {
            assert!(!patience.ends(Doubt::Gone, Ask::Result, start + S * second));
        }
        patience.status_says(true);
        assert!(patience.ends(Doubt::Gone, Ask::Result, start + 100 * S), "it is over at least");
    }

    #[test]
    fn what_came_up_long_ago_counts_no_more() {
        let start = Instant::now();
        let mut patience = Patience::default();
        patience.ends(Doubt::TokenRefused, Ask::Status, start);
        for second in 1..10 {
            let ask = if second % 2 == 0 { Ask::Status } else { Ask::Result };
            assert!(!patience.ends(Doubt::TokenRefused, ask, start + 3600 * S + S * second));
        }
    }

    #[test]
    fn nothing_is_fetched_for_ever() {
        let start = Instant::now();
        let mut patience = Patience::default();
        let mut fetched = 0_u64;
        while !patience.ends(Doubt::CutOff, Ask::Result, start) {
            patience.waste(20 << 20);
            fetched += 20 << 20;
        }
        assert!((256 << 20..1 << 30).contains(&fetched), "{fetched}");
        assert!(!patience.ends(Doubt::Vague, Ask::Result, start), "which says nothing of the rest");
    }
}
