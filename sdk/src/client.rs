//! The client.

mod builder;
mod check;
mod recover;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tracing::Instrument;

use crate::completed::Completed;
use crate::error::Error;
use crate::http::Http;
use crate::input::{Input, Output};
use crate::job::{Job, JobToken};
use crate::media::check::{self as media, Reach};
use crate::media::echo::Inputs;
use crate::poll::{Bounds, Budget, History};
use crate::submit::{self, Gates, Hooks, Label};
use crate::trace;

pub use builder::ClientBuilder;

/// A client of RunComfy's Model API.
///
/// It is cheap to clone, and its clones share connections, the budget of polls, and what was
/// learnt about how long jobs take. It must be used inside a Tokio runtime.
///
/// A submit is paid, so it is sent **once**: it is repeated only where not a byte of it can have
/// left, or where the service turned it away as busy. From the request id on, nothing loses the job.
///
/// ```no_run
/// use runcomfy::{Client, JsonInput};
/// use serde_json::json;
///
/// # async fn f() -> Result<(), runcomfy::Error> {
/// let client = Client::from_env()?;
/// let input = JsonInput::new(
///     "google/nano-banana-2/text-to-image",
///     json!({ "prompt": "a lighthouse at dusk" }),
/// );
/// let done = client.run(input).await?;
/// println!("{:?} for {:?} USD", done.media_urls(), done.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

/// What the clones of a client share.
pub(crate) struct Inner {
    pub(crate) http: Arc<Http>,
    pub(crate) hooks: Hooks,
    pub(crate) gates: Gates,
    pub(crate) options: Options,
    pub(crate) budget: Arc<Budget>,
    pub(crate) history: History,
    /// What recent jobs were given.
    pub(crate) inputs: Inputs,
    #[cfg(feature = "schema-text")]
    pub(crate) drift: crate::catalog::DriftWatch,
}

pub(crate) struct Options {
    pub(crate) allow_unknown_keys: bool,
    /// Where the service can fetch media from.
    pub(crate) reach: Reach,
    /// For how long a submit that did not get out is tried again.
    pub(crate) submit_retries: Duration,
    pub(crate) bounds: Bounds,
}

impl Client {
    /// A client with the token of the environment: `RUNCOMFY_API_TOKEN`, else `RUNCOMFY_TOKEN`,
    /// else `RUNCOMFY_API_KEY`; a blank one counts as unset.
    ///
    /// Fails with [`is_config`](Error::is_config) if none of them is set.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// A client with this token and the usual settings.
    ///
    /// Fails with [`is_config`](Error::is_config) if the token is blank or cannot be one.
    pub fn new(token: impl Into<String>) -> Result<Self, Error> {
        Self::builder().token(token).build()
    }

    /// A client with settings of its own.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Submits the input and waits for the result, however long it takes.
    ///
    /// The input is checked first, all its faults reported at once, and nothing is sent if there
    /// are any. For a deadline, progress or cancelling, [`submit`](Self::submit) it and use the
    /// [`Job`]. If this future is dropped after the request has left, the job goes on; its id has
    /// then gone to the [`on_submitted`](ClientBuilder::on_submitted) hook.
    ///
    /// Fails as [`submit`](Self::submit) and [`Wait`](crate::Wait) do.
    pub async fn run<I: Input>(&self, input: I) -> Result<Completed<I::Output>, Error> {
        let span = trace::run(&self.inner, input.model_id(), I::Output::KIND);
        let work = async {
            let job = self.submit(input).await.inspect_err(|error| trace::failed(&span, error))?;
            trace::record_id(&span, job.token());
            job.wait().within(span.clone()).await
        };
        work.instrument(span.clone()).await
    }

    /// Submits the input, and hands back the job as soon as the service has accepted it.
    ///
    /// Fails with
    /// - [`is_invalid_input`](Error::is_invalid_input): a fault of the input, found before sending;
    /// - [`is_not_sent`](Error::is_not_sent), [`is_rate_limited`](Error::is_rate_limited): it did
    ///   not get out, or was turned away, for as long as it is tried again (60 s, unless set);
    /// - [`is_rejected`](Error::is_rejected): the service said no;
    /// - [`is_outcome_unknown`](Error::is_outcome_unknown): it may have been accepted and billed;
    /// - [`is_journal`](Error::is_journal): it could not be written down, and was not sent.
    ///
    /// Only the last but one of these may have cost money.
    pub async fn submit<I: Input>(&self, input: I) -> Result<Job<I::Output>, Error> {
        self.submit_labelled(input, Label::default()).await
    }

    pub(crate) async fn submit_labelled<I: Input>(
        &self,
        input: I,
        label: Label,
    ) -> Result<Job<I::Output>, Error> {
        let Options { allow_unknown_keys, reach, .. } = self.inner.options;
        let span = trace::submit(&self.inner, input.model_id());
        check::check(&input, allow_unknown_keys, reach)
            .inspect_err(|error| trace::failed(&span, error))?;
        #[cfg(feature = "schema-text")]
        self.inner.drift.look(&self.inner, &input);
        let (model_id, body) = (input.model_id().to_owned(), input.to_json());
        drop(input);
        media::request(&body)?;
        let submit = submit::submit(self.inner.clone(), &model_id, body, label);
        let outcome = submit.instrument(span.clone()).await;
        trace::submitted(&span, &outcome);
        let token = outcome?;
        Ok(Job::submitted(self.inner.clone(), token))
    }

    /// The job of a token, typed by the input that it was submitted with.
    ///
    /// Nothing is sent. Whether the service still knows the job, its first answer will tell.
    ///
    /// ```no_run
    /// # fn f(client: runcomfy::Client, saved: &str) -> Result<(), runcomfy::Error> {
    /// use runcomfy::JsonInput;
    ///
    /// let job = client.resume::<JsonInput>(saved.parse()?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn resume<I: Input>(&self, token: JobToken) -> Job<I::Output> {
        Job::resumed(self.inner.clone(), token)
    }

    /// The job of a token, its output as plain JSON.
    ///
    /// ```no_run
    /// # async fn f(client: runcomfy::Client) -> Result<(), runcomfy::Error> {
    /// use runcomfy::JobToken;
    ///
    /// let job = client.resume_json(JobToken::from_request_id("8f1c-22")?);
    /// println!("{}", job.await?.output);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn resume_json(&self, token: JobToken) -> Job<Value> {
        Job::resumed(self.inner.clone(), token)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("origin", &self.inner.http.origin.as_str())
            .finish_non_exhaustive()
    }
}
