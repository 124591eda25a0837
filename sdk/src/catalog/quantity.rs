//! Quantities as inputs and schemas spell them: numbers, text, choices.

use serde_json::Value;

/// A number that counts something: 4, `"4"`.
pub(super) fn count(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite() && *number > 0.0)
}

/// A duration in the unit of its property, or in seconds: 5, `"5"`, `"5s"`, `"5 seconds"`.
pub(super) fn seconds(value: &Value) -> Option<f64> {
    let Value::String(text) = value else { return count(value) };
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let scale = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "ms" => 0.001,
        "m" | "min" | "minute" | "minutes" => 60.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some(number * scale).filter(|number| number.is_finite() && *number > 0.0)
}

/// Million pixels of `"1024x768"` or `{"width": 1024, "height": 768}`.
pub(super) fn pixels(value: &Value) -> Option<f64> {
    let sides = match value {
        Value::String(text) => {
            let (width, height) = text.split_once(['x', 'X', '*', '×'])?;
            (width.trim().parse().ok()?, height.trim().parse().ok()?)
        }
        Value::Object(map) => (count(map.get("width")?)?, count(map.get("height")?)?),
        _ => return None,
    };
    let (width, height): (f64, f64) = sides;
    Some(width * height / 1e6).filter(|pixels| pixels.is_finite() && *pixels > 0.0)
}

/// The most that a property may be, by its schema.
pub(super) fn most(schema: &Value, read: fn(&Value) -> Option<f64>) -> Option<f64> {
    let listed = schema.get("enum").and_then(Value::as_array);
    let constant = schema.get("const");
    let listed = listed.into_iter().flatten().chain(constant).filter_map(read).reduce(f64::max);
    let limit = ["maximum", "exclusiveMaximum"].iter().find_map(|key| read(schema.get(key)?));
    let any = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    listed.or(limit).or_else(|| any.filter_map(|schema| most(schema, read)).reduce(f64::max))
}
