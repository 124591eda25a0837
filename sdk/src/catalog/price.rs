//! What a model costs, as the catalog says it.

use serde_json::{Map, Value};

use super::entry::text;
use crate::completed::dollars;
use crate::error::{Error, Kind};
use crate::input::Input;

/// What a model costs: a base price, not a quote.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Price {
    /// US dollars for each unit.
    pub usd: f64,
    /// What is counted.
    pub unit: PriceUnit,
    /// What else decides the price, in the service's words.
    pub note: Option<String>,
}

/// What a price counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PriceUnit {
    /// Each picture, film or sound.
    Output,
    /// Each second of film or sound.
    Second,
    /// Something that this version does not know, in the catalog's word.
    Other(String),
}

impl Price {
    /// What a run of this input is likely to cost, in US dollars; `None` where the input does not
    /// tell how many units it asks for.
    #[must_use]
    pub fn estimate<I: Input>(&self, input: &I) -> Option<f64> {
        Self::count(Some(self), &input.to_json()).ok()
    }

    /// Takes the price out of an entry; one that is no amount stays with what is not understood.
    pub(super) fn take(entry: &mut Map<String, Value>) -> Option<Self> {
        let usd = entry.get("base_price_usd").and_then(dollars).filter(|usd| *usd >= 0.0)?;
        entry.remove("base_price_usd");
        let unit = match entry.remove("price_unit").unwrap_or_default() {
            Value::Null => PriceUnit::Output,
            Value::String(unit) => PriceUnit::of(unit),
            other => PriceUnit::Other(other.to_string()),
        };
        Some(Self { usd, unit, note: text(entry, "pricing_note") })
    }

    /// What a run with this body is likely to cost, or why nobody can tell.
    pub(crate) fn count(price: Option<&Self>, body: &str) -> Result<f64, String> {
        let price = price.ok_or("the catalog names none")?;
        let input = serde_json::from_str(body).unwrap_or(Value::Null);
        let units = match &price.unit {
            PriceUnit::Output => 1.0,
            PriceUnit::Second => seconds(&input).ok_or("the input does not tell the seconds")?,
            PriceUnit::Other(unit) => return Err(format!("the catalog counts by the {unit}")),
        };
        Ok(price.usd * outputs(&input) * units)
    }
}

fn outputs(input: &Value) -> f64 {
    let count = ["num_images", "num_outputs", "num_videos"].iter();
    count.filter_map(|key| input.get(*key)?.as_f64()).fold(1.0, f64::max)
}

impl PriceUnit {
    fn of(word: String) -> Self {
        match word.as_str() {
            "output" => Self::Output,
            "second" => Self::Second,
            _ => Self::Other(word),
        }
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

pub(crate) fn unknown(model: &str, why: &str) -> Error {
    Error::new(Kind::Price, format!("the price of {model} is not known: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_unknown_stays_unknown() {
        let by_second = |usd: f64| json!({ "base_price_usd": usd, "price_unit": "second" });
        let cases = [
            (json!({"base_price_usd": 0.04, "price_unit": "output"}), json!({}), Some(0.04)),
            (json!({"base_price_usd": 0.04}), json!({"num_images": 4}), Some(0.16)),
            (json!({"base_price_usd": 0}), json!({}), Some(0.0)),
            (by_second(0.5), json!({"duration": 4}), Some(2.0)),
            (by_second(0.5), json!({"duration": "4"}), Some(2.0)),
            (by_second(0.5), json!({"duration": "auto"}), None),
            (by_second(0.5), json!({}), None),
            (json!({"base_price_usd": 0.5, "price_unit": "megapixel"}), json!({}), None),
            (json!({"base_price_usd": 0.5, "price_unit": 2}), json!({}), None),
            (json!({"base_price_usd": null}), json!({}), None),
            (json!({"base_price_usd": -1}), json!({}), None),
            (json!({}), json!({}), None),
        ];
        for (entry, input, usd) in cases {
            let price = Price::take(&mut entry.as_object().unwrap().clone());
            let count = Price::count(price.as_ref(), &input.to_string()).ok();
            assert_eq!(count, usd, "{entry} {input}");
        }
    }
}
