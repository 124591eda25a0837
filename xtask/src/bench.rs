//! `cargo xtask bench`: what the generated code costs, against its alternatives.

mod catalog;
mod codegen;
mod compile;
mod generators;
mod growth;
mod measure;
mod run_time;
mod table;
mod variations;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::{failed, repository};
use generators::Generators;
use table::Table;

/// Measure what generated code costs to make, to compile and to run, each beside its alternative.
///
/// Everything is a ratio of two things measured in one run, in turns. Compilers are measured by the
/// CPU seconds of their processes, which other work on the machine changes least. Prints a table and,
/// if everything was measured, writes it to BENCHMARKS.md. Needs the alternatives' crates from the
/// network, half an hour of CPU and some GB of disk; `--quick` a third of it.
///
/// Exit code: 0, bars met or not; 2 if something cannot be measured.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// 50 modules instead of 500, and few repetitions
    #[arg(long)]
    quick: bool,
    /// Only what has one of these words in its name; writes no file
    #[arg(long, value_name = "WORDS", num_args = 1..)]
    only: Vec<String>,
    /// Where to build, and to find again what was built [default: a folder that vanishes]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// What all measurements need.
struct Bench {
    /// Where the scratch crates are.
    folder: PathBuf,
    generators: Generators,
    table: Table,
    quick: bool,
    only: Vec<String>,
}

impl Bench {
    /// Whether anything of this group is asked for.
    fn wants(&self, group: &str) -> bool {
        let wanted = self.only.is_empty() || self.only.iter().any(|word| group.contains(word));
        if wanted {
            say(group);
        }
        wanted
    }

    /// How many modules are many.
    fn many(&self) -> usize {
        if self.quick { 50 } else { 500 }
    }

    fn repetitions(&self, modules: usize) -> usize {
        if self.quick || modules > 100 { 2 } else { 5 }
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match bench(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn bench(arguments: &Arguments) -> io::Result<()> {
    let target = repository().join("target");
    let vanishing = tempfile::Builder::new().prefix("bench-").tempdir_in(target)?;
    let Arguments { quick, only, folder } = arguments;
    let folder = folder.clone().unwrap_or_else(|| vanishing.path().to_owned());
    say("the generators");
    let mut bench = Bench {
        generators: Generators::build(&folder)?,
        folder,
        table: Table::default(),
        quick: *quick,
        only: only.clone(),
    };
    generators::measure(&mut bench)?;
    codegen::measure(&mut bench)?;
    compile::measure(&mut bench)?;
    run_time::measure(&mut bench)?;
    catalog::measure(&mut bench)?;
    let growth = growth::measure(&mut bench)?;
    println!("{}", bench.table);
    let Some(growth) = growth.filter(|_| only.is_empty()) else { return Ok(()) };
    let versions = bench.generators.versions()?;
    write("benchmarks.svg", &growth.plot())?;
    write("BENCHMARKS.md", &bench.table.document(&growth, &versions, bench.quick))
}

fn write(file: &str, text: &str) -> io::Result<()> {
    fs::write(repository().join(file), text)
}

/// Progress, on standard error.
fn say(what: &str) {
    eprintln!("measuring: {what} …");
}

/// Writes a file, and the folders above it.
fn put(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    fs::write(path, text)
}
