//! Two schemas of one input, field by field.
//!
//! It weighs the keywords of the catalog's dialect one by one; whatever else differs is told as a
//! change that may break.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::FieldChange;
use super::dialect::{
    DEEPEST, Document, WEIGHED, limit, listed, meaning, members, required, types, values,
    without_null,
};

pub(super) fn compare(compiled: &Value, live: &Value) -> Vec<FieldChange> {
    let (compiled, live) = (Document::of(compiled), Document::of(live));
    let mut comparison = Comparison { compiled, live, changes: Vec::new() };
    comparison.schema("", compiled.root, live.root, 0);
    comparison.changes
}

struct Comparison<'a> {
    compiled: Document<'a>,
    live: Document<'a>,
    changes: Vec<FieldChange>,
}

impl<'a> Comparison<'a> {
    fn schema(&mut self, field: &str, old: &'a Value, new: &'a Value, depth: usize) {
        let (old, new) = (self.compiled.resolve(old), self.live.resolve(new));
        if depth > DEEPEST || old == new {
            return;
        }
        let (old, old_null) = without_null(old);
        let (new, new_null) = without_null(new);
        let (old, new) = (self.compiled.resolve(old), self.live.resolve(new));
        if old_null != new_null {
            let what = if new_null { "may be null now" } else { "may no longer be null" };
            self.note(field, !new_null, what.to_owned());
        }
        self.types(field, old, new);
        self.values(field, old, new);
        self.limits(field, old, new);
        self.format(field, old, new);
        self.properties(field, old, new, depth);
        self.items(field, old, new, depth);
        self.rest(field, old, new);
    }

    fn note(&mut self, field: &str, breaking: bool, what: String) {
        self.changes.push(FieldChange { field: field.to_owned(), what, breaking });
    }

    fn types(&mut self, field: &str, old: &Value, new: &Value) {
        let (was, is) = (types(old), types(new));
        let takes = |is: &BTreeSet<String>, one: &String| {
            is.is_empty() || is.contains(one) || (one == "integer" && is.contains("number"))
        };
        if was == is {
            return;
        }
        let breaking = if was.is_empty() { true } else { !was.iter().all(|one| takes(&is, one)) };
        let words = |types: &BTreeSet<String>| match types.len() {
            0 => "anything".to_owned(),
            _ => types.iter().map(String::as_str).collect::<Vec<_>>().join(" or "),
        };
        self.note(field, breaking, format!("is {} now, and was {}", words(&is), words(&was)));
    }

    fn values(&mut self, field: &str, old: &Value, new: &Value) {
        match (values(old), values(new)) {
            (None, None) => {}
            (None, Some(_)) => self.note(field, true, "takes only listed values now".to_owned()),
            (Some(_), None) => self.note(field, false, "takes values of every kind now".to_owned()),
            (Some(was), Some(is)) => {
                let gone: Vec<_> = was.iter().filter(|value| !is.contains(value)).collect();
                let more: Vec<_> = is.iter().filter(|value| !was.contains(value)).collect();
                if !gone.is_empty() {
                    self.note(field, true, format!("no longer takes {}", listed(&gone)));
                }
                if !more.is_empty() {
                    self.note(field, false, format!("takes {} as well", listed(&more)));
                }
            }
        }
    }

