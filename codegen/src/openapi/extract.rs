//! A schema of a document as a document of its own, with all that it refers to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::operation::Placed;
use crate::dialect::escape;
use crate::error::Remarks;

type Object = Map<String, Value>;

/// The schema, and in `$defs` what it refers to. `at` is the place of the OpenAPI document in its file.
pub(super) fn standalone(
    document: &Value,
    placed: &Placed,
    at: &str,
    remarks: &mut Remarks,
) -> Object {
    let mut extract = Extract {
        document,
        at,
        remarks,
        names: BTreeMap::new(),
        taken: BTreeSet::new(),
        queue: VecDeque::new(),
    };
    // What is nothing but a reference gives way to what it refers to.
    let Placed { schema: root, at: place } = placed.followed(document);
    let mut schema = match extract.schema(&root, &place) {
        Value::Object(schema) => schema,
        other => Map::from_iter([("allOf".to_owned(), Value::Array(vec![other]))]),
    };
    let mut definitions = Map::new();
    while let Some((pointer, name)) = extract.queue.pop_front() {
        if let Some(target) = document.pointer(&pointer) {
            definitions.insert(name, extract.schema(target, &pointer));
        }
    }
    definitions.sort_keys();
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

/// The pointer of a reference within the document.
pub(super) fn pointer(reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#')?;
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    is_pointer.then(|| crate::bundle::percent_decoded(pointer))
}

struct Extract<'a> {
    document: &'a Value,
    at: &'a str,
    remarks: &'a mut Remarks,
    /// The name of each definition, by the pointer of what it was.
    names: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    queue: VecDeque<(String, String)>,
}

impl Extract<'_> {
    /// A schema whose references lead into `$defs`.
    fn schema(&mut self, schema: &Value, at: &str) -> Value {
        let object = match schema {
            Value::Object(object) => object,
            Value::Array(schemas) => {
                let schemas = schemas.iter().enumerate();
                let schemas =
                    schemas.map(|(index, item)| self.schema(item, &format!("{at}/{index}")));
                return Value::Array(schemas.collect());
            }
            other => return other.clone(),
        };
        let mut read = Map::new();
        for (key, value) in object {
            let at = format!("{at}/{}", escape(key));
            let (key, value) = match (key.as_str(), value) {
                ("$ref", Value::String(target)) => {
                    (key.clone(), self.reference(target, &at).into())
                }
                ("x-nullable", value) => ("nullable".to_owned(), value.clone()),
                ("discriminator", Value::Object(_)) => (key.clone(), self.mapped(value, &at)),
                (key_of_data, value) if is_data(key_of_data) => (key.clone(), value.clone()),
                (
                    "properties" | "patternProperties" | "$defs" | "definitions"
                    | "dependentSchemas",
                    Value::Object(members),
                ) => {
                    let members = members.iter().map(|(name, member)| {
                        let at = format!("{at}/{}", escape(name));
                        (name.clone(), self.schema(member, &at))
                    });
                    (key.clone(), Value::Object(members.collect()))
                }
                (_, value) => (key.clone(), self.schema(value, &at)),
            };
            read.insert(key, value);
        }
        Value::Object(read)
    }

    /// The new target of a reference.
    fn reference(&mut self, target: &str, at: &str) -> String {
        let found = pointer(target).filter(|pointer| self.document.pointer(pointer).is_some());
        let Some(pointer) = found else {
            let why = if target.starts_with('#') {
                "refers to nothing in this document"
            } else {
                "is outside this document: put what it refers to into `components`"
            };
            self.remarks.fault(&format!("{}{at}", self.at), format!("`{target}` {why}"));
            return target.to_owned();
        };
        let name = match self.names.get(&pointer) {
            Some(name) => name.clone(),
            None => self.name(pointer),
        };
        format!("#/$defs/{}", escape(&name))
    }

    /// Names a definition for the last step of its pointer, and puts it into the queue.
    fn name(&mut self, pointer: String) -> String {
        let last = pointer.rsplit('/').next().unwrap_or_default();
        let last = last.replace("~1", "/").replace("~0", "~");
        let last = if last.is_empty() { "Root".to_owned() } else { last };
        let numbers = (2..).map(|number| format!("{last}{number}"));
        let mut names = std::iter::once(last.clone()).chain(numbers);
        let name = names.find(|name| self.taken.insert(name.clone())).unwrap_or(last);
        self.names.insert(pointer.clone(), name.clone());
        self.queue.push_back((pointer, name.clone()));
        name
    }

    /// A discriminator, which may refer to schemas by their places.
    fn mapped(&mut self, discriminator: &Value, at: &str) -> Value {
        let mut discriminator = discriminator.clone();
        for (value, target) in discriminator["mapping"].as_object_mut().into_iter().flatten() {
            if let Value::String(target) = target
                && target.starts_with('#')
            {
                *target = self.reference(target, &format!("{at}/mapping/{}", escape(value)));
            }
        }
        discriminator
    }
}

/// Whether a keyword holds values, in which nothing refers.
fn is_data(key: &str) -> bool {
    matches!(key, "const" | "default" | "enum" | "example" | "examples") || key.starts_with("x-")
}
