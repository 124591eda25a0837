//! What an input asks for, as far as it decides the price: how many outputs, how long, how large.
//!
//! What a number is not known of counts with the most that it may be: an estimate that is too high
//! ties money up for a while, one that is too low spends it.

use serde_json::{Map, Value};

use super::quantity::{count, most, pixels, seconds};

const COUNTS: &[&str] = &[
    "numimages",
    "numoutputs",
    "numvideos",
    "numaudios",
    "numsamples",
    "numresults",
    "numgenerations",
    "numvariations",
    "numberofimages",
    "numberofvideos",
    "imagecount",
    "maximages",
    "batchsize",
    "batchcount",
    "samplecount",
    "numsongs",
    "numimagesperprompt",
    "numberofoutputs",
    "numberofresults",
    "numberofsamples",
    "numberofgenerations",
    "quantity",
    "count",
    "n",
];
/// Names of durations, and how many seconds one of their units is.
const DURATIONS: &[(&str, f64)] = &[
    ("duration", 1.0),
    ("seconds", 1.0),
    ("durationseconds", 1.0),
    ("durationsecs", 1.0),
    ("durationsec", 1.0),
    ("durationins", 1.0),
    ("durationinseconds", 1.0),
    ("numseconds", 1.0),
    ("lengthseconds", 1.0),
    ("lengthinseconds", 1.0),
    ("length", 1.0),
    ("videolength", 1.0),
    ("audiolength", 1.0),
    ("videoduration", 1.0),
    ("audioduration", 1.0),
    ("musicduration", 1.0),
    ("clipduration", 1.0),
    ("outputduration", 1.0),
    ("targetduration", 1.0),
    ("totalduration", 1.0),
    ("durationms", 0.001),
    ("lengthms", 0.001),
    ("musiclengthms", 0.001),
    ("audiolengthms", 0.001),
    ("videolengthms", 0.001),
    ("durationminutes", 60.0),
];
const FRAMES: &[&str] = &["numframes", "frames", "framecount", "videoframes", "numberofframes"];
const FRAME_RATES: &[&str] = &["fps", "framerate", "framespersecond", "outputfps"];

/// What is asked of a model.
pub(super) struct Asked<'a> {
    /// `None`: the input is not known, and may be any that the schema allows.
    input: Option<&'a Map<String, Value>>,
    schema: Option<&'a Value>,
}

/// A number that decides a price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Neither input nor schema has such a property.
    Absent,
    /// It is this, or at most this.
    Known(f64),
    /// There is one, and nobody can tell how large it may be.
    Open,
}

impl<'a> Asked<'a> {
    pub(super) fn new(input: Option<&'a Value>, schema: Option<&'a Value>) -> Self {
        Self { input: input.and_then(Value::as_object), schema: schema.map(unwrapped) }
    }

