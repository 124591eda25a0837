//! BENCHMARKS.md.

use std::io;

use super::Bench;

/// What has to be said of a run that does not measure what the bars speak of.
const QUICK: &str = "\
> A run of `--quick`: 50 modules where the bars speak of 500, and two repetitions of most rows.

";

pub(super) fn document(bench: &Bench, missing: &[&str]) -> io::Result<String> {
    let mut remarks = if bench.quick { QUICK.to_owned() } else { String::new() };
    if !missing.is_empty() {
        remarks += &format!("> Not all of this was measured: {}.\n\n", missing.join(", "));
    }
    Ok(include_str!("document.md")
        .replace("{remarks}\n", &remarks)
        .replace("{table}\n", &bench.table.markdown())
        .replace("{dependencies}\n", &bench.dependencies.table())
        .replace("{growth}\n", &bench.growth.table())
        .replace("{versions}", &bench.generators.versions()?.join(", ")))
}
