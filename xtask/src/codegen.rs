//! `cargo xtask codegen`: all schemas, all modules.

mod changes;
mod generate;
mod record;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::{failed, repository, schemas};
use changes::{Change, changes};
use generate::{Generation, generate};
use record::Record;

/// Generate the Rust bindings of every model in schemas/ into sdk/src/generated/.
///
/// Writes only what changed, deletes what has no schema any more, and says both. If anything is
/// wrong with any schema, every fault is told and nothing is written.
///
/// What did not change since the last run is not generated again: a record in the target directory
/// tells. --check does all the work and trusts no record.
///
/// What is added to a schema renames nothing: where it would, names.json beside the schema is
/// written too, and holds the name that was there. It belongs into the repository.
///
/// Exit code: 0; 1 if --check finds a difference; 2 if a schema or a file cannot be used.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; tell what would change
    #[arg(long)]
    check: bool,
    /// Keep the notes on rewritten and untyped parts to itself
    #[arg(long, short)]
    quiet: bool,
    /// The folder of schemas [default: schemas/ of the repository]
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// The folder to write to [default: sdk/src/generated/ of the repository, and the features in sdk/Cargo.toml]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Arguments {
    /// All of schemas/, without the notes.
    pub(crate) fn quietly() -> Self {
        Self { check: false, quiet: true, schemas: None, out: None }
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let root = repository();
    let (folder, label) = match &arguments.schemas {
        Some(folder) => (folder.clone(), folder.display().to_string()),
        None => (root.join("schemas"), "schemas".to_owned()),
    };
    let out = arguments.out.clone().unwrap_or_else(|| root.join("sdk/src/generated"));
    let record = if arguments.check { None } else { Record::of(&out).ok() };
    let generated = schemas::models(&folder, label.trim_end_matches('/'))
        .and_then(|models| generate(&models, &out, record.as_ref()));
    let generation = match generated {
        Ok(generation) => generation,
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("error: {fault}"));
            eprintln!("error: nothing was written because of {}", count(faults.len(), "fault"));
            return ExitCode::from(2);
        }
    };
    if !arguments.quiet {
        generation.notes.iter().for_each(|note| eprintln!("note: {note}"));
    }
    // The names first: a run that is killed may not leave a module beside names that it has no longer.
    let names = generation.names.iter().map(|(id, text)| {
        let path = folder.join(id).join("names.json");
        Change::Write { new: !path.exists(), path, text: text.clone() }
    });
    let mut all: Vec<_> = names.collect();
    let manifest = root.join("sdk/Cargo.toml");
    let manifest = arguments.out.is_none().then_some(manifest.as_path());
    let done = changes(&generation, &out, manifest).and_then(|changes| {
        all.extend(changes);
        if !arguments.check {
            all.iter().try_for_each(Change::carry_out)?;
        }
        Ok(all)
    });
    let changes = match done {
        Ok(changes) => changes,
        Err(error) => return failed(&error),
    };
    if let Some(record) = record {
        // Without one the next run takes longer, and does the same.
        record.replace(&generation.record).ok();
    }
    report(&changes, arguments.check, &generation)
}

fn report(changes: &[Change], check: bool, generation: &Generation) -> ExitCode {
    let root = repository();
    for change in changes {
        let (word, path) = match change {
            Change::Write { path, new: true, .. } => ("new", path),
            Change::Write { path, .. } => ("changed", path),
            Change::Delete { path } => ("gone", path),
        };
        println!("{word:>8} {}", path.strip_prefix(&root).unwrap_or(path).display());
    }
    let mut models = count(generation.models, "model");
    if generation.generated > 0 {
        models += &format!(", {} generated", generation.generated);
    }
    if changes.is_empty() {
        println!("{models}, everything is up to date");
    } else if check {
        println!(
            "{models}, {} out of date; run `cargo xtask codegen`",
            count(changes.len(), "file")
        );
        return ExitCode::FAILURE;
    } else {
        println!("{models}, {} written or deleted", count(changes.len(), "file"));
    }
    ExitCode::SUCCESS
}

fn count(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

#[cfg(test)]
mod tests {
    use super::{Change, changes, generate};
    use crate::{repository, schemas};

    #[test]
    fn the_generated_code_is_what_the_schemas_say() {
        let root = repository();
        let models =
            schemas::models(&root.join("schemas"), "schemas").expect("the schemas can be read");
        let out = root.join("sdk/src/generated");
        let generation = generate(&models, &out, None).expect("the schemas can be generated");
        let changes = changes(&generation, &out, Some(&root.join("sdk/Cargo.toml")))
            .expect("the files can be read");
        let stale: Vec<_> = changes
            .iter()
            .map(|change| {
                let (Change::Write { path, .. } | Change::Delete { path }) = change;
                path.display().to_string()
            })
            .collect();
        assert!(
            stale.is_empty() && generation.names.is_empty(),
            "not what schemas/ says: {}\nrun: cargo xtask codegen",
            stale.join(", ")
        );
    }
}
