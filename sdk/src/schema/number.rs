//! Exact comparison of JSON numbers, whatever their Rust type.

mod decimal;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Number;

use super::tree::Tree;

pub(super) use decimal::Decimal;

/// A JSON number as it was read.
#[derive(Debug, Clone, Copy)]
pub enum Num<'a> {
    /// A whole number, as nearly all are.
    Whole(i64),
    /// A whole number beyond 64 bits: apart from the others, as it takes twice the registers.
    Wide(i128),
    /// Any other, or one of which no more was kept: whole numbers beyond 64 bits become the nearest
    /// float where `serde_json` reads them.
    Float(f64),
    /// A whole number beyond 128 bits, in JSON.
    Long(&'a str),
}

impl From<i128> for Num<'_> {
    fn from(value: i128) -> Self {
        i64::try_from(value).map_or(Self::Wide(value), Self::Whole)
    }
}

impl<'a> Num<'a> {
    /// The number of `serde_json`; `digits` is a place for those that it may have kept.
    pub(super) fn of(number: &Number, digits: &'a mut String) -> Self {
        if let Some(whole) = number.as_i64() {
            Self::Whole(whole)
        } else if let Some(whole) = number.as_u64() {
            Self::Wide(whole.into())
        } else if number.is_f64() {
            Self::Float(number.as_f64().unwrap_or(f64::NAN))
        } else {
            // Only its feature `arbitrary_precision` has numbers that are none of these.
            *digits = number.to_string();
            Self::of_text(digits)
        }
    }

    /// The number that a text in JSON is.
    pub(super) fn of_text(text: &'a str) -> Self {
        if let Ok(whole) = text.parse::<i128>() {
            return Self::from(whole);
        }
        let float = text.parse().unwrap_or(f64::NAN);
        let decimal = Decimal::of(text);
        if !decimal.is_whole() || float.abs() < EXACT {
            return Self::Float(float);
        }
        match decimal.text().parse::<i128>() {
            Ok(whole) => Self::from(whole),
            Err(_) => Self::Long(text),
        }
    }

    pub(super) fn is_whole(self) -> bool {
        match self {
            Self::Whole(_) | Self::Wide(_) | Self::Long(_) => true,
            Self::Float(float) => is_whole(float),
        }
    }

    /// The number as an [`i64`], if it is one: `2.0` is 2.
    pub(super) fn as_i64(self) -> Option<i64> {
        match self {
            Self::Whole(whole) => Some(whole),
            other => other.as_i128().and_then(|whole| i64::try_from(whole).ok()),
        }
    }

