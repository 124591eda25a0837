//! Names that stay.
//!
//! A name is made of what it stands for, and where two would be the same, one of them has to yield.
//! Which one follows from the schema alone, so a value, a property or a shape that is added could
//! take the name of another. What would be renamed keeps its name by standing in `names.json`
//! beside the schema: under `input` and `output`, what has a name and the name.
//!
//! ```json
//! {"input": {"Voice = \"Ann\"": "Ann", "Input.imageSize": "image_size", "/$defs/Size": "Size"}}
//! ```
//!
//! The types that go with another are told by it: `Input::required` is the struct of what `Input::new` takes by
//! name, `Prompt::value` what stands in a type with rules of its own.
//!
//! In the same way a `new` whose arguments would change their meaning and keep their types stands
//! there as `by_name`: it takes them by name, so that no old call compiles unnoticed. And an integer
//! that its limits kept in 64 bits stays an `i64` when they are gone, one of any size an `Integer`; an
//! object that has alternatives beside its properties stays an `object`, or a `union` of these.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::Role;
use crate::catalog::Source;
use crate::dialect::escape;
use crate::error::{Fault, Remarks};
use crate::names::{Scope, is_identifier};

/// The names of a model's types, fields and variants, by what has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Those of its input.
    pub input: BTreeMap<String, String>,
    /// Those of its output.
    pub output: BTreeMap<String, String>,
    /// The names and the types of what the functions `new` of its input take.
    pub(crate) arguments: BTreeMap<String, Vec<(String, String)>>,
}

impl Names {
    /// Reads a `names.json`.
    ///
    /// # Errors
    ///
    /// Every fault of the file, each with its place.
    pub fn parse(source: &Source) -> Result<Self, Vec<Fault>> {
        let mut remarks = Remarks::new(&source.file);
        let mut names = Self::default();
        match serde_json::from_str::<Map<String, Value>>(&source.text) {
            Ok(sides) => {
                for (side, entries) in &sides {
                    let at = format!("/{}", escape(side));
                    match side.as_str() {
                        "input" => names.input = side_of(entries, &at, &mut remarks),
                        "output" => names.output = side_of(entries, &at, &mut remarks),
                        _ => remarks.fault(&at, "is neither `input` nor `output`"),
                    }
                }
            }
            Err(error) => remarks.fault("", format!("is no JSON object: {error}")),
        }
        if remarks.faults.is_empty() { Ok(names) } else { Err(remarks.faults) }
    }

    /// The text of a `names.json`; nothing where no name has to be held.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let sides = [("input", &self.input), ("output", &self.output)];
        let sides = sides.into_iter().filter(|(_, names)| !names.is_empty());
        let sides: Map<_, _> = sides.map(|(side, names)| (side.to_owned(), json!(names))).collect();
        (!sides.is_empty()).then(|| format!("{:#}\n", Value::Object(sides)))
    }

    /// The names that these have and that others, of a later state, have no longer.
    #[must_use]
    pub fn held(&self, later: &Self) -> Self {
        let held = |before: &BTreeMap<String, String>, after: &BTreeMap<String, String>| {
            let renamed = before.iter().filter_map(|(what, name)| {
                let what = if after.contains_key(what) { what } else { grown(what, after)? };
                (after[what] != *name).then(|| (what.clone(), name.clone()))
            });
            renamed.collect()
        };
        Self {
            input: held(&self.input, &later.input),
            output: held(&self.output, &later.output),
            arguments: BTreeMap::new(),
        }
    }

    /// What keeps each `new` from taking something else of the same type unnoticed: from then on it takes
    /// its arguments by name. The later state is one in which names are held, so that an argument that
    /// has another name is another one.
    #[must_use]
    pub fn by_name(&self, later: &Self) -> Self {
        let types = |arguments: &[(String, String)]| -> Vec<String> {
            arguments.iter().map(|(_, ty)| ty.clone()).collect()
        };
        let unnoticed = self.arguments.iter().filter(|(new, before)| {
            let after = later.arguments.get(*new);
            after.is_some_and(|after| after != *before && types(after) == types(before))
        });
        let input = unnoticed.map(|(new, _)| (new.clone(), BY_NAME.to_owned())).collect();
        Self { input, ..Self::default() }
    }

    pub(crate) fn of(&self, role: Role) -> &BTreeMap<String, String> {
        match role {
            Role::Input => &self.input,
            Role::Output => &self.output,
        }
    }
}

