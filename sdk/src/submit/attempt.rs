//! The attempts of one submit, until its outcome is known or known to be unknown.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::sync::oneshot::Sender;
use tokio::time::{Instant, sleep};

use super::hooks::Written;
use super::verdict::{Verdict, verdict, why_unknown};
use super::{Intent, unknown};
use crate::client::Inner;
use crate::error::{Answer, Call, Error, Kind};
use crate::http::{Cause, Connection, Departure, Fate, Payload};
use crate::job::JobToken;
use crate::poll::backoff;
use crate::runtime;
use crate::time::{after, spoken};
use crate::wire::{Fault, Reply};

type Outcome = Result<JobToken, Error>;

/// Whoever waits for the outcome, as long as they do.
///
/// An outcome that is known reaches them also if the task ends before it has told everybody else: its
/// runtime may be shut down in between.
pub(super) struct Caller {
    answer: Option<Sender<Outcome>>,
    outcome: Option<Outcome>,
    departure: Arc<Departure>,
}

impl Caller {
    pub(super) fn new(answer: Sender<Outcome>, departure: Arc<Departure>) -> Self {
        Self { answer: Some(answer), outcome: None, departure }
    }

    fn has_gone(&self) -> bool {
        self.answer.as_ref().is_none_or(Sender::is_closed)
    }

    /// What comes of some waiting, unless the caller goes away before it is over.
    async fn unless_gone<T>(&mut self, waiting: impl Future<Output = T>) -> Option<T> {
        let answer = self.answer.as_mut()?;
        match select(pin!(answer.closed()), pin!(waiting)).await {
            Either::Left(_) => None,
            Either::Right((done, _)) => Some(done),
        }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if let (Some(answer), Some(outcome)) = (self.answer.take(), self.outcome.take()) {
            // A caller who has gone misses nothing: the hooks have the id.
            let _ = answer.send(outcome);
        }
    }
}

/// A submit under way.
pub(super) struct Submit {
    pub(super) client: Arc<Inner>,
    pub(super) intent: Intent,
    pub(super) payload: Payload,
}

/// What came of one attempt.
enum Attempt {
    /// It may have left, and this is the outcome.
    Over(Written, Outcome),
    /// Nothing is out, and it may be sent again, after the pause if one was asked for.
    Again(Error, Option<Duration>),
}

impl Submit {
    /// Carries it through, and tells the caller.
    pub(super) async fn run(self, mut caller: Caller) {
        let attempts = AssertUnwindSafe(self.attempts(&mut caller)).catch_unwind();
        let (written, outcome) = match attempts.await {
            Ok(Ok((written, outcome))) => (Some(written), outcome),
            Ok(Err(error)) => (None, Err(error)),
            Err(panic) => (None, Err(self.panicked(&*panic, &caller.departure))),
        };
        let outcome = caller.outcome.insert(outcome);
        match outcome {
            Ok(job) => tracing::debug!(request_id = job.request_id(), "submitted"),
            Err(error) if error.is_outcome_unknown() => tracing::warn!(%error),
            Err(error) => tracing::debug!(%error, "not submitted"),
        }
        if let Some(written) = written {
            self.client.hooks.after(written, outcome).await;
        }
    }

    /// Tries until the request has left once: only what never left, or was turned away unread, is
    /// sent again.
    async fn attempts(&self, caller: &mut Caller) -> Result<(Written, Outcome), Error> {
        let (client, model) = (&self.client, &self.intent.model_id);
        let give_up = after(Instant::now(), client.options.submit_retries);
        for failures in 1.. {
            let turn = caller.unless_gone(client.gates.turn(model, give_up)).await;
            if !turn.ok_or_else(abandoned)? {
                return Err(self.shut_out());
            }
            let (error, hint) = match self.attempt(caller).await? {
                Attempt::Over(written, outcome) => return Ok((written, outcome)),
                Attempt::Again(error, hint) => (error, hint),
            };
            // A hint makes the pause longer, and never shorter: a storm helps nobody.
            let pause = backoff(failures, fastrand::f64()).max(hint.unwrap_or_default());
            if error.is_rate_limited() {
                client.gates.shut(model, pause);
            }
            if after(Instant::now(), pause) > give_up {
                return Err(error);
            }
            tracing::debug!(%error, again_in = ?pause, "not sent yet");
            caller.unless_gone(sleep(pause)).await.ok_or_else(abandoned)?;
        }
        unreachable!("the time for it ends it")
    }

    /// One attempt. In this order: first the connection, for that may take long and fail; then the
    /// intent goes into the journal, for from then on a crash leaves the outcome unknown; and then
    /// the request, if the caller is still there at its first byte.
    async fn attempt(&self, caller: &mut Caller) -> Result<Attempt, Error> {
        let client = &self.client;
        let mut connection = match self.connect(caller).await? {
            Ok(connection) => connection,
            Err(cause) => return self.not_sent(cause),
        };
        let written = client.hooks.before(&self.intent, &caller.departure).await?;
        if connection.has_rested() {
            connection = match self.connect(caller).await? {
                Ok(connection) => connection,
                Err(cause) => return self.not_sent(cause),
            };
        }
        let sent_at = SystemTime::now();
        match client.http.send(connection, &self.payload, &caller.departure).await {
            Fate::NotSent(_) if caller.has_gone() => Err(abandoned()),
            Fate::NotSent(cause) => self.not_sent(cause),
            Fate::Lost(cause) => {
                let error = self.unknown(&cause.words, sent_at).because(cause.source);
                Ok(Attempt::Over(written, Err(error)))
            }
            Fate::Replied(reply) => Ok(self.replied(caller, written, &reply, sent_at)),
        }
    }

