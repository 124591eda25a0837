//! What a job is likely to cost.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::client::Inner;
use crate::completed::dollars;
use crate::error::{Error, Kind};
use crate::http::Fate;
use crate::poll::backoff;
use crate::wire::valid_model_id;

const TRIES: u32 = 5;

/// The prices of models, each asked for once.
pub(super) struct Prices {
    given: Option<f64>,
    if_unknown: Option<f64>,
    known: Mutex<BTreeMap<String, Result<Price, String>>>,
}

/// What the catalog says.
#[derive(Debug, Clone, PartialEq)]
struct Price {
    usd: f64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Output,
    Second,
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
            known.insert(model.to_owned(), look_up(client, model).await);
        }
        let price = known.get(model).cloned();
        drop(known);
        let input = serde_json::from_str(body).unwrap_or(Value::Null);
        let price = match price {
            Some(Ok(price)) => price.of(&input),
            Some(Err(why)) => Err(why),
            None => Err("it was not asked for".to_owned()),
        };
        price.or_else(|why| self.if_unknown.ok_or_else(|| unknown(model, &why)))
    }
}

impl Price {
    fn read(entry: &Value) -> Result<Self, String> {
        let usd = entry.get("base_price_usd").and_then(dollars).filter(|usd| *usd >= 0.0);
        let usd = usd.ok_or("the catalog names none")?;
        let unit = match entry.get("price_unit").and_then(Value::as_str) {
            None | Some("output") => Unit::Output,
            Some("second") => Unit::Second,
            Some(_) => return Err("the catalog counts in units of its own".to_owned()),
        };
        Ok(Self { usd, unit })
    }

    fn of(&self, input: &Value) -> Result<f64, String> {
        let count = ["num_images", "num_outputs", "num_videos"].iter();
        let outputs = count.filter_map(|key| input.get(*key)?.as_f64()).fold(1.0, f64::max);
        let units = match self.unit {
            Unit::Output => 1.0,
            Unit::Second => seconds(input).ok_or("the input does not tell the seconds")?,
        };
        Ok(self.usd * outputs * units)
    }
}

/// A duration is a number, or one as text: `"5"`, `"5s"`.
fn seconds(input: &Value) -> Option<f64> {
    let seconds = match input.get("duration")? {
        Value::String(text) => text.trim_end_matches('s').parse().ok(),
        number => number.as_f64(),
    };
    seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

/// Asks the catalog, and asks again where the answer is no answer.
async fn look_up(client: &Inner, model: &str) -> Result<Price, String> {
    if !valid_model_id(model) {
        return Err("this is not a model id".to_owned());
    }
    let mut why = String::new();
    for attempt in 1..=TRIES {
        match client.http.get(client.http.origin.model(model)).await {
            Fate::Replied(reply) => match reply.json() {
                Some(entry) if reply.is_success() && entry.get("model_id").is_some() => {
                    return Price::read(&entry);
                }
                _ => why = format!("the catalog answers with HTTP {}", reply.status),
            },
            Fate::NotSent(cause) | Fate::Lost(cause) => why = cause.words,
        }
        if attempt < TRIES {
            sleep(backoff(attempt, fastrand::f64()).min(client.options.bounds.slowest)).await;
        }
    }
    Err(why)
}

fn unknown(model: &str, why: &str) -> Error {
    let message = format!(
        "the price of {model} is not known ({why}), and the batch has a limit in dollars; nothing \
         was sent. Give the price to the batch",
    );
    Error::new(Kind::Price, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_unknown_stays_unknown() {
        let cases = [
            (json!({"base_price_usd": 0.04, "price_unit": "output"}), json!({}), Some(0.04)),
            (json!({"base_price_usd": 0.04}), json!({"num_images": 4}), Some(0.16)),
            (json!({"base_price_usd": 0}), json!({}), Some(0.0)),
            (
                json!({"base_price_usd": 0.5, "price_unit": "second"}),
                json!({"duration": 4}),
                Some(2.0),
            ),
            (
                json!({"base_price_usd": 0.5, "price_unit": "second"}),
                json!({"duration": "4"}),
                Some(2.0),
            ),
            (
                json!({"base_price_usd": 0.5, "price_unit": "second"}),
                json!({"duration": "auto"}),
                None,
            ),
            (json!({"base_price_usd": 0.5, "price_unit": "second"}), json!({}), None),
            (json!({"base_price_usd": 0.5, "price_unit": "megapixel"}), json!({}), None),
            (json!({"base_price_usd": null}), json!({}), None),
            (json!({"base_price_usd": -1}), json!({}), None),
            (json!({}), json!({}), None),
        ];
        for (entry, input, usd) in cases {
            let price = Price::read(&entry).and_then(|price| price.of(&input)).ok();
            assert_eq!(price, usd, "{entry} {input}");
        }
    }
}
