//! The rules, applied to scalars, and to whole values where a rule asks for them.

mod alternatives;
mod array;
mod object;
mod scalar;
mod unevaluated;

use super::number::equal;
use super::path::Path;
use super::report::{self, Allowed, Faults, fault, one_of_kinds, shown};
use super::rule::{Kind, Rule};
use super::tree::Tree;
use unevaluated::Seen;

pub(super) use alternatives::tags;
pub(super) use array::{array_length, fixed_length};
pub(super) use scalar::{number, string};

/// The rules of the items among the rules of an array.
pub(super) fn item_rules(rules: &'static [Rule]) -> &'static [Rule] {
    let items = rules.iter().find_map(|rule| match rule {
        Rule::Items(rules) => Some(*rules),
        _ => None,
    });
    items.unwrap_or(&[])
}

/// The rules of the members among the rules of a map.
pub(super) fn member_rules(rules: &'static [Rule]) -> &'static [Rule] {
    let members = rules.iter().find_map(|rule| match rule {
        Rule::Values(rules) => Some(*rules),
        _ => None,
    });
    members.unwrap_or(&[])
}

/// Applies every rule to a whole value.
pub(super) fn value(value: &Tree, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    look(value, rules, path, out, &mut Seen::unasked());
}

/// [`value`], for rules that speak of the same value as a rule that asks what was looked at.
fn look(value: &Tree, rules: &[Rule], path: &Path<'_>, out: &mut Faults, seen: &mut Seen) {
    shallow(value, rules, path, out);
    look_deep(value, rules, path, out, seen);
}

/// Applies every rule but those that [`deep`] applies.
pub(super) fn shallow(value: &Tree, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    match value {
        Tree::Number(n) => number(n.num(), rules, path, out),
        Tree::String(text) => string(text, rules, path, out),
        Tree::Array(items) => {
            array_length(items.len(), rules, path, out);
            for rule in rules {
                if let Rule::Items(rules) = rule {
                    for (index, item) in items.iter().enumerate() {
                        self::value(item, rules, &path.index(index), out);
                    }
                }
            }
        }
        Tree::Object(members) => {
            for rule in rules {
                if let Rule::Values(rules) = rule {
                    for (name, member) in members {
                        self::value(member, rules, &path.key(name), out);
                    }
                }
            }
        }
        Tree::Null | Tree::Bool(_) => {}
    }
}

/// Applies the rules that look at a whole value, and no others.
pub(super) fn deep(value: &Tree, rules: &[Rule], path: &Path<'_>, out: &mut Faults) {
    look_deep(value, rules, path, out, &mut Seen::unasked());
}

fn look_deep(value: &Tree, rules: &[Rule], path: &Path<'_>, out: &mut Faults, seen: &mut Seen) {
    if !rules.iter().any(Rule::asks_what_was_seen) {
        return rules.iter().for_each(|rule| one(value, rule, path, out, seen));
    }
    let (before, mut own) = (out.len(), Seen::of(value));
    rules.iter().for_each(|rule| one(value, rule, path, out, &mut own));
    // A rule that is broken has not said what it looked at.
    if out.len() == before {
        unevaluated::unevaluated(value, rules, path, out, &mut own);
    }
    seen.add(&own);
}

/// Applies one rule that looks at a whole value.
fn one(value: &Tree, rule: &Rule, path: &Path<'_>, out: &mut Faults, seen: &mut Seen) {
    match value {
        Tree::Array(items) => array::array(items, rule, path, out, seen),
        Tree::Object(members) => object::object(value, members, rule, path, out, seen),
        _ => {}
    }
    any(value, rule, path, out, seen);
}

/// The rules that speak of every kind of value.
fn any(value: &Tree, rule: &Rule, path: &Path<'_>, out: &mut Faults, seen: &mut Seen) {
    match *rule {
        Rule::Type(kinds) if !kinds.iter().any(|kind| is_kind(value, *kind)) => {
            report::wrong_type(out, path, &one_of_kinds(kinds), &shown(value));
        }
        Rule::Const(text) => {
            let constant = Tree::parse(text);
            if !equal(value, &constant) {
                report::not_one_of(out, path, value, Allowed::Values(&[constant]));
            }
        }
        Rule::Enum(text) => {
            if let Tree::Array(allowed) = Tree::parse(text)
                && !allowed.iter().any(|allowed| equal(value, allowed))
            {
                report::not_one_of(out, path, value, Allowed::Values(&allowed));
            }
        }
        Rule::Not(rules) if is_right(value, rules) => {
            fault(out, path, "not", format!("{} is what the schema excludes", shown(value)));
        }
        Rule::AllOf(branches) => {
            branches.iter().for_each(|rules| look(value, rules, path, out, seen));
        }
        Rule::AnyOf(branches) => {
            // Where it is asked what was looked at, each that fits has a say.
            let enough = if seen.is_asked() { usize::MAX } else { 1 };
            let (fitting, faults) = fitting(value, branches, enough, path, seen);
            if fitting == 0 {
                alternatives::tell("anyOf", value, branches, faults, path, out);
            }
        }
        Rule::OneOf(branches) => match fitting(value, branches, usize::MAX, path, seen) {
            (0, faults) => alternatives::tell("oneOf", value, branches, faults, path, out),
            (1, _) => {}
            (many, _) => {
                let message =
                    format!("{} fits {many} alternatives that exclude one another", shown(value));
                fault(out, path, "oneOf", message);
            }
        },
        Rule::If(condition, then, otherwise) => {
            let holds = fits(value, condition, path, seen).is_ok();
            look(value, if holds { then } else { otherwise }, path, out, seen);
        }
        Rule::Ref(rules) => look(value, rules, path, out, seen),
        Rule::Never => fault(out, path, "false", "nothing is allowed here".to_owned()),
        _ => {}
    }
}

/// Looks at a value only if it keeps all the rules; else these are its faults.
fn fits(value: &Tree, rules: &[Rule], path: &Path<'_>, seen: &mut Seen) -> Result<(), Faults> {
    let (mut faults, mut looked) = (Faults::new(), seen.afresh());
    look(value, rules, path, &mut faults, &mut looked);
    if !faults.is_empty() {
        return Err(faults);
    }
    seen.add(&looked);
    Ok(())
}

/// How many alternatives a value fits, and the faults of the others.
fn fitting(
    value: &Tree,
    branches: &[&[Rule]],
    enough: usize,
    path: &Path<'_>,
    seen: &mut Seen,
) -> (usize, Vec<Faults>) {
    let (mut fitting, mut faults) = (0, Vec::new());
    for rules in branches {
        match fits(value, rules, path, seen) {
            Ok(()) => fitting += 1,
            Err(theirs) => faults.push(theirs),
        }
        if fitting == enough {
            break;
        }
    }
    (fitting, faults)
}

/// Whether a value keeps all the rules.
fn is_right(value: &Tree, rules: &[Rule]) -> bool {
    fits(value, rules, &Path::ROOT, &mut Seen::unasked()).is_ok()
}

pub(super) fn is_kind(value: &Tree, kind: Kind) -> bool {
    match kind {
        Kind::Null => matches!(value, Tree::Null),
        Kind::Boolean => matches!(value, Tree::Bool(_)),
        Kind::Integer => matches!(value, Tree::Number(number) if number.num().is_whole()),
        Kind::Number => matches!(value, Tree::Number(_)),
        Kind::String => matches!(value, Tree::String(_)),
        Kind::Array => matches!(value, Tree::Array(_)),
        Kind::Object => matches!(value, Tree::Object(_)),
    }
}
