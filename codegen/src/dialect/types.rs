//! Words for types that are not JSON Schema's.

use serde_json::{Value, json};

use super::{Object, media};
use crate::error::Remarks;

/// `float`, `String`, `bool` … are other languages' words for JSON Schema's types; `image`, `video`,
/// `audio` and `file` are media, which are sent as URLs.
pub(super) fn words(object: &mut Object, at: &str, remarks: &mut Remarks) {
    let at = format!("{at}/type");
    let (listed, is_list) = match object.get("type") {
        None => return,
        Some(Value::Null) => {
            object.remove("type");
            return;
        }
        Some(Value::String(word)) => (vec![word.clone()], false),
        Some(Value::Array(words)) if !words.is_empty() && words.iter().all(Value::is_string) => {
            (words.iter().filter_map(Value::as_str).map(str::to_owned).collect(), true)
        }
        // In old drafts a type may be a schema; no publisher uses it.
        Some(other) => {
            let what = if other.is_array() { "no list of types" } else { "no type" };
            let message = format!("`{other}` is {what} of JSON Schema; any type is allowed");
            remarks.note(&at, message);
            object.remove("type");
            return;
        }
    };
    if let Some(unknown) = listed.iter().find(|word| standard(word).is_none()) {
        remarks.note(&at, format!("`{unknown}` is no type of JSON Schema; any type is allowed"));
        object.remove("type");
        return;
    }
    for word in &listed {
        match (medium(word), standard(word)) {
            (Some(medium), _) => {
                remarks.note(&at, format!("`{word}` is read as `string`, the URL of {medium}"));
            }
            (None, Some(standard)) if word != standard => {
                remarks.note(&at, format!("`{word}` is read as `{standard}`"));
            }
            _ => {}
        }
    }
    format_of_media(object, &listed);
    let mut words: Vec<Value> = Vec::new();
    for word in listed.iter().filter_map(|word| standard(word)) {
        // A string that is a medium, or another one, is a string.
        if word != "string" || !words.contains(&json!(word)) {
            words.push(json!(word));
        }
    }
    let words = match words.as_slice() {
        [one] if !is_list || listed.len() > 1 => one.clone(),
        _ => Value::Array(words),
    };
    object.insert("type".to_owned(), words);
}

/// A schema whose strings are all one kind of medium has the format of that.
fn format_of_media(object: &mut Object, words: &[String]) {
    let strings = words.iter().filter(|word| standard(word) == Some("string"));
    let mut formats: Vec<_> = strings.map(|word| format(word)).collect();
    formats.dedup();
    let [Some(format)] = formats.as_slice() else { return };
    let own = object.get("format").and_then(Value::as_str).unwrap_or_default();
    if media(own).is_none() {
        object.insert("format".to_owned(), json!(format));
    }
}

/// The word of JSON Schema that a word stands for.
pub(crate) fn standard(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "string" | "str" | "text" => "string",
        "integer" | "int" | "int32" | "int64" | "long" => "integer",
        "number" | "float" | "double" | "decimal" | "float32" | "float64" => "number",
        "boolean" | "bool" => "boolean",
        "array" | "list" => "array",
        "object" | "dict" | "map" => "object",
        "null" | "none" => "null",
        _ => return format(word).map(|_| "string"),
    })
}

/// The medium that a word names, in a sentence.
fn medium(word: &str) -> Option<&'static str> {
    Some(match format(word)? {
        "image_uri" => "an image",
        "video_uri" => "a video",
        "audio_uri" => "an audio file",
        _ => "a file",
    })
}

/// The format of strings that are URLs of a medium.
fn format(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase().replace(['-', ' '], "_");
    let word =
        ["_url", "_uri", "_file"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(&word);
    Some(match word {
        "image" => "image_uri",
        "video" => "video_uri",
        "audio" => "audio_uri",
        "file" => "uri",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::words;
    use crate::error::Remarks;

    /// What becomes of a schema, and the notes that say so.
    fn standard(mut schema: Value) -> (Value, Vec<String>) {
        let mut remarks = Remarks::new("x.json");
        words(schema.as_object_mut().unwrap(), "", &mut remarks);
        (schema, remarks.notes.into_iter().map(|note| note.message).collect())
    }

    #[test]
    fn media_are_urls() {
        for (word, format, medium) in [
            ("image", "image_uri", "an image"),
            ("Image", "image_uri", "an image"),
            ("image_url", "image_uri", "an image"),
            ("video", "video_uri", "a video"),
            ("audio", "audio_uri", "an audio file"),
            ("file", "uri", "a file"),
        ] {
            let (schema, notes) = standard(json!({"type": word}));
            assert_eq!(schema, json!({"type": "string", "format": format}));
            assert_eq!(notes, [format!("`{word}` is read as `string`, the URL of {medium}")]);
        }
    }

    #[test]
    fn media_in_lists_are_urls_where_all_strings_are_that_medium() {
        for (ty, standard_ty, format) in [
            (json!(["image", "null"]), json!(["string", "null"]), json!("image_uri")),
            (json!(["image", "array"]), json!(["string", "array"]), json!("image_uri")),
            (json!(["string", "image"]), json!("string"), Value::Null),
            (json!(["image", "video"]), json!("string"), Value::Null),
            (json!(["file"]), json!(["string"]), json!("uri")),
        ] {
            let (schema, _) = standard(json!({"type": ty}));
            assert_eq!((&schema["type"], &schema["format"]), (&standard_ty, &format), "{ty}");
        }
    }

    #[test]
    fn a_format_of_the_same_kind_stays() {
        let (schema, _) = standard(json!({"type": "image", "format": "image_uri_with_mask"}));
        assert_eq!(schema["format"], "image_uri_with_mask");
        let (schema, _) = standard(json!({"type": "image", "format": "uri"}));
        assert_eq!(schema["format"], "image_uri");
    }

    #[test]
    fn other_words_allow_any_type() {
        for ty in [json!("thing"), json!(["string", "thing"]), json!([]), json!({}), json!([1])] {
            let (schema, notes) = standard(json!({"type": ty}));
            assert_eq!(schema, json!({}));
            assert_eq!(notes.len(), 1, "{notes:?}");
        }
        let words = json!(["str", "int", "Float", "bool", "list", "dict", "None"]);
        let (schema, notes) = standard(json!({"type": words}));
        let all = ["string", "integer", "number", "boolean", "array", "object", "null"];
        assert_eq!(schema["type"], json!(all));
        assert_eq!(notes.len(), 7);
    }
}
