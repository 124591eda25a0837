//! From what has to hold at a place to a value for it.

use serde_json::Value;

use super::goal::{Document, Facts, Kind};
use super::{number, text};

/// Below this depth only what is required is made, in its smallest form.
const DEEP: usize = 7;
/// Below this depth there is nothing: the schema never ends.
const DEEPEST: usize = 24;
/// An instance with more values than this ends as a deep one does.
const MANY: usize = 300;
/// After so many values there is nothing more.
const MOST: usize = 3000;
/// So many schemas are gathered for one place.
const GATHERED: usize = 100;

pub(super) struct Maker<'a> {
    document: Document<'a>,
    pub(super) rng: fastrand::Rng,
    /// Where values were made, the outer ones first, and what has to hold there.
    pub(super) places: Vec<Place<'a>>,
    pub(super) at: String,
    pub(super) depth: usize,
    /// How many of four optional members are made.
    pub(super) generosity: usize,
    /// Whether defaults and examples are taken where there are some.
    samples: bool,
}

/// A place in an instance, as a JSON pointer.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) at: String,
    pub(super) facts: Facts<'a>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(document: Document<'a>, rng: fastrand::Rng) -> Self {
        Self {
            document,
            rng,
            places: Vec::new(),
            at: String::new(),
            depth: 0,
            generosity: 2,
            samples: false,
        }
    }

    /// Begins a new instance.
    pub(super) fn begin(&mut self, samples: bool) {
        self.places.clear();
        self.samples = samples;
        self.generosity = self.below(5);
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.rng.usize(..end)
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.rng.usize(..all.len())])
    }

    /// A value that satisfies all the schemas, or nearly so.
    pub(super) fn value(&mut self, goal: &[&'a Value]) -> Value {
        if self.depth >= DEEPEST || self.places.len() >= MOST {
            return Value::Null;
        }
        self.depth += 1;
        let facts = self.facts(goal);
        self.places.push(Place { at: self.at.clone(), facts: facts.clone() });
        let value = self.of(facts);
        self.depth -= 1;
        value
    }

    /// A value for a step into the one in the making.
    pub(super) fn inner(&mut self, step: &str, goal: &[&'a Value]) -> Value {
        let length = self.at.len();
        self.at.push('/');
        self.at.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let value = self.value(goal);
        self.at.truncate(length);
        value
    }

    fn of(&mut self, facts: Facts<'a>) -> Value {
        if self.samples
            && let Some(sample) = self.sample(&facts)
        {
            return sample.clone();
        }
        if let Some(listed) = facts.listed()
            && let Some(value) = self.pick(&listed)
        {
            return value.clone();
        }
        let kind = self.kind(&facts);
        self.of_kind(kind, facts)
    }

    pub(super) fn of_kind(&mut self, kind: Kind, facts: Facts<'a>) -> Value {
        match kind {
            Kind::Null => Value::Null,
            Kind::Boolean => self.rng.bool().into(),
            Kind::Integer => number::make(&facts, true, &mut self.rng),
            Kind::Number => number::make(&facts, false, &mut self.rng),
            Kind::String => text::make(&facts, &mut self.rng).into(),
            Kind::Array => self.array(&facts),
            Kind::Object => self.object(facts),
        }
    }

    fn sample(&mut self, facts: &Facts<'a>) -> Option<&'a Value> {
        let examples = facts.all("examples").filter_map(Value::as_array).flatten();
        let singles = ["default", "example"].into_iter().flat_map(|key| facts.all(key));
        let samples: Vec<_> = examples.chain(singles).collect();
        self.pick(&samples)
    }

    fn kind(&mut self, facts: &Facts<'a>) -> Kind {
        let allowed = facts.kinds();
        let mut meant = facts.meant();
        meant.retain(|kind| allowed.contains(kind));
        // What no keyword speaks of is allowed too.
        let kinds = if meant.is_empty() || self.one_in(8) { allowed } else { meant };
        let small = [Kind::Null, Kind::Boolean, Kind::Integer, Kind::Number, Kind::String];
        let scalars: Vec<_> = kinds.iter().copied().filter(|kind| small.contains(kind)).collect();
        let kinds = if self.is_deep() && !scalars.is_empty() { scalars } else { kinds };
        self.pick(&kinds).unwrap_or(Kind::Null)
    }

    pub(super) fn is_deep(&self) -> bool {
        self.depth > DEEP || self.places.len() > MANY
    }

    /// Gathers all that schemas say of one place.
    pub(super) fn facts(&mut self, goal: &[&'a Value]) -> Facts<'a> {
        let mut facts = Facts::default();
        let mut open: Vec<&'a Value> = goal.iter().rev().copied().collect();
        while let Some(schema) = open.pop() {
            let Value::Object(object) = schema else {
                continue;
            };
            if facts.schemas.len() >= GATHERED {
                break;
            }
            facts.schemas.push(object);
            for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
                let target = object.get(key).and_then(Value::as_str);
                open.extend(target.and_then(|target| self.document.resolve(target)));
            }
            open.extend(object.get("allOf").and_then(Value::as_array).into_iter().flatten());
            for key in ["anyOf", "oneOf"] {
                let branches = object.get(key).and_then(Value::as_array);
                open.extend(branches.and_then(|branches| self.branch(branches)));
            }
            if let Some(condition) = object.get("if") {
                if self.rng.bool() {
                    open.push(condition);
                    open.extend(object.get("then"));
                } else {
                    open.extend(object.get("else"));
                }
            }
        }
        facts
    }

    /// One of several alternatives; deep inside the one that ends soonest.
    fn branch(&mut self, branches: &'a [Value]) -> Option<&'a Value> {
        if self.is_deep() {
            return branches.iter().min_by_key(|branch| self.weight(branch, 4));
        }
        let branches: Vec<_> = branches.iter().collect();
        self.pick(&branches)
    }

    fn weight(&self, schema: &Value, steps: usize) -> usize {
        if schema.get("enum").is_some() || schema.get("const").is_some() {
            return 0;
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("array") => return 1,
            Some("object") => return 2,
            Some(_) => return 0,
            None => {}
        }
        let target = schema.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| self.document.resolve(target));
        target.filter(|_| steps > 0).map_or(3, |target| self.weight(target, steps - 1))
    }
}
