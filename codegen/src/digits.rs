//! Numbers of which `serde_json` keeps no more than the nearest float: their digits are kept here.
//!
//! In a parsed schema each is a string with a mark before it. Whoever reads numbers asks here; where a
//! schema has strings that begin with the mark, no number is marked.

use serde_json::{Number, Value};

/// What no schema's string is, with a number after it.
const MARK: &str = "\u{0}\u{1}\u{0}";

/// Parses JSON text.
pub(crate) fn parse(text: &str) -> serde_json::Result<Value> {
    match marked(text).map(|marked| serde_json::from_str(&marked)) {
        Some(Ok(value)) => Ok(value),
        // What is wrong with it is told of the text as it stands.
        Some(Err(_)) | None => serde_json::from_str(text),
    }
}

/// The text with a mark before each number that would lose its digits, if there are any.
fn marked(text: &str) -> Option<String> {
    let mut marked = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(byte) = text.as_bytes().get(at) {
        let rest = &text[at..];
        match byte {
            b'"' if rest.starts_with("\"\\u0000") => return None,
            b'"' => at += string_len(rest),
            b'-' | b'0'..=b'9' => {
                let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
                let len = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
                if loses_digits(&rest[..len]) {
                    marked.push_str(&text[copied..at]);
                    marked.push_str(&format!("\"\\u0000\\u0001\\u0000{}\"", &rest[..len]));
                    copied = at + len;
                }
                at += len;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    marked.push_str(&text[copied..]);
    (copied > 0).then_some(marked)
}

/// How many bytes a string takes, with its quotes.
pub(crate) fn string_len(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return at + 1,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    text.len()
}

/// Whether a number is another one once `serde_json` has read it.
fn loses_digits(text: &str) -> bool {
    let is_short = text.len() <= 15 && !text.contains(['e', 'E']);
    if is_short || !is_number(text) || text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
        return false;
    }
    let float: f64 = text.parse().unwrap_or(f64::INFINITY);
    !float.is_finite() || Decimal::of(text) != Decimal::of_float(float)
}

/// Whether a text is a number in JSON.
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

/// A number by its digits.
#[derive(Debug, PartialEq)]
struct Decimal {
    is_negative: bool,
    /// From the first to the last that is no zero.
    digits: String,
    /// The power of ten of the last one.
    unit: i64,
}

impl Decimal {
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{}{after}", before.trim_start_matches('-'));
        let kept = all.trim_end_matches('0');
        let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
        let unit = exponent.parse::<i32>().map_or(i64::MAX / 2, i64::from);
        let unit = unit - length(after) + length(&all) - length(kept);
        let digits = kept.trim_start_matches('0').to_owned();
        let is_zero = digits.is_empty();
        let is_negative = before.starts_with('-') && !is_zero;
        Self { is_negative, digits, unit: if is_zero { 0 } else { unit } }
    }

    /// A whole number has the digits that its float has; of others the fewest that tell it count.
    fn of_float(float: f64) -> Self {
        Self::of(&if float.fract() == 0.0 { format!("{float:.0}") } else { format!("{float:e}") })
    }

    fn is_whole(&self) -> bool {
        self.unit >= 0
    }

    /// The number, written out unless nobody would read so many zeros.
    fn text(&self) -> String {
        let Self { is_negative, digits, unit } = self;
        let sign = if *is_negative { "-" } else { "" };
        match usize::try_from(*unit) {
            _ if digits.is_empty() => "0".to_owned(),
            Ok(zeros) if zeros <= 400 => format!("{sign}{digits}{}", "0".repeat(zeros)),
            _ => format!("{sign}{digits}e{unit}"),
        }
    }
}

/// The digits of a number that is marked.
pub(crate) fn of(value: &Value) -> Option<&str> {
    value.as_str()?.strip_prefix(MARK).filter(|digits| is_number(digits))
}

/// Whether a value is a number, marked or not.
pub(crate) fn is_number_value(value: &Value) -> bool {
    value.is_number() || of(value).is_some()
}

/// The string that a value is.
pub(crate) fn string(value: &Value) -> Option<&str> {
    value.as_str().filter(|_| of(value).is_none())
}

/// The nearest float of a number.
pub(crate) fn nearest(value: &Value) -> Option<f64> {
    let marked = || of(value)?.parse::<f64>().ok();
    value.as_f64().or_else(marked)
}

/// A whole number in the digits that it has: `12` for `1.2e1`.
pub(crate) fn whole(value: &Value) -> Option<String> {
    let decimal = decimal(value)?;
    decimal.is_whole().then(|| decimal.text())
}

/// The one text of a number, however it is written.
pub(crate) fn canonical(value: &Value) -> Option<String> {
    Some(decimal(value)?.text())
}

fn decimal(value: &Value) -> Option<Decimal> {
    match (of(value), value) {
        (Some(digits), _) => Some(Decimal::of(digits)),
        (None, Value::Number(number)) if number.is_f64() => {
            Some(Decimal::of_float(number.as_f64()?))
        }
        (None, Value::Number(number)) => Some(Decimal::of(&number.to_string())),
        _ => None,
    }
}

/// A value as JSON, in which every number has its digits.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(_) => of(value).map_or_else(|| value.to_string(), str::to_owned),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(text).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let members = members.iter();
            let members: Vec<_> = members
                .map(|(key, member)| format!("{}:{}", Value::from(key.as_str()), text(member)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        value => value.to_string(),
    }
}

/// A value as JSON with a line for each member, in which every number has its digits.
pub(crate) fn indented(value: &Value) -> String {
    let mut text = String::new();
    indent(value, 0, &mut text);
    text
}

fn indent(value: &Value, level: usize, text: &mut String) {
    let line = |text: &mut String, level: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(level));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                text.push(if index == 0 { '[' } else { ',' });
                line(text, level + 1);
                indent(item, level + 1, text);
            }
            line(text, level);
            text.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            for (index, (key, member)) in members.iter().enumerate() {
                text.push(if index == 0 { '{' } else { ',' });
                line(text, level + 1);
                text.push_str(&format!("{}: ", Value::from(key.as_str())));
                indent(member, level + 1, text);
            }
            line(text, level);
            text.push('}');
        }
        value => text.push_str(&self::text(value)),
    }
}

