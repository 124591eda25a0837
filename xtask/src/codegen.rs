//! `cargo xtask codegen`: all schemas, all modules.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use runcomfy_codegen::Catalog;

use crate::{disk, failed, hold, repository, schemas};

/// Generate the Rust bindings of every model in schemas/ into sdk/src/generated/.
///
/// Writes only what changed, deletes what has no schema any more, and says both. If anything is
/// wrong with any schema, every fault is told and nothing is written.
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
    let generated = schemas::models(&folder, label.trim_end_matches('/'))
        .and_then(|models| hold::generate(&models, &out));
    let (catalog, held) = match generated {
        Ok(generated) => generated,
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("error: {fault}"));
            eprintln!("error: nothing was written because of {}", count(faults.len(), "fault"));
            return ExitCode::from(2);
        }
    };
    if !arguments.quiet {
        catalog.notes.iter().for_each(|note| eprintln!("note: {note}"));
    }
    let manifest = root.join("sdk/Cargo.toml");
    let manifest = arguments.out.is_none().then_some(manifest.as_path());
    let done = changes(&catalog, &out, manifest).and_then(|mut changes| {
        changes.extend(held.into_iter().map(|(id, text)| {
            let path = folder.join(id).join("names.json");
            Change::Write { new: !path.exists(), path, text }
        }));
        if !arguments.check {
            changes.iter().try_for_each(Change::carry_out)?;
        }
        Ok(changes)
    });
    match done {
        Ok(changes) => report(&changes, arguments.check, &catalog),
        Err(error) => failed(&error),
    }
}

fn report(changes: &[Change], check: bool, catalog: &Catalog) -> ExitCode {
    let root = repository();
    for change in changes {
        let (word, path) = match change {
            Change::Write { path, new: true, .. } => ("new", path),
            Change::Write { path, .. } => ("changed", path),
            Change::Delete { path } => ("gone", path),
        };
        println!("{word:>8} {}", path.strip_prefix(&root).unwrap_or(path).display());
    }
    let models = catalog.files.keys().filter(|path| path.ends_with(".input.json")).count();
    let models = count(models, "model");
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

/// One file that is not as the schemas say.
enum Change {
    Write { path: PathBuf, text: String, new: bool },
    Delete { path: PathBuf },
}

impl Change {
    fn carry_out(&self) -> io::Result<()> {
        let (Self::Write { path, .. } | Self::Delete { path }) = self;
        let done = match self {
            Self::Write { text, .. } => disk::write(path, text),
            Self::Delete { path } => disk::delete(path),
        };
        done.map_err(|error| disk::at(path, &error))
    }
}

/// What is not as the schemas say in a folder, left-over files included.
fn changes(catalog: &Catalog, out: &Path, manifest: Option<&Path>) -> io::Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut present = BTreeSet::new();
    present_files(out, out, &mut present)?;
    for (path, text) in &catalog.files {
        let new = !present.remove(path);
        let path = out.join(path);
        if new || fs::read(&path)? != text.as_bytes() {
            changes.push(Change::Write { path, text: text.clone(), new });
        }
    }
    changes.extend(present.iter().map(|path| Change::Delete { path: out.join(path) }));
    if let Some(manifest) = manifest {
        let old = fs::read_to_string(manifest)?;
        let text = with_features(&old, &catalog.vendors)?;
        if text != old {
            changes.push(Change::Write { path: manifest.to_owned(), text, new: false });
        }
    }
    Ok(changes)
}

fn present_files(root: &Path, folder: &Path, present: &mut BTreeSet<String>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            present_files(root, &path, present)?;
        } else if let Ok(below) = path.strip_prefix(root) {
            present.insert(below.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// The manifest with one feature for each vendor.
fn with_features(manifest: &str, vendors: &[String]) -> io::Result<String> {
    let (open, close) = ("# <models: written by `cargo xtask codegen`>\n", "# </models>\n");
    let parts = manifest
        .split_once(open)
        .and_then(|(before, rest)| Some((before, rest.split_once(close)?.1)));
    let Some((before, after)) = parts else {
        return Err(io::Error::other(
            "sdk/Cargo.toml has lost the lines between `# <models …>` and `# </models>`",
        ));
    };
    let all: Vec<_> = vendors.iter().map(|vendor| format!("  \"{vendor}\",\n")).collect();
    let each: Vec<_> = vendors.iter().map(|vendor| format!("{vendor} = []\n")).collect();
    Ok(format!(
        "{before}{open}## Every model.\nmodels = [\n{}]\n{}{close}{after}",
        all.concat(),
        each.concat()
    ))
}

#[cfg(test)]
mod tests {
    use super::{Change, changes};
    use crate::{repository, schemas};

    #[test]
    fn the_generated_code_is_what_the_schemas_say() {
        let root = repository();
        let models =
            schemas::models(&root.join("schemas"), "schemas").expect("the schemas can be read");
        let catalog = runcomfy_codegen::catalog(&models).expect("the schemas can be generated");
        let changes =
            changes(&catalog, &root.join("sdk/src/generated"), Some(&root.join("sdk/Cargo.toml")))
                .expect("the files can be read");
        let stale: Vec<_> = changes
            .iter()
            .map(|change| {
                let (Change::Write { path, .. } | Change::Delete { path }) = change;
                path.display().to_string()
            })
            .collect();
        assert!(
            stale.is_empty(),
            "not what schemas/ says: {}\nrun: cargo xtask codegen",
            stale.join(", ")
        );
    }
}
