//! Files inside of `data:` URIs.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

use crate::redact::is_data_uri;

/// Padding is often left out.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A `data:` URI, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DataUri<'a> {
    /// As it is written, perhaps with parameters, perhaps empty.
    pub(crate) media_type: &'a str,
    base64: bool,
    payload: &'a str,
}

impl<'a> DataUri<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (head, payload) = text.get(5..).filter(|_| is_data_uri(text))?.split_once(',')?;
        let (media_type, base64) = match head.rsplit_once(';') {
            Some((media_type, word)) if word.trim().eq_ignore_ascii_case("base64") => {
                (media_type, true)
            }
            _ => (head, false),
        };
        Some(Self { media_type: media_type.trim(), base64, payload })
    }

    /// Whether it holds a file; others are words that happen to begin like one.
    pub(crate) fn is_file(&self) -> bool {
        self.base64 || self.media_type.contains('/')
    }

    /// How many bytes it holds at most; few less, where it is written as usual.
    pub(crate) fn size(&self) -> u64 {
        let written = self.payload.trim_end_matches('=').len() as u64;
        if self.base64 { written * 3 / 4 } else { written }
    }

    pub(crate) fn decode(&self) -> Result<Vec<u8>, &'static str> {
        let plain = if self.payload.contains('%') || !self.base64 {
            Cow::from(percent_decode_str(self.payload))
        } else {
            Cow::Borrowed(self.payload.as_bytes())
        };
        if !self.base64 {
            return Ok(plain.into_owned());
        }
        let plain = if plain.iter().any(u8::is_ascii_whitespace) {
            plain.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
        } else {
            plain
        };
        FORGIVING.decode(plain).map_err(|_| "it is not base64")
    }
}

/// The bytes as a `data:` URI.
pub(crate) fn encode(media_type: &str, bytes: &[u8]) -> String {
    let mut uri = format!("data:{media_type};base64,");
    FORGIVING.encode_string(bytes, &mut uri);
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_unusual_spellings_are_read() {
        let cases: [(&str, &str, &[u8]); 7] = [
            ("data:image/png;base64,iVBORw==", "image/png", b"\x89PNG"),
            ("DATA:image/png;BASE64,iVBORw", "image/png", b"\x89PNG"),
            ("data:image/png; base64,iVBO\nRw==", "image/png", b"\x89PNG"),
            ("data:image/png;base64,iVBORw%3D%3D", "image/png", b"\x89PNG"),
            ("data:text/plain;charset=utf-8,a%20b", "text/plain;charset=utf-8", b"a b"),
            ("data:,x", "", b"x"),
            ("data:;base64,", "", b""),
        ];
        for (text, media_type, bytes) in cases {
            let uri = DataUri::parse(text).unwrap();
            assert_eq!((uri.media_type, uri.decode().unwrap().as_slice()), (media_type, bytes));
            assert!(uri.size() >= bytes.len() as u64);
        }
        assert_eq!(DataUri::parse("data:none"), None);
        assert_eq!(DataUri::parse("https://a,b"), None);
        assert_eq!(DataUri::parse("dat"), None);
        assert!(DataUri::parse("data:;base64,!").unwrap().decode().is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes: Vec<u8> = (0..=255).collect();
        let uri = encode("audio/wav", &bytes);
        assert!(uri.starts_with("data:audio/wav;base64,"));
        let read = DataUri::parse(&uri).unwrap();
        assert_eq!((read.decode().unwrap(), read.size()), (bytes, 256));
    }
}
