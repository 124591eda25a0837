//! All models at once: a tree of modules, one file for each.

mod id;
mod list;
mod model;
mod plan;
mod summary;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use crate::error::{Fault, Note};
use crate::given::Names;
use crate::names;

pub use id::is_model_id;
pub use plan::{Part, Plan};

/// The text of a file, and what to call it in messages.
#[derive(Debug, Clone, Hash)]
pub struct Source {
    /// The file's path, as its author would write it.
    pub file: String,
    /// What is in it.
    pub text: String,
}

/// One model's schemas.
#[derive(Debug, Clone, Hash)]
pub struct Model {
    /// The model's id: 2 to 5 segments of letters, digits, `_`, `.` and `-`.
    pub id: String,
    /// The schema of its input.
    pub input: Source,
    /// The schema of its output, where there is one.
    pub output: Option<Source>,
    /// The names that things keep though others would take them now, as [`Names`] reads them.
    pub names: Option<Source>,
}

impl Model {
    /// The vendor: the first segment of the id, and a Cargo feature of `runcomfy`.
    #[must_use]
    pub fn vendor(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}

/// What `sdk/src/generated` is to hold.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Each file's text by its path below that folder.
    pub files: BTreeMap<String, String>,
    /// The vendors, each a Cargo feature.
    pub vendors: Vec<String>,
    /// What the schemas' authors may want to know.
    pub notes: Vec<Note>,
    /// The names in each model's module, by its id.
    pub names: BTreeMap<String, Names>,
}

impl Catalog {
    /// The text of a model's module.
    #[must_use]
    pub fn module(&self, id: &str) -> Option<&str> {
        let path: Vec<_> = id.split('/').map(names::module).collect();
        self.files.get(&format!("{}.rs", path.join("/"))).map(String::as_str)
    }
}

/// What one [`Part`] becomes.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// The texts of its [`Part::files`].
    pub texts: Vec<String>,
    /// What the schemas' authors may want to know.
    pub notes: Vec<Note>,
    /// The names in a model's module.
    pub names: Names,
    /// The features of `runcomfy` that a model needs beside its vendor's.
    pub features: Vec<&'static str>,
}

/// The crate that the modules are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Home {
    /// `runcomfy` itself.
    #[default]
    Runcomfy,
    /// One that depends on it.
    Elsewhere,
}

impl Home {
    fn krate(self) -> &'static str {
        match self {
            Self::Runcomfy => "crate",
            Self::Elsewhere => "runcomfy",
        }
    }

    fn tool(self) -> &'static str {
        match self {
            Self::Runcomfy => "cargo xtask codegen",
            Self::Elsewhere => "runcomfy-codegen",
        }
    }
}

/// Generates the modules of all models.
///
/// # Errors
///
/// Every fault of every file, each with its place.
pub fn catalog(models: &[Model]) -> Result<Catalog, Vec<Fault>> {
    catalog_for(models, Home::Runcomfy)
}

/// [`catalog`], for one crate or another.
///
/// # Errors
///
/// Every fault of every file, each with its place.
pub fn catalog_for(models: &[Model], home: Home) -> Result<Catalog, Vec<Fault>> {
    let Plan { parts, vendors, mut faults } = Plan::new(models, home);
    let mut catalog = Catalog { vendors, ..Catalog::default() };
    for (part, generated) in parts.iter().zip(on_all_cores(&parts, Part::generate)) {
        match generated {
            Ok(Generated { texts, notes, names, .. }) => {
                catalog.files.extend(part.files().into_iter().zip(texts));
                catalog.notes.extend(notes);
                catalog.names.extend(part.model().map(|model| (model.id.clone(), names)));
            }
            Err(more) => faults.extend(more),
        }
    }
    faults.sort();
    if faults.is_empty() { Ok(catalog) } else { Err(faults) }
}

/// Does the same with each, on all cores; what comes out has the order of what went in.
///
/// # Panics
///
/// As the work does.
pub fn on_all_cores<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = all.len().div_ceil(cores).max(1);
    let work = |share: &[T]| share.iter().map(&work).collect::<Vec<_>>();
    thread::scope(|scope| {
        let workers: Vec<_> =
            all.chunks(share).map(|share| scope.spawn(move || work(share))).collect();
        let done = workers.into_iter().map(ScopedJoinHandle::join);
        done.flat_map(|done| done.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// A file: where it comes from, what it is about, its items.
fn module_text(
    home: Home,
    origin: &str,
    about: &[String],
    items: Result<String, syn::Error>,
) -> String {
    let tool = home.tool();
    let mut text = format!("// Generated by `{tool}` from {origin}. Do not edit.\n\n");
    for line in about {
        text.push_str(if line.is_empty() { "//!" } else { "//! " });
        text.push_str(line);
        text.push('\n');
    }
    match items {
        Ok(items) if items.trim().is_empty() => text,
        Ok(items) => format!("{text}\n{items}"),
        Err(error) => format!(
            "{text}\ncompile_error!({:?});\n",
            format!("a mistake of the generator: {error}")
        ),
    }
}
