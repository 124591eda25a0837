//! JSON text in a form that depends on its meaning only.
//!
//! `serde_json` does not do: which order it gives members, and what it makes of long numbers, depends
//! on features that any other crate of a program may turn on.

use std::borrow::Cow;

/// Deeper than this, a text counts by its bytes.
const DEPTH: usize = 256;

/// A value, with its numbers as they are spelled, and its members sorted.
pub(super) enum Json<'a> {
    /// `null`, `true` or `false`.
    Word(&'a str),
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// Sorted by the code points of the names; those of one name stay in their order.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a text; `None` if it is not JSON, too deep, or has a string that is not Unicode.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value(DEPTH)?;
        parser.skip_blanks();
        (parser.at == text.len()).then_some(value)
    }

    /// Equal for equal values.
    pub(super) fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, &|number| canonical_number(number));
        out
    }

    /// With the numbers as they are spelled.
    pub(super) fn sorted(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, &|number| number.to_owned());
        out
    }

    fn write(&self, out: &mut String, number: &impl Fn(&str) -> String) {
        match self {
            Self::Word(word) => out.push_str(word),
            Self::Number(spelled) => out.push_str(&number(spelled)),
            Self::Text(text) => write_string(out, text),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    item.write(out, number);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (place, (name, value)) in members.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    write_string(out, name);
                    out.push(':');
                    value.write(out, number);
                }
                out.push('}');
            }
        }
    }
}

fn write_string(out: &mut String, text: &str) {
    // A string can always be written.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// A number by its value: the shortest digits and a power of ten. Whole numbers are exact, others
/// are what a 64-bit float makes of them, as for everybody who reads JSON.
fn canonical_number(spelled: &str) -> String {
    let Some(Decimal { negative, digits, exponent }) = Decimal::of(spelled) else {
        return spelled.to_owned();
    };
    let sign = if negative { "-" } else { "" };
    if digits.is_empty() {
        return "0".to_owned();
    }
    if exponent < 0
        && let Ok(float) = spelled.parse::<f64>()
        && float.is_finite()
        && float != 0.0
        && let Some(shortest) = Decimal::of(&format!("{:e}", float.abs()))
    {
        return format!("{sign}{}", with_exponent(&shortest.digits, shortest.exponent));
    }
    format!("{sign}{}", with_exponent(&digits, exponent))
}

fn with_exponent(digits: &str, exponent: i64) -> String {
    if exponent == 0 { digits.to_owned() } else { format!("{digits}e{exponent}") }
}

/// `digits` times ten to the power of `exponent`, without zeros at either end.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(spelled: &str) -> Option<Self> {
        let (negative, rest) = match spelled.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, spelled),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let without_end = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - without_end.len()).ok()?;
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let exponent = exponent.checked_add(zeros)?;
        Some(Self { negative, digits: without_end.trim_start_matches('0').to_owned(), exponent })
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        let depth = depth.checked_sub(1)?;
        self.skip_blanks();
        match self.byte()? {
            b'"' => self.string().map(Json::Text),
            b'[' => self.list(depth),
            b'{' => self.object(depth),
            b'-' | b'0'..=b'9' => self.number(),
            _ => ["null", "true", "false"].into_iter().find_map(|word| self.word(word)),
        }
    }

    fn list(&mut self, depth: usize) -> Option<Json<'a>> {
        let mut items = Vec::new();
        self.at += 1;
        if self.take(b']') {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b']') {
                return Some(Json::List(items));
            }
            self.take(b',').then_some(())?;
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json<'a>> {
        let mut members = Vec::new();
        self.at += 1;
        if !self.take(b'}') {
            loop {
                self.skip_blanks();
                let name = self.string()?;
                self.take(b':').then_some(())?;
                members.push((name, self.value(depth)?));
                if self.take(b'}') {
                    break;
                }
                self.take(b',').then_some(())?;
            }
        }
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        Some(Json::Object(members))
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        if self.byte()? != b'"' {
            return None;
        }
        let (mut end, mut escaped) = (start + 1, false);
        loop {
            match self.text.as_bytes().get(end)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    end += 2;
                }
                0..0x20 => return None,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        if escaped {
            let token = self.text.get(start..self.at)?;
            return serde_json::from_str(token).ok().map(Cow::Owned);
        }
        self.text.get(start + 1..end).map(Cow::Borrowed)
    }

    fn number(&mut self) -> Option<Json<'a>> {
        let rest = &self.text[self.at..];
        let part = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let spelled = &rest[..rest.bytes().position(|byte| !part(byte)).unwrap_or(rest.len())];
        self.at += spelled.len();
        is_number(spelled).then_some(Json::Number(spelled))
    }

    fn word(&mut self, word: &'a str) -> Option<Json<'a>> {
        self.text[self.at..].starts_with(word).then(|| {
            self.at += word.len();
            Json::Word(word)
        })
    }

    /// Takes the next token if it is this one.
    fn take(&mut self, token: u8) -> bool {
        self.skip_blanks();
        let is_there = self.byte() == Some(token);
        self.at += usize::from(is_there);
        is_there
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// JSON's grammar of numbers.
fn is_number(spelled: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = spelled.strip_prefix('-').unwrap_or(spelled);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}
