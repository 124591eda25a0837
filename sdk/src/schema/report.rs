//! The words in which faults are told.

use std::fmt::{Display, Write};

use serde_json::Value;

use super::path::Path;
use super::rule::Kind;
use super::violation::Violation;
use crate::redact;

/// Where faults are gathered.
pub(super) type Faults = Vec<Violation>;

/// How many allowed values one message names.
const NAMED: usize = 40;
/// How many characters of an offending value one message shows.
const SHOWN: usize = 60;

#[cold]
pub(super) fn fault(out: &mut Faults, path: &Path<'_>, keyword: &'static str, message: String) {
    out.push(Violation::new(path.to_string(), keyword, message));
}

/// `must be an integer, not "abc"`.
#[cold]
pub(super) fn wrong_type(out: &mut Faults, path: &Path<'_>, expected: &str, found: &dyn Display) {
    fault(out, path, "type", format!("must be {expected}, not {found}"));
}

#[cold]
pub(super) fn missing(out: &mut Faults, path: &Path<'_>, name: &str) {
    let message = "is required and is missing".to_owned();
    fault(out, &path.key(name), "required", message);
}

/// `"4k" is not one of "1K", "2K", "4K"; did you mean "4K"?`
#[cold]
pub(super) fn not_one_of(out: &mut Faults, path: &Path<'_>, found: &Value, allowed: &[Value]) {
    let mut message = format!("{} is not ", shown(found));
    message.push_str(if allowed.len() == 1 { "" } else { "one of " });
    for (index, value) in allowed.iter().take(NAMED).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(message, "{comma}{value}");
    }
    if allowed.len() > NAMED {
        let _ = write!(message, ", … ({} in all)", allowed.len());
    }
    if let Some(nearest) = nearest(found, allowed) {
        let _ = write!(message, "; did you mean {nearest}?");
    }
    fault(out, path, "enum", message);
}

/// A key that nothing knows, with the nearest one that is known.
#[cold]
pub(super) fn unknown_key(
    out: &mut Faults,
    path: &Path<'_>,
    key: &str,
    known: &mut dyn Iterator<Item = &str>,
) {
    let mut message = "is not a property that the schema names".to_owned();
    if let Some(nearest) = nearest_word(key, known) {
        let _ = write!(message, "; did you mean `{nearest}`?");
    }
    fault(out, &path.key(key), "additionalProperties", message);
}

/// The value as JSON, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) if items.len() > 8 => format!("an array of {} items", items.len()),
        Value::Object(members) if members.len() > 8 => {
            format!("an object of {} members", members.len())
        }
        Value::String(text) => shown_str(text),
        value => cut(value.to_string()),
    }
}

/// A string as JSON, cut where it is long; a URL without what may be secret.
pub(super) fn shown_str(text: &str) -> String {
    if redact::is_link(text) {
        return cut(Value::from(redact::link(text)).to_string());
    }
    let head: String = text.chars().take(SHOWN).collect();
    let cut = if head.len() < text.len() { " …" } else { "" };
    format!("{}{cut}", Value::from(head))
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

fn nearest<'a>(found: &Value, allowed: &'a [Value]) -> Option<&'a Value> {
    let word = |value: &Value| match value {
        Value::String(text) => text.to_lowercase(),
        value => value.to_string(),
    };
    let found = word(found);
    if found.len() > SHOWN {
        return None;
    }
    if let Some(number) = found.parse::<f64>().ok().filter(|number| number.is_finite()) {
        let distance = |value: &&Value| Some((value.as_f64()? - number).abs());
        let numbers = allowed.iter().filter(|value| value.is_number());
        let near = |a: &&Value, b: &&Value| {
            f64::total_cmp(&distance(a).unwrap_or(0.0), &distance(b).unwrap_or(0.0))
        };
        if let Some(value) = numbers.min_by(near) {
            return Some(value);
        }
    }
    let distances = allowed.iter().map(|value| (strsim::osa_distance(&found, &word(value)), value));
    let (distance, value) = distances.min_by_key(|(distance, _)| *distance)?;
    is_near(distance, &found).then_some(value)
}

fn nearest_word<'a>(found: &str, known: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    if found.len() > SHOWN {
        return None;
    }
    let lower = found.to_lowercase();
    let distances = known.map(|word| (strsim::osa_distance(&lower, &word.to_lowercase()), word));
    let (distance, word) = distances.min_by_key(|(distance, _)| *distance)?;
    is_near(distance, found).then_some(word)
}

/// Near enough to be a slip of the finger.
fn is_near(distance: usize, word: &str) -> bool {
    distance <= 1 + word.chars().count() / 3 && distance < word.chars().count().max(2)
}

/// `a string, an integer or null`.
pub(super) fn one_of_kinds(kinds: &[Kind]) -> String {
    let mut words = String::new();
    for (index, kind) in kinds.iter().enumerate() {
        words.push_str(match index {
            0 => "",
            _ if index + 1 == kinds.len() => " or ",
            _ => ", ",
        });
        words.push_str(kind.noun());
    }
    words
}
