//! What happens to a request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Faults;
use super::answer::FalseAnswer;
use super::call::Call;
use super::encoding::Encoding;
use super::fault::Fault;
use super::job::StatusWords;
use super::rule::Rule;
use crate::simulator::dice::{combine, fraction};
use crate::simulator::queue::{Ending, Fate};
use crate::simulator::serve::FileFate;

/// All that happens to a request.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) delay: Duration,
    pub(crate) refuse: Option<Duration>,
    pub(crate) accept_late: Option<Duration>,
    /// Bytes per second.
    pub(crate) upload_rate: Option<u64>,
    pub(crate) orders: Orders,
    pub(crate) words: Option<StatusWords>,
    pub(crate) wire: Option<Wire>,
    pub(crate) faults: Vec<Fault>,
}

/// What an endpoint is to do otherwise than usual.
#[derive(Debug, Clone, Default)]
pub(crate) struct Orders {
    pub(crate) fate: Fate,
    pub(crate) file: FileFate,
    pub(crate) another_job: bool,
    pub(crate) unfinished: Option<FalseAnswer>,
}

/// What happens to the answer, or to the connection that it goes out on.
#[derive(Debug, Clone)]
pub(crate) enum Wire {
    ResetBefore,
    RefuseEarly { status: u16, reset: bool },
    ResetAfter,
    ResetMidway,
    CutMidway,
    CutAfter(u64),
    Stall(Duration),
    WrongLength(i64),
    Encoding(Encoding),
    Answer(FalseAnswer),
    Redirect(Option<String>),
    NoId,
    CloseIdle(Duration),
    ResetNext,
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
    /// Until when it goes on.
    until: Option<Instant>,
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
                watched.fired();
                decision.faults.push(watched.rule.fault.clone());
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
        Self { rule, seen: 0, fired: 0, until: None }
    }

    fn fires(&mut self, call: &Call, seed: u64) -> bool {
        let rule = &self.rule;
        if !rule.is_about(call.endpoint, call.model.as_deref(), call.job) {
            return false;
        }
        self.seen += 1;
        let anew = self.seen > rule.skip
            && rule.times.is_none_or(|times| self.fired < times)
            && rule.chance.is_none_or(|chance| fraction(combine(seed, self.seen)) < chance);
        anew || self.goes_on()
    }

    fn fired(&mut self) {
        if !self.goes_on() {
            self.fired += 1;
            let lasts = Some(self.rule.lasts).filter(|lasts| !lasts.is_zero());
            self.until = lasts.and_then(|lasts| Instant::now().checked_add(lasts));
        }
    }

    fn goes_on(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }
}

impl Decision {
    /// Lets `fault` happen too; false if it cannot, after what has been decided.
    fn take(&mut self, fault: &Fault) -> bool {
        let fate = &mut self.orders.fate;
        let wire = match fault.clone() {
            Fault::Delay(time) => {
                self.delay += time;
                return true;
            }
            Fault::RefuseConnections(time) => return put(&mut self.refuse, time),
            Fault::AcceptLate(time) => return put(&mut self.accept_late, time),
            Fault::SlowUpload(rate) => return put(&mut self.upload_rate, rate),
            Fault::Status(words) => return put(&mut self.words, words),
            Fault::UnfinishedResult(answer) => return put(&mut self.orders.unfinished, answer),
            Fault::AnotherJob => return turn_on(&mut self.orders.another_job),
            Fault::NoEtag => return turn_on(&mut self.orders.file.no_etag),
            Fault::OtherVersion => return turn_on(&mut self.orders.file.other_version),
            Fault::Fail(failure) => return fate.ends_by(Ending::Failed(failure)),
            Fault::End(word) => return fate.ends_by(Ending::Called(word)),
            Fault::Cancelled { usd } => return fate.ends_by(Ending::Cancelled { usd }),
            Fault::LoseAfter(polls) => return put(&mut fate.lost_after, polls),
            Fault::LateOutput(late) => return put(&mut fate.late_output, late),
            Fault::Cost(cost) => return put(&mut fate.cost, cost),
            Fault::LateCost(answers) => return put(&mut fate.late_cost, answers),
            Fault::EchoInput => return turn_on(&mut fate.echo),
            Fault::SlowCancel => return turn_on(&mut fate.slow_cancel),
            Fault::Output(shape) => return put(&mut fate.shape, shape),
            Fault::Format(format) => return put(&mut fate.format, format),
            Fault::CloseIdle(time) => Wire::CloseIdle(time),
            Fault::ResetNext => Wire::ResetNext,
            Fault::RefuseEarly { status, reset } => Wire::RefuseEarly { status, reset },
            Fault::ResetBefore => Wire::ResetBefore,
            Fault::ResetAfter => Wire::ResetAfter,
            Fault::ResetMidway => Wire::ResetMidway,
            Fault::CutMidway => Wire::CutMidway,
            Fault::CutAfter(bytes) => Wire::CutAfter(bytes),
            Fault::Stall(time) => Wire::Stall(time),
            Fault::WrongLength(more) => Wire::WrongLength(more),
            Fault::Encoding(encoding) => Wire::Encoding(encoding),
            Fault::Answer(answer) => Wire::Answer(answer),
            Fault::Redirect { to } => Wire::Redirect(to),
            Fault::MissingRequestId => Wire::NoId,
        };
        put(&mut self.wire, wire)
    }
}

/// Fills `place` unless it is taken.
fn put<T>(place: &mut Option<T>, value: T) -> bool {
    let free = place.is_none();
    place.get_or_insert(value);
    free
}

/// Turns a switch on; false if it is.
fn turn_on(switch: &mut bool) -> bool {
    !std::mem::replace(switch, true)
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

    #[tokio::test(start_paused = true)]
    async fn an_outage_lasts_and_counts_once() {
        let second = Duration::from_secs(1);
        let rule = Rule::new(Fault::ResetAfter).skip(1).times(2).lasting(10 * second);
        let desk = Desk::new(Faults::new().rule(rule), 1);
        assert_eq!(fired(&desk, 4), ".xxx");
        tokio::time::advance(9 * second).await;
        assert_eq!(fired(&desk, 1), "x");
        tokio::time::advance(second).await;
        assert_eq!(fired(&desk, 2), "xx", "the second one");
        tokio::time::advance(10 * second).await;
        assert_eq!(fired(&desk, 2), "..");
    }
}
