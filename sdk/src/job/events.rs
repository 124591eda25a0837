//! What happens to a job, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_util::stream::unfold;

use super::watch::{Update, Watch};
use super::{Job, finish};
use crate::completed::Completed;
use crate::error::Error;
use crate::input::Output;
use crate::{redact, runtime};

/// Something that happened to a job.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<T> {
    /// It is in the queue, or has moved up in it.
    Queued {
        /// How many jobs are ahead of it, where the service says so.
        position: Option<u64>,
    },
    /// It has begun to run: from now on it cannot be cancelled.
    Running,
    /// The service has a word for its state that this version does not know. It is taken for
    /// unfinished, and the result is asked for; after half an hour of nothing but that, the wait ends
    /// with [`is_unsettled`](Error::is_unsettled).
    Unrecognized {
        /// The word as the service spells it, cut after 64 characters.
        word: String,
    },
    /// It is over, as the service says, and there is nothing in its result. It may come a moment
    /// later, so it is asked for again, for a minute. A success that stays empty
    /// [says so](Completed::is_empty).
    OutputMissing,
    /// One question about it got no usable answer; it will be asked again.
    PollFailed {
        /// What happened.
        error: Error,
        /// How long it is until the next attempt, if it gets its turn at once.
        retry_in: Duration,
    },
    /// It is over, and this is the last event.
    Finished(Result<Completed<T>, Error>),
}

/// The events of a job, ending with [`Event::Finished`].
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own for those who have no use for the
/// combinators. Nothing is asked while nobody polls it, and dropping it leaves the job alone.
#[must_use = "a stream does nothing until it is polled"]
pub struct Events<T> {
    inner: Pin<Box<dyn Stream<Item = Event<T>> + Send>>,
}

impl<T: Output> Events<T> {
    pub(super) fn new(job: &Job<T>) -> Self {
        let watch = Watch::new(&job.client, &job.token, job.started);
        let (client, token) = (job.client.clone(), job.token.clone());
        let stream = unfold(Some((watch, client, token)), |watched| async move {
            let (mut watch, client, token) = watched?;
            let update = runtime::needed(async { Ok(watch.next().await) }).await;
            let event = match update.unwrap_or_else(|error| Update::End(Err(error))) {
                Update::End(end) => {
                    let end = finish::hand_over(&client, &token, end);
                    return Some((Event::Finished(end), None));
                }
                Update::Queued(position) => Event::Queued { position },
                Update::Running => Event::Running,
                Update::Unrecognized(word) => {
                    Event::Unrecognized { word: redact::text(&word).into_owned() }
                }
                Update::OutputMissing => Event::OutputMissing,
                Update::PollFailed(error, retry_in) => Event::PollFailed { error, retry_in },
            };
            Some((event, Some((watch, client, token))))
        });
        Self { inner: Box::pin(stream) }
    }
}

impl<T> Events<T> {
    /// The next event; `None` after [`Event::Finished`]. Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<Event<T>> {
        std::future::poll_fn(|cx| self.inner.as_mut().poll_next(cx)).await
    }
}

impl<T> Stream for Events<T> {
    type Item = Event<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(cx)
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
