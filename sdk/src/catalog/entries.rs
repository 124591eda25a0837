//! The entries of the catalog, page by page.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use serde_json::Value;

use super::entry::Entry;
use super::{CatalogEntry, Query, ask};
use crate::client::Client;
use crate::error::Error;

/// The entries that a [`Catalog`](crate::Catalog) was asked for.
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own. After an error, the next call asks
/// for the same page again. An entry that two pages hold, because the catalog changed in between,
/// comes once.
#[must_use = "a stream does nothing until it is polled"]
pub struct CatalogEntries {
    client: Client,
    query: Query,
    offset: u64,
    total: Option<u64>,
    asked: Option<BoxFuture<'static, Result<Page, Error>>>,
    here: VecDeque<Option<CatalogEntry>>,
    seen: BTreeSet<String>,
    over: bool,
}

/// One page; `None` stands for an entry that cannot be read.
struct Page {
    entries: VecDeque<Option<CatalogEntry>>,
    total: Option<u64>,
}

impl CatalogEntries {
    pub(super) fn new(client: Client, query: Query) -> Self {
        Self {
            offset: query.from,
            client,
            query,
            total: None,
            asked: None,
            here: VecDeque::new(),
            seen: BTreeSet::new(),
            over: false,
        }
    }

    /// The next entry; `None` after the last one. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<CatalogEntry, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// How many entries there are in all, once the first page is here and if the service says so.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The place of the next entry, for
    /// [`Catalog::starting_at`](crate::Catalog::starting_at).
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn take_in(&mut self, page: Page) {
        let new = page.entries.iter().flatten().any(|entry| !self.seen.contains(&entry.model_id));
        // A server that pays no attention to the offset would send the same page for ever.
        self.over = !new;
        self.total = page.total.or(self.total);
        self.here = page.entries;
    }
}

impl Stream for CatalogEntries {
    type Item = Result<CatalogEntry, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            while let Some(entry) = self.here.pop_front() {
                self.offset += 1;
                match entry {
                    Some(entry) if self.seen.insert(entry.model_id.clone()) => {
                        return Poll::Ready(Some(Ok(entry)));
                    }
                    Some(_) => {}
                    None => tracing::warn!("the catalog has an entry without a model id"),
                }
            }
            if self.over || self.total.is_some_and(|total| self.offset >= total) {
                return Poll::Ready(None);
            }
            if self.asked.is_none() {
                let asked = page(self.client.clone(), self.query.clone(), self.offset);
                self.asked = Some(Box::pin(asked));
            }
            let Some(asked) = &mut self.asked else { continue };
            let page = ready!(asked.as_mut().poll(cx));
            self.asked = None;
            match page {
                Ok(page) => self.take_in(page),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

async fn page(client: Client, query: Query, offset: u64) -> Result<Page, Error> {
    let url = query.url(&client.inner, offset);
    let read = |body: &Value| {
        let entries = body.get("models")?.as_array()?.iter().map(Entry::read).collect();
        Some(Page { entries, total: body.get("total").and_then(Value::as_u64) })
    };
    ask::ask(&client.inner, "a page of the catalog", url, read).await
}

impl fmt::Debug for CatalogEntries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogEntries")
            .field("offset", &self.offset)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}