/// What stands for the name of a `new` that takes its arguments by name.
const BY_NAME: &str = "by_name";

/// What stands before the place of an integer, whose type is held.
const INTEGER: &str = "integer ";

/// What stands before the place of an object with alternatives, of which it is held whether it is a union.
const SHAPE: &str = "shape ";

/// What an alternative is called by that is known by its properties, or something in it, now that it has more
/// of them: the only one that it may be.
fn grown<'a>(what: &str, after: &'a BTreeMap<String, String>) -> Option<&'a String> {
    if !what.contains('{') {
        return None;
    }
    let mut all = after.keys().filter(|other| has_grown(what, other));
    all.next().filter(|_| all.next().is_none())
}

/// Whether two schemas are the same but for properties and values that the one has not got.
fn schema_has_grown(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.len() == after.len()
                && before.iter().all(|(key, before)| {
                    let Some(after) = after.get(key) else { return false };
                    match (key.as_str(), before, after) {
                        ("properties", Value::Object(before), Value::Object(after)) => {
                            before.iter().all(|(name, before)| {
                                after.get(name).is_some_and(|after| schema_has_grown(before, after))
                            })
                        }
                        ("enum", Value::Array(before), Value::Array(after)) => {
                            before.iter().all(|value| after.contains(value))
                        }
                        _ => schema_has_grown(before, after),
                    }
                })
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| schema_has_grown(before, after))
        }
        (before, after) => before == after,
    }
}

/// Whether two places, or names of alternatives, are the same but for properties that the one has not got.
fn has_grown(before: &str, after: &str) -> bool {
    // The steps of a place, or a union and what tells its alternative from the others.
    fn steps(what: &str) -> Vec<&str> {
        match what.split_once(" | ") {
            Some((union, word)) if !union.contains('/') => vec![union, word],
            _ => what.split('/').collect(),
        }
    }
    let properties = |step: &str| {
        let listed = step.strip_prefix('{')?.strip_suffix('}')?;
        Some(listed.split(',').map(str::to_owned).collect::<BTreeSet<_>>())
    };
    let schema = |step: &str| {
        let text = step.replace("~1", "/").replace("~0", "~");
        serde_json::from_str::<Value>(&text).ok().filter(Value::is_object)
    };
    let is_same = |(before, after): (&str, &str)| {
        if before == after {
            return true;
        }
        match (schema(before), schema(after), properties(before), properties(after)) {
            (Some(before), Some(after), ..) => schema_has_grown(&before, &after),
            (None, None, Some(before), Some(after)) => before.is_subset(&after),
            _ => false,
        }
    };
    let (before, after) = (steps(before), steps(after));
    before.len() == after.len() && before.into_iter().zip(after).all(is_same)
}

fn side_of(entries: &Value, at: &str, remarks: &mut Remarks) -> BTreeMap<String, String> {
    let Value::Object(entries) = entries else {
        remarks.fault(at, "is no JSON object");
        return BTreeMap::new();
    };
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (what, name) in entries {
        let at = format!("{at}/{}", escape(what));
        let Some(name) = name.as_str().filter(|name| is_identifier(name)) else {
            remarks.fault(&at, format!("is {name}; expected a Rust name"));
            continue;
        };
        let same = names.iter().find(|(other, taken)| {
            let is_name = ![INTEGER, SHAPE].contains(&scope(what));
            *taken == name && scope(other) == scope(what) && is_name
        });
        if let Some((other, _)) = same {
            remarks.fault(&at, format!("is `{name}`, which `{other}` is called already"));
        }
        names.insert(what.clone(), name.to_owned());
    }
    names
}

/// What a name has to be unique in: a type in its module, a member in its type.
fn scope(what: &str) -> &str {
    let of_type = |owner: &str| !owner.contains([' ', '.']);
    let beside = ["::required", "::value"].iter().find_map(|end| what.strip_suffix(end));
    if what.starts_with('/') || beside.is_some_and(of_type) {
        return "/";
    }
    what.split_inclusive([' ', '.']).next().unwrap_or(what)
}