    fn limits(&mut self, field: &str, old: &Value, new: &Value) {
        let lower = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
        let upper = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];
        for keyword in lower.into_iter().chain(upper) {
            let (was, is) = (limit(old, keyword), limit(new, keyword));
            if was == is {
                continue;
            }
            let tightens = match (was, is) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(was), Some(is)) => (is > was) == lower.contains(&keyword),
            };
            let said = |limit: Option<f64>| limit.map_or("none".to_owned(), |n| n.to_string());
            let what = format!("has the {keyword} {}, and had {}", said(is), said(was));
            self.note(field, tightens, what);
        }
    }

    fn format(&mut self, field: &str, old: &Value, new: &Value) {
        let format =
            |schema: &Value| schema.get("format").and_then(Value::as_str).map(str::to_owned);
        let (was, is) = (format(old), format(new));
        if was == is {
            return;
        }
        let said = |format: &Option<String>| format.clone().unwrap_or_else(|| "none".to_owned());
        let what = format!("has the format {}, and had {}", said(&is), said(&was));
        self.note(field, was.is_some() && is.is_some(), what);
    }

    fn properties(&mut self, field: &str, old: &'a Value, new: &'a Value, depth: usize) {
        let (was, is) = (members(old), members(new));
        let (needed, needs) = (required(old), required(new));
        let names: BTreeSet<&String> =
            was.into_iter().chain(is).flat_map(Map::keys).chain(&needed).chain(&needs).collect();
        for name in names {
            let place = format!("{field}/{}", name.replace('~', "~0").replace('/', "~1"));
            let (before, after) = (was.and_then(|m| m.get(name)), is.and_then(|m| m.get(name)));
            let now_needed = needs.contains(name) && !needed.contains(name);
            match (before, after) {
                (Some(_), None) => self.note(&place, true, "is gone".to_owned()),
                (None, Some(_)) if now_needed => {
                    self.note(&place, true, "is new and required".to_owned());
                }
                (None, Some(_)) => self.note(&place, false, "is new".to_owned()),
                _ if now_needed => self.note(&place, true, "is required now".to_owned()),
                _ if needed.contains(name) && !needs.contains(name) => {
                    self.note(&place, false, "is no longer required".to_owned());
                }
                _ => {}
            }
            if let (Some(before), Some(after)) = (before, after) {
                self.schema(&place, before, after, depth + 1);
            }
        }
    }

    fn items(&mut self, field: &str, old: &'a Value, new: &'a Value, depth: usize) {
        let place = format!("{field}/*");
        match (old.get("items"), new.get("items")) {
            (Some(was), Some(is)) => self.schema(&place, was, is, depth + 1),
            // The dialect leaves it out where the format tells.
            (None, Some(_)) if old.get("format").is_none() => {
                self.note(&place, true, "is restricted now".to_owned());
            }
            _ => {}
        }
    }

    /// Keywords that nobody weighs here.
    fn rest(&mut self, field: &str, old: &Value, new: &Value) {
        let other = |schema: &Value| -> Map<String, Value> {
            let members = schema.as_object().cloned().unwrap_or_default();
            members.into_iter().filter(|(key, _)| !WEIGHED.contains(&key.as_str())).collect()
        };
        let (was, is) = (other(old), other(new));
        for key in was.keys().chain(is.keys().filter(|key| !was.contains_key(*key))) {
            if key.starts_with("x-") || meaning(was.get(key)) == meaning(is.get(key)) {
                continue;
            }
            self.note(field, is.contains_key(key), format!("has another `{key}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(compiled: &Value, live: &Value) -> Vec<String> {
        compare(compiled, live).iter().map(ToString::to_string).collect()
    }

    fn field(old: &Value, new: &Value) -> Vec<String> {
        let object = |schema| json!({ "type": "object", "properties": { "f": schema } });
        told(&object(old), &object(new))
    }

    #[test]
    fn what_decides_nothing_is_no_change() {
        let compiled = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object", "required": ["a", "b"],
            "properties": {
                "a": { "type": "string", "title": "A", "enum": ["x", "y"] },
                "b": { "type": ["number", "null"], "description": "how much" },
                "c": { "type": "array", "items": { "$ref": "#/$defs/C" } },
            },
            "$defs": { "C": { "type": "object", "properties": { "d": { "type": "integer" } } } },
        });
        let live = json!({ "input": {
            "required": ["b", "a"],
            "properties": {
                "c": { "type": "array", "items":
                    { "properties": { "d": { "type": "Integer", "default": 3 } } } },
                "b": { "anyOf": [{ "type": "float" }, { "type": "null" }] },
                "a": { "type": "string", "enum": ["y", "x"], "description": "which" },
            },
        } });
        assert_eq!(told(&compiled, &live), [""; 0]);
    }

    #[test]
    fn each_change_is_told_with_its_weight() {
        let cases = [
            (
                json!({"type": "integer"}),
                json!({"type": "number"}),
                "/f is number now, and was integer",
            ),
            (
                json!({"type": "number"}),
                json!({"type": "integer"}),
                "breaking: /f is integer now, and was number",
            ),
            (
                json!({"enum": ["a", "b"]}),
                json!({"enum": ["a"]}),
                r#"breaking: /f no longer takes "b""#,
            ),
            (json!({"enum": ["a"]}), json!({"enum": ["a", 3]}), "/f takes 3 as well"),
            (
                json!({"type": "string"}),
                json!({"type": "string", "enum": ["a"]}),
                "breaking: /f takes only listed values now",
            ),
            (json!({"maximum": 4}), json!({"maximum": 8}), "/f has the maximum 8, and had 4"),
            (
                json!({"maximum": 4}),
                json!({"maximum": "2"}),
                "breaking: /f has the maximum 2, and had 4",
            ),
            (
                json!({"minimum": 1}),
                json!({"minimum": 2}),
                "breaking: /f has the minimum 2, and had 1",
            ),
            (json!({}), json!({"maxLength": 9}), "breaking: /f has the maxLength 9, and had none"),
            (json!({"minItems": 1}), json!({}), "/f has the minItems none, and had 1"),
            (json!({"nullable": true}), json!({}), "breaking: /f may no longer be null"),
            (json!({}), json!({"type": ["string", "null"], "x-order": 1}), "/f may be null now"),
            (
                json!({"format": "image_uri"}),
                json!({"format": "video_uri"}),
                "breaking: /f has the format video_uri, and had image_uri",
            ),
            (json!({}), json!({"pattern": "^a"}), "breaking: /f has another `pattern`"),
            (json!({"pattern": "^a"}), json!({}), "/f has another `pattern`"),
            (
                json!({"items": {"type": "string"}}),
                json!({"items": {"type": "string", "minLength": 1}}),
                "breaking: /f/* has the minLength 1, and had none",
            ),
            (
                json!({"properties": {"a/b": {}}}),
                json!({"properties": {}}),
                "breaking: /f/a~1b is gone",
            ),
        ];
        for (old, new, expected) in cases {
            let told = field(&old, &new);
            assert!(told.iter().any(|change| change == expected), "{old} {new}: {told:?}");
        }
    }

    #[test]
    fn fields_come_and_go() {
        let old = json!({ "properties": { "a": {}, "b": {}, "c": {} }, "required": ["b"] });
        let new =
            json!({ "properties": { "b": {}, "c": {}, "d": {}, "e": {} }, "required": ["c", "e"] });
        let expected = [
            "breaking: /a is gone",
            "/b is no longer required",
            "breaking: /c is required now",
            "/d is new",
            "breaking: /e is new and required",
        ];
        assert_eq!(told(&old, &new), expected);
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let tree = |limit: u8| {
            json!({ "$ref": "#/$defs/T", "$defs": { "T": {
                "properties": { "n": { "maximum": limit }, "t": { "$ref": "#/$defs/T" } } } } })
        };
        assert!(told(&tree(3), &tree(4)).len() > 1);
        assert_eq!(told(&json!({ "$ref": "#" }), &json!({ "$ref": "#", "title": "x" })), [""; 0]);
    }
}
