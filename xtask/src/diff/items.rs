//! What became of the Rust items of a module: what callers of the old one can no longer compile.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Place, Step};
use crate::surface::{Function, Item, Member, Surface};

/// What became of an item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ItemChange {
    /// The field of the schema that it belongs to.
    pub(crate) place: Place,
    /// Whether it belongs to the output.
    pub(crate) output: bool,
    pub(crate) breaking: bool,
    /// `AspectRatio::_1_1`.
    pub(crate) item: String,
    pub(crate) what: String,
}

/// Compares what callers can name in two versions of a module.
pub(crate) fn changes(old: &Surface, new: &Surface) -> Vec<ItemChange> {
    let places = (places(old), places(new));
    let mut comparing = Comparing { places, changes: Vec::new() };
    for (name, item) in &old.types {
        match new.types.get(name) {
            Some(now) => comparing.types(name, item, now),
            None => comparing.say(name, name, true, "is gone"),
        }
    }
    for name in new.types.keys().filter(|name| !old.types.contains_key(*name)) {
        comparing.say(name, name, false, "is new");
    }
    if old.output != new.output {
        let what = format!("was `{}`, is `{}` now", old.output, new.output);
        comparing.say("Output", "Model::Output", true, &what);
    }
    comparing.changes
}

/// Of each type: whether it belongs to the output, and its place there.
type Places = BTreeMap<String, (bool, Place)>;

/// Where in the input or the output each type stands first.
fn places(surface: &Surface) -> Places {
    let mut places = BTreeMap::new();
    for (root, output) in [("Input", false), ("Output", true)] {
        let mut queue = vec![(root.to_owned(), Place::default())];
        while let Some((name, place)) = queue.pop() {
            let Some(item) = surface.types.get(&name) else { continue };
            if places.contains_key(&name) {
                continue;
            }
            places.insert(name.clone(), (output, place.clone()));
            for member in item.members.iter().rev() {
                queue.push((named(&member.ty), of_member(&place, item, member)));
            }
            // The struct of required fields goes with its owner.
            for (_, ty) in item.functions.values().flat_map(|function| &function.arguments) {
                if ty.ends_with("Required") {
                    queue.push((ty.clone(), place.clone()));
                }
            }
        }
    }
    places
}

fn of_member(place: &Place, item: &Item, member: &Member) -> Place {
    let mut place = match &member.wire {
        Some(serde_json::Value::String(name)) if item.kind == "struct" => place.property(name),
        _ => place.clone(),
    };
    let mut ty = member.ty.as_str();
    while let Some((outer, inner)) = ty.split_once('<') {
        match outer {
            "Vec" => place = place.then(Step::Item),
            "BTreeMap" => place = place.then(Step::Member),
            _ => {}
        }
        ty = inner;
    }
    place
}

/// The innermost type: `Lora` of `Option<Vec<Lora>>`.
pub(crate) fn named(ty: &str) -> String {
    let innermost = ty.rsplit(['<', ' ']).next().unwrap_or(ty);
    innermost.trim_end_matches('>').to_owned()
}

struct Comparing {
    places: (Places, Places),
    changes: Vec<ItemChange>,
}

impl Comparing {
    fn say(&mut self, owner: &str, item: &str, breaking: bool, what: &str) {
        let known = self.places.0.get(owner).or_else(|| self.places.1.get(owner));
        let (output, place) = known.cloned().unwrap_or((owner == "Output", Place::default()));
        let (item, what) = (item.to_owned(), what.to_owned());
        self.changes.push(ItemChange { place, output, breaking, item, what });
    }

    fn of_member(&mut self, owner: &str, item: &Item, member: &Member, breaking: bool, what: &str) {
        self.say(owner, &format!("{owner}::{}", member.name), breaking, what);
        if let (Some(change), "struct", Some(serde_json::Value::String(wire))) =
            (self.changes.last_mut(), item.kind.as_str(), &member.wire)
        {
            change.place = change.place.property(wire);
        }
    }

    fn types(&mut self, name: &str, old: &Item, new: &Item) {
        if old.kind != new.kind {
            let what = format!("was {}, is {} now", kind(&old.kind), kind(&new.kind));
            return self.say(name, name, true, &what);
        }
        for lost in old.derives.difference(&new.derives) {
            self.say(name, name, true, &format!("is no longer `{lost}`"));
        }
        for lost in old.conversions.difference(&new.conversions) {
            self.say(name, name, true, &format!("is no longer made of `{lost}` by `From`"));
        }
        if !old.exhaustive && new.exhaustive {
            self.say(name, name, false, "may be matched exhaustively");
        } else if old.exhaustive && !new.exhaustive {
            self.say(name, name, true, "may no longer be matched exhaustively");
        }
        let members = self.members(name, old, new);
        self.functions(name, old, new, &members);
    }

    /// The names of the members that are told of.
    fn members(&mut self, name: &str, old: &Item, new: &Item) -> BTreeSet<String> {
        let mut told = BTreeSet::new();
        for member in &old.members {
            match new.member(&member.name) {
                None => self.of_member(name, old, member, true, "is gone"),
                Some(now) if now.wire != member.wire => {
                    let what = format!("stood for {}, stands for {} now", wire(member), wire(now));
                    self.of_member(name, old, member, true, &what);
                }
                Some(now) if now.ty != member.ty => {
                    let what = format!("was `{}`, is `{}` now", member.ty, now.ty);
                    self.of_member(name, old, member, true, &what);
                }
                Some(_) => continue,
            }
            told.insert(member.name.clone());
        }
        for member in new.members.iter().filter(|member| old.member(&member.name).is_none()) {
            self.of_member(name, new, member, old.exhaustive, "is new");
            told.insert(member.name.clone());
        }
        told
    }

