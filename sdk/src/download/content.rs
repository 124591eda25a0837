//! What a file is, whatever its name and its host say of it: it was paid for, so it is saved as what
//! it is. Only a page that stands in its place, to say that something failed, is not.

use crate::OutputKind;
use crate::format::{Format, Text, kind_of_media_type, recognize, recognize_text};

/// What a file is said to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Claims<'a> {
    /// The host's `Content-Type`.
    pub(super) media_type: Option<&'a str>,
    /// The host's `Content-Encoding`: none was asked for.
    pub(super) coding: Option<&'a str>,
    /// The ending of its URL.
    pub(super) ending: Option<&'a str>,
}

/// What is known about a file whose first bytes have been seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The ending that its name should have.
    pub(super) ending: String,
    pub(super) media_type: Option<String>,
    /// In what it is not as it should be.
    pub(super) warning: Option<String>,
    /// Whether it is no medium of the kind that it should be: the one that was made may still come.
    pub(super) is_other: bool,
}

/// Tells what a file is by its first bytes; by what is claimed only where those do not tell.
///
/// Fails for an empty file, and for what is plainly a page about an error.
pub(super) fn judge(head: &[u8], claims: Claims<'_>) -> Result<Verdict, String> {
    if head.is_empty() {
        return Err("it is empty".to_owned());
    }
    let expected = Expected::of(claims);
    let format = recognize(head);
    match (coding(claims.coding), format) {
        (Some(coding), None) => return expected.compressed(coding),
        (Some(coding), Some(format)) if format.is_compressed() => {
            return expected.compressed(coding);
        }
        _ => {}
    }
    match (format, recognize_text(head)) {
        (Some(format), _) => Ok(expected.met_by(format)),
        (None, Some(text)) => expected.met_by_text(text),
        (None, None) => Ok(expected.unseen()),
    }
}

/// What the claims come to.
struct Expected<'a> {
    ending: Option<&'a str>,
    media_type: Option<String>,
    by_name: Option<&'static Format>,
    by_type: Option<&'static Format>,
}

impl<'a> Expected<'a> {
    fn of(claims: Claims<'a>) -> Self {
        let media_type = claims.media_type.and_then(essence);
        Self {
            // What runs on a host says nothing about what comes out of it.
            ending: claims.ending.filter(|ending| !is_script(ending)),
            by_name: claims.ending.and_then(Format::of_ending),
            by_type: media_type.as_deref().and_then(Format::of_media_type),
            media_type,
        }
    }

    /// The kind of medium that it should be, by its name or else by its type; and whether that is a
    /// format that is never text.
    fn medium(&self) -> Option<(&'static str, bool)> {
        let named = self.by_name.map(|format| (format.name, format.kinds));
        let typed = || self.by_type.map(|format| (format.name, format.kinds));
        let of_kind = || {
            Some(match kind_of_media_type(self.media_type.as_deref()?)? {
                OutputKind::Image => "an image",
                OutputKind::Video => "a video",
                OutputKind::Audio => "audio",
            })
        };
        match named.or_else(typed) {
            Some((name, kinds)) => (!kinds.is_empty()).then_some((name, true)),
            None => of_kind().map(|kind| (kind, false)),
        }
    }

    /// The bytes are of this format.
    fn met_by(&self, format: &'static Format) -> Verdict {
        let fits = self.ending.is_some_and(|ending| format.may_end_with(ending));
        let by_name = self.by_name.filter(|_| !fits);
        let by_type = self.by_type.filter(|_| !self.is_said_to_be(format));
        let other = by_name.or(by_type.filter(|told| !told.is_text()));
        let ending = self.ending.filter(|_| fits).unwrap_or(format.ending());
        self.verdict(format, ending, other.map(|other| other.name))
    }

    /// The bytes are text.
    fn met_by_text(&self, text: Text) -> Result<Verdict, String> {
        let Text { format, is_error, is_open, is_blank } = text;
        let svg = [self.by_name, self.by_type].into_iter().flatten().find(|told| told.is_svg());
        if let Some(svg) = svg.filter(|_| is_open) {
            return Ok(self.met_by(svg));
        }
        if let Some((medium, is_known)) = self.medium() {
            // There are formats of text among those that are not known, such as playlists.
            let is_page = format.is_prose() && (is_known || !format.is_words());
            if is_error || is_blank || is_page {
                return Err(format!("it should be {medium}, and it is {}", format.name));
            }
            let named = self.ending.filter(|ending| !is_known && format.may_end_with(ending));
            return Ok(self.verdict(format, named.unwrap_or(format.ending()), Some(medium)));
        }
        let is_named = self.ending.is_some_and(|ending| format.may_end_with(ending));
        let is_named_text = self.by_name.is_some_and(Format::is_text);
        // A name that says nothing of text is no word for an error either.
        let is_in_place = !is_named || !is_named_text && !format.is_words();
        if is_error && is_in_place {
            return Err(format!("it is {} about an error", format.name));
        }
        if is_named || self.ending.is_none() {
            let typed = || self.by_type.filter(|told| format.may_end_with(told.ending()));
            let by_type = || typed().unwrap_or(format).ending();
            return Ok(self.verdict(format, self.ending.unwrap_or_else(by_type), None));
        }
        Ok(self.verdict(format, format.ending(), self.by_name.map(|named| named.name)))
    }

