//! Formats of media, told by their first bytes.

use crate::OutputKind;

/// A format of media.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    /// What it holds; containers of films hold sound too.
    pub(crate) kinds: &'static [OutputKind],
    /// Its media types, the proper one first.
    pub(crate) media_types: &'static [&'static str],
    /// The endings of its files' names, the proper one first.
    pub(crate) endings: &'static [&'static str],
    /// Whether [`recognize`] knows every file of it.
    pub(crate) certain: bool,
}

impl Format {
    pub(crate) fn media_type(&self) -> &'static str {
        self.media_types[0]
    }

    /// What a file of it is called that is taken for this kind of medium.
    pub(crate) fn media_type_as(&self, kind: OutputKind) -> &'static str {
        let proper = self.media_types.iter().find(|name| kind_of_media_type(name) == Some(kind));
        match (proper, kind) {
            (Some(proper), _) => proper,
            (None, Audio) if self.kinds.contains(&Video) => M4A.media_type(),
            _ => self.media_type(),
        }
    }

    pub(crate) fn ending(&self) -> &'static str {
        self.endings[0]
    }

    pub(crate) fn of_media_type(media_type: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.media_types.contains(&media_type))
    }

    pub(crate) fn of_ending(ending: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.endings.contains(&ending))
    }
}

/// The kind of a media type, also of one that no format here has.
pub(crate) fn kind_of_media_type(media_type: &str) -> Option<OutputKind> {
    match media_type.split('/').next()? {
        "image" => Some(Image),
        "video" => Some(Video),
        "audio" => Some(Audio),
        _ => None,
    }
}

macro_rules! formats {
    ($($id:ident = $name:literal $kinds:tt $types:tt $endings:tt $certain:literal;)*) => {
        $(pub(crate) static $id: Format = Format {
            name: $name,
            kinds: &$kinds,
            media_types: &$types,
            endings: &$endings,
            certain: $certain,
        };)*
        static FORMATS: &[&Format] = &[$(&$id),*];
    };
}

use OutputKind::{Audio, Image, Video};

formats! {
    PNG = "PNG" [Image] ["image/png", "image/x-png", "image/apng"] ["png", "apng"] true;
    JPEG = "JPEG" [Image] ["image/jpeg", "image/jpg", "image/pjpeg"] ["jpg", "jpeg", "jpe", "jfif"] true;
    WEBP = "WebP" [Image] ["image/webp"] ["webp"] true;
    GIF = "GIF" [Image, Video] ["image/gif"] ["gif"] true;
    AVIF = "AVIF" [Image] ["image/avif"] ["avif"] true;
    HEIC = "HEIC" [Image] ["image/heic", "image/heif"] ["heic", "heif"] true;
    BMP = "BMP" [Image] ["image/bmp", "image/x-ms-bmp"] ["bmp"] true;
    TIFF = "TIFF" [Image] ["image/tiff"] ["tiff", "tif"] true;
    SVG = "SVG" [Image] ["image/svg+xml"] ["svg"] false;
    MP4 = "MP4" [Video, Audio] ["video/mp4", "video/x-m4v", "application/mp4"] ["mp4", "m4v"] false;
    MOV = "QuickTime" [Video, Audio] ["video/quicktime"] ["mov", "qt"] false;
    WEBM = "WebM" [Video, Audio] ["video/webm", "audio/webm"] ["webm"] true;
    MKV = "Matroska" [Video, Audio] ["video/x-matroska", "video/matroska", "audio/x-matroska"] ["mkv", "mka"] true;
    AVI = "AVI" [Video] ["video/x-msvideo", "video/avi"] ["avi"] true;
    WAV = "WAV" [Audio] ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"] ["wav"] true;
    FLAC = "FLAC" [Audio] ["audio/flac", "audio/x-flac"] ["flac"] true;
    OGG = "Ogg" [Audio, Video] ["audio/ogg", "video/ogg", "application/ogg", "audio/opus"] ["ogg", "opus", "oga", "ogv"] true;
    M4A = "M4A" [Audio, Video] ["audio/mp4", "audio/x-m4a", "audio/m4a"] ["m4a"] false;
    MP3 = "MP3" [Audio] ["audio/mpeg", "audio/mp3"] ["mp3"] false;
    AAC = "AAC" [Audio] ["audio/aac", "audio/x-aac", "audio/aacp"] ["aac"] false;
}

/// So many first bytes are enough to tell.
pub(crate) const ENOUGH: usize = 512;

/// The format of a file, by its first bytes.
pub(crate) fn recognize(head: &[u8]) -> Option<&'static Format> {
    let has = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(magic));
    let riff = |kind: &[u8]| has(0, b"RIFF") && has(8, kind);
    Some(match () {
        () if has(0, b"\x89PNG\r\n\x1a\n") => &PNG,
        () if has(0, b"\xff\xd8\xff") => &JPEG,
        () if has(0, b"GIF87a") || has(0, b"GIF89a") => &GIF,
        () if riff(b"WEBP") => &WEBP,
        () if riff(b"WAVE") => &WAV,
        () if riff(b"AVI ") => &AVI,
        () if has(4, b"ftyp") => brand(head.get(8..12)?),
        () if has(0, b"\x1a\x45\xdf\xa3") => matroska(head),
        () if has(0, b"OggS") => &OGG,
        () if has(0, b"fLaC") => &FLAC,
        () if has(0, b"ID3") => &MP3,
        () if has(0, b"II*\0") || has(0, b"MM\0*") => &TIFF,
        () if has(0, b"BM") && has(6, &[0; 4]) => &BMP,
        () if is_svg(head) => &SVG,
        () => return frames(head),
    })
}

