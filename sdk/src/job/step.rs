//! From one answer to the next question: a pure function of what has been heard of a job.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::patience::{Doubt, Patience};
use super::reading::{JobReply, Source, Trouble};
use crate::error::Error;
use crate::poll::{Ask, Phase};

/// What has been heard of a job.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) phase: Phase,
    /// It was seen running, so it may have cost something however it ends.
    pub(super) ran: bool,
    /// What was reported last.
    told: Option<Told>,
    patience: Patience,
    /// The status call has said that it was cancelled.
    cancelled: bool,
    /// The result call refuses while the job is not over, as one published client's test has it: the
    /// status is asked until it is.
    result_refuses: bool,
    /// How many answers in a row could not be used, of each call.
    status_failures: u32,
    result_failures: u32,
}

#[derive(Debug, PartialEq)]
enum Told {
    Queued(Option<u64>),
    Running,
    Unrecognized(String),
    OutputMissing,
}

/// An answer, and when it came.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) ask: Ask,
    pub(super) reply: JobReply,
    pub(super) now: Instant,
    /// The job is so young that a part of the service may not know it yet.
    pub(super) newborn: bool,
}

/// What follows from an answer.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) news: Option<News>,
    pub(super) then: Then,
}

/// What is worth reporting.
#[derive(Debug)]
pub(super) enum News {
    Queued(Option<u64>),
    Running,
    Unrecognized(String),
    OutputMissing,
    PollFailed(Error),
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Then {
    /// Go on at the usual pace, with this call or with the one that is due.
    Pace(Option<Ask>),
    /// Ask this at once.
    Ask(Ask),
    /// Ask this after a backoff.
    BackOff(BackOff),
    End(End),
}

#[derive(Debug)]
pub(super) struct BackOff {
    pub(super) ask: Ask,
    pub(super) failures: u32,
    /// What the service asked for.
    pub(super) hint: Option<Duration>,
    /// What has to be fetched again is large.
    pub(super) heavy: bool,
}

impl BackOff {
    fn soon(self) -> Self {
        Self { failures: self.failures.min(MOST_FAILURES_OF_A_DOUBT), ..self }
    }
}

/// How a wait ends.
#[derive(Debug)]
pub(super) enum End {
    Succeeded(Value),
    Failed(Value),
    /// With the answer of the result call, if there was one.
    Cancelled(Option<Value>),
    /// The service's last word is that it will not tell.
    Refused(Error),
    /// The service keeps saying something that settles nothing.
    Unsettled(Unsettled),
}

/// What the service keeps saying.
#[derive(Debug)]
pub(super) enum Unsettled {
    /// A state that nobody knows, in this answer.
    Word(String, Value),
    /// That the job is over, with neither output nor error.
    Nothing(Value),
    /// An error page, while nothing says that the job is over.
    Page(Value),
    /// That the job is over by one call, and that it is not by the other one.
    Contradiction,
    /// The same unusable answer.
    Trouble(Error),
}

/// What a doubt has come to.
enum Settled {
    /// It was no mistake.
    Believed,
    /// There is no result because the job was cancelled.
    Cancelled,
}

/// What is doubted is asked about again soon: so it passes, or is believed, as early as it may be.
const MOST_FAILURES_OF_A_DOUBT: u32 = 4;
/// A result from here on is not fetched again in quick succession.
const HEAVY: usize = 1 << 20;
/// A cancelled job need not have a result: how often, and for how long, it is asked for.
const NO_RESULT_OF_A_CANCELLED_JOB: (u32, Duration) = (5, Duration::from_secs(60));

impl Progress {
    /// Takes an answer in.
    pub(super) fn step(&mut self, heard: Heard) -> Step {
        let Heard { ask, reply, now, newborn } = heard;
        match reply {
            JobReply::Queued(position) => {
                self.alive(ask, Phase::Queued(position), Told::Queued(position), now)
            }
            JobReply::Running => {
                self.alive(ask, Phase::Running(Duration::ZERO), Told::Running, now)
            }
            JobReply::Over { cancelled } => {
                self.status_failures = 0;
                self.cancelled = cancelled;
                self.patience.status_says(true);
                quietly(Then::Ask(Ask::Result))
            }
            JobReply::Unrecognized(word, body) => self.unrecognized(ask, word, body, now),
            JobReply::Succeeded(body) => quietly(Then::End(End::Succeeded(body))),
            JobReply::Failed(body, source) => self.ended(End::Failed(body), source, now),
            JobReply::Cancelled(body, source) => {
                self.ended(End::Cancelled(Some(body)), source, now)
            }
            JobReply::Empty { body, end } => self.empty(body, end, now),
            JobReply::Unstated { body, end } => self.unstated(body, end, now),
            JobReply::NotReady(error) => self.not_ready(error, now),
            JobReply::Trouble(trouble, error) => self.trouble(ask, trouble, error, now, newborn),
        }
    }

