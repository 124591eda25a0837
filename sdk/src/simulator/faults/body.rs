//! Bodies that break off or pause.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::Sleep;

/// The first part of a body, and what follows.
pub(crate) struct BrokenBody {
    first: Option<Bytes>,
    then: Then,
}

/// What follows on the first part of a body.
enum Then {
    /// What came before is written to the socket; then the connection ends.
    Flush,
    End,
    /// A pause, then the rest.
    Rest(Pin<Box<Sleep>>, Bytes),
    Nothing,
}

impl BrokenBody {
    /// The first half of `whole`, then the end of the connection.
    pub(crate) fn cut_midway(whole: &Bytes) -> Self {
        Self::cut_at(whole, whole.len() / 2)
    }

    /// That many bytes of `whole`, then the end of the connection.
    pub(crate) fn cut_at(whole: &Bytes, bytes: usize) -> Self {
        Self { first: Some(whole.slice(..bytes)), then: Then::Flush }
    }

    /// The first half of `whole`, a pause, the rest.
    pub(crate) fn stalled(whole: &Bytes, pause: Sleep) -> Self {
        let middle = whole.len() / 2;
        Self {
            first: Some(whole.slice(..middle)),
            then: Then::Rest(Box::pin(pause), whole.slice(middle..)),
        }
    }
}

impl Body for BrokenBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if let Then::Rest(pause, _) = &mut self.then
            && pause.as_mut().poll(cx).is_pending()
        {
            return Poll::Pending;
        }
        match std::mem::replace(&mut self.then, Then::Nothing) {
            // hyper writes out what it has whenever a body has nothing to give.
            Then::Flush => {
                self.then = Then::End;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Then::End => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            Then::Rest(_, rest) => Poll::Ready(Some(Ok(Frame::data(rest)))),
            Then::Nothing => Poll::Ready(None),
        }
    }
}
