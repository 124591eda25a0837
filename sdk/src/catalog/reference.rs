//! Reference media: videos and audio in an input, whose length the service may bill.
//!
//! Known of two models (a reference-to-video one bills the seconds of its clips on top of the
//! output's, a talking head those of the audio), said by no schema. So any video or audio counts,
//! and so does a URL that does not show what it is. Images do not: no model is known to bill them.

use serde_json::{Map, Value};

use super::asked::{Asked, plain};

const IMAGES: &[&str] =
    &["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "heif", "svg"];
const VIDEOS_AND_AUDIO: &[&str] = &[
    "mp4", "mov", "webm", "mkv", "avi", "m4v", "mpg", "mpeg", "ts", "wmv", "flv", "3gp", "mp3",
    "wav", "m4a", "aac", "ogg", "oga", "opus", "flac", "aiff", "wma",
];
/// Words in the names of properties that hold other URLs than those of videos and audio.
const OTHERS: &[&str] = &[
    "image", "img", "picture", "photo", "frame", "mask", "lora", "webhook", "callback", "logo",
    "face", "avatar", "style", "font",
];
/// Longer than any word or name; shorter than any medium in base64.
const BASE64: usize = 256;

/// What a property holds, by its schema or its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    VideoOrAudio,
    Other,
    Anything,
}

/// The place of a medium that may be billed, as a JSON pointer; of an unknown input, that of a
/// property that may hold one.
pub(super) fn billed(asked: &Asked<'_>) -> Option<String> {
    match asked.input() {
        Some(input) => find(input, &|name| {
            let schema = asked.properties().find(|(of, _)| *of == name);
            schema.map_or(Holds::Anything, |(_, schema)| Holds::by_schema(schema))
        }),
        None => asked
            .properties()
            .find(|(name, schema)| match Holds::by_schema(schema) {
                Holds::Anything => Holds::by_name(name) == Holds::VideoOrAudio && is_text(schema),
                holds => holds == Holds::VideoOrAudio,
            })
            .map(|(name, _)| format!("/{name}")),
    }
}

fn find(object: &Map<String, Value>, by_schema: &dyn Fn(&str) -> Holds) -> Option<String> {
    object.iter().find_map(|(name, value)| {
        let holds = match by_schema(name) {
            Holds::Anything => Holds::by_name(name),
            holds => holds,
        };
        let inside = in_value(value, holds)?;
        Some(format!("/{name}{inside}"))
    })
}

fn in_value(value: &Value, holds: Holds) -> Option<String> {
    match value {
        Value::String(text) => is_billed(text, holds).then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(place, item)| {
            let inside = in_value(item, holds)?;
            Some(format!("/{place}{inside}"))
        }),
        // What an object holds, its members say; where they do not, the name above them.
        Value::Object(members) => find(members, &|name| match Holds::by_name(name) {
            Holds::Anything => holds,
            own => own,
        }),
        _ => None,
    }
}

fn is_billed(text: &str, holds: Holds) -> bool {
    let text = text.trim_start();
    if let Some(data) = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        let rest = &text[data.len()..];
        let is = |kind: &str| rest.get(..kind.len()).is_some_and(|r| r.eq_ignore_ascii_case(kind));
        return match holds {
            Holds::VideoOrAudio => !is("image/"),
            Holds::Other => is("video/") || is("audio/"),
            Holds::Anything => !is("image/") && !is("text/"),
        };
    }
    let head = text.get(..text.len().min(16)).unwrap_or(text);
    let is_url = head.contains("://") && !text.trim_end().contains(char::is_whitespace);
    if !is_url {
        let is_base64 = text.len() > BASE64 && !text.contains(char::is_whitespace);
        return holds == Holds::VideoOrAudio && is_base64;
    }
    match extension(text) {
        Some(end) if VIDEOS_AND_AUDIO.contains(&&*end) => true,
        Some(end) if IMAGES.contains(&&*end) => false,
        _ => holds != Holds::Other && !is_known_other(text),
    }
}

/// The end of the path's last segment: `mp4`.
fn extension(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let (_, end) = path.rsplit('/').next()?.rsplit_once('.')?;
    (end.len() <= 5).then(|| end.to_ascii_lowercase())
}

fn is_known_other(url: &str) -> bool {
    let others =
        ["safetensors", "ckpt", "pt", "pth", "bin", "json", "txt", "srt", "vtt", "zip", "html"];
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit_once('.').is_some_and(|(_, end)| others.iter().any(|o| o.eq_ignore_ascii_case(end)))
}

