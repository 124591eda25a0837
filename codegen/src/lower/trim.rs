//! Rules without those that hold for everything: what a type guarantees need not be checked.

use super::choice::json;
use crate::ir::{Field, Item, Kind, Rule, Type};
use crate::schema;

/// What is known of the values that rules speak of.
#[derive(Clone, Default)]
pub(super) struct Known<'a> {
    kinds: Option<Vec<Kind>>,
    /// All that they may be, as JSON text.
    values: Option<Vec<String>>,
    /// Their members, if they are objects.
    fields: &'a [Field],
    /// Rules that are checked anyway.
    checked: &'a [Rule],
    items: &'a [Option<Item>],
}

impl<'a> Known<'a> {
    /// All values of a type.
    pub(super) fn of(ty: &'a Type, items: &'a [Option<Item>]) -> Self {
        let mut known = Self { kinds: kinds(ty, items), items, ..Self::default() };
        match item(ty, items) {
            Some(Item::Struct(item)) => known.fields = &item.fields,
            Some(Item::Choice(item)) if !item.open => {
                known.values = Some(item.variants.iter().map(|value| json(&value.wire)).collect());
            }
            _ => {}
        }
        known
    }

    /// All objects with these fields.
    pub(super) fn object(fields: &'a [Field], items: &'a [Option<Item>]) -> Self {
        Self { kinds: Some(vec![Kind::Object]), fields, items, ..Self::default() }
    }

    fn strings() -> Self {
        Self { kinds: Some(vec![Kind::String]), ..Self::default() }
    }

    /// A member, where it is there.
    fn member(&self, name: &str) -> Self {
        match self.fields.iter().find(|field| field.wire == name) {
            Some(field) => Self { checked: &field.rules, ..Self::of(&field.ty, self.items) },
            None => Self::default(),
        }
    }

    fn requires(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.wire == name && field.required)
    }

    /// Whether a rule holds for all of them.
    fn holds(&self, rule: &Rule) -> bool {
        let is_any = |test: &dyn Fn(Kind) -> bool| {
            self.kinds.as_ref().is_some_and(|kinds| kinds.iter().all(|kind| test(*kind)))
        };
        let is_listed = |text: &str| {
            self.values.as_ref().is_some_and(|values| values.iter().all(|value| value == text))
        };
        match rule {
            Rule::Type(allowed) => is_any(&|kind| schema::common(kind, allowed) == Some(kind)),
            Rule::Const(text) => is_listed(text),
            rule => {
                self.checked.contains(rule)
                    || speaks_of(rule).is_some_and(|spoken| is_any(&|kind| !spoken.contains(&kind)))
            }
        }
    }
}

fn item<'a>(ty: &Type, items: &'a [Option<Item>]) -> Option<&'a Item> {
    let Type::Named(name) = ty else { return None };
    items.iter().flatten().find(|item| item.name() == name)
}

/// The kinds that the values of a type are of, if they are known.
fn kinds(ty: &Type, items: &[Option<Item>]) -> Option<Vec<Kind>> {
    Some(match ty {
        Type::Null => vec![Kind::Null],
        Type::Boolean => vec![Kind::Boolean],
        Type::Integer | Type::BigInteger => vec![Kind::Integer],
        Type::Number => vec![Kind::Number],
        Type::String | Type::Image | Type::Video | Type::Audio => vec![Kind::String],
        Type::List(_) | Type::Array(..) => vec![Kind::Array],
        Type::Map(_) => vec![Kind::Object],
        Type::Nullable(inner) => [kinds(inner, items)?, vec![Kind::Null]].concat(),
        Type::Named(_) => match item(ty, items)? {
            Item::Struct(_) => vec![Kind::Object],
            Item::Tuple(_) => vec![Kind::Array],
            _ => return None,
        },
        Type::Boxed(_) | Type::Files | Type::Value => return None,
    })
}

/// The kinds that a rule says anything of.
fn speaks_of(rule: &Rule) -> Option<&'static [Kind]> {
    Some(match rule {
        Rule::Minimum(_)
        | Rule::Maximum(_)
        | Rule::ExclusiveMinimum(_)
        | Rule::ExclusiveMaximum(_)
        | Rule::MultipleOf(_)
        | Rule::MultipleOfDigits(_) => &[Kind::Integer, Kind::Number],
        Rule::MinLength(_) | Rule::MaxLength(_) | Rule::Pattern(_) => &[Kind::String],
        Rule::MinItems(_)
        | Rule::MaxItems(_)
        | Rule::UniqueItems
        | Rule::Items(_)
        | Rule::ItemsAfter(..)
        | Rule::PrefixItems(_)
        | Rule::Contains(..)
        | Rule::UnevaluatedItems(_) => &[Kind::Array],
        Rule::MinProperties(_)
        | Rule::MaxProperties(_)
        | Rule::Required(_)
        | Rule::Values(_)
        | Rule::PropertyNames(_)
        | Rule::Properties { .. }
        | Rule::DependentRequired(_)
        | Rule::DependentSchemas(_)
        | Rule::UnevaluatedProperties(_) => &[Kind::Object],
        _ => return None,
    })
}

