//! References that speak of one value again and again: no end would be found in reading it.

use std::collections::BTreeMap;

use crate::error::Remarks;
use crate::ir::{Item, Rule, Type};

/// How many references may follow one another without going into the value: the runtime follows
/// them on the stack.
const MAX_REFERENCES: usize = 100;

/// Refuses circles that never go into the value, and chains that are as good as endless.
pub(super) fn refuse(items: &[Item], places: &BTreeMap<String, String>, remarks: &mut Remarks) {
    let all: BTreeMap<_, _> = items.iter().map(|item| (item.name(), stays(item))).collect();
    let mut known = BTreeMap::new();
    for item in items {
        if let Err((name, message)) = walk(item.name(), &all, &mut known) {
            let place = places.get(name).map_or("", String::as_str);
            return remarks.fault(place, message);
        }
    }
}

#[derive(Clone, Copy)]
enum State {
    Entered,
    /// How many references follow one another from here.
    Left(usize),
}

/// Walks all that an item leads to, without recursion: a chain may be long.
fn walk<'a>(
    start: &'a str,
    all: &BTreeMap<&'a str, Vec<&'a str>>,
    known: &mut BTreeMap<&'a str, State>,
) -> Result<(), (&'a str, String)> {
    let mut path = vec![start];
    while let Some(name) = path.last().copied() {
        let next = all.get(name).map(Vec::as_slice).unwrap_or_default();
        match known.get(name) {
            Some(State::Left(_)) => {
                path.pop();
            }
            Some(State::Entered) => {
                let lengths = next.iter().filter_map(|next| match known.get(next)? {
                    State::Left(length) => Some(length + 1),
                    State::Entered => None,
                });
                let length = lengths.max().unwrap_or(0);
                if length > MAX_REFERENCES {
                    let message = format!(
                        "more than {MAX_REFERENCES} references that follow one another speak of one value"
                    );
                    return Err((name, message));
                }
                known.insert(name, State::Left(length));
                path.pop();
            }
            None => {
                known.insert(name, State::Entered);
                for next in next {
                    match known.get(next) {
                        Some(State::Entered) => {
                            let message = "leads back to itself without going into the value: \
                                           nothing can be judged by it";
                            return Err((next, message.to_owned()));
                        }
                        Some(State::Left(_)) => {}
                        None => path.push(next),
                    }
                }
            }
        }
    }
    Ok(())
}

/// The items that speak of the very value that an item speaks of.
fn stays(item: &Item) -> Vec<&str> {
    let mut names = Vec::new();
    match item {
        Item::Struct(item) => within(&item.rules, &mut names),
        Item::Choice(_) | Item::Tuple(_) => {}
        Item::Union(item) => {
            for variant in &item.variants {
                names.extend(named(&variant.ty));
                within(&variant.rules, &mut names);
            }
        }
        Item::Newtype(item) => {
            names.extend(named(&item.ty));
            within(&item.rules, &mut names);
        }
        Item::RuleSet(item) => within(&item.rules, &mut names),
    }
    names
}

fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Boxed(inner) | Type::Nullable(inner) => named(inner),
        _ => None,
    }
}

fn within<'a>(rules: &'a [Rule], names: &mut Vec<&'a str>) {
    for rule in rules {
        match rule {
            Rule::Ref(name) => names.push(name),
            Rule::Not(rules) => within(rules, names),
            Rule::AllOf(all) | Rule::AnyOf(all) | Rule::OneOf(all) => {
                all.iter().for_each(|rules| within(rules, names));
            }
            Rule::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().for_each(|rules| within(rules, names));
            }
            Rule::DependentSchemas(all) => {
                all.iter().for_each(|(_, rules)| within(rules, names));
            }
            _ => {}
        }
    }
}
