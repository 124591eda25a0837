//! Types that hold themselves: each must have a finite value.

use std::collections::BTreeSet;

use crate::ir::{Item, Rule, Type};

/// No document satisfies a type that always holds itself: the field that closes such a circle
/// refuses everything. A blank union is of a variant with a finite value.
pub(crate) fn ensure(items: &mut [Item]) {
    let mut finite = BTreeSet::new();
    loop {
        let before = finite.len();
        for item in items.iter_mut() {
            let (name, is_finite) = match item {
                Item::Choice(choice) => (&choice.name, true),
                Item::Struct(item) => (
                    &item.name,
                    item.fields
                        .iter()
                        .all(|field| !field.required || has_value(&field.ty, &finite)),
                ),
                Item::Newtype(item) => (&item.name, has_value(&item.ty, &finite)),
                Item::Tuple(item) => (
                    &item.name,
                    item.items.iter().all(|(ty, required)| !required || has_value(ty, &finite)),
                ),
                Item::Union(item) => {
                    let first =
                        item.variants.iter().position(|variant| has_value(&variant.ty, &finite));
                    if !finite.contains(&item.name) {
                        item.blank = first.unwrap_or(0);
                    }
                    (&item.name, first.is_some())
                }
                Item::RuleSet(_) => continue,
            };
            if is_finite {
                finite.insert(name.clone());
            }
        }
        if finite.len() == before {
            break;
        }
    }
    for item in items {
        let refuse = |ty: &mut Type, rules: &mut Vec<Rule>| {
            if !has_value(ty, &finite) {
                *ty = Type::Value;
                *rules = vec![Rule::Never];
            }
        };
        match item {
            Item::Struct(item) => item
                .fields
                .iter_mut()
                .filter(|field| field.required)
                .for_each(|field| refuse(&mut field.ty, &mut field.rules)),
            Item::Newtype(item) => refuse(&mut item.ty, &mut item.rules),
            Item::Union(item) => item
                .variants
                .iter_mut()
                .for_each(|variant| refuse(&mut variant.ty, &mut variant.rules)),
            // What closes a circle is never the item of a tuple.
            Item::Tuple(_) | Item::Choice(_) | Item::RuleSet(_) => {}
        }
    }
}

fn has_value(ty: &Type, finite: &BTreeSet<String>) -> bool {
    match ty {
        Type::Named(name) => finite.contains(name),
        Type::Boxed(inner) | Type::Array(inner, _) => has_value(inner, finite),
        _ => true,
    }
}