    pub(super) fn as_i128(self) -> Option<i128> {
        match self {
            Self::Whole(whole) => Some(whole.into()),
            Self::Wide(whole) => Some(whole),
            #[expect(clippy::cast_possible_truncation, reason = "checked by the guard")]
            Self::Float(float) if self.is_whole() && float.abs() < 1.7e38 => Some(float as i128),
            Self::Float(_) | Self::Long(_) => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Wide(whole) => whole as f64,
            Self::Float(float) => float,
            Self::Long(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    pub(super) fn cmp_i64(self, limit: i64) -> Option<Ordering> {
        match self {
            Self::Whole(whole) => Some(whole.cmp(&limit)),
            Self::Wide(whole) => Some(whole.cmp(&limit.into())),
            Self::Float(float) => cmp_float(float, limit.into()),
            Self::Long(text) => Some(beyond(text)),
        }
    }

    fn cmp_i128(self, limit: i128) -> Option<Ordering> {
        match self {
            Self::Whole(whole) => Some(i128::from(whole).cmp(&limit)),
            Self::Wide(whole) => Some(whole.cmp(&limit)),
            Self::Float(float) => cmp_float(float, limit),
            Self::Long(text) => Some(beyond(text)),
        }
    }

    pub(super) fn cmp_f64(self, limit: f64) -> Option<Ordering> {
        match self {
            Self::Whole(whole) => cmp_float(limit, whole.into()).map(Ordering::reverse),
            Self::Wide(whole) => cmp_float(limit, whole).map(Ordering::reverse),
            Self::Float(float) => float.partial_cmp(&limit),
            Self::Long(text) if limit.abs() < f64::INFINITY => {
                Some(Decimal::of(text).cmp(&Decimal::of(&format!("{limit:.0}"))))
            }
            Self::Long(text) => 0.0.partial_cmp(&limit).map(|order| order.then(beyond(text))),
        }
    }

    /// Compares with a number that only its digits tell exactly.
    #[cold]
    pub(super) fn cmp_digits(self, limit: &str) -> Option<Ordering> {
        let with = |text: &str| Some(Decimal::of(text).cmp(&Decimal::of(limit)));
        match self {
            Self::Whole(whole) => with(&whole.to_string()),
            Self::Wide(whole) => with(&whole.to_string()),
            Self::Long(text) => with(text),
            Self::Float(float) => match limit.parse::<i128>() {
                // Had it been a number of 64 bits, it would be no float.
                Ok(limit) if (i64::MIN.into()..=u64::MAX.into()).contains(&limit) => {
                    cmp_float(float, limit)
                }
                // What it was before is lost: as floats they may be the same.
                _ => float.partial_cmp(&limit.parse().unwrap_or(f64::NAN)),
            },
        }
    }

    /// Whether the number is a multiple of `step`, judged on the decimal digits of both: `0.07` is
    /// a multiple of `0.01`, whatever binary fractions say.
    pub(super) fn is_multiple_of(self, step: f64) -> bool {
        let digits = match self {
            Self::Whole(whole) => Some((whole.into(), 0)),
            Self::Wide(whole) => Some((whole, 0)),
            Self::Float(float) => decimal(float),
            Self::Long(_) => return self.is_multiple_of_digits(&format!("{step:e}")),
        };
        let (Some((value, exponent)), Some((step, step_exponent))) = (digits, decimal(step)) else {
            return false;
        };
        if step == 0 {
            return false;
        }
        let shift = exponent - step_exponent;
        if shift >= 0 {
            (0..shift).fold(value % step, |rest, _| rest * 10 % step) == 0
        } else {
            let power = u32::try_from(-shift).ok().and_then(|n| 10_i128.checked_pow(n));
            let step = power.and_then(|power| step.checked_mul(power));
            value == 0 || step.is_some_and(|step| value % step == 0)
        }
    }

    /// [`Num::is_multiple_of`], of a step that only its digits tell exactly.
    #[cold]
    pub(super) fn is_multiple_of_digits(self, step: &str) -> bool {
        let of = |text: &str| Decimal::of(text).is_multiple_of(&Decimal::of(step));
        match self {
            Self::Whole(whole) => of(&whole.to_string()),
            Self::Wide(whole) => of(&whole.to_string()),
            Self::Float(float) => of(&format!("{float:e}")),
            Self::Long(text) => of(text),
        }
    }
}

/// As it stands in a sentence.
impl fmt::Display for Num<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(value) => value.fmt(f),
            Self::Wide(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Long(text) if text.len() > SHOWN => write!(f, "{text:.SHOWN$} …"),
            Self::Long(text) => f.write_str(text),
        }
    }
}

/// How many digits of a number a message shows.
const SHOWN: usize = 60;

/// Below this, a float tells each whole number from the next.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

/// On which side of all numbers of 128 bits a number beyond them is.
fn beyond(text: &str) -> Ordering {
    if text.starts_with('-') { Ordering::Less } else { Ordering::Greater }
}

// Both stay calls: inlined, their slow casts would be made for whole numbers too, before it is
// known that they are not needed.

#[inline(never)]
fn is_whole(float: f64) -> bool {
    float.is_finite() && float.fract() == 0.0
}

/// Compares a float with a whole number, exactly.
#[inline(never)]
#[expect(clippy::cast_possible_truncation, reason = "a saturating cast orders rightly")]
fn cmp_float(float: f64, whole: i128) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let fraction = float.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal);
    Some((float.trunc() as i128).cmp(&whole).then(fraction))
}

/// The shortest decimal digits of a float, as `digits × 10^exponent`.
fn decimal(float: f64) -> Option<(i128, i32)> {
    let text = format!("{float:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}").parse().ok()?;
    let exponent = exponent.parse::<i32>().ok()?;
    Some((digits, exponent - i32::try_from(fraction.len()).ok()?))
}

/// JSON Schema's equality: `1` and `1.0` are the same, the order of members says nothing.
pub(super) fn equal(a: &Tree, b: &Tree) -> bool {
    match (a, b) {
        (Tree::Number(a), Tree::Number(b)) => {
            let a = a.num();
            let order = match b.num() {
                Num::Whole(b) => a.cmp_i64(b),
                Num::Wide(b) => a.cmp_i128(b),
                Num::Float(b) => a.cmp_f64(b),
                Num::Long(b) => a.cmp_digits(b),
            };
            order == Some(Ordering::Equal)
        }
        (Tree::Array(a), Tree::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Tree::Object(a), Tree::Object(b)) => {
            let same = |(key, a)| b.get(key).is_some_and(|b| equal(a, b));
            a.len() == b.len() && a.iter().all(same)
        }
        (Tree::String(a), Tree::String(b)) => a == b,
        (Tree::Bool(a), Tree::Bool(b)) => a == b,
        (Tree::Null, Tree::Null) => true,
        _ => false,
    }
}

