//! The error bodies of the service, in every shape in which they have been seen.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use super::ErrorName;

/// What an error body says: its code, its name and its words, as far as it has any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Fault {
    pub(crate) code: Option<i64>,
    /// What the service calls it. It explains a refusal; whether something *was* refused, the code
    /// and the status alone decide.
    pub(crate) name: Option<ErrorName>,
    pub(crate) words: Option<String>,
}

impl Fault {
    /// Reads a body that is known to be an error, or may be one.
    pub(crate) fn of(body: &Value) -> Self {
        let words = sentence(body);
        Self {
            code: code(body),
            name: ErrorName::of(body),
            words: (!words.is_empty()).then_some(words),
        }
    }

    /// The fault in a body that came with a status of success, if it is one: some errors
    /// arrive as HTTP 200.
    pub(crate) fn disguised(body: &Value) -> Option<Self> {
        let has = |key| body.get(key).is_some_and(|v| !v.is_null());
        (code(body).is_some() || has("error_message")).then(|| Self::of(body))
    }
}

/// The code of an error. Many APIs have a member `code`, so that counts only where it is one of this
/// service's (six digits, an HTTP error first), and only at the top.
fn code(body: &Value) -> Option<i64> {
    let service_code =
        |body: &Value| number(body.get("code")?).filter(|code| (400_000..600_000).contains(code));
    named_code(body).or_else(|| service_code(body))
}

fn named_code(value: &Value) -> Option<i64> {
    match value {
        Value::Array(items) => items.iter().find_map(named_code),
        Value::Object(map) => ["error_code", "errorCode"]
            .iter()
            .find_map(|key| number(map.get(*key)?))
            .or_else(|| named_code(map.get("error")?)),
        _ => None,
    }
}

fn number(value: &Value) -> Option<i64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    };
    // Zero is how some services spell "no error".
    number.filter(|n| *n != 0)
}

/// How much is kept of the words of an error, in bytes; more than is ever shown, because a URL has
/// to be whole to be recognised.
const LONGEST: usize = 8 * 1024;
/// How much of that one string may take.
const LONGEST_STRING: usize = 4 * 1024;
/// How many details are listed.
const MOST: usize = 20;
/// How deep details are looked for in details.
const DEEPEST: usize = 16;

/// The words of an error of any JSON shape, as one line; empty if it has none.
///
/// An error may hold a million details: what is read of it is bounded, and each part read once.
pub(crate) fn sentence(error: &Value) -> String {
    Words { left: LONGEST }.of(error, DEEPEST)
}

/// Reads words until there is no room left.
struct Words {
    left: usize,
}

impl Words {
    fn of(&mut self, error: &Value, depth: usize) -> String {
        if self.left == 0 || depth == 0 {
            return String::new();
        }
        match error {
            Value::Null => String::new(),
            Value::String(text) => self.cut(text.trim()),
            Value::Array(items) => self.of_items(items, depth - 1),
            Value::Object(map) => self.of_object(map, depth - 1),
            other => self.compact(other),
        }
    }

    fn of_items(&mut self, items: &[Value], depth: usize) -> String {
        let mut parts = Parts::default();
        for (index, item) in items.iter().enumerate() {
            if self.left == 0 || parts.list.len() == MOST {
                parts.add(format!("… and {} more", items.len() - index));
                break;
            }
            parts.add(self.of(item, depth));
        }
        parts.list.join("; ")
    }

    fn of_object(&mut self, map: &Map<String, Value>, depth: usize) -> String {
        let mut parts = Parts::default();
        for key in ["error_message", "message", "error", "msg", "reason"] {
            parts.add(map.get(key).map(|head| self.of(head, depth)).unwrap_or_default());
            if !parts.list.is_empty() {
                break;
            }
        }
        for key in ["detail", "details", "debugInfo"] {
            parts.add(map.get(key).map(|detail| self.of(detail, depth)).unwrap_or_default());
        }
        let words = parts.list.join("; ");
        match self.place(map) {
            _ if words.is_empty() && map.is_empty() => words,
            _ if words.is_empty() => self.compact(map),
            Some(place) => format!("{place}: {words}"),
            None => words,
        }
    }

    /// `body.num_images` of `{"loc": ["body", "num_images"], …}`.
    fn place(&mut self, map: &Map<String, Value>) -> Option<String> {
        let Value::Array(steps) = map.get("loc")? else {
            return None;
        };
        let steps: Vec<String> = steps.iter().take(MOST).map(|step| self.of(step, 1)).collect();
        (!steps.is_empty()).then(|| steps.join("."))
    }

    fn cut(&mut self, text: &str) -> String {
        let room = self.left.min(LONGEST_STRING);
        let mut end = room.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.left -= end;
        let cut = if end < text.len() { "…" } else { "" };
        format!("{}{cut}", &text[..end])
    }

