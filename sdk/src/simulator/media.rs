//! The files of a job: which it has, and what is in them.

use image::ImageFormat;
use serde_json::{Map, Value};

use super::dice::{combine, digest};
use super::picture::{self, Scene};
use super::queue::Job;
use super::{film, size, tune};
use crate::OutputKind;

/// A file of a job.
#[derive(Debug)]
pub(super) struct File {
    pub(super) content_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// The URLs of a job's files.
pub(super) fn urls(origin: &str, job: &Job) -> Vec<String> {
    let input = job.model.effective(&job.input);
    let ending = ending(job.model.kind(), &input);
    (0..count(&input)).map(|index| format!("{origin}/files/{}/{index}.{ending}", job.id)).collect()
}

/// How many files an input asks for.
pub(super) fn count(input: &Map<String, Value>) -> u64 {
    let names = ["num_images", "num_outputs", "num_videos", "number_of_images", "batch_size", "n"];
    names.iter().find_map(|name| number(input.get(*name)?)).map_or(1, |count| count.clamp(1, 16))
}

/// A number, also one that is written as a string.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// How long a film or a sound is asked to be.
pub(super) fn seconds(input: &Map<String, Value>) -> f64 {
    let named = |name: &str| match input.get(name)? {
        Value::String(text) => text.trim_end_matches('s').parse().ok(),
        value => value.as_f64(),
    };
    let seconds = ["duration", "duration_seconds", "seconds", "length"];
    let millis = || Some(named("music_length_ms")? / 1000.0);
    let asked = seconds.into_iter().find_map(named).or_else(millis);
    asked.unwrap_or(5.0).clamp(1.0, 600.0)
}

fn ending(kind: OutputKind, input: &Map<String, Value>) -> &'static str {
    let format = input.get("output_format").and_then(Value::as_str);
    match (kind, format) {
        (OutputKind::Image, Some("jpeg" | "jpg")) => "jpeg",
        (OutputKind::Image, Some("webp")) => "webp",
        (OutputKind::Image, _) => "png",
        (OutputKind::Video, _) => "mp4",
        (OutputKind::Audio, _) => "wav",
    }
}

/// Makes the file `name` of a job, such as `0.png`; its longest side is at most `side`.
pub(super) fn file(job: &Job, name: &str, side: u32) -> Option<File> {
    let (index, ending) = name.split_once('.')?;
    let input = job.model.effective(&job.input);
    let index = index.parse().ok().filter(|index| *index < count(&input))?;
    let seed = combine(seed(job), index);
    if let Some(format) = job.fate.format {
        return Some(format.file(seed));
    }
    let still = |format| {
        let (width, height) = size::of(&input, side);
        picture::encode(&Scene::new(seed).paint(width, height, 0.0), format)
    };
    let film = || film(seed, size::of(&input, side / 3), seconds(&input));
    let tune = || tune::wav(seed, whole(seconds(&input).min(60.0)));
    let (content_type, bytes) = match ending {
        "png" => ("image/png", still(ImageFormat::Png)),
        "jpeg" => ("image/jpeg", still(ImageFormat::Jpeg)),
        "webp" => ("image/webp", still(ImageFormat::WebP)),
        "mp4" => ("video/mp4", film()),
        "wav" => ("audio/wav", tune()),
        _ => return None,
    };
    Some(File { content_type, bytes })
}

/// A walk along the hills.
fn film(seed: u64, (width, height): (u32, u32), seconds: f64) -> Vec<u8> {
    const FRAMES: u8 = 16;
    let scene = Scene::new(seed);
    let frames: Vec<_> = (0..FRAMES)
        .map(|at| scene.paint(width, height, f32::from(at) / f32::from(FRAMES)))
        .collect();
    film::mp4(&frames, whole(seconds * 1000.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn whole(number: f64) -> u32 {
    number.round() as u32
}

/// The same prompt and seed paint the same scene, in every size and format.
fn seed(job: &Job) -> u64 {
    let member = |name| job.input.get(name).map(Value::to_string);
    let prompt =
        member("prompt").unwrap_or_else(|| Value::Object((*job.input).clone()).to_string());
    let seed = member("seed").unwrap_or_default();
    combine(digest(prompt.as_bytes()), digest(seed.as_bytes()))
}