/// The text that all [`equal`] values have in common, and no others.
pub(super) fn canonical(value: &Tree) -> String {
    match value {
        Tree::Number(number) => match number.num() {
            Num::Long(text) => Decimal::of(text).text(),
            number => match number.as_i128() {
                Some(whole) => whole.to_string(),
                None => Decimal::of(&format!("{:e}", number.as_f64())).text(),
            },
        },
        Tree::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Tree::Object(members) => {
            let members: BTreeMap<_, _> =
                members.iter().map(|(key, member)| (key, canonical(member))).collect();
            format!("{members:?}")
        }
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Num, Tree, canonical, equal};
    use serde_json::{Value, json};
    use std::cmp::Ordering::{Equal, Greater, Less};

    #[test]
    fn multiples_are_judged_on_decimal_digits() {
        for (value, step, expected) in [
            (Num::Float(0.07), 0.01, true),
            (Num::Float(0.0075), 0.0001, true),
            (Num::Float(0.007_51), 0.0001, false),
            (Num::Float(4.5), 1.5, true),
            (Num::Whole(35), 1.5, false),
            (Num::Float(1e308), 0.5, true),
            (Num::Float(1e308), 0.123_456_789, false),
            (Num::Whole(12_391_239_123), 1e-8, true),
            (Num::Whole(0), 3.0, true),
            (Num::Whole(-9), 3.0, true),
        ] {
            assert_eq!(value.is_multiple_of(step), expected, "{step}");
        }
    }

    #[test]
    fn numbers_of_different_types_compare_exactly() {
        let big = 9_007_199_254_740_993;
        assert_eq!(Num::Whole(big).cmp_f64(9_007_199_254_740_992.0), Some(Greater));
        assert_eq!(Num::from(i128::from(u64::MAX)).cmp_i64(i64::MAX), Some(Greater));
        assert_eq!(
            Num::from(i128::from(i64::MAX) + 1).cmp_f64(9_223_372_036_854_775_808.0),
            Some(Equal)
        );
        assert_eq!(Num::Whole(i64::MAX).cmp_f64(9_223_372_036_854_775_808.0), Some(Less));
        assert_eq!(Num::Whole(i64::MIN).cmp_f64(-9_223_372_036_854_775_808.0), Some(Equal));
        assert_eq!(Num::Float(f64::INFINITY).cmp_i64(i64::MAX), Some(Greater));
        assert_eq!(Num::Float(f64::NAN).cmp_i64(0), None);
        assert_eq!(Num::Float(2.5).cmp_i64(2), Some(Greater));
        assert_eq!(Num::Float(-2.5).cmp_i64(-2), Some(Less));
        assert_eq!(Num::Float(1e300).cmp_i64(i64::MAX), Some(Greater));
        assert_eq!(Num::Float(2.0).cmp_i64(2), Some(Equal));
        assert_eq!(Num::Float(2.0).as_i64(), Some(2));
        assert_eq!(Num::Float(2.5).as_i64(), None);
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        let cases = [
            (Num::Whole(i64::MIN), Some(i64::MIN), Some(i128::from(i64::MIN))),
            (Num::from(i128::from(i64::MAX)), Some(i64::MAX), Some(i128::from(i64::MAX))),
            (Num::from(i128::from(u64::MAX)), None, Some(i128::from(u64::MAX))),
            (Num::Float(2.0), Some(2), Some(2)),
            (Num::Float(-0.0), Some(0), Some(0)),
            (Num::Float(2.5), None, None),
            (Num::Float(-9_223_372_036_854_775_808.0), Some(i64::MIN), Some(i128::from(i64::MIN))),
            (Num::Float(9.3e18), None, Some(9_300_000_000_000_000_000)),
            (Num::Float(1e300), None, None),
            (Num::Float(f64::INFINITY), None, None),
        ];
        for (number, narrow, wide) in cases {
            assert_eq!((number.as_i64(), number.as_i128()), (narrow, wide), "{}", number.as_f64());
        }
        assert!(Num::Float(1e300).is_whole() && Num::Float(-0.0).is_whole());
        assert!(!Num::Float(f64::INFINITY).is_whole() && !Num::Float(f64::NAN).is_whole());
    }

    #[test]
    fn equality_is_that_of_json_schema() {
        let same = |a: &Value, b: &Value| equal(&a.into(), &b.into());
        assert!(same(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]})));
        assert!(!same(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!same(&json!(0), &json!(false)));
    }

    #[test]
    fn equal_values_have_one_text() {
        let values = [
            json!(1),
            json!(1.0),
            json!(1.5),
            json!(-0.0),
            json!(0),
            json!(1e300),
            json!(u64::MAX),
            json!(18_446_744_073_709_551_616.0),
            json!("1"),
            json!(null),
            json!("null"),
            json!([]),
            json!({}),
            json!([1, 2]),
            json!([1.0, 2.0]),
            json!(["1,2"]),
            json!({"a": 1, "b": [2]}),
            json!({"b": [2.0], "a": 1}),
            json!({"a": "1", "b": [2]}),
        ];
        let values = values.map(|value| Tree::from(&value));
        for a in &values {
            for b in &values {
                assert_eq!(canonical(a) == canonical(b), equal(a, b), "{a} {b}");
            }
        }
    }
}
