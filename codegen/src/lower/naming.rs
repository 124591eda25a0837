//! What a type is called, and how a place is told from others when the schema grows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::union::constant;
use super::{Lowering, Named};
use crate::{dialect, names, schema};

impl Lowering<'_> {
    /// A place among the items and a unique name for the type of the schema at a place.
    pub(super) fn name(&mut self, hint: &str, named: Named, at: &str) -> (usize, String) {
        named.unwrap_or_else(|| {
            let what = self.lasting(at);
            let names: Vec<_> = shortened(hint).iter().map(|name| names::type_name(name)).collect();
            let name = self.given.claim_one_of(&mut self.scope, what, &names);
            (self.reserve(), name)
        })
    }

    /// A place as it stays when alternatives are added: they have words instead of numbers.
    pub(super) fn lasting(&mut self, at: &str) -> String {
        let within = at.strip_prefix(self.at).unwrap_or(at);
        let mut walked = at[..at.len() - within.len()].to_owned();
        let mut lasting = String::new();
        let mut before = "";
        for step in within.split('/').skip(1) {
            let is_branch = matches!(before, "anyOf" | "oneOf" | "allOf");
            let word = is_branch.then(|| self.branch_word(&walked, step)).flatten();
            lasting.push_str(&format!("/{}", word.as_deref().unwrap_or(step)));
            walked.push_str(&format!("/{step}"));
            before = step;
        }
        lasting
    }

    /// What tells the branch at an index of a list from the others.
    fn branch_word(&mut self, list: &str, index: &str) -> Option<String> {
        if !self.branch_words.contains_key(list) {
            let branches = within(self.document, list)?.as_array()?;
            self.branch_words.insert(list.to_owned(), words(branches));
        }
        self.branch_words[list].get(index.parse::<usize>().ok()?).cloned()
    }

    /// The hint for a type inside another one; the root's name is left out.
    pub(super) fn inner_hint(&self, outer: &str, inner: &str) -> String {
        let outer = if outer == self.root { &self.prefix } else { outer };
        format!("{outer}{}", names::pascal(inner))
    }
}

/// The schema at a place. A property beside alternatives is found by its place within one of them, too.
fn within<'a>(document: &'a Value, place: &str) -> Option<&'a Value> {
    if let Some(found) = document.pointer(place) {
        return Some(found);
    }
    let steps: Vec<_> = place.split('/').collect();
    let is_alternative = |pair: &[&str]| {
        matches!(pair[0], "anyOf" | "oneOf") && pair[1].bytes().all(|byte| byte.is_ascii_digit())
    };
    let last = steps.windows(2).rposition(is_alternative)?;
    let beside = [&steps[..last], &steps[last + 2..]].concat().join("/");
    within(document, &beside)
}

/// The hint, or its last words where it is too long for a name; longer ones in case that is taken.
fn shortened(hint: &str) -> Vec<String> {
    if hint.chars().count() <= LONGEST {
        return vec![hint.to_owned()];
    }
    let humps = hint.char_indices().filter(|(_, c)| c.is_uppercase()).map(|(at, _)| &hint[at..]);
    let mut shorter: Vec<_> = humps.map(str::to_owned).collect();
    shorter.reverse();
    let first = shorter.iter().rposition(|name| name.chars().count() <= LONGEST);
    let mut names = shorter.split_off(first.unwrap_or(0));
    names.push(hint.to_owned());
    names
}

/// Names of types are no longer than that, if words that long tell them apart.
const LONGEST: usize = 40;

/// What tells alternatives apart wherever they stand, whatever their titles, and though each may get
/// more properties: the least that does.
pub(super) fn words(branches: &[Value]) -> Vec<String> {
    let all: Vec<_> = branches.iter().map(traits).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in all.iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let word = |traits: &Vec<String>| {
        let own = traits.iter().find(|word| counts[word.as_str()] == 1).or(traits.last());
        dialect::escape(own.map_or("", String::as_str))
    };
    // What may be `null` and nothing else beside stays what it is, whatever becomes of its properties.
    let is_alone = branches.iter().filter(|branch| !schema::is_null(branch)).count() == 1;
    let kind = |branch: &Value| match branch.get("type") {
        Some(kind) if is_alone && branch.get("$ref").is_none() => Some(kind.to_string()),
        _ => None,
    };
    let words = branches.iter().zip(&all);
    words.map(|(branch, traits)| kind(branch).unwrap_or_else(|| word(traits))).collect()
}

/// What an alternative is, from the most lasting trait to all that it says.
fn traits(branch: &Value) -> Vec<String> {
    let mut traits = Vec::new();
    if let Some(target) = branch.get("$ref").and_then(Value::as_str) {
        traits.push(target.rsplit('/').next().unwrap_or(target).to_owned());
    }
    if let Some(properties) = branch.get("properties").and_then(Value::as_object) {
        let tags = properties.iter().filter_map(|(name, schema)| Some((name, constant(schema)?)));
        traits.extend(tags.map(|(name, value)| format!("{name}={value}")));
        let required = branch.get("required").and_then(Value::as_array);
        traits.extend(required.map(|required| Value::Array(required.clone()).to_string()));
        let mut names: Vec<_> = properties.keys().map(String::as_str).collect();
        names.sort_unstable();
        traits.push(format!("{{{}}}", names.join(",")));
    }
    traits.extend(branch.get("type").map(ToString::to_string));
    let members = branch.as_object().into_iter().flatten();
    let says = members.filter(|(key, _)| schema::is_assertion(key));
    let says = says.map(|(key, value)| (key.clone(), value.clone())).collect::<Value>();
    traits.push(says.to_string());
    traits.dedup();
    traits
}
