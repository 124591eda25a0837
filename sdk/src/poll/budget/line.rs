//! Who waits for a poll, in which order, and when the next one may be made. No clock, no waiting.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::{BURST, UNDER_WAY};

/// How many that left the line are remembered, and for how long where there are more.
const REMEMBERED: usize = 10_000;
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);

pub(super) struct Line {
    interval: Duration,
    /// When the next turn is due; it may be taken earlier by the length of the burst.
    next: Instant,
    /// Until when nobody is to ask.
    quiet: Instant,
    under_way: usize,
    /// Each with what tells it that it is the first.
    waiting: BTreeMap<Place, Arc<Notify>>,
    /// Since when those have been waiting who left without a turn.
    left: HashMap<String, Instant>,
    entered: u64,
}

/// A place in the line: who has waited for longer comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    since: Instant,
    number: u64,
}

pub(super) enum Admission {
    Now,
    /// It is the first in the line, and its turn comes then.
    At(Instant),
    /// It is told when it is worth asking again.
    Behind,
}

impl Line {
    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            next: now,
            quiet: now,
            under_way: 0,
            waiting: BTreeMap::new(),
            left: HashMap::new(),
            entered: 0,
        }
    }

    pub(super) fn enter(&mut self, request_id: &str, first: Arc<Notify>, now: Instant) -> Place {
        self.entered += 1;
        let since = self.left.remove(request_id).unwrap_or(now);
        let place = Place { since, number: self.entered };
        self.waiting.insert(place, first);
        place
    }

    /// Takes the turn, if it is this one's.
    pub(super) fn admit(&mut self, place: Place, now: Instant) -> Admission {
        let is_first = self.waiting.first_key_value().is_some_and(|(first, _)| *first == place);
        if !is_first || self.under_way == UNDER_WAY {
            return Admission::Behind;
        }
        let at = self.next.checked_sub(BURST).map_or(self.quiet, |turn| turn.max(self.quiet));
        if at > now {
            return Admission::At(at);
        }
        self.waiting.remove(&place);
        self.take(now);
        Admission::Now
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.next = self.next.max(now) + self.interval;
        self.under_way += 1;
        self.tell_first();
    }

    pub(super) fn end_turn(&mut self) {
        self.under_way -= 1;
        self.tell_first();
    }

    /// Leaves the line without a turn.
    pub(super) fn leave(&mut self, place: Place, request_id: &str, now: Instant) {
        self.waiting.remove(&place);
        self.tell_first();
        if request_id.is_empty() {
            return;
        }
        if self.left.len() >= REMEMBERED {
            self.left.retain(|_, since| now.duration_since(*since) < FORGOTTEN_AFTER);
        }
        if self.left.len() < REMEMBERED {
            self.left.insert(request_id.to_owned(), place.since);
        }
    }

    pub(super) fn be_quiet(&mut self, until: Instant) {
        self.quiet = self.quiet.max(until);
    }

    fn tell_first(&self) {
        if let Some((_, first)) = self.waiting.first_key_value() {
            first.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_remembered_of_those_who_left_is_bounded() {
        let now = Instant::now();
        let mut line = Line::new(Duration::from_secs(1), now);
        for number in 0..3 * REMEMBERED as u64 {
            let at = now + Duration::from_millis(number * 10);
            let id = format!("r-{number}");
            let place = line.enter(&id, Arc::default(), at);
            line.leave(place, &id, at);
        }
        assert!(line.left.len() <= REMEMBERED && line.waiting.is_empty());
        let later = now + Duration::from_secs(3600);
        let place = line.enter(&format!("r-{}", 3 * REMEMBERED - 1), Arc::default(), later);
        assert!(place.since < later, "the last ones are remembered");
    }
}
