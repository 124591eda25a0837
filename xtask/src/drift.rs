//! `cargo xtask drift`: what `diff` says of real schemas that changed, held against instances.

mod judge;
mod names;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use runcomfy_codegen::{Fault, Model, Source};

use crate::diff::{self, Side, Verdict};
use crate::{failed, schemas};
use judge::Tally;
use names::Names;

/// Hold the verdicts of `diff` on pairs of schemas against instances, and see which names stay.
///
/// Below DIR each folder that has an old.json and a new.json, a document with an input and an output
/// each, is a pair. What callers send was accepted before and is refused now only where `diff` says
/// breaking; what they receive is read by the old types but where it says breaking; and each
/// breaking verdict has an instance that shows it, or says why there is none. Every Rust name that
/// stands for the same property, value or shape in both is the same.
///
/// Exit code: 0; 1 if a verdict is wrong or a name has changed; 2 if a file cannot be used.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of pairs
    folder: PathBuf,
    /// How many instances each pair is given
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    cases: usize,
    /// Other instances, from another seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// Two versions of a model.
struct Pair {
    name: String,
    old: Model,
    new: Model,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match pairs(&arguments.folder).and_then(|pairs| drift(arguments, &pairs)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

fn drift(arguments: &Arguments, pairs: &[Pair]) -> io::Result<bool> {
    let (mut tally, mut names, mut figures) =
        (Tally::default(), Names::default(), Figures::default());
    for pair in pairs {
        let faults = |faults: Vec<Fault>| {
            let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
            io::Error::other(lines.join("\n"))
        };
        let change = diff::compare(Some(&pair.old), Some(&pair.new)).map_err(faults)?;
        let changes = change.as_ref().map_or(&[][..], |change| &change.changes);
        figures.add(change.as_ref(), changes);
        for side in [Side::Input, Side::Output] {
            let schemas = diff::standards(&pair.old, &pair.new, side).map_err(faults)?;
            let Some((old, new)) = schemas else { continue };
            let changes: Vec<_> = changes.iter().filter(|change| change.side == side).collect();
            let cases = arguments.cases.div_ceil(2);
            tally.judge((&pair.name, side), (&old, &new), &changes, cases, arguments.seed);
        }
        let surfaces = [diff::surface(&pair.old), diff::surface(&pair.new)];
        let [old, new] = surfaces.map(|surface| surface.map_err(faults));
        names.compare(&pair.name, &old?, &new?);
    }
    println!("{} pairs; {figures}", pairs.len());
    println!("{tally}");
    println!("{names}");
    Ok(tally.is_right() && names.stay())
}

fn pairs(folder: &Path) -> io::Result<Vec<Pair>> {
    let mut folders = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .filter(|path| {
            path.as_ref().is_ok_and(|path| path.join("new.json").exists()) || path.is_err()
        })
        .collect::<io::Result<Vec<_>>>()?;
    folders.sort();
    if folders.is_empty() {
        let message = format!("{}: holds no pair: expected <name>/old.json", folder.display());
        return Err(io::Error::other(message));
    }
    folders.iter().map(|folder| pair(folder)).collect()
}

fn pair(folder: &Path) -> io::Result<Pair> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let model = |file: &str| {
        let path = folder.join(file);
        let label = format!("{name}/{file}");
        let text = schemas::read(&path)
            .map_err(|message| io::Error::other(format!("{label}: {message}")))?;
        let source = Source { file: label, text };
        // The folder's name stands for the id, which the names do not depend on.
        let id = format!("drift/{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        Ok::<_, io::Error>(Model { id, input: source.clone(), output: Some(source), names: None })
    };
    Ok(Pair { old: model("old.json")?, new: model("new.json")?, name: name.clone() })
}

/// How many fields were judged how.
#[derive(Default)]
struct Figures {
    fields: usize,
    compatible: usize,
    breaking: usize,
    rust_only: usize,
    witnesses: usize,
    reasons: usize,
}

impl Figures {
    fn add(&mut self, model: Option<&diff::ModelChange>, changes: &[diff::Change]) {
        self.fields += model.map_or(0, |model| model.seen);
        for change in changes {
            match change.verdict {
                Verdict::Breaking if change.wire == Verdict::Breaking => self.breaking += 1,
                Verdict::Breaking => self.rust_only += 1,
                _ => self.compatible += 1,
            }
            let witness = change.witness.as_ref().filter(|_| change.wire == Verdict::Breaking);
            self.witnesses += usize::from(witness.is_some_and(|one| one.instance.is_some()));
            self.reasons += usize::from(witness.is_some_and(|one| one.none.is_some()));
        }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} fields in both versions; changes: {} compatible, {} breaking on the wire ({} shown \
             by an instance, {} with the reason why there is none), {} breaking in Rust only",
            self.fields,
            self.compatible,
            self.breaking,
            self.witnesses,
            self.reasons,
            self.rust_only
        )
    }
}
