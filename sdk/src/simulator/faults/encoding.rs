//! Answers in a form that strict readers of JSON refuse.

use std::fmt;

use axum::body::Bytes;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

/// A form of a true answer that a strict reader of JSON refuses, or that is larger than it expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// With `"progress": NaN`, as Python writes it: `"nan"`.
    Nan,
    /// With half of a surrogate pair in a string: `"lone_surrogate"`.
    LoneSurrogate,
    /// With a byte-order mark in front: `"byte_order_mark"`.
    ByteOrderMark,
    /// Compressed, whether or not the client accepts it: `"gzip"`.
    Gzip,
    /// In UTF-16, with a byte-order mark: `"utf16"`.
    Utf16,
    /// With a string of that many bytes in front of all other members: `{"padded": 17000000}`.
    Padded(usize),
}

impl Encoding {
    /// `json` in this form, and what is to be said of it in the head.
    pub(super) fn encode(self, json: &Bytes, head: &mut HeaderMap) -> Bytes {
        match self {
            Self::Nan => with_member(json, r#""progress":NaN"#),
            Self::LoneSurrogate => with_member(json, r#""note":"\ud83d""#),
            Self::ByteOrderMark => [b"\xef\xbb\xbf", &json[..]].concat().into(),
            Self::Gzip => {
                head.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                gzip(json).into()
            }
            Self::Utf16 => {
                let charset = HeaderValue::from_static("application/json; charset=utf-16");
                head.insert(CONTENT_TYPE, charset);
                let text = String::from_utf8_lossy(json);
                let units = std::iter::once(0xfeff).chain(text.encode_utf16());
                units.flat_map(u16::to_le_bytes).collect()
            }
            Self::Padded(bytes) => {
                with_member(json, &format!(r#""padding":"{}""#, "x".repeat(bytes)))
            }
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nan => f.write_str("NaN"),
            Self::LoneSurrogate => f.write_str("half of a surrogate pair"),
            Self::ByteOrderMark => f.write_str("a byte-order mark"),
            Self::Gzip => f.write_str("gzip"),
            Self::Utf16 => f.write_str("UTF-16"),
            Self::Padded(bytes) => write!(f, "{bytes} bytes of padding"),
        }
    }
}

/// The object with one member more, in front.
fn with_member(json: &Bytes, member: &str) -> Bytes {
    match &json[..] {
        [b'{', b'}', ..] => format!("{{{member}}}").into(),
        [b'{', rest @ ..] => [b"{", member.as_bytes(), b",", rest].concat().into(),
        _ => json.clone(),
    }
}

/// A gzip file (RFC 1952) of stored blocks, which need no compressor.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        file.push(u8::from(blocks.peek().is_none()));
        file.extend(length.to_le_bytes());
        file.extend((!length).to_le_bytes());
        file.extend(block);
    }
    file.extend(crc32(bytes).to_le_bytes());
    file.extend(u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes());
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encoding: Encoding, json: &'static str) -> Bytes {
        encoding.encode(&Bytes::from_static(json.as_bytes()), &mut HeaderMap::new())
    }

    #[test]
    fn members_are_put_in_front() {
        assert_eq!(encoded(Encoding::Nan, r#"{"a":1}"#), r#"{"progress":NaN,"a":1}"#);
        assert_eq!(encoded(Encoding::Nan, "{}"), r#"{"progress":NaN}"#);
        assert_eq!(encoded(Encoding::Nan, "[]"), "[]");
        assert_eq!(encoded(Encoding::Padded(3), r#"{"a":1}"#), r#"{"padding":"xxx","a":1}"#);
    }

    #[test]
    fn gzip_is_what_gunzip_reads() {
        // printf '{"a":1}' | crc32
        assert_eq!(crc32(br#"{"a":1}"#), 0x561b_acaf);
        let file = gzip(br#"{"a":1}"#);
        assert_eq!(file[10..15], [1, 7, 0, 0xf8, 0xff]);
        assert_eq!(&file[15..22], br#"{"a":1}"#);
        assert_eq!(file[26..], 7_u32.to_le_bytes());
    }
}
