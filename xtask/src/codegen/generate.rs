//! What the schemas say: generated, or there already.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use runcomfy_codegen::{Fault, Generated, Home, Model, Note, Part, Plan, on_all_cores};

use super::record::{Record, Said};
use crate::hold;
use crate::manifest::{Manifest, Vendors};

/// All that is generated of some models.
#[derive(Debug)]
pub(super) struct Generation {
    /// The text of each file, by its path below the folder; none where the one there is right.
    pub(super) files: BTreeMap<String, Option<String>>,
    pub(super) vendors: Vendors,
    pub(super) notes: Vec<Note>,
    /// The text of each `names.json` that has to be written, by the id of its model.
    pub(super) names: BTreeMap<String, String>,
    /// How many models there are, and how many of them had to be generated.
    pub(super) models: usize,
    pub(super) generated: usize,
    /// What a later run may know of all this.
    pub(super) record: String,
}

/// Generates what the record does not know to be in a folder.
pub(super) fn generate(
    models: &[Model],
    out: &Path,
    record: Option<&Record>,
    manifest: Option<&Manifest>,
) -> Result<Generation, Vec<Fault>> {
    let Plan { parts, vendors, mut faults } = Plan::new(models, Home::Runcomfy);
    faults.extend(manifest.map(|manifest| manifest.faults(models)).unwrap_or_default());
    let mut generation = Generation {
        files: BTreeMap::new(),
        vendors: vendors.into_iter().map(|vendor| (vendor, BTreeSet::new())).collect(),
        notes: Vec::new(),
        names: BTreeMap::new(),
        models: models.len(),
        generated: 0,
        record: String::new(),
    };
    for (part, done) in parts.iter().zip(on_all_cores(&parts, |part| done(part, out, record))) {
        let Done { texts, said, names, line } = match done {
            Ok(done) => done,
            Err(more) => {
                faults.extend(more);
                continue;
            }
        };
        generation.generated += usize::from(texts.is_some() && part.model().is_some());
        let mut texts = texts.into_iter().flatten();
        generation.files.extend(part.files().into_iter().map(|file| (file, texts.next())));
        generation.notes.extend(said.notes);
        if let Some(model) = part.model() {
            let needs = generation.vendors.entry(model.vendor().to_owned()).or_default();
            needs.extend(said.features);
        }
        generation.names.extend(names);
        generation.record += &line;
    }
    faults.sort();
    if faults.is_empty() { Ok(generation) } else { Err(faults) }
}

/// What became of one part.
struct Done {
    /// None if its files are right as they are.
    texts: Option<Vec<String>>,
    said: Said,
    names: Option<(String, String)>,
    /// What is recorded of it.
    line: String,
}

fn done(part: &Part<'_>, out: &Path, record: Option<&Record>) -> Result<Done, Vec<Fault>> {
    if let Some((line, said)) = record.and_then(|record| record.known(part, out)) {
        return Ok(Done { texts: None, said, names: None, line });
    }
    let (Generated { texts, notes, features, .. }, kept) = hold::generate(part, out)?;
    let features = features.into_iter().map(str::to_owned).collect();
    let said = Said { notes, features };
    let line = record.map(|record| {
        let now = kept.as_ref().map_or_else(|| part.clone(), |model| part.with(model));
        record.line(&now, &said.line(), &texts)
    });
    let names = kept.and_then(|model| Some((model.id, model.names?.text)));
    Ok(Done { texts: Some(texts), said, names, line: line.unwrap_or_default() })
}
