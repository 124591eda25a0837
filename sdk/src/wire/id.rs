//! Request ids and model ids.

use serde::de::IgnoredAny;
use serde_json::Value;

/// Request ids are `[A-Za-z0-9_-]{1,128}`.
pub(crate) fn valid_request_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

/// Model ids are two to five segments of `[A-Za-z0-9_.-]+`, none of them `.` or `..`.
pub(crate) fn valid_model_id(id: &str) -> bool {
    (2..=5).contains(&id.split('/').count()) && id.split('/').all(valid_segment)
}

fn valid_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// The request that an answer names, at the top of its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Job(String),
    /// An id that cannot be used: cut in half, or of another form. There may be a job all the same.
    Odd,
    Nothing,
}

impl Named {
    /// Of a body, and what was read of it. An id is taken as it stands: a lenient reader might make
    /// another one of it, where a byte of it came to harm.
    pub(crate) fn of(body: &[u8], json: Option<&Value>) -> Self {
        if serde_json::from_slice::<IgnoredAny>(body).is_err()
            && let Some(named) = Self::salvaged(body)
        {
            return named;
        }
        match json {
            Some(json) => match json.get("request_id") {
                None | Some(Value::Null) => Self::Nothing,
                Some(Value::String(id)) => Self::id(id.as_bytes()),
                Some(_) => Self::Odd,
            },
            None => Self::Nothing,
        }
    }

    fn id(id: &[u8]) -> Self {
        match std::str::from_utf8(id) {
            Ok("") => Self::Nothing,
            Ok(id) if valid_request_id(id) => Self::Job(id.to_owned()),
            _ => Self::Odd,
        }
    }

    /// The same of a body that cannot be read as JSON: one that broke off, or that holds what JSON
    /// does not allow.
    ///
    /// It has to begin as a JSON object: what stands in a page or a script is somebody else's. Only a
    /// member `request_id` of that object counts, and only if its closing quote arrived: then the id
    /// is whole, and the paid job need not be given up for lost.
    fn salvaged(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        if !body.starts_with(b"{") {
            return None;
        }
        let mut strings = Strings { body, at: 0, open: Vec::new(), before: 0 };
        loop {
            let text = strings.next_string()?;
            if strings.is_key()
                && text == b"request_id"
                && let Some(value) = strings.value()
            {
                return Some(match value {
                    b'"' => strings.next_string().map_or(Self::Odd, Self::id),
                    b'n' => Self::Nothing,
                    _ => Self::Odd,
                });
            }
        }
    }
}

/// What is searched for an id that is not at the top, and how deep.
const MOST_VALUES: usize = 1000;
const DEEPEST: usize = 4;
const ID_KEYS: [&str; 4] = ["request_id", "requestId", "requestID", "request-id"];
/// An id in here may be that of a call that failed, or the caller's own.
const ELSE: [&str; 7] = ["error", "errors", "detail", "details", "debug", "input", "output"];

/// The one request that an answer names further down, in an envelope of any kind, or by an address
/// such as its `status_url`. Where it names two, nobody knows which of them is meant.
pub(crate) fn id_inside(answer: &Value) -> Option<&str> {
    let mut found = None;
    let mut left = vec![(answer, DEEPEST)];
    for _ in 0..MOST_VALUES {
        let Some((value, depth)) = left.pop() else { break };
        let id = match value {
            Value::String(text) => id_in_address(text),
            Value::Object(members) => {
                let id = ID_KEYS.iter().find_map(|key| members.get(*key)?.as_str());
                id.filter(|id| valid_request_id(id))
            }
            _ => None,
        };
        if id.is_some() && found.is_some_and(|found| Some(found) != id) {
            return None;
        }
        found = found.or(id);
        match value {
            _ if depth == 0 => {}
            Value::Array(items) => left.extend(items.iter().map(|item| (item, depth - 1))),
            Value::Object(members) => {
                let inside = members.iter().filter(|(key, _)| !ELSE.contains(&key.as_str()));
                left.extend(inside.map(|(_, value)| (value, depth - 1)));
            }
            _ => {}
        }
    }
    found
}

/// The request of an address such as `/v1/requests/r-1/status`, on whatever host.
pub(crate) fn id_in_address(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?;
    let (before, after) = path.split_once("/v1/requests/")?;
    let is_address = before.is_empty() || before.starts_with("http");
    let id = after.split('/').next()?;
    (is_address && valid_request_id(id)).then_some(id)
}

/// The string literals of a JSON object, or of the beginning of one.
struct Strings<'a> {
    body: &'a [u8],
    at: usize,
    /// The brackets that are open, and what stood before the last string.
    open: Vec<u8>,
    before: u8,
}

