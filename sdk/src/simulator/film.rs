//! Films: motion JPEG in MP4, which needs no codec of its own.

use image::{ImageFormat, RgbImage};

use super::picture::encode;

/// Units of time in a second.
const TIMESCALE: u32 = 1000;

/// A film of these pictures, all of one size, that lasts `millis`.
pub(super) fn mp4(pictures: &[RgbImage], millis: u32) -> Vec<u8> {
    let (width, height) = pictures.first().map_or((0, 0), RgbImage::dimensions);
    let frames: Vec<Vec<u8>> =
        pictures.iter().map(|picture| encode(picture, ImageFormat::Jpeg)).collect();
    let brand = boxed(b"ftyp", &[b"isom", &[0, 0, 2, 0], b"isomiso2mp41"]);
    let track = Track {
        width,
        height,
        sizes: frames.iter().map(|frame| size(frame)).collect(),
        delta: millis / count(&frames).max(1),
    };
    // Where the frames begin depends on how long the description is, not on what it says.
    let header = brand.len() + track.description(0).len() + 8;
    let description = track.description(u32::try_from(header).unwrap_or_default());
    [brand, description, boxed(b"mdat", &[&frames.concat()])].concat()
}

struct Track {
    width: u32,
    height: u32,
    /// The length of each frame, in bytes.
    sizes: Vec<u32>,
    /// How long each frame is shown.
    delta: u32,
}

impl Track {
    /// The `moov` box, for frames that begin at `offset`.
    fn description(&self, offset: u32) -> Vec<u8> {
        let duration = self.delta * count(&self.sizes);
        let movie = [
            &numbers(&[0, 0, 0, TIMESCALE, duration, 0x0001_0000])[..],
            &[1, 0],
            &[0; 10],
            &matrix(),
            &[0; 24],
            &numbers(&[2]),
        ]
        .concat();
        let track = [
            &numbers(&[7, 0, 0, 1, 0, duration])[..],
            &[0; 16],
            &matrix(),
            &numbers(&[self.width << 16, self.height << 16]),
        ]
        .concat();
        let media = [
            boxed(b"mdhd", &[&numbers(&[0, 0, 0, TIMESCALE, duration]), &[0x55, 0xC4, 0, 0]]),
            boxed(b"hdlr", &[&[0; 8], b"vide", &[0; 12], b"Video\0"]),
            boxed(b"minf", &[&self.information(offset)]),
        ];
        boxed(
            b"moov",
            &[
                &boxed(b"mvhd", &[&movie]),
                &boxed(b"trak", &[&boxed(b"tkhd", &[&track]), &boxed(b"mdia", &[&media.concat()])]),
            ],
        )
    }

    /// What the frames are and where.
    fn information(&self, offset: u32) -> Vec<u8> {
        let frames = count(&self.sizes);
        let here = boxed(b"url ", &[&numbers(&[1])]);
        let tables = [
            boxed(b"stsd", &[&numbers(&[0, 1]), &self.sample()]),
            boxed(b"stts", &[&numbers(&[0, 1, frames, self.delta])]),
            boxed(b"stsc", &[&numbers(&[0, 1, 1, frames, 1])]),
            boxed(b"stsz", &[&numbers(&[0, 0, frames]), &numbers(&self.sizes)]),
            boxed(b"stco", &[&numbers(&[0, 1, offset])]),
        ];
        [
            boxed(b"vmhd", &[&numbers(&[1, 0, 0])]),
            boxed(b"dinf", &[&boxed(b"dref", &[&numbers(&[0, 1]), &here])]),
            boxed(b"stbl", &[&tables.concat()]),
        ]
        .concat()
    }

    /// One kind of frame: JPEG, which is object type 0x6C.
    fn sample(&self) -> Vec<u8> {
        let decoder = [&[0x04, 13, 0x6C, 0x11][..], &[0; 11]].concat();
        let stream = [&[0x03, 21, 0, 1, 0][..], &decoder, &[0x06, 1, 2]].concat();
        let resolution = 72 << 16;
        boxed(
            b"mp4v",
            &[
                &[0, 0, 0, 0, 0, 0, 0, 1],
                &[0; 16],
                &numbers(&[self.width << 16 | self.height, resolution, resolution, 0]),
                &[0, 1],
                &[0; 32],
                &[0, 24, 0xFF, 0xFF],
                &boxed(b"esds", &[&[0; 4], &stream]),
            ],
        )
    }
}

/// Neither turned nor scaled.
fn matrix() -> Vec<u8> {
    numbers(&[1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30])
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn boxed(kind: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&numbers(&[size(&content) + 8])[..], kind, &content].concat()
}

fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or_default()
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or_default()
}
