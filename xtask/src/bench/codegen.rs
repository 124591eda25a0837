//! `cargo xtask codegen` on many models: with nothing to do, and with one schema changed.

use std::io;
use std::process::Command;

use serde_json::json;

use super::measure::{self, Pairs};
use super::table::{Bar, Unit};
use super::{Bench, put, variations};
use crate::repository;

/// The CPU time that the command may take with nothing to do, in milliseconds.
const BAR: f64 = 150.0;

/// On so many models; fewer would make it easy.
const MODELS: usize = 500;

pub(super) fn measure(bench: &mut Bench) -> io::Result<()> {
    let (input, output) = (variations::seed("input.json")?, variations::seed("output.json")?);
    let schemas = bench.folder.join("models");
    for index in 0..MODELS {
        let folder = schemas.join(format!("bench/model-{index}"));
        put(&folder.join("input.json"), &variations::vary(input.clone(), index).to_string())?;
        put(&folder.join("output.json"), &output.to_string())?;
    }
    let modules = bench.folder.join("modules");
    let codegen = |mut command: Command| {
        command.args(["codegen", "--quiet", "--schemas"]).arg(&schemas).arg("--out").arg(&modules);
        command
    };
    // The program that `cargo xtask` starts, and the whole that keepers wait for.
    let mut command = codegen(Command::new(std::env::current_exe()?));
    let mut started = Command::new("cargo");
    // Set for this process, and no part of what a shell would hand on.
    started.arg("xtask").current_dir(repository()).env_remove("CARGO_MANIFEST_DIR");
    let mut started = codegen(started);
    measure::cost(&mut started)?;
    measure::cost(&mut command)?;
    let (mut nothing, mut with_cargo, mut one) = (Pairs::new(), Pairs::new(), Pairs::new());
    for round in 0..11 {
        let idle = 1000.0 * measure::cost(&mut command)?.seconds();
        nothing.push(idle, BAR);
        with_cargo.push(1000.0 * measure::cost(&mut started)?.seconds(), idle);
        let mut changed = input.clone();
        changed["description"] = json!(format!("Changed in round {round}."));
        put(&schemas.join("bench/model-0/input.json"), &changed.to_string())?;
        one.push(1000.0 * measure::cost(&mut command)?.seconds(), idle);
    }
    let what = format!("`codegen` of {MODELS} models, nothing to do");
    bench.table.row(&what, "the time allowed", &nothing, Unit::CpuMilliseconds, Bar::at_most(1.0));
    let what = format!("`cargo xtask codegen` of {MODELS} models, nothing to do");
    let theirs = "the same without what cargo takes to start it";
    bench.table.row(&what, theirs, &with_cargo, Unit::CpuMilliseconds, Bar(None));
    let what = format!("`codegen` of {MODELS} models, one changed");
    bench.table.row(&what, "nothing to do", &one, Unit::CpuMilliseconds, Bar::at_most(2.0));
    Ok(())
}