    /// The bytes tell nothing.
    fn unseen(&self) -> Verdict {
        let told = self.by_type.filter(|told| !told.is_text());
        let ending = match (told, self.ending) {
            (Some(told), Some(ending)) if told.may_end_with(ending) => ending,
            (Some(told), _) => told.ending(),
            (None, Some(ending)) => ending,
            (None, None) => "bin",
        };
        let missed = told.or(self.by_name);
        let is_other = missed.is_some_and(|format| !format.kinds.is_empty());
        let warning = missed.map(|format| {
            format!("it should be {}, and its first bytes are not: saved as it is", format.name)
        });
        let media_type =
            self.media_type.clone().filter(|_| self.by_type.is_none_or(|told| !told.is_text()));
        Verdict { ending: ending.to_owned(), media_type, warning, is_other }
    }

    /// The bytes are packed, though they should not be: only what is packed can tell what they are.
    fn compressed(&self, coding: &str) -> Result<Verdict, String> {
        let is_page = self.by_type.is_some_and(Format::is_text);
        if let (true, Some((medium, _))) = (is_page, self.medium()) {
            return Err(format!(
                "it should be {medium}, and it is a text in the coding {coding:?}"
            ));
        }
        let packed = match coding {
            "gzip" | "x-gzip" => "gz",
            "zstd" => "zst",
            "br" => "br",
            _ => "packed",
        };
        let inner = self.ending.or(self.by_type.map(Format::ending)).unwrap_or("bin");
        let ending = format!("{inner}.{packed}");
        let warning = format!(
            "the host has packed it by {coding:?}, which was not asked for: saved packed, as .{ending}"
        );
        Ok(Verdict { ending, media_type: None, warning: Some(warning), is_other: false })
    }

    /// Whether a medium should be here, of a kind that this format does not hold: a poster stands in
    /// place of a video, or a word that it is not ready yet.
    fn is_other_kind(&self, format: &Format) -> bool {
        let of_type = || kind_of_media_type(self.media_type.as_deref()?);
        match self.by_name.or(self.by_type) {
            Some(expected) if expected.kinds.is_empty() => false,
            Some(expected) => !expected.kinds.iter().any(|kind| format.kinds.contains(kind)),
            None => of_type().is_some_and(|kind| !format.kinds.contains(&kind)),
        }
    }

    fn is_said_to_be(&self, format: &'static Format) -> bool {
        self.media_type.as_deref().is_some_and(|told| format.may_be(told))
    }

    fn verdict(&self, format: &'static Format, ending: &str, other: Option<&str>) -> Verdict {
        let media_type = self.media_type.clone().filter(|_| self.is_said_to_be(format));
        let media_type = media_type.unwrap_or_else(|| format.media_type().to_owned());
        let warning = other.map(|other| {
            format!("it should be {other}, and it is {}: saved as .{ending}", format.name)
        });
        let is_other = self.is_other_kind(format);
        Verdict { ending: ending.to_owned(), media_type: Some(media_type), warning, is_other }
    }
}

/// `image/png` of `Image/PNG; charset=binary`; `None` for what says nothing.
fn essence(media_type: &str) -> Option<String> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let is_type = essence.split_once('/').is_some_and(|(kind, of)| is_part(kind) && is_part(of));
    let is_vague = matches!(
        essence.as_str(),
        "application/octet-stream"
            | "binary/octet-stream"
            | "application/binary"
            | "application/x-binary"
    );
    (is_type && !is_vague && essence.len() <= 100).then_some(essence)
}

/// The coding of a body, where it is one.
fn coding(coding: Option<&str>) -> Option<&str> {
    let coding = coding?.trim();
    let is_none = matches!(coding, "" | "identity" | "aws-chunked" | "none" | "utf-8");
    (!is_none && coding.len() <= 20 && coding.is_ascii()).then_some(coding)
}