/// The rules that do not hold for everything that is known. Where it is asked what they look at (`asked`, or
/// by one of them), those that look at something stay.
pub(super) fn trimmed(rules: Vec<Rule>, known: &Known<'_>, asked: bool) -> Vec<Rule> {
    let asked = asked || rules.iter().any(asks);
    let mut left: Vec<Rule> = Vec::new();
    for rule in rules {
        let Some(rule) = one(rule, known, asked) else { continue };
        match rule {
            Rule::AllOf(lists) if !asked && lists.iter().flatten().all(stands_anywhere) => {
                left.extend(lists.into_iter().flatten());
            }
            rule => left.push(rule),
        }
    }
    left
}

/// Whether a rule speaks of what others have not looked at.
fn asks(rule: &Rule) -> bool {
    matches!(rule, Rule::UnevaluatedItems(_) | Rule::UnevaluatedProperties(_))
}

/// Whether a rule means the same beside others: of some only the first counts.
fn stands_anywhere(rule: &Rule) -> bool {
    !asks(rule) && !matches!(rule, Rule::Items(_) | Rule::Values(_) | Rule::Media(_))
}

fn one(rule: Rule, known: &Known<'_>, asked: bool) -> Option<Rule> {
    if known.holds(&rule) {
        return None;
    }
    let here = |rules: Vec<Rule>| trimmed(rules, known, asked);
    let all_here = |lists: Vec<Vec<Rule>>| lists.into_iter().map(here).collect::<Vec<_>>();
    let below = |rules: Vec<Rule>| trimmed(rules, &Known::default(), false);
    let needed = |rules: Vec<Rule>| {
        let rules = below(rules);
        (asked || !rules.is_empty()).then_some(rules)
    };
    Some(match rule {
        Rule::Items(rules) => Rule::Items(needed(rules)?),
        Rule::ItemsAfter(first, rules) => Rule::ItemsAfter(first, needed(rules)?),
        Rule::Values(rules) => Rule::Values(needed(rules)?),
        Rule::PrefixItems(lists) => {
            let lists: Vec<_> = lists.into_iter().map(below).collect();
            if !asked && lists.iter().all(Vec::is_empty) {
                return None;
            }
            Rule::PrefixItems(lists)
        }
        Rule::Contains(_, 0, u64::MAX) if !asked => return None,
        Rule::Contains(rules, min, max) => Rule::Contains(below(rules), min, max),
        Rule::PropertyNames(rules) => {
            let rules = trimmed(rules, &Known::strings(), false);
            if rules.is_empty() {
                return None;
            }
            Rule::PropertyNames(rules)
        }
        Rule::Required(mut names) => {
            names.retain(|name| !known.requires(name));
            if names.is_empty() {
                return None;
            }
            Rule::Required(names)
        }
        Rule::Properties { named, patterns, additional } => {
            properties((named, patterns, additional), known, asked)?
        }
        Rule::DependentSchemas(members) => {
            let members = members.into_iter().map(|(name, rules)| (name, here(rules)));
            let members: Vec<_> = members.filter(|(_, rules)| !rules.is_empty()).collect();
            if members.is_empty() {
                return None;
            }
            Rule::DependentSchemas(members)
        }
        Rule::UnevaluatedItems(rules) => Rule::UnevaluatedItems(below(rules)),
        Rule::UnevaluatedProperties(rules) => Rule::UnevaluatedProperties(below(rules)),
        // What is excluded has looked at nothing.
        Rule::Not(rules) => Rule::Not(trimmed(rules, known, false)),
        Rule::AllOf(lists) => {
            let lists: Vec<_> =
                all_here(lists).into_iter().filter(|rules| !rules.is_empty()).collect();
            if lists.is_empty() {
                return None;
            }
            Rule::AllOf(lists)
        }
        Rule::AnyOf(lists) => {
            let lists = all_here(lists);
            match lists.as_slice() {
                [only] if only.is_empty() => return None,
                [_] => Rule::AllOf(lists),
                lists if !asked && lists.iter().any(Vec::is_empty) => return None,
                _ => Rule::AnyOf(lists),
            }
        }
        Rule::OneOf(lists) => {
            let lists = all_here(lists);
            match lists.as_slice() {
                [only] if only.is_empty() => return None,
                [_] => Rule::AllOf(lists),
                _ => Rule::OneOf(lists),
            }
        }
        Rule::If(condition, then, otherwise) => {
            let (then, otherwise) = (here(then), here(otherwise));
            if !asked && then.is_empty() && otherwise.is_empty() {
                return None;
            }
            Rule::If(here(condition), then, otherwise)
        }
        rule => rule,
    })
}

type Members = Vec<(String, Vec<Rule>)>;

fn properties(
    (named, patterns, additional): (Members, Members, Option<Vec<Rule>>),
    known: &Known<'_>,
    asked: bool,
) -> Option<Rule> {
    let below = |rules: Vec<Rule>| trimmed(rules, &Known::default(), false);
    let mut named = named;
    for (name, rules) in &mut named {
        *rules = trimmed(std::mem::take(rules), &known.member(name), false);
    }
    let patterns: Vec<_> =
        patterns.into_iter().map(|(pattern, rules)| (pattern, below(rules))).collect();
    let mut additional = additional.map(below);
    let is_all = patterns.is_empty() && additional.as_ref().is_none_or(Vec::is_empty);
    if is_all && !asked {
        named.retain(|(_, rules)| !rules.is_empty());
        additional = None;
        if named.is_empty() {
            return None;
        }
    }
    Some(Rule::Properties { named, patterns, additional })
}
