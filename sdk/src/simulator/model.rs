//! A model of the simulator: its schemas, its price, what it makes.

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
    category: Option<String>,
}

impl ModelSpec {
    /// The model `id`, whose inputs are checked against `input_schema`.
    ///
    /// The schema may be as published: inside `{"input": …}` or `{"input_schema": …}`, with types
    /// such as `float`, arrays without items, formats that no standard knows. An output's schema that
    /// stands beside it, under `output`, is read too.
    pub fn new(id: impl Into<String>, input_schema: Value) -> Self {
        let schema = document::schema(input_schema.clone(), "input");
        let output = document::wrapped(&input_schema, "output")
            .map(|output| document::schema(output, "output"));
        Self {
            id: id.into(),
            input: Check::new(schema),
            published: document::unwrap(input_schema, "input"),
            output,
            kind: None,
            price: None,
            price_unit: None,
            shape: OutputShape::default(),
            pace: None,
            title: None,
            description: None,
            catalog_kind: "model".to_owned(),
            category: None,
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

    /// The category in the catalog, such as `text-to-image`, where the id does not tell it.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
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
        let input = self.effective(input);
        let outputs = media::count(&input) as f64;
        let units = match self.price_unit.as_deref() {
            Some("second") => outputs * media::seconds(&input),
            _ => outputs,
        };
        self.price.unwrap_or(0.0) * units
    }

    /// An input as the service reads it: what was left out takes the schema's default.
    pub(super) fn effective(&self, input: &Map<String, Value>) -> Map<String, Value> {
        let mut input = input.clone();
        let properties = self.input.schema().get("properties");
        for (name, property) in properties.and_then(Value::as_object).into_iter().flatten() {
            if let Some(default) = property.get("default") {
                input.entry(name).or_insert_with(|| default.clone());
            }
        }
        input
    }

    /// What it was said to make, else what its id says, else what its output's schema says.
    pub(super) fn kind(&self) -> OutputKind {
        let words = || self.id.split('/').rev().flat_map(|segment| segment.rsplit('-'));
        self.kind
            .or_else(|| words().find_map(kind_of))
            .or_else(|| self.output_keys().find_map(kind_of))
            .unwrap_or(OutputKind::Image)
    }

    /// What it was said to do, else the task in its id, else one made up from what it takes and
    /// makes; always such as `text-to-image`.
    pub(super) fn task(&self) -> String {
        let mut segments = self.id.rsplit('/').map(str::to_owned);
        self.category
            .clone()
            .or_else(|| segments.find(|segment| segment.contains("-to-")))
            .unwrap_or_else(|| format!("{}-to-{}", self.takes(), word(self.kind())))
    }

    /// The first kind of media among its inputs, or `text`.
    fn takes(&self) -> &'static str {
        let properties = self.input.schema().get("properties");
        let formats = properties
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::values)
            .filter_map(|property| property.get("format")?.as_str());
        let media = ["image", "video", "audio"];
        formats
            .filter(|format| format.contains("_uri"))
            .find_map(|format| media.into_iter().find(|kind| format.starts_with(kind)))
            .unwrap_or("text")
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

fn word(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Image => "image",
        OutputKind::Video => "video",
        OutputKind::Audio => "audio",
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
        assert_eq!(told.task(), "text-to-audio");
        let both = json!({"input": {}, "output": {"properties": {"video": {}}}});
        assert_eq!(ModelSpec::new("acme/move", both).kind(), OutputKind::Video);
        let edit = json!({"properties": {"image_urls": {"format": "image_uris"}}});
        assert_eq!(ModelSpec::new("acme/edit", edit).task(), "image-to-image");
        let paint = ModelSpec::new("acme/paint/text-to-image/lora", json!({}));
        assert_eq!(paint.task(), "text-to-image");
        assert_eq!(paint.category("image-to-3d").task(), "image-to-3d");
    }
}
