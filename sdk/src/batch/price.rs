//! What a job is likely to cost.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use crate::catalog::{self, Price};
use crate::client::Inner;
use crate::error::{Error, Kind};

/// The prices of models, each asked for once.
pub(super) struct Prices {
    given: Option<f64>,
    if_unknown: Option<f64>,
    known: Mutex<BTreeMap<String, Result<Option<Price>, String>>>,
}

impl Prices {
    pub(super) fn new(given: Option<f64>, if_unknown: Option<f64>) -> Self {
        Self { given, if_unknown, known: Mutex::default() }
    }

    /// What a job with this body is likely to cost.
    pub(super) async fn of(&self, client: &Inner, model: &str, body: &str) -> Result<f64, Error> {
        if let Some(given) = self.given {
            return Ok(given);
        }
        let mut known = self.known.lock().await;
        if !known.contains_key(model) {
            let entry = catalog::entry(client, model).await;
            let price = entry.map(|entry| entry.price).map_err(|error| error.to_string());
            known.insert(model.to_owned(), price);
        }
        let price = match known.get(model) {
            Some(Ok(price)) => Price::count(price.as_ref(), body),
            Some(Err(why)) => Err(why.clone()),
            None => Err("it was not asked for".to_owned()),
        };
        drop(known);
        price.or_else(|why| self.if_unknown.ok_or_else(|| unknown(model, &why)))
    }
}

fn unknown(model: &str, why: &str) -> Error {
    let message = format!(
        "the price of {model} is not known ({why}), and the batch has a limit in dollars; nothing \
         was sent. Give the price to the batch",
    );
    Error::new(Kind::Price, message)
}
