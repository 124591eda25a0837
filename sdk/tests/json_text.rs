//! JSON text is read and written by code of our own: whatever the text, `serde_json` says the same.

#![cfg(feature = "models")]

use std::fmt::Debug;

use fastrand::Rng;
use runcomfy::Invalid;
use runcomfy::models::google::{gemini_omni_flash, nano_banana_2};
use runcomfy::models::kling::{kling_3_0, kling_video_o3};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const CASES: usize = 20_000;

const KEYS: &[&str] = &[
    "prompt",
    "\\u0070rompt",
    "aspect_ratio",
    "num_images",
    "seed",
    "images",
    "image_url",
    "start_image_url",
    "duration",
    "generate_audio",
    "sound",
    "cfg_scale",
    "multi_prompt",
    "unknown",
    "",
    "\\ud83e\\udd80\\n",
    "é",
];

/// Most are right for one of the keys; some are no JSON.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "5.0",
    "0.5",
    "1e1",
    "1E+2",
    "1e-400",
    "0.1000000000000000055511151231257827",
    "2.2250738585072011e-308",
    "1.7976931348623158e308",
    "999999999999999999",
    "-999999999999999999",
    "1000000000000000000",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "-170141183460469231731687303715884105729",
    "1e400",
    "01",
    "1.",
    ".5",
    "-",
    "+1",
    "0x1",
    "NaN",
    "1e",
    "--1",
    r#""""#,
    r#""a""#,
    r#""16:9""#,
    r#""\u0031:1""#,
    r#""more than sixteen bytes, é한국🦀""#,
    r#""https://example.com/a.png""#,
    r#""\"\\\/\b\f\n\r\t\u0000\u001f\u007f\u2028\ud83e\udd80""#,
    "\"\u{7f}\u{80}\u{2028}\u{feff}\u{10ffff}\"",
    r#""1234567\\""#,
    r#""12345678\"""#,
    r#""\ud83e""#,
    r#""\udd80\ud83e""#,
    r#""\ud83e\u0041""#,
    r#""\x""#,
    r#""\u12""#,
    "\"\t\"",
    "\"\0\"",
    "'a'",
    "[]",
    "{}",
    "[1, [2.5, {}], \"\\u00e9\"]",
    r#"{"a":1,"\u0061":[null]}"#,
    r#"["https://example.com/a.png"]"#,
    r#"[{"prompt":"a","duration":"5"}]"#,
    "[1,]",
    "[",
    "{\"a\"}",
];

const ODD: &str = "\0\u{b}\u{a0}\u{feff}\u{2028} \n\r\t\"\\{}[]:,0127-+.eEtfnul/bd\u{7f}é🦀";

