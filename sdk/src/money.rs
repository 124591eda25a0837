//! Amounts of money: read from any JSON, counted exactly.

use serde_json::Value;

/// An amount of US dollars, counted in millionths: the unit of the service's own books, and fine
/// enough that ten times ten cents are a dollar exactly. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Usd(u128);

const MICROS: f64 = 1e6;

impl Usd {
    pub(crate) const ZERO: Self = Self(0);

    /// A price or a cost: part of a millionth counts as a whole one. `None` for what is not an
    /// amount: negative, infinite, NaN.
    pub(crate) fn rounded_up(dollars: f64) -> Option<Self> {
        Self::rounded(dollars, f64::ceil)
    }

    /// A limit: part of a millionth does not count.
    pub(crate) fn rounded_down(dollars: f64) -> Option<Self> {
        Self::rounded(dollars, f64::floor)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast keeps to the range of its type, and the amount is not negative"
    )]
    fn rounded(dollars: f64, round: fn(f64) -> f64) -> Option<Self> {
        if !(dollars.is_finite() && dollars >= 0.0) {
            return None;
        }
        let exact = dollars * MICROS;
        // 0.07 is no binary fraction: what is as near to a whole number as an `f64` can tell is it.
        let whole = exact.round();
        let is_whole = (exact - whole).abs() <= exact * 4.0 * f64::EPSILON;
        let micros = if is_whole { whole } else { round(exact) };
        // 64 bits, so that no sum of amounts overflows the 128.
        Some(Self(u128::from(micros as u64)))
    }

    #[expect(clippy::cast_precision_loss, reason = "exact up to nine billion dollars")]
    pub(crate) fn dollars(self) -> f64 {
        self.0 as f64 / MICROS
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// What a job has certainly cost, by the answer of the result call that ends it. `None` leaves open
/// what it cost, so that money set aside for it stays set aside.
///
/// An amount counts from a millionth of a dollar on. Less, and zero above all, is how services write
/// *not worked out yet*; only of a job that was cancelled in the queue zero, or no cost at all, is
/// the truth. What is not an amount (`-1`, prose, another currency) says nothing.
pub(crate) fn settled(result: &Value, was_cancelled: bool) -> Option<Usd> {
    let not_billed = was_cancelled.then_some(Usd::ZERO);
    match result.get("cost") {
        None | Some(Value::Null) => not_billed,
        Some(cost) => {
            let cost = dollars(cost)?;
            if Usd::rounded_down(cost)? > Usd::ZERO {
                Usd::rounded_up(cost)
            } else {
                not_billed.filter(|_| cost == 0.0)
            }
        }
    }
}

/// An amount in US dollars: given as a number, as text with a currency, or inside an object. `None`
/// for what is not an amount, or not one in US dollars.
pub(crate) fn dollars(cost: &Value) -> Option<f64> {
    let amount = match cost {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .trim_start_matches("US")
            .trim_start_matches('$')
            .trim_end_matches("USD")
            .trim()
            .parse()
            .ok(),
        Value::Object(map) if map.get("currency").is_none_or(is_us_dollar) => [
            "total",
            "total_cost",
            "total_usd",
            "cost_usd",
            "amount_usd",
            "usd",
            "cost",
            "amount",
            "value",
            "price",
        ]
        .iter()
        .find_map(|key| dollars(map.get(*key)?)),
        _ => None,
    };
    amount.filter(|amount| amount.is_finite() && *amount >= 0.0)
}

fn is_us_dollar(currency: &Value) -> bool {
    match currency {
        Value::Null => true,
        Value::String(name) => ["USD", "US$", "$"].iter().any(|n| n.eq_ignore_ascii_case(name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_cost_is_read_in_any_shape() {
        let cases = [
            (json!(0.04), Some(0.04)),
            (json!(2), Some(2.0)),
            (json!("0.04"), Some(0.04)),
            (json!("$0.04"), Some(0.04)),
            (json!("0.04 USD"), Some(0.04)),
            (json!({"amount": 0.04, "currency": "USD"}), Some(0.04)),
            (json!({"amount": 0.04, "currency": null}), Some(0.04)),
            (json!({"amount": 4, "currency": "CNY"}), None),
            (json!({"amount": 4, "currency": 7}), None),
            (json!({"total": {"value": "1.5"}}), Some(1.5)),
            (json!(0), Some(0.0)),
            (json!(-1), None),
            (json!("-1"), None),
            (json!("$-0.04"), None),
            (json!({"amount": -0.04}), None),
            (json!("free"), None),
            (json!("NaN"), None),
            (json!("inf"), None),
            (json!("1e999"), None),
            (json!(true), None),
            (json!([0.04]), None),
            (json!(null), None),
            (json!({}), None),
        ];
        for (cost, amount) in cases {
            assert_eq!(dollars(&cost), amount, "{cost}");
        }
    }

    #[test]
    fn only_a_certain_cost_settles_a_job() {
        // The cost, what it settles after a success or a failure, and after a cancel.
        let cases = [
            (json!(0.3), Some(0.3), Some(0.3)),
            (json!("0.3"), Some(0.3), Some(0.3)),
            (json!(0.000_001), Some(0.000_001), Some(0.000_001)),
            (json!(0), None, Some(0.0)),
            (json!(-0.0), None, Some(0.0)),
            (json!("0.00"), None, Some(0.0)),
            (json!(null), None, Some(0.0)),
            (json!(1e-9), None, None),
            (json!(5e-324), None, None),
            (json!(-1), None, None),
            (json!("-1"), None, None),
            (json!("NaN"), None, None),
            (json!("soon"), None, None),
            (json!({}), None, None),
            (json!({"amount": 0.3, "currency": "EUR"}), None, None),
        ];
        for (cost, ended, cancelled) in cases {
            let result = json!({ "cost": cost });
            let settled = |was_cancelled| settled(&result, was_cancelled).map(Usd::dollars);
            assert_eq!((settled(false), settled(true)), (ended, cancelled), "{cost}");
        }
        assert_eq!(
            (settled(&json!({}), false), settled(&json!({}), true)),
            (None, Some(Usd::ZERO))
        );
        assert!(settled(&json!({ "cost": 1e300 }), false) > Usd::rounded_up(1e12));
    }

    #[test]
    fn amounts_are_exact() {
        let up = |dollars: f64| Usd::rounded_up(dollars).unwrap();
        let down = |dollars: f64| Usd::rounded_down(dollars).unwrap();
        let ten_cents = (0..10).fold(Usd::ZERO, |sum, _| sum.plus(up(0.1)));
        assert_eq!(ten_cents, down(1.0));
        for millionths in (0..10_000_000u32).step_by(101) {
            let dollars = f64::from(millionths) / 1e6;
            let amount = Usd(u128::from(millionths));
            assert_eq!((up(dollars), down(dollars)), (amount, amount), "{dollars}");
            assert_eq!(up(amount.dollars()), amount, "what is written down is read back");
        }
        assert_eq!((up(0.1 + 0.2), down(0.1 + 0.2)), (Usd(300_000), Usd(300_000)));
        assert_eq!((up(1e-9), down(1e-9)), (Usd(1), Usd(0)));
        assert_eq!((up(0.000_001_5), down(0.000_001_5)), (Usd(2), Usd(1)));
        assert_eq!(up(1e300).plus(up(1e300)).minus(up(1e300)), up(1e300));
        for odd in [-1.0, -1e-9, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!((Usd::rounded_up(odd), Usd::rounded_down(odd)), (None, None), "{odd}");
        }
    }
}
