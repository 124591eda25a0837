//! The forms in which the service hands over the files of a result.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::model::ModelSpec;
use crate::OutputKind;

/// The form of the `output` of a result.
///
/// In a fault file it is written `"auto"`, `"bare_url"`, `{"raw": …}` and so on.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutputShape {
    /// As the output's schema says; without one, [`One`](Self::One) for one file and
    /// [`Many`](Self::Many) for several.
    #[default]
    Auto,
    /// `{"image": "…"}`, or a list under the same key for several files.
    One,
    /// `{"images": ["…"]}`, for one file too.
    Many,
    /// `"…"`: the first file, and no object around it.
    BareUrl,
    /// `["…"]`, and no object around it.
    BareList,
    /// `{"image": "…", "images": ["…"], "audio": "…"}`: files of two kinds, one and many at once.
    Mixed,
    /// `{"image": "…", "images": ["…", "…"]}` with the first file three times.
    Duplicates,
    /// This JSON; the string `{url}` in it becomes the URL of the first file.
    Raw(Value),
}

impl OutputShape {
    /// The `output` of a job of `model` whose files are `urls`.
    pub(super) fn output(&self, model: &ModelSpec, urls: &[String]) -> Value {
        let (one, many) = keys(model.kind());
        let first = urls.first().map(String::as_str).unwrap_or_default();
        match self {
            Self::Auto => Self::published(model, urls).output(model, urls),
            Self::One if urls.len() > 1 => object([(one, json!(urls))]),
            Self::One => object([(one, json!(first))]),
            Self::Many => object([(many, json!(urls))]),
            Self::BareUrl => json!(first),
            Self::BareList => json!(urls),
            Self::Mixed => {
                object([(one, json!(first)), (many, json!(urls)), other_kind(model.kind(), first)])
            }
            Self::Duplicates => {
                let twice: Vec<&str> =
                    std::iter::once(first).chain(urls.iter().map(String::as_str)).collect();
                object([(one, json!(first)), (many, json!(twice))])
            }
            Self::Raw(value) => fill(value, first),
        }
    }

    /// The form that the output's schema tells.
    fn published(model: &ModelSpec, urls: &[String]) -> Self {
        let (one, many) = keys(model.kind());
        let has = |key: &str| model.output_keys().any(|known| known == key);
        let root = model.output.as_ref().and_then(|schema| schema.get("type"));
        match root.and_then(Value::as_str) {
            Some("string") if urls.len() > 1 => Self::BareList,
            Some("string") => Self::BareUrl,
            Some("array") => Self::BareList,
            _ => match (has(one), has(many)) {
                (true, false) => Self::One,
                (false, true) => Self::Many,
                _ if urls.len() > 1 => Self::Many,
                _ => Self::One,
            },
        }
    }
}

/// The key of one file and the key of several.
fn keys(kind: OutputKind) -> (&'static str, &'static str) {
    match kind {
        OutputKind::Image => ("image", "images"),
        OutputKind::Video => ("video", "videos"),
        OutputKind::Audio => ("audio", "audios"),
    }
}

/// A file of another kind: the simulator serves every job under every ending.
fn other_kind(kind: OutputKind, url: &str) -> (&'static str, Value) {
    let (key, ending) = match kind {
        OutputKind::Audio => ("image", "png"),
        _ => ("audio", "wav"),
    };
    let stem = url.rsplit_once('.').map_or(url, |(stem, _)| stem);
    (key, json!(format!("{stem}.{ending}")))
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.map(|(key, value)| (key.to_owned(), value));
    Value::Object(Map::from_iter(members))
}

fn fill(value: &Value, url: &str) -> Value {
    match value {
        Value::String(text) => json!(text.replace("{url}", url)),
        Value::Array(items) => items.iter().map(|item| fill(item, url)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), fill(value, url))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_output() {
        let model = ModelSpec::new("acme/paint/text-to-image", json!({}));
        let (one, two) = (vec!["/0.png".to_owned()], vec!["/0.png".into(), "/1.png".into()]);
        let table = [
            (OutputShape::Auto, &one, json!({"image": "/0.png"})),
            (OutputShape::Auto, &two, json!({"images": ["/0.png", "/1.png"]})),
            (OutputShape::One, &two, json!({"image": ["/0.png", "/1.png"]})),
            (OutputShape::Many, &one, json!({"images": ["/0.png"]})),
            (OutputShape::BareUrl, &two, json!("/0.png")),
            (OutputShape::BareList, &one, json!(["/0.png"])),
            (
                OutputShape::Mixed,
                &one,
                json!({"image": "/0.png", "images": ["/0.png"], "audio": "/0.wav"}),
            ),
            (
                OutputShape::Duplicates,
                &one,
                json!({"image": "/0.png", "images": ["/0.png", "/0.png"]}),
            ),
            (OutputShape::Raw(json!({"mask": ["{url}", 7]})), &one, json!({"mask": ["/0.png", 7]})),
        ];
        for (shape, urls, expected) in table {
            assert_eq!(shape.output(&model, urls), expected, "{shape:?}");
        }
    }

    #[test]
    fn the_output_schema_decides_where_there_is_one() {
        let urls = ["/0.png".to_owned()];
        let output = |schema: Value| {
            let model = ModelSpec::new("acme/paint/text-to-image", json!({}));
            OutputShape::Auto.output(&model.output_schema(schema), &urls)
        };
        let both = json!({"output": {"properties": {"image": {}, "images": {}, "video": {}}}});
        assert_eq!(output(both), json!({"image": "/0.png"}));
        let many = json!({"properties": {"images": {}}});
        assert_eq!(output(many), json!({"images": ["/0.png"]}));
        assert_eq!(output(json!({"type": "array"})), json!(["/0.png"]));
        assert_eq!(output(json!({"type": "string"})), json!("/0.png"));
    }
}
