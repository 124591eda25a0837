//! A connection that can be reset from within.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Breaks the connection on which a request came in, now or later.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker(Arc<Switches>);

#[derive(Debug, Default)]
struct Switches {
    mute: AtomicBool,
    abrupt: AtomicBool,
    reset_next: AtomicBool,
    closes_idle: Mutex<Option<Duration>>,
    /// For how long the connection was left waiting.
    late: Mutex<Option<Duration>>,
}

impl Breaker {
    /// Not one more byte is written: the connection is reset in place of the next.
    pub(super) fn reset(&self) {
        self.0.mute.store(true, Ordering::SeqCst);
        self.reset_at_end();
    }

    /// When the connection ends, it ends with a reset.
    pub(super) fn reset_at_end(&self) {
        self.0.abrupt.store(true, Ordering::SeqCst);
    }

    /// When the next request comes, the connection is reset, and nothing of it is read.
    pub(super) fn reset_next(&self) {
        self.0.reset_next.store(true, Ordering::SeqCst);
    }

    /// When nothing has come for that long, the connection is closed.
    pub(super) fn close_idle(&self, time: Duration) {
        *lock(&self.0.closes_idle) = Some(time);
    }

    /// The connection was not served for that long.
    pub(super) fn was_late(&self, time: Duration) {
        *lock(&self.0.late) = Some(time);
    }

    /// For how long the connection was left waiting, to the first who asks.
    pub(super) fn take_late(&self) -> Option<Duration> {
        lock(&self.0.late).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A TCP stream that does what its [`Breaker`] says.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    breaker: Breaker,
    /// When it is over, if nothing comes.
    closing: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, breaker: Breaker) -> Self {
        Self { stream, breaker, closing: None }
    }

    /// Begins to count how long it is idle, if that matters, and sees to it that it is read then.
    fn idle(&mut self, cx: &mut Context<'_>) {
        let time = *lock(&self.breaker.0.closes_idle);
        self.closing = time.map(|time| Box::pin(sleep(time)));
        if self.is_over(cx) {
            cx.waker().wake_by_ref();
        }
    }

    /// Whether it has been idle for too long.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.closing.as_mut().is_some_and(|closing| closing.as_mut().poll(cx).is_ready())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.breaker.0.abrupt.load(Ordering::SeqCst) {
            // With no time to linger, closing sends a reset (RST) in place of an orderly end.
            drop(self.stream.set_zero_linger());
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_over(cx) {
            // As if the client had ended it: what it sends now is not read.
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            *lock(&self.breaker.0.closes_idle) = None;
            self.closing = None;
            if self.breaker.0.reset_next.load(Ordering::SeqCst) {
                buffer.set_filled(before);
                self.breaker.reset_at_end();
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.breaker.0.mute.load(Ordering::SeqCst) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        // It is not idle before the answer is written.
        self.idle(cx);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.breaker.0.abrupt.load(Ordering::SeqCst) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
