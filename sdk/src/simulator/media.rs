//! The files of a job: which it has, and what is in them.

use image::ImageFormat;
use serde_json::{Map, Value};

use super::dice::{combine, digest};
use super::picture::{self, Scene};
use super::queue::Job;
use super::size;
use crate::OutputKind;

/// A file of a job.
#[derive(Debug)]
pub(super) struct File {
    pub(super) content_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// The URLs of a job's files.
pub(super) fn urls(origin: &str, job: &Job) -> Vec<String> {
    let ending = ending(job);
    (0..count(&job.input))
        .map(|index| format!("{origin}/files/{}/{index}.{ending}", job.id))
        .collect()
}

/// How many files an input asks for.
pub(super) fn count(input: &Map<String, Value>) -> u64 {
    let names = ["num_images", "num_outputs", "num_videos", "number_of_images", "batch_size", "n"];
    names.iter().find_map(|name| number(input.get(*name)?)).map_or(1, |count| count.clamp(1, 16))
}

/// A number, also one that is written as a string.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// How long a film or a sound is asked to be.
pub(super) fn seconds(input: &Map<String, Value>) -> f64 {
    let seconds = ["duration", "duration_seconds", "seconds", "length"].iter().find_map(|name| {
        match input.get(*name)? {
            Value::String(text) => text.trim_end_matches('s').parse().ok(),
            value => value.as_f64(),
        }
    });
    seconds.unwrap_or(5.0).clamp(1.0, 600.0)
}

fn ending(job: &Job) -> &'static str {
    let format = job.input.get("output_format").and_then(Value::as_str);
    match (job.model.kind(), format) {
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
    let index = index.parse().ok().filter(|index| *index < count(&job.input))?;
    let seed = combine(seed(job), index);
    let (width, height) = size::of(&effective(job), side);
    let still = |format| picture::encode(&Scene::new(seed).paint(width, height, 0.0), format);
    let (content_type, bytes) = match ending {
        "png" => ("image/png", still(ImageFormat::Png)),
        "jpeg" => ("image/jpeg", still(ImageFormat::Jpeg)),
        "webp" => ("image/webp", still(ImageFormat::WebP)),
        _ => return None,
    };
    Some(File { content_type, bytes })
}

/// The same prompt and seed paint the same scene, in every size and format.
fn seed(job: &Job) -> u64 {
    let member = |name| job.input.get(name).map(Value::to_string);
    let prompt =
        member("prompt").unwrap_or_else(|| Value::Object((*job.input).clone()).to_string());
    let seed = member("seed").unwrap_or_default();
    combine(digest(prompt.as_bytes()), digest(seed.as_bytes()))
}

/// The input as the service reads it: what was left out takes the schema's default.
fn effective(job: &Job) -> Map<String, Value> {
    let mut input = (*job.input).clone();
    let properties = job.model.input.schema().get("properties");
    for (name, property) in properties.and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = property.get("default") {
            input.entry(name).or_insert_with(|| default.clone());
        }
    }
    input
}