    fn functions(&mut self, name: &str, old: &Item, new: &Item, told: &BTreeSet<String>) {
        for (function, was) in &old.functions {
            let item = format!("{name}::{function}");
            match new.functions.get(function) {
                // A setter goes with its field.
                _ if told.contains(function) => {}
                None => self.say(name, &item, true, "is gone"),
                Some(is) if function == "new" => self.new_function(name, was, is),
                Some(is) if types(was) != types(is) => {
                    let what = format!("was `{}`, is `{}` now", spelled(was), spelled(is));
                    self.say(name, &item, true, &what);
                }
                Some(_) => {}
            }
        }
        let added = new.functions.keys().filter(|function| !old.functions.contains_key(*function));
        for function in added.filter(|function| !told.contains(*function)) {
            self.say(name, &format!("{name}::{function}"), false, "is new");
        }
    }

    /// The names of its arguments count, too: old calls may compile and mean another field.
    fn new_function(&mut self, name: &str, was: &Function, is: &Function) {
        if was == is {
            return;
        }
        let silent = types(was) == types(is) && !was.arguments.is_empty();
        let warning = if silent { "; old calls still compile, and mean another field" } else { "" };
        let what = format!("was `{}`, is `{}` now{warning}", spelled(was), spelled(is));
        self.say(name, &format!("{name}::new"), true, &what);
    }
}

fn types(function: &Function) -> (Vec<&String>, &String) {
    (function.arguments.iter().map(|(_, ty)| ty).collect(), &function.returns)
}

fn spelled(function: &Function) -> String {
    let arguments = function.arguments.iter().map(|(name, ty)| format!("{name}: {ty}"));
    format!("({})", arguments.collect::<Vec<_>>().join(", "))
}

fn wire(member: &Member) -> String {
    member.wire.as_ref().map_or_else(|| "nothing".to_owned(), |wire| format!("`{wire}`"))
}

fn kind(kind: &str) -> &str {
    match kind {
        "struct" => "a struct",
        "enum" => "an enum of shapes",
        "string_enum" => "an enum of strings",
        "integer_enum" => "an enum of whole numbers",
        "mixed_enum" => "an enum of values of several kinds",
        "open_string_enum" => "an open enum of strings",
        "open_integer_enum" => "an open enum of whole numbers",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::changes;
    use crate::surface::Surface;

    fn told(old: &str, new: &str) -> Vec<String> {
        let parse = |text| Surface::parse(text).expect("Rust");
        let mut told: Vec<_> = changes(&parse(old), &parse(new))
            .into_iter()
            .map(|change| {
                let mark = if change.breaking { "!" } else { "" };
                format!("{mark}{} {}", change.item, change.what)
            })
            .collect();
        told.sort();
        told
    }

    #[test]
    fn what_callers_cannot_compile_any_more_is_breaking() {
        let size = "#[non_exhaustive] pub struct Size { pub width: i64 }";
        for (old, new, expected) in [
            (size, size, &[][..]),
            (size, "", &["!Size is gone"]),
            ("", size, &["Size is new"]),
            (
                size,
                "#[non_exhaustive] pub struct Size { pub width: f64 }",
                &["!Size::width was `i64`, is `f64` now"],
            ),
            (
                size,
                "#[non_exhaustive] pub struct Size { pub width: i64, pub height: i64 }",
                &["Size::height is new"],
            ),
            (
                "pub struct Required { pub a: i64 }",
                "pub struct Required { pub a: i64, pub b: i64 }",
                &["!Required::b is new"],
            ),
            (
                "#[derive(Clone, Default)] pub struct A {}",
                "#[derive(Clone)] pub struct A {}",
                &["!A is no longer `Default`"],
            ),
            (
                "string_enum! { pub enum A { B = \"b\", C = \"c\" } }",
                "string_enum! { pub enum A { C = \"c\", D = \"d\" } }",
                &["!A::B is gone", "A::D is new"],
            ),
            (
                "string_enum! { pub enum A { B = \"b\" } }",
                "string_enum! { pub enum A { B = \"B\" } }",
                &["!A::B stood for `\"b\"`, stands for `\"B\"` now"],
            ),
            (
                "string_enum! { pub enum A { B = \"b\" } }",
                "open_string_enum! { pub enum A { B = \"b\" } }",
                &["!A was an enum of strings, is an open enum of strings now"],
            ),
            (
                "pub enum U { A(String) } union!(U { A: String });",
                "pub enum U { A(String) } union!(U { A });",
                &["!U is no longer made of `String` by `From`"],
            ),
            (
                "pub struct A {} impl A { pub fn new(text: impl Into<String>) -> Self { A {} } }",
                "pub struct A {} impl A { pub fn new(words: impl Into<String>) -> Self { A {} } }",
                &[
                    "!A::new was `(text: impl Into<String>)`, is `(words: impl Into<String>)` now; old calls still compile, and mean another field",
                ],
            ),
        ] {
            assert_eq!(told(old, new), expected, "{old}\n{new}");
        }
    }
}
