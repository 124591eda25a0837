//! Every model judges as its schema does: generated instances, judged by the generated types and
//! by the `jsonschema` crate.
//!
//! `EXACTNESS_CASES=1000000 cargo test -p xtask --release exactness` is the long run.

use std::io::Write;

use runcomfy::Model;
use runcomfy::models::ALL;
use serde_json::Value;

use crate::instances::Instances;
use crate::oracle::{Oracle, RoundTrip, Verdict, round_trip, without_nulls};

/// How many instances all models are given together, unless the environment says otherwise.
const CASES: usize = 20_000;
/// How many disagreements are shown.
const SHOWN: usize = 20;

fn cases() -> usize {
    let asked = std::env::var("EXACTNESS_CASES").ok();
    asked.map_or(CASES, |count| count.parse().expect("EXACTNESS_CASES is a number"))
}

#[derive(Default)]
struct Tally {
    judged: usize,
    accepted: usize,
    excluded: usize,
    rounded: usize,
    disagreements: Vec<String>,
}

impl Tally {
    fn input(&mut self, model: &Model, oracle: &Oracle, instance: &Value) {
        self.judged += 1;
        let ours = model.read_input(instance);
        match (oracle.judge(instance), &ours) {
            (Verdict::BeyondIntegers, _) => self.excluded += 1,
            (Verdict::Accepted, Ok(written)) => {
                self.accepted += 1;
                match round_trip(instance, written) {
                    RoundTrip::Equal => {}
                    RoundTrip::Rounded => self.rounded += 1,
                    RoundTrip::Changed => {
                        self.disagree(model, instance, &format!("came back as {written}"));
                    }
                }
            }
            (Verdict::Refused, Err(_)) => {}
            (Verdict::Accepted, Err(error)) => {
                self.disagree(model, instance, &format!("wrongly refused: {error}"));
            }
            (Verdict::Refused, Ok(_)) => {
                self.disagree(
                    model,
                    instance,
                    &format!("wrongly accepted: {}", oracle.reason(instance)),
                );
            }
        }
    }

    /// An output is open: what the schema accepts is read, and comes back but for its nulls.
    fn output(&mut self, model: &Model, oracle: &Oracle, instance: &Value) {
        self.judged += 1;
        if oracle.judge(instance) != Verdict::Accepted {
            return;
        }
        self.accepted += 1;
        match model.read_output(instance) {
            Ok(written) => {
                let (before, after) = (without_nulls(instance), without_nulls(&written));
                if round_trip(&before, &after) == RoundTrip::Changed {
                    self.disagree(model, instance, &format!("came back as {written}"));
                }
            }
            Err(error) => self.disagree(model, instance, &format!("wrongly refused: {error}")),
        }
    }

    fn disagree(&mut self, model: &Model, instance: &Value, how: &str) {
        self.disagreements.push(format!("{}: {how}\n    {}", model.id, shown(instance)));
    }

    fn report(&self, what: &str) {
        // The handle, unlike the macro, is shown when the test passes too.
        let _ = writeln!(
            std::io::stderr(),
            "exactness of {} {what}s: {} instances judged, {} accepted, {} disagreements, \
             {} excluded (integers beyond 64 bits), {} rounded (numbers beyond 53 bits)",
            ALL.len(),
            self.judged,
            self.accepted,
            self.disagreements.len(),
            self.excluded,
            self.rounded,
        );
        assert!(
            self.disagreements.is_empty(),
            "{} disagreements:\n{}",
            self.disagreements.len(),
            self.disagreements[..self.disagreements.len().min(SHOWN)].join("\n")
        );
    }
}

fn shown(instance: &Value) -> String {
    instance.to_string().chars().take(1000).collect()
}

fn schema(text: &str) -> (Value, Oracle) {
    let schema: Value = serde_json::from_str(text).expect("a model's schema is JSON");
    let oracle = Oracle::new(&schema).expect("a model's schema can be compiled");
    (schema, oracle)
}

#[test]
fn exactness_of_inputs() {
    let mut tally = Tally::default();
    for (seed, model) in ALL.iter().enumerate() {
        let (schema, oracle) = schema(model.input_schema);
        let mut instances = Instances::new(&schema, seed as u64);
        for _ in 0..cases().div_ceil(ALL.len()) {
            tally.input(model, &oracle, &instances.any());
        }
    }
    tally.report("input");
}

#[test]
fn exactness_of_outputs() {
    let mut tally = Tally::default();
    for (seed, model) in ALL.iter().enumerate() {
        let Some(text) = model.output_schema else {
            continue;
        };
        let (schema, oracle) = schema(text);
        let mut instances = Instances::new(&schema, seed as u64);
        for _ in 0..cases().div_ceil(ALL.len()).div_ceil(4) {
            tally.output(model, &oracle, &instances.any());
        }
    }
    tally.report("output");
}

#[test]
fn the_instances_of_the_models_schemas_are_what_they_are_called() {
    for model in ALL {
        let (schema, oracle) = schema(model.input_schema);
        let mut instances = Instances::new(&schema, 1);
        let accepted = |instance: &Value| oracle.judge(instance) == Verdict::Accepted;
        let valid = (0..300).filter(|_| accepted(&instances.valid())).count();
        assert!(valid >= 285, "{}: {valid} of 300 valid instances are valid", model.id);
        let nearly = (0..300).filter(|_| accepted(&instances.nearly_valid())).count();
        assert!(
            (30..=240).contains(&nearly),
            "{}: {nearly} of 300 mutated ones are valid",
            model.id
        );
    }
}
