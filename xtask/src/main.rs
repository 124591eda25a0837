//! The project's own commands: `cargo xtask --help`.

// First: its macros are those of all modules below.
#[macro_use]
mod terminal;

mod add;
mod bench;
mod codegen;
mod conformance;
mod corpus;
mod diff;
mod disk;
mod drift;
mod emit;
#[cfg(test)]
mod exactness;
mod hold;
mod instances;
mod manifest;
#[cfg(test)]
mod mutations;
mod oracle;
mod pull;
mod schemas;
mod scratch;
mod simulate;
mod surface;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The commands of the people who keep this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(add::Arguments),
    Bench(bench::Arguments),
    Codegen(codegen::Arguments),
    Diff(diff::Arguments),
    Drift(drift::Arguments),
    Emit(emit::Arguments),
    Pull(pull::Arguments),
    Corpus(corpus::Arguments),
    Conformance(conformance::Arguments),
    Simulate(simulate::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Add(arguments) => add::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Drift(arguments) => drift::run(&arguments),
        Command::Emit(arguments) => emit::run(&arguments),
        Command::Pull(arguments) => pull::run(&arguments),
        Command::Corpus(arguments) => corpus::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
    }
}

/// Says what went wrong; the exit code of what cannot be done.
fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(2)
}

/// The repository, wherever the command is called from.
fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}
