//! What has to hold at one place: the keywords of every schema that speaks of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// A schema with the places that its references speak of.
pub(super) struct Document<'a> {
    root: &'a Value,
    /// By anchor, and by the last step of `$id`.
    named: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Document<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        let mut document = Self { root, named: BTreeMap::new() };
        document.name(root);
        document
    }

    fn name(&mut self, value: &'a Value) {
        match value {
            Value::Object(object) => {
                for key in ["$anchor", "$dynamicAnchor", "$id", "id"] {
                    if let Some(Value::String(name)) = object.get(key) {
                        self.named.entry(last(name)).or_insert(value);
                    }
                }
                object.values().for_each(|value| self.name(value));
            }
            Value::Array(values) => values.iter().for_each(|value| self.name(value)),
            _ => {}
        }
    }

    pub(super) fn resolve(&self, reference: &str) -> Option<&'a Value> {
        let (base, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = if base.is_empty() { self.root } else { self.named.get(last(base))? };
        match fragment {
            "" => Some(base),
            pointer if pointer.starts_with('/') => {
                base.pointer(pointer).or_else(|| base.pointer(&percent_decoded(pointer)))
            }
            anchor => self.named.get(anchor).copied(),
        }
    }
}

fn last(uri: &str) -> &str {
    uri.trim_start_matches('#').rsplit('/').next().unwrap_or(uri)
}

fn percent_decoded(text: &str) -> String {
    text.replace("%22", "\"").replace("%20", " ").replace("%7B", "{").replace("%25", "%")
}

/// The types of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Null,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    pub(super) fn is_of(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

/// Schemas that speak of one place, references followed and alternatives chosen.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts<'a> {
    pub(super) schemas: Vec<&'a Object>,
}

impl<'a> Facts<'a> {
    /// What the schemas say under a keyword.
    pub(super) fn all(&self, key: &str) -> impl Iterator<Item = &'a Value> {
        self.schemas.iter().filter_map(move |schema| schema.get(key))
    }

    pub(super) fn numbers(&self, key: &str) -> impl Iterator<Item = f64> {
        self.all(key).filter_map(Value::as_f64)
    }

    /// The highest of several lower limits of a count.
    pub(super) fn at_least(&self, key: &str) -> usize {
        self.numbers(key).fold(0, |all, one| all.max(whole(one)))
    }

    /// The lowest of several upper limits of a count.
    pub(super) fn at_most(&self, key: &str) -> Option<usize> {
        self.numbers(key).map(whole).min()
    }

    /// The types that are allowed; without the keyword, those that the others speak of.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        let mut kinds = Kind::ALL.to_vec();
        for allowed in self.all("type") {
            let words: Vec<_> = match allowed {
                Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
                word => word.as_str().into_iter().collect(),
            };
            let allowed: Vec<_> = words.into_iter().filter_map(Kind::of_word).collect();
            let number = allowed.contains(&Kind::Number);
            kinds.retain(|kind| allowed.contains(kind) || number && *kind == Kind::Integer);
        }
        kinds
    }

    /// The types that the keywords speak of.
    pub(super) fn meant(&self) -> Vec<Kind> {
        let says = |keys: &[&str]| keys.iter().any(|key| self.all(key).next().is_some());
        let mut kinds = Vec::new();
        if says(&[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "minProperties",
        ]) {
            kinds.push(Kind::Object);
        }
        if says(&["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"]) {
            kinds.push(Kind::Array);
        }
        if says(&["minLength", "maxLength", "pattern", "format"]) {
            kinds.push(Kind::String);
        }
        if says(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
            kinds.push(Kind::Number);
        }
        kinds
    }

    /// The values that `const` and `enum` leave, if they speak.
    pub(super) fn listed(&self) -> Option<Vec<&'a Value>> {
        let constants = self.all("const").map(|value| vec![value]);
        let enums = self.all("enum").filter_map(Value::as_array).map(|all| all.iter().collect());
        let mut lists: Vec<Vec<&Value>> = constants.chain(enums).collect();
        let mut values = lists.pop()?;
        let kinds = self.kinds();
        values.retain(|value| {
            lists.iter().all(|list| list.contains(value))
                && kinds.iter().any(|kind| kind.is_of(value))
        });
        Some(values)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a saturating cast of a count"
)]
fn whole(number: f64) -> usize {
    number.ceil() as usize
}
