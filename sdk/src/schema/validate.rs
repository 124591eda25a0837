//! The checker: a generated type, built in Rust, against its schema.

use super::number::Num;
use super::object::Field;
use super::path::Path;
use super::report::{self, Faults, fault};
use super::slot::{Member, RestView, View};
use super::{Invalid, Object, Rule, Violation, check, read, write};

/// Checks every rule of a type.
pub fn view(view: View<'_>) -> Result<(), Invalid> {
    let mut out = Faults::new();
    place(&view, &[], &Path::ROOT, &mut out);
    Invalid::unless_empty(out)
}

/// Lists the keys that the schema does not name and that came in by reading.
#[must_use]
pub fn unknown_keys(view: View<'_>) -> Vec<Violation> {
    let mut out = Faults::new();
    unknown(&view, &Path::ROOT, &mut out);
    out
}

fn place(view: &View<'_>, rules: &'static [Rule], path: &Path<'_>, out: &mut Faults) {
    if rules.iter().any(Rule::is_deep) && !matches!(view, View::Absent) {
        check::deep(&write::tree(view), rules, path, out);
    }
    match view {
        View::Absent | View::Null | View::Bool(_) => {}
        View::Choice(..) | View::Other(_) | View::Value(_) => beside(view, rules, path, out),
        View::Integer(value) => check::number(Num::Whole(*value), rules, path, out),
        View::BigInteger(value) => check::number(value.num(), rules, path, out),
        View::Number(value) if value.is_finite() => {
            check::number(Num::Float(*value), rules, path, out);
        }
        View::Number(value) => {
            fault(out, path, "type", format!("must be a finite number, not {value}"));
        }
        View::String(value) | View::Media(_, value) => check::string(value, rules, path, out),
        View::Ruled(own, inner) => {
            beside(view, rules, path, out);
            place(&inner.view(), own, path, out);
        }
        View::Union(union) => {
            beside(view, rules, path, out);
            let (Some(index), inner) = union.chosen() else {
                return;
            };
            place(&inner, union.variants()[index], path, out);
            if union.exclusive() {
                exclude_others(*union, index, &inner, path, out);
            }
        }
        View::List(list) => {
            check::array_length(list.len(), rules, path, out);
            let items = check::item_rules(rules);
            for index in 0..list.len() {
                match list.get(index) {
                    View::Absent => {
                        let message = "is left out, and an item after it is not".to_owned();
                        fault(out, &path.index(index), "type", message);
                    }
                    item => place(&item, items, &path.index(index), out),
                }
            }
        }
        View::Map(members) => {
            let values = check::member_rules(rules);
            members.each(&mut |key, value| place(&value, values, &path.key(key), out));
        }
        View::Object(object) => {
            if object.table().rules.iter().any(Rule::is_deep) {
                check::deep(&write::tree(view), object.table().rules, path, out);
            }
            object.see(&mut |members, rest| object_members(*object, members, &rest, path, out));
        }
    }
}

/// Applies the rules that stand beside a type with values of its own.
fn beside(view: &View<'_>, rules: &'static [Rule], path: &Path<'_>, out: &mut Faults) {
    if !rules.is_empty() {
        check::shallow(&write::tree(view), rules, path, out);
    }
}

fn object_members(
    object: &dyn Object,
    members: &[&dyn Member],
    rest: &RestView<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    for (Field { name, row }, member) in object.table().fields().zip(members) {
        match member.view() {
            View::Absent if row.required => report::missing(out, path, name),
            value => place(&value, row.rules, &path.key(name), out),
        }
    }
    match rest {
        RestView::Closed => {}
        RestView::Extra(extra) => {
            for (key, _) in extra.iter() {
                if object.table().names.position(key).is_some() {
                    fault(out, &path.key(key), "syntax", "is given twice".to_owned());
                }
            }
        }
        RestView::Map(members) => {
            let values = check::member_rules(object.table().rules);
            members.each(&mut |key, value| place(&value, values, &path.key(key), out));
        }
    }
}

/// A variant that was chosen in Rust may fit the schema of another one too.
fn exclude_others(
    union: &dyn super::Union,
    chosen: usize,
    inner: &View<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    let (value, mut scratch) = (write::tree(inner), union.scratch());
    for (index, rules) in union.variants().iter().enumerate() {
        let mut faults = Faults::new();
        if index != chosen {
            read::read_value(scratch.choose(index), rules, &value, path, &mut faults);
            if faults.is_empty() {
                let message = "fits several alternatives that exclude one another".to_owned();
                return fault(out, path, "oneOf", message);
            }
        }
    }
}

fn unknown(view: &View<'_>, path: &Path<'_>, out: &mut Faults) {
    match view {
        View::Union(union) => unknown(&union.chosen().1, path, out),
        View::Ruled(_, inner) => unknown(&inner.view(), path, out),
        View::List(list) => {
            (0..list.len()).for_each(|index| unknown(&list.get(index), &path.index(index), out));
        }
        View::Map(members) => {
            members.each(&mut |key, value| unknown(&value, &path.key(key), out));
        }
        View::Object(object) => object.see(&mut |members, rest| {
            let names = &object.table().names;
            for (name, member) in names.iter().zip(members) {
                unknown(&member.view(), &path.key(name), out);
            }
            match rest {
                RestView::Closed => {}
                RestView::Extra(extra) => extra.unknown().for_each(|key| {
                    report::unknown_key(out, path, key, &mut names.iter());
                }),
                RestView::Map(members) => {
                    members.each(&mut |key, value| unknown(&value, &path.key(key), out));
                }
            }
        }),
        _ => {}
    }
}
