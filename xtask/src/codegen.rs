//! `cargo xtask codegen`: all schemas, all modules.

mod changes;
mod generate;
mod record;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, io};

use runcomfy_codegen::{Fault, Home, Model, Plan};

use crate::manifest::Manifest;
use crate::{disk, failed, repository, schemas};
use changes::{Change, carry_out, changes};
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
    /// The manifest whose features the vendors are [default: sdk/Cargo.toml of the repository, unless --out is given]
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

impl Arguments {
    /// All of schemas/, without the notes.
    pub(crate) fn quietly() -> Self {
        Self { check: false, quiet: true, schemas: None, out: None, manifest: None }
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let root = repository();
    let (folder, label) = match &arguments.schemas {
        Some(folder) => (folder.clone(), folder.display().to_string()),
        None => (root.join("schemas"), "schemas".to_owned()),
    };
    let out = arguments.out.clone().unwrap_or_else(|| root.join("sdk/src/generated"));
    let manifest = arguments.manifest.clone();
    let manifest =
        manifest.or_else(|| arguments.out.is_none().then(|| root.join("sdk/Cargo.toml")));
    let manifest = match manifest.map(read_manifest).transpose() {
        Ok(manifest) => manifest,
        Err(error) => return failed(&error),
    };
    let record = if arguments.check { None } else { Record::of(&out).ok() };
    let generated = schemas::models(&folder, label.trim_end_matches('/')).and_then(|models| {
        generate(&models, &out, record.as_ref(), manifest.as_ref().map(|(_, manifest)| manifest))
    });
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
    let manifest = manifest.as_ref().map(|(path, manifest)| (path.as_path(), manifest));
    let done = changes(&generation, &out, manifest).and_then(|changes| {
        all.extend(changes);
        if !arguments.check {
            carry_out(&all, manifest)?;
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

/// Whether models can stand among those of the repository; what is wrong with those is told elsewhere.
pub(crate) fn fit(new: &[Model]) -> Result<(), Vec<Fault>> {
    let root = repository();
    let mut models = schemas::models(&root.join("schemas"), "schemas").unwrap_or_default();
    models.retain(|other| new.iter().all(|model| model.id != other.id));
    models.extend(new.iter().cloned());
    let mut faults = Plan::new(&models, Home::Runcomfy).faults;
    if let Ok((_, manifest)) = read_manifest(root.join("sdk/Cargo.toml")) {
        faults.extend(manifest.faults(new));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The manifest of the crate that is generated for.
fn read_manifest(path: PathBuf) -> io::Result<(PathBuf, Manifest)> {
    let text = fs::read_to_string(&path).map_err(|error| disk::at(&path, &error))?;
    let manifest = Manifest::parse(&text);
    let manifest = manifest.map_err(|why| io::Error::other(format!("{} {why}", path.display())))?;
    Ok((path, manifest))
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
    use super::{Change, changes, generate, read_manifest};
    use crate::{repository, schemas};

    #[test]
    fn the_generated_code_is_what_the_schemas_say() {
        let root = repository();
        let models =
            schemas::models(&root.join("schemas"), "schemas").expect("the schemas can be read");
        let out = root.join("sdk/src/generated");
        let (path, manifest) = read_manifest(root.join("sdk/Cargo.toml")).expect("a manifest");
        let generation = generate(&models, &out, None, Some(&manifest));
        let generation = generation.expect("the schemas can be generated");
        let changes = changes(&generation, &out, Some((&path, &manifest)));
        let changes = changes.expect("the files can be read");
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