impl<'a> Strings<'a> {
    fn next_string(&mut self) -> Option<&'a [u8]> {
        loop {
            let byte = *self.body.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return self.rest_of_string(),
                b'{' | b'[' => self.open.push(byte),
                b'}' | b']' => {
                    // Brackets that do not match, or something after the object.
                    let opened = self.open.pop()?;
                    if (opened == b'{') != (byte == b'}') || self.open.is_empty() {
                        return None;
                    }
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                self.before = byte;
            }
        }
    }

    /// Whether the last string was the key of a member of the outermost object.
    fn is_key(&self) -> bool {
        self.open.len() == 1 && matches!(self.before, b'{' | b',')
    }

    fn rest_of_string(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        loop {
            match *self.body.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.body[start..self.at - 1]);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// The first byte of the value that follows a key, if a colon does.
    fn value(&self) -> Option<u8> {
        let rest = self.body.get(self.at..)?.trim_ascii_start().strip_prefix(b":")?;
        // Nothing of it has arrived: an id may have been on its way.
        Some(rest.trim_ascii_start().first().copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_checked() {
        let long = "a".repeat(128);
        for good in ["a", "0b9f-11_Z", &long] {
            assert!(valid_request_id(good), "{good}");
        }
        let too_long = "a".repeat(129);
        for bad in ["", "a b", "a/b", "a.b", "ä", "..", "a\n", &too_long] {
            assert!(!valid_request_id(bad), "{bad}");
        }
    }

    #[test]
    fn model_ids_are_checked() {
        for good in ["a/b", "google/nano-banana-2/text-to-image", "a/b/c/d/e", "A/b.1_c"] {
            assert!(valid_model_id(good), "{good}");
        }
        for bad in ["", "a", "a/b/c/d/e/f", "a//b", "/a/b", "a/b/", "a/..", "./a", "a/b?c", "a/b c"]
        {
            assert!(!valid_model_id(bad), "{bad}");
        }
    }

    #[test]
    fn an_id_is_salvaged_only_when_it_is_whole_and_at_the_top() {
        let job = || Named::Job("r-1".to_owned());
        let cases = [
            (r#"{"request_id":"r-1","status_url":"http"#, job()),
            (r#"{ "status_url" : "a\"b{" , "request_id" : "r-1" "#, job()),
            (r#"{"detail":[{"request_id":"x"}],"request_id":"r-1","#, job()),
            ("\u{feff}\n{\"cost\":NaN,\"request_id\":\"r-1\"}", job()),
            (r#"{"request_id":"r-1"#, Named::Odd),
            (r#"{"request_id":"#, Named::Odd),
            (r#"{"request_id":17,"a":"b"#, Named::Odd),
            (r#"{"request_id":"not an id","#, Named::Odd),
            (r#"{"request_id":null,"#, Named::Nothing),
            (r#"{"request_id":"","#, Named::Nothing),
            (r#"{"request_id""#, Named::Nothing),
            (r#"{"error":{"request_id":"r-1""#, Named::Nothing),
            (r#"{"message":"request_id","a":"r-1""#, Named::Nothing),
            (r#"{"message":"request_id":"r-1""#, Named::Nothing),
            (r#"{"a":["request_id":"r-1""#, Named::Nothing),
            (r#"{"a":1} {"request_id":"r-1""#, Named::Nothing),
            (r#"{"a":[1}, "request_id":"r-1""#, Named::Nothing),
            (r#"[{"request_id":"r-1""#, Named::Nothing),
            (r#"x{"request_id":"r-1""#, Named::Nothing),
            (r#"<script>{"request_id":"r-1"}</script>"#, Named::Nothing),
            ("<html>", Named::Nothing),
            ("", Named::Nothing),
        ];
        for (body, named) in cases {
            assert_eq!(Named::of(body.as_bytes(), None), named, "{body}");
        }
        let escaped = |id: &str| {
            let body = format!(r#"{{"request_id":"{id}"}}"#);
            Named::of(body.as_bytes(), Some(&serde_json::json!({ "request_id": "-1" })))
        };
        assert_eq!(escaped(r"\-1"), Named::Odd, "no JSON");
        assert_eq!(escaped(r"\u002d1"), Named::Job("-1".to_owned()));
    }

    #[test]
    fn an_id_further_down_is_found_if_it_is_the_only_one() {
        use serde_json::json;
        let status_url = "https://model-api.runcomfy.net/v1/requests/r-1/status?a=/v1/requests/x";
        let cases = [
            (json!({ "data": { "request_id": "r-1" } }), Some("r-1")),
            (json!([{ "request_id": "r-1" }]), Some("r-1")),
            (json!({ "requestId": "r-1" }), Some("r-1")),
            (json!({ "status_url": status_url }), Some("r-1")),
            (json!({ "links": { "result": "/v1/requests/r-1/result" } }), Some("r-1")),
            (json!({ "data": { "request_id": "r-1", "status_url": status_url } }), Some("r-1")),
            (json!({ "data": [{ "request_id": "r-1" }, { "request_id": "r-2" }] }), None),
            (json!({ "data": { "request_id": "r-2", "status_url": status_url } }), None),
            (json!({ "error": { "request_id": "r-1" } }), None),
            (json!({ "detail": [{ "request_id": "r-1" }] }), None),
            (json!({ "a": { "b": { "c": { "d": { "e": { "request_id": "r-1" } } } } } }), None),
            (json!({ "data": { "request_id": "r 1" } }), None),
            (json!({ "note": "see /v1/requests/r-1/status" }), None),
            (json!({ "status_url": "https://a/v1/requests/../x" }), None),
            (json!({ "id": "r-1" }), None),
            (json!("r-1"), None),
        ];
        for (answer, id) in cases {
            assert_eq!(id_inside(&answer), id, "{answer}");
        }
        let many: Vec<_> = (0..2_000_000).collect();
        assert_eq!(id_inside(&json!({ "a": many, "request_id": "r-1" })), Some("r-1"));
    }

    #[test]
    fn no_beginning_of_an_answer_names_another_job() {
        let body = r#"{"a\\":{"request_id":"x","b":["]}",{"c":1}]},"request_id":"r-1","d":"\"e"}"#;
        let whole = body.find("r-1").unwrap() + 4;
        for length in 0..body.len() {
            let named = Named::of(&body.as_bytes()[..length], None);
            let expected = if length >= whole {
                Named::Job("r-1".to_owned())
            } else {
                named_half(length, whole)
            };
            assert_eq!(named, expected, "{}", &body[..length]);
        }
    }

    /// From the colon after the key on, it is an id that was cut in half.
    fn named_half(length: usize, whole: usize) -> Named {
        if length + 5 >= whole { Named::Odd } else { Named::Nothing }
    }
}
