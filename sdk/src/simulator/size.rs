//! The size of a picture, from what the input asks for.

use serde_json::{Map, Value};

/// The longest side where the input does not say how large the picture should be.
const USUAL: f64 = 1024.0;

/// Width and height of the picture that `input` asks for: the ratio is kept, the longest side
/// is halved and at most `limit`.
pub(super) fn of(input: &Map<String, Value>, limit: u32) -> (u32, u32) {
    let (width, height) = ratio(input).unwrap_or((4.0, 3.0));
    let side = (pixels(input).unwrap_or(USUAL) / 2.0).clamp(32.0, f64::from(limit.max(32)));
    fit(width, height, side)
}

/// The ratio, from the first member that tells it.
fn ratio(input: &Map<String, Value>) -> Option<(f64, f64)> {
    pair(input).or_else(|| input.get("image_size")?.as_object().and_then(pair)).or_else(|| {
        ["size", "ratio", "resolution"]
            .iter()
            .find_map(|word| named(input, word).find_map(ratio_word))
    })
}

/// `width` and `height`.
fn pair(object: &Map<String, Value>) -> Option<(f64, f64)> {
    let side = |name| object.get(name)?.as_f64().filter(|side| *side >= 1.0);
    Some((side("width")?, side("height")?))
}

/// The strings in the members whose name holds `word`.
fn named<'a>(input: &'a Map<String, Value>, word: &'a str) -> impl Iterator<Item = &'a str> {
    input
        .iter()
        .filter(move |(name, _)| name.contains(word))
        .filter_map(|(_, value)| value.as_str())
}

/// `16:9`, `1080x1920`, `1280*720`, `square_hd`, `portrait_4_3`.
fn ratio_word(word: &str) -> Option<(f64, f64)> {
    let word = word.trim().to_ascii_lowercase();
    if let Some(sides) = sides(&word, &[':', 'x', '*', '×', '/']) {
        return Some(sides);
    }
    if word.starts_with("square") {
        return Some((1.0, 1.0));
    }
    let (upright, rest) = match word.strip_prefix("portrait") {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix("landscape")?),
    };
    let (a, b) = sides(rest.trim_start_matches('_'), &['_']).unwrap_or((4.0, 3.0));
    let (long, short) = (a.max(b), a.min(b));
    Some(if upright { (short, long) } else { (long, short) })
}

fn sides(word: &str, separators: &[char]) -> Option<(f64, f64)> {
    let (width, height) = word.split_once(separators)?;
    let side = |text: &str| text.trim().parse().ok().filter(|side| *side > 0.0);
    Some((side(width)?, side(height)?))
}

/// How many pixels the longest side was asked to have.
fn pixels(input: &Map<String, Value>) -> Option<f64> {
    if let Some((width, height)) = pair(input) {
        return Some(width.max(height));
    }
    ["resolution", "size"].iter().find_map(|word| {
        named(input, word).find_map(|text| {
            let text = text.trim().to_ascii_lowercase();
            if let Some((width, height)) = sides(&text, &['x', '*', '×']) {
                return Some(width.max(height));
            }
            if let Some(thousands) = text.strip_suffix('k') {
                return Some(thousands.parse::<f64>().ok()? * 1024.0);
            }
            Some(text.strip_suffix('p')?.parse::<f64>().ok()? * 16.0 / 9.0)
        })
    })
}

/// The largest picture of that ratio within `side`; exact where the ratio is of small numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides are positive and small"
)]
fn fit(width: f64, height: f64, side: f64) -> (u32, u32) {
    let (wide, high) = (width.round(), height.round());
    let integral = (wide - width).abs() + (high - height).abs() < f64::EPSILON;
    if integral && width.max(height) < f64::from(u32::MAX) {
        let (wide, high) = (wide as u32, high as u32);
        let common = gcd(wide, high).max(1);
        let (wide, high) = (wide / common, high / common);
        let times = side as u32 / wide.max(high).max(1);
        if times > 0 {
            return (wide * times, high * times);
        }
    }
    let scale = side / width.max(height);
    let scaled = |length: f64| ((length * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_of_asking_for_a_size() {
        let table = [
            (json!({}), (512, 384)),
            (json!({"aspect_ratio": "16:9"}), (512, 288)),
            (json!({"aspect_ratio": "auto"}), (512, 384)),
            (json!({"aspect_ratio": "9:16", "resolution": "0.5K"}), (144, 256)),
            (json!({"aspect_ratio": "1:1", "resolution": "4K"}), (768, 768)),
            (json!({"resolution": "1080x1920"}), (432, 768)),
            (json!({"resolution": "720p", "ratio": "16:9"}), (640, 360)),
            (json!({"size": "1280*720"}), (640, 360)),
            (json!({"width": 512, "height": 1536}), (256, 768)),
            (json!({"image_size": "portrait_4_3"}), (384, 512)),
            (json!({"image_size": "landscape_16_9"}), (512, 288)),
            (json!({"image_size": "square_hd"}), (512, 512)),
            (json!({"image_size": {"width": 100, "height": 50}}), (512, 256)),
            (json!({"aspect_ratio": "2.39:1"}), (512, 214)),
            (json!({"aspect_ratio": "0:0", "size": "x"}), (512, 384)),
            (json!({"width": 1, "height": 100_000}), (1, 768)),
        ];
        for (input, size) in table {
            assert_eq!(of(input.as_object().unwrap(), 768), size, "{input}");
        }
    }
}
