//! The same client for programs without async.
//!
//! It is a façade: [`Client`] and everything that it hands out have the names and the methods of
//! their asynchronous twins, and every guarantee that stands there holds here, for the same code does
//! the work. Two things read differently:
//!
//! - where async code says `.await` to a thing that was built up (a job, a wait, a download), this
//!   one says [`run`](Job::run);
//! - what is a stream there is an [`Iterator`] here.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use runcomfy::blocking::Client;
//! use runcomfy::models::google::nano_banana_2::text_to_image::Input;
//!
//! # fn main() -> Result<(), runcomfy::Error> {
//! let client = Client::from_env()?;
//! let job = client.submit(Input::new("a lighthouse at dusk"))?;
//! let done = job.wait().timeout(Duration::from_secs(300)).run()?;
//! for file in client.download(&done).to("pictures").run()? {
//!     println!("{}", file.path.display());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The client brings a thread of its own, on which what is under way goes on while nobody waits. It
//! may be used inside async code too, where it holds up the thread that it is called on.

mod batch;
mod catalog;
mod download;
mod iter;
mod job;
mod runtime;
mod settings;

use std::sync::Arc;

use serde_json::Value;

use crate::client::ClientBuilder;
use crate::completed::Completed;
use crate::error::Error;
use crate::input::Input;
use crate::job::JobToken;
use crate::journal::{Journal, Recovery};

pub use batch::Batch;
pub use catalog::Catalog;
pub use download::Download;
pub use iter::Iter;
pub use job::{Job, Wait};

use runtime::Runtime;

/// The client of [`crate::Client`], for programs without async.
///
/// It is cheap to clone, and its clones share all that clones of the other one share.
#[derive(Debug, Clone)]
pub struct Client {
    // Before the runtime, which waits for what its connections do.
    inner: crate::Client,
    runtime: Arc<Runtime>,
}

impl ClientBuilder {
    /// The client for programs without async, if the settings make sense. Nothing is sent.
    ///
    /// Fails as [`build`](Self::build) does, and with [`is_config`](Error::is_config) if the system
    /// has no thread left for it.
    ///
    /// ```
    /// let client = runcomfy::blocking::Client::builder().token("token").build_blocking()?;
    /// # Ok::<(), runcomfy::Error>(())
    /// ```
    pub fn build_blocking(self) -> Result<Client, Error> {
        Client::of(self.build()?)
    }
}

impl Client {
    /// As [`crate::Client::from_env`].
    pub fn from_env() -> Result<Self, Error> {
        Self::of(crate::Client::from_env()?)
    }

    /// As [`crate::Client::new`].
    pub fn new(token: impl Into<String>) -> Result<Self, Error> {
        Self::of(crate::Client::new(token)?)
    }

    /// As [`crate::Client::builder`]; end it with
    /// [`build_blocking`](ClientBuilder::build_blocking).
    pub fn builder() -> ClientBuilder {
        crate::Client::builder()
    }

    fn of(inner: crate::Client) -> Result<Self, Error> {
        Ok(Self { inner, runtime: Arc::new(Runtime::new()?) })
    }

    /// As [`crate::Client::run`].
    pub fn run<I: Input>(&self, input: I) -> Result<Completed<I::Output>, Error> {
        self.runtime.block_on(self.inner.run(input))
    }

    /// As [`crate::Client::submit`].
    pub fn submit<I: Input>(&self, input: I) -> Result<Job<I::Output>, Error> {
        let job = self.runtime.block_on(self.inner.submit(input))?;
        Ok(Job::of(job, &self.runtime))
    }

    /// As [`crate::Client::submit_as`].
    pub fn submit_as<I: Input>(
        &self,
        key: impl Into<String>,
        input: I,
    ) -> Result<Job<I::Output>, Error> {
        let job = self.runtime.block_on(self.inner.submit_as(key, input))?;
        Ok(Job::of(job, &self.runtime))
    }

    /// As [`crate::Client::resume`].
    #[must_use]
    pub fn resume<I: Input>(&self, token: JobToken) -> Job<I::Output> {
        Job::of(self.inner.resume::<I>(token), &self.runtime)
    }

    /// As [`crate::Client::resume_json`].
    #[must_use]
    pub fn resume_json(&self, token: JobToken) -> Job<Value> {
        Job::of(self.inner.resume_json(token), &self.runtime)
    }

    /// As [`crate::Client::recover`].
    pub fn recover(&self) -> Result<Recovery, Error> {
        self.runtime.block_on(self.inner.recover())
    }

    /// As [`crate::Client::journal`].
    #[must_use]
    pub fn journal(&self) -> Option<&Journal> {
        self.inner.journal()
    }

    /// The same client for async code, which has to bring a runtime of its own.
    #[must_use]
    pub fn as_async(&self) -> &crate::Client {
        &self.inner
    }
}
