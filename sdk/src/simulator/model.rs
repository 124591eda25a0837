//! A model of the simulator: its schemas, its price, what it makes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::check::Check;
use super::pace::QueuePace;
use super::shape::OutputShape;
use super::{document, media};
use crate::OutputKind;

/// A model as the simulator serves it.
///
/// Only the id and the input's schema are needed; what the model makes, and in which form, is read
/// from the output's schema and from the id unless it is said here.
///
/// ```
/// use runcomfy::OutputKind;
/// use runcomfy::simulator::ModelSpec;
/// use serde_json::json;
///
/// let paint = ModelSpec::new(
///     "acme/paint/text-to-image",
///     json!({ "type": "object", "properties": { "prompt": { "type": "string" } } }),
/// )
/// .output(OutputKind::Image)
/// .price_usd(0.04);
/// ```
#[derive(Debug)]
pub struct ModelSpec {
    pub(super) id: String,
    pub(super) input: Check,
    /// The input's schema as it was given, for the catalog.
    pub(super) published: Value,
    pub(super) output: Option<Value>,
    kind: Option<OutputKind>,
    pub(super) price: Option<f64>,
    pub(super) price_unit: Option<String>,
    pub(super) shape: OutputShape,
    pub(super) pace: Option<QueuePace>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) catalog_kind: String,
}

impl ModelSpec {
    /// The model `id`, whose inputs are checked against `input_schema`.
    ///
    /// The schema may be as published: inside `{"input": …}` or `{"input_schema": …}`, with types
    /// such as `float`, arrays without items, formats that no standard knows.
    pub fn new(id: impl Into<String>, input_schema: Value) -> Self {
        let schema = document::schema(input_schema.clone(), "input");
        Self {
            id: id.into(),
            input: Check::new(schema),
            published: document::unwrap(input_schema, "input"),
            output: None,
            kind: None,
            price: None,
            price_unit: None,
            shape: OutputShape::default(),
            pace: None,
            title: None,
            description: None,
            catalog_kind: "model".to_owned(),
        }
    }

    /// The model `id`, from the text of its schemas.
    pub fn from_text(
        id: impl Into<String>,
        input: &str,
        output: Option<&str>,
    ) -> Result<Self, serde_json::Error> {
        let model = Self::new(id, serde_json::from_str(input)?);
        Ok(match output {
            Some(text) => model.output_schema(serde_json::from_str(text)?),
            None => model,
        })
    }

    /// The output's schema, from which the form of results is taken: `image` or `images`, an object
    /// or a bare list.
    #[must_use]
    pub fn output_schema(mut self, schema: Value) -> Self {
        self.output = Some(document::schema(schema, "output"));
        self
    }

    /// What kind of file the model makes.
    #[must_use]
    pub fn output(mut self, kind: OutputKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The form of its results, where it is not to follow the output's schema.
    #[must_use]
    pub fn shape(mut self, shape: OutputShape) -> Self {
        self.shape = shape;
        self
    }

    /// The price of one output, in US dollars.
    #[must_use]
    pub fn price_usd(mut self, price: f64) -> Self {
        self.price = Some(price);
        self
    }

    /// What is paid for: `output` (the default) or `second`.
    #[must_use]
    pub fn price_unit(mut self, unit: impl Into<String>) -> Self {
        self.price_unit = Some(unit.into());
        self
    }

    /// How fast this model's queue moves, where it differs from the others'.
    #[must_use]
    pub fn pace(mut self, pace: QueuePace) -> Self {
        self.pace = Some(pace);
        self
    }

    /// The title in the catalog.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The description in the catalog.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The kind in the catalog: `model` (the default), `workflow` or `inference`.
    #[must_use]
    pub fn catalog_kind(mut self, kind: impl Into<String>) -> Self {
        self.catalog_kind = kind.into();
        self
    }

    /// What a job with that input costs, in US dollars.
    #[expect(clippy::cast_precision_loss, reason = "a handful of files or seconds")]
    pub(super) fn cost(&self, input: &Map<String, Value>) -> f64 {
        let outputs = media::count(input) as f64;
        let units = match self.price_unit.as_deref() {
            Some("second") => outputs * media::seconds(input),
            _ => outputs,
        };
        self.price.unwrap_or(0.0) * units
    }

    /// What it was said to make, else what its id says, else what its output's schema says.
    pub(super) fn kind(&self) -> OutputKind {
        let words = || self.id.split('/').rev().flat_map(|segment| segment.rsplit('-'));
        self.kind
            .or_else(|| words().find_map(kind_of))
            .or_else(|| self.output_keys().find_map(kind_of))
            .unwrap_or(OutputKind::Image)
    }

    /// The task in the id, such as `text-to-image`.
    pub(super) fn category(&self) -> &str {
        let segments = || self.id.split('/').rev();
        segments()
            .find(|segment| segment.contains("-to-"))
            .or_else(|| segments().next())
            .unwrap_or_default()
    }

    /// The keys that its output's schema lists.
    pub(super) fn output_keys(&self) -> impl Iterator<Item = &str> {
        self.output
            .as_ref()
            .and_then(|schema| schema.get("properties")?.as_object())
            .into_iter()
            .flat_map(|properties| properties.keys().map(String::as_str))
    }
}

fn kind_of(word: &str) -> Option<OutputKind> {
    match word.trim_end_matches('s') {
        "image" => Some(OutputKind::Image),
        "video" => Some(OutputKind::Video),
        "audio" | "music" | "speech" => Some(OutputKind::Audio),
        _ => None,
    }
}

/// Reads `<dir>/<model id>/input.json`, and `output.json` beside it, for every model below `dir`.
pub(super) fn read_dir(dir: &Path) -> io::Result<Vec<ModelSpec>> {
    let mut models = Vec::new();
    let mut folders = vec![(PathBuf::from(dir), String::new())];
    while let Some((folder, id)) = folders.pop() {
        let input = folder.join("input.json");
        if input.is_file() {
            let output = folder.join("output.json");
            let mut model = ModelSpec::new(id.as_str(), read_json(&input)?);
            if output.is_file() {
                model = model.output_schema(read_json(&output)?);
            }
            models.push(model);
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if let (true, Some(name)) = (entry.file_type()?.is_dir(), name.to_str()) {
                let below = if id.is_empty() { name.to_owned() } else { format!("{id}/{name}") };
                folders.push((entry.path(), below));
            }
        }
    }
    Ok(models)
}

fn read_json(path: &Path) -> io::Result<Value> {
    let in_file = |reason: String| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {reason}", path.display()))
    };
    let text = fs::read_to_string(path).map_err(|error| in_file(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| in_file(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_model_makes_is_read_from_what_is_known() {
        let kind = |id: &str| ModelSpec::new(id, json!({})).kind();
        assert_eq!(kind("google/nano-banana-2/text-to-image"), OutputKind::Image);
        assert_eq!(kind("blackforestlabs/flux-3/extend-video/draft"), OutputKind::Video);
        assert_eq!(kind("blackforestlabs/flux-3/text-to-video/draft"), OutputKind::Video);
        assert_eq!(kind("minimax/music"), OutputKind::Audio);
        let told = ModelSpec::new("acme/sing", json!({}))
            .output_schema(json!({"output": {"properties": {"audio": {"type": "string"}}}}));
        assert_eq!(told.kind(), OutputKind::Audio);
    }
}
