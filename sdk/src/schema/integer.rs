//! Whole numbers of any size.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::ParseIntError;
use std::str::FromStr;

use super::Nullable;
use super::number::{Decimal, Num};

/// A whole number of any size, as JSON has them.
///
/// A property that its schema limits to 64 bits is an [`i64`]; this is the type of all others. It is
/// made of every integer of Rust, and of its digits where none is large enough.
///
/// ```
/// use runcomfy::schema::Integer;
///
/// let seed = Integer::from(7);
/// assert_eq!(seed.as_i64(), Some(7));
/// assert_eq!(seed, 7);
///
/// let large: Integer = "36893488147419103233".parse()?;
/// assert_eq!((large.as_i64(), large.as_i128()), (None, Some((1 << 65) + 1)));
/// assert_eq!(large.to_string(), "36893488147419103233");
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
#[derive(Clone)]
pub struct Integer(Repr);

/// What is in 64 bits is nowhere else.
#[derive(Clone)]
enum Repr {
    Small(i64),
    /// As [`Decimal::text`] writes it.
    Large(Box<str>),
    /// What came as a float: its limits are judged as when it was read.
    Float(f64),
}

impl Integer {
    /// The number, if it fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.num().as_i64()
    }

    /// The number, if it fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_i128()?.try_into().ok()
    }

    /// The number, if it fits.
    #[must_use]
    pub fn as_i128(&self) -> Option<i128> {
        self.num().as_i128()
    }

    /// The nearest float; infinite for a number beyond all of them.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.num().as_f64()
    }

    pub(super) fn num(&self) -> Num<'_> {
        match &self.0 {
            Repr::Small(value) => Num::Whole(*value),
            Repr::Large(text) => Num::of_text(text),
            Repr::Float(value) => Num::Float(*value),
        }
    }

    /// The number, which is whole.
    pub(super) fn of(number: Num<'_>) -> Self {
        match number {
            Num::Whole(value) => Self(Repr::Small(value)),
            Num::Wide(value) => value.into(),
            Num::Float(value) => Self(number.as_i64().map_or(Repr::Float(value), Repr::Small)),
            Num::Long(text) => Self::of_text(text),
        }
    }

    fn of_text(text: &str) -> Self {
        let text = Decimal::of(text).text();
        Self(text.parse().map_or_else(|_| Repr::Large(text.into()), Repr::Small))
    }
}

impl Default for Integer {
    fn default() -> Self {
        Self(Repr::Small(0))
    }
}

macro_rules! from {
    ($($ty:ty),*) => {
        $(
            impl From<$ty> for Integer {
                fn from(value: $ty) -> Self {
                    match i64::try_from(value) {
                        Ok(value) => Self(Repr::Small(value)),
                        Err(_) => Self::of_text(&value.to_string()),
                    }
                }
            }

            impl From<$ty> for Nullable<Integer> {
                fn from(value: $ty) -> Self {
                    Self::Value(value.into())
                }
            }

            impl PartialEq<$ty> for Integer {
                fn eq(&self, other: &$ty) -> bool {
                    self.cmp(&Self::from(*other)) == Ordering::Equal
                }
            }
        )*
    };
}

from!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

/// Reads decimal digits, with a sign or without.
impl FromStr for Integer {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::of_text(text));
        }
        text.parse().map(|small| Self(Repr::Small(small)))
    }
}

impl PartialEq for Integer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Integer {}

impl Hash for Integer {
    fn hash<H: Hasher>(&self, to: &mut H) {
        match &self.0 {
            Repr::Small(value) => value.hash(to),
            _ => self.to_string().hash(to),
        }
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(one), Repr::Small(other)) => one.cmp(other),
            _ => Decimal::of(&self.to_string()).cmp(&Decimal::of(&other.to_string())),
        }
    }
}

/// The digits.
impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let large = |text: &str, f: &mut fmt::Formatter<'_>| {
            let digits = text.trim_start_matches('-');
            f.pad_integral(digits.len() == text.len(), "", digits)
        };
        match &self.0 {
            Repr::Small(value) => value.fmt(f),
            Repr::Large(text) => large(text, f),
            Repr::Float(value) => large(&format!("{value:.0}"), f),
        }
    }
}

/// As [`Display`](fmt::Display).
impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

crate::serde!(Integer);

#[cfg(test)]
mod tests {
    use super::Integer;

    fn read(text: &str) -> Integer {
        text.parse().expect("it is a number")
    }

    #[test]
    fn an_integer_is_the_same_wherever_it_comes_from() {
        assert_eq!(Integer::from(u64::MAX), read("18446744073709551615"));
        assert_eq!(Integer::from(-7_i8), read("-007"));
        assert_eq!(Integer::from(i128::MIN), i128::MIN);
        assert_eq!(read(&u128::MAX.to_string()), u128::MAX);
        assert_eq!(Integer::from(0), Integer::default());
        for text in ["", "-", "1.0", "1e3", " 1", "ten", "--1", "+-1"] {
            assert!(text.parse::<Integer>().is_err(), "{text}");
        }
    }

    #[test]
    fn integers_are_ordered_by_their_size() {
        let ordered = [
            "-36893488147419103233",
            "-9223372036854775809",
            "-1",
            "0",
            "7",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "1000000000000000000000000000000000000000000000",
        ];
        for pair in ordered.windows(2) {
            assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
        }
        let large = read(ordered[8]);
        assert_eq!((large.as_i64(), large.as_u64(), large.as_i128()), (None, None, None));
        assert!((large.to_f64() - 1e45).abs() < 1e30);
        assert_eq!(read("18446744073709551615").as_u64(), Some(u64::MAX));
        assert_eq!(
            format!("{:>6}|{:+}", read("-42"), read(ordered[6])),
            "   -42|+9223372036854775808"
        );
    }

    #[test]
    fn serde_hands_on_what_it_can_of_an_integer() {
        for text in ["-7", "18446744073709551615", "36893488147419103233"] {
            assert_eq!(serde_json::to_string(&read(text)).expect("it can be written"), text);
        }
        let of_json = |text| serde_json::from_str::<Integer>(text).ok();
        assert_eq!(of_json("18446744073709551615"), Some(u64::MAX.into()));
        assert_eq!(of_json("7.0"), Some(7.into()));
        assert_eq!(of_json("1.5"), None);
        assert_eq!(of_json("\"7\""), None);
        // It reads what is larger as a float, and writes it as one.
        assert_eq!(of_json("18446744073709551616"), Some((1_u128 << 64).into()));
        let value = serde_json::to_value(read("18446744073709551616")).expect("a float");
        assert_eq!(value, serde_json::json!(18_446_744_073_709_551_616.0));
        assert!(serde_json::to_value(read("36893488147419103233")).is_err());
    }
}
