//! The rules, applied to scalars, and to whole values where a rule asks for them.

use std::cmp::Ordering::{Greater, Less};
use std::fmt::Display;

use serde_json::Value;

use super::number::{Num, equal};
use super::path::Path;
use super::report::{self, Faults, fault, one_of_kinds, shown};
use super::rule::{Kind, Properties, Rule};

/// Applies the rules that speak of numbers.
pub(super) fn number(value: Num, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    for rule in rules {
        let (broken, keyword, words, limit): (bool, _, _, &dyn Display) = match rule {
            Rule::Minimum(m) => (value.cmp_i64(*m) == Some(Less), "minimum", BELOW, m),
            Rule::MinimumF64(m) => (value.cmp_f64(*m) == Some(Less), "minimum", BELOW, m),
            Rule::Maximum(m) => (value.cmp_i64(*m) == Some(Greater), "maximum", ABOVE, m),
            Rule::MaximumF64(m) => (value.cmp_f64(*m) == Some(Greater), "maximum", ABOVE, m),
            Rule::ExclusiveMinimum(m) => (value.cmp_i64(*m) != Some(Greater), LOW, NOT_ABOVE, m),
            Rule::ExclusiveMinimumF64(m) => (value.cmp_f64(*m) != Some(Greater), LOW, NOT_ABOVE, m),
            Rule::ExclusiveMaximum(m) => (value.cmp_i64(*m) != Some(Less), HIGH, NOT_BELOW, m),
            Rule::ExclusiveMaximumF64(m) => (value.cmp_f64(*m) != Some(Less), HIGH, NOT_BELOW, m),
            Rule::MultipleOf(m) => (!value.is_multiple_of(*m), "multipleOf", MULTIPLE, m),
            _ => continue,
        };
        if broken {
            out_of_bounds(value, keyword, words, limit, path, out);
        }
    }
}

const BELOW: &str = "is below the minimum";
const ABOVE: &str = "is above the maximum";
const LOW: &str = "exclusiveMinimum";
const HIGH: &str = "exclusiveMaximum";
const NOT_ABOVE: &str = "must be above";
const NOT_BELOW: &str = "must be below";
const MULTIPLE: &str = "is not a multiple of";

#[cold]
fn out_of_bounds(
    value: Num,
    keyword: &'static str,
    words: &str,
    limit: &dyn Display,
    path: &Path<'_>,
    out: &mut Faults,
) {
    let message = match value {
        Num::Whole(value) => format!("{value} {words} {limit}"),
        Num::Float(value) => format!("{value} {words} {limit}"),
    };
    fault(out, path, keyword, message);
}

/// Applies the rules that speak of strings.
pub(super) fn string(value: &str, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    for rule in rules {
        match *rule {
            Rule::MinLength(min) if length(value) < min => {
                let message =
                    format!("has {}, at least {min} are needed", characters(length(value)));
                fault(out, path, "minLength", message);
            }
            // A string of few bytes cannot have many code points: most need not be counted.
            Rule::MaxLength(max) if value.len() as u64 > max && length(value) > max => {
                let message =
                    format!("has {}, at most {max} are allowed", characters(length(value)));
                fault(out, path, "maxLength", message);
            }
            #[cfg(feature = "pattern")]
            Rule::Pattern(pattern) if !super::pattern::matches(pattern, value) => {
                let message =
                    format!("{} does not match the pattern {pattern}", report::shown_str(value));
                fault(out, path, "pattern", message);
            }
            _ => {}
        }
    }
}

fn length(value: &str) -> u64 {
    value.chars().count() as u64
}

fn characters(count: u64) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

/// Applies the rules that speak of an array's length.
pub(super) fn array_length(len: usize, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    for rule in rules {
        match *rule {
            Rule::MinItems(min) if (len as u64) < min => {
                fault(out, path, "minItems", format!("has {len} items, at least {min} are needed"));
            }
            Rule::MaxItems(max) if len as u64 > max => {
                fault(out, path, "maxItems", format!("has {len} items, at most {max} are allowed"));
            }
            _ => {}
        }
    }
}

