//! Work that goes on whether or not anybody polls the future that waits for it.

use tokio::task::{AbortHandle, JoinHandle};
use tracing::Instrument;

/// Does the work in a task of its own, which ends when this future is dropped; `None` where the
/// runtime is shut down before.
///
/// A future that is not polled must hold nothing that others wait for, and callers have futures that
/// they do not poll: the other items of a batch, while they deal with one. What takes a
/// [turn](super::Budget::turn) therefore runs here.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let task = tokio::spawn(work.in_current_span());
    let _end = AbortOnDrop(task.abort_handle());
    outcome(task).await
}

async fn outcome<T>(task: JoinHandle<T>) -> Option<T> {
    match task.await {
        Ok(done) => Some(done),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => None,
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
