//! Which of several alternatives a value was meant to be, where it fits none of them.

use super::number::equal;
use super::path::Path;
use super::report::{self, Allowed, Faults, fault};
use super::tree::Tree;

/// The properties that an alternative allows few values of, and those values: by them it may be told
/// from the others.
pub(super) type Tags<'a> = Vec<(&'a str, Vec<Tree>)>;

/// What the tags of a value say.
pub(super) enum Meant<'a> {
    /// It was meant to be one of these.
    Among(Vec<usize>),
    /// The property tells them apart, and has a value of none.
    Unlisted(&'a str, Vec<Tree>),
}

/// The alternatives that the tags of a value leave, by their places among all.
pub(super) fn meant<'a>(value: &Tree, all: &[Tags<'a>]) -> Meant<'a> {
    let mut left: Vec<usize> = (0..all.len()).collect();
    let Tree::Object(members) = value else { return Meant::Among(left) };
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in all.iter().flatten() {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let mut unlisted = None;
    for name in names {
        let Some(given) = members.get(name) else { continue };
        let values = |at: usize| all[at].iter().find(|(tag, _)| *tag == name).map(|(_, all)| all);
        let tagged: Vec<_> = left.iter().filter_map(|at| Some((*at, values(*at)?))).collect();
        let lists = |values: &[Tree], given: &Tree| values.iter().any(|value| equal(value, given));
        let listing = tagged.iter().filter(|(_, values)| lists(values, given)).map(|(at, _)| *at);
        let listing: Vec<_> = listing.collect();
        if listing.is_empty() {
            let apart = tagged.iter().enumerate().all(|(index, (_, values))| {
                let others = tagged[..index].iter().flat_map(|(_, values)| values.iter());
                others.into_iter().all(|other| !lists(values, other))
            });
            if apart && tagged.len() > 1 && tagged.len() == left.len() && unlisted.is_none() {
                let values = tagged.into_iter().flat_map(|(_, values)| values.iter().cloned());
                unlisted = Some((name, values.collect()));
            }
        } else if listing.len() < tagged.len() {
            left = listing;
        }
    }
    match unlisted {
        Some((name, values)) if left.len() > 1 => Meant::Unlisted(name, values),
        _ => Meant::Among(left),
    }
}

/// Tells that a property that tells alternatives apart has a value of none of them.
pub(super) fn unlisted(
    value: &Tree,
    name: &str,
    values: &[Tree],
    path: &Path<'_>,
    out: &mut Faults,
) {
    if let Tree::Object(members) = value
        && let Some(given) = members.get(name)
    {
        report::not_one_of(out, &path.key(name), given, Allowed::Values(values));
    }
}

/// Tells the faults of the nearest of some alternatives; `count` is how many there are in all.
pub(super) fn nearest(
    keyword: &'static str,
    count: usize,
    mut failed: Vec<Faults>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    let here = path.pointer();
    let is_other_kind = |faults: &Faults| {
        faults.iter().any(|fault| fault.keyword() == "type" && fault.pointer() == here)
    };
    // Those of another type were not meant, unless all are.
    if !failed.iter().all(is_other_kind) {
        failed.retain(|faults| !is_other_kind(faults));
    }
    failed.sort_by_key(Vec::len);
    let decided = failed.windows(2).all(|pair| pair[0] == pair[1]);
    let Some(nearest) = failed.into_iter().next() else {
        let message = "there is no alternative that it could fit".to_owned();
        return fault(out, path, keyword, message);
    };
    if decided {
        return out.extend(nearest);
    }
    match nearest.as_slice() {
        [only] if only.pointer() == here => {
            let only = only.message();
            let message = format!("fits none of {count} alternatives; the nearest: {only}");
            fault(out, path, keyword, message);
        }
        _ => {
            let message =
                format!("fits none of {count} alternatives; what follows is wrong for the nearest");
            fault(out, path, keyword, message);
            out.extend(nearest);
        }
    }
}
