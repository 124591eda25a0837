//! `prefixItems`: arrays of which each item has a place of its own.

use serde_json::Value;

use super::{Lowered, Lowering, Named, describe, facts};
use crate::Role;
use crate::ir::{Item, Rule, Tuple, Type};
use crate::schema::Object;

/// More items are a list of which each item has its rules.
const MOST_ITEMS: usize = 12;

/// What the items after the first ones are.
enum Rest {
    /// There are none.
    None,
    Of(Lowered),
}

impl Lowering<'_> {
    /// An array with a type for each of its first items: a Rust array where they are of one type and their
    /// number is fixed, a list where it is not, a tuple struct where they are of several types.
    pub(super) fn tuple(
        &mut self,
        object: &Object,
        at: &str,
        hint: &str,
        named: Named,
    ) -> Option<Lowered> {
        let prefix = object.get("prefixItems").and_then(Value::as_array)?;
        // What is evaluated is a question for rules.
        if prefix.is_empty() || prefix.len() > MOST_ITEMS || object.contains_key("unevaluatedItems")
        {
            return None;
        }
        let count = |key: &str| object.get(key).and_then(Value::as_u64);
        let (least, most) = (count("minItems").unwrap_or(0), count("maxItems").unwrap_or(u64::MAX));
        let is_full = most <= prefix.len() as u64;
        let items: Vec<_> = prefix
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let hint = format!("{hint}{}", ORDINALS[index]);
                self.lower(item, &format!("{at}/prefixItems/{index}"), &hint)
            })
            .collect();
        // A type that holds itself has no place in a tuple of a fixed size.
        if items.iter().any(|item| matches!(item.ty, Type::Boxed(_))) {
            return None;
        }
        let rest = match object.get("items") {
            Some(Value::Bool(false)) => Rest::None,
            _ if is_full => Rest::None,
            None => Rest::Of(Lowered::anything()),
            Some(items) => {
                Rest::Of(self.lower(items, &format!("{at}/items"), &format!("{hint}Item")))
            }
        };
        let mut rules = self.some_rules(object, &["minItems", "maxItems", "uniqueItems"], at);
        if matches!(rest, Rest::None) && !is_full {
            rules.retain(|rule| !matches!(rule, Rule::MaxItems(_)));
            rules.push(Rule::MaxItems(prefix.len() as u64));
        }
        rules.extend(item_rules(&items, &rest));
        let is_fixed = matches!(rest, Rest::None)
            && least == prefix.len() as u64
            && most >= prefix.len() as u64;
        let ty = match one_type(&items, &rest) {
            Some(ty) if is_fixed && self.role == Role::Input => {
                // The type has so many items.
                rules.retain(|rule| !matches!(rule, Rule::MinItems(_) | Rule::MaxItems(_)));
                Type::Array(Box::new(ty), prefix.len())
            }
            Some(ty) => Type::list(ty),
            None => {
                let (slot, name) = self.name(hint, named, at);
                let docs = self.tuple_docs(object, prefix);
                let is_required = |index: usize| self.role == Role::Input && (index as u64) < least;
                let items = items.into_iter().enumerate();
                let items = items.map(|(index, item)| (item.ty, is_required(index))).collect();
                let rest = match rest {
                    Rest::Of(rest) => Some(rest.ty.unboxed()),
                    // Nothing of a result is lost.
                    Rest::None => (self.role == Role::Output).then_some(Type::Value),
                };
                let item = Tuple { name: name.clone(), docs, items, rest };
                self.items[slot] = Some(Item::Tuple(item));
                Type::Named(name)
            }
        };
        Some(Lowered { ty, rules })
    }

    /// The docs of the array, and a line for each item of which there is something to say.
    fn tuple_docs(&self, object: &Object, prefix: &[Value]) -> Vec<String> {
        let mut docs = describe(object);
        let mut items = Vec::new();
        for (index, item) in prefix.iter().enumerate() {
            let said = facts::Views::of(item, self.document).describe(self.role, false);
            let said: Vec<_> = said.into_iter().filter(|line| !line.is_empty()).collect();
            if !said.is_empty() {
                items.push(format!("- `{index}`: {}", said.join(" ")));
            }
        }
        if !items.is_empty() && !docs.is_empty() {
            docs.push(String::new());
        }
        docs.extend(items);
        docs
    }
}

/// The type of all items, where it is one.
fn one_type(items: &[Lowered], rest: &Rest) -> Option<Type> {
    let first = &items.first()?.ty;
    let rest = match rest {
        Rest::None => None,
        Rest::Of(rest) => Some(&rest.ty),
    };
    let mut others = items.iter().map(|item| &item.ty).chain(rest);
    others.all(|ty| ty == first).then(|| first.clone())
}

/// What is left to check of the items: of each of them, or of each by its place.
fn item_rules(items: &[Lowered], rest: &Rest) -> Vec<Rule> {
    let first = items.first().map(|item| item.rules.as_slice()).unwrap_or_default();
    let rest = match rest {
        Rest::None => None,
        Rest::Of(rest) => Some(rest.rules.as_slice()),
    };
    let mut all = items.iter().map(|item| item.rules.as_slice()).chain(rest);
    if all.all(|rules| rules == first) {
        return if first.is_empty() { Vec::new() } else { vec![Rule::Items(first.to_vec())] };
    }
    let mut rules = Vec::new();
    if items.iter().any(|item| !item.rules.is_empty()) {
        rules.push(Rule::PrefixItems(items.iter().map(|item| item.rules.clone()).collect()));
    }
    if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
        rules.push(Rule::ItemsAfter(items.len(), rest.to_vec()));
    }
    rules
}

const ORDINALS: [&str; MOST_ITEMS] = [
    "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
    "Eleventh", "Twelfth",
];
