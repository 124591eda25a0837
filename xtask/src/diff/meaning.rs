//! Whether two schemas say the same, without asking what they accept.

use serde_json::Value;

use super::document::asserts;

/// Whether two closed schemas say the same, but for words that refuse nothing and for order.
pub(super) fn alike(old: &Value, new: &Value) -> bool {
    let definitions = |schema: &Value| schema.get("$defs").map(named);
    meaning(old) == meaning(new) && definitions(old) == definitions(new)
}

fn meaning(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let said = members.iter().filter(|(key, _)| asserts(key));
            let said = said.map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("properties" | "patternProperties" | "dependentSchemas", value) => {
                        named(value)
                    }
                    ("enum" | "required", Value::Array(values)) => {
                        let mut values = values.clone();
                        values.sort_by_key(Value::to_string);
                        Value::Array(values)
                    }
                    ("const", value) => value.clone(),
                    (_, value) => meaning(value),
                };
                (key.clone(), value)
            });
            said.collect()
        }
        Value::Array(values) => values.iter().map(meaning).collect(),
        value => value.clone(),
    }
}

fn named(schemas: &Value) -> Value {
    let schemas = schemas.as_object().into_iter().flatten();
    schemas.map(|(name, schema)| (name.clone(), meaning(schema))).collect()
}
