//! Which variant of a union a value is of.
//!
//! A value is read as a variant only where nothing at first sight speaks against it, so that
//! alternatives that a property tells apart cost one reading, however deep they are nested, and
//! the faults that are told are those of the alternative that was meant.

use super::check::is_kind;
use super::choice::Wires;
use super::object::Field;
use super::path::Path;
use super::read::{expected, read_value};
use super::report::{self, Faults, fault, shown};
use super::rule::Kind;
use super::slot::{Member, Rest, RestView, Slot, View};
use super::tree::{Members, Tree};
use super::{Object, Union};

/// Reads a value as the variant that it fits: of several, unless they exclude one another, the one
/// that knows most of it.
pub(super) fn read(union: &mut dyn Union, value: &Tree, path: &Path<'_>, out: &mut Faults) {
    let variants = union.variants();
    let mut scratch = union.scratch();
    let unlike: Vec<_> =
        (0..variants.len()).map(|index| unlikeness(scratch.choose(index), value)).collect();
    let Some(least) = unlike.iter().min() else {
        return fault(out, path, "anyOf", "there is no alternative that it could fit".to_owned());
    };
    let mut likely = (0..variants.len()).filter(|index| unlike[*index] == *least);
    let first = likely.next().unwrap_or(0);
    if *least == usize::MAX {
        if !union.choose_other(&value.to_value()) {
            wrong_kind(union, value, path, out);
        }
        return;
    }
    // Where nothing can fit, the faults of what is nearest are told.
    let only = *least > 0 || likely.clone().next().is_none();
    let mut faults = Faults::new();
    read_value(union.choose(first), variants[first], value, path, &mut faults);
    if only {
        if !faults.is_empty() && !union.choose_other(&value.to_value()) {
            out.append(&mut faults);
        }
        return;
    }
    let mut best = faults.is_empty().then(|| oddity(&union.chosen().1));
    // What was read is never read again: nested unions would double the work with each level.
    let mut better = None;
    let mut nearest = faults;
    for index in likely {
        if !union.exclusive() && best == Some(0) {
            break;
        }
        let mut faults = Faults::new();
        read_value(scratch.choose(index), variants[index], value, path, &mut faults);
        if !faults.is_empty() {
            if remoteness(&faults, path) < remoteness(&nearest, path) {
                nearest = faults;
            }
        } else if union.exclusive() && best.is_some() {
            let message =
                format!("{} fits several alternatives that exclude one another", shown(value));
            return fault(out, path, "oneOf", message);
        } else {
            let oddity = oddity(&scratch.chosen().1);
            if best.is_none_or(|least| oddity < least) {
                best = Some(oddity);
                better = Some(std::mem::replace(&mut scratch, union.scratch()));
            }
        }
    }
    match better {
        Some(better) => union.adopt(better.into_any()),
        None if best.is_some() || union.choose_other(&value.to_value()) => {}
        None => out.append(&mut nearest),
    }
}

/// The value is of the kind of no variant.
fn wrong_kind(union: &mut dyn Union, value: &Tree, path: &Path<'_>, out: &mut Faults) {
    let mut words: Vec<String> = Vec::new();
    for index in 0..union.variants().len() {
        let word = expected(union.choose(index).slot(None));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    report::wrong_type(out, path, &words.join(" or "), &shown(value));
}

/// How far a value is from fitting: a fault of the value's own type is the worst.
fn remoteness(faults: &Faults, path: &Path<'_>) -> (bool, usize) {
    let here = path.pointer();
    let wrong_type =
        |fault: &super::Violation| fault.keyword() == "type" && fault.pointer() == here;
    (faults.iter().any(wrong_type), faults.len())
}

/// How much speaks against a value at first sight; 0 where only a reading can tell.
fn unlikeness(member: &mut dyn Member, value: &Tree) -> usize {
    match member.slot(value.scalar().as_ref()) {
        Slot::Nullable(_) if is_kind(value, Kind::Null) => 0,
        Slot::Nullable(nullable) => unlikeness(nullable.set_value(), value),
        Slot::Ruled(_, inner) => unlikeness(inner, value),
        Slot::Object(object) => match value {
            Tree::Object(members) => unlike_members(object, members),
            _ => usize::MAX,
        },
        Slot::Choice(wires) if speaks_of(wires, value) => 1,
        slot => {
            if fits_slot(slot, value) {
                0
            } else {
                usize::MAX
            }
        }
    }
}

fn unlike_members(object: &mut dyn Object, given: &Members) -> usize {
    let table = object.table();
    let mut unlike = 0;
    object.with(&mut |members, rest| {
        for (Field { name, row }, member) in table.fields().zip(members) {
            unlike += usize::from(match given.get(name) {
                None => row.required,
                Some(Tree::Null) if row.null_is_absent => false,
                Some(value) => !fits(*member, value),
            });
        }
        if matches!(rest, Rest::Closed) {
            let known = |key: &String| table.names.position(key).is_some();
            unlike += given.keys().filter(|key| !known(key)).count();
        }
    });
    unlike
}

/// Whether a value is of the kind that a place takes, and of its values where it lists them.
fn fits(member: &mut dyn Member, value: &Tree) -> bool {
    fits_slot(member.slot(value.scalar().as_ref()), value)
}

fn fits_slot(slot: Slot<'_>, value: &Tree) -> bool {
    let is = |kind| is_kind(value, kind);
    match slot {
        Slot::Null => is(Kind::Null),
        Slot::Bool(_) => is(Kind::Boolean),
        Slot::Integer(_) | Slot::BigInteger(_) => is(Kind::Integer),
        Slot::Number(_) => is(Kind::Number),
        Slot::String(_) => is(Kind::String),
        Slot::List(_) => is(Kind::Array),
        Slot::Object(_) | Slot::Map(_) => is(Kind::Object),
        Slot::Choice(_) => false,
        Slot::Nullable(nullable) => is(Kind::Null) || fits(nullable.set_value(), value),
        Slot::Ruled(_, inner) => fits(inner, value),
        Slot::Taken | Slot::Value(_) | Slot::Union(_) | Slot::Opaque(_) => true,
    }
}

/// Whether one of an enum's values is of the same kind.
fn speaks_of(wires: &Wires, value: &Tree) -> bool {
    let kind = std::mem::discriminant(value);
    let listed = |index| std::mem::discriminant(&wires.value(index).scalar().to_tree());
    (0..wires.len()).any(|index| listed(index) == kind)
}

/// How much of what was read its type does not know: keys, values of enums, whole values.
fn oddity(view: &View<'_>) -> usize {
    match view {
        View::Value(_) | View::Other(_) => 1,
        View::Union(union) => match union.chosen() {
            (Some(_), inner) => oddity(&inner),
            (None, _) => 1,
        },
        View::Ruled(_, inner) => oddity(&inner.view()),
        View::List(list) => (0..list.len()).map(|index| oddity(&list.get(index))).sum(),
        View::Map(members) => {
            let mut sum = 0;
            members.each(&mut |_, value| sum += oddity(&value));
            sum
        }
        View::Object(object) => {
            let mut sum = 0;
            object.see(&mut |members, rest| {
                sum += members.iter().map(|member| oddity(&member.view())).sum::<usize>();
                match rest {
                    RestView::Closed => {}
                    RestView::Extra(extra) => sum += extra.len(),
                    RestView::Map(members) => {
                        members.each(&mut |_, value| sum += oddity(&value));
                    }
                }
            });
            sum
        }
        _ => 0,
    }
}