    pub(super) fn input(&self) -> Option<&'a Map<String, Value>> {
        self.input
    }

    /// The schemas of the properties.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let parts = self.schema.into_iter().flat_map(|schema| {
            let all_of = schema.get("allOf").and_then(Value::as_array);
            std::iter::once(schema).chain(all_of.into_iter().flatten())
        });
        parts.filter_map(|part| part.get("properties")?.as_object()).flatten()
    }

    /// How many outputs are asked for: all numbers that may say so, multiplied.
    pub(super) fn outputs(&self) -> Number {
        let counts = self.numbers(|name| COUNTS.contains(&name).then_some(1.0), count);
        counts
            .into_iter()
            .reduce(|all, count| all.with(count, |a, b| a * b))
            .unwrap_or(Number::Absent)
    }

    /// How many seconds are asked for, all shots of it.
    pub(super) fn seconds(&self) -> Number {
        let durations = self.numbers(scale, seconds);
        let whole = durations.into_iter().reduce(|all, one| all.with(one, f64::max));
        match (whole, self.shots()) {
            (Some(whole), Some(shots)) => whole.with(shots, f64::max),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => self.frames(),
        }
    }

    /// How many million pixels each output has.
    pub(super) fn megapixels(&self) -> Number {
        let side = |wanted: &str| {
            let sides = self.numbers(|name| (name == wanted).then_some(1.0), count);
            sides.into_iter().reduce(|all, one| all.with(one, f64::max)).unwrap_or(Number::Absent)
        };
        match (side("width"), side("height")) {
            (Number::Absent, Number::Absent) => {
                let sizes = self.numbers(|name| is_size(name).then_some(1.0), pixels);
                sizes
                    .into_iter()
                    .reduce(|all, one| all.with(one, f64::max))
                    .unwrap_or(Number::Absent)
            }
            (width, height) => width.with(height, |width, height| width * height / 1e6),
        }
    }

    /// How many characters the texts of the input have; media do not count.
    pub(super) fn characters(&self) -> Number {
        fn of(value: &Value) -> usize {
            match value {
                Value::String(text) if text.starts_with("data:") => 0,
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.iter().map(of).sum(),
                Value::Object(map) => map.values().map(of).sum(),
                _ => 0,
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "less than 64 MiB")]
        self.input.map_or(Number::Open, |input| {
            Number::Known(input.values().map(of).sum::<usize>() as f64)
        })
    }

    /// The durations of shots: `[{"prompt": …, "duration": 3}, …]`.
    fn shots(&self) -> Option<Number> {
        let lists = self.input?.values().filter_map(Value::as_array);
        let members = lists.flatten().filter_map(Value::as_object).flatten();
        let shots = members.filter_map(|(name, value)| {
            let scale = scale(&plain(name))?;
            Some(seconds(value).map_or(Number::Open, |number| Number::Known(number * scale)))
        });
        shots.reduce(|all, one| all.with(one, |a, b| a + b))
    }

    fn frames(&self) -> Number {
        let most = |names: &[&str]| {
            let all = self.numbers(|name| names.contains(&name).then_some(1.0), count);
            all.into_iter().reduce(|all, one| all.with(one, f64::max)).unwrap_or(Number::Absent)
        };
        match (most(FRAMES), most(FRAME_RATES)) {
            (Number::Absent, _) => Number::Absent,
            (frames, rate) => frames.with(rate, |frames, rate| frames / rate),
        }
    }

    /// Every number of the input, or of the schema, whose name is wanted, times its scale.
    fn numbers(
        &self,
        wanted: impl Fn(&str) -> Option<f64>,
        read: fn(&Value) -> Option<f64>,
    ) -> Vec<Number> {
        let schema_of = |name: &str| self.properties().find(|(of, _)| *of == name).map(|(_, s)| s);
        let given = self.input.into_iter().flatten().filter(|(_, value)| !value.is_null());
        let given = given.filter_map(|(name, value)| {
            let scale = wanted(&plain(name))?;
            let number = read(value).or_else(|| most(schema_of(name)?, read));
            Some(Number::times(number, scale))
        });
        let is_given = |name: &str| {
            self.input.and_then(|input| input.get(name)).is_some_and(|value| !value.is_null())
        };
        let left_out = self.properties().filter(|(name, _)| !is_given(name));
        let left_out = left_out.filter_map(|(name, schema)| {
            let scale = wanted(&plain(name))?;
            // The service reads its default; an input that nobody knows may have any.
            let default = self.input.and_then(|_| read(schema.get("default")?));
            let number = default.or_else(|| most(schema, read));
            Some(Number::times(number, scale))
        });
        given.chain(left_out).collect()
    }
}

impl Number {
    fn times(number: Option<f64>, scale: f64) -> Self {
        number.map_or(Self::Open, |number| Self::Known(number * scale))
    }

    fn with(self, other: Self, both: impl Fn(f64, f64) -> f64) -> Self {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => Self::Known(both(a, b)),
            _ => Self::Open,
        }
    }
}

/// The schema in what the catalog has as one.
fn unwrapped(schema: &Value) -> &Value {
    let inside = ["input", "input_schema", "schema"].iter().find_map(|key| schema.get(key));
    match inside {
        Some(inside) if schema.get("properties").is_none() => inside,
        _ => schema,
    }
}

