//! Keys that an object of JSON has twice: readers keep one of the two, and say nothing.

use std::collections::BTreeSet;

use crate::dialect::escape;
use crate::digits::string_len;

/// What a value stands in.
enum Level {
    List(usize),
    /// The keys so far; the last one, until the next member begins.
    Object(BTreeSet<String>, Option<String>),
}

/// The places of all members whose key was there before, in text that is JSON.
pub(super) fn places(json: &str) -> Vec<String> {
    let mut places = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut at = 0;
    while let Some(byte) = json.as_bytes().get(at) {
        let mut length = 1;
        match byte {
            b'{' => levels.push(Level::Object(BTreeSet::new(), None)),
            b'[' => levels.push(Level::List(0)),
            b'}' | b']' => drop(levels.pop()),
            b',' => match levels.last_mut() {
                Some(Level::List(index)) => *index += 1,
                Some(Level::Object(_, key)) => *key = None,
                None => {}
            },
            b'"' => {
                length = string_len(&json[at..]);
                if let Some(Level::Object(keys, key @ None)) = levels.last_mut() {
                    let name: String =
                        serde_json::from_str(&json[at..at + length]).unwrap_or_default();
                    *key = Some(name.clone());
                    if !keys.insert(name) {
                        places.push(pointer(&levels));
                    }
                }
            }
            _ => {}
        }
        at += length;
    }
    places
}

fn pointer(levels: &[Level]) -> String {
    let steps = levels.iter().map(|level| match level {
        Level::List(index) => format!("/{index}"),
        Level::Object(_, key) => format!("/{}", escape(key.as_deref().unwrap_or_default())),
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn every_key_that_comes_again_has_its_place() {
        for (json, expected) in [
            ("{}", &[][..]),
            (r#"{"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]}"#, &[]),
            (r#"{"a": "a", "b": "a\"", "c": ["a", "a"]}"#, &[]),
            (r#"{"a": 1, "a": 2}"#, &["/a"]),
            (r#"{"a": 1, "\u0061": 2, "a": 3}"#, &["/a", "/a"]),
            (
                r#"[{"é": {"b/c": 1, "b/c": {"d": 1, "d": 2}}}, {"x": 1}]"#,
                &["/0/é/b~1c", "/0/é/b~1c/d"],
            ),
            (r#""a""#, &[]),
        ] {
            assert_eq!(places(json), expected, "{json}");
        }
    }
}
