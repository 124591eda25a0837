//! What a run is likely to cost.

use std::fmt;

use serde_json::Value;

use super::asked::{Asked, Number};
use super::{Entry, Price, PriceUnit, reference};
use crate::error::{Error, Kind};
use crate::input::Input;
use crate::money::Usd;

/// What a run is likely to cost: the catalog's base price, times what the input asks for. Not a
/// quote; the catalog has none.
///
/// Times the outputs (`num_images`, `n`, `batch_size` …), and where the price goes by them, the
/// seconds, megapixels or characters. A number that the input leaves out counts with the schema's
/// default; one without a default, or `auto`, with the largest that the schema allows.
///
/// What else raises a price, such as a resolution, the catalog says in prose only:
/// [`Price::note`].
///
/// ```
/// # fn f(estimate: runcomfy::Estimate) {
/// if !estimate.is_lower_bound && estimate.usd < 0.10 {
///     println!("{estimate}");
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// US dollars, from 0 on, rounded up to a millionth.
    pub usd: f64,
    /// Whether the run may well cost more: the input refers to videos or audio, whose seconds some
    /// models bill, or the catalog's base price is 0.
    /// [`lower_bound_reason`](Self::lower_bound_reason) says which.
    pub is_lower_bound: bool,
    reason: Option<String>,
}

impl Estimate {
    /// Why it is only a [lower bound](Self::is_lower_bound); `None` if it is not.
    #[must_use]
    pub fn lower_bound_reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

/// `about 0.16 USD`; `at least 0.5 USD (the length of the medium at /videos/0 may be billed too)`.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => write!(f, "at least {} USD ({reason})", self.usd),
            None => write!(f, "about {} USD", self.usd),
        }
    }
}

impl Entry {
    /// What a run of this input is likely to cost.
    ///
    /// The entry should have its [`input_schema`](Self::input_schema), which knows what counts for
    /// what the input leaves out.
    ///
    /// Fails with [`is_price_unknown`](Error::is_price_unknown) if the catalog names no price, or
    /// counts by what the input does not tell.
    pub fn estimate<I: Input>(&self, input: &I) -> Result<Estimate, Error> {
        self.estimate_body(Some(&input.to_json())).map_err(|why| {
            let model = &self.model_id;
            Error::new(Kind::Price, format!("the price of {model} is not known: {why}"))
        })
    }

    /// The estimate for a body, or for one that nobody knows any more; else why there is none.
    pub(crate) fn estimate_body(&self, body: Option<&str>) -> Result<Estimate, String> {
        let price = self.price.as_ref().ok_or("the catalog does not name one")?;
        let input: Option<Value> = body.and_then(|body| serde_json::from_str(body).ok());
        let asked = Asked::new(input.as_ref(), self.input_schema.as_ref());
        let (units, uncounted) = units(price, &asked)?;
        let usd = Usd::rounded_up(price.usd * units).ok_or("it is more than can be counted")?;
        let medium = || {
            let place = reference::billed(&asked)?;
            Some(format!("the length of the medium at {place} may be billed too"))
        };
        let free = || {
            (usd == Usd::ZERO)
                .then(|| "the catalog's base price is 0, which may mean not set".to_owned())
        };
        let reason = uncounted.map(str::to_owned).or_else(medium).or_else(free);
        Ok(Estimate { usd: usd.dollars(), is_lower_bound: reason.is_some(), reason })
    }
}

