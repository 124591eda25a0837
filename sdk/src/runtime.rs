//! The runtime that a program brings.

use std::any::Any;
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt;

use crate::error::Error;

/// Does work that needs a runtime with timers and I/O. Where there is none, Tokio panics; that is an
/// error of the program's set-up like any other.
pub(crate) async fn needed<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(done) => done,
        Err(panic) if is_unfit(words(&*panic)) => {
            Err(Error::config(format!("the client needs a Tokio runtime: {}", words(&*panic))))
        }
        Err(panic) => resume_unwind(panic),
    }
}

/// Whether a panic is Tokio's, about a runtime that is missing or was built without timers or I/O.
pub(crate) fn is_unfit(words: &str) -> bool {
    ["enable_time", "enable_io", "no reactor running"].iter().any(|what| words.contains(what))
}

/// What a panic says.
pub(crate) fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("(no words)")
}
