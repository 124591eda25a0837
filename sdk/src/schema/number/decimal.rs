//! Numbers by their decimal digits, as JSON writes them: of any size, and exact.

use std::cmp::Ordering;

/// The digits of a JSON number, without zeros that say nothing.
#[derive(Debug, Clone, Copy)]
pub(in crate::schema) struct Decimal<'a> {
    negative: bool,
    /// Together the digits from the first to the last that is no zero; none of zero itself.
    before_point: &'a str,
    after_point: &'a str,
    /// The power of ten of the last digit.
    unit: i64,
}

/// Digits beyond these are told by an exponent.
const WRITTEN_OUT: i64 = 400;

impl<'a> Decimal<'a> {
    /// The digits of a text that is a number in JSON, or as Rust writes one.
    pub(in crate::schema) fn of(text: &'a str) -> Self {
        let negative = text.starts_with('-');
        let text = text.trim_start_matches(['-', '+']);
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
        let after = after.trim_end_matches('0');
        let mut unit = saturating(exponent).saturating_sub(length(after));
        let mut before = before.trim_start_matches('0');
        if after.is_empty() {
            let kept = before.trim_end_matches('0');
            unit = unit.saturating_add(length(before) - length(kept));
            before = kept;
        }
        let after = if before.is_empty() { after.trim_start_matches('0') } else { after };
        let is_zero = before.is_empty() && after.is_empty();
        let (negative, unit) = if is_zero { (false, 0) } else { (negative, unit) };
        Self { negative, before_point: before, after_point: after, unit }
    }

    fn digits(&self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        self.before_point.bytes().chain(self.after_point.bytes())
    }

    fn count(&self) -> i64 {
        length(self.before_point) + length(self.after_point)
    }

    fn is_zero(&self) -> bool {
        self.count() == 0
    }

    pub(in crate::schema) fn is_whole(&self) -> bool {
        self.unit >= 0
    }

    pub(in crate::schema) fn cmp(&self, other: &Self) -> Ordering {
        match (self.sign(), other.sign()) {
            (-1, -1) => other.cmp_digits(self),
            (1, 1) => self.cmp_digits(other),
            (sign, other) => sign.cmp(&other),
        }
    }

    fn sign(&self) -> i8 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn cmp_digits(&self, other: &Self) -> Ordering {
        let magnitude = |decimal: &Self| decimal.unit.saturating_add(decimal.count());
        // The last digit of the longer one is no zero.
        magnitude(self).cmp(&magnitude(other)).then_with(|| self.digits().cmp(other.digits()))
    }

    /// Whether the number is a whole multiple of another.
    pub(in crate::schema) fn is_multiple_of(&self, step: &Self) -> bool {
        if self.is_zero() || step.is_zero() {
            return self.is_zero() && !step.is_zero();
        }
        // The last digits are no zeros, so nothing else can make up for it.
        let Some(zeros) = self.unit.checked_sub(step.unit).filter(|zeros| *zeros >= 0) else {
            return false;
        };
        // A step of so many digits has no more factors of ten.
        let zeros = usize::try_from(zeros.min(step.count().saturating_mul(4))).unwrap_or(0);
        let step: Vec<u8> = step.digits().map(|digit| digit - b'0').collect();
        let mut rest = Vec::with_capacity(step.len() + 2);
        for digit in self.digits().chain(std::iter::repeat_n(b'0', zeros)) {
            if !rest.is_empty() || digit != b'0' {
                rest.push(digit - b'0');
            }
            while is_as_large(&rest, &step) {
                subtract(&mut rest, &step);
            }
        }
        rest.is_empty()
    }

    /// The number as an integer writes itself; of more digits than anybody reads, with an exponent.
    pub(in crate::schema) fn text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let (before, after) = (self.before_point, self.after_point);
        if self.is_zero() {
            "0".to_owned()
        } else if (0..=WRITTEN_OUT).contains(&self.unit) {
            let zeros = "0".repeat(usize::try_from(self.unit).unwrap_or(0));
            format!("{sign}{before}{after}{zeros}")
        } else {
            format!("{sign}{before}{after}e{}", self.unit)
        }
    }
}