/// Of the containers that begin with `ftyp`, by what they say they are.
fn brand(brand: &[u8]) -> &'static Format {
    match brand {
        b"avif" | b"avis" => &AVIF,
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1" => &HEIC,
        b"qt  " => &MOV,
        b"M4A " | b"M4B " => &M4A,
        _ => &MP4,
    }
}

fn matroska(head: &[u8]) -> &'static Format {
    let start = &head[..head.len().min(64)];
    if start.windows(4).any(|word| word == b"webm") { &WEBM } else { &MKV }
}

/// Sound without a header: the first frame has to make sense.
fn frames(head: &[u8]) -> Option<&'static Format> {
    let [0xff, kind, rates, ..] = *head else {
        return None;
    };
    if kind & 0xf6 == 0xf0 {
        return Some(&AAC);
    }
    let layer = kind & 0xe0 == 0xe0 && kind & 0x18 != 0x08 && kind & 0x06 != 0;
    (layer && rates & 0xf0 != 0xf0 && rates & 0x0c != 0x0c).then_some(&MP3)
}

fn is_svg(head: &[u8]) -> bool {
    let text = opening(head);
    text.starts_with("<svg") || text.starts_with("<?xml") && text.contains("<svg")
}

/// Text that stands where a medium should: what it is called in a sentence.
pub(crate) fn recognize_text(head: &[u8]) -> Option<&'static str> {
    let text = opening(head);
    let mut words = text.chars().filter(|c| !c.is_whitespace());
    match (words.next()?, words.next()) {
        ('{', Some('"' | '}')) | ('[', Some('{' | '"' | ']')) => Some("JSON"),
        ('<', _) if is_html(&text) => Some("an HTML page"),
        ('<', Some('?')) => Some("XML"),
        _ if text.starts_with("<error") => Some("XML"),
        _ => None,
    }
}

fn is_html(text: &str) -> bool {
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| text.starts_with(tag))
        || text.starts_with("<!--") && text.contains("<html")
}

/// The beginning in lower case, without a byte order mark and blanks.
fn opening(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(&head[..head.len().min(ENOUGH)]);
    text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let cases: [(&[u8], &str); 22] = [
            (b"\x89PNG\r\n\x1a\n....", "PNG"),
            (b"\xff\xd8\xff\xe0..JFIF", "JPEG"),
            (b"GIF89a", "GIF"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
            (b"RIFF\x10\0\0\0WAVEfmt ", "WAV"),
            (b"RIFF\x10\0\0\0AVI LIST", "AVI"),
            (b"\0\0\0\x20ftypisom", "MP4"),
            (b"\0\0\0\x20ftypqt  ", "QuickTime"),
            (b"\0\0\0\x20ftypM4A ", "M4A"),
            (b"\0\0\0\x20ftypavif", "AVIF"),
            (b"\0\0\0\x20ftypheic", "HEIC"),
            (b"\x1a\x45\xdf\xa3\x01\0\0\x42\x82\x84webm", "WebM"),
            (b"\x1a\x45\xdf\xa3\x01\0\0\x42\x82\x88matroska", "Matroska"),
            (b"OggS\0\x02", "Ogg"),
            (b"fLaC\0\0", "FLAC"),
            (b"ID3\x04", "MP3"),
            (b"\xff\xfb\x90\x64", "MP3"),
            (b"\xff\xf1\x50\x80", "AAC"),
            (b"II*\0\x08", "TIFF"),
            (b"BM\x46\0\0\0\0\0\0\0", "BMP"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg>", "SVG"),
        ];
        for (head, name) in cases {
            assert_eq!(recognize(head).map(|format| format.name), Some(name));
        }
    }

    #[test]
    fn what_is_no_medium_is_not_taken_for_one() {
        let heads: [&[u8]; 9] = [
            b"",
            b"\xff",
            b"\xff\xff\xff\xff",
            b"....ftyp",
            b"RIFF",
            b"BMW",
            b"II",
            b"Not found",
            b"<html>",
        ];
        for head in heads {
            assert_eq!(recognize(head), None, "{head:?}");
        }
    }

    #[test]
    fn pages_of_text_are_told() {
        let cases: [(&[u8], Option<&str>); 10] = [
            (b"<!DOCTYPE html><html>", Some("an HTML page")),
            (b"\xef\xbb\xbf \n<HTML lang=en>", Some("an HTML page")),
            (b"<!-- x --><html>", Some("an HTML page")),
            (b"{\"error\": 1}", Some("JSON")),
            (b" [ {} ]", Some("JSON")),
            (b"<?xml version=\"1.0\"?><Error>", Some("XML")),
            (b"<Error><Code>AccessDenied</Code>", Some("XML")),
            (b"{not json", None),
            (b"\x89PNG", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            assert_eq!(recognize_text(head), expected, "{head:?}");
        }
    }

    #[test]
    fn a_container_is_called_what_it_is_taken_for() {
        assert_eq!(MP4.media_type_as(Video), "video/mp4");
        assert_eq!(MP4.media_type_as(Audio), "audio/mp4");
        assert_eq!(WEBM.media_type_as(Audio), "audio/webm");
        assert_eq!(OGG.media_type_as(Video), "video/ogg");
        assert_eq!(WAV.media_type_as(Audio), "audio/wav");
        assert_eq!(GIF.media_type_as(Video), "image/gif");
    }

    #[test]
    fn a_name_or_a_media_type_belongs_to_one_format() {
        let mut seen = std::collections::BTreeSet::new();
        for format in FORMATS {
            for word in format.media_types.iter().chain(format.endings) {
                assert!(seen.insert(*word), "{word}");
            }
        }
    }
}
