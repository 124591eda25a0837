//! The words in which faults are told.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use serde_json::Value;

use super::choice::{Wire, Wires};
use super::nearest::Nearest;
use super::path::Path;
use super::plain::is_plain;
use super::rule::Kind;
use super::tree::Tree;
use super::violation::Violation;
use crate::redact;

/// Where faults are gathered.
pub(super) type Faults = Vec<Violation>;

/// How many allowed values one message names.
const NAMED: usize = 40;
/// How many characters of an offending value one message shows.
const SHOWN: usize = 60;
/// How many characters of it are read for that.
const READ: usize = 4096;

#[cold]
pub(super) fn fault(out: &mut Faults, path: &Path<'_>, keyword: &'static str, message: String) {
    out.push(Violation::new(path.pointer(), keyword, message));
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
pub(super) fn not_one_of(out: &mut Faults, path: &Path<'_>, found: &Tree, allowed: Allowed<'_>) {
    let count = allowed.len();
    let mut message = String::with_capacity(192);
    show(found, &mut message);
    message.push_str(if count == 1 { " is not " } else { " is not one of " });
    let mut meant = Meant::by(found);
    for index in 0..count {
        let value = allowed.get(index);
        if index < NAMED {
            message.push_str(if index == 0 { "" } else { ", " });
            value.write(&mut message);
        }
        if let Some(meant) = &mut meant {
            meant.look(value);
        }
    }
    if count > NAMED {
        let _ = write!(message, ", … ({count} in all)");
    }
    if let Some(nearest) = meant.and_then(Meant::get) {
        message.push_str("; did you mean ");
        nearest.write(&mut message);
        message.push('?');
    }
    fault(out, path, "enum", message);
}

/// The values that are allowed.
#[derive(Clone, Copy)]
pub(super) enum Allowed<'a> {
    Wires(&'static Wires),
    Values(&'a [Tree]),
}

impl<'a> Allowed<'a> {
    fn len(self) -> usize {
        match self {
            Self::Wires(wires) => wires.len(),
            Self::Values(values) => values.len(),
        }
    }

    fn get(self, index: usize) -> Listed<'a> {
        match self {
            Self::Wires(wires) => Listed::Wire(wires.value(index)),
            Self::Values(values) => Listed::Value(&values[index]),
        }
    }
}

/// One of them.
#[derive(Clone, Copy)]
enum Listed<'a> {
    Wire(Wire),
    Value(&'a Tree),
}

impl<'a> Listed<'a> {
    /// Most are strings, which need not be copied to be told.
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Wire(Wire::String(text)) => Some(text),
            Self::Value(value) => value.as_str(),
            Self::Wire(_) => None,
        }
    }

    fn json(self) -> String {
        match self {
            Self::Wire(Wire::Digits(digits)) => digits.to_owned(),
            Self::Wire(wire) => wire.to_value().to_string(),
            Self::Value(value) => value.to_string(),
        }
    }

    fn write(self, to: &mut String) {
        match self.text() {
            Some(text) => quote(text, to),
            None => to.push_str(&self.json()),
        }
    }
}

/// Which of the allowed values was meant: where a number was given, the nearest number.
struct Meant<'a> {
    number: Option<f64>,
    nearest: Option<(f64, Listed<'a>)>,
    word: Nearest<Listed<'a>>,
}

impl<'a> Meant<'a> {
    fn by(found: &Tree) -> Option<Self> {
        let word = found.as_str().map_or_else(|| found.to_string().into(), Cow::Borrowed);
        let number = word.parse::<f64>().ok().filter(|number| number.is_finite());
        let word = (word.len() <= SHOWN).then(|| Nearest::new(&word))?;
        Some(Self { number, nearest: None, word })
    }

    fn look(&mut self, value: Listed<'a>) {
        let Some(text) = value.text() else {
            return self.look_beyond_strings(value);
        };
        self.word.look(text, value);
    }

    fn look_beyond_strings(&mut self, listed: Listed<'a>) {
        let json = listed.json();
        if let (Some(number), Ok(value)) = (self.number, json.parse::<f64>()) {
            let distance = (value - number).abs();
            if self.nearest.is_none_or(|(least, _)| distance < least) {
                self.nearest = Some((distance, listed));
            }
        } else {
            self.word.look(&json, listed);
        }
    }

    fn get(self) -> Option<Listed<'a>> {
        self.nearest.map(|(_, number)| number).or_else(|| self.word.get())
    }
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
pub(super) fn shown(value: &Tree) -> String {
    let mut shown = String::new();
    show(value, &mut shown);
    shown
}

fn show(value: &Tree, to: &mut String) {
    let _ = match value {
        Tree::Array(items) if items.len() > 8 => write!(to, "an array of {} items", items.len()),
        Tree::Object(members) if members.len() > 8 => {
            write!(to, "an object of {} members", members.len())
        }
        Tree::String(text) => {
            show_str(text, to);
            Ok(())
        }
        Tree::Array(_) | Tree::Object(_) => {
            to.push_str(&cut(redact::json(&value.to_value()).to_string()));
            Ok(())
        }
        value => {
            to.push_str(&cut(value.to_string()));
            Ok(())
        }
    };
}

/// A string as JSON, cut where it is long; a URL without what may be secret.
pub(super) fn shown_str(text: &str) -> String {
    let mut shown = String::new();
    show_str(text, &mut shown);
    shown
}

fn show_str(text: &str, to: &mut String) {
    // A long cut first and a short one last: half a URL would not be known for one.
    let end = text.char_indices().nth(READ).map_or(text.len(), |(end, _)| end);
    let text = &*redact::text(&text[..end]);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => {
            quote(&text[..end], to);
            to.push_str(" …");
        }
        None => quote(text, to),
    }
}

/// A string as JSON.
fn quote(text: &str, to: &mut String) {
    if is_plain(text.as_bytes()) {
        to.push('"');
        to.push_str(text);
        to.push('"');
    } else {
        to.push_str(&Value::from(text).to_string());
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

fn nearest_word<'a>(found: &str, known: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    if found.len() > SHOWN {
        return None;
    }
    let mut nearest = Nearest::new(found);
    known.for_each(|word| nearest.look(word, word));
    nearest.get()
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
