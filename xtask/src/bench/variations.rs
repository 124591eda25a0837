//! The seed model's schema in variations: as many models as are wanted, no two alike.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::put;
use crate::repository;

/// Writes the first `count` of them: `0.json`, `1.json`, …
pub(super) fn write(folder: &Path, count: usize) -> io::Result<()> {
    let seed = seed("input.json")?;
    (0..count).try_for_each(|index| {
        put(&folder.join(format!("{index}.json")), &vary(seed.clone(), index).to_string())
    })
}

/// One of the seed model's two schemas.
pub(super) fn seed(file: &str) -> io::Result<Value> {
    let folder = repository().join("schemas/google/nano-banana-2/text-to-image");
    serde_json::from_slice(&fs::read(folder.join(file))?).map_err(io::Error::other)
}

/// Other words, names, values and limits; of five, one is flat as the seed is, the others have a
/// nested object, a list of strings, a list of objects, a union.
pub(super) fn vary(mut schema: Value, index: usize) -> Value {
    schema["description"] = json!(format!("Makes images, in the manner of number {index}."));
    let properties = &mut schema["properties"];
    properties["num_images"]["maximum"] = json!(4 + index % 9);
    properties["num_images"]["description"] = json!(format!("At most {} images.", 4 + index % 9));
    properties["prompt"]["description"] = json!(format!("What number {index} should show."));
    for (property, least) in [("aspect_ratio", 4), ("resolution", 2), ("safety_tolerance", 3)] {
        if let Some(values) = properties[property]["enum"].as_array_mut() {
            values.truncate(values.len() - index % (values.len() - least + 1));
            // A default has to be one of the values.
            let first = values[0].clone();
            properties[property]["default"] = first;
        }
    }
    if let Some(properties) = properties.as_object_mut() {
        let seed = properties.remove("seed").unwrap_or_default();
        properties.insert(["seed", "noise_seed", "start_value"][index % 3].to_owned(), seed);
        properties.extend(more(index));
    }
    schema
}

fn more(index: usize) -> Option<(String, Value)> {
    let (name, schema) = match index % 5 {
        1 => (
            "camera",
            json!({
                "type": "object", "description": "Where the camera stands.", "required": ["angle"],
                "properties": {
                    "angle": {"type": "integer", "minimum": 0, "maximum": 359},
                    "lens": {"type": "string", "enum": ["wide", "normal", "tele"]},
                },
            }),
        ),
        2 => (
            "reference_urls",
            json!({
                "type": "array", "description": "Images to start from.", "minItems": 1,
                "maxItems": 3 + index % 7, "items": {"type": "string"},
            }),
        ),
        3 => (
            "regions",
            json!({
                "type": "array", "description": "What to show where.", "items": {
                    "type": "object", "title": "Region", "required": ["text", "weight"],
                    "properties": {
                        "text": {"type": "string", "maxLength": 100 + index % 50},
                        "weight": {"type": "number"},
                    },
                },
            }),
        ),
        4 => (
            "size",
            json!({
                "description": "A name for a size, or the size.", "oneOf": [
                    {"type": "string", "enum": ["small", "large"]},
                    {
                        "type": "object", "title": "Pixels", "required": ["width", "height"],
                        "properties": {
                            "width": {"type": "integer", "minimum": 64},
                            "height": {"type": "integer", "minimum": 64},
                        },
                    },
                ],
            }),
        ),
        _ => return None,
    };
    Some((name.to_owned(), schema))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use runcomfy_codegen::{Role, emit};

    use super::{seed, vary};

    #[test]
    fn no_two_of_five_hundred_are_alike_and_each_can_be_generated() {
        let seed = seed("input.json").expect("the seed is there");
        let texts: BTreeSet<_> =
            (0..500).map(|index| vary(seed.clone(), index).to_string()).collect();
        assert_eq!(texts.len(), 500);
        for text in texts.iter().take(20) {
            let module = emit("input.json", text, "Input", Role::Input).expect("it is a schema");
            assert!(module.untyped.is_empty(), "{:?}", module.untyped);
        }
    }
}
