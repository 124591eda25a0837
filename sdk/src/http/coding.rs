//! Bodies that are compressed though nobody asked for it.
//!
//! Calls ask for `identity`. What compresses an answer all the same may say so or not, and what says
//! so may have undone it already: the bytes decide.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::wire::{Broken, Reply};

/// A body that was compressed more often than this was not compressed by accident.
const LAYERS: usize = 3;

/// Undoes what can be undone; `most` bounds what comes out of it.
pub(super) fn undo(reply: &mut Reply, codings: &str, most: usize) {
    for _ in 0..LAYERS {
        let body = reply.body.as_slice();
        let mut plain = Vec::new();
        let undone = match coding(body, codings) {
            None => return,
            Some(Coding::Gzip) => unpack(MultiGzDecoder::new(body), &mut plain, most),
            Some(Coding::Zlib) => unpack(ZlibDecoder::new(body), &mut plain, most),
            Some(Coding::Deflate) => unpack(DeflateDecoder::new(body), &mut plain, most),
            Some(Coding::Other(name)) => Err(Broken::Coded(name)),
        };
        // Half a result still shows whose it is.
        if undone.is_ok() || !plain.is_empty() {
            reply.body = plain;
        }
        if let Err(broken) = undone {
            // A connection that broke explains the rest.
            reply.broken.get_or_insert(broken);
            return;
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Zlib,
    /// Without a header, as some understand the word.
    Deflate,
    Other(String),
}

fn coding(body: &[u8], said: &str) -> Option<Coding> {
    let is_said = |name: &str| said.split(',').any(|word| word.trim().eq_ignore_ascii_case(name));
    match body {
        [0x1f, 0x8b, 8, ..] => return Some(Coding::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => return Some(Coding::Other("zstd".to_owned())),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => return Some(Coding::Zlib),
        _ => {}
    }
    if is_page(body) {
        return None;
    }
    if is_said("deflate") {
        return Some(Coding::Deflate);
    }
    let other = ["br", "zstd", "compress", "x-compress"].into_iter().find(|name| is_said(name));
    other.map(|name| Coding::Other(name.to_owned()))
}

/// JSON or HTML: whoever says that it is compressed has undone it already.
fn is_page(body: &[u8]) -> bool {
    let start = &body[..body.len().min(4)];
    matches!(start.first(), None | Some(b'{' | b'[' | b'"' | b'<'))
        && !start.contains(&0)
        && std::str::from_utf8(start).is_ok()
}

fn unpack(from: impl Read, to: &mut Vec<u8>, most: usize) -> Result<(), Broken> {
    match from.take(most as u64 + 1).read_to_end(to) {
        Ok(_) if to.len() > most => Err(Broken::TooLarge(most >> 20)),
        Ok(_) => Ok(()),
        Err(_) => Err(Broken::Coded("damaged gzip or deflate".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = br#"{"status":"succeeded","output":"https://a/1.png"}"#;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(text).unwrap();
        gzip.finish().unwrap()
    }

    fn undone(body: &[u8], said: &str) -> (Vec<u8>, Option<Broken>) {
        let mut reply = Reply { status: 200, body: body.into(), ..Reply::default() };
        undo(&mut reply, said, 1 << 20);
        (reply.body, reply.broken)
    }

    #[test]
    fn what_can_be_undone_is_whatever_is_said_of_it() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(TEXT).unwrap();
        let zlib = zlib.finish().unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(TEXT).unwrap();
        let deflate = deflate.finish().unwrap();
        let parts = [gzip(&TEXT[..9]), gzip(&TEXT[9..])].concat();
        let cases: [(&[u8], &str); 11] = [
            (TEXT, ""),
            (TEXT, "identity"),
            (TEXT, "gzip"),
            (TEXT, "br"),
            (&gzip(TEXT), "gzip"),
            (&gzip(TEXT), "GZIP"),
            (&gzip(TEXT), ""),
            (&gzip(&gzip(TEXT)), "gzip, gzip"),
            (&parts, "x-gzip"),
            (&zlib, "deflate"),
            (&deflate, "deflate"),
        ];
        for (body, said) in cases {
            assert_eq!(undone(body, said), (TEXT.to_vec(), None), "{said}: {body:?}");
        }
        assert_eq!(undone(&[], "gzip"), (Vec::new(), None));
    }

    #[test]
    fn what_cannot_be_undone_says_so() {
        let coded = |name: &str| Some(Broken::Coded(name.to_owned()));
        assert_eq!(undone(b"\x0b\x02\x80{}", "br"), (b"\x0b\x02\x80{}".to_vec(), coded("br")));
        assert_eq!(
            undone(b"\x28\xb5\x2f\xfd\0", ""),
            (b"\x28\xb5\x2f\xfd\0".to_vec(), coded("zstd"))
        );
        let cut = &gzip(TEXT)[..30];
        assert_eq!(undone(cut, "gzip").1, coded("damaged gzip or deflate"));
        // Small as it is, it would fill the memory.
        let bomb = gzip(&vec![b' '; 8 << 20]);
        assert!(bomb.len() < 1 << 20);
        let (body, broken) = undone(&bomb, "gzip");
        assert_eq!(broken, Some(Broken::TooLarge(1)));
        assert!(body.len() <= (1 << 20) + 1);
    }
}
