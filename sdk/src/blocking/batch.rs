//! Many inputs.

use std::sync::Arc;

use super::Client;
use super::iter::Iter;
use super::runtime::Runtime;
use super::settings::settings;
use crate::batch::BatchResults;
use crate::error::Error;
use crate::input::Input;

/// The batch of [`crate::Batch`], for programs without async.
#[must_use = "a batch does nothing until it is started"]
#[derive(Debug)]
pub struct Batch<I: Input> {
    inner: crate::Batch<I>,
    runtime: Arc<Runtime>,
}

impl Client {
    /// As [`crate::Client::batch`].
    pub fn batch<I, L>(&self, inputs: L) -> Batch<I>
    where
        I: Input,
        L: IntoIterator<Item = I>,
        L::IntoIter: Send + 'static,
    {
        Batch { inner: self.inner.batch(inputs), runtime: self.runtime.clone() }
    }
}

impl<I: Input> Batch<I> {
    settings! { "crate::Batch":
        in_flight(items: usize);
        max_jobs(jobs: u64);
        max_usd(dollars: f64);
        price_usd(dollars: f64);
        unknown_price_usd(dollars: f64);
        named(name: impl Into<String>);
    }

    /// As [`crate::Batch::start`]: the results are an iterator. Items go on only while somebody
    /// waits for the next result.
    pub fn start(self) -> Result<Iter<BatchResults<I>>, Error> {
        let results = self.runtime.block_on(self.inner.start())?;
        Ok(Iter::of(results, &self.runtime))
    }
}
