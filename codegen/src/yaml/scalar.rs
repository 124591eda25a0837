//! Scalars by the core schema of YAML 1.2.

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::Value;

/// Whether a scalar has no quotes and is no block.
pub(super) fn is_plain(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Plain)
}

/// The JSON of a scalar.
pub(super) fn json(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<String, String> {
    let Some(tag) = tag else {
        return if is_plain(style) { Ok(plain(text)?.1) } else { Ok(string(text)) };
    };
    // A lone `!` says that the scalar is a string.
    if tag.handle.is_empty() && tag.suffix == "!" || tag.handle == "!" && tag.suffix.is_empty() {
        return Ok(string(text));
    }
    let wanted: &[Type] = match (tag.is_yaml_core_schema(), tag.suffix.as_str()) {
        (true, "str") => return Ok(string(text)),
        (true, "null") => &[Type::Null],
        (true, "bool") => &[Type::Boolean],
        (true, "int") => &[Type::Integer],
        (true, "float") => &[Type::Integer, Type::Float],
        _ => return Err(unknown(tag)),
    };
    let (found, json) = plain(text)?;
    if wanted.contains(&found) {
        return Ok(json);
    }
    Err(format!("`{text}` is no `!!{}`", tag.suffix))
}

/// What is wrong with a tag that JSON has no type for.
pub(super) fn unknown(tag: &Tag) -> String {
    let handle = if tag.is_yaml_core_schema() { "!!" } else { tag.handle.as_str() };
    format!("the tag `{handle}{}` has no meaning in JSON", tag.suffix)
}

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Null,
    Boolean,
    Integer,
    Float,
    String,
}

/// The type of a plain scalar, and its JSON.
fn plain(text: &str) -> Result<(Type, String), String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (ty, json) = match text {
        "" | "~" | "null" | "Null" | "NULL" => (Type::Null, "null".to_owned()),
        "true" | "True" | "TRUE" => (Type::Boolean, "true".to_owned()),
        "false" | "False" | "FALSE" => (Type::Boolean, "false".to_owned()),
        ".nan" | ".NaN" | ".NAN" => return Err(no_number(text)),
        _ if matches!(unsigned, ".inf" | ".Inf" | ".INF") => return Err(no_number(text)),
        _ => {
            if let Some(integer) = integer(text)? {
                (Type::Integer, integer)
            } else if let Some(float) = float(text) {
                (Type::Float, float)
            } else {
                (Type::String, string(text))
            }
        }
    };
    Ok((ty, json))
}

fn string(text: &str) -> String {
    Value::from(text).to_string()
}

fn no_number(text: &str) -> String {
    format!("JSON has no number `{text}`")
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number without what JSON does not write: a plus, zeros at its front.
fn integer(text: &str) -> Result<Option<String>, String> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        let Some(digits) = text.strip_prefix(prefix) else { continue };
        if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
            return Ok(None);
        }
        let number = u128::from_str_radix(digits, radix);
        return match number {
            Ok(number) => Ok(Some(number.to_string())),
            Err(_) => Err(format!("`{text}` is too large; write it in decimal digits")),
        };
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    Ok(is_digits(digits).then(|| signed(text, digits)))
}

fn float(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_part = |part: &str| part.is_empty() || is_digits(part);
    if !is_part(whole) || !is_part(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let mut json = signed(text, whole);
    if !fraction.is_empty() {
        json += &format!(".{fraction}");
    }
    if let Some(exponent) = exponent {
        if !is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)) {
            return None;
        }
        json += &format!("e{exponent}");
    }
    Some(json)
}

fn signed(text: &str, digits: &str) -> String {
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    format!("{}{digits}", if text.starts_with('-') { "-" } else { "" })
}