    fn alive(&mut self, ask: Ask, phase: Phase, told: Told, now: Instant) -> Step {
        (self.status_failures, self.result_failures) = (0, 0);
        self.ran |= told == Told::Running;
        self.phase = phase;
        if ask == Ask::Result && self.patience.is_over() {
            return self.contradicted(told, now);
        }
        self.patience.lives();
        self.cancelled = false;
        if ask == Ask::Result {
            self.result_refuses = false;
        }
        let next = self.result_refuses.then_some(Ask::Status);
        Step { news: self.tell(told), then: Then::Pace(next) }
    }

    /// The status call has said that the job is over, and the result call says that it is not: it may
    /// be behind for a moment, or for ever.
    fn contradicted(&mut self, told: Told, now: Instant) -> Step {
        let believed = self.believes(Doubt::Contradiction, Ask::Result, now);
        let (times, lasting) = NO_RESULT_OF_A_CANCELLED_JOB;
        let in_queue = matches!(told, Told::Queued(_));
        if self.cancelled && in_queue && self.patience.lasts(Doubt::Contradiction, times, lasting) {
            return quietly(Then::End(End::Cancelled(None)));
        }
        if believed {
            return quietly(Then::End(End::Unsettled(Unsettled::Contradiction)));
        }
        Step { news: self.tell(told), then: Then::Pace(Some(Ask::Status)) }
    }

    fn unrecognized(&mut self, ask: Ask, word: String, body: Value, now: Instant) -> Step {
        let believed = self.believes(Doubt::Word, ask, now);
        let then = match ask {
            Ask::Status => {
                self.status_failures = 0;
                self.patience.status_says(false);
                Then::Ask(Ask::Result)
            }
            Ask::Result if believed => {
                return quietly(Then::End(End::Unsettled(Unsettled::Word(word, body))));
            }
            Ask::Result => {
                self.result_failures = 0;
                Then::Pace(Some(Ask::Status))
            }
        };
        Step { news: self.tell(Told::Unrecognized(word)), then }
    }

    /// A bad end, which has to be said again where it does not say whose it is.
    fn ended(&mut self, end: End, source: Source, now: Instant) -> Step {
        let believed = match source {
            Source::Named => true,
            Source::Unnamed => self.believes(Doubt::Unnamed, Ask::Result, now),
            Source::Anybody => self.believes(Doubt::ErrorPage, Ask::Result, now),
        };
        if believed {
            return quietly(Then::End(match (source, end) {
                // So long that nothing better will come; but it is nobody's word about the job.
                (Source::Anybody, End::Failed(body) | End::Cancelled(Some(body)))
                    if !self.patience.is_over() =>
                {
                    End::Unsettled(Unsettled::Page(body))
                }
                (_, end) => end,
            }));
        }
        quietly(self.doubt_with_status())
    }

    /// An output, or an error, that does not say that it is the end.
    fn unstated(&mut self, body: Value, end: fn(Value) -> End, now: Instant) -> Step {
        let believed = self.believes(Doubt::Unstated, Ask::Result, now);
        if believed || self.patience.is_over() {
            return quietly(Then::End(end(body)));
        }
        quietly(self.doubt_with_status())
    }

    /// The job is over, and its output is not there, or not yet.
    fn empty(&mut self, body: Value, end: fn(Value) -> End, now: Instant) -> Step {
        if self.believes(Doubt::Empty, Ask::Result, now) {
            return quietly(Then::End(end(body)));
        }
        self.result_failures += 1;
        Step { news: self.tell(Told::OutputMissing), then: self.doubt_result(None) }
    }

    /// The result call says by a code of its own that the job is not over.
    fn not_ready(&mut self, error: Error, now: Instant) -> Step {
        self.result_refuses = true;
        self.result_failures += 1;
        if let Some(end) = self.end_of_doubt(Doubt::Empty, Ask::Result, now) {
            return quietly(Then::End(match end {
                Settled::Cancelled => End::Cancelled(None),
                Settled::Believed => End::Unsettled(Unsettled::Trouble(error)),
            }));
        }
        let first = self.result_failures == 1;
        let hint = error.retry_after();
        quietly(if first { Then::Ask(Ask::Status) } else { self.doubt_result(hint) })
    }

