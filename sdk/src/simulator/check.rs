//! Inputs, checked by the independent `jsonschema` crate.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A schema that is compiled when it is first needed: a catalog of 1,500 models starts at once.
#[derive(Debug)]
pub(super) struct Check {
    schema: Value,
    compiled: OnceLock<Result<Validator, String>>,
}

impl Check {
    pub(super) fn new(schema: Value) -> Self {
        Self { schema, compiled: OnceLock::new() }
    }

    /// The schema that is checked.
    pub(super) fn schema(&self) -> &Value {
        &self.schema
    }

    /// What is wrong with `input`: one `{"loc": […], "msg": "…"}` for each fault.
    ///
    /// An `Err` says why the schema itself cannot be used.
    pub(super) fn faults(&self, input: &Value) -> Result<Vec<Value>, &str> {
        let compiled = self.compiled.get_or_init(|| {
            jsonschema::options()
                .should_validate_formats(false)
                .build(&self.schema)
                .map_err(|error| error.to_string())
        });
        match compiled {
            Ok(validator) => Ok(validator.iter_errors(input).flat_map(|e| faults(&e)).collect()),
            Err(reason) => Err(reason),
        }
    }
}

/// A missing or unexpected key is a fault at the key, not at the object around it.
fn faults(error: &ValidationError<'_>) -> Vec<Value> {
    let path = error.instance_path().as_str();
    let at = |path: &str, message: String| json!({ "loc": location(path), "msg": message });
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            vec![at(&join(path, key), "field required".to_owned())]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|key| at(&join(path, key), "extra fields not permitted".to_owned()))
            .collect(),
        _ => vec![at(path, error.to_string())],
    }
}

fn join(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// A JSON pointer as the service writes it: `["body", "images", 0]`.
fn location(pointer: &str) -> Vec<Value> {
    let steps = pointer.split('/').skip(1).map(|step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        match step.parse::<u64>() {
            Ok(index) => json!(index),
            Err(_) => json!(step),
        }
    });
    std::iter::once(json!("body")).chain(steps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_listed_with_its_path() {
        let check = Check::new(json!({
            "type": "object",
            "properties": {
                "n": { "type": "integer", "maximum": 4 },
                "tags": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["prompt"],
            "additionalProperties": false,
        }));
        let faults = check.faults(&json!({ "n": 9, "tags": ["a", 1], "x": 0 }));
        let mut places: Vec<String> =
            faults.unwrap().iter().map(|fault| fault["loc"].to_string()).collect();
        places.sort();
        assert_eq!(
            places,
            [r#"["body","n"]"#, r#"["body","prompt"]"#, r#"["body","tags",1]"#, r#"["body","x"]"#,]
        );
    }

    #[test]
    fn media_formats_and_dangling_references_do_not_break_it() {
        let media = Check::new(json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": { "image_urls": { "type": "array", "format": "image_uris" } },
        }));
        assert_eq!(media.faults(&json!({ "image_urls": ["x"] })), Ok(vec![]));
        let dangling = Check::new(json!({ "$ref": "#/$defs/Nowhere" }));
        assert!(dangling.faults(&json!({})).is_err());
    }
}
