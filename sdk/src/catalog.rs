//! What the service offers: its models, their prices, their schemas as they are now.

mod ask;
mod asked;
#[cfg(feature = "schema-text")]
mod drift;
mod entries;
mod entry;
mod estimate;
mod price;
mod quantity;
mod reference;

use url::Url;

use crate::client::{Client, Inner};
use crate::error::Error;
use crate::input::Input;
use crate::wire::valid_model_id;

#[cfg(feature = "schema-text")]
pub use drift::{FieldChange, SchemaDrift};
pub use entries::CatalogEntries;
pub use entry::CatalogEntry;
pub use estimate::Estimate;
pub use price::{Price, PriceUnit};

#[cfg(feature = "schema-text")]
pub(crate) use drift::{DriftWatch, OnDrift};

use entry::Entry;

impl Client {
    /// The service's catalog: its models with their prices and schemas, as they are now.
    ///
    /// ```no_run
    /// # async fn f(client: runcomfy::Client) -> Result<(), runcomfy::Error> {
    /// let mut entries = client.catalog().search("lighthouse").category("text-to-image").entries();
    /// while let Some(entry) = entries.next().await {
    ///     let entry = entry?;
    ///     println!("{}: {:?}", entry.model_id, entry.price);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn catalog(&self) -> Catalog {
        Catalog { client: self.clone(), query: Query::default() }
    }
}

/// A look at the service's catalog; made by [`Client::catalog`].
///
/// Nothing here costs anything. A call that gets no usable answer is made again, up to five times
/// and as politely as polls are; then it fails with [`is_unreachable`](Error::is_unreachable).
#[must_use = "a look at the catalog does nothing until it is asked for something"]
#[derive(Debug, Clone)]
pub struct Catalog {
    client: Client,
    query: Query,
}

/// Which entries are meant.
#[derive(Debug, Clone, PartialEq)]
struct Query {
    search: Option<String>,
    category: Option<String>,
    kind: Option<String>,
    schemas: bool,
    page: u64,
    from: u64,
}

impl Default for Query {
    fn default() -> Self {
        Self { search: None, category: None, kind: None, schemas: false, page: 100, from: 0 }
    }
}

impl Catalog {
    /// Only models that these words find, by the service's own judgement.
    pub fn search(mut self, words: impl Into<String>) -> Self {
        self.query.search = Some(words.into());
        self
    }

    /// Only models of this category, such as `text-to-image`; [`categories`](Self::categories) lists
    /// them.
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.query.category = Some(category.into());
        self
    }

    /// Only entries of this kind: `model`, `workflow` or `inference`.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.query.kind = Some(kind.into());
        self
    }

    /// Brings the schema of each model's input along.
    pub fn with_schemas(mut self) -> Self {
        self.query.schemas = true;
        self
    }

    /// How many entries a call asks for, from 1 to 500; 100 by default.
    pub fn page_size(mut self, entries: u64) -> Self {
        self.query.page = entries.clamp(1, 500);
        self
    }

    /// Passes over so many entries: where an earlier listing came to
    /// ([`CatalogEntries::offset`]).
    pub fn starting_at(mut self, offset: u64) -> Self {
        self.query.from = offset;
        self
    }

    /// The entries, page by page as they are wanted.
    pub fn entries(self) -> CatalogEntries {
        CatalogEntries::new(self.client, self.query)
    }

    /// All entries at once.
    ///
    /// Fails with [`is_unreachable`](Error::is_unreachable), and with
    /// [`is_rejected`](Error::is_rejected) if the service refuses the call.
    pub async fn list(self) -> Result<Vec<CatalogEntry>, Error> {
        let mut entries = self.entries();
        let mut all = Vec::new();
        while let Some(entry) = entries.next().await {
            all.push(entry?);
        }
        Ok(all)
    }

    /// The categories that models have.
    ///
    /// Fails as [`list`](Self::list) does.
    pub async fn categories(&self) -> Result<Vec<String>, Error> {
        let url = self.client.inner.http.origin.models(&["categories"]);
        let read = |body: &serde_json::Value| {
            let all = body.get("categories")?.as_array()?.iter();
            Some(all.filter_map(|name| name.as_str().map(str::to_owned)).collect())
        };
        ask::ask(&self.client.inner, "the list of categories", url, read).await
    }

    /// What the catalog says of one model, its schema included.
    ///
    /// Fails as [`list`](Self::list) does, with [`is_unknown_model`](Error::is_unknown_model) if
    /// there is no such model, and with [`is_config`](Error::is_config) if that is no model id.
    pub async fn entry(&self, model_id: &str) -> Result<CatalogEntry, Error> {
        entry(&self.client.inner, model_id).await
    }

    /// What a run of this input is likely to cost: an [`Estimate`], not a quote, and for some inputs
    /// only a lower bound.
    ///
    /// Fails as [`entry`](Self::entry) does, and with
    /// [`is_price_unknown`](Error::is_price_unknown) if the catalog does not tell.
    ///
    /// ```no_run
    /// # async fn f(client: runcomfy::Client, input: runcomfy::JsonInput) -> Result<(), runcomfy::Error> {
    /// let estimate = client.catalog().estimate(&input).await?;
    /// if estimate.usd < 0.10 && !estimate.is_lower_bound {
    ///     client.run(input).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn estimate<I: Input>(&self, input: &I) -> Result<Estimate, Error> {
        entry(&self.client.inner, input.model_id()).await?.estimate(input)
    }

    /// How a model's schema has changed since this version of the crate was made; `None` if it has
    /// not.
    ///
    /// Fails as [`entry`](Self::entry) does.
    ///
    /// ```no_run
    /// # async fn f(client: runcomfy::Client) -> Result<(), runcomfy::Error> {
    /// for model in runcomfy::models::ALL {
    ///     if let Some(drift) = client.catalog().drift(model).await? {
    ///         println!("{drift}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "schema-text")]
    pub async fn drift(&self, model: &crate::Model) -> Result<Option<SchemaDrift>, Error> {
        drift::look(&self.client.inner, model.id, model.input_schema).await
    }
}

/// One entry, its schema included.
pub(crate) async fn entry(client: &Inner, model_id: &str) -> Result<CatalogEntry, Error> {
    if !valid_model_id(model_id) {
        return Err(Error::config(format!("{model_id:?} is not a model id")));
    }
    let url = client.http.origin.model(model_id);
    ask::ask(client, &format!("the entry of {model_id}"), url, |body| {
        // Some answers wrap it.
        let body = body.get("model").filter(|model| model.is_object()).unwrap_or(body);
        Entry::read(body)
    })
    .await
}

impl Query {
    /// The address of the page that starts at this entry.
    fn url(&self, client: &Inner, offset: u64) -> Url {
        let mut url = client.http.origin.models(&[]);
        let mut query = url.query_pairs_mut();
        let words = [("search", &self.search), ("category", &self.category), ("kind", &self.kind)];
        for (name, value) in words {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        if self.schemas {
            query.append_pair("include_schema", "true");
        }
        query.append_pair("limit", &self.page.to_string());
        query.append_pair("offset", &offset.to_string());
        drop(query);
        url
    }
}
