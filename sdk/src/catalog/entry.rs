//! One entry of the catalog.

use std::fmt;

use serde_json::{Map, Value};

use super::price::Price;
use crate::input::OutputKind;
use crate::redact::Shown;

/// What the catalog says of one model.
///
/// Its `Debug` shows no query of a URL.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CatalogEntry {
    /// The model's id, as [`JsonInput::new`](crate::JsonInput::new) takes it.
    pub model_id: String,
    /// Its name as people read it.
    pub display_name: Option<String>,
    /// What it does, in the service's words.
    pub description: Option<String>,
    /// What it is for: `text-to-image`, `image-to-video` …
    pub categories: Vec<String>,
    /// `model`, `workflow` or `inference`.
    pub kind: Option<String>,
    /// What it costs, where the catalog says so in a way that can be counted with.
    pub price: Option<Price>,
    /// The JSON Schema of its input, if it was asked for.
    pub input_schema: Option<Value>,
    /// All else that the catalog says, as it came.
    pub extra: Map<String, Value>,
}

/// The reader of entries.
pub(super) use CatalogEntry as Entry;

impl CatalogEntry {
    /// What kind of file the model makes, by the last word of its categories.
    #[must_use]
    pub fn output_kind(&self) -> Option<OutputKind> {
        self.categories.iter().find_map(|category| match category.rsplit('-').next()? {
            "image" | "images" => Some(OutputKind::Image),
            "video" | "videos" => Some(OutputKind::Video),
            "audio" | "audios" | "music" | "speech" => Some(OutputKind::Audio),
            _ => None,
        })
    }

    /// Reads an entry; `None` for what does not even name its model.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let mut rest = value.as_object()?.clone();
        let model_id = text(&mut rest, "model_id").filter(|id| !id.is_empty())?;
        Some(Self {
            model_id,
            display_name: text(&mut rest, "display_name"),
            description: text(&mut rest, "description"),
            categories: words(&mut rest, "categories"),
            kind: text(&mut rest, "kind"),
            price: Price::take(&mut rest),
            input_schema: rest.remove("input_schema").filter(|schema| !schema.is_null()),
            extra: rest,
        })
    }
}

impl fmt::Debug for CatalogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogEntry")
            .field("model_id", &Shown(self.model_id.as_str()))
            .field("display_name", &self.display_name.as_deref().map(Shown))
            .field("description", &self.description.as_deref().map(Shown))
            .field("categories", &Shown(&Value::from(self.categories.as_slice())))
            .field("kind", &self.kind.as_deref().map(Shown))
            .field("price", &self.price)
            .field("input_schema", &self.input_schema.as_ref().map(Shown))
            .field("extra", &Shown(&Value::Object(self.extra.clone())))
            .finish()
    }
}

/// Takes a text out; anything else stays with what is not understood.
pub(super) fn text(entry: &mut Map<String, Value>, key: &str) -> Option<String> {
    let text = entry.get(key)?.as_str()?.to_owned();
    entry.remove(key);
    Some(text)
}

fn words(entry: &mut Map<String, Value>, key: &str) -> Vec<String> {
    let all = entry.get(key).and_then(Value::as_array);
    let words = all.and_then(|all| all.iter().map(|w| w.as_str().map(str::to_owned)).collect());
    if words.is_some() {
        entry.remove(key);
    }
    words.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_entry_is_read_as_far_as_it_can_be() {
        let full = json!({
            "model_id": "a/b", "display_name": "B", "description": "makes things",
            "categories": ["text-to-video"], "kind": "model", "base_price_usd": "0.5",
            "price_unit": "second", "pricing_note": "per second", "input_schema": {}, "new": [1],
        });
        let entry = Entry::read(&full).unwrap();
        assert_eq!(entry.output_kind(), Some(OutputKind::Video));
        assert_eq!(entry.input_schema, Some(json!({})));
        assert_eq!(Value::Object(entry.extra), json!({ "new": [1] }));
        assert_eq!(entry.price.map(|price| price.usd), Some(0.5));

        let odd = json!({
            "model_id": "a/b", "display_name": null, "categories": "text-to-image",
            "base_price_usd": "ask us", "input_schema": null,
        });
        let entry = Entry::read(&odd).unwrap();
        assert_eq!((entry.display_name, entry.price, entry.input_schema), (None, None, None));
        let kept = json!({ "display_name": null, "categories": "text-to-image", "base_price_usd": "ask us" });
        assert_eq!(Value::Object(entry.extra), kept);

        for none in [json!({}), json!({ "model_id": "" }), json!({ "model_id": 7 }), json!("a/b")] {
            assert_eq!(Entry::read(&none), None, "{none}");
        }
    }
}
