//! What the service offers.

use std::sync::Arc;

use super::Client;
use super::iter::Iter;
use super::runtime::Runtime;
use super::settings::settings;
use crate::catalog::{CatalogEntries, CatalogEntry, Estimate};
use crate::error::Error;
use crate::input::Input;

/// The catalog of [`crate::Catalog`], for programs without async.
#[must_use = "a look at the catalog does nothing until it is asked for something"]
#[derive(Debug, Clone)]
pub struct Catalog {
    inner: crate::Catalog,
    runtime: Arc<Runtime>,
}

impl Client {
    /// As [`crate::Client::catalog`].
    pub fn catalog(&self) -> Catalog {
        Catalog { inner: self.inner.catalog(), runtime: self.runtime.clone() }
    }
}

impl Catalog {
    settings! { "crate::Catalog":
        search(words: impl Into<String>);
        category(category: impl Into<String>);
        kind(kind: impl Into<String>);
        with_schemas();
        page_size(entries: u64);
        starting_at(offset: u64);
    }

    /// As [`crate::Catalog::entries`].
    pub fn entries(self) -> Iter<CatalogEntries> {
        Iter::of(self.inner.entries(), &self.runtime)
    }

    /// As [`crate::Catalog::list`].
    pub fn list(self) -> Result<Vec<CatalogEntry>, Error> {
        self.runtime.block_on(self.inner.list())
    }

    /// As [`crate::Catalog::categories`].
    pub fn categories(&self) -> Result<Vec<String>, Error> {
        self.runtime.block_on(self.inner.categories())
    }

    /// As [`crate::Catalog::entry`].
    pub fn entry(&self, model_id: &str) -> Result<CatalogEntry, Error> {
        self.runtime.block_on(self.inner.entry(model_id))
    }

    /// As [`crate::Catalog::estimate`].
    pub fn estimate<I: Input>(&self, input: &I) -> Result<Estimate, Error> {
        self.runtime.block_on(self.inner.estimate(input))
    }

    /// As [`crate::Catalog::drift`].
    #[cfg(feature = "schema-text")]
    pub fn drift(&self, model: &crate::Model) -> Result<Option<crate::SchemaDrift>, Error> {
        self.runtime.block_on(self.inner.drift(model))
    }
}
