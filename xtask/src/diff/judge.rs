//! What one schema accepts and another refuses: proved by algebra, shown by an instance.

use std::sync::mpsc;
use std::time::Duration;

use jsonschema::canonical::{self, CanonicalSchema, Containment, Satisfiability};
use serde_json::Value;

use crate::instances::Instances;
use crate::oracle::{Oracle, Verdict};

/// What `reader` refuses of all that `sender` accepts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lost {
    /// Nothing: it is proved.
    Nothing,
    /// Nothing that was found, and nothing is proved.
    Unfound,
    /// This, for one.
    Shown(Value),
    /// Something, by the algebra; no instance of it was found.
    Unshown,
    /// The schemas cannot be judged, for this reason.
    Unjudged(String),
}

/// The algebra takes seconds on the worst schemas; then instances decide alone.
const PATIENCE: Duration = Duration::from_secs(2);
const STACK: usize = 256 << 20;

/// Holds two closed schemas against each other.
pub(crate) fn lost(sender: &Value, reader: &Value) -> Lost {
    let judges = Oracle::new(sender).and_then(|sender| Ok((sender, Oracle::new(reader)?)));
    let (sends, reads) = match judges {
        Ok(judges) => judges,
        Err(reason) => return Lost::Unjudged(reason),
    };
    let shows = |instance: &Value| {
        sends.judge(instance) == Verdict::Accepted && reads.judge(instance) == Verdict::Refused
    };
    let (containment, difference) = in_time(sender, reader);
    // What the algebra has proved is still tried on a few: it calls itself experimental.
    let tries = if containment == Containment::Yes { 50 } else { 1500 };
    let of_difference = difference.iter().flat_map(|schema| some(schema, 100));
    let of_sender = some(sender, tries);
    let of_reader = some(reader, tries / 4);
    match of_difference.chain(of_sender).chain(of_reader).find(shows) {
        Some(instance) => Lost::Shown(shrunk(instance, &shows)),
        None => match containment {
            Containment::Yes => Lost::Nothing,
            Containment::No => Lost::Unshown,
            Containment::Unknown => Lost::Unfound,
        },
    }
}

fn some(schema: &Value, count: usize) -> impl Iterator<Item = Value> {
    let mut instances = Instances::new(schema, 1);
    (0..count).map(move |index| if index % 4 == 3 { instances.any() } else { instances.valid() })
}

/// What the algebra says within its time: whether all that is sent is read, and a schema of what is
/// not.
fn in_time(sender: &Value, reader: &Value) -> (Containment, Option<Value>) {
    let (tell, hear) = mpsc::channel();
    let (sender, reader) = (sender.clone(), reader.clone());
    let judge = move || {
        let judged = algebra(&sender, &reader).unwrap_or((Containment::Unknown, None));
        let _ = tell.send(judged);
    };
    // It cannot be stopped; a thread that is late is left behind. It goes as deep as the schema.
    let started = std::thread::Builder::new().stack_size(STACK).spawn(judge);
    if started.is_err() {
        return (Containment::Unknown, None);
    }
    hear.recv_timeout(PATIENCE).unwrap_or((Containment::Unknown, None))
}

fn algebra(
    sender: &Value,
    reader: &Value,
) -> Result<(Containment, Option<Value>), jsonschema::CanonicalizationError> {
    let (sender, reader) = (canonical(sender)?, canonical(reader)?);
    let difference = sender.subtract(&reader).ok();
    let left = difference.as_ref().map(CanonicalSchema::satisfiability);
    let containment = match left {
        Some(Satisfiability::No) => Containment::Yes,
        Some(Satisfiability::Yes) => Containment::No,
        _ => reader.covers(&sender)?,
    };
    Ok((containment, difference.map(|difference| difference.to_json_schema())))
}

fn canonical(schema: &Value) -> Result<CanonicalSchema, jsonschema::CanonicalizationError> {
    let options = canonical::options().with_draft(jsonschema::Draft::Draft202012);
    options.should_validate_formats(false).offline().canonicalize(schema)
}

/// The same instance without what it does not need.
pub(super) fn shrunk(mut instance: Value, shows: &dyn Fn(&Value) -> bool) -> Value {
    // Each round takes one thing away, so it ends.
    while let Some(smaller) = smaller(&instance).into_iter().find(|smaller| shows(smaller)) {
        instance = smaller;
    }
    instance
}

/// Every instance that is one step smaller.
fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(members) => {
            let without = members.keys().map(|key| {
                let mut fewer = members.clone();
                fewer.shift_remove(key);
                Value::Object(fewer)
            });
            let within = members.iter().flat_map(|(key, member)| {
                smaller(member).into_iter().map(move |smaller| {
                    let mut members = members.clone();
                    members.insert(key.clone(), smaller);
                    Value::Object(members)
                })
            });
            without.chain(within).collect()
        }
        Value::Array(items) => {
            let without = (0..items.len()).map(|index| {
                let mut fewer = items.clone();
                fewer.remove(index);
                Value::Array(fewer)
            });
            let within = items.iter().enumerate().flat_map(|(index, item)| {
                smaller(item).into_iter().map(move |smaller| {
                    let mut items = items.clone();
                    items[index] = smaller;
                    Value::Array(items)
                })
            });
            without.chain(within).collect()
        }
        Value::String(text) if text.chars().count() > 1 => {
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            let mut shorter = text.clone();
            shorter.pop();
            // What can be read is better than what happens to be short.
            let mut all = vec![Value::from(half), Value::from(shorter)];
            if !text.is_ascii() {
                all.insert(0, Value::from("a".repeat(text.chars().count())));
            }
            all
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Lost, lost};

    #[test]
    fn what_is_lost_is_shown() {
        for (sender, reader, shown) in [
            (json!({"type": "integer"}), json!({"type": "number"}), false),
            (json!({"type": "number"}), json!({"type": "integer"}), true),
            (
                json!({"type": "integer", "maximum": 4}),
                json!({"type": "integer", "maximum": 2}),
                true,
            ),
            (json!({"enum": ["a", "b"]}), json!({"enum": ["b", "a", "c"]}), false),
            (json!({"enum": ["a", "b"]}), json!({"enum": ["b"]}), true),
            (
                json!({"type": ["string", "null"]}),
                json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
                false,
            ),
            (
                json!({"type": "string", "maxLength": 2000}),
                json!({"type": "string", "maxLength": 1000}),
                true,
            ),
            (
                json!({"type": "array", "items": {"type": "string"}}),
                json!({"type": "array", "items": {"type": "string"}, "maxItems": 3}),
                true,
            ),
        ] {
            let lost = lost(&sender, &reader);
            assert_eq!(matches!(lost, Lost::Shown(_)), shown, "{sender} {reader}: {lost:?}");
        }
    }

    #[test]
    fn what_is_shown_is_small() {
        let sender = json!({"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer", "minimum": 0}}});
        let reader = json!({"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer", "minimum": 1}}});
        assert_eq!(lost(&sender, &reader), Lost::Shown(json!({"n": 0})));
    }

    #[test]
    fn a_schema_that_holds_itself_is_judged() {
        let tree = |limit: Value| {
            json!({"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {
                "value": {"type": "integer", "maximum": limit},
                "left": {"$ref": "#/$defs/tree"},
            }}}})
        };
        assert!(matches!(lost(&tree(json!(4)), &tree(json!(2))), Lost::Shown(_)));
        let wider = lost(&tree(json!(2)), &tree(json!(4)));
        assert!(matches!(wider, Lost::Nothing | Lost::Unfound), "{wider:?}");
    }
}
