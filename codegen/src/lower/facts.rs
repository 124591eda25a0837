//! What the docs say of a type or a field: its prose, then one line of facts.

use serde_json::Value;

use crate::docs::{code, prose};
use crate::schema::Object;

/// The title and the description.
pub(crate) fn describe(object: &Object) -> Vec<String> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(prose).unwrap_or_default();
    let (mut lines, description) = (text("title"), text("description"));
    if let [title] = lines.as_mut_slice()
        && !title.ends_with(['.', '!', '?', ':', '。'])
    {
        title.push('.');
    }
    if description.is_empty() || lines == description {
        return lines;
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(description);
    lines
}

/// The description, or else the title, and the facts.
pub(crate) fn describe_field(schema: &Value) -> Vec<String> {
    let Value::Object(object) = schema else {
        return Vec::new();
    };
    let text = |key: &str| {
        object.get(key).and_then(Value::as_str).map(prose).filter(|lines| !lines.is_empty())
    };
    let mut lines = text("description").or_else(|| text("title")).unwrap_or_default();
    let facts = facts(object);
    if !facts.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(facts.join(" "));
    }
    lines
}

/// `Default `1`. From 1 to 4.`
fn facts(object: &Object) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(default) = object.get("default").and_then(short) {
        facts.push(format!("Default {default}."));
    }
    if let Some(values) = object.get("enum").and_then(Value::as_array)
        && values.len() <= 24
    {
        let values: Vec<_> = values.iter().filter_map(short).collect();
        facts.push(match values.as_slice() {
            [one] => format!("Only {one}."),
            many => format!("One of {}.", many.join(", ")),
        });
    }
    facts.extend(range(object, "minimum", "maximum", ""));
    for (key, words) in [
        ("exclusiveMinimum", "Above"),
        ("exclusiveMaximum", "Below"),
        ("multipleOf", "A multiple of"),
    ] {
        if let Some(limit) = object.get(key).filter(|limit| limit.is_number()) {
            facts.push(format!("{words} {limit}."));
        }
    }
    facts.extend(range(object, "minLength", "maxLength", " characters"));
    facts.extend(range(object, "minItems", "maxItems", " items"));
    if let Some(pattern) = object.get("pattern").and_then(Value::as_str) {
        facts.push(format!("Matches {}.", code(pattern)));
    }
    for validation in object.get("validations").and_then(Value::as_array).into_iter().flatten() {
        facts.extend(media_limit(validation));
    }
    facts
}

fn range(object: &Object, low: &str, high: &str, unit: &str) -> Option<String> {
    let number = |key: &str| object.get(key).filter(|limit| limit.is_number());
    let low = number(low).filter(|low| unit.is_empty() || low.as_u64() != Some(0));
    match (low, number(high)) {
        (Some(low), Some(high)) => Some(format!("From {low} to {high}{unit}.")),
        (Some(low), None) => Some(format!("At least {low}{unit}.")),
        (None, Some(high)) => Some(format!("At most {high}{unit}.")),
        (None, None) => None,
    }
}

/// `{"validation_rule": "file_size_mb<", "validation_value": 30}`.
fn media_limit(validation: &Value) -> Option<String> {
    let value = validation.get("validation_value")?;
    let rule = validation.get("validation_rule")?.as_str()?;
    Some(match rule {
        "file_size_mb<" => format!("Each file below {value} MB."),
        "width/height>" => format!("Width over height above {value}."),
        "width/height<" => format!("Width over height below {value}."),
        "width_pixels>" => format!("Wider than {value} pixels."),
        "height_pixels>" => format!("Higher than {value} pixels."),
        rule => format!("Must keep {} {value}.", code(rule)),
    })
}

/// A value in backticks, if it is short enough for a line.
fn short(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.chars().count() <= 120 => Some(code(text)),
        Value::String(_) | Value::Null => None,
        value => {
            let text = value.to_string();
            (text.chars().count() <= 120).then(|| code(&text))
        }
    }
}
