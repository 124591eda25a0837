//! JSON text, for the reader: what is common is read here, and fast; whatever is not, be it a fault
//! or merely rare, is left to `serde_json`.

use std::borrow::Cow;
use std::{fmt, iter};

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde_json::Number;

use super::object::DIGITS;
use crate::schema::number::{Decimal, EXACT};
use crate::schema::plain::plain;

/// Deeper than this, `serde_json` decides.
const DEPTH: u8 = 100;

/// A text, and where its next token is looked for.
pub(super) struct Text<'de> {
    json: &'de str,
    at: usize,
    depth: u8,
}

/// Something stands there that only `serde_json` has the words for, or the meaning of.
#[derive(Debug)]
pub(super) struct Odd;

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not read here")
    }
}

impl std::error::Error for Odd {}

impl Error for Odd {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de> Text<'de> {
    pub(super) fn new(json: &'de str) -> Self {
        Self { json, at: 0, depth: 0 }
    }

    /// That nothing follows.
    pub(super) fn end(&mut self) -> Result<(), Odd> {
        if self.token().is_none() { Ok(()) } else { Err(Odd) }
    }

    fn byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    /// The first byte of the next token, which is not yet taken.
    fn token(&mut self) -> Option<u8> {
        while matches!(self.byte()?, b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        self.byte()
    }

    fn take(&mut self, token: u8) -> Result<(), Odd> {
        if self.token() != Some(token) {
            return Err(Odd);
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Odd> {
        let is_there = self.json.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        if is_there { Ok(()) } else { Err(Odd) }
    }

    fn string(&mut self) -> Result<Cow<'de, str>, Odd> {
        let start = self.at + 1;
        self.at = start + plain(&self.json.as_bytes()[start..]);
        if self.byte() != Some(b'"') {
            return self.escaped(start).map(Cow::Owned);
        }
        self.at += 1;
        self.json.get(start..self.at - 1).map(Cow::Borrowed).ok_or(Odd)
    }

    #[cold]
    fn escaped(&mut self, start: usize) -> Result<String, Odd> {
        while self.byte() == Some(b'\\') {
            self.at += 2;
            self.at += plain(self.json.as_bytes().get(self.at..).ok_or(Odd)?);
        }
        self.at += 1;
        let token = self.json.get(start - 1..self.at).ok_or(Odd)?;
        serde_json::from_str(token).map_err(|_| Odd)
    }

    /// A whole number of few digits; none that is written in another way.
    fn integer(&mut self) -> Option<i64> {
        let rest = &self.json.as_bytes()[self.at..];
        let sign = usize::from(rest.first() == Some(&b'-'));
        let (mut value, mut len) = (0, sign);
        while let Some(digit @ b'0'..=b'9') = rest.get(len) {
            // One more might be too much for 64 bits.
            if len == 18 {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
            len += 1;
        }
        // No digit, a zero that says nothing, the float -0.0, a fraction: nothing for here.
        let first = rest.get(sign)?;
        let odd = *first == b'0' && len > 1 || len == sign;
        if odd || matches!(rest.get(len), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at += len;
        Some(if sign == 1 { -value } else { value })
    }

    fn number(&mut self) -> &'de str {
        let rest = &self.json[self.at..];
        let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let len = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn any<V: Visitor<'de>>(&mut self, visitor: V, with_digits: bool) -> Result<V::Value, Odd> {
        match self.token().ok_or(Odd)? {
            b'"' => match self.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_str(&text),
            },
            b'{' => visitor.visit_map(self.open()?),
            b'[' => visitor.visit_seq(self.open()?),
            b't' => self.word("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.word("false").and_then(|()| visitor.visit_bool(false)),
            b'n' => self.word("null").and_then(|()| visitor.visit_unit()),
            b'-' | b'0'..=b'9' => match self.integer() {
                Some(value) => visitor.visit_i64(value),
                None => number(self.number(), visitor, with_digits),
            },
            _ => Err(Odd),
        }
    }

    fn open(&mut self) -> Result<Items<'_, 'de>, Odd> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH { Err(Odd) } else { Ok(Items { text: self, first: true }) }
    }
}

impl<'de> Deserializer<'de> for &mut Text<'de> {
    type Error = Odd;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        self.any(visitor, false)
    }

