//! The type that a schema's own keywords shape, and what of them it leaves to rules.

use serde_json::Value;

use super::{Lowered, Lowering, Named, object};
use crate::ir::{Kind, Rule, Type};
use crate::schema::{self, Object};
use crate::{Role, dialect, digits};

impl Lowering<'_> {
    /// The type, and the keywords that it and its rules express.
    pub(super) fn shape(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> (Lowered, Vec<&'static str>) {
        if object.contains_key("enum") || object.contains_key("const") {
            return (self.choice(object, at, hint, named), vec!["enum", "const", "type"]);
        }
        if let Some(shape) = self.alternatives(object, at, hint, named.clone()) {
            return shape;
        }
        if let Some(shape) = self.flattened_object(object, at, hint, named.clone()) {
            return shape;
        }
        match schema::kinds(object).as_deref() {
            Some([Kind::String]) => self.string(object, at),
            Some([Kind::Integer]) => self.integer(object, at),
            Some(
                [Kind::Number] | [Kind::Number, Kind::Integer] | [Kind::Integer, Kind::Number],
            ) => (Lowered { ty: Type::Number, rules: self.bounds(object, at) }, with(BOUNDS)),
            Some([Kind::Boolean]) => (Lowered::of(Type::Boolean), vec!["type"]),
            Some([Kind::Null]) => (Lowered::of(Type::Null), vec!["type"]),
            Some([Kind::Array]) => self.array(object, at, hint, named),
            Some([Kind::Object]) => self.object(object, at, hint, named),
            Some(kinds) if kinds.len() > 1 => {
                // Each of them has the keywords that speak of it.
                (self.kinds_union(object, kinds, at, hint, named), object::ALL.to_vec())
            }
            _ => (Lowered::anything(), Vec::new()),
        }
    }

    fn string(&mut self, object: &Object, at: &str) -> (Lowered, Vec<&'static str>) {
        let format = object.get("format").and_then(Value::as_str);
        let ty = match format.and_then(dialect::media) {
            Some("image") => Type::Image,
            Some("video") => Type::Video,
            Some("audio") => Type::Audio,
            _ => Type::String,
        };
        let keywords = &["minLength", "maxLength", "pattern", "$format", "$content"];
        let mut rules = self.some_rules(object, keywords, at);
        rules.extend(self.media_rules(object, &ty, at));
        (Lowered { ty, rules }, with(keywords))
    }

    /// An integer of any size, unless its limits are those of 64 bits or closer.
    fn integer(&mut self, object: &Object, at: &str) -> (Lowered, Vec<&'static str>) {
        let limits = |keys: [&str; 2]| {
            keys.iter().filter_map(|key| object.get(*key)).any(|limit| {
                let small = |float: f64| float.abs() < 9.2e18;
                limit.is_i64() || digits::nearest(limit).is_some_and(small)
            })
        };
        let is_small =
            limits(["minimum", "exclusiveMinimum"]) && limits(["maximum", "exclusiveMaximum"]);
        let ty = match self.role {
            // What an output holds may be beyond its limits.
            Role::Output => Type::BigInteger,
            Role::Input => self.held_integer(is_small, at),
        };
        (Lowered { ty, rules: self.bounds(object, at) }, with(BOUNDS))
    }

    /// The type that an integer had before its limits came or went, so that nothing breaks by that.
    fn held_integer(&mut self, is_small: bool, at: &str) -> Type {
        let place = self.lasting(at);
        let ty = self.given.integer(&place, if is_small { "i64" } else { "Integer" });
        if ty != "i64" {
            return Type::BigInteger;
        }
        if !is_small {
            let message = "stays an `i64`, as `names.json` says: it refuses what is beyond 64 bits";
            self.remarks.note(at, message);
        }
        Type::Integer
    }

    fn bounds(&mut self, object: &Object, at: &str) -> Vec<Rule> {
        self.check_bounds(object, "minimum", "maximum", at);
        self.some_rules(object, BOUNDS, at)
    }

    fn array(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> (Lowered, Vec<&'static str>) {
        self.check_bounds(object, "minItems", "maxItems", at);
        if let Some(lowered) = self.tuple(object, at, hint, named) {
            return (lowered, with(TUPLE));
        }
        let mut keywords = vec!["minItems", "maxItems", "uniqueItems"];
        let mut rules = self.some_rules(object, &keywords, at);
        let mut item = Type::Value;
        if let Some(items) = object.get("items").filter(|_| !object.contains_key("prefixItems")) {
            let mut lowered = self.lower(items, &format!("{at}/items"), &format!("{hint}Item"));
            item = lowered.ty;
            // What stands beside the list is said of each file in it.
            lowered.rules.extend(self.media_rules(object, &item, at));
            if !lowered.rules.is_empty() {
                rules.push(Rule::Items(lowered.rules));
            }
            keywords.push("items");
        }
        (Lowered { ty: Type::list(item), rules }, with(&keywords))
    }

    /// Limits that nothing can satisfy are a mistake in the schema.
    pub(super) fn check_bounds(&mut self, object: &Object, low: &str, high: &str, at: &str) {
        let number = |key| object.get(key).and_then(digits::nearest);
        if let (Some(min), Some(max)) = (number(low), number(high))
            && min > max
        {
            let message = format!(
                "{low} {} is above {high} {}: nothing can satisfy both",
                digits::text(&object[low]),
                digits::text(&object[high])
            );
            self.unsatisfiable(&format!("{at}/{low}"), message);
        }
    }
}

const TUPLE: &[&str] = &["minItems", "maxItems", "uniqueItems", "prefixItems", "items"];

const BOUNDS: &[&str] =
    &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// These keywords and `type`.
pub(super) fn with(keywords: &[&'static str]) -> Vec<&'static str> {
    let mut all = keywords.to_vec();
    all.push("type");
    all
}
