//! Formats, told by the first bytes of a file.

use super::text::svg;
#[allow(clippy::wildcard_imports, reason = "it knows nearly all formats")]
use super::*;

/// So many first bytes are enough to tell.
pub(crate) const ENOUGH: usize = 16 * 1024;

/// What a file begins with, at which offset.
type Magic = (usize, &'static [u8], &'static Format);

/// Signatures that leave no doubt. Where one is short, the bytes behind it have to make sense
/// too: see [`unsure`].
const MAGIC: &[Magic] = &[
    (0, b"\x89PNG\r\n\x1a\n", &PNG),
    (0, b"\xff\xd8\xff", &JPEG),
    (0, b"GIF87a", &GIF),
    (0, b"GIF89a", &GIF),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", &JXL),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", &JP2),
    (0, b"\xff\x4f\xff\x51", &JP2),
    (0, b"II*\0", &TIFF),
    (0, b"MM\0*", &TIFF),
    (0, b"II+\0", &TIFF),
    (0, b"MM\0+", &TIFF),
    (0, b"8BPS\0", &PSD),
    (0, b"\x76\x2f\x31\x01", &EXR),
    (0, b"#?RADIANCE\n", &HDR),
    (0, b"#?RGBE\n", &HDR),
    (0, b"qoif", &QOI),
    (0, b"DDS \x7c\0\0\0", &DDS),
    (0, b"FLV\x01", &FLV),
    (0, b"\0\0\x01\xba", &MPEG),
    (0, b"\0\0\x01\xb3", &MPEG),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", &ASF),
    (0, b"fLaC", &FLAC),
    (0, b"#!AMR", &AMR),
    (0, b"caff\0", &CAF),
    (0, b"ADIF", &AAC),
    (0, b"MThd\0\0\0\x06", &MIDI),
    (0, b"glTF\x01\0\0\0", &GLB),
    (0, b"glTF\x02\0\0\0", &GLB),
    (0, b"Kaydara FBX Binary", &FBX),
    (0, b"ply\n", &PLY),
    (0, b"ply\r\n", &PLY),
    (0, b"PXR-USDC", &USDC),
    (0, b"BLENDER", &BLEND),
    (0, b"%PDF-", &PDF),
    (0, b"PK\x03\x04", &ZIP),
    (0, b"PK\x05\x06", &ZIP),
    (0, b"\x1f\x8b\x08", &GZIP),
    (0, b"\x28\xb5\x2f\xfd", &ZSTD),
    (0, b"7z\xbc\xaf\x27\x1c", &SEVEN_ZIP),
    (0, b"Rar!\x1a\x07", &RAR),
    (257, b"ustar", &TAR),
];

/// The format of a file, by its first bytes; `None` for plain text and for what is not known.
pub(crate) fn recognize(head: &[u8]) -> Option<&'static Format> {
    let head = &head[..head.len().min(ENOUGH)];
    let has = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(magic));
    let sure = MAGIC.iter().find(|(at, magic, _)| has(*at, magic));
    sure.map(|(_, _, format)| *format).or_else(|| unsure(head))
}

/// Signatures that need a closer look.
fn unsure(head: &[u8]) -> Option<&'static Format> {
    let kind = |at: usize| head.get(at..at + 4).unwrap_or_default();
    match (kind(0), kind(4), kind(8)) {
        (b"RIFF", _, b"WEBP") => Some(&WEBP),
        (b"RIFF" | b"RF64" | b"BW64", _, b"WAVE") => Some(&WAV),
        (b"RIFF", _, b"AVI ") => Some(&AVI),
        (b"FORM", _, b"AIFF" | b"AIFC") => Some(&AIFF),
        (_, b"ftyp", [_, _, _, _]) => Some(brands(head)),
        // QuickTime before there were brands. The length in front of it is no text.
        ([0..0x20, ..], b"moov" | b"mdat" | b"wide" | b"pnot", _)
        | ([0, ..], b"free" | b"skip", _) => Some(&MOV),
        (b"\x1a\x45\xdf\xa3", ..) => Some(ebml(head)),
        (b"OggS", ..) => Some(ogg(head)),
        ([b'I', b'D', b'3', 2..5], ..) => Some(behind_tag(head)),
        ([b'B', b'M', ..], ..) if head.get(6..10) == Some(&[0; 4]) => Some(&BMP),
        // Pictures, of which there is at least one: icons, then cursors.
        ([0, 0, 1 | 2, 0], [count, 0, ..], _) if *count > 0 => Some(&ICO),
        ([0xff, 0x0a, second, ..], ..) if *second != 0 => Some(&JXL),
        (b"soli", [b'd', b' ', ..], _) if has_facets(head) => Some(&STL),
        _ if is_transport_stream(head) => Some(&TS),
        _ => frames(head).or_else(|| svg(head).then_some(&SVG)),
    }
}

