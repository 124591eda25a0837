//! What happens to a request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Faults;
use super::answer::FalseAnswer;
use super::call::Call;
use super::fault::{Fault, StatusWords};
use super::rule::Rule;
use crate::simulator::dice::{combine, fraction};
use crate::simulator::queue::Fate;

/// All that happens to a request.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) delay: Duration,
    pub(crate) refuse: Option<Duration>,
    pub(crate) fate: Fate,
    pub(crate) words: Option<StatusWords>,
    pub(crate) wire: Option<Wire>,
    /// What happens, for the log.
    pub(crate) told: Vec<String>,
}

/// What happens to the answer.
#[derive(Debug, Clone)]
pub(crate) enum Wire {
    ResetBefore,
    ResetAfter,
    ResetMidway,
    CutMidway,
    Stall(Duration),
    Answer(FalseAnswer),
    Redirect(Option<String>),
    NoId,
}

/// Where it is decided.
#[derive(Debug)]
pub(crate) struct Desk(Mutex<Book>);

/// The rules, and how often each has seen a request and fired.
#[derive(Debug)]
struct Book {
    rules: Vec<Watched>,
    seed: u64,
}

#[derive(Debug)]
struct Watched {
    rule: Rule,
    seen: u64,
    fired: u64,
}

impl Desk {
    /// A desk for `faults`, with a seed for those that have none.
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        let desk = Self(Mutex::new(Book { rules: Vec::new(), seed }));
        desk.replace(faults);
        desk
    }

    /// Forgets the rules that there are, and goes by those of `faults`.
    pub(crate) fn replace(&self, faults: Faults) {
        let mut book = self.lock();
        book.seed = faults.seed.unwrap_or(book.seed);
        book.rules = faults.rules.into_iter().map(Watched::new).collect();
    }

    pub(crate) fn add(&self, rule: Rule) {
        self.lock().rules.push(Watched::new(rule));
    }

    pub(crate) fn decide(&self, call: &Call) -> Decision {
        let mut decision = Decision::default();
        let mut book = self.lock();
        let seed = book.seed;
        for (place, watched) in (0..).zip(&mut book.rules) {
            if watched.fires(call, combine(seed, place)) && decision.take(&watched.rule.fault) {
                watched.fired += 1;
                decision.told.push(watched.rule.fault.to_string());
            }
        }
        decision
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn new(rule: Rule) -> Self {
        Self { rule, seen: 0, fired: 0 }
    }

    fn fires(&mut self, call: &Call, seed: u64) -> bool {
        let rule = &self.rule;
        if !rule.is_about(call.endpoint, call.model.as_deref(), call.job) {
            return false;
        }
        self.seen += 1;
        self.seen > rule.skip
            && rule.times.is_none_or(|times| self.fired < times)
            && rule.chance.is_none_or(|chance| fraction(combine(seed, self.seen)) < chance)
    }
}

impl Decision {
    /// Lets `fault` happen too; false if it cannot, after what has been decided.
    fn take(&mut self, fault: &Fault) -> bool {
        match fault.clone() {
            Fault::Delay(time) => {
                self.delay += time;
                true
            }
            Fault::RefuseConnections(time) => put(&mut self.refuse, time),
            Fault::Fail(failure) => put(&mut self.fate.failure, failure.error()),
            Fault::LoseAfter(polls) => put(&mut self.fate.lost_after, polls),
            Fault::Output(shape) => put(&mut self.fate.shape, shape),
            Fault::SlowCancel => !std::mem::replace(&mut self.fate.slow_cancel, true),
            Fault::Status(words) => put(&mut self.words, words),
            Fault::ResetBefore => put(&mut self.wire, Wire::ResetBefore),
            Fault::ResetAfter => put(&mut self.wire, Wire::ResetAfter),
            Fault::ResetMidway => put(&mut self.wire, Wire::ResetMidway),
            Fault::CutMidway => put(&mut self.wire, Wire::CutMidway),
            Fault::Stall(time) => put(&mut self.wire, Wire::Stall(time)),
            Fault::Answer(answer) => put(&mut self.wire, Wire::Answer(answer)),
            Fault::Redirect { to } => put(&mut self.wire, Wire::Redirect(to)),
            Fault::MissingRequestId => put(&mut self.wire, Wire::NoId),
        }
    }
}

/// Fills `place` unless it is taken.
fn put<T>(place: &mut Option<T>, value: T) -> bool {
    let free = place.is_none();
    place.get_or_insert(value);
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Endpoint;

    fn poll() -> Call {
        Call { endpoint: Endpoint::Status, model: Some("acme/paint".to_owned()), job: Some(2) }
    }

    fn fired(desk: &Desk, requests: usize) -> String {
        let one = |_| {
            if desk.decide(&poll()).wire.is_some() { 'x' } else { '.' }
        };
        (0..requests).map(one).collect()
    }

    #[test]
    fn rules_count_what_they_see() {
        let desk = |rule| Desk::new(Faults::new().rule(rule), 1);
        let reset = || Rule::new(Fault::ResetAfter);
        assert_eq!(fired(&desk(reset().nth(2)), 4), ".x..");
        assert_eq!(fired(&desk(reset().skip(1).times(2)), 5), ".xx..");
        assert_eq!(fired(&desk(reset().job(2)), 2), "xx");
        assert_eq!(fired(&desk(reset().job(1)), 2), "..");
        assert_eq!(fired(&desk(reset().model("acme/*")), 1), "x");
        assert_eq!(fired(&desk(reset().model("other/*")), 1), ".");
        assert_eq!(fired(&desk(reset().on(Endpoint::Submit)), 1), ".");
    }

    #[test]
    fn chance_follows_the_seed() {
        let faults = Faults::new().rule(Rule::new(Fault::ResetAfter).chance(0.3));
        let desk = |seed| Desk::new(faults.clone(), seed);
        let first = fired(&desk(1), 1000);
        assert_eq!(first, fired(&desk(1), 1000));
        assert_ne!(first, fired(&desk(2), 1000));
        let hits = first.matches('x').count();
        assert!((250..350).contains(&hits), "{hits}");
    }

    #[test]
    fn delays_add_up_and_the_first_of_two_resets_wins() {
        let delay = Rule::new(Fault::Delay(Duration::from_millis(2)));
        let faults = Faults::new()
            .rule(delay.clone())
            .rule(Rule::new(Fault::ResetBefore).times(1))
            .rule(delay)
            .rule(Rule::new(Fault::CutMidway).times(1));
        let desk = Desk::new(faults, 0);
        let first = desk.decide(&poll());
        assert_eq!(first.delay, Duration::from_millis(4));
        assert!(matches!(first.wire, Some(Wire::ResetBefore)));
        let second = desk.decide(&poll());
        assert!(matches!(second.wire, Some(Wire::CutMidway)));
    }
}
