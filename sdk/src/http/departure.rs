//! The last moment at which a submit can be called off: before its first byte.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};

/// Whether a submit is still wanted, and whether a byte of it may have left: what its caller, who
/// may go at any moment, and its connection have in common.
#[derive(Debug, Default)]
pub(crate) struct Departure {
    called_off: AtomicBool,
    left: AtomicBool,
}

impl Departure {
    /// Nobody wants it any more: what has not left is not to leave.
    pub(crate) fn call_off(&self) {
        self.called_off.store(true, SeqCst);
    }

    /// Whether a byte may have left for which there is no answer yet.
    pub(crate) fn has_left(&self) -> bool {
        self.left.load(SeqCst)
    }

    /// The service has turned it away: none of it is out any more.
    pub(crate) fn turned_away(&self) {
        self.left.store(false, SeqCst);
    }

    /// Asked before each byte; from the first yes on, it counts as having left.
    fn may_leave(&self) -> bool {
        if !self.has_left() && self.called_off.load(SeqCst) {
            return false;
        }
        self.left.store(true, SeqCst);
        true
    }
}

/// How far a request has got.
#[derive(Debug, Default)]
pub(super) struct Progress {
    written: AtomicU64,
    broken: Mutex<Option<io::Error>>,
}

impl Progress {
    /// How many bytes the operating system has taken.
    pub(super) fn written(&self) -> u64 {
        self.written.load(SeqCst)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.lock().is_some()
    }

    /// Why nothing more could be written.
    pub(super) fn take_broken(&self) -> Option<io::Error> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<io::Error>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection of one submit.
///
/// It lets nothing out for a caller who has gone. And a write that fails is no end of it: a server
/// that has seen enough answers and closes, and its answer is there to be read. So from the first
/// failure on it writes nothing, and it is the reading that ends.
pub(super) struct Outgoing<S> {
    stream: S,
    departure: Arc<Departure>,
    progress: Arc<Progress>,
}

impl<S: Read + Write + Unpin> Outgoing<S> {
    pub(super) fn new(stream: S, departure: Arc<Departure>, progress: Arc<Progress>) -> Self {
        Self { stream, departure, progress }
    }

    fn put(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.progress.is_broken() {
            return Poll::Pending;
        }
        if !self.departure.may_leave() {
            return Poll::Ready(Err(io::Error::other("its caller has gone")));
        }
        match write(Pin::new(&mut self.stream), cx) {
            Poll::Ready(Ok(bytes)) => {
                self.progress.written.fetch_add(bytes as u64, SeqCst);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => self.broken(cx, error),
            Poll::Pending => Poll::Pending,
        }
    }

    fn broken<T>(&self, cx: &Context<'_>, error: io::Error) -> Poll<io::Result<T>> {
        *self.progress.lock() = Some(error);
        // Read once more, whether or not there is something new.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S: Read + Write + Unpin> Read for Outgoing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: Read + Write + Unpin> Write for Outgoing<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.put(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.put(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.progress.is_broken() {
            return Poll::Pending;
        }
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(Err(error)) => self.broken(cx, error),
            other => other,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.progress.is_broken() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_off_before_its_first_byte_never_leaves() {
        let departure = Departure::default();
        departure.call_off();
        assert!(!departure.may_leave() && !departure.has_left());
    }

    #[test]
    fn what_has_begun_to_leave_is_not_cut_short() {
        let departure = Departure::default();
        assert!(departure.may_leave());
        departure.call_off();
        assert!(departure.may_leave() && departure.has_left());
        departure.turned_away();
        assert!(!departure.may_leave() && !departure.has_left());
    }
}
