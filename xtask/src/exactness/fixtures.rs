//! The generator's fixtures, as `build.rs` generated them.

use runcomfy::schema::runtime::{Member, validate};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Subject, Tally, cases};

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
    validate::member(&read).map_err(|error| format!("read, but not valid: {error}"))?;
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
