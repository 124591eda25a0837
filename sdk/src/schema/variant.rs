//! Which variant of a union a value is of.
//!
//! A value is read as a variant only where nothing at first sight speaks against it, so that
//! alternatives that a property tells apart cost one reading, however deep they are nested, and
//! the faults that are told are those of the alternative that was meant.

use super::branch::{self, Meant, Tags};
use super::check::is_kind;
use super::choice::Wires;
use super::object::Field;
use super::path::Path;
use super::read::{expected, read_value};
use super::report::{self, Faults, fault, shown};
use super::rule::Kind;
use super::scalar::Scalar;
use super::slot::{Member, Rest, RestView, Slot, View};
use super::tree::{Members, Tree};
use super::{Object, Rule, Union, check};

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
    let likely = (0..variants.len()).filter(|index| unlike[*index] == *least);
    // Where nothing can fit, a few are enough to find the nearest, and one where each would be read
    // again for each of those around it.
    let most = match *least {
        0 => usize::MAX,
        _ if path.is_deep() => 1,
        _ => FEW,
    };
    let mut likely = likely.take(most);
    let first = likely.next().unwrap_or(0);
    if *least == usize::MAX {
        if !union.choose_other(&value.to_value()) {
            wrong_kind(union, value, path, out);
        }
        return;
    }
    let mut faults = Faults::new();
    read_value(union.choose(first), variants[first], value, path, &mut faults);
    let mut best = faults.is_empty().then(|| oddity(&union.chosen().1));
    let mut failed = Vec::new();
    if best.is_none() {
        failed.push((first, faults));
    }
    // What was read is never read again: nested unions would double the work with each level.
    let mut better = None;
    for index in likely {
        if !union.exclusive() && best == Some(0) {
            break;
        }
        let mut faults = Faults::new();
        read_value(scratch.choose(index), variants[index], value, path, &mut faults);
        if !faults.is_empty() {
            failed.push((index, faults));
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
        None => {
            let like = (0..unlike.len()).filter(|index| unlike[*index] < usize::MAX);
            tell(union, value, &like.collect::<Vec<_>>(), failed, path, out);
        }
    }
}

/// Of so many variants the nearest is looked for.
const FEW: usize = 4;

/// Tells what is wrong with a value that fits none of the variants of its kind; of some of them it was
/// read, and had these faults.
#[cold]
fn tell(
    union: &mut dyn Union,
    value: &Tree,
    like: &[usize],
    mut failed: Vec<(usize, Faults)>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    let variants = union.variants();
    let all = like.iter().map(|index| tags(union.choose(*index), variants[*index]));
    let all: Vec<_> = all.collect();
    let left = match branch::meant(value, &all) {
        Meant::Unlisted(name, values) => {
            return branch::unlisted(value, name, &values, path, out);
        }
        Meant::Among(left) => left.into_iter().map(|at| like[at]).collect::<Vec<_>>(),
    };
    failed.retain(|(index, _)| left.contains(index));
    if failed.is_empty() {
        // It was not meant to be what it looked like.
        let mut faults = Faults::new();
        read_value(union.choose(left[0]), variants[left[0]], value, path, &mut faults);
        failed.push((left[0], faults));
    }
    let keyword = if union.exclusive() { "oneOf" } else { "anyOf" };
    let failed = failed.into_iter().map(|(_, faults)| faults).collect();
    branch::nearest(keyword, variants.len(), failed, path, out);
}

/// The properties of a variant that are enums, or that rules allow few values of, and those values.
fn tags(member: &mut dyn Member, rules: &'static [Rule]) -> Tags<'static> {
    let mut tags = check::tags(rules);
    match member.slot(None) {
        Slot::Ruled(rules, inner) => tags.extend(self::tags(inner, rules)),
        Slot::Nullable(nullable) => tags.extend(self::tags(nullable.set_value(), &[])),
        Slot::Object(object) => {
            let table = object.table();
            object.with(&mut |members, _| {
                for (Field { name, .. }, member) in table.fields().zip(members) {
                    if let Slot::Choice(wires) = member.slot(None) {
                        let values = (0..wires.len()).map(|index| wires.value(index).scalar());
                        tags.push((name, values.map(Scalar::to_tree).collect()));
                    }
                }
            });
        }
        _ => {}
    }
    tags
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
