//! What a keyword means that another draft, or another meta-schema, gives another meaning.

use serde_json::{Map, Value, json};

use crate::Draft;

/// What the document's meta-schema makes assertions of.
#[derive(Debug, PartialEq)]
pub(super) struct Vocabularies {
    /// `minimum` and its like.
    pub(super) validation: bool,
    /// `format`, too.
    pub(super) format: bool,
}

impl Vocabularies {
    pub(super) fn of(document: &Value, load: &dyn Fn(&str) -> Option<String>) -> Self {
        let meta = document.get("$schema").and_then(Value::as_str).and_then(load);
        let meta = meta.and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let known = meta.as_ref().and_then(|meta| meta.get("$vocabulary")?.as_object());
        let Some(known) = known else { return Self { validation: true, format: false } };
        let has = |end: &str| known.iter().find(|(uri, _)| uri.ends_with(end));
        // Whoever knows this vocabulary asserts by it, though it may not be required; that of 2019-09
        // speaks of annotations unless it is.
        let is_required = has("2019-09/vocab/format").is_some_and(|(_, required)| required == true);
        Self {
            validation: has("/vocab/validation").is_some(),
            format: has("/vocab/format-assertion").is_some() || is_required,
        }
    }
}

/// Takes the keywords out that the draft does not know yet: to it they say nothing.
pub(super) fn take_unknown(schema: &mut Map<String, Value>, draft: Draft) -> Vec<&'static str> {
    let unknown = SINCE.iter().filter(|(_, since)| draft < *since).map(|(key, _)| *key);
    unknown.filter(|key| schema.shift_remove(*key).is_some()).collect()
}

/// The first drafts of the keywords that draft 4 did not have.
const SINCE: &[(&str, Draft)] = &[
    ("const", Draft::Draft6),
    ("contains", Draft::Draft6),
    ("propertyNames", Draft::Draft6),
    ("if", Draft::Draft7),
    ("then", Draft::Draft7),
    ("else", Draft::Draft7),
    ("dependentRequired", Draft::Draft2019),
    ("dependentSchemas", Draft::Draft2019),
    ("maxContains", Draft::Draft2019),
    ("minContains", Draft::Draft2019),
    ("unevaluatedItems", Draft::Draft2019),
    ("unevaluatedProperties", Draft::Draft2019),
    ("prefixItems", Draft::Draft2020),
];

/// Makes assertions of `format`, and of what draft 7 says of content, as far as the draft knows the words.
pub(super) fn assert_formats(schema: &mut Map<String, Value>, draft: Draft) {
    // What stands beside such a reference is not looked at.
    if draft.ref_stands_alone() && schema.contains_key("$ref") {
        return;
    }
    let word = |key: &str| schema.get(key).and_then(Value::as_str);
    let format = word("format").and_then(|format| {
        FORMATS.iter().find(|(known, since)| *known == format && *since <= draft)
    });
    let is_of_content = draft == Draft::Draft7;
    let encoding = word("contentEncoding").filter(|word| is_of_content && *word == "base64");
    let media_type =
        word("contentMediaType").filter(|word| is_of_content && *word == "application/json");
    let content =
        (encoding.is_some() || media_type.is_some()).then(|| json!([encoding, media_type]));
    if let Some((format, _)) = format {
        // From draft 7 on the hyphens of a host's name tell whether it stands for one in Unicode.
        let is_older = *format == "hostname" && draft < Draft::Draft7;
        let format = if is_older { "rfc1123-hostname" } else { format };
        schema.insert("$format".to_owned(), json!(format));
    }
    if let Some(content) = content {
        schema.insert("$content".to_owned(), content);
    }
}

/// The formats and their first drafts.
const FORMATS: &[(&str, Draft)] = &[
    ("date-time", Draft::Draft4),
    ("email", Draft::Draft4),
    ("hostname", Draft::Draft4),
    ("ipv4", Draft::Draft4),
    ("ipv6", Draft::Draft4),
    ("uri", Draft::Draft4),
    ("json-pointer", Draft::Draft6),
    ("uri-reference", Draft::Draft6),
    ("uri-template", Draft::Draft6),
    ("date", Draft::Draft7),
    ("idn-email", Draft::Draft7),
    ("idn-hostname", Draft::Draft7),
    ("iri", Draft::Draft7),
    ("iri-reference", Draft::Draft7),
    ("regex", Draft::Draft7),
    ("relative-json-pointer", Draft::Draft7),
    ("time", Draft::Draft7),
    ("duration", Draft::Draft2019),
    ("uuid", Draft::Draft2019),
];

