//! YAML 1.2 as JSON text, by the core schema: `no`, `on` and dates are strings, numbers keep all of
//! their digits.

mod scalar;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, Tag};

use crate::digits;
use crate::source::MAX_BYTES;

/// What JSON may be nested, too.
const MAX_DEPTH: usize = 127;

/// How many members `<<` may copy.
const MAX_MERGED: usize = 100_000;

/// The JSON text of a YAML document, indented.
///
/// # Errors
///
/// One line on why there is none, with the line of the YAML.
pub(crate) fn json(text: &str) -> Result<String, String> {
    let mut builder = Builder::default();
    let mut end = Marker::new(0, 1, 0);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            located(error.info(), *error.marker()) + &tab(text).unwrap_or_default()
        })?;
        end = span.start;
        builder.event(event).map_err(|message| located(&message, end))?;
    }
    let Some(root) = builder.root else {
        return Err("is empty; expected a JSON Schema".to_owned());
    };
    let mut json = String::new();
    write(&root, &mut json).map_err(|()| located("its aliases make it longer than 16 MB", end))?;
    let value = digits::parse(&json).map_err(|error| located(&error.to_string(), end))?;
    Ok(digits::indented(&value) + "\n")
}

fn located(message: &str, at: Marker) -> String {
    format!("cannot be read as YAML: {message} at line {} column {}", at.line(), at.col() + 1)
}

/// The cure where a line is indented by a tab, which YAML does not allow.
fn tab(text: &str) -> Option<String> {
    let mut lines = text.lines().map(|line| &line[..line.len() - line.trim_start().len()]);
    let line = lines.position(|indent| indent.contains('\t'))? + 1;
    Some(format!("; line {line} is indented by a tab: use blanks"))
}

/// What an alias stands for is shared, not copied.
struct Node {
    kind: Kind,
    depth: usize,
}

enum Kind {
    /// JSON.
    Scalar(String),
    List(Vec<Rc<Node>>),
    Map(Vec<(String, Rc<Node>)>),
}

/// A list or a map that has not ended yet.
enum Open {
    List(Vec<Rc<Node>>),
    Map(Map),
}

#[derive(Default)]
struct Map {
    members: Vec<(String, Rc<Node>)>,
    keys: BTreeSet<String>,
    /// The key whose value comes next.
    key: Option<Key>,
    /// The values of `<<`.
    merged: Vec<Rc<Node>>,
}

enum Key {
    Name(String),
    Merge,
}

#[derive(Default)]
struct Builder {
    open: Vec<(Open, usize)>,
    anchors: BTreeMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
    members_merged: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref();
                if let Some((Open::Map(map), _)) = self.open.last_mut()
                    && map.key.is_none()
                {
                    return map.begin(&text, scalar::is_plain(style) && tag.is_none());
                }
                let json = scalar::json(&text, style, tag)?;
                self.end(Kind::Scalar(json), anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Open::List(Vec::new()), anchor, tag.as_deref(), "seq")
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(Open::Map(Map::default()), anchor, tag.as_deref(), "map")
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some((Open::List(items), anchor)) => self.end(Kind::List(items), anchor),
                Some((Open::Map(map), anchor)) => {
                    let members = self.merge(map)?;
                    self.end(Kind::Map(members), anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or("an alias refers to what it stands in")?;
                self.add(node)
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                Err("a second document begins; expected one".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        open: Open,
        anchor: usize,
        tag: Option<&Tag>,
        kind: &str,
    ) -> Result<(), String> {
        if let Some((Open::Map(Map { key: None, .. }), _)) = self.open.last() {
            return Err("a key is a list or a map; expected a string".to_owned());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(TOO_DEEP.to_owned());
        }
        if let Some(tag) = tag.filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == kind)) {
            return Err(scalar::unknown(tag));
        }
        self.open.push((open, anchor));
        Ok(())
    }

    fn end(&mut self, kind: Kind, anchor: usize) -> Result<(), String> {
        let depth = |node: &Rc<Node>| node.depth + 1;
        let depth = match &kind {
            Kind::Scalar(_) => None,
            Kind::List(items) => items.iter().map(depth).max(),
            Kind::Map(members) => members.iter().map(|(_, node)| depth(node)).max(),
        };
        let node = Rc::new(Node { kind, depth: depth.unwrap_or(1) });
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.add(node)
    }

    /// Adds a value to what it stands in.
    fn add(&mut self, node: Rc<Node>) -> Result<(), String> {
        // An alias may stand deeper than what it stands for.
        if node.depth + self.open.len() > MAX_DEPTH {
            return Err(TOO_DEEP.to_owned());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some((Open::List(items), _)) => items.push(node),
            Some((Open::Map(map), _)) => match map.key.take() {
                Some(Key::Name(name)) => map.members.push((name, node)),
                Some(Key::Merge) => map.merged.push(node),
                None => return Err("a key is an alias; expected a string".to_owned()),
            },
        }
        Ok(())
    }

    /// The members of a map, and those that `<<` takes over from others.
    fn merge(&mut self, map: Map) -> Result<Vec<(String, Rc<Node>)>, String> {
        let Map { mut members, mut keys, merged, .. } = map;
        for node in &merged {
            let sources = match &node.kind {
                Kind::List(items) => items.as_slice(),
                _ => std::slice::from_ref(node),
            };
            for source in sources {
                let Kind::Map(others) = &source.kind else {
                    return Err("`<<` takes over something that is not a map".to_owned());
                };
                self.members_merged += others.len();
                if self.members_merged > MAX_MERGED {
                    return Err("`<<` takes over too many members".to_owned());
                }
                let others = others.iter().filter(|(name, _)| keys.insert(name.clone()));
                members.extend(others.cloned());
            }
        }
        Ok(members)
    }
}

const TOO_DEEP: &str = "it is nested deeper than 127 levels";

impl Map {
    /// Takes the key of the next member: its text, whatever type it would have as a value.
    fn begin(&mut self, name: &str, is_plain: bool) -> Result<(), String> {
        if is_plain && name == "<<" {
            self.key = Some(Key::Merge);
            return Ok(());
        }
        if !self.keys.insert(name.to_owned()) {
            return Err(format!("the key `{name}` stands there twice"));
        }
        self.key = Some(Key::Name(name.to_owned()));
        Ok(())
    }
}

/// JSON on one line.
fn write(node: &Node, json: &mut String) -> Result<(), ()> {
    match &node.kind {
        Kind::Scalar(scalar) => json.push_str(scalar),
        Kind::List(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                json.push_str(if index == 0 { "" } else { "," });
                write(item, json)?;
            }
            json.push(']');
        }
        Kind::Map(members) => {
            json.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                json.push_str(if index == 0 { "" } else { "," });
                json.push_str(&format!("{}:", serde_json::Value::from(name.as_str())));
                write(member, json)?;
            }
            json.push('}');
        }
    }
    if json.len() > MAX_BYTES { Err(()) } else { Ok(()) }
}
