//! What comes of a batch.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::Inputs;
use super::item::{self, End, Shared};
use super::past::Past;
use crate::completed::Completed;
use crate::error::Error;
use crate::input::Input;

/// After so many items that do not come, others get a turn.
const SILENT: usize = 100;

/// One item of a batch that is over.
#[derive(Debug)]
#[non_exhaustive]
pub struct BatchItem<T> {
    /// The place of its input in the batch, counted from 0.
    pub index: usize,
    /// What came of it. Every error is the item's own.
    pub result: Result<Completed<T>, Error>,
    /// Whether an earlier start of the [named](crate::Batch::named) batch had another input at this
    /// place, and none that was equal to this one was left. Then this is a job of its own.
    pub input_changed: bool,
}

impl<T> BatchItem<T> {
    /// Marks the item as [collected](crate::Journal#collecting), whatever came of it:
    /// [`Completed::collect`], or [`Error::collect`]. A [named](crate::Batch::named) batch does not
    /// bring it again.
    ///
    /// An item whose job goes on, or whose outcome is unknown, is not settled by this.
    pub fn collect(&self) {
        match &self.result {
            Ok(done) => done.collect(),
            Err(error) => error.collect(),
        }
    }
}

/// The results of a batch, in the order in which they come.
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own for those who have no use for the
/// combinators. Nothing new is sent and no job is asked about while nobody polls it. Dropping it
/// leaves the jobs alone: the ids of those under way are in the journal, if the client has one, and
/// with the [`on_submitted`](crate::ClientBuilder::on_submitted) hook.
#[must_use = "a stream does nothing until it is polled"]
pub struct BatchResults<I: Input> {
    shared: Arc<Shared>,
    inputs: Option<Inputs<I>>,
    next_index: usize,
    in_flight: usize,
    running: FuturesUnordered<BoxFuture<'static, (usize, End<I::Output>)>>,
    stopped: bool,
    left_out: bool,
    collected_before: usize,
}

impl<I: Input> BatchResults<I> {
    pub(super) fn new(shared: Arc<Shared>, inputs: Inputs<I>, in_flight: usize) -> Self {
        Self {
            shared,
            inputs: Some(inputs),
            next_index: 0,
            in_flight,
            running: FuturesUnordered::new(),
            stopped: false,
            left_out: false,
            collected_before: 0,
        }
    }

    /// The next item that is over; `None` after the last one. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<BatchItem<I::Output>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Starts no further items; those under way still come.
    pub fn stop(&mut self) {
        self.stopped = true;
        self.inputs = None;
    }

    /// Whether there were items that the limits of the batch left out.
    #[must_use]
    pub fn left_out(&self) -> bool {
        self.left_out
    }

    /// How many items were passed over, because they were collected in an earlier start of the batch.
    #[must_use]
    pub fn collected_before(&self) -> usize {
        self.collected_before
    }

    /// How many jobs were submitted, those of earlier starts included.
    #[must_use]
    pub fn jobs(&self) -> u64 {
        self.shared.purse.jobs()
    }

    /// What was spent in US dollars, as far as it is known, and what is set aside for jobs whose
    /// cost is not known (yet), those of earlier starts included; it stays below
    /// [`max_usd`](crate::Batch::max_usd) as that says. Without a limit nothing is set aside, and
    /// this is what the results have said.
    #[must_use]
    pub fn usd(&self) -> f64 {
        self.shared.purse.usd().dollars()
    }

    /// Takes in inputs while there is room.
    fn fill(&mut self, cx: &mut Context<'_>) {
        while self.running.len() < self.in_flight && !self.is_spent() {
            let Some(inputs) = &mut self.inputs else { return };
            match inputs.poll_next_unpin(cx) {
                Poll::Pending => return,
                Poll::Ready(None) => self.inputs = None,
                Poll::Ready(Some(input)) => {
                    let (shared, index) = (self.shared.clone(), self.next_index);
                    self.next_index += 1;
                    self.running.push(Box::pin(async move {
                        (index, item::run(shared, index, input).await)
                    }));
                }
            }
        }
    }

    /// Whether nothing can come of further inputs: there is no money for new ones, and no old one is
    /// left to be resumed.
    fn is_spent(&mut self) -> bool {
        let spent = self.shared.purse.is_empty();
        let spent = spent && self.shared.past.as_ref().is_none_or(Past::is_used_up);
        if spent {
            self.inputs = None;
        }
        spent
    }
}

impl<I: Input> Stream for BatchResults<I> {
    type Item = BatchItem<I::Output>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for _ in 0..SILENT {
            self.fill(cx);
            match self.running.poll_next_unpin(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) if self.inputs.is_some() => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some((_, End::Collected))) => self.collected_before += 1,
                Poll::Ready(Some((_, End::LeftOut))) => self.left_out = true,
                Poll::Ready(Some((index, End::Result { result, input_changed }))) => {
                    return Poll::Ready(Some(BatchItem { index, result, input_changed }));
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<I: Input> Unpin for BatchResults<I> {}

impl<I: Input> fmt::Debug for BatchResults<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchResults")
            .field("under_way", &self.running.len())
            .field("collected_before", &self.collected_before)
            .finish_non_exhaustive()
    }
}