/// Gives names out, and writes down to what.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    held: &'a BTreeMap<String, String>,
    /// No name where two things cannot be told apart.
    claimed: BTreeMap<String, Option<String>>,
    /// The names that have a number, because all of their words were taken.
    pub(crate) numbered: Vec<String>,
    /// What each `new` takes by place.
    pub(crate) arguments: BTreeMap<String, Vec<(String, String)>>,
}

impl<'a> Given<'a> {
    pub(crate) fn new(held: &'a BTreeMap<String, String>) -> Self {
        Self { held, claimed: BTreeMap::new(), numbered: Vec::new(), arguments: BTreeMap::new() }
    }

    /// A scope in which these names are taken; those that are held are for what they are held for.
    pub(crate) fn scope(&self, of: &str, taken: &[&str]) -> Scope {
        let held = self.held.iter().filter(|(what, _)| scope(what) == of);
        let all: Vec<_> =
            held.map(|(_, name)| name.as_str()).chain(taken.iter().copied()).collect();
        Scope::with(&all)
    }

    pub(crate) fn claim(&mut self, scope: &mut Scope, what: String, plain: String) -> String {
        self.claim_one_of(scope, what, &[plain])
    }

    /// Gives the first of these names that is free.
    pub(crate) fn claim_one_of(
        &mut self,
        scope: &mut Scope,
        what: String,
        names: &[String],
    ) -> String {
        let first = !self.claimed.contains_key(&what);
        let held = self.held.get(&what).filter(|_| first);
        let name = held.cloned().unwrap_or_else(|| scope.claim_one_of(names));
        if held.is_none() && !names.contains(&name) {
            self.numbered.push(name.clone());
        }
        self.claimed.insert(what, first.then(|| name.clone()));
        name
    }

    /// The place of the schema of each type.
    pub(crate) fn type_places(&self) -> BTreeMap<String, String> {
        let types = self.claimed.iter().filter(|(what, _)| what.starts_with('/'));
        types.filter_map(|(what, name)| Some((name.clone()?, what.clone()))).collect()
    }

    /// The type of the integer at a place: the one that is held, or else this one.
    pub(crate) fn integer(&mut self, place: &str, ty: &str) -> String {
        let what = format!("{INTEGER}{place}");
        let ty = self.held.get(&what).cloned().unwrap_or_else(|| ty.to_owned());
        self.claimed.insert(what, Some(ty.clone()));
        ty
    }

    /// Whether the object with alternatives at a place is a union: as it is held, or else this.
    pub(crate) fn is_union(&mut self, place: &str, is_union: bool) -> bool {
        let what = format!("{SHAPE}{place}");
        let shape = if is_union { "union" } else { "object" };
        let shape = self.held.get(&what).cloned().unwrap_or_else(|| shape.to_owned());
        self.claimed.insert(what, Some(shape.clone()));
        shape == "union"
    }

    pub(crate) fn holds(&self, what: &str) -> bool {
        self.held.contains_key(what)
    }

    /// Writes down what a function takes.
    pub(crate) fn takes(&mut self, function: String, arguments: Vec<(String, String)>) {
        self.arguments.insert(function, arguments);
    }

    pub(crate) fn names(self) -> BTreeMap<String, String> {
        self.claimed.into_iter().filter_map(|(what, name)| Some((what, name?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::has_grown;

    #[test]
    fn alternatives_are_the_same_with_more_properties() {
        for (before, after, is_same) in [
            ("Size | {a,b}", "Size | {a,b,c}", true),
            ("Size | {a,b}", "Size | {a,c}", false),
            ("Size | {a}", "Ratio | {a,b}", false),
            ("/p/anyOf/{a}/properties/x", "/p/anyOf/{a,b}/properties/x", true),
            ("/p/anyOf/{a}/properties/x", "/p/anyOf/{a,b}/properties/y", false),
            (
                r#"/p/oneOf/{"anyOf":[{"properties":{"a":{"enum":["x | y"]}}}]}"#,
                r#"/p/oneOf/{"anyOf":[{"properties":{"b":{},"a":{"enum":["z","x | y"]}}}]}"#,
                true,
            ),
            (r#"/p/oneOf/{"minimum":1}"#, r#"/p/oneOf/{"minimum":2}"#, false),
        ] {
            assert_eq!(has_grown(before, after), is_same, "{before} {after}");
        }
    }
}
