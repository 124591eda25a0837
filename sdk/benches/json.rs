//! Reading, checking and writing one model's input, against a hand-written type that checks nothing,
//! and against that with the validator of the `jsonschema` crate before it.
//!
//! `cargo bench -p runcomfy --bench json`; with `TABLE` set it prints what `cargo xtask bench` reads.

use std::hint::black_box;
use std::time::Instant;

use runcomfy::models::google::nano_banana_2::text_to_image::Input;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const SCHEMA: &str = include_str!("../src/generated/google/nano_banana_2/text_to_image.input.json");

const ROUNDS: usize = 21;
/// A round is the best of so many turns, which other work on the machine did not disturb.
const TURNS: usize = 20;
const TIMES: u32 = 500;

const FULL: &str = r#"{"prompt":"a lighthouse at dusk, long exposure","aspect_ratio":"16:9","resolution":"2K","num_images":2,"output_format":"webp","enable_web_search":false,"limit_generations":true,"seed":1234567,"safety_tolerance":3}"#;

/// Three faults: a value that is none of an enum's, a number over its limit, a number for a string.
const INVALID: &str = r#"{"prompt":"a lighthouse at dusk, long exposure","aspect_ratio":"16:10","resolution":"2K","num_images":9,"output_format":7,"enable_web_search":false,"limit_generations":true,"seed":1234567,"safety_tolerance":3}"#;

/// What somebody writes who wants to be quick.
#[derive(Debug, Serialize, Deserialize)]
struct ByHand {
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<AspectRatio>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<Resolution>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_images: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_format: Option<OutputFormat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_web_search: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_generations: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_tolerance: Option<i64>,
}

macro_rules! by_hand {
    ($name:ident { $($variant:ident = $wire:literal),* }) => {
        #[derive(Debug, Serialize, Deserialize)]
        enum $name {
            $(#[serde(rename = $wire)] $variant,)*
        }
    };
}

by_hand!(AspectRatio {
    Auto = "auto", W21 = "21:9", W16 = "16:9", W3 = "3:2", W4 = "4:3", W5 = "5:4", Square = "1:1",
    H4 = "4:5", H3 = "3:4", H2 = "2:3", H9 = "9:16"
});
by_hand!(Resolution { Half = "0.5K", One = "1K", Two = "2K", Four = "4K" });
by_hand!(OutputFormat { Jpeg = "jpeg", Png = "png", Webp = "webp" });

fn main() {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let hand = |text: &str| serde_json::from_str::<ByHand>(text).is_ok();
    let checked = |text: &str| {
        let value: Value = serde_json::from_str(text).expect("it is JSON");
        validator.is_valid(&value) && ByHand::deserialize(&value).is_ok()
    };
    let read = |text: &str| Input::from_json(text).is_ok();
    let input = Input::from_json(FULL).expect("it is valid");
    let written = serde_json::from_str::<ByHand>(FULL).expect("it is valid");
    assert!(hand(FULL) && checked(FULL) && !hand(INVALID));
    assert_eq!(Input::from_json(INVALID).expect_err("it is not").violations().len(), 3);
    assert_eq!(input.to_json(), serde_json::to_string(&written).expect("it can be written"));

    compare(
        "read and check",
        "by hand, unchecked",
        || read(black_box(FULL)),
        || hand(black_box(FULL)),
    );
    compare(
        "read and check",
        "`jsonschema`, then by hand",
        || read(black_box(FULL)),
        || checked(black_box(FULL)),
    );
    compare(
        "write",
        "by hand",
        || black_box(&input).to_json(),
        || serde_json::to_string(black_box(&written)),
    );
    compare(
        "read three faults, tell all",
        "by hand, to the first",
        || Input::from_json(black_box(INVALID)).map_err(|error| error.to_string()),
        || serde_json::from_str::<ByHand>(black_box(INVALID)).map_err(|error| error.to_string()),
    );
}

/// Times both in turns.
fn compare<A, B>(what: &str, alternative: &str, ours: impl Fn() -> A, theirs: impl Fn() -> B) {
    let turn = || (nanoseconds(&ours), nanoseconds(&theirs));
    let best = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.min(b.1));
    let round = || (0..TURNS).map(|_| turn()).reduce(best).unwrap_or_default();
    let rounds: Vec<_> = (0..ROUNDS).map(|_| round()).collect();
    if std::env::var_os("TABLE").is_some() {
        let cells: Vec<_> = rounds.iter().map(|(a, b)| format!("{a:.1}\t{b:.1}")).collect();
        println!("{what}\t{alternative}\t{}", cells.join("\t"));
        return;
    }
    let mut ratios: Vec<_> = rounds.iter().map(|(a, b)| a / b).collect();
    ratios.sort_by(f64::total_cmp);
    let (a, b) = rounds[ROUNDS / 2];
    let (least, most) = (ratios[0], ratios[ROUNDS - 1]);
    println!(
        "{what}: {a:.0} ns, {:.2} x {alternative} ({b:.0} ns), from {least:.2} to {most:.2}",
        ratios[ROUNDS / 2]
    );
}

fn nanoseconds<T>(work: &impl Fn() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..TIMES {
        black_box(work());
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES)
}
