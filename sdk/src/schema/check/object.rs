//! The rules that speak of objects.

use super::{Seen, look, value};
use crate::schema::path::Path;
use crate::schema::pattern;
use crate::schema::report::{self, Faults, fault};
use crate::schema::rule::{Properties, Rule};
use crate::schema::tree::{Members, Tree};

/// Applies a rule that looks at the members; `whole` is the object itself.
pub(super) fn object(
    whole: &Tree,
    members: &Members,
    rule: &Rule,
    path: &Path<'_>,
    out: &mut Faults,
    seen: &mut Seen,
) {
    let len = members.len() as u64;
    match *rule {
        Rule::MinProperties(min) if len < min => {
            let message = format!("has {len} members, at least {min} are needed");
            fault(out, path, "minProperties", message);
        }
        Rule::MaxProperties(max) if len > max => {
            let message = format!("has {len} members, at most {max} are allowed");
            fault(out, path, "maxProperties", message);
        }
        // The members themselves are looked at where the object is, or where it is read.
        Rule::Values(_) => seen.all(),
        Rule::Required(names) => require(members, names, path, out),
        Rule::PropertyNames(rules) => {
            for name in members.keys() {
                value(&Tree::String(name.clone()), rules, &path.key(name), out);
            }
        }
        Rule::Members(named) => {
            let properties = Properties { named, patterns: &[], additional: None };
            self::properties(members, &properties, path, out, seen);
        }
        Rule::Properties(properties) => self::properties(members, properties, path, out, seen),
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
                    look(whole, rules, path, out, seen);
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

fn properties(
    members: &Members,
    properties: &Properties,
    path: &Path<'_>,
    out: &mut Faults,
    seen: &mut Seen,
) {
    for (index, (name, member)) in members.iter().enumerate() {
        let path = path.key(name);
        let named = properties.named.iter().find(|(known, _)| known == name);
        if let Some((_, rules)) = named {
            value(member, rules, &path, out);
        }
        let mut known = named.is_some();
        for (source, rules) in properties.patterns {
            if pattern::matches(source, name) {
                value(member, rules, &path, out);
                known = true;
            }
        }
        if !known {
            let Some(additional) = properties.additional else { continue };
            left_over(member, additional, "additionalProperties", &path, out);
        }
        seen.one(index);
    }
}

/// Applies what is said of members that nothing else speaks of.
pub(super) fn left_over(
    member: &Tree,
    rules: &[Rule],
    keyword: &'static str,
    path: &Path<'_>,
    out: &mut Faults,
) {
    if matches!(rules, [Rule::Never]) {
        let message = "is not a property that the schema allows".to_owned();
        return fault(out, path, keyword, message);
    }
    value(member, rules, path, out);
}
