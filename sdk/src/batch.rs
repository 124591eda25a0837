//! Many inputs.

mod item;
mod limits;
mod past;
mod price;
mod purse;
mod results;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use futures_util::stream;

use crate::client::Client;
use crate::error::Error;
use crate::input::Input;
use crate::money::Usd;

pub use results::{BatchItem, BatchResults};

use item::Shared;
use limits::{Given, Limits};
use past::{Past, PastCost};
use price::Prices;
use purse::{Earlier, Purse};

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
    ///         Ok(done) => println!("{:?}", client.download(&done).to("pictures").await?),
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
            limits: Given::default(),
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
/// - What failed or was cancelled comes again as that error, from the journal: nothing is asked, and
///   nothing is paid.
/// - What was [collected](crate::Journal#collecting) does not come again: its files are all in place, or
///   [`BatchItem::collect`] was called.
///
/// ```no_run
/// # async fn f(client: runcomfy::Client, inputs: Vec<runcomfy::JsonInput>) -> Result<(), runcomfy::Error> {
/// let mut results = client.batch(inputs).named("nightly-2026-01-31").start().await?;
/// while let Some(item) = results.next().await {
///     let done = item.result?;
///     client.download(&done).to("pictures").await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Whatever ends that early, nothing is lost, and nothing is paid for again: the next start brings
/// every item that is not collected. (So does an item that failed, and `?` ends the loop with it each
/// time; to go on with the others, look at the error, and [`collect`](BatchItem::collect) the item.)
///
/// Inputs are recognised by what they mean, not by how they are spelled or where they stand: a list
/// that has grown pays for what is new, and the same input twice in a list is two jobs. Where another
/// input stands at a place than before, it is a new job, and
/// [`BatchItem::input_changed`] says so. A name is for one piece of work: take
/// `nightly-2026-01-31`, not `nightly`, or the second night finds everything done.
#[must_use = "a batch does nothing until it is started"]
pub struct Batch<I: Input> {
    client: Client,
    inputs: Inputs<I>,
    in_flight: usize,
    limits: Given,
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
    /// What a job costs is known when it has ended. Before it is sent, what it is expected to cost
    /// is set aside: the catalog's [`Estimate`](crate::Estimate), or what the dearest job of its
    /// model has cost in this batch, if that was more. Nothing is sent for which the money left does
    /// not suffice (an item waits as long as jobs under way may put some back), so **the limit is exceeded only by as much as jobs that are already under way
    /// cost more than was set aside for them**.
    ///
    /// - When a job has ended, what it cost takes the place of what was set aside: the more, too. A
    ///   cost counts from a millionth of a dollar on. Zero, none, a negative one, or one that cannot
    ///   be read says nothing, and what was set aside stays so.
    /// - Money comes back only where nothing was billed for certain: for a submit that was refused or
    ///   never left, and for a job that was cancelled in the queue. It stays set aside for a submit
    ///   with an unknown outcome.
    /// - An item whose price is not known is not sent:
    ///   [`is_price_unknown`](Error::is_price_unknown). Nor is one whose estimate is only a
    ///   [lower bound](crate::Estimate::is_lower_bound), as that of an input that refers to a video.
    ///   [`unknown_price_usd`](Self::unknown_price_usd) lets them through.
    /// - Where the catalog does not answer, it is asked again for as long as a submit would be
    ///   ([`retry_submits_for`](crate::ClientBuilder::retry_submits_for)).
    /// - For a [named](Self::named) batch all its starts count together, also those without a limit:
    ///   with what their jobs have cost, else with what was set aside for them, else with the most
    ///   that such a job costs by the catalog. A submit that was
    ///   [forgotten](crate::Journal::forget) does not count.
    ///
    /// Amounts are counted in millionths of a dollar: prices and costs are rounded up, the limit is
    /// rounded down.
    pub fn max_usd(mut self, dollars: f64) -> Self {
        self.limits.max_usd = Some(dollars);
        self
    }

    /// What a job counts for in [`max_usd`](Self::max_usd) until its cost is known; the catalog is
    /// not asked then.
    pub fn price_usd(mut self, dollars: f64) -> Self {
        self.limits.price_usd = Some(dollars);
        self
    }

    /// What a job counts for in [`max_usd`](Self::max_usd), until its cost is known, if the catalog
    /// does not tell its price, or only a lower bound that is less.
    pub fn unknown_price_usd(mut self, dollars: f64) -> Self {
        self.limits.unknown_price_usd = Some(dollars);
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
    /// - [`is_config`](Error::is_config): a name without a journal, an amount of dollars that is
    ///   negative, infinite or NaN, or a batch of this name that runs already, here or in another
    ///   process, or that was started with another service (a simulator, say);
    /// - [`is_price_unknown`](Error::is_price_unknown): there is a limit in dollars, and nobody
    ///   knows what a job of an earlier start without a limit has cost, or is expected to;
    /// - [`is_journal`](Error::is_journal): the journal cannot be read.
    pub async fn start(self) -> Result<BatchResults<I>, Error> {
        let limits = self.limits.limits()?;
        let past = match &self.name {
            Some(name) => Some(read(&self.client, name.clone()).await?),
            None => None,
        };
        let prices = Prices::new(&limits);
        let costs = past.as_ref().map_or(&[][..], Past::costs);
        let earlier = count(&self.client, &prices, &limits, costs).await?;
        let shared = Shared {
            prices,
            purse: Purse::new(&limits, &earlier),
            client: self.client,
            past,
            earlier,
        };
        Ok(BatchResults::new(Arc::new(shared), self.inputs, self.in_flight))
    }
}

/// What the jobs of earlier starts count for: what they have cost, else what was set aside for
/// them, else (a start without a limit sets nothing aside) what they are expected to cost now.
async fn count(
    client: &Client,
    prices: &Prices,
    limits: &Limits,
    costs: &[PastCost],
) -> Result<Vec<Earlier>, Error> {
    let mut all = Vec::with_capacity(costs.len());
    for PastCost { model_id, expected, settled } in costs {
        let settled = settled.and_then(Usd::rounded_up);
        let expected = expected.and_then(Usd::rounded_up);
        let usd = match settled.or(expected) {
            Some(usd) => usd,
            None if limits.usd.is_none() => Usd::ZERO,
            None => prices.of(&client.inner, model_id, None).await.map_err(|error| {
                error.regarding("an earlier start of the batch, which had no limit in dollars")
            })?,
        };
        all.push(Earlier { model_id: model_id.clone(), usd, is_settled: settled.is_some() });
    }
    Ok(all)
}

async fn read(client: &Client, name: String) -> Result<Past, Error> {
    let journal = client.journal_or_refuse()?;
    let started = journal.start_batch(&name).await?;
    Past::of(started, client.inner.http.origin.as_str(), name, journal.clone())
}

impl<I: Input> fmt::Debug for Batch<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("in_flight", &self.in_flight)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