impl Holds {
    fn by_name(name: &str) -> Self {
        let name = plain(name);
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if has(&["video", "audio", "voice", "speech", "music", "sound", "clip"]) {
            Self::VideoOrAudio
        } else if has(OTHERS) {
            Self::Other
        } else {
            Self::Anything
        }
    }

    /// By the format of a schema, or of its items.
    fn by_schema(schema: &Value) -> Self {
        let format = |schema: &Value| schema.get("format").and_then(Value::as_str).map(plain);
        let inside = || schema.get("items").and_then(format);
        match format(schema).or_else(inside) {
            Some(format) if format.starts_with("video") || format.starts_with("audio") => {
                Self::VideoOrAudio
            }
            Some(format) if format.starts_with("image") => Self::Other,
            _ => Self::Anything,
        }
    }
}

/// Whether a schema allows a free text, or a list of them: not a switch, not a choice.
fn is_text(schema: &Value) -> bool {
    let of_type = |word: &str| match schema.get("type") {
        Some(Value::String(one)) => one == word,
        Some(Value::Array(all)) => all.iter().any(|one| one == word),
        _ => true,
    };
    schema.get("enum").is_none() && (of_type("string") || of_type("array"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place(input: &Value, schema: Option<&Value>) -> Option<String> {
        billed(&Asked::new(Some(input), schema))
    }

    #[test]
    fn videos_and_audio_are_found_wherever_they_are() {
        let long = "A".repeat(400);
        let cases = [
            (json!({"videos": ["https://a/1.mp4"]}), Some("/videos/0")),
            (json!({"reference_video_urls": ["https://a/x"]}), Some("/reference_video_urls/0")),
            (
                json!({"image_url": "https://a/1.png", "audio_url": "https://a/1"}),
                Some("/audio_url"),
            ),
            (json!({"source": "https://a/1.MP4?sig=x"}), Some("/source")),
            (json!({"media_url": "https://a/1"}), Some("/media_url")),
            (json!({"audio": "data:audio/wav;base64,AAAA"}), Some("/audio")),
            (json!({"image": "data:video/mp4;base64,AAAA"}), Some("/image")),
            (json!({"audio": long}), Some("/audio")),
            (
                json!({"elements": [{"video": {"url": "https://a/1"}}]}),
                Some("/elements/0/video/url"),
            ),
            (json!({"video": "gs://bucket/1"}), Some("/video")),
            (json!({"image_url": "https://a/1"}), None),
            (json!({"images": ["https://a/1.png", "data:image/png;base64,AAAA"]}), None),
            (json!({"reference": "https://a/1.jpg"}), None),
            (json!({"first_frame": "https://a/1"}), None),
            (json!({"lora": {"path": "https://a/1.safetensors"}}), None),
            (json!({"loras": [{"path": "https://a/1", "scale": 1}]}), None),
            (json!({"generate_audio": true, "audio_setting": "origin", "voice": "alice"}), None),
            (json!({"prompt": "a video like https://a/1.mp4, at night"}), None),
            (json!({"prompt": "https"}), None),
            (json!({"video_url": null, "audios": []}), None),
            (json!({"video_url": ""}), None),
        ];
        for (input, expected) in cases {
            assert_eq!(place(&input, None).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn the_schema_knows_better_than_the_name() {
        let schema = json!({ "properties": {
            "clip": { "type": "string", "format": "image_uri" },
            "frames": { "type": "array", "format": "video_uris" },
            "speakers": { "type": "array", "items": { "type": "string", "format": "audio_uri" } },
        }});
        let cases = [
            (json!({"clip": "https://a/1"}), None),
            (json!({"frames": ["https://a/1"]}), Some("/frames/0")),
            (json!({"speakers": ["https://a/1"]}), Some("/speakers/0")),
        ];
        for (input, expected) in cases {
            assert_eq!(place(&input, Some(&schema)).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn an_unknown_input_may_have_whatever_the_schema_allows() {
        let of = |properties: Value| {
            billed(&Asked::new(None, Some(&json!({ "properties": properties }))))
        };
        let string = json!({ "type": "string" });
        assert_eq!(of(json!({ "video_url": string })).as_deref(), Some("/video_url"));
        assert_eq!(of(json!({ "x": { "format": "audio_uris" } })).as_deref(), Some("/x"));
        assert_eq!(of(json!({ "image_url": string, "prompt": string })), None);
        assert_eq!(of(json!({ "generate_audio": { "type": "boolean" } })), None);
        assert_eq!(of(json!({ "audio_setting": { "type": "string", "enum": ["auto"] } })), None);
    }
}