    /// As [`Reader`](super::Reader) asks: with all digits of numbers.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Odd> {
        self.any(visitor, true)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

/// Any number but the whole ones of few digits.
fn number<'de, V: Visitor<'de>>(
    text: &'de str,
    visitor: V,
    with_digits: bool,
) -> Result<V::Value, Odd> {
    let number = serde_json::from_str::<Number>(text);
    let is_large = match &number {
        Ok(number) if number.is_i64() || number.is_u64() => false,
        Ok(number) => number.as_f64().is_none_or(|float| float.abs() >= EXACT),
        Err(_) => is_number(text),
    };
    if with_digits && is_large && Decimal::of(text).is_whole() {
        return visitor.visit_map(MapDeserializer::new(iter::once((DIGITS, text))));
    }
    // With its digits, where a feature of `serde_json` says so.
    number.map_err(|_| Odd)?.deserialize_any(visitor).map_err(|_| Odd)
}

/// Whether a text is a number in JSON, though one that `serde_json` may have no place for.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        && digits(fraction)
        && digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
}

/// What stands between brackets.
struct Items<'a, 'de> {
    text: &'a mut Text<'de>,
    first: bool,
}

impl Items<'_, '_> {
    /// Goes to the next item, or takes the bracket that closes them.
    fn next(&mut self, bracket: u8) -> Result<bool, Odd> {
        if self.text.token() == Some(bracket) {
            self.text.at += 1;
            self.text.depth -= 1;
            return Ok(false);
        }
        if !self.first {
            self.text.take(b',')?;
        }
        self.first = false;
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Odd;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Odd> {
        if self.next(b']')? { seed.deserialize(&mut *self.text).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Odd;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Odd> {
        if !self.next(b'}')? {
            return Ok(None);
        }
        if self.text.token() != Some(b'"') {
            return Err(Odd);
        }
        match self.text.string()? {
            Cow::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key)),
            Cow::Owned(key) => seed.deserialize(key.into_deserializer()),
        }
        .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Odd> {
        self.text.take(b':')?;
        seed.deserialize(&mut *self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use serde::Deserialize;
    use serde_json::Value;

    fn read(text: &str) -> Option<Value> {
        let mut from = Text::new(text);
        let value = Value::deserialize(&mut from).ok()?;
        from.end().ok().map(|()| value)
    }

    const DOCUMENTS: &[&str] = &[
        "{}",
        " [ ] ",
        r#"{"a":1,"b":[true,false,null,{"c":"d"}],"e":{"":[]}}"#,
        "\t{ \"a\" : [ 1 , 2 ] ,\r\n \"b\" : { } }\n",
        r#"["plain", "of more than sixteen bytes, and with é 한국 🦀 in it", ""]"#,
        r#"["\"", "a\\", "\u00e9\ud83e\udd80 \/ \b\f\n\r\t", "sixteen bytes, 16\\\"rest"]"#,
        r#"{"\u0061":1,"a":2}"#,
        "[0,-1,7,-0,0.0,2.0,1e2,1E-2,1.5e+3,123456789012345678,999999999999999999]",
        "[1234567890123456789,9223372036854775807,-9223372036854775808,-123456789012345678]",
        "[9223372036854775808,18446744073709551615,18446744073709551616,9.3e18,1e300,-1e-400]",
    ];

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        for text in DOCUMENTS {
            assert_eq!(read(text), Some(serde_json::from_str(text).unwrap()), "{text}");
        }
        let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(&deep(100)).is_some());
        assert!(read(&deep(101)).is_none());
    }

    #[test]
    fn no_text_is_read_that_serde_json_refuses() {
        let odd: Vec<char> = "\0 \"\\{}[]:,0127-+.eEtfnul\u{7f}é\n".chars().collect();
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let mut text = random.choice(DOCUMENTS).unwrap().chars().collect::<Vec<_>>();
            for _ in 0..random.usize(1..4) {
                let (at, c) = (random.usize(0..text.len()), *random.choice(&odd).unwrap());
                match random.u8(0..4) {
                    0 if text.len() > 1 => drop(text.remove(at)),
                    1 => text[at] = c,
                    2 => text.truncate(at + 1),
                    _ => text.insert(at, c),
                }
            }
            let text = text.into_iter().collect::<String>();
            if let Some(value) = read(&text) {
                assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value), "{text}");
            }
        }
        for text in ["", "[", "{", "\"", "-", "[1,]", "{\"a\":1,}", "01", "1e400", "tru", "[] []"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
