//! The generator's fixtures, as `build.rs` generated them.

use runcomfy::schema::runtime::{Member, validate};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Subject, Tally, cases};
use crate::diff::{closed, opened};
use crate::instances::Instances;
use crate::oracle::{Oracle, Verdict};

#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    reason = "generated, and only read with"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/exactness.rs"));
}

/// A fixture's standard schema, and what reads by its module.
struct Fixture {
    file: &'static str,
    output: bool,
    schema: &'static str,
    read: fn(&Value) -> Result<Value, String>,
}

fn read<T: DeserializeOwned + Serialize + Member>(instance: &Value) -> Result<Value, String> {
    let read: T = serde_json::from_value(instance.clone()).map_err(|error| error.to_string())?;
    // What is built in Rust is judged like what is read.
    validate::view(read.view()).map_err(|error| format!("read, but not valid: {error}"))?;
    serde_json::to_value(&read).map_err(|error| format!("cannot be written: {error}"))
}

#[test]
fn exactness_of_fixtures() {
    let mut tally = Tally::default();
    for Fixture { file, output, schema, read } in generated::ALL {
        let subject = Subject { name: file, output: *output, schema, read };
        tally.judge(&subject, cases().div_ceil(generated::ALL.len()));
    }
    tally.report("fixtures");
}

#[test]
fn outputs_read_what_diff_takes_them_to_read() {
    let (mut judged, mut wrong) = (0, Vec::new());
    for Fixture { file, schema, read, .. } in generated::ALL.iter().filter(|one| one.output) {
        let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
        let schema = closed(&schema, &schema);
        let oracle = Oracle::new(&opened(&schema)).expect("a schema can be compiled");
        let mut instances = Instances::new(&schema, 1);
        for _ in 0..2_000 {
            let instance = instances.any();
            let expected = match oracle.judge(&instance) {
                Verdict::Accepted => true,
                Verdict::Refused => false,
                Verdict::Excluded => continue,
            };
            judged += 1;
            if read(&instance).is_ok() != expected {
                wrong.push(format!("{file}: read is {}: {instance}", !expected));
            }
        }
    }
    assert!(judged > 2_000);
    assert!(
        wrong.is_empty(),
        "{} of {judged}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(9)].join("\n")
    );
}