    /// JSON as it is, or the beginning of it.
    fn compact(&mut self, json: &impl Serialize) -> String {
        let mut start = Start { bytes: Vec::new(), room: self.left.min(LONGEST_STRING) };
        // It ends with an error where there is no room left.
        let whole = serde_json::to_writer(&mut start, json).is_ok();
        self.left -= start.bytes.len();
        let text = String::from_utf8_lossy(&start.bytes);
        format!("{text}{}", if whole { "" } else { "…" })
    }
}

/// Words that are said once.
#[derive(Default)]
struct Parts {
    list: Vec<String>,
}

impl Parts {
    fn add(&mut self, part: String) {
        if !part.is_empty() && !self.list.contains(&part) {
            self.list.push(part);
        }
    }
}

/// The beginning of what is written.
struct Start {
    bytes: Vec<u8>,
    room: usize,
}

impl io::Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room - self.bytes.len();
        if room == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let taken = &bytes[..bytes.len().min(room)];
        self.bytes.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_known_shape_is_read() {
        let cases = [
            (
                json!({"error_code": 400_002, "error_message": "no balance"}),
                Some(400_002),
                "no balance",
            ),
            (
                json!({"error_code": "400004", "error_message": "bad token"}),
                Some(400_004),
                "bad token",
            ),
            (json!({"error_code": 0, "message": "fine"}), None, "fine"),
            (json!({"message": "m"}), None, "m"),
            (json!({"error": "e"}), None, "e"),
            (json!({"error": {"message": "deep", "error_code": 7}}), Some(7), "deep"),
            (json!({"detail": "d"}), None, "d"),
            (
                json!({"detail": [{"loc": ["body", "num_images"], "msg": "at most 4"}, {"loc": ["body", 1], "msg": "x"}]}),
                None,
                "body.num_images: at most 4; body.1: x",
            ),
            (
                json!({"error_code": 422_001, "error_message": "refused", "detail": [{"loc": ["a"], "msg": "b"}]}),
                Some(422_001),
                "refused; a: b",
            ),
            (
                json!([{"errorCode": 12, "error": "out of memory", "debugInfo": "node 7"}]),
                Some(12),
                "out of memory; node 7",
            ),
            (json!("just words"), None, "just words"),
            (json!({"odd": 1}), None, r#"{"odd":1}"#),
            (json!(17), None, "17"),
            (
                json!({"code": 400_004, "error": "UserAccountError"}),
                Some(400_004),
                "UserAccountError",
            ),
            (json!({"code": "400002", "message": "m"}), Some(400_002), "m"),
            (json!({"code": 400_002, "error_code": 400_004, "error": "e"}), Some(400_004), "e"),
            (json!({"code": 7, "message": "not a service code"}), None, "not a service code"),
            (json!({"code": 200_000, "message": "fine"}), None, "fine"),
            (json!({"error": {"code": 429_001, "message": "nested"}}), None, "nested"),
            (json!([{"code": 429_001, "message": "nested"}]), None, "nested"),
        ];
        for (body, code, words) in cases {
            let fault = Fault::of(&body);
            assert_eq!((fault.code, fault.words.as_deref()), (code, Some(words)), "{body}");
        }
        assert_eq!(Fault::of(&json!({})), Fault::default());
        assert_eq!(Fault::of(&Value::Null), Fault::default());
    }

    #[test]
    fn an_error_with_http_200_is_told_from_an_answer() {
        assert!(Fault::disguised(&json!({"error_code": 1, "error_message": "x"})).is_some());
        assert!(Fault::disguised(&json!({"error_message": "x"})).is_some());
        assert!(
            Fault::disguised(&json!({"request_id": "r", "status": "failed", "error": "x"}))
                .is_none()
        );
        assert!(Fault::disguised(&json!({"error_message": null, "status": "in_queue"})).is_none());
    }

    #[test]
    fn what_is_read_of_an_error_is_bounded() {
        let many: Vec<_> = (0..60_000).map(|n| json!({ "loc": [n], "msg": "wrong" })).collect();
        let mut deep = json!("deep");
        for level in 0..120 {
            deep = json!({ "error": format!("at {level}"), "detail": [deep.clone(), deep] });
            if level > 10 {
                deep = json!({ "detail": deep });
            }
            if level == 15 {
                break;
            }
        }
        let odd: Map<_, _> = (0..60_000).map(|n| (n.to_string(), json!(n))).collect();
        for error in [
            json!({ "detail": many }),
            json!(vec![Value::Null; 60_000]),
            deep,
            json!("é".repeat(1 << 20)),
            json!(vec!["x".repeat(3000); 50]),
            json!({ "message": "é".repeat(1 << 20), "detail": "y".repeat(1 << 20) }),
            Value::Object(odd),
        ] {
            let words = sentence(&error);
            assert!(words.len() < LONGEST + 1000, "{}", words.len());
        }
        let listed = sentence(&json!({ "detail": many }));
        assert!(listed.starts_with("0: wrong; 1: wrong; 2: wrong"), "{listed:.60}");
        assert!(listed.ends_with("… and 59980 more"), "{listed}");
    }
}
