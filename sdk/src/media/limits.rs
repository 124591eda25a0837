//! What a file that is sent along may be.

use crate::OutputKind;
use crate::schema::runtime::MediaRule;

/// How many bytes an official client lets a `data:` URI hold.
pub(super) fn cap(kind: OutputKind) -> u64 {
    const MIB: u64 = 1024 * 1024;
    match kind {
        OutputKind::Image => 6 * MIB,
        OutputKind::Video => 32 * MIB,
        OutputKind::Audio => 16 * MIB,
    }
}

/// And how many bytes a whole request has at most.
pub(crate) const REQUEST_CAP: usize = 64 * 1024 * 1024;

pub(super) fn noun(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Image => "an image",
        OutputKind::Video => "a video",
        OutputKind::Audio => "audio",
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(super) fn mebibytes(bytes: u64) -> String {
    let mib = bytes as f64 / (1024.0 * 1024.0);
    if mib.fract() == 0.0 { format!("{mib} MiB") } else { format!("{mib:.1} MiB") }
}

/// What is known of a file at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) bytes: u64,
    /// Width and height in pixels, where they can be told.
    pub(super) pixels: Option<(usize, usize)>,
}

impl Measured {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let size = imagesize::blob_size(bytes).ok();
        Self {
            bytes: bytes.len() as u64,
            pixels: size.map(|size| (size.width, size.height)).filter(|(w, h)| *w > 0 && *h > 0),
        }
    }

    /// How a file breaks a published limit; `None` where it keeps it, or where it cannot be told.
    #[expect(clippy::cast_precision_loss, reason = "no file is that large")]
    pub(super) fn breaks(&self, rule: &MediaRule) -> Option<String> {
        let pixels = self.pixels.map(|(width, height)| (width as f64, height as f64));
        let ratio = pixels.map(|(width, height)| width / height);
        let told = |pixels: Option<f64>, is_bad: fn(f64, f64) -> bool, limit: f64| {
            pixels.is_some_and(|measured| is_bad(measured, limit))
        };
        let shape = || match self.pixels {
            Some((width, height)) => format!("it has {width} × {height} pixels"),
            None => String::new(),
        };
        let (broken, words) = match *rule {
            MediaRule::FileSizeMbBelow(limit) => {
                let mb = self.bytes as f64 / 1e6;
                (mb >= limit, format!("it has {mb:.1} MB, and must have fewer than {limit}"))
            }
            MediaRule::RatioAbove(limit) => (
                told(ratio, |ratio, limit| ratio <= limit, limit),
                format!("{}, and its width must be more than {limit} × its height", shape()),
            ),
            MediaRule::RatioBelow(limit) => (
                told(ratio, |ratio, limit| ratio >= limit, limit),
                format!("{}, and its width must be less than {limit} × its height", shape()),
            ),
            MediaRule::WidthAbove(limit) => (
                told(pixels.map(|(width, _)| width), |width, limit| width <= limit, limit),
                format!("{}, and must be wider than {limit}", shape()),
            ),
            MediaRule::HeightAbove(limit) => (
                told(pixels.map(|(_, height)| height), |height, limit| height <= limit, limit),
                format!("{}, and must be higher than {limit}", shape()),
            ),
            MediaRule::Saying(published, rule) => {
                return self.breaks(rule).map(|words| format!("{published} ({words})"));
            }
        };
        broken.then_some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_limits_are_held_against_what_is_measured() {
        use MediaRule::*;
        let measured = Measured { bytes: 2_000_000, pixels: Some((1600, 900)) };
        let cases = [
            (FileSizeMbBelow(2.0), Some("it has 2.0 MB, and must have fewer than 2")),
            (FileSizeMbBelow(2.1), None),
            (RatioAbove(1.5), None),
            (RatioAbove(2.0), Some("it has 1600 × 900 pixels, and its width must be more than 2")),
            (RatioBelow(2.0), None),
            (RatioBelow(1.5), Some("its width must be less than 1.5 × its height")),
            (WidthAbove(1600.0), Some("must be wider than 1600")),
            (WidthAbove(1599.0), None),
            (HeightAbove(900.0), Some("must be higher than 900")),
            (HeightAbove(300.0), None),
            (Saying("Too small.", &HeightAbove(900.0)), Some("Too small. (it has 1600 × 900")),
            (Saying("Too small.", &HeightAbove(300.0)), None),
        ];
        for (rule, words) in cases {
            let told = measured.breaks(&rule);
            match words {
                None => assert_eq!(told, None, "{rule:?}"),
                Some(words) => assert!(told.is_some_and(|told| told.contains(words)), "{rule:?}"),
            }
        }
        let unknown = Measured { bytes: 1, pixels: None };
        assert_eq!(unknown.breaks(&WidthAbove(1600.0)), None);
        assert_eq!(unknown.breaks(&RatioBelow(0.1)), None);
    }
}
