//! Objects: required members, some optional ones, perhaps others.

use serde_json::{Map, Value};

use super::goal::Facts;
use super::make::Maker;
use super::{pattern, text};

impl<'a> Maker<'a> {
    pub(super) fn object(&mut self, mut facts: Facts<'a>) -> Value {
        let mut names = self.names(&facts);
        // A member may ask for others, and for more of itself.
        for _ in 0..3 {
            let more = self.dependencies(&facts, &names);
            let begun = facts.schemas.len();
            facts.schemas.extend(more.schemas);
            names.extend(required(&facts));
            names.extend(also_required(&facts, &names));
            unique(&mut names);
            if facts.schemas.len() == begun {
                break;
            }
        }
        let mut members = Map::new();
        for name in names {
            let goal = member_goal(&facts, &name);
            let value = self.inner(&name, &goal);
            members.insert(name, value);
        }
        members.into()
    }

    fn names(&mut self, facts: &Facts<'a>) -> Vec<String> {
        let mut names = required(facts);
        let known = known(facts);
        let at_most = facts.at_most("maxProperties").unwrap_or(usize::MAX);
        let deep = self.is_deep();
        for name in &known {
            let wanted = !deep && self.below(4) < self.generosity;
            if wanted && names.len() < at_most && !is_closed(facts, name) {
                names.push((*name).to_owned());
            }
        }
        let at_least = facts.at_least("minProperties");
        let extra = if !deep && self.one_in(4) { 1 + self.below(2) } else { 0 };
        unique(&mut names);
        for _ in 0..extra + at_least.saturating_sub(names.len()).min(20) {
            let name = self.other_name(facts, &known);
            if names.len() < at_most && !is_closed(facts, &name) {
                names.push(name);
            }
        }
        unique(&mut names);
        names
    }

    /// A name that the schemas do not list.
    pub(super) fn other_name(&mut self, facts: &Facts<'a>, known: &[&str]) -> String {
        let goal: Vec<_> = facts.all("propertyNames").collect();
        if !goal.is_empty() {
            let facts = self.facts(&goal);
            if let Some(listed) = facts.listed()
                && let Some(Value::String(name)) = self.pick(&listed)
            {
                return name.clone();
            }
            return text::make(&facts, &mut self.rng);
        }
        let patterns = facts.all("patternProperties").filter_map(Value::as_object);
        let patterns: Vec<_> = patterns.flat_map(Map::keys).collect();
        if let Some(chosen) = self.pick(&patterns)
            && self.rng.bool()
            && let Some(name) = pattern::text(chosen, &mut self.rng)
        {
            return name;
        }
        // A misspelt name is another one.
        if let Some(near) = self.pick(known)
            && self.one_in(3)
        {
            return misspelt(near, self.below(4));
        }
        let some = ["extra", "x-note", "한국어", "a/b~c", "", "type", "$ref", "__proto__", "0"];
        match self.pick(&some) {
            Some(name) if !self.one_in(3) => name.to_owned(),
            _ => text::of_length(1 + self.rng.usize(..6), &mut self.rng),
        }
    }

    /// The schemas that members bring with them.
    fn dependencies(&mut self, facts: &Facts<'a>, names: &[String]) -> Facts<'a> {
        let lists = ["dependentSchemas", "dependencies"].into_iter().flat_map(|key| facts.all(key));
        let goal: Vec<_> = lists
            .filter_map(Value::as_object)
            .flatten()
            .filter(|(name, schema)| schema.is_object() && names.contains(name))
            .map(|(_, schema)| schema)
            .collect();
        let mut more = self.facts(&goal);
        more.schemas
            .retain(|schema| !facts.schemas.iter().any(|known| std::ptr::eq(*known, *schema)));
        more
    }
}

fn misspelt(name: &str, way: usize) -> String {
    match way {
        0 => name.to_uppercase(),
        1 => format!("{name} "),
        2 => name.replace('_', "-"),
        _ => name.chars().skip(1).collect(),
    }
}

fn unique(names: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}

/// The names that the schemas list.
pub(super) fn known<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let listed = facts.all("properties").filter_map(Value::as_object);
    listed.flat_map(Map::keys).map(String::as_str).collect()
}

pub(super) fn required(facts: &Facts<'_>) -> Vec<String> {
    let listed = facts.all("required").filter_map(Value::as_array).flatten();
    listed.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What `dependentRequired` asks for, beside these names.
fn also_required(facts: &Facts<'_>, names: &[String]) -> Vec<String> {
    let lists = ["dependentRequired", "dependencies"].into_iter().flat_map(|key| facts.all(key));
    let asked =
        lists.filter_map(Value::as_object).flatten().filter(|(name, _)| names.contains(name));
    let asked = asked.filter_map(|(_, asked)| asked.as_array()).flatten();
    asked.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What has to hold of a member.
fn member_goal<'a>(facts: &Facts<'a>, name: &str) -> Vec<&'a Value> {
    let mut goal = Vec::new();
    for schema in &facts.schemas {
        let begun = goal.len();
        goal.extend(schema.get("properties").and_then(|properties| properties.get(name)));
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        for (pattern, schema) in patterns.into_iter().flatten() {
            if pattern::is_match(pattern, name) {
                goal.push(schema);
            }
        }
        if goal.len() == begun {
            goal.extend(schema.get("additionalProperties"));
        }
    }
    if goal.is_empty() {
        goal.extend(facts.all("unevaluatedProperties"));
    }
    goal
}

/// Whether a `false` keeps a member out.
fn is_closed(facts: &Facts<'_>, name: &str) -> bool {
    let goal = member_goal(facts, name);
    goal.iter().any(|schema| **schema == Value::Bool(false))
}
