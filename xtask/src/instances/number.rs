//! Numbers at, around and between their limits.

use serde_json::Value;

use super::goal::Facts;

const BOUNDS: [&str; 4] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

/// A number that keeps the limits, if one is found.
pub(super) fn make(facts: &Facts<'_>, whole: bool, rng: &mut fastrand::Rng) -> Value {
    let mut candidates = limits(facts);
    candidates.extend(between(facts, rng));
    candidates.extend(multiples(facts, rng));
    let plain =
        [0_i64, 1, -1, 2, 7, 42, 1000, 2_147_483_648, -2_147_483_649, 9_007_199_254_740_992];
    candidates.extend(plain.map(Value::from));
    // Beyond 64 bits: what is held as a float, whole all the same.
    candidates.extend([u64::MAX.into(), 36_893_488_147_419_103_232.0.into(), (-1e30).into()]);
    if !whole {
        let plain = [-0.0, 0.5, 0.1, -3.75, 1e-9, 0.333_333_333_333_333_3, 1e21];
        candidates.extend(plain.map(Value::from));
    }
    candidates.retain(|value| fits(value, facts, whole));
    if candidates.is_empty() {
        return 0.into();
    }
    let value = candidates.swap_remove(rng.usize(..candidates.len()));
    if rng.u8(..8) == 0 { respelled(&value) } else { value }
}

/// `2` as `2.0`, where that is the same number.
pub(super) fn respelled(value: &Value) -> Value {
    match value.as_i64() {
        #[expect(clippy::cast_precision_loss, reason = "small enough")]
        Some(whole) if whole.unsigned_abs() < 1 << 53 => (whole as f64).into(),
        _ => value.clone(),
    }
}

/// The limits themselves and the numbers around them.
pub(super) fn limits(facts: &Facts<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for key in BOUNDS {
        for limit in facts.all(key).filter(|limit| limit.is_number()) {
            all.push(limit.clone());
            all.extend(around(limit));
        }
    }
    all
}

/// The neighbours of a number.
pub(super) fn around(number: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    if let Some(whole) = integer(number) {
        for near in [whole - 1, whole + 1] {
            all.extend(i64::try_from(near).map(Value::from));
            all.extend(u64::try_from(near).map(Value::from));
        }
    }
    if let Some(float) = number.as_f64() {
        let near = [float - 0.5, float + 0.5, float.next_down(), float.next_up()];
        all.extend(near.map(Value::from));
    }
    all
}

#[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
fn integer(number: &Value) -> Option<i128> {
    let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    let float = || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e30);
    whole.or_else(|| float().map(|float| float as i128))
}

#[expect(clippy::cast_possible_truncation, reason = "a saturating cast")]
fn between(facts: &Facts<'_>, rng: &mut fastrand::Rng) -> Vec<Value> {
    let highest = |all: Option<f64>, one: f64| Some(all.map_or(one, |all| all.max(one)));
    let lowest = |all: Option<f64>, one: f64| Some(all.map_or(one, |all| all.min(one)));
    let lows = facts.numbers("minimum").chain(facts.numbers("exclusiveMinimum"));
    let highs = facts.numbers("maximum").chain(facts.numbers("exclusiveMaximum"));
    let (low, high) = (lows.fold(None, highest), highs.fold(None, lowest));
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low + 1000.0),
        (None, Some(high)) => (high - 1000.0, high),
        (None, None) => (-100.0, 100.0),
    };
    let mut all = Vec::new();
    for _ in 0..4 {
        let number = low + (high - low) * rng.f64();
        all.extend([Value::from(number), Value::from(number.round() as i64)]);
    }
    all
}

/// Multiples of `multipleOf`, exact in their decimal digits.
fn multiples(facts: &Facts<'_>, rng: &mut fastrand::Rng) -> Vec<Value> {
    let mut all = Vec::new();
    for step in facts.numbers("multipleOf").filter(|step| *step > 0.0) {
        let (digits, exponent) = decimal(step);
        let mut factors = vec![0, 1, 2, 3, 10, rng.i64(..1000)];
        for near in limits(facts).iter().filter_map(Value::as_f64) {
            #[expect(clippy::cast_possible_truncation, reason = "a saturating cast")]
            let factor = (near / step) as i64;
            factors.extend([factor.saturating_sub(1), factor, factor.saturating_add(1)]);
        }
        for factor in factors {
            let text = format!("{}e{exponent}", digits.saturating_mul(factor.into()));
            let float = text.parse::<f64>().unwrap_or(0.0);
            #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
            let number = if float.fract() == 0.0 && float.abs() < 9e15 {
                Value::from(float as i64)
            } else {
                Value::from(float)
            };
            all.push(number);
        }
    }
    all
}

/// Whether a number keeps its limits, as well as floats can tell.
fn fits(value: &Value, facts: &Facts<'_>, whole: bool) -> bool {
    let (Some(float), exact) = (value.as_f64(), integer(value)) else {
        return false;
    };
    if !float.is_finite() || whole && float.fract() != 0.0 {
        return false;
    }
    let above = |limit: &Value| match (exact, integer(limit)) {
        (Some(value), Some(limit)) => value > limit,
        _ => limit.as_f64().is_some_and(|limit| float > limit),
    };
    let below = |limit: &Value| match (exact, integer(limit)) {
        (Some(value), Some(limit)) => value < limit,
        _ => limit.as_f64().is_some_and(|limit| float < limit),
    };
    // Draft 4 has a boolean beside the limit.
    let strict = |key| facts.all(key).any(|value| *value == Value::Bool(true));
    let (strict_low, strict_high) = (strict("exclusiveMinimum"), strict("exclusiveMaximum"));
    facts.all("minimum").all(|limit| if strict_low { above(limit) } else { !below(limit) })
        && facts.all("maximum").all(|limit| if strict_high { below(limit) } else { !above(limit) })
        && facts.all("exclusiveMinimum").all(|limit| limit.is_boolean() || above(limit))
        && facts.all("exclusiveMaximum").all(|limit| limit.is_boolean() || below(limit))
        && facts.numbers("multipleOf").all(|step| is_multiple(float, step))
}

/// Judged on the decimal digits of both, as JSON has them.
fn is_multiple(number: f64, step: f64) -> bool {
    let ((value, exponent), (step, step_exponent)) = (decimal(number), decimal(step));
    let power =
        |difference: i64| u32::try_from(difference).ok().and_then(|n| 10_i128.checked_pow(n));
    let value = power((exponent - step_exponent).max(0)).and_then(|power| value.checked_mul(power));
    let step = power((step_exponent - exponent).max(0)).and_then(|power| step.checked_mul(power));
    value.zip(step).is_some_and(|(value, step)| step != 0 && value % step == 0)
}

/// The shortest decimal digits of a float, as `digits × 10^exponent`.
fn decimal(float: f64) -> (i128, i64) {
    let text = format!("{float:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}").parse().unwrap_or(1);
    let places = i64::try_from(fraction.len()).unwrap_or(0);
    (digits, exponent.parse::<i64>().unwrap_or(0) - places)
}
