//! Whether what comes is what was promised: an error page must not be saved as a picture.

use crate::OutputKind;
use crate::format::{Format, kind_of_media_type, recognize, recognize_text};

/// What is known about a file whose first bytes have been seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The ending that its name should have.
    pub(super) ending: Option<String>,
    pub(super) media_type: Option<String>,
}

/// Holds the first bytes against the media type that the server tells and the ending of the URL.
///
/// A format that is known by its bytes wins over a wrong ending; text, or a picture, where a film
/// was promised is refused.
pub(super) fn judge(
    head: &[u8],
    media_type: Option<&str>,
    ending: Option<&str>,
) -> Result<Verdict, String> {
    if head.is_empty() {
        return Err("it is empty".to_owned());
    }
    let told = media_type.map(essence).filter(|told| !is_vague(told));
    let promised = told.as_deref().and_then(Promise::of_media_type);
    let named = ending.and_then(Promise::of_ending);
    if let Some(format) = recognize(head) {
        if let Some(promise) = promised
            && !promise.kinds.iter().any(|kind| format.kinds.contains(kind))
        {
            return Err(format!("it should be {}, and it is {}", promise.name, format.name));
        }
        let keeps = ending.filter(|ending| format.endings.contains(ending));
        return Ok(Verdict {
            ending: Some(keeps.unwrap_or(format.ending()).to_owned()),
            media_type: Some(format.media_type().to_owned()),
        });
    }
    let medium = promised.or(named);
    let text = recognize_text(head).or_else(|| told.as_deref().and_then(text_type));
    if let Some(text) = text
        && (medium.is_some() || ending.is_none())
    {
        let expected = medium.map_or("a medium", |medium| medium.name);
        return Err(format!("it should be {expected}, and it is {text}"));
    }
    if let Some(medium) = medium
        && medium.certain
    {
        return Err(format!("it should be {}, and its first bytes are not", medium.name));
    }
    let by_type = || told.as_deref().and_then(Format::of_media_type).map(Format::ending);
    Ok(Verdict { ending: ending.or_else(by_type).map(str::to_owned), media_type: told })
}

/// A kind of medium that something says a file is.
#[derive(Clone, Copy)]
struct Promise {
    name: &'static str,
    kinds: &'static [OutputKind],
    certain: bool,
}

impl Promise {
    fn of(format: &'static Format) -> Self {
        Self { name: format.name, kinds: format.kinds, certain: format.certain }
    }

    fn of_ending(ending: &str) -> Option<Self> {
        Format::of_ending(ending).map(Self::of)
    }

    fn of_media_type(media_type: &str) -> Option<Self> {
        let by_kind = || {
            let (name, kinds): (_, &[OutputKind]) = match kind_of_media_type(media_type)? {
                OutputKind::Image => ("a picture", &[OutputKind::Image]),
                OutputKind::Video => ("a film", &[OutputKind::Video]),
                OutputKind::Audio => ("sound", &[OutputKind::Audio]),
            };
            Some(Self { name, kinds, certain: false })
        };
        Format::of_media_type(media_type).map(Self::of).or_else(by_kind)
    }
}

/// `image/png` of `Image/PNG; charset=binary`.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_vague(media_type: &str) -> bool {
    matches!(
        media_type,
        "" | "application/octet-stream" | "binary/octet-stream" | "application/binary" | "*/*"
    )
}

fn text_type(media_type: &str) -> Option<&'static str> {
    match media_type {
        "text/html" | "application/xhtml+xml" => Some("an HTML page"),
        "application/json" | "application/problem+json" => Some("JSON"),
        "application/xml" | "text/xml" => Some("XML"),
        other => other.starts_with("text/").then_some("text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0";
    const MP4: &[u8] = b"\0\0\0\x20ftypisom";
    const HTML: &[u8] = b"<!doctype html><title>502</title>";
    const JSON: &[u8] = b"{\"error_code\":404001}";
    const NOISE: &[u8] = b"\x01\x02\x03\x04";

    #[test]
    fn the_name_ends_as_the_bytes_say() {
        let cases = [
            (PNG, Some("image/png"), Some("png"), Some("png")),
            (PNG, Some("image/png"), None, Some("png")),
            (PNG, None, None, Some("png")),
            (PNG, Some("application/octet-stream"), Some("php"), Some("png")),
            (PNG, Some("text/plain"), Some("png"), Some("png")),
            (JPEG, Some("image/png"), Some("png"), Some("jpg")),
            (JPEG, Some("IMAGE/JPEG; q=1"), Some("jpeg"), Some("jpeg")),
            (MP4, Some("audio/mp4"), None, Some("mp4")),
            (b"GIF89a", Some("video/mp4"), Some("mp4"), Some("gif")),
            (NOISE, Some("video/mp4"), None, Some("mp4")),
            (NOISE, Some("audio/mpeg"), Some("mp3"), Some("mp3")),
            (NOISE, None, Some("safetensors"), Some("safetensors")),
            (NOISE, Some("model/gltf-binary"), Some("glb"), Some("glb")),
            (NOISE, None, None, None),
            (JSON, Some("application/json"), Some("json"), Some("json")),
            (b"1\n00:00 --> ", Some("text/plain"), Some("srt"), Some("srt")),
        ];
        for (head, media_type, ending, expected) in cases {
            let verdict = judge(head, media_type, ending);
            let got = verdict.as_ref().map(|verdict| verdict.ending.as_deref());
            assert_eq!(got, Ok(expected), "{media_type:?} {ending:?}");
        }
    }

    #[test]
    fn what_is_not_what_was_promised_is_refused() {
        let cases = [
            (&b""[..], Some("image/png"), Some("png"), "it is empty"),
            (HTML, Some("text/html"), Some("png"), "should be PNG, and it is an HTML page"),
            (HTML, Some("image/png"), Some("png"), "should be PNG, and it is an HTML page"),
            (HTML, Some("text/html"), None, "should be a medium, and it is an HTML page"),
            (HTML, None, Some("mp4"), "should be MP4, and it is an HTML page"),
            (JSON, Some("application/json"), None, "and it is JSON"),
            (JSON, Some("application/json"), Some("mp4"), "should be MP4, and it is JSON"),
            (b"Not found", Some("text/plain"), Some("png"), "should be PNG, and it is text"),
            (b"Not found", Some("image/webp"), None, "should be WebP, and its first bytes"),
            (NOISE, Some("application/octet-stream"), Some("png"), "should be PNG"),
            (PNG, Some("video/mp4"), Some("mp4"), "should be MP4, and it is PNG"),
            (MP4, Some("image/png"), Some("png"), "should be PNG, and it is MP4"),
            (MP4, Some("image/x-new"), None, "should be a picture, and it is MP4"),
        ];
        for (head, media_type, ending, why) in cases {
            let refusal = judge(head, media_type, ending).unwrap_err();
            assert!(refusal.contains(why), "{media_type:?} {ending:?}: {refusal}");
        }
    }
}