/// The rules of the items or members among the rules of an array or map.
pub(super) fn inner_rules(rules: &'static [Rule]) -> &'static [Rule] {
    let inner = rules.iter().find_map(|rule| match rule {
        Rule::Items(rules) | Rule::Values(rules) => Some(*rules),
        _ => None,
    });
    inner.unwrap_or(&[])
}

/// Applies every rule to a whole value.
pub(super) fn value(value: &Value, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    shallow(value, rules, path, out);
    deep(value, rules, path, out);
}

/// Applies every rule but those that [`deep`] applies.
pub(super) fn shallow(value: &Value, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    match value {
        Value::Number(n) => number(Num::of(n), rules, path, out),
        Value::String(text) => string(text, rules, path, out),
        Value::Array(items) => {
            array_length(items.len(), rules, path, out);
            for rule in rules {
                if let Rule::Items(rules) = rule {
                    for (index, item) in items.iter().enumerate() {
                        self::value(item, rules, &path.index(index), out);
                    }
                }
            }
        }
        Value::Object(members) => {
            for rule in rules {
                if let Rule::Values(rules) = rule {
                    for (name, member) in members {
                        self::value(member, rules, &path.key(name), out);
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Applies the rules that look at a whole value, and no others.
pub(super) fn deep(value: &Value, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    for rule in rules {
        match value {
            Value::Array(items) => array(items, rule, path, out),
            Value::Object(members) => object(members, rule, path, out),
            _ => {}
        }
        any(value, rule, path, out);
    }
}

/// The rules that speak of every kind of value.
fn any(value: &Value, rule: &Rule, path: &Path<'_>, out: &mut Faults) {
    match *rule {
        Rule::Type(kinds) if !kinds.iter().any(|kind| is_kind(value, *kind)) => {
            report::wrong_type(out, path, &one_of_kinds(kinds), &shown(value));
        }
        Rule::Const(text) => {
            let constant = parse(text);
            if !equal(value, &constant) {
                report::not_one_of(out, path, value, &[constant]);
            }
        }
        Rule::Enum(text) => {
            if let Value::Array(allowed) = parse(text)
                && !allowed.iter().any(|allowed| equal(value, allowed))
            {
                report::not_one_of(out, path, value, &allowed);
            }
        }
        Rule::Not(rules) if is_right(value, rules) => {
            fault(out, path, "not", format!("{} is what the schema excludes", shown(value)));
        }
        Rule::AllOf(branches) => {
            for rules in branches {
                self::value(value, rules, path, out);
            }
        }
        Rule::AnyOf(branches) if !branches.iter().any(|rules| is_right(value, rules)) => {
            closest(value, "anyOf", branches, path, out);
        }
        Rule::OneOf(branches) => {
            match branches.iter().filter(|rules| is_right(value, rules)).count() {
                0 => closest(value, "oneOf", branches, path, out),
                1 => {}
                many => {
                    let message = format!(
                        "{} fits {many} alternatives that exclude one another",
                        shown(value)
                    );
                    fault(out, path, "oneOf", message);
                }
            }
        }
        Rule::If(condition, then, otherwise) => {
            let rules = if is_right(value, condition) { then } else { otherwise };
            self::value(value, rules, path, out);
        }
        Rule::Ref(rules) => self::value(value, rules, path, out),
        Rule::Never => fault(out, path, "false", "nothing is allowed here".to_owned()),
        _ => {}
    }
}

/// The faults of the alternative that fits best.
fn closest(
    value: &Value,
    keyword: &'static str,
    branches: &[&[Rule]],
    path: &Path<'_>,
    out: &mut Faults,
) {
    let faults = branches.iter().map(|rules| {
        let mut faults = Faults::new();
        self::value(value, rules, path, &mut faults);
        faults
    });
    match faults
        .min_by_key(|faults| (faults.iter().any(|fault| fault.keyword() == "type"), faults.len()))
    {
        Some(faults) if branches.len() == 1 => out.extend(faults),
        Some(faults) => {
            let nearest =
                faults.first().map(|fault| fault.message().to_owned()).unwrap_or_default();
            let message =
                format!("fits none of {} alternatives; the nearest: {nearest}", branches.len());
            fault(out, path, keyword, message);
            out.extend(faults.into_iter().skip(1));
        }
        None => fault(out, path, keyword, "there is no alternative that it could fit".to_owned()),
    }
}

fn array(items: &[Value], rule: &Rule, path: &Path<'_>, out: &mut Faults) {
    match *rule {
        Rule::UniqueItems => {
            for (index, item) in items.iter().enumerate() {
                if let Some(first) = items[..index].iter().position(|other| equal(other, item)) {
                    let message = format!("{} stands at {first} already", shown(item));
                    fault(out, &path.index(index), "uniqueItems", message);
                }
            }
        }
        Rule::PrefixItems(prefix) => {
            for (index, (item, rules)) in items.iter().zip(prefix).enumerate() {
                value(item, rules, &path.index(index), out);
            }
        }
        Rule::ItemsAfter(first, rules) => {
            for (index, item) in items.iter().enumerate().skip(first) {
                value(item, rules, &path.index(index), out);
            }
        }
        Rule::Contains(rules, min, max) => {
            let count = items.iter().filter(|item| is_right(item, rules)).count() as u64;
            if count < min {
                let message =
                    format!("{count} items fit what it has to contain, at least {min} are needed");
                fault(out, path, "contains", message);
            } else if count > max {
                let message =
                    format!("{count} items fit what it may contain, at most {max} are allowed");
                fault(out, path, "maxContains", message);
            }
        }
        _ => {}
    }
}

type Members = serde_json::Map<String, Value>;

fn object(members: &Members, rule: &Rule, path: &Path<'_>, out: &mut Faults) {
    let len = members.len() as u64;
    match *rule {
        Rule::MinProperties(min) if len < min => {
            fault(
                out,
                path,
                "minProperties",
                format!("has {len} members, at least {min} are needed"),
            );
        }
        Rule::MaxProperties(max) if len > max => {
            fault(
                out,
                path,
                "maxProperties",
                format!("has {len} members, at most {max} are allowed"),
            );
        }
        Rule::Required(names) => require(members, names, path, out),
        Rule::PropertyNames(rules) => {
            for name in members.keys() {
                value(&Value::from(name.as_str()), rules, &path.key(name), out);
            }
        }
        Rule::Properties(properties) => self::properties(members, properties, path, out),
        Rule::DependentRequired(dependencies) => {
            for (name, names) in dependencies {
                if members.contains_key(*name) {
                    require(members, names, path, out);
                }
            }
        }
        Rule::DependentSchemas(dependencies) => {
            for (name, rules) in dependencies {
                if members.contains_key(*name) {
                    value(&Value::Object(members.clone()), rules, path, out);
                }
            }
        }
        _ => {}
    }
}

fn require(members: &Members, names: &[&str], path: &Path<'_>, out: &mut Faults) {
    for name in names {
        if !members.contains_key(*name) {
            report::missing(out, path, name);
        }
    }
}

fn properties(members: &Members, properties: &Properties, path: &Path<'_>, out: &mut Faults) {
    for (name, member) in members {
        let path = path.key(name);
        let named = properties.named.iter().find(|(known, _)| known == name);
        if let Some((_, rules)) = named {
            value(member, rules, &path, out);
        }
        let mut known = named.is_some();
        #[cfg(feature = "pattern")]
        for (pattern, rules) in properties.patterns {
            if super::pattern::matches(pattern, name) {
                value(member, rules, &path, out);
                known = true;
            }
        }
        if !known {
            known = true;
            if matches!(properties.additional, [Rule::Never]) {
                known = false;
            } else {
                value(member, properties.additional, &path, out);
            }
        }
        if !known {
            fault(
                out,
                &path,
                "additionalProperties",
                "is not a property that the schema allows".to_owned(),
            );
        }
    }
}

/// Whether a value keeps all the rules.
fn is_right(value: &Value, rules: &[Rule]) -> bool {
    let mut faults = Faults::new();
    self::value(value, rules, &Path::ROOT, &mut faults);
    faults.is_empty()
}

pub(super) fn is_kind(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Null => value.is_null(),
        Kind::Boolean => value.is_boolean(),
        Kind::Integer => matches!(value, Value::Number(number) if Num::of(number).is_whole()),
        Kind::Number => value.is_number(),
        Kind::String => value.is_string(),
        Kind::Array => value.is_array(),
        Kind::Object => value.is_object(),
    }
}

/// A constant that the generator wrote.
fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
