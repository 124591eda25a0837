//! The rules that speak of arrays.

use std::collections::HashMap;

use super::{Seen, is_right, value};
use crate::schema::number::canonical;
use crate::schema::path::Path;
use crate::schema::report::{Faults, fault, shown};
use crate::schema::rule::Rule;
use crate::schema::tree::Tree;

/// Applies the rules that speak of an array's length.
pub(in crate::schema) fn array_length(
    len: usize,
    rules: &[Rule],
    path: &Path<'_>,
    out: &mut Faults,
) {
    for rule in rules {
        match *rule {
            Rule::MinItems(min) => at_least(len, min, path, out),
            Rule::MaxItems(max) => at_most(len, max, path, out),
            _ => {}
        }
    }
}

/// Checks the length of an array whose type has so many items.
pub(in crate::schema) fn fixed_length(len: usize, fixed: usize, path: &Path<'_>, out: &mut Faults) {
    at_least(len, fixed as u64, path, out);
    at_most(len, fixed as u64, path, out);
}

fn at_least(len: usize, min: u64, path: &Path<'_>, out: &mut Faults) {
    if (len as u64) < min {
        fault(out, path, "minItems", format!("has {len} items, at least {min} are needed"));
    }
}

fn at_most(len: usize, max: u64, path: &Path<'_>, out: &mut Faults) {
    if len as u64 > max {
        fault(out, path, "maxItems", format!("has {len} items, at most {max} are allowed"));
    }
}

/// Applies a rule that looks at the items.
pub(super) fn array(
    items: &[Tree],
    rule: &Rule,
    path: &Path<'_>,
    out: &mut Faults,
    seen: &mut Seen,
) {
    match *rule {
        Rule::UniqueItems => {
            let mut places = HashMap::new();
            for (index, item) in items.iter().enumerate() {
                let first = *places.entry(canonical(item)).or_insert(index);
                if first != index {
                    let message = format!("{} stands at {first} already", shown(item));
                    fault(out, &path.index(index), "uniqueItems", message);
                }
            }
        }
        // The items themselves are looked at where the array is, or where it is read.
        Rule::Items(_) => seen.all(),
        Rule::PrefixItems(prefix) => {
            for (index, (item, rules)) in items.iter().zip(prefix).enumerate() {
                value(item, rules, &path.index(index), out);
                seen.one(index);
            }
        }
        Rule::ItemsAfter(first, rules) => {
            for (index, item) in items.iter().enumerate().skip(first) {
                value(item, rules, &path.index(index), out);
                seen.one(index);
            }
        }
        Rule::Contains(rules, min, max) => {
            let mut count = 0;
            for (index, item) in items.iter().enumerate() {
                if is_right(item, rules) {
                    count += 1;
                    seen.one(index);
                }
            }
            contains(count, (min, max), path, out);
        }
        _ => {}
    }
}

fn contains(count: u64, (min, max): (u64, u64), path: &Path<'_>, out: &mut Faults) {
    if count < min {
        let message =
            format!("{count} items fit what it has to contain, at least {min} are needed");
        fault(out, path, "contains", message);
    } else if count > max {
        let message = format!("{count} items fit what it may contain, at most {max} are allowed");
        fault(out, path, "maxContains", message);
    }
}
