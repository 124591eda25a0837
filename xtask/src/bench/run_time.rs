//! The benches of the crate itself, which measure in turns and print ratios.

use std::io;
use std::process::Command;

use super::Bench;
use super::measure::Pairs;
use super::table::{Bar, Unit};
use crate::repository;

pub(super) fn json(bench: &mut Bench) -> io::Result<()> {
    let bars = [1.3, 0.35, 1.1, 2.0];
    for (line, bar) in lines("json", &[])?.iter().zip(bars) {
        row(bench, line, Unit::Nanoseconds, bar);
    }
    Ok(())
}

pub(super) fn overhead(bench: &mut Bench) -> io::Result<()> {
    let cycles = if bench.quick { "200" } else { "1000" };
    for line in lines("overhead", &[("CYCLES", cycles)])? {
        row(bench, &line, Unit::Microseconds, 1.05);
    }
    Ok(())
}

/// What a bench prints for programs: what, the alternative, then ours and theirs of each round.
fn lines(name: &str, variables: &[(&str, &str)]) -> io::Result<Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["bench", "--quiet", "--package", "runcomfy", "--bench", name])
        .current_dir(repository())
        .env("TABLE", "1")
        .envs(variables.iter().copied())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter(|line| line.contains('\t')).map(str::to_owned).collect())
}

fn row(bench: &mut Bench, line: &str, unit: Unit, bar: f64) {
    let mut cells = line.split('\t');
    let (what, theirs) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
    let numbers: Vec<f64> = cells.filter_map(|cell| cell.parse().ok()).collect();
    let mut pairs = Pairs::new();
    numbers.chunks_exact(2).for_each(|pair| pairs.push(pair[0], pair[1]));
    bench.table.row(what, theirs, &pairs, unit, Bar::at_most(bar));
}