    fn replied(
        &self,
        caller: &Caller,
        written: Written,
        reply: &Reply,
        sent_at: SystemTime,
    ) -> Attempt {
        let (client, model) = (&self.client, &self.intent.model_id);
        let job = |id| JobToken::submitted(id, model, sent_at);
        let outcome = match verdict(reply) {
            Verdict::Accepted(id) => {
                client.gates.accepted(model);
                Ok(job(id))
            }
            Verdict::Busy(fault) => {
                caller.departure.turned_away();
                return Attempt::Again(self.busy(reply, &fault), reply.retry_after);
            }
            Verdict::Refused(fault) => {
                Err(Error::refused(Call::Submit, reply, &fault, &client.http.scrub))
            }
            Verdict::Unknown(fault, id) => {
                let why = self.with_words(&fault, why_unknown(reply));
                let answer = Answer::of(reply, &fault, &client.http.scrub);
                Err(match id {
                    None => self.unknown(&why, sent_at),
                    Some(id) => self.unknown_job(&why, sent_at, &job(id)),
                }
                .answered(answer))
            }
        };
        Attempt::Over(written, outcome)
    }

    async fn connect(&self, caller: &mut Caller) -> Result<Result<Connection, Cause>, Error> {
        caller.unless_gone(self.client.http.connect(&self.payload)).await.ok_or_else(abandoned)
    }

    fn not_sent(&self, cause: Cause) -> Result<Attempt, Error> {
        let within = match self.client.options.submit_retries {
            Duration::ZERO => String::new(),
            _ if cause.hopeless => String::new(),
            limit => format!(" within {}", spoken(limit)),
        };
        let message = format!(
            "nothing was sent, and nothing was charged: no connection to {}{within}: {}",
            self.client.http.origin.as_str(),
            cause.words,
        );
        let error = Error::new(Kind::NotSent, message).because(cause.source);
        if cause.hopeless { Err(error) } else { Ok(Attempt::Again(error, None)) }
    }

    fn unknown(&self, why: &str, sent_at: SystemTime) -> Error {
        unknown(why, sent_at, &self.intent.fingerprint)
    }

    /// The outcome is unknown, but where to look is not.
    fn unknown_job(&self, why: &str, sent_at: SystemTime, job: &JobToken) -> Error {
        let message = format!(
            "the outcome of the submit is unknown: {why}. But the answer names a job, which may be \
             running and billed: resume it to see what became of it, before submitting this input \
             again",
        );
        Error::new(Kind::OutcomeUnknown, message).sent(sent_at, &self.intent.fingerprint).about(job)
    }

    fn busy(&self, reply: &Reply, fault: &Fault) -> Error {
        let why = "the service is busy and turned the submit away".to_owned();
        let message = format!("{}; nothing was charged", self.with_words(fault, why));
        let answer = Answer::of(reply, fault, &self.client.http.scrub);
        Error::new(Kind::RateLimited, message).answered(answer)
    }

    /// Another submit to this model was told to wait for longer than this one is to be tried, or so
    /// many wait for their turn that this one's comes too late.
    fn shut_out(&self) -> Error {
        let (model, limit) = (&self.intent.model_id, spoken(self.client.options.submit_retries));
        let opens = self.client.gates.opens(model);
        let why = match opens {
            Some(_) => format!("wants no submits to {model} for longer than {limit}"),
            None => format!("takes submits to {model} so slowly that this one's turn did not come"),
        };
        let message =
            format!("the service is busy and {why}; nothing was sent, and nothing was charged");
        let left = opens.map(|opens| opens.saturating_duration_since(Instant::now()));
        Error::new(Kind::RateLimited, message).after(left)
    }

    /// A fault of this program, or of what it runs in. Whether it may have cost, the connection knows.
    fn panicked(&self, panic: &(dyn Any + Send), departure: &Departure) -> Error {
        let words = runtime::words(panic);
        let why = format!("the task of the submit panicked: {words}");
        if departure.has_left() {
            return self.unknown(&why, SystemTime::now());
        }
        let message = format!("nothing was sent, and nothing was charged: {why}");
        Error::new(if runtime::is_unfit(words) { Kind::Config } else { Kind::NotSent }, message)
    }

    fn with_words(&self, fault: &Fault, why: String) -> String {
        match &fault.words {
            Some(words) => format!("{why}: {}", self.client.http.scrub.text(words)),
            None => why,
        }
    }
}

fn abandoned() -> Error {
    let message = "nothing was sent, and nothing was charged: the caller went away before";
    Error::new(Kind::NotSent, message)
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_task_that_ends_before_its_time_still_says_what_it_knows() {
        for known in [true, false] {
            let (answer, caller) = oneshot::channel();
            let mut task = Caller::new(answer, Arc::default());
            if known {
                task.outcome = Some(Ok(JobToken::from_request_id("r-1").unwrap()));
            }
            drop(task);
            let told = caller.await.ok().map(|outcome| outcome.unwrap().to_string());
            assert_eq!(told.as_deref(), known.then_some("r-1"));
        }
    }
}
