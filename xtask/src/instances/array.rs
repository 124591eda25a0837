//! Arrays: lengths, items by place, what has to be among them.

use serde_json::Value;

use super::goal::Facts;
use super::make::Maker;

/// Longer arrays are not made.
const LONGEST: usize = 40;

impl<'a> Maker<'a> {
    pub(super) fn array(&mut self, facts: &Facts<'a>) -> Value {
        let low = facts.at_least("minItems");
        let contained: Vec<_> = contained(facts).collect();
        let low = low.max(contained.len()).min(LONGEST);
        let high = facts.at_most("maxItems").unwrap_or(usize::MAX).min(closed_at(facts)).max(low);
        let length = self.length(low, high);
        let unique = facts.all("uniqueItems").any(|value| *value == Value::Bool(true));
        let mut items: Vec<Value> = Vec::new();
        for index in 0..length {
            let mut goal = item_goal(facts, index);
            goal.extend(contained.get(index));
            let mut item = self.inner(&index.to_string(), &goal);
            for _ in 0..20 {
                if unique && items.contains(&item) {
                    item = self.inner(&index.to_string(), &goal);
                }
            }
            if unique && items.contains(&item) && index >= low {
                break;
            }
            items.push(item);
        }
        items.into()
    }

    fn length(&mut self, low: usize, high: usize) -> usize {
        if self.is_deep() {
            return low;
        }
        match self.below(6) {
            0 => low,
            1 => (low + 1).min(high),
            2 if high <= LONGEST => high,
            3 if high <= LONGEST => high.saturating_sub(1).max(low),
            _ => (low + self.below(4)).min(high),
        }
    }
}

/// The schemas of the items that have to be there.
fn contained<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Value> {
    facts.schemas.iter().flat_map(|schema| {
        let count = schema.get("minContains").and_then(Value::as_u64).unwrap_or(1).min(8);
        let count = usize::try_from(count).unwrap_or(1);
        schema.get("contains").into_iter().flat_map(move |one| std::iter::repeat_n(one, count))
    })
}

/// What has to hold of the item at a place; before 2020-12 the list stood under `items`.
fn item_goal<'a>(facts: &Facts<'a>, index: usize) -> Vec<&'a Value> {
    let goals = facts.schemas.iter().filter_map(|schema| {
        let (prefix, rest) = prefix_and_rest(schema);
        prefix.get(index).or(rest)
    });
    goals.collect()
}

fn prefix_and_rest(schema: &super::goal::Object) -> (&[Value], Option<&Value>) {
    match (schema.get("prefixItems"), schema.get("items")) {
        (_, Some(Value::Array(prefix))) => (prefix, schema.get("additionalItems")),
        (Some(Value::Array(prefix)), rest) => (prefix, rest),
        (_, rest) => (&[], rest),
    }
}

/// Where a `false` ends the array.
fn closed_at(facts: &Facts<'_>) -> usize {
    let ends = facts.schemas.iter().filter_map(|schema| {
        let (prefix, rest) = prefix_and_rest(schema);
        let rest = rest.or(schema.get("unevaluatedItems"));
        (rest == Some(&Value::Bool(false))).then_some(prefix.len())
    });
    ends.min().unwrap_or(usize::MAX)
}
