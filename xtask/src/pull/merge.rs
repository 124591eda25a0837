//! A schema as the catalog has it, with what was written by hand.

use serde_json::{Map, Value};

/// What people write, and the catalog may leave out.
const PROSE: [&str; 2] = ["title", "description"];

/// The live schema with the prose of the present one where it has none, and in the present one's
/// order where both have something.
pub(super) fn merged(present: &Value, live: &Value) -> Value {
    match (present, live) {
        (Value::Object(present), Value::Object(live)) => Value::Object(objects(present, live)),
        (Value::Array(present), Value::Array(live)) if present.len() == live.len() => {
            present.iter().zip(live).map(|(present, live)| merged(present, live)).collect()
        }
        _ => live.clone(),
    }
}

fn objects(present: &Map<String, Value>, live: &Map<String, Value>) -> Map<String, Value> {
    let mut all = Map::new();
    for (key, old) in present {
        match live.get(key).filter(|live| !is_empty_prose(key, live)) {
            Some(live) => all.insert(key.clone(), merged(old, live)),
            None if PROSE.contains(&&**key) && old.is_string() => {
                all.insert(key.clone(), old.clone())
            }
            None => None,
        };
    }
    for (key, value) in live.iter().filter(|(key, value)| !is_empty_prose(key, value)) {
        all.entry(key.clone()).or_insert_with(|| value.clone());
    }
    all
}

/// Prose without words, which says as much as none.
fn is_empty_prose(key: &str, value: &Value) -> bool {
    PROSE.contains(&key) && value.as_str().is_some_and(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_stays_where_the_catalog_has_none() {
        let present = json!({
            "title": "Ours", "type": "object",
            "properties": {
                "title": { "type": "string", "description": "by hand" },
                "b": { "type": "string", "title": "B", "default": "x" },
                "gone": {},
            },
            "deprecated": true,
        });
        let live = json!({
            "properties": {
                "b": { "title": " ", "type": "string", "description": "theirs", "default": "" },
                "new": { "description": "" },
                "title": { "type": "integer" },
            },
            "type": "object",
        });
        let expected = r#"{"title":"Ours","type":"object","properties":{"title":{"type":"integer","description":"by hand"},"b":{"type":"string","title":"B","default":"","description":"theirs"},"new":{"description":""}}}"#;
        assert_eq!(merged(&present, &live).to_string(), expected);
        assert_eq!(merged(&merged(&present, &live), &live), merged(&present, &live));
    }
}
