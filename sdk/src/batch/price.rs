//! What a job is expected to cost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::{Instant, sleep};

use super::limits::Limits;
use crate::catalog::{self, CatalogEntry, Estimate};
use crate::client::Inner;
use crate::error::{Error, Kind};
use crate::money::Usd;
use crate::poll::backoff;

/// After so many tries the catalog was down for a while, and is left alone for longer.
const FAILURES: u32 = 5;

/// The prices of models, as the catalog has them.
pub(super) struct Prices {
    given: Option<Usd>,
    if_unknown: Option<Usd>,
    models: Mutex<BTreeMap<String, Model>>,
}

/// A model whose entry was asked for.
#[derive(Default)]
struct Model {
    /// The question, which all items share, and the answer for those to come.
    lookup: Option<Lookup>,
    /// Since when the catalog has not answered.
    down_since: Option<Instant>,
}

type Lookup = Shared<BoxFuture<'static, Result<Arc<CatalogEntry>, Arc<str>>>>;

impl Prices {
    pub(super) fn new(limits: &Limits) -> Self {
        let Limits { price, unknown_price, .. } = limits;
        Self { given: *price, if_unknown: *unknown_price, models: Mutex::default() }
    }

    /// What a job with this body is expected to cost; `None` stands for a body that is not known
    /// any more, which counts as the dearest that the model's schema allows.
    ///
    /// A lower bound is not enough to set money aside by: it counts only together with the price
    /// that the caller has given for such jobs.
    pub(super) async fn of(
        &self,
        client: &Arc<Inner>,
        model_id: &str,
        body: Option<&str>,
    ) -> Result<Usd, Error> {
        if let Some(given) = self.given {
            return Ok(given);
        }
        let estimate = match self.entry(client, model_id).await {
            Ok(entry) => entry.estimate_body(body),
            Err(why) => Err(why.to_string()),
        };
        let (lowest, why) = match &estimate {
            Ok(estimate) => (usd(estimate), estimate.lower_bound_reason()),
            Err(why) => (Some(Usd::ZERO), Some(&**why)),
        };
        match (lowest, why, self.if_unknown) {
            (Some(price), None, _) => Ok(price),
            (Some(lowest), Some(_), Some(price)) => Ok(price.max(lowest)),
            (_, why, _) => Err(unknown(model_id, why.unwrap_or("it is not an amount"))),
        }
    }

    /// The entry of a model. Whoever asks while a question is under way shares its answer; an
    /// answer is kept, and a failure is not: the next item asks again.
    async fn entry(
        &self,
        client: &Arc<Inner>,
        model_id: &str,
    ) -> Result<Arc<CatalogEntry>, Arc<str>> {
        let lookup = {
            let mut models = self.lock();
            let model = models.entry(model_id.to_owned()).or_default();
            let patience = client.options.submit_retries;
            let patience =
                patience.saturating_sub(model.down_since.map_or(Duration::ZERO, |at| at.elapsed()));
            let look_up =
                || look_up(client.clone(), model_id.to_owned(), patience).boxed().shared();
            model.lookup.get_or_insert_with(look_up).clone()
        };
        let asked_at = Instant::now();
        let entry = lookup.clone().await;
        if let Some(model) = self.lock().get_mut(model_id) {
            let is_current = model.lookup.as_ref().is_some_and(|now| now.ptr_eq(&lookup));
            match &entry {
                Ok(_) => model.down_since = None,
                Err(_) if is_current => {
                    model.lookup = None;
                    model.down_since.get_or_insert(asked_at);
                }
                Err(_) => {}
            }
        }
        entry
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Model>> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for an entry until there is an answer, for as long as a submit would be tried again: a
/// service that is down for a moment must not turn away a whole batch.
async fn look_up(
    client: Arc<Inner>,
    model_id: String,
    patience: Duration,
) -> Result<Arc<CatalogEntry>, Arc<str>> {
    let start = Instant::now();
    loop {
        let error = match catalog::entry(&client, &model_id).await {
            Ok(entry) if entry.model_id == model_id => return Ok(Arc::new(entry)),
            Ok(_) => return Err("the catalog answered with another model".into()),
            Err(error) => error,
        };
        let pause = backoff(FAILURES, fastrand::f64()).min(client.options.bounds.slowest);
        let pause = pause.max(error.retry_after().unwrap_or_default());
        if !error.is_unreachable() || start.elapsed().saturating_add(pause) >= patience {
            return Err(error.to_string().into());
        }
        tracing::debug!(%error, again_in = ?pause, "the price of {model_id} is not known yet");
        sleep(pause).await;
    }
}

fn usd(estimate: &Estimate) -> Option<Usd> {
    Usd::rounded_up(estimate.usd)
}

fn unknown(model_id: &str, why: &str) -> Error {
    let message = format!(
        "the price of {model_id} is not known ({why}), and the batch has a limit in dollars; nothing \
         was sent. Give what such a job may cost with `unknown_price_usd` or `price_usd`",
    );
    Error::new(Kind::Price, message)
}
