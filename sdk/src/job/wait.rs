//! Waiting for a result.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracing::{Instrument, Span};

use super::watch::{Update, Watch};
use super::{CancelOutcome, Job, JobToken, cancel, finish};
use crate::client::Inner;
use crate::completed::Completed;
use crate::error::{Error, Kind};
use crate::input::Output;
use crate::time::spoken;
use crate::{runtime, trace};

/// How long after a deadline the outcome of a cancellation is waited for.
const CANCELLING: Duration = Duration::from_secs(15);

type Boxed<T> = Pin<Box<dyn Future<Output = Result<Completed<T>, Error>> + Send>>;

/// A wait for the result of a job; await it.
///
/// No failed poll ends it: connections that break, 5xx, 429, HTML and truncated answers are
/// followed by another poll, for as long as it takes. Nor does a single refusal: what a gateway
/// says for a moment is not the service's word. It ends
///
/// - with the result, or with the failure or the cancellation of the job;
/// - at the deadline;
/// - when the service says again and again, for a while, and by both of its calls, that it does not
///   know the job (20 s) or the token (30 s; 2 min where it is no more than a 401 or 403);
/// - with [`is_unsettled`](Error::is_unsettled), when the job is over and its result stays empty,
///   unreadable (1 min) or another job's (5 min), or when for half an hour nothing comes but answers
///   without a known meaning, or a result call that says it is not over.
///
/// As long as the status call says that the job is queued or running, or the result call says so and
/// the status call does not say that it is over, only the deadline ends it.
/// Each of those errors carries the job. Dropping the wait leaves the job alone, unless
/// [`cancel_if_queued`](Self::cancel_if_queued) was chosen.
#[must_use = "a wait does nothing until it is awaited"]
#[derive(Debug)]
pub struct Wait<T> {
    job: Job<T>,
    timeout: Option<Duration>,
    cancel_if_queued: bool,
    /// The span of the run that it is a part of.
    span: Option<Span>,
}

impl<T: Output> Wait<T> {
    pub(super) fn new(job: Job<T>) -> Self {
        Self { job, timeout: None, cancel_if_queued: false, span: None }
    }

    /// Stops waiting after this time, with [`is_deadline`](Error::is_deadline).
    ///
    /// It is not a cancel: the job goes on and is billed, and the error carries it.
    pub fn timeout(mut self, after: Duration) -> Self {
        self.timeout = Some(after);
        self
    }

    /// Where the wait ends without a result, at the deadline or by being dropped: asks the
    /// service to cancel the job if it may still be in the queue.
    ///
    /// After a deadline, [`Error::cancel_outcome`] tells what came of it, within 15 s; a service that
    /// takes longer leaves it [unknown](CancelOutcome::Unknown). After a drop nobody is told. The call
    /// is made in a task of its own, which needs the runtime to live on.
    pub fn cancel_if_queued(mut self) -> Self {
        self.cancel_if_queued = true;
        self
    }

    pub(crate) fn within(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    async fn run(self) -> Result<Completed<T>, Error> {
        let (client, token) = (self.job.client.clone(), self.job.token.clone());
        let span = self.span.clone().unwrap_or_else(|| trace::wait(&client, &token));
        let mut guard = Guard {
            watch: Watch::new(&client, &token, self.job.started),
            client,
            token,
            armed: self.cancel_if_queued,
        };
        let limit = self.timeout.unwrap_or(Duration::MAX);
        let work = async {
            match timeout(limit, end(&mut guard.watch)).await {
                Ok(end) => {
                    guard.armed = false;
                    finish::hand_over(&guard.client, &guard.token, end)
                }
                Err(_) => Err(guard.at_deadline(limit).await),
            }
        };
        let end = runtime::needed(work.instrument(span.clone())).await;
        trace::waited(&span, guard.watch.course(), &end);
        end
    }
}

async fn end(watch: &mut Watch) -> Result<serde_json::Value, Error> {
    loop {
        if let Update::End(end) = watch.next().await {
            return end;
        }
    }
}

impl<T: Output> IntoFuture for Wait<T> {
    type Output = Result<Completed<T>, Error>;
    type IntoFuture = Boxed<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T: Output> IntoFuture for Job<T> {
    type Output = Result<Completed<T>, Error>;
    type IntoFuture = Boxed<T>;

    fn into_future(self) -> Self::IntoFuture {
        Wait::new(self).into_future()
    }
}

/// Sees to the cancellation that was asked for, also when the wait is dropped.
struct Guard {
    watch: Watch,
    client: Arc<Inner>,
    token: JobToken,
    armed: bool,
}

impl Guard {
    async fn at_deadline(&mut self, limit: Duration) -> Error {
        let outcome =
            if self.armed && self.watch.may_be_queued() { Some(self.cancel().await) } else { None };
        self.armed = false;
        let fate = match outcome {
            Some(CancelOutcome::Cancelled) => "it was cancelled and is not billed",
            Some(CancelOutcome::Unknown) => "whether it could be cancelled is not known",
            Some(CancelOutcome::TooLate) | None => "it goes on and is billed; wait for it again",
        };
        let message = format!(
            "the job had not ended after {} (last {}): {fate}",
            spoken(limit),
            self.watch.last_seen(),
        );
        let error = Error::new(Kind::Deadline, message).about(&self.token);
        match outcome {
            Some(outcome) => error.with_cancel(outcome),
            None => error,
        }
    }

    /// A caller who has set a deadline does not wait for a service that hangs.
    async fn cancel(&self) -> CancelOutcome {
        let cancelling = tokio::spawn(self.cancelling());
        let outcome = timeout(CANCELLING, cancelling).await;
        outcome.ok().and_then(Result::ok).unwrap_or(CancelOutcome::Unknown)
    }

    fn cancelling(&self) -> impl Future<Output = CancelOutcome> + Send + 'static {
        let (client, token) = (self.client.clone(), self.token.clone());
        async move { cancel::cancel(&client, &token).await.unwrap_or(CancelOutcome::Unknown) }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !(self.armed && self.watch.may_be_queued()) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.cancelling());
        }
    }
}
