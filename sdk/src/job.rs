//! A submitted job: ask about it, wait for it, cancel it, keep it for later.

mod cancel;
mod end;
mod events;
mod finish;
mod learn;
mod page;
mod patience;
mod reading;
mod step;
mod token;
mod wait;
mod watch;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::client::Inner;
use crate::error::Error;
use crate::input::Output;
use crate::runtime;
use crate::status::Status;

pub use cancel::CancelOutcome;
pub use events::{Event, Events};
pub use token::JobToken;
pub use wait::Wait;

/// A job that the service has accepted, and bills.
///
/// It is a handle and no more: dropping it leaves the job alone, cloning it makes a second handle
/// to the same job, and [`token`](Self::token) is all that is needed to have it back in another
/// process. Awaiting it gives the result, with no deadline.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn f(client: runcomfy::Client, input: runcomfy::JsonInput) -> Result<(), runcomfy::Error> {
/// let job = client.submit(input).await?;
/// println!("keep this: {}", job.token());
/// match job.wait().timeout(Duration::from_secs(60)).await {
///     Ok(done) => println!("{:?}", done.media_urls()),
///     Err(error) if error.is_deadline() => println!("still at it: {}", job.status().await?.state),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Job<T> {
    client: Arc<Inner>,
    token: JobToken,
    started: Started,
    output: PhantomData<fn() -> T>,
}

/// When a job began, by this process's clock.
#[derive(Debug, Clone, Copy)]
struct Started {
    at: Instant,
    /// Whether `at` is when it was submitted, or only when it was resumed.
    known: bool,
    /// Whether this process submitted it, just now.
    here: bool,
}

impl<T: Output> Job<T> {
    pub(crate) fn submitted(client: Arc<Inner>, token: JobToken) -> Self {
        let started = Started { at: Instant::now(), known: true, here: true };
        Self::with(client, token, started)
    }

    pub(crate) fn resumed(client: Arc<Inner>, token: JobToken) -> Self {
        let now = Instant::now();
        let age = token.submitted_at().and_then(|at| SystemTime::now().duration_since(at).ok());
        let at = age.and_then(|age| now.checked_sub(age));
        let started = Started { at: at.unwrap_or(now), known: at.is_some(), here: false };
        Self::with(client, token, started)
    }

    fn with(client: Arc<Inner>, token: JobToken, started: Started) -> Self {
        Self { client, token, started, output: PhantomData }
    }

    /// Asks once where the job stands.
    ///
    /// Fails with [`is_unreachable`](Error::is_unreachable) where there is no usable answer, with
    /// [`is_job_unknown`](Error::is_job_unknown) or [`is_rejected`](Error::is_rejected) where the
    /// service does not want to say; every error carries the job.
    pub async fn status(&self) -> Result<Status, Error> {
        runtime::needed(reading::status(&self.client, &self.token)).await
    }

    /// Waits for the result; see [`Wait`] for a deadline.
    #[must_use = "a wait does nothing until it is awaited"]
    pub fn wait(&self) -> Wait<T> {
        Wait::new(self.clone())
    }

    /// What happens to the job, as a stream that ends with its result. It is the same wait: a
    /// poll that fails is an event, and not the end.
    ///
    /// ```no_run
    /// # use runcomfy::{Event, Job};
    /// # async fn f(job: Job<serde_json::Value>) -> Result<(), runcomfy::Error> {
    /// let mut events = job.events();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         Event::Queued { position } => println!("in the queue: {position:?}"),
    ///         Event::Running => println!("running"),
    ///         Event::PollFailed { error, retry_in } => println!("{error}; again in {retry_in:?}"),
    ///         Event::Finished(result) => println!("{:?}", result?.media_urls()),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "a stream does nothing until it is polled"]
    pub fn events(&self) -> Events<T> {
        Events::new(self)
    }

    /// Asks the service to cancel the job, and tells which of the three outcomes it was.
    ///
    /// Only a queued job can be cancelled; one that runs is billed to its end. The call is repeated
    /// where its answer got lost: cancelling twice is cancelling once.
    ///
    /// Fails only where the service refuses the question itself (a wrong token, someone else's
    /// job, an id that it does not know).
    pub async fn cancel(&self) -> Result<CancelOutcome, Error> {
        runtime::needed(cancel::cancel(&self.client, &self.token)).await
    }
}

impl<T> Job<T> {
    /// The id that the service gave the job.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.token.request_id()
    }

    /// The model that the job runs; `None` for a job that was resumed by a bare id.
    #[must_use]
    pub fn model_id(&self) -> Option<&str> {
        self.token.model_id()
    }

    /// What to keep in order to come back to the job later.
    #[must_use]
    pub fn token(&self) -> &JobToken {
        &self.token
    }

    /// How long ago the job was submitted, where that is known.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.started.known.then(|| self.started.at.elapsed())
    }
}

impl<T> Clone for Job<T> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            token: self.token.clone(),
            started: self.started,
            output: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.token).finish()
    }
}
