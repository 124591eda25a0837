//! `cargo xtask bench`: what the generated code costs, against its alternatives.

mod catalog;
mod codegen;
mod compile;
mod dependencies;
mod document;
mod generators;
mod growth;
mod measure;
mod one_more;
mod run_time;
mod table;
mod variations;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::{failed, repository};
use dependencies::Dependencies;
use generators::Generators;
use growth::Growth;
use table::Table;

/// Measure what generated code costs to make, to compile and to run, each beside its alternative.
///
/// Everything is a ratio of two things measured in one run, in turns. Compilers are measured by the
/// CPU seconds of their processes, which other work on the machine changes least. Prints a table and
/// writes it to BENCHMARKS.md, with what could not be measured. Needs the alternatives' crates from the
/// network, half an hour on two cores and some GB of disk; `--quick` a third of it.
///
/// Exit code: 0, bars met or not; 2 if something cannot be measured.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// 50 modules instead of 500, and few repetitions
    #[arg(long)]
    quick: bool,
    /// Only what has one of these words in its name; of BENCHMARKS.md it renews the rows of these, and
    /// none with --quick
    #[arg(long, value_name = "WORDS", num_args = 1..)]
    only: Vec<String>,
    /// Where to build, and to find again what was built [default: a folder that vanishes]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// What all measurements need, and what they found.
struct Bench {
    /// Where the scratch crates are.
    folder: PathBuf,
    generators: Generators,
    quick: bool,
    table: Table,
    dependencies: Dependencies,
    growth: Growth,
}

impl Bench {
    /// How many modules are many.
    fn many(&self) -> usize {
        if self.quick { 50 } else { 500 }
    }

    /// How often to build what is quick to build, in turns with the alternative.
    fn repetitions(&self) -> usize {
        if self.quick { 2 } else { 5 }
    }
}

type Group = fn(&mut Bench) -> io::Result<()>;

/// What is measured, one group after the other; none needs what another has built.
const GROUPS: [(&str, Group); 11] = [
    ("generation", generators::measure),
    ("codegen", codegen::measure),
    ("compiling 50", compile::fifty),
    ("compiling 500", compile::five_hundred),
    ("compiling newest", compile::newest),
    ("one more", one_more::measure),
    ("run time", run_time::json),
    ("overhead", run_time::overhead),
    ("catalog", catalog::measure),
    ("dependencies", dependencies::measure),
    ("growth", growth::measure),
];

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
        quick: *quick,
        table: Table::default(),
        dependencies: Dependencies::default(),
        growth: Growth::default(),
    };
    let mut missing = Vec::new();
    for (group, measure) in GROUPS {
        if only.is_empty() || only.iter().any(|word| group.contains(word)) {
            say(group);
            // What was measured before is not lost, and what comes after is measured too.
            if let Err(error) = measure(&mut bench) {
                eprintln!("  {error}");
                missing.push(group);
            }
        }
    }
    println!("{}", bench.table);
    if only.is_empty() {
        write("benchmarks.svg", &bench.growth.plot())?;
        write("BENCHMARKS.md", &document::document(&bench, &missing)?)?;
    } else if !quick {
        let document = fs::read_to_string(repository().join("BENCHMARKS.md"))?;
        write("BENCHMARKS.md", &bench.table.renew(&document))?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!("not all was measured: {}", missing.join(", "))))
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
