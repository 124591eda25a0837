//! `cargo xtask diff`: what changed between two states of the schemas, in the words of users.

mod base;
mod document;
mod fields;
mod items;
mod judge;
mod meaning;
mod model;
mod open;
mod place;
mod report;
mod shape;
#[cfg(test)]
mod tests;
mod witness;
mod words;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use runcomfy_codegen::{Fault, Home, Model, Plan};

use crate::{repository, schemas};
pub(crate) use document::closed;
pub(crate) use items::named;
#[cfg(test)]
pub(crate) use items::{ItemChange, changes as items};
pub(crate) use model::{Change, ModelChange, compare, standards, surface};
pub(crate) use open::opened;
pub(crate) use place::{Place, Step};

/// Tell what changed between two states of schemas/: for each model and field, breaking or compatible.
///
/// A change is judged by what it means. What callers send breaks when something that was accepted is
/// refused now: a narrower range, a new required field, a value or a field that is gone. What they
/// receive breaks when the old types cannot read it; new values and new fields they can. And what
/// they compile breaks when a Rust item that they may use is gone or is another one: the items are
/// named. Reordering, another spelling of the same, a title or a description are no change.
///
/// A breaking change is shown by an instance, accepted before and refused now, or says why there
/// is none. At the end stands the step of the version that the changes ask for, and the lines for
/// the changelog.
///
/// Items are compared as callers in other crates see them: generated structs and enums are
/// `#[non_exhaustive]` there. The struct of required fields is not, and may be written in full.
///
/// Exit code: 0 if nothing changed, 1 if all changes are compatible, 2 if one is breaking; 3 if a
/// schema or the base cannot be used.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to compare with: a revision of git, or a folder of schemas
    #[arg(long, value_name = "GIT-REV|DIR", default_value = "HEAD")]
    base: String,
    /// The folder of schemas as it is now [default: schemas/ of the repository]
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// One JSON document instead of the text
    #[arg(long)]
    json: bool,
}

/// What callers send, or what they receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Input,
    Output,
}

/// The weight of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    None,
    Compatible,
    Breaking,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let root = repository();
    let (folder, label) = match &arguments.schemas {
        Some(folder) => (folder.clone(), folder.display().to_string()),
        None => (root.join("schemas"), "schemas".to_owned()),
    };
    let old = match base::models(&arguments.base, &folder) {
        Ok(models) => models,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(3);
        }
    };
    let new = schemas::models(&folder, label.trim_end_matches('/'));
    let changes = both(old, new).and_then(|(old, new)| between(&old, &new));
    match changes {
        Ok(changes) => {
            let text = if arguments.json {
                format!("{:#}\n", report::json(&changes))
            } else {
                report::text(&changes)
            };
            // A reader that closes the pipe early has what it wants.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::from(worst(&changes) as u8)
        }
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("error: {fault}"));
            ExitCode::from(3)
        }
    }
}

/// All faults of both states in one run.
fn both<T>(old: Result<T, Vec<Fault>>, new: Result<T, Vec<Fault>>) -> Result<(T, T), Vec<Fault>> {
    match (old, new) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (old, new) => Err(old.err().into_iter().chain(new.err()).flatten().collect()),
    }
}

/// What became of the models, in the order of their ids.
pub(crate) fn between(old: &[Model], new: &[Model]) -> Result<Vec<ModelChange>, Vec<Fault>> {
    let mut pairs: BTreeMap<&str, (Option<&Model>, Option<&Model>)> = BTreeMap::new();
    old.iter().for_each(|model| pairs.entry(&model.id).or_default().0 = Some(model));
    new.iter().for_each(|model| pairs.entry(&model.id).or_default().1 = Some(model));
    // What no module has a place for is no change, but a fault.
    let (mut changes, mut faults) = (Vec::new(), Plan::new(new, Home::Runcomfy).faults);
    for (old, new) in pairs.into_values() {
        match compare(old, new) {
            Ok(change) => changes.extend(change),
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() { Ok(changes) } else { Err(faults) }
}

fn worst(changes: &[ModelChange]) -> Verdict {
    changes.iter().map(ModelChange::verdict).max().unwrap_or(Verdict::None)
}
