//! Many inputs.

mod item;
mod past;
mod price;
mod purse;
mod results;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use futures_util::stream;

use crate::client::{Client, off_thread};
use crate::error::Error;
use crate::input::Input;

pub use results::{BatchItem, BatchResults};

use item::Shared;
use past::Past;
use price::Prices;
use purse::{Limits, Purse};

type Inputs<I> = Pin<Box<dyn Stream<Item = I> + Send>>;

impl Client {
    /// Runs many inputs, so many at a time, and hands the results over as they come.
    ///
    /// ```no_run
    /// # async fn f(client: runcomfy::Client) -> Result<(), runcomfy::Error> {
    /// use runcomfy::JsonInput;
    /// use serde_json::json;
    ///
    /// let prompts = ["a lighthouse", "a harbour", "a storm"];
    /// let inputs = prompts.map(|prompt| {
    ///     JsonInput::new("google/nano-banana-2/text-to-image", json!({ "prompt": prompt }))
    /// });
    /// let mut results = client.batch(inputs).in_flight(8).max_usd(5.0).start().await?;
    /// while let Some(item) = results.next().await {
    ///     match item.result {
    ///         Ok(done) => println!("{}: {:?}", prompts[item.index], done.media_urls()),
    ///         Err(error) => println!("{}: {error}", prompts[item.index]),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch<I, L>(&self, inputs: L) -> Batch<I>
    where
        I: Input,
        L: IntoIterator<Item = I>,
        L::IntoIter: Send + 'static,
    {
        self.batch_stream(stream::iter(inputs))
    }

    /// As [`batch`](Self::batch) does, with inputs that come as a stream: lines of a file, rows of a
    /// database.
    pub fn batch_stream<I: Input>(
        &self,
        inputs: impl Stream<Item = I> + Send + 'static,
    ) -> Batch<I> {
        Batch {
            client: self.clone(),
            inputs: Box::pin(inputs),
            in_flight: 16,
            limits: Limits::default(),
            name: None,
        }
    }
}

/// Many inputs that are about to be run; made by [`Client::batch`].
///
/// Each item has a result of its own, and one that fails stops no other. When the service turns
/// one away as busy, all wait.
///
/// # Coming back
///
/// With a [`name`](Self::named), and a client with a [journal](crate::ClientBuilder::journal), a
/// batch whose process died goes on where it was: started again with the same name and the same
/// inputs, it pays for nothing twice.
///
/// - What was never sent is sent.
/// - What has a job is resumed: the result comes, and costs nothing more.
/// - What was sent with an unknown outcome comes as
///   [`is_outcome_unknown`](Error::is_outcome_unknown), every time, until it is settled by
///   [`Journal::forget`](crate::Journal::forget) or [`Journal::adopt`](crate::Journal::adopt).
/// - What was collected does not come again. A result is collected when it has been dropped, and
///   not by a panic; so hold on to an item until its files are safe.
///
/// Inputs are recognised by what they are, not by where they stand: a list that has grown pays for
/// what is new, and the same input twice in a list is two jobs. A name is for one piece of work: take
/// `nightly-2026-01-31`, not `nightly`, or the second night finds everything done.
#[must_use = "a batch does nothing until it is started"]
pub struct Batch<I: Input> {
    client: Client,
    inputs: Inputs<I>,
    in_flight: usize,
    limits: Limits,
    name: Option<String>,
}

impl<I: Input> Batch<I> {
    /// How many items are under way at a time; 16 by default, at least 1.
    pub fn in_flight(mut self, items: usize) -> Self {
        self.in_flight = items.max(1);
        self
    }

    /// Submits at most so many jobs. Items that this leaves out do not come in the results, and
    /// [`BatchResults::left_out`] tells that there are some.
    ///
    /// For a [named](Self::named) batch all its starts count together.
    pub fn max_jobs(mut self, jobs: u64) -> Self {
        self.limits.jobs = Some(jobs);
        self
    }

    /// Submits no job that would bring the cost above so many US dollars.
    ///
    /// What a job will cost is only known afterwards. Before, it counts with the base price of the
    /// catalog (times the number of outputs or seconds that the input asks for), or with what the
    /// dearest job of its model has cost so far, if that was more; so the limit may be exceeded
    /// by as much as the jobs under way cost more than that. An item whose price is not known is
    /// not sent: [`is_price_unknown`](Error::is_price_unknown).
    ///
    /// For a [named](Self::named) batch all its starts count together.
    pub fn max_usd(mut self, dollars: f64) -> Self {
        self.limits.usd = Some(dollars);
        self
    }

    /// What a job counts for in [`max_usd`](Self::max_usd); the catalog is not asked then.
    pub fn price_usd(mut self, dollars: f64) -> Self {
        self.limits.price = Some(dollars);
        self
    }

    /// What a job counts for in [`max_usd`](Self::max_usd) whose price the catalog does not tell.
    pub fn unknown_price_usd(mut self, dollars: f64) -> Self {
        self.limits.unknown_price = Some(dollars);
        self
    }

    /// Lets the batch [come back](Self#coming-back) under this name. The client needs a journal.
    ///
    /// The name stands in the journal as it is.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Reads the journal, if the batch has a name, and hands back the results that are to come.
    ///
    /// Fails, before anything is sent, with
    /// - [`is_config`](Error::is_config): a name without a journal, a limit that is no number, or a
    ///   batch of this name that runs already, here or in another process, or that was started with
    ///   another service (a simulator, say);
    /// - [`is_journal`](Error::is_journal): the journal cannot be read.
    pub async fn start(self) -> Result<BatchResults<I>, Error> {
        self.limits.check()?;
        let past = match &self.name {
            Some(name) => Some(read(&self.client, name.clone()).await?),
            None => None,
        };
        let spent = past.as_ref().map_or((0, 0.0), Past::spent);
        let shared = Shared {
            prices: Prices::new(self.limits.price, self.limits.unknown_price),
            purse: Purse::new(&self.limits, spent),
            client: self.client,
            past,
        };
        Ok(BatchResults::new(Arc::new(shared), self.inputs, self.in_flight))
    }
}

async fn read(client: &Client, name: String) -> Result<Past, Error> {
    let journal = client.journal_or_refuse()?.clone();
    let origin = client.inner.http.origin.as_str().to_owned();
    off_thread(move || {
        // First the lock: whoever has it may be writing.
        let claim = journal.lock_batch(&name)?;
        Past::of(&journal.state()?, &origin, name, claim)
    })
    .await
}

impl<I: Input> fmt::Debug for Batch<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("in_flight", &self.in_flight)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