fn is_script(ending: &str) -> bool {
    matches!(
        ending,
        "php" | "asp" | "aspx" | "ashx" | "jsp" | "cgi" | "do" | "action" | "cfm" | "pl" | "py"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::ERRORS;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0";
    const MP4: &[u8] = b"\0\0\0\x20ftypisom";
    const ZIP: &[u8] = b"PK\x03\x04\x0a\0\0\0";
    const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0";
    const HTML: &[u8] = b"<!doctype html><title>A cat</title>";
    const JSON: &[u8] = b"{\"frames\":[1,2]}";
    const SRT: &[u8] = b"1\n00:00:00,000 --> 00:00:02,000\nAn error!";
    const PROLOG: &[u8] = b"<?xml version='1.0'?><!DOCTYPE svg [ <!ENTITY a 'b'>";
    const NOISE: &[u8] = b"\x01\x02\x03\x04";

    fn judged(
        head: &[u8],
        media_type: Option<&str>,
        ending: Option<&str>,
    ) -> Result<Verdict, String> {
        judge(head, Claims { media_type, coding: None, ending })
    }

    /// A file that is saved without a word.
    #[test]
    fn what_is_as_it_should_be_is_saved_under_the_name_of_its_format() {
        let cases = [
            (PNG, Some("image/png"), Some("png"), "png"),
            (PNG, Some("image/png"), None, "png"),
            (PNG, None, None, "png"),
            (PNG, Some("application/octet-stream"), Some("php"), "png"),
            (PNG, Some("text/plain"), Some("png"), "png"),
            (PNG, Some("text/html"), Some("aspx"), "png"),
            (JPEG, Some("IMAGE/JPEG; q=1"), Some("jpeg"), "jpeg"),
            (JPEG, Some("image/jpg"), None, "jpg"),
            (MP4, Some("audio/mp4"), None, "mp4"),
            (MP4, Some("audio/x-m4a"), Some("m4a"), "m4a"),
            (MP4, Some("video/quicktime"), Some("mov"), "mov"),
            (ZIP, Some("model/vnd.usdz+zip"), Some("usdz"), "usdz"),
            (ZIP, None, Some("docx"), "docx"),
            (GZIP, None, Some("svgz"), "svgz"),
            (b"<?xml version='1.0'?><svg>", Some("image/svg+xml"), Some("svg"), "svg"),
            (PROLOG, Some("image/svg+xml"), Some("svg"), "svg"),
            (PROLOG, Some("image/svg+xml"), None, "svg"),
            (NOISE, None, Some("safetensors"), "safetensors"),
            (NOISE, Some("image/x-new"), Some("new"), "new"),
            (NOISE, Some("text/plain"), Some("splat"), "splat"),
            (NOISE, None, None, "bin"),
            (NOISE, None, Some("php"), "bin"),
            (JSON, Some("application/json"), Some("json"), "json"),
            (JSON, Some("application/json"), None, "json"),
            (JSON, Some("model/gltf+json"), Some("gltf"), "gltf"),
            (JSON, Some("model/gltf+json"), None, "gltf"),
            (JSON, None, Some("geojson"), "geojson"),
            (b"{\"text\":\"a cat\",\"reason\":\"stop\"}", Some("application/json"), None, "json"),
            (b"{\"error\":\"of a game\"}", Some("application/json"), Some("json"), "json"),
            (SRT, Some("text/plain"), Some("srt"), "srt"),
            (SRT, Some("application/x-subrip"), Some("srt"), "srt"),
            (b"an error of mine", None, Some("txt"), "txt"),
            (b"a cat, asleep", Some("text/plain"), None, "txt"),
            (b"a,b\n1,2", Some("text/csv; charset=utf-8"), None, "csv"),
            (b"v 1.0 2.0 3.0\n", Some("text/plain"), Some("obj"), "obj"),
            (HTML, Some("text/html"), Some("html"), "html"),
            (HTML, Some("text/html"), None, "html"),
            (b"<h1>404</h1>", Some("text/html"), Some("html"), "html"),
            (b"<?xml version='1.0'?><COLLADA/>", Some("text/xml"), Some("dae"), "dae"),
            (b"\xff\xfeA\0 \0c\0a\0t\0", Some("text/plain"), None, "txt"),
        ];
        for (head, media_type, ending, expected) in cases {
            let verdict = judged(head, media_type, ending).unwrap();
            let what = format!("{} {media_type:?} {ending:?}", head.escape_ascii());
            assert_eq!(verdict.ending, expected, "{what}");
            assert_eq!(verdict.warning, None, "{what}");
        }
    }

    #[test]
    fn what_is_something_else_is_saved_as_what_it_is_with_a_warning() {
        let cases = [
            (
                JPEG,
                Some("image/png"),
                Some("png"),
                "jpg",
                "should be PNG, and it is JPEG: saved as .jpg",
            ),
            (JPEG, Some("image/png"), None, "jpg", "should be PNG, and it is JPEG"),
            (PNG, Some("video/mp4"), Some("mp4"), "png", "should be MP4, and it is PNG"),
            (MP4, Some("image/png"), Some("png"), "mp4", "should be PNG, and it is MP4"),
            (b"GIF89a", Some("video/mp4"), Some("mp4"), "gif", "should be MP4, and it is GIF"),
            (ZIP, None, Some("png"), "zip", "should be PNG, and it is ZIP"),
            (
                NOISE,
                Some("image/png"),
                Some("png"),
                "png",
                "should be PNG, and its first bytes are not",
            ),
            (NOISE, Some("video/mp4"), None, "mp4", "should be MP4, and its first bytes are not"),
            (NOISE, Some("model/gltf-binary"), Some("x"), "glb", "should be glTF, and its first"),
            (NOISE, None, Some("webp"), "webp", "should be WebP, and its first bytes are not"),
            (b"\x89PN", None, Some("png"), "png", "should be PNG, and its first bytes are not"),
            (JSON, Some("application/json"), Some("mp4"), "json", "should be MP4, and it is JSON"),
            (JSON, None, Some("html"), "json", "should be an HTML page, and it is JSON"),
            (
                b"<?xml version='1.0'?><kml/>",
                None,
                Some("png"),
                "xml",
                "should be PNG, and it is XML",
            ),
            (b"solid words", None, Some("stl"), "txt", "should be STL, and it is text"),
            (
                b"#EXTM3U\n#EXT-X-VERSION:3\n",
                Some("audio/mpegurl"),
                Some("m3u8"),
                "m3u8",
                "should be audio, and it is text",
            ),
            (b"P3 1 1 255 0 0 0\n", Some("image/x-new"), None, "txt", "should be an image"),
        ];
        for (head, media_type, ending, expected, words) in cases {
            let verdict = judged(head, media_type, ending).unwrap();
            assert_eq!(verdict.ending, expected, "{media_type:?} {ending:?}");
            assert!(verdict.warning.is_some_and(|warning| warning.contains(words)), "{words}");
        }
    }

    #[test]
    fn a_page_about_an_error_is_no_file() {
        let media = [
            (Some("image/png"), Some("png"), "PNG"),
            (Some("text/html"), Some("mp4"), "MP4"),
            (Some("application/octet-stream"), Some("mp3"), "MP3"),
            (Some("video/mp4"), None, "MP4"),
            (Some("image/x-new"), None, "an image"),
            (None, Some("svg"), "SVG"),
        ];
        for (page, name) in ERRORS {
            for (media_type, ending, medium) in media {
                let why = judged(page.as_bytes(), media_type, ending).unwrap_err();
                assert_eq!(why, format!("it should be {medium}, and it is {name}"), "{page}");
            }
            for (media_type, ending) in
                [(None, None), (Some("text/html"), Some("php")), (Some("application/json"), None)]
            {
                let why = judged(page.as_bytes(), media_type, ending).unwrap_err();
                assert_eq!(why, format!("it is {name} about an error"), "{page}");
            }
            if name != "text" {
                assert!(judged(page.as_bytes(), None, Some("safetensors")).is_err(), "{page}");
            }
        }
    }

    #[test]
    fn words_pages_and_blank_json_are_no_medium_even_if_nothing_failed() {
        let blank: [&[u8]; 3] = [b"{}", b"[]", b" [{ },\n{}]\n"];
        let words = [HTML, b"a cat, asleep", SRT, b"\xff\xfeA\0 \0c\0a\0t\0"];
        for head in words.into_iter().chain(blank) {
            for (media_type, ending) in [
                (None, Some("mp4")),
                (Some("image/svg+xml"), Some("svg")),
                (Some("audio/mpeg"), None),
            ] {
                assert!(judged(head, media_type, ending).is_err(), "{}", head.escape_ascii());
            }
        }
        assert_eq!(judged(b"", Some("image/png"), Some("png")), Err("it is empty".to_owned()));
    }

    #[test]
    fn what_comes_packed_is_saved_packed() {
        let judged = |head, coding, media_type, ending| {
            judge(head, Claims { media_type, coding: Some(coding), ending })
        };
        let cases = [
            (GZIP, "gzip", Some("image/png"), Some("png"), "png.gz", true),
            (GZIP, "gzip", Some("image/png"), None, "png.gz", true),
            (NOISE, "br", None, Some("mp4"), "mp4.br", true),
            (b"\x28\xb5\x2f\xfd", "zstd", None, None, "bin.zst", true),
            // Not packed, whatever is said.
            (PNG, "gzip", Some("image/png"), Some("png"), "png", false),
            (PNG, "identity", None, None, "png", false),
            (GZIP, "aws-chunked", None, Some("tgz"), "tgz", false),
        ];
        for (head, coding, media_type, ending, expected, warns) in cases {
            let verdict = judged(head, coding, media_type, ending).unwrap();
            assert_eq!((verdict.ending.as_str(), verdict.warning.is_some()), (expected, warns));
        }
        assert!(
            judged(GZIP, "gzip", Some("text/html"), Some("png")).unwrap_err().contains("a text in")
        );
    }
}
