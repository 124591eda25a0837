//! Everything generated judges as its schema does: instances derived from the schema, judged by
//! the generated types and by the `jsonschema` crate.
//!
//! `EXACTNESS_CASES=1000000 cargo test -p xtask --release exactness` is the long run.

mod fixtures;

use std::io::Write;

use runcomfy::models::ALL;
use serde_json::Value;

use crate::instances::Instances;
use crate::oracle::{Oracle, RoundTrip, Verdict, round_trip, without_nulls};

/// How many instances one test judges, unless the environment says otherwise.
const CASES: usize = 20_000;
/// How many disagreements are shown.
const SHOWN: usize = 20;

fn cases() -> usize {
    let asked = std::env::var("EXACTNESS_CASES").ok();
    asked.map_or(CASES, |count| count.parse().expect("EXACTNESS_CASES is a number"))
}

/// A schema, and what reads a value by it and writes it back.
struct Subject<'a> {
    name: &'a str,
    output: bool,
    schema: &'a str,
    read: &'a dyn Fn(&Value) -> Result<Value, String>,
}

#[derive(Default)]
struct Tally {
    subjects: u64,
    judged: usize,
    accepted: usize,
    excluded: usize,
    rounded: usize,
    disagreements: Vec<String>,
}

impl Tally {
    fn judge(&mut self, subject: &Subject<'_>, cases: usize) {
        self.subjects += 1;
        let schema: Value = serde_json::from_str(subject.schema).expect("a schema is JSON");
        let oracle = Oracle::new(&schema).expect("a schema can be compiled");
        let mut instances = Instances::new(&schema, self.subjects);
        for _ in 0..cases {
            let instance = instances.any();
            if let Some(disagreement) = self.compare(subject, &oracle, &instance) {
                let instance: String = instance.to_string().chars().take(1000).collect();
                self.disagreements
                    .push(format!("{}: {disagreement}\n    {instance}", subject.name));
            }
        }
    }

    /// In what the two judges differ.
    fn compare(
        &mut self,
        subject: &Subject<'_>,
        oracle: &Oracle,
        instance: &Value,
    ) -> Option<String> {
        self.judged += 1;
        match (oracle.judge(instance), (subject.read)(instance)) {
            (Verdict::Excluded, _) => {
                self.excluded += 1;
                None
            }
            (Verdict::Accepted, Ok(written)) => {
                self.accepted += 1;
                self.round_trip(subject, instance, &written)
            }
            (Verdict::Refused, Err(_)) => None,
            (Verdict::Accepted, Err(error)) => Some(format!("wrongly refused: {error}")),
            // Outputs are open: what their schema refuses may be read all the same.
            (Verdict::Refused, Ok(_)) if subject.output => None,
            (Verdict::Refused, Ok(_)) => {
                Some(format!("wrongly accepted: {}", oracle.reason(instance)))
            }
        }
    }

    fn round_trip(
        &mut self,
        subject: &Subject<'_>,
        before: &Value,
        after: &Value,
    ) -> Option<String> {
        let same = if subject.output {
            round_trip(&without_nulls(before), &without_nulls(after))
        } else {
            round_trip(before, after)
        };
        self.rounded += usize::from(same == RoundTrip::Rounded);
        (same == RoundTrip::Changed).then(|| format!("came back as {after}"))
    }

    fn report(&self, what: &str) {
        // The handle, unlike the macro, is shown when the test passes too.
        let _ = writeln!(
            std::io::stderr(),
            "exactness of {} {what}: {} instances judged, {} accepted, {} disagreements, \
             {} excluded (multiples beyond 53 bits), {} rounded (numbers beyond 53 bits)",
            self.subjects,
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

#[test]
fn exactness_of_inputs() {
    let mut tally = Tally::default();
    for model in ALL {
        let read = |instance: &Value| model.read_input(instance).map_err(|error| error.to_string());
        let (name, schema) = (model.id, model.input_schema);
        let subject = Subject { name, output: false, schema, read: &read };
        tally.judge(&subject, cases().div_ceil(ALL.len()));
    }
    tally.report("inputs");
}

#[test]
fn exactness_of_outputs() {
    let mut tally = Tally::default();
    for model in ALL {
        let read =
            |instance: &Value| model.read_output(instance).map_err(|error| error.to_string());
        let Some(schema) = model.output_schema else {
            continue;
        };
        let subject = Subject { name: model.id, output: true, schema, read: &read };
        tally.judge(&subject, cases().div_ceil(ALL.len()).div_ceil(4));
    }
    tally.report("outputs");
}

#[test]
fn the_instances_of_the_models_schemas_are_what_they_are_called() {
    for model in ALL {
        let schema: Value = serde_json::from_str(model.input_schema).expect("a schema is JSON");
        let oracle = Oracle::new(&schema).expect("a schema can be compiled");
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