fn document(random: &mut Rng) -> String {
    let mut text = String::from(r#"{"prompt":"a""#);
    for _ in 0..random.usize(0..4) {
        let (key, value) = (random.choice(KEYS).unwrap(), random.choice(VALUES).unwrap());
        let space = random.choice(["", "", " ", "\r\n\t", "\u{c}"]).unwrap();
        text += &format!(",{space}\"{key}\"{space}:{space}{value}{space}");
    }
    text + random.choice(["}", "}", "}", "} ", "}}", "", "} x"]).unwrap()
}

fn mutated(random: &mut Rng, text: &str) -> String {
    let odd: Vec<_> = ODD.chars().collect();
    let mut text: Vec<_> = text.chars().collect();
    for _ in 0..random.usize(1..3) {
        let (at, c) = (random.usize(0..=text.len()), *random.choice(&odd).unwrap());
        match random.u8(0..4) {
            0 => text.truncate(at),
            1 if at < text.len() => drop(text.remove(at)),
            2 if at < text.len() => text[at] = c,
            _ => text.insert(at, c),
        }
    }
    text.into_iter().collect()
}

trait Reads: Sized {
    fn from_text(text: &str) -> Result<Self, Invalid>;
    fn from_whole(value: &Value) -> Result<Self, Invalid>;
    fn text(&self) -> String;
}

macro_rules! reads {
    ($($ty:ty),*) => {$(
        impl Reads for $ty {
            fn from_text(text: &str) -> Result<Self, Invalid> {
                Self::from_json(text)
            }
            fn from_whole(value: &Value) -> Result<Self, Invalid> {
                Self::from_value(value)
            }
            fn text(&self) -> String {
                self.to_json()
            }
        }
    )*};
}

type Nano = nano_banana_2::text_to_image::Input;
type Gemini = gemini_omni_flash::image_to_video::Input;
type Kling = kling_3_0::pro::image_to_video::Input;
type KlingO3 = kling_video_o3::pro::reference_to_video::Input;
reads!(Nano, Gemini, Kling, KlingO3);

/// The text, with large numbers as floats have them: the only difference is that ours keep their digits.
fn rounded(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let mut rounded = String::new();
    for word in text.split_inclusive(|c| !is_part(c)) {
        let number = word.trim_end_matches(|c| !is_part(c));
        match number.parse::<f64>() {
            Ok(float) if float.is_finite() && float.abs() >= 9.007_199_254_740_992e15 => {
                rounded.push_str(&format!("{float:e}{}", &word[number.len()..]));
            }
            _ => rounded.push_str(word),
        }
    }
    rounded
}

/// Reads a text in every way, and writes what was read; whether it was read.
fn same<T: Reads + Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) -> bool {
    let value = serde_json::from_str::<Value>(text);
    // It has no place for `1e400`; that is a number all the same.
    if value.as_ref().is_err_and(|error| error.to_string().contains("out of range")) {
        return T::from_text(text).is_ok();
    }
    let ours = match (T::from_text(text), serde_json::from_str::<T>(text)) {
        (Ok(ours), Ok(theirs)) => {
            let (ours_text, theirs_text) = (ours.text(), serde_json::to_string(&theirs).unwrap());
            if rounded(text) == text {
                assert_eq!(ours, theirs, "{text:?}");
                assert_eq!(ours_text, theirs_text, "{text:?}");
            }
            assert_eq!(rounded(&ours_text), rounded(&theirs_text), "{text:?}");
            Ok(ours)
        }
        (Err(ours), Err(theirs)) => {
            let theirs = theirs.to_string();
            let last = ours.violations().last().map_or("", |fault| fault.message());
            match last.strip_prefix("is not JSON: ") {
                // What stands behind a document with faults is not looked at by `from_str`.
                Some(syntax) => assert!(value.is_err() && !syntax.is_empty(), "{text:?}: {ours}"),
                None => {
                    let same = rounded(&theirs).starts_with(&rounded(&ours.to_string()));
                    assert!(same, "{text:?}: {ours} {theirs}");
                }
            }
            Err(ours)
        }
        (ours, theirs) => panic!("{text:?}: {ours:?} {theirs:?}"),
    };
    let read = ours.is_ok();
    let twice = ours.as_ref().is_err_and(|faults| faults.to_string().contains("is given twice"));
    match value {
        // A value knows neither of keys that were given twice, nor of their order.
        Ok(_) if twice => {}
        Ok(_) if rounded(text) != text => {}
        Ok(value) => assert_eq!(ours.ok(), T::from_whole(&value).ok(), "{text:?}"),
        Err(_) => assert!(!read, "{text:?}"),
    }
    read
}

#[test]
fn what_is_read_and_written_is_what_serde_json_reads_and_writes() {
    let mut random = Rng::with_seed(7);
    let mut read = 0;
    for _ in 0..CASES {
        let mut text = document(&mut random);
        if random.bool() {
            text = mutated(&mut random, &text);
        }
        read += usize::from(same::<Nano>(&text)) + usize::from(same::<Gemini>(&text));
        read += usize::from(same::<Kling>(&text)) + usize::from(same::<KlingO3>(&text));
    }
    assert!(read > CASES / 10, "{read} were read");
}

#[test]
fn a_text_may_end_anywhere() {
    let text = r#"{"prompt":"é\ud83e\udd80\n","seed":-12.5e+3,"new":[true,{"a":null}]} "#;
    for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
        same::<Nano>(&text[..at]);
    }
}

#[test]
fn the_depth_that_is_too_much_is_that_of_serde_json() {
    for depth in (95..135).chain([100_000]) {
        let inner = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(same::<Nano>(&format!(r#"{{"prompt":"a","new":{inner}}}"#)), depth < 127);
        same::<Nano>(&inner);
        same::<Nano>(&"[".repeat(depth));
    }
}
