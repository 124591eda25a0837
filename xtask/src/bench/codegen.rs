//! `cargo xtask codegen` on many models: with nothing to do, and with one schema changed.

use std::io;
use std::process::Command;

use serde_json::json;

use super::measure::{self, Pairs};
use super::table::{Bar, Unit};
use super::{Bench, put, variations};

/// The CPU time that the command may take with nothing to do on 500 models, in milliseconds.
const BAR: f64 = 150.0;

pub(super) fn measure(bench: &mut Bench) -> io::Result<()> {
    if !bench.wants("codegen") {
        return Ok(());
    }
    let (input, output) = (variations::seed("input.json")?, variations::seed("output.json")?);
    let count = bench.many();
    let schemas = bench.folder.join("models");
    for index in 0..count {
        let folder = schemas.join(format!("bench/model-{index}"));
        put(&folder.join("input.json"), &variations::vary(input.clone(), index).to_string())?;
        put(&folder.join("output.json"), &output.to_string())?;
    }
    // As it is run by `cargo xtask`: the same program, without what cargo takes to start it.
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["codegen", "--quiet", "--schemas"]).arg(&schemas);
    command.arg("--out").arg(bench.folder.join("modules"));
    measure::cost(&mut command)?;
    let (mut nothing, mut one) = (Pairs::new(), Pairs::new());
    for round in 0..bench.repetitions(50) {
        let idle = 1000.0 * measure::cost(&mut command)?.seconds();
        nothing.push(idle, BAR);
        let mut changed = input.clone();
        changed["description"] = json!(format!("Changed in round {round}."));
        put(&schemas.join("bench/model-0/input.json"), &changed.to_string())?;
        one.push(1000.0 * measure::cost(&mut command)?.seconds(), idle);
    }
    let what = format!("`codegen` of {count} models, nothing to do");
    bench.table.row(&what, "the time allowed", &nothing, Unit::CpuMilliseconds, Bar::at_most(1.0));
    let what = format!("`codegen` of {count} models, one changed");
    bench.table.row(&what, "nothing to do", &one, Unit::CpuMilliseconds, Bar::at_most(2.0));
    Ok(())
}