    fn trouble(
        &mut self,
        ask: Ask,
        trouble: Trouble,
        error: Error,
        now: Instant,
        newborn: bool,
    ) -> Step {
        let (doubt, bytes) = match trouble {
            Trouble::Passing => (None, 0),
            Trouble::Gone if newborn => (None, 0),
            Trouble::Gone => (Some(Doubt::Gone), 0),
            Trouble::TokenRefused => (Some(Doubt::TokenRefused), 0),
            Trouble::Unauthorized => (Some(Doubt::Unauthorized), 0),
            Trouble::Vague => (Some(Doubt::Vague), 0),
            Trouble::Foreign => (Some(Doubt::Foreign), 0),
            Trouble::Damaged(bytes) => (Some(Doubt::Damaged), bytes),
            Trouble::CutOff(bytes) => (Some(Doubt::CutOff), bytes),
        };
        match ask {
            Ask::Status => self.status_failures += 1,
            Ask::Result => self.result_failures += 1,
        }
        self.result_refuses |= ask == Ask::Result && trouble.is_refusal();
        self.patience.waste(bytes);
        if let Some(doubt) = doubt
            && let Some(end) = self.end_of_doubt(doubt, ask, now)
        {
            return quietly(Then::End(match end {
                Settled::Cancelled => End::Cancelled(None),
                Settled::Believed if trouble.is_final() => End::Refused(error),
                Settled::Believed => End::Unsettled(Unsettled::Trouble(error)),
            }));
        }
        let mut back_off = self.back_off(ask, error.retry_after());
        back_off.heavy = bytes >= HEAVY;
        if doubt.is_some_and(Doubt::is_short) && !back_off.heavy {
            back_off = back_off.soon();
        }
        Step { news: Some(News::PollFailed(error)), then: Then::BackOff(back_off) }
    }

    /// Notes a doubt, and tells what it has come to. Of a job that was cancelled, as the status call
    /// says, the result call need not know anything.
    fn end_of_doubt(&mut self, doubt: Doubt, ask: Ask, now: Instant) -> Option<Settled> {
        let believed = self.believes(doubt, ask, now);
        if self.cancelled && matches!(doubt, Doubt::Gone | Doubt::Vague | Doubt::Empty) {
            let (times, lasting) = NO_RESULT_OF_A_CANCELLED_JOB;
            return self.patience.lasts(doubt, times, lasting).then_some(Settled::Cancelled);
        }
        believed.then_some(Settled::Believed)
    }

    fn believes(&mut self, doubt: Doubt, ask: Ask, now: Instant) -> bool {
        self.patience.ends(doubt, ask, now)
    }

    /// After a pause the other call is asked: it may be well, and it may know that the job lives.
    fn back_off(&self, failed: Ask, hint: Option<Duration>) -> BackOff {
        let (ask, failures) = match failed {
            Ask::Status => (Ask::Result, self.status_failures),
            Ask::Result => (Ask::Status, self.result_failures),
        };
        BackOff { ask, failures, hint, heavy: false }
    }

    /// The same after a result call that leaves a doubt.
    fn doubt_result(&self, hint: Option<Duration>) -> Then {
        Then::BackOff(self.back_off(Ask::Result, hint).soon())
    }

    /// The status call may settle at once what a result call leaves open.
    fn doubt_with_status(&mut self) -> Then {
        self.result_failures += 1;
        if self.result_failures == 1 { Then::Ask(Ask::Status) } else { self.doubt_result(None) }
    }

    /// What is new of it.
    fn tell(&mut self, told: Told) -> Option<News> {
        if self.told.as_ref() == Some(&told) {
            return None;
        }
        let news = match &told {
            Told::Queued(position) => News::Queued(*position),
            Told::Running => News::Running,
            Told::Unrecognized(word) => News::Unrecognized(word.clone()),
            Told::OutputMissing => News::OutputMissing,
        };
        self.told = Some(told);
        Some(news)
    }
}

fn quietly(then: Then) -> Step {
    Step { news: None, then }
}

#[cfg(test)]
#[path = "step/tests.rs"]
mod tests;