/// A value as JSON, to be read: a large whole number by its digits, and no float.
pub(crate) fn shown(value: &Value) -> String {
    match whole(value) {
        Some(whole) if (16..=40).contains(&whole.len()) => whole,
        _ => text(value),
    }
}

/// Makes the marked numbers floats, for judges that have no others.
pub(crate) fn round(value: &mut Value) {
    if let Some(float) = of(value).and_then(|digits| digits.parse::<f64>().ok()) {
        let float = float.clamp(f64::MIN, f64::MAX);
        *value = Number::from_f64(float).map_or(Value::Null, Value::Number);
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(members) => members.values_mut().for_each(round),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{canonical, of, parse, round, text, whole};

    #[test]
    fn only_numbers_that_would_lose_digits_are_marked() {
        for (number, is_marked) in [
            ("0", false),
            ("-9223372036854775808", false),
            ("18446744073709551615", false),
            ("18446744073709551616", false),
            ("18446744073709551617", true),
            ("-18446744073709551615", true),
            ("0.1", false),
            ("0.10000000000000000555", true),
            ("0.1000000000000000000000", false),
            ("1e22", false),
            ("1e23", true),
            ("1e400", true),
            ("1.5E+3", false),
            ("9007199254740993.0", true),
        ] {
            let value = parse(&format!("[{number}]")).expect("it is JSON");
            assert_eq!(of(&value[0]), is_marked.then_some(number));
        }
    }

    #[test]
    fn digits_arrive_as_they_were_written() {
        let schema =
            r#"{"enum":[36893488147419103233,"36893488147419103233","\"1e400\\",1e400,1.5]}"#;
        let mut value = parse(schema).expect("it is JSON");
        assert_eq!(text(&value), schema);
        assert_eq!(value["enum"][1], "36893488147419103233");
        round(&mut value);
        assert_eq!(value["enum"][0], json!(36_893_488_147_419_103_232.0));
        let odd = r#"["\u00001e400",1e23,36893488147419103233]"#;
        assert_eq!(of(&parse(odd).expect("it is JSON")[2]), None);
        // A string is a string, whatever it begins with.
        for text in ["\0", "\x001", "\0|", "\x009&amp;", "\0-1e400", "\0\u{1}\0x"] {
            let value = parse(&json!([text]).to_string()).expect("it is JSON");
            assert_eq!(super::string(&value[0]), Some(text));
            assert_eq!(super::text(&value), json!([text]).to_string());
        }
        for broken in
            ["[36893488147419103233,]", "[36893488147419103233", "[036893488147419103233]"]
        {
            let theirs = serde_json::from_str::<serde_json::Value>(broken).unwrap_err();
            assert_eq!(parse(broken).unwrap_err().to_string(), theirs.to_string());
        }
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (number, expected) in [
            ("7", Some("7")),
            ("-7.0", Some("-7")),
            ("1.5", None),
            ("18446744073709551616", Some("18446744073709551616")),
            ("1e23", Some("100000000000000000000000")),
            ("0.0", Some("0")),
        ] {
            let value = parse(number).expect("it is JSON");
            assert_eq!(whole(&value).as_deref(), expected);
        }
        let both =
            ["1e23", "100000000000000000000000.0"].map(|text| canonical(&parse(text).unwrap()));
        assert_eq!(both[0], both[1]);
    }
}