/// Of the containers that begin with `ftyp`: by the brand that a file is of, and where that is
/// one of many, by those that it says it is compatible with.
fn brands(head: &[u8]) -> &'static Format {
    let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let end = length.clamp(12, 4096).min(head.len());
    let compatible = || head.get(16..end).unwrap_or_default().chunks_exact(4);
    let known = || compatible().filter_map(brand_of);
    let special = || known().find(|format| ![&HEIF, &MP4].contains(format));
    match brand_of(&head[8..12]) {
        // The family of pictures, of which each names what it is behind it.
        Some(format) if *format == HEIF => {
            special().filter(|special| special.kinds == format.kinds).unwrap_or(format)
        }
        Some(format) => format,
        None => special().or_else(|| known().next()).unwrap_or(&MP4),
    }
}

fn brand_of(brand: &[u8]) -> Option<&'static Format> {
    Some(match brand {
        b"avif" | b"avis" | b"avio" => &AVIF,
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => &HEIC,
        b"mif1" | b"mif2" | b"mif3" | b"msf1" | b"miaf" => &HEIF,
        b"jxl " => &JXL,
        b"jp2 " | b"jpx " => &JP2,
        b"qt  " => &MOV,
        b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B " => &M4A,
        b"M4V " | b"M4VH" | b"M4VP" => &M4V,
        [b'3', b'g', b'p' | b'2' | b'e' | b'r' | b's', _] => &THREE_GP,
        b"mp41" | b"mp42" | b"avc1" | b"dash" | b"mmp4" | b"MSNV" | [b'i', b's', b'o', _] => &MP4,
        _ => return None,
    })
}

/// The document's type stands in the header, which comes first: an id, a length, a text.
fn ebml(head: &[u8]) -> &'static Format {
    let start = &head[..head.len().min(4096)];
    let at = start.windows(2).position(|id| id == b"\x42\x82");
    let is_webm =
        at.is_some_and(|at| start.get(at + 3..).is_some_and(|kind| kind.starts_with(b"webm")));
    if is_webm { &WEBM } else { &MKV }
}

/// The first page has one packet, and that names what is inside.
fn ogg(head: &[u8]) -> &'static Format {
    let packet = head.get(26).and_then(|segments| head.get(27 + usize::from(*segments)..));
    if packet.is_some_and(|packet| packet.starts_with(b"OpusHead")) { &OPUS } else { &OGG }
}

/// A tag says nothing about the sound behind it, which is nearly always MP3.
fn behind_tag(head: &[u8]) -> &'static Format {
    let size = head.get(6..10).unwrap_or_default().iter();
    let size = size.fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
    let sound = head.get(10 + size..).unwrap_or_default();
    if sound.starts_with(b"fLaC") {
        return &FLAC;
    }
    frames(sound).unwrap_or(&MP3)
}

/// Sound without a header: the frames have to make sense, as many as are here of the first two.
fn frames(head: &[u8]) -> Option<&'static Format> {
    let (format, length) = frame(head)?;
    match head.get(length..) {
        // The sound is over, perhaps with a tag behind it, or its rest is not here.
        None | Some([] | [_] | [_, _] | [_, _, _] | [b'T', b'A', b'G', ..]) => Some(format),
        Some(next) => frame(next).is_some_and(|(next, _)| next == format).then_some(format),
    }
}

/// The first frame, and how many bytes it has.
fn frame(head: &[u8]) -> Option<(&'static Format, usize)> {
    let [0xff, kind, rates, last, ..] = *head else {
        return None;
    };
    // ADTS: twelve bits of sync, layer 0.
    if kind & 0xf6 == 0xf0 {
        let length = match head.get(4..6) {
            Some(rest) => {
                usize::from(last & 3) << 11 | usize::from(rest[0]) << 3 | usize::from(rest[1] >> 5)
            }
            None => usize::MAX,
        };
        return (rates >> 2 & 0xf < 13 && length >= 7).then_some((&AAC, length));
    }
    let [version, layer] = [kind >> 3 & 3, kind >> 1 & 3];
    let [bitrate, sampling] = [rates >> 4, rates >> 2 & 3].map(usize::from);
    // Eleven bits of sync. Layer I is of the nineties, and its first bytes are the byte order
    // mark of UTF-16.
    let is_sound = kind & 0xe0 == 0xe0
        && version != 1
        && matches!(layer, 1 | 2)
        && (1..15).contains(&bitrate)
        && sampling < 3
        && last & 3 != 2;
    if !is_sound {
        return None;
    }
    let first = version == 3;
    let kilobits = match (first, layer) {
        (true, 1) => [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        (true, _) => [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        (false, _) => [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    }[bitrate];
    let hertz = [44_100, 48_000, 32_000][sampling] >> [2, 0, 1, 0][usize::from(version)];
    let samples = if !first && layer == 1 { 72 } else { 144 };
    Some((&MP3, samples * kilobits * 1000 / hertz + usize::from(rates >> 1 & 1)))
}

/// Packets of 188 bytes, each with the same first one; with a time in front of each on some discs.
fn is_transport_stream(head: &[u8]) -> bool {
    let packets = |from: usize, step: usize| {
        head.len() > from + 2 * step && (0..3).all(|n| head[from + n * step] == 0x47)
    };
    packets(0, 188) || packets(4, 192)
}

fn has_facets(head: &[u8]) -> bool {
    head.windows(6).take(512).any(|word| word == b"facet ")
}