/// Whether a keyword belongs to the vocabulary of assertions.
pub(super) fn is_of_validation(key: &str) -> bool {
    VALIDATION.contains(&key)
}

const VALIDATION: &[&str] = &[
    "const",
    "dependentRequired",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "type",
    "uniqueItems",
];

/// The `contains` of 2019-09 evaluates no items. Nor does `not` in 2020-12, which says the same
/// when it is said twice.
pub(super) fn contains_without_evaluating(schema: &mut Map<String, Value>) {
    let mut inner = Map::new();
    for key in ["contains", "minContains", "maxContains"] {
        if let Some(value) = schema.shift_remove(key) {
            inner.insert(key.to_owned(), value);
        }
    }
    let branch = json!({ "not": { "not": inner } });
    match schema.entry("allOf").or_insert_with(|| json!([])) {
        Value::Array(branches) => branches.push(branch),
        other => *other = json!([branch]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Vocabularies, assert_formats, take_unknown};
    use crate::Draft;

    #[test]
    fn a_meta_schema_says_what_asserts() {
        let load = |uri: &str| {
            let (vocabulary, required) =
                uri.strip_prefix("m:")?.split_once('=').unwrap_or((uri, ""));
            match vocabulary {
                "silent" => Some("{}".to_owned()),
                "broken" => Some("{".to_owned()),
                known => Some(json!({"$vocabulary": {known: required == "true"}}).to_string()),
            }
        };
        for (schema, validation, format) in [
            (json!({"$schema": "m:/vocab/core=true"}), false, false),
            (json!({"$schema": "m:/vocab/validation=true"}), true, false),
            (json!({"$schema": "m:/vocab/format-assertion=true"}), false, true),
            (json!({"$schema": "m:/vocab/format-assertion=false"}), false, true),
            (json!({"$schema": "m:/vocab/format-annotation=true"}), false, false),
            (json!({"$schema": "m:2019-09/vocab/format=true"}), false, true),
            (json!({"$schema": "m:2019-09/vocab/format=false"}), false, false),
            (json!({"$schema": "m:silent="}), true, false),
            (json!({"$schema": "m:broken="}), true, false),
            (json!({"$schema": "n:unknown"}), true, false),
            (json!({"$schema": 1}), true, false),
            (json!({}), true, false),
            (json!(true), true, false),
        ] {
            let expected = Vocabularies { validation, format };
            assert_eq!(Vocabularies::of(&schema, &load), expected, "{schema}");
        }
    }

    #[test]
    fn a_draft_asserts_what_it_knows() {
        let object = |value: Value| value.as_object().cloned().expect("an object");
        for (draft, schema, asserted) in [
            (Draft::Draft7, json!({"format": "date"}), json!({"$format": "date"})),
            (Draft::Draft6, json!({"format": "date"}), json!({})),
            (Draft::Draft7, json!({"format": "uuid"}), json!({})),
            (Draft::Draft7, json!({"format": "hostname"}), json!({"$format": "hostname"})),
            (Draft::Draft6, json!({"format": "hostname"}), json!({"$format": "rfc1123-hostname"})),
            (Draft::Draft2020, json!({"format": "image_uri"}), json!({})),
            (Draft::Draft7, json!({"format": "date", "$ref": "#"}), json!({})),
            (Draft::Draft2020, json!({"format": "date", "$ref": "#"}), json!({"$format": "date"})),
            (
                Draft::Draft7,
                json!({"contentEncoding": "base64"}),
                json!({"$content": ["base64", null]}),
            ),
            (Draft::Draft2020, json!({"contentEncoding": "base64"}), json!({})),
            (Draft::Draft7, json!({"contentMediaType": "image/png"}), json!({})),
        ] {
            let mut all = object(schema.clone());
            assert_formats(&mut all, draft);
            all.retain(|key, _| key == "$format" || key == "$content");
            assert_eq!(all, object(asserted), "{draft}: {schema}");
        }
        let mut schema = object(json!({"prefixItems": [], "const": 1, "title": ""}));
        assert_eq!(take_unknown(&mut schema, Draft::Draft7), ["prefixItems"]);
        assert_eq!(schema.len(), 2);
        assert_eq!(take_unknown(&mut schema, Draft::Draft2020), [""; 0]);
    }
}