/// A name without what spellings differ in; workflows put the number of a node before it.
pub(super) fn plain(name: &str) -> String {
    let name = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn scale(name: &str) -> Option<f64> {
    DURATIONS.iter().find(|(of, _)| *of == name).map(|(_, scale)| *scale)
}

fn is_size(name: &str) -> bool {
    matches!(name, "size" | "imagesize" | "resolution" | "dimensions" | "outputsize")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema(name: &str, property: &Value) -> Value {
        json!({ "type": "object", "properties": { name: property } })
    }

    #[test]
    fn seconds_are_found_in_any_spelling() {
        let known = Number::Known;
        let cases = [
            (json!({"duration": 5}), known(5.0)),
            (json!({"duration": 4.5}), known(4.5)),
            (json!({"duration": "5"}), known(5.0)),
            (json!({"duration": "5s"}), known(5.0)),
            (json!({"duration": " 5 seconds "}), known(5.0)),
            (json!({"duration": "2 min"}), known(120.0)),
            (json!({"duration": "1500ms"}), known(1.5)),
            (json!({"videoDuration": 7}), known(7.0)),
            (json!({"241_duration": 7}), known(7.0)),
            (json!({"seconds": 7}), known(7.0)),
            (json!({"music_length_ms": 40_000}), known(40.0)),
            (json!({"num_frames": 96, "fps": 24}), known(4.0)),
            (json!({"num_frames": 96}), Number::Open),
            (json!({"fps": 24}), Number::Absent),
            (json!({"duration": "auto"}), Number::Open),
            (json!({"duration": -1}), Number::Open),
            (json!({"duration": 0}), Number::Open),
            (json!({"duration": [5]}), Number::Open),
            (json!({"duration": "1e999"}), Number::Open),
            (json!({"duration": null}), Number::Absent),
            (json!({"shots": [{"duration": 3}, {"duration": "4s"}]}), known(7.0)),
            (json!({"duration": 5, "shots": [{"duration": 3}, {"duration": 4}]}), known(7.0)),
            (json!({"shots": [{"duration": 3}, {"duration": "auto"}]}), Number::Open),
            (json!({}), Number::Absent),
        ];
        for (input, expected) in cases {
            assert_eq!(Asked::new(Some(&input), None).seconds(), expected, "{input}");
        }
    }

    #[test]
    fn a_number_left_out_is_the_default_else_the_most_that_it_may_be() {
        let known = Number::Known;
        // The schema of the duration, and the seconds: left out, not readable, of an unknown input.
        let cases = [
            (
                json!({"default": 5, "minimum": 1, "maximum": 15}),
                [known(5.0), known(15.0), known(15.0)],
            ),
            (json!({"enum": ["auto", "5", "20"], "default": "auto"}), [known(20.0); 3]),
            (
                json!({"enum": ["auto", "6", "10"], "default": "6"}),
                [known(6.0), known(10.0), known(10.0)],
            ),
            (json!({"maximum": 15}), [known(15.0); 3]),
            (json!({"anyOf": [{"const": "auto"}, {"maximum": 12}]}), [known(12.0); 3]),
            (json!({"default": 5}), [known(5.0), Number::Open, Number::Open]),
            (json!({}), [Number::Open; 3]),
        ];
        let (left_out, auto) = (json!({}), json!({ "duration": "auto" }));
        for (property, expected) in cases {
            let schema = schema("duration", &property);
            let inputs = [Some(&left_out), Some(&auto), None];
            let found = inputs.map(|input| Asked::new(input, Some(&schema)).seconds());
            assert_eq!(found, expected, "{schema}");
        }
        let wrapped = json!({ "input": schema("duration", &json!({ "default": 9 })) });
        assert_eq!(Asked::new(Some(&left_out), Some(&wrapped)).seconds(), known(9.0));
        let composed = json!({ "allOf": [schema("duration", &json!({ "default": 9 }))] });
        assert_eq!(Asked::new(Some(&left_out), Some(&composed)).seconds(), known(9.0));
    }

    #[test]
    fn all_counts_are_multiplied() {
        let known = Number::Known;
        let cases = [
            (json!({"num_images": 4}), known(4.0)),
            (json!({"n": "4"}), known(4.0)),
            (json!({"numOutputs": 2}), known(2.0)),
            (json!({"17_batch_size": 2}), known(2.0)),
            (json!({"batch_size": 2, "batch_count": 3}), known(6.0)),
            (json!({"n": "many"}), Number::Open),
            (json!({"n": 0}), Number::Open),
            (json!({"name": 3, "seed": 9}), Number::Absent),
        ];
        for (input, expected) in cases {
            assert_eq!(Asked::new(Some(&input), None).outputs(), expected, "{input}");
        }
        let schema = schema("num_images", &json!({ "maximum": 4, "default": 1 }));
        assert_eq!(Asked::new(Some(&json!({})), Some(&schema)).outputs(), known(1.0));
        assert_eq!(Asked::new(None, Some(&schema)).outputs(), known(4.0));
    }

    #[test]
    fn pixels_and_characters_are_counted() {
        let cases = [
            (json!({"width": 2000, "height": 1000}), Number::Known(2.0)),
            (json!({"size": "2000x1000"}), Number::Known(2.0)),
            (json!({"image_size": {"width": 2000, "height": 1000}}), Number::Known(2.0)),
            (json!({"width": 2000}), Number::Open),
            (json!({"resolution": "2K"}), Number::Open),
            (json!({}), Number::Absent),
        ];
        for (input, expected) in cases {
            assert_eq!(Asked::new(Some(&input), None).megapixels(), expected, "{input}");
        }
        let input =
            json!({ "text": "grüß", "more": ["ab"], "voice": "data:audio/wav;base64,AAAA" });
        assert_eq!(Asked::new(Some(&input), None).characters(), Number::Known(6.0));
        assert_eq!(Asked::new(None, None).characters(), Number::Open);
    }
}
