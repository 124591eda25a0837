//! What a model costs, as the catalog says it.

use std::fmt;

use serde_json::{Map, Value};

use super::entry::text;
use crate::money::dollars;
use crate::redact::{self, Shown};

/// What a model costs: a base price, not a quote.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Price {
    /// US dollars for each unit.
    pub usd: f64,
    /// What is counted.
    pub unit: PriceUnit,
    /// What else decides the price, in the service's words.
    pub note: Option<String>,
}

/// What a price counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PriceUnit {
    /// Each file that comes out, of whatever kind. It stands also where the catalog names no unit.
    Output,
    /// Each request, whatever comes out.
    Request,
    /// Each image that comes out.
    Image,
    /// Each video that comes out.
    Video,
    /// Each audio file that comes out.
    Audio,
    /// Each second of video or audio.
    Second,
    /// Each minute of video or audio.
    Minute,
    /// Each million pixels that come out.
    Megapixel,
    /// Each character of text.
    Character,
    /// Each thousand characters of text.
    ThousandCharacters,
    /// Something that this version does not know, in the catalog's word.
    Other(String),
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = format!("{:?}", self.unit);
        f.debug_struct("Price")
            .field("usd", &self.usd)
            .field("unit", &format_args!("{}", redact::text(&unit)))
            .field("note", &self.note.as_deref().map(Shown))
            .finish()
    }
}

impl Price {
    /// Takes the price out of an entry; one that is no amount stays with what is not understood.
    pub(super) fn take(entry: &mut Map<String, Value>) -> Option<Self> {
        let usd = entry.get("base_price_usd").and_then(dollars)?;
        entry.remove("base_price_usd");
        let unit = match entry.remove("price_unit").unwrap_or_default() {
            Value::Null => PriceUnit::Output,
            Value::String(unit) => PriceUnit::of(unit),
            other => PriceUnit::Other(other.to_string()),
        };
        Some(Self { usd, unit, note: text(entry, "pricing_note") })
    }
}

impl PriceUnit {
    /// The unit that a word of the catalog means: `second`, `per second`, `/video second`.
    fn of(word: String) -> Self {
        let plain = word.trim().to_lowercase().replace(',', "");
        let plain = plain.trim_start_matches("per ").trim_start_matches(['/', ' ']);
        let plain = plain.strip_prefix("1 ").unwrap_or(plain);
        match plain {
            "" | "output" | "outputs" | "result" | "generation" | "file" => Self::Output,
            "request" | "requests" | "run" | "call" | "job" | "task" | "inference" => Self::Request,
            "image" | "images" | "picture" | "photo" | "output image" => Self::Image,
            "video" | "videos" | "clip" | "output video" => Self::Video,
            "audio" | "audios" | "song" | "track" | "output audio" => Self::Audio,
            "s" | "sec" | "secs" | "second" | "seconds" | "output second" | "output seconds"
            | "video second" | "video seconds" | "audio second" | "audio seconds"
            | "second of video" | "second of audio" | "second of output" => Self::Second,
            "min" | "mins" | "minute" | "minutes" | "output minute" | "output minutes"
            | "video minute" | "video minutes" | "audio minute" | "audio minutes"
            | "minute of video" | "minute of audio" | "minute of output" => Self::Minute,
            "mp" | "megapixel" | "megapixels" | "output megapixel" => Self::Megapixel,
            "char" | "chars" | "character" | "characters" => Self::Character,
            "1k characters"
            | "1k chars"
            | "1000 characters"
            | "1000 chars"
            | "thousand characters"
            | "k characters"
            | "1k character" => Self::ThousandCharacters,
            _ => Self::Other(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_understood_in_any_spelling() {
        let cases = [
            ("output", PriceUnit::Output),
            ("", PriceUnit::Output),
            ("Request", PriceUnit::Request),
            ("per image", PriceUnit::Image),
            ("Videos", PriceUnit::Video),
            ("audio", PriceUnit::Audio),
            ("second", PriceUnit::Second),
            ("/ second", PriceUnit::Second),
            ("per 1 second", PriceUnit::Second),
            ("Second of video", PriceUnit::Second),
            (" per minute ", PriceUnit::Minute),
            ("MP", PriceUnit::Megapixel),
            ("character", PriceUnit::Character),
            ("1K characters", PriceUnit::ThousandCharacters),
            ("1,000 characters", PriceUnit::ThousandCharacters),
        ];
        for (word, unit) in cases {
            assert_eq!(PriceUnit::of(word.to_owned()), unit, "{word}");
        }
        // Each would be miscounted as the word in it.
        for word in ["5 seconds", "input second", "second of input audio", "1m characters", "token"]
        {
            assert_eq!(PriceUnit::of(word.to_owned()), PriceUnit::Other(word.to_owned()));
        }
    }
}
