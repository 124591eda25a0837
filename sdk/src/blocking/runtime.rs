//! The thread on which everything happens.

use std::cell::Cell;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::error::Error;

/// For how long a submit that is under way may hold up the end of the thread, and no longer than
/// the process lives.
const LAST_ORDERS: Duration = Duration::from_secs(600);

thread_local! {
    /// Whether this is a thread of a blocking client.
    static OURS: Cell<bool> = const { Cell::new(false) };
}

pub(super) struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(super) fn new() -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("runcomfy")
            .on_thread_start(|| OURS.set(true))
            .enable_all()
            .build();
        let refuse = |error| Error::config(format!("no thread for the client: {error}"));
        runtime.map(|runtime| Self(Some(runtime))).map_err(refuse)
    }

    /// Waits for the work on this thread. Tokio's own `block_on` would panic where this thread
    /// happens to be one of another runtime.
    ///
    /// Where it is one of our own, as in the `on_submitted` hook, another thread takes its place
    /// meanwhile: the work could not be done otherwise.
    pub(super) fn block_on<F: Future>(&self, work: F) -> F::Output {
        if OURS.get() {
            tokio::task::block_in_place(|| self.park_on(work))
        } else {
            self.park_on(work)
        }
    }

    fn park_on<F: Future>(&self, work: F) -> F::Output {
        let _inside = self.0.as_ref().map(tokio::runtime::Runtime::enter);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut work = pin!(work);
        loop {
            match work.as_mut().poll(&mut context) {
                Poll::Ready(done) => return done,
                Poll::Pending => thread::park(),
            }
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A submit that has left is carried through, its id handed to the journal and the hook.
impl Drop for Runtime {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else { return };
        if runtime.metrics().num_alive_tasks() == 0 {
            return runtime.shutdown_background();
        }
        let last = Instant::now() + LAST_ORDERS;
        // If there is no thread for it, it ends with the closure.
        let _ = thread::Builder::new().name("runcomfy-end".to_owned()).spawn(move || {
            while runtime.metrics().num_alive_tasks() > 0 && Instant::now() < last {
                thread::sleep(Duration::from_millis(20));
            }
            runtime.shutdown_background();
        });
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}
