//! Files of unusual but right formats.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::dice::Dice;
use super::media::File;

/// A format of files that clients do not expect, and that is right all the same. The file begins as one
/// of its kind does; what follows cannot be played or shown, but for that of an SVG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileFormat {
    /// AVIF under the brand `mif1`, which HEIC has, too: `"avif"`.
    Avif,
    /// HEIC: `"heic"`.
    Heic,
    /// An SVG behind a comment and a DOCTYPE of 5 kB: `"svg"`.
    Svg,
    /// A `QuickTime` film without a `ftyp`: `"mov"`.
    Mov,
    /// `WebM`: `"webm"`.
    Webm,
    /// MP3 behind an empty ID3 tag of 1 kB: `"mp3"`.
    Mp3,
    /// FLAC: `"flac"`.
    Flac,
    /// Opus in Ogg: `"ogg"`.
    Ogg,
    /// Bytes that nobody knows, as `application/octet-stream`: `"unknown"`.
    Unknown,
}

impl FileFormat {
    /// A file of this format, another one for each seed.
    pub(super) fn file(self, seed: u64) -> File {
        let (content_type, head): (_, Vec<u8>) = match self {
            Self::Avif => ("image/avif", brands(b"mif1", b"avifmiaf")),
            Self::Heic => ("image/heic", brands(b"heic", b"mif1heic")),
            Self::Svg => {
                return File { content_type: "image/svg+xml", bytes: svg(seed).into_bytes() };
            }
            Self::Mov => ("video/quicktime", b"\0\0\0\x08wide\0\0\x04\0mdat".to_vec()),
            Self::Webm => ("video/webm", b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm".to_vec()),
            Self::Mp3 => {
                ("audio/mpeg", [b"ID3\x04\0\0\0\0\x08\0", &[0; 1024][..], b"\xff\xfb\x90"].concat())
            }
            Self::Flac => ("audio/flac", b"fLaC\0\0\0\x22".to_vec()),
            Self::Ogg => {
                let page = [b"OggS\0\x02", &[0; 20][..], b"\x01\x13OpusHead"].concat();
                ("audio/ogg", page)
            }
            Self::Unknown => ("application/octet-stream", b"\x07\x01unheard of\0".to_vec()),
        };
        File { content_type, bytes: [head, noise(seed)].concat() }
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avif => "AVIF",
            Self::Heic => "HEIC",
            Self::Svg => "SVG",
            Self::Mov => "QuickTime",
            Self::Webm => "WebM",
            Self::Mp3 => "MP3",
            Self::Flac => "FLAC",
            Self::Ogg => "Opus",
            Self::Unknown => "of no known format",
        })
    }
}

/// A `ftyp` box.
fn brands(major: &[u8], compatible: &[u8]) -> Vec<u8> {
    [b"\0\0\0\x18ftyp", major, b"\0\0\0\0", compatible].concat()
}

fn noise(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let bytes: Vec<u8> = (0..=255).collect();
    (0..2048).map(|_| *dice.pick(&bytes)).collect()
}

fn svg(seed: u64) -> String {
    let entities = "  <!ENTITY colour \"a name that takes its place\">\n".repeat(100);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Made by a program that says so. -->\n\
         <!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \
         \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\" [\n{entities}]>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">\
         <circle cx=\"4\" cy=\"4\" r=\"4\" fill=\"#{:06x}\"/></svg>\n",
        seed & 0xff_ffff,
    )
}