/// How many units are asked for, and why there may be more.
fn units(price: &Price, asked: &Asked<'_>) -> Result<(f64, Option<&'static str>), String> {
    let (outputs, uncounted) = match asked.outputs() {
        Number::Absent => (1.0, None),
        Number::Known(count) => (count.max(1.0), None),
        Number::Open => (1.0, Some("how many outputs there will be is not known")),
    };
    let known = |number: Number, what: &str| match number {
        Number::Known(number) => Ok(number),
        Number::Absent | Number::Open => Err(format!("the input does not tell the {what}")),
    };
    let each = match &price.unit {
        PriceUnit::Output | PriceUnit::Image | PriceUnit::Video | PriceUnit::Audio => 1.0,
        PriceUnit::Second => known(asked.seconds(), "seconds")?,
        PriceUnit::Minute => known(asked.seconds(), "seconds")? / 60.0,
        PriceUnit::Megapixel => known(asked.megapixels(), "megapixels")?,
        // A text is billed once, a request too.
        PriceUnit::Character => return Ok((known(asked.characters(), "text")?, None)),
        PriceUnit::ThousandCharacters => {
            return Ok((known(asked.characters(), "text")? / 1000.0, None));
        }
        PriceUnit::Request if outputs > 1.0 => {
            return Ok((
                1.0,
                Some("the catalog counts requests, and several outputs are asked for"),
            ));
        }
        PriceUnit::Request => return Ok((1.0, uncounted)),
        PriceUnit::Other(unit) => return Err(format!("the catalog counts by the {unit:?}")),
    };
    Ok((outputs * each, uncounted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn estimate(price: &Value, schema: &Value, input: Option<&Value>) -> Option<(f64, bool)> {
        let mut entry = price.clone();
        entry["model_id"] = json!("acme/paint");
        entry["input_schema"] = schema.clone();
        let entry = Entry::read(&entry).unwrap();
        let body = input.map(Value::to_string);
        let estimate = entry.estimate_body(body.as_deref()).ok()?;
        assert_eq!(estimate.is_lower_bound, estimate.lower_bound_reason().is_some());
        Some((estimate.usd, estimate.is_lower_bound))
    }

    #[test]
    fn what_is_unknown_stays_unknown() {
        let by = |unit: &str| json!({ "base_price_usd": 0.5, "price_unit": unit });
        let exact = |usd| Some((usd, false));
        let at_least = |usd| Some((usd, true));
        let cases = [
            (json!({"base_price_usd": 0.04, "price_unit": "output"}), json!({}), exact(0.04)),
            (json!({"base_price_usd": 0.04}), json!({"num_images": 4}), exact(0.16)),
            (json!({"base_price_usd": 0}), json!({}), at_least(0.0)),
            (by("image"), json!({"n": 3}), exact(1.5)),
            (by("video"), json!({}), exact(0.5)),
            (by("output"), json!({"n": "auto"}), at_least(0.5)),
            (by("request"), json!({}), exact(0.5)),
            (by("request"), json!({"num_images": 4}), at_least(0.5)),
            (by("second"), json!({"duration": 4}), exact(2.0)),
            (by("second"), json!({"duration": "4"}), exact(2.0)),
            (by("second"), json!({"duration": 4, "num_videos": 2}), exact(4.0)),
            (by("second"), json!({"duration": "auto"}), None),
            (by("second"), json!({}), None),
            (by("second"), json!({"duration": 1e308, "n": 1e308}), None),
            (by("minute"), json!({"duration": 90}), exact(0.75)),
            (by("megapixel"), json!({"width": 2000, "height": 1000, "n": 2}), exact(2.0)),
            (by("megapixel"), json!({}), None),
            (by("character"), json!({"text": "abcd"}), exact(2.0)),
            (by("1k characters"), json!({"text": "a".repeat(500)}), exact(0.25)),
            (by("GPU hour"), json!({}), None),
            (json!({"base_price_usd": 0.5, "price_unit": 2}), json!({}), None),
            (json!({"base_price_usd": null}), json!({}), None),
            (json!({"base_price_usd": -1}), json!({}), None),
            (json!({}), json!({}), None),
        ];
        for (entry, input, expected) in cases {
            assert_eq!(estimate(&entry, &json!({}), Some(&input)), expected, "{entry} {input}");
        }
    }

    /// 10 s of output and three clips of 10 s were billed as 40 s.
    #[test]
    fn what_refers_to_videos_or_audio_may_cost_more() {
        let price = json!({ "base_price_usd": 0.53, "price_unit": "second" });
        let schema = json!({ "properties": {
            "duration": { "type": "integer", "default": 5, "maximum": 30 },
            "videos": { "type": "array", "format": "video_uris" },
        }});
        let clips =
            json!({ "duration": 10, "videos": ["https://a/1", "https://a/2", "https://a/3"] });
        assert_eq!(estimate(&price, &schema, Some(&clips)), Some((5.3, true)));
        let no_clips = json!({ "duration": 10, "videos": [] });
        assert_eq!(estimate(&price, &schema, Some(&no_clips)), Some((5.3, false)));
        assert_eq!(estimate(&price, &schema, None).map(|(_, lower)| lower), Some(true));
        // Billed by the length of the audio, which stands nowhere.
        let audio = json!({ "audio": "https://a/1.mp3", "image": "https://a/1.png" });
        let price = json!({ "base_price_usd": 0.2, "price_unit": "output" });
        assert_eq!(estimate(&price, &json!({}), Some(&audio)), Some((0.2, true)));
        assert_eq!(
            estimate(
                &json!({ "base_price_usd": 0.2, "price_unit": "second" }),
                &json!({}),
                Some(&audio)
            ),
            None
        );
    }

    #[test]
    fn an_estimate_says_whether_it_is_a_lower_bound() {
        let entry = json!({ "model_id": "a/b", "base_price_usd": 0.5 });
        let entry = Entry::read(&entry).unwrap();
        let shown = |body: &str| entry.estimate_body(Some(body)).unwrap().to_string();
        assert_eq!(shown(r#"{"n":2}"#), "about 1 USD");
        assert_eq!(
            shown(r#"{"video":"https://a/1?sig=hush"}"#),
            "at least 0.5 USD (the length of the medium at /video may be billed too)",
        );
    }

    #[cfg(all(feature = "models", feature = "schema-text"))]
    #[test]
    fn each_model_that_takes_videos_or_audio_may_cost_more() {
        let price = json!({ "base_price_usd": 1, "price_unit": "output" });
        for model in crate::models::ALL {
            let takes_them =
                ["video_uri", "audio_uri"].iter().any(|f| model.input_schema.contains(f));
            let schema = serde_json::from_str(model.input_schema).unwrap();
            let may_cost_more = estimate(&price, &schema, None).map(|(_, may)| may);
            assert_eq!(may_cost_more, Some(takes_them), "{}", model.id);
        }
    }
}
