//! What the caller has said about money.

use crate::error::Error;
use crate::money::Usd;

/// The limits of a batch, and what its jobs count for.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    pub(super) jobs: Option<u64>,
    pub(super) usd: Option<Usd>,
    pub(super) price: Option<Usd>,
    pub(super) unknown_price: Option<Usd>,
}

/// What the caller has said, before it is known to be amounts.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) jobs: Option<u64>,
    pub(super) max_usd: Option<f64>,
    pub(super) price_usd: Option<f64>,
    pub(super) unknown_price_usd: Option<f64>,
}

impl Given {
    pub(super) fn limits(&self) -> Result<Limits, Error> {
        Ok(Limits {
            jobs: self.jobs,
            usd: amount("max_usd", self.max_usd, Usd::rounded_down)?,
            price: amount("price_usd", self.price_usd, Usd::rounded_up)?,
            unknown_price: amount("unknown_price_usd", self.unknown_price_usd, Usd::rounded_up)?,
        })
    }
}

fn amount(
    setting: &str,
    given: Option<f64>,
    round: fn(f64) -> Option<Usd>,
) -> Result<Option<Usd>, Error> {
    let Some(dollars) = given else { return Ok(None) };
    let invalid = || {
        Error::config(format!(
            "{setting}({dollars}) is not a valid amount in USD: expected a finite number from 0 on; \
             nothing was sent",
        ))
    };
    round(dollars).map(Some).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_an_amount_is_no_limit() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -1e-9] {
            let settings = [
                ("max_usd", Given { max_usd: Some(odd), ..Given::default() }),
                ("price_usd", Given { price_usd: Some(odd), ..Given::default() }),
                ("unknown_price_usd", Given { unknown_price_usd: Some(odd), ..Given::default() }),
            ];
            for (setting, given) in settings {
                let error = given.limits().unwrap_err();
                assert!(error.is_config() && !error.may_have_cost());
                let message = error.to_string();
                assert!(
                    message.starts_with(&format!("{setting}({odd}) is not a valid")),
                    "{message}"
                );
            }
        }
    }
}
