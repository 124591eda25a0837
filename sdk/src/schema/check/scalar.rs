//! The rules that speak of numbers and of strings.

use std::cmp::Ordering::{Greater, Less};
use std::fmt::Display;

use crate::schema::format::{is_content, is_format};
use crate::schema::number::Num;
use crate::schema::path::Path;
use crate::schema::pattern;
use crate::schema::report::{self, Faults, fault};
use crate::schema::rule::Rule;

/// Applies the rules that speak of numbers.
pub(in crate::schema) fn number(value: Num<'_>, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    for rule in rules {
        let (broken, keyword, words, limit): Found<'_> = match rule {
            Rule::Minimum(m) => (value.cmp_i64(*m) == Some(Less), "minimum", BELOW, m),
            Rule::MinimumF64(m) => (value.cmp_f64(*m) == Some(Less), "minimum", BELOW, m),
            Rule::Maximum(m) => (value.cmp_i64(*m) == Some(Greater), "maximum", ABOVE, m),
            Rule::MaximumF64(m) => (value.cmp_f64(*m) == Some(Greater), "maximum", ABOVE, m),
            Rule::ExclusiveMinimum(m) => (value.cmp_i64(*m) != Some(Greater), LOW, NOT_ABOVE, m),
            Rule::ExclusiveMinimumF64(m) => (value.cmp_f64(*m) != Some(Greater), LOW, NOT_ABOVE, m),
            Rule::ExclusiveMaximum(m) => (value.cmp_i64(*m) != Some(Less), HIGH, NOT_BELOW, m),
            Rule::ExclusiveMaximumF64(m) => (value.cmp_f64(*m) != Some(Less), HIGH, NOT_BELOW, m),
            Rule::MultipleOf(m) => (!value.is_multiple_of(*m), "multipleOf", MULTIPLE, m),
            rule => match by_digits(value, rule) {
                Some(found) => found,
                None => continue,
            },
        };
        if broken {
            out_of_bounds(value, keyword, words, limit, path, out);
        }
    }
}

/// What a number breaks, the keyword, its words and the limit.
type Found<'a> = (bool, &'static str, &'static str, &'a dyn Display);

/// The rules of which the limit is told by its digits.
#[cold]
fn by_digits<'a>(value: Num<'_>, rule: &'a Rule) -> Option<Found<'a>> {
    let is = |limit: &str, order| value.cmp_digits(limit) == Some(order);
    Some(match rule {
        Rule::MinimumDigits(m) => (is(m, Less), "minimum", BELOW, m),
        Rule::MaximumDigits(m) => (is(m, Greater), "maximum", ABOVE, m),
        Rule::ExclusiveMinimumDigits(m) => (!is(m, Greater), LOW, NOT_ABOVE, m),
        Rule::ExclusiveMaximumDigits(m) => (!is(m, Less), HIGH, NOT_BELOW, m),
        Rule::MultipleOfDigits(m) => (!value.is_multiple_of_digits(m), "multipleOf", MULTIPLE, m),
        _ => return None,
    })
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
    value: Num<'_>,
    keyword: &'static str,
    words: &str,
    limit: &dyn Display,
    path: &Path<'_>,
    out: &mut Faults,
) {
    fault(out, path, keyword, format!("{value} {words} {limit}"));
}

/// Applies the rules that speak of strings.
pub(in crate::schema) fn string(value: &str, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
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
            Rule::Pattern(source) if !pattern::matches(source, value) => {
                let message =
                    format!("{} does not match the pattern {source}", report::shown_str(value));
                fault(out, path, "pattern", message);
            }
            Rule::Format(format) if !is_format(format, value) => {
                let message = format!("{} is not of the format {format}", report::shown_str(value));
                fault(out, path, "format", message);
            }
            Rule::Content(encoding, media_type) if !is_content(encoding, media_type, value) => {
                let words: Vec<_> = [encoding, media_type].into_iter().flatten().collect();
                let message = format!("{} is not {}", report::shown_str(value), words.join(" of "));
                let keyword =
                    if encoding.is_some() { "contentEncoding" } else { "contentMediaType" };
                fault(out, path, keyword, message);
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
