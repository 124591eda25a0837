//! What the client does with its journal.

use super::Client;
use crate::error::Error;
use crate::input::Input;
use crate::job::Job;
use crate::journal::{Journal, Recovery};
use crate::submit::Label;

impl Client {
    /// Lists what is not settled in the [`Journal`], by this process and by earlier ones: jobs that are
    /// not [collected](Journal#collecting), and submits with an unknown outcome. Nothing is sent.
    ///
    /// ```no_run
    /// # async fn f() -> Result<(), runcomfy::Error> {
    /// let client = runcomfy::Client::builder().journal("jobs.jsonl").build()?;
    /// for job in client.recover().await?.jobs {
    ///     let done = client.resume_json(job.token).await?;
    ///     client.download(&done).to("recovered").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Fails with [`is_journal`](Error::is_journal) if the journal cannot be read whole, and with
    /// [`is_config`](Error::is_config) if the client has none.
    pub async fn recover(&self) -> Result<Recovery, Error> {
        self.journal_or_refuse()?.left().await
    }

    /// The journal, if the client has one.
    #[must_use]
    pub fn journal(&self) -> Option<&Journal> {
        self.inner.hooks.journal.as_ref()
    }

    /// Submits as [`submit`](Self::submit) does, under a key of the caller's own, which stands in the
    /// journal and comes back from [`recover`](Self::recover): an order number, a row of a database.
    ///
    /// The key is for the caller's eyes. It goes into the journal as it is, so keep secrets out of
    /// it, and it does not stop a second submit with the same key.
    pub async fn submit_as<I: Input>(
        &self,
        key: impl Into<String>,
        input: I,
    ) -> Result<Job<I::Output>, Error> {
        let label = Label { key: Some(key.into()), ..Label::default() };
        self.submit_labelled(input, label).await
    }

    pub(crate) fn journal_or_refuse(&self) -> Result<&Journal, Error> {
        let none = || Error::config("the client has no journal: give `Client::builder` one");
        self.journal().ok_or_else(none)
    }
}