fn length(digits: &str) -> i64 {
    i64::try_from(digits.len()).unwrap_or(i64::MAX)
}

fn saturating(exponent: &str) -> i64 {
    let limit = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    exponent.parse().map_or(limit, |exponent: i64| exponent.clamp(i64::MIN / 2, i64::MAX / 2))
}

/// Whether digits without leading zeros are those of a number that is no less than another.
fn is_as_large(digits: &[u8], other: &[u8]) -> bool {
    digits.len() > other.len() || digits.len() == other.len() && digits >= other
}

fn subtract(digits: &mut Vec<u8>, other: &[u8]) {
    let mut borrow = 0;
    let others = other.iter().rev().copied().chain(std::iter::repeat(0));
    for (digit, other) in digits.iter_mut().rev().zip(others) {
        let less = other + borrow;
        borrow = u8::from(*digit < less);
        *digit = *digit + 10 * borrow - less;
    }
    let zeros = digits.iter().position(|digit| *digit != 0).unwrap_or(digits.len());
    digits.drain(..zeros);
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::Decimal;

    #[test]
    fn numbers_compare_by_their_digits() {
        let ordered = [
            "-1e400",
            "-18446744073709551617",
            "-18446744073709551616",
            "-10.5",
            "-10",
            "-0.1",
            "0",
            "1e-400",
            "0.009",
            "0.0100000000000000000000000001",
            "1",
            "1.5",
            "9",
            "10",
            "18446744073709551615",
            "18446744073709551616",
            "100000000000000000000000000000001",
            "1e33",
            "1e400",
            "1e99999999999999999999",
        ];
        for (one, left) in ordered.iter().enumerate() {
            for (other, right) in ordered.iter().enumerate() {
                let order = Decimal::of(left).cmp(&Decimal::of(right));
                assert_eq!(order, one.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for spellings in [
            &["0", "-0", "0.0", "0e9", "-0.00e-7"][..],
            &["120", "120.0", "12e1", "1.2e2", "1200e-1", "0.0120E+4"],
            &["-0.05", "-5e-2", "-0.0500"],
        ] {
            for one in spellings {
                for other in spellings {
                    let (one, other) = (Decimal::of(one), Decimal::of(other));
                    assert_eq!(one.cmp(&other), Ordering::Equal, "{one:?} {other:?}");
                    assert_eq!(one.text(), other.text());
                    assert_eq!(one.is_whole(), other.is_whole());
                }
            }
        }
        for (text, whole) in [("120", true), ("1.5e1", true), ("1.5", false), ("0", true)] {
            assert_eq!(Decimal::of(text).is_whole(), whole, "{text}");
        }
        assert_eq!(Decimal::of("-12.5e3").text(), "-12500");
        assert_eq!(Decimal::of("1e401").text(), "1e401");
    }

    #[test]
    fn multiples_are_found_at_any_size() {
        for (number, step, expected) in [
            ("0", "7", true),
            ("7", "0", false),
            ("36893488147419103230", "10", true),
            ("36893488147419103231", "10", false),
            ("36893488147419103231", "1", true),
            ("36893488147419103230", "18446744073709551615", true),
            ("18446744073709551616", "18446744073709551615", false),
            ("1e400", "0.0001220703125", true),
            ("1e400", "3", false),
            ("1e999999999999", "16384", true),
            ("0.3", "0.1", true),
            ("0.35", "0.1", false),
            (
                "246913578024691357802469135780246913578024691357802",
                "123456789012345678901234567890123456789012345678901",
                true,
            ),
            (
                "246913578024691357802469135780246913578024691357803",
                "123456789012345678901234567890123456789012345678901",
                false,
            ),
        ] {
            let multiple = Decimal::of(number).is_multiple_of(&Decimal::of(step));
            assert_eq!(multiple, expected, "{number} {step}");
        }
    }
}
