//! The error bodies of the service, in every shape in which they have been seen.

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

/// The words of an error of any JSON shape, as one line; empty if it has none.
pub(crate) fn sentence(error: &Value) -> String {
    match error {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => joined(items.iter().map(sentence)),
        Value::Object(map) => of_object(map),
        other => other.to_string(),
    }
}

fn of_object(map: &Map<String, Value>) -> String {
    let head = ["error_message", "message", "error", "msg", "reason"]
        .iter()
        .filter_map(|key| map.get(*key))
        .map(sentence)
        .find(|words| !words.is_empty());
    let details =
        ["detail", "details", "debugInfo"].iter().filter_map(|key| map.get(*key)).map(sentence);
    let words = joined(head.into_iter().chain(details));
    match place(map) {
        _ if words.is_empty() => compact(map),
        Some(place) => format!("{place}: {words}"),
        None => words,
    }
}

/// `body.num_images` of `{"loc": ["body", "num_images"], …}`.
fn place(map: &Map<String, Value>) -> Option<String> {
    let Value::Array(steps) = map.get("loc")? else {
        return None;
    };
    let steps: Vec<String> = steps.iter().map(sentence).collect();
    (!steps.is_empty()).then(|| steps.join("."))
}

fn compact(map: &Map<String, Value>) -> String {
    if map.is_empty() { String::new() } else { Value::Object(map.clone()).to_string() }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let mut out: Vec<String> = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        if !out.contains(&part) {
            out.push(part);
        }
    }
    out.join("; ")
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
}
