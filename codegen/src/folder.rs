//! Reads a folder of schemas from disk: `<model id>/input.json`, and `output.json` and `names.json`
//! beside it. The schemas may be in YAML: `input.yaml` or `input.yml`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::{Fault, Model, Source, catalog, source, yaml};

/// Longer files are not read at all; the generator would refuse them.
const MAX_BYTES: u64 = source::MAX_BYTES as u64;

/// All models of a folder; `label` is its name in messages.
///
/// # Errors
///
/// Everything that is wrong with it, and with the schemas in it.
pub fn models(folder: &Path, label: &str) -> Result<Vec<Model>, Vec<Fault>> {
    let mut found = Found::default();
    found.folder(folder, "", label);
    let Found { mut inputs, mut outputs, mut names, mut faults } = found;
    if inputs.is_empty() && faults.is_empty() {
        faults.push(fault(label, "holds no model: expected <model id>/input.json"));
    }
    for (id, other) in outputs.iter().chain(&names) {
        if !inputs.contains_key(id) {
            faults.push(fault(&other.file, "has no input.json beside it"));
        }
    }
    if !faults.is_empty() {
        // What can be read is checked too, so that one run tells everything.
        let readable: Vec<_> = std::mem::take(&mut inputs)
            .into_iter()
            .map(|(id, input)| model(id, input, &mut outputs, &mut names))
            .collect();
        faults.extend(catalog(&readable).err().unwrap_or_default());
        faults.sort();
        return Err(faults);
    }
    Ok(inputs.into_iter().map(|(id, input)| model(id, input, &mut outputs, &mut names)).collect())
}

fn model(id: String, input: Source, outputs: &mut Sources, names: &mut Sources) -> Model {
    let (output, names) = (outputs.remove(&id), names.remove(&id));
    Model { id, input, output, names }
}

/// Files by the id of their model.
type Sources = BTreeMap<String, Source>;

#[derive(Default)]
struct Found {
    inputs: Sources,
    outputs: Sources,
    names: Sources,
    faults: Vec<Fault>,
}

impl Found {
    fn folder(&mut self, folder: &Path, id: &str, label: &str) {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                return self.faults.push(fault(label, format!("cannot be read: {error}")));
            }
        };
        // The order is the same on every system.
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let label = format!("{label}/{name}");
            if name.starts_with('.') {
                if holds_schema(&entry.path(), 5) {
                    let message =
                        "begins with a dot, so the schemas in it would be passed over; rename it";
                    self.faults.push(fault(&label, message));
                }
            } else if entry.path().is_dir() {
                let id = if id.is_empty() { name } else { format!("{id}/{name}") };
                self.folder(&entry.path(), &id, &label);
            } else {
                self.file(&entry.path(), &name, id, label);
            }
        }
    }

    fn file(&mut self, path: &Path, name: &str, id: &str, label: String) {
        let models = match name {
            "input.json" | "input.yaml" | "input.yml" => &mut self.inputs,
            "output.json" | "output.yaml" | "output.yml" => &mut self.outputs,
            "names.json" => &mut self.names,
            _ if has_extension(path, &["json", "jsonc", "json5", "yaml", "yml"]) => {
                return self.faults.push(fault(&label, "is neither input.json nor output.json"));
            }
            _ => return,
        };
        if let Some(other) = models.get(id) {
            let message = format!("stands beside {}; delete one of the two", other.file);
            return self.faults.push(fault(&label, message));
        }
        match read(path) {
            Ok(text) => {
                models.insert(id.to_owned(), Source { file: label, text });
            }
            Err(message) => self.faults.push(fault(&label, message)),
        }
    }
}

/// Whether a folder has a schema in it; `levels` is how deep one may be.
fn holds_schema(folder: &Path, levels: usize) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let is_schema = |name: &&str| entry.file_name() == **name;
        ["input.json", "input.yaml", "input.yml"].iter().any(is_schema)
            || levels > 0
                && entry.file_type().is_ok_and(|kind| kind.is_dir())
                && holds_schema(&entry.path(), levels - 1)
    })
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().unwrap_or_default();
    extensions.iter().any(|wanted| extension.eq_ignore_ascii_case(wanted))
}

/// The text of a file: UTF-8 or UTF-16, and JSON where it is YAML by its extension.
///
/// # Errors
///
/// One line on why there is none.
pub fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path);
    let read = file.and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        let size = fs::metadata(path).map_or(MAX_BYTES, |metadata| metadata.len());
        return Err(format!("is {} MB long; no schema is (the limit is 16 MB)", size / 1_000_000));
    }
    let text = source::decoded(bytes)?;
    if has_extension(path, &["yaml", "yml"]) { yaml::json(&text) } else { Ok(text) }
}

/// The text that was pasted or piped: UTF-8 or UTF-16, and JSON where it is YAML by its looks.
///
/// # Errors
///
/// One line on why there is none.
pub fn pasted(bytes: Vec<u8>) -> Result<String, String> {
    source::pasted(source::decoded(bytes)?)
}

fn fault(file: &str, message: impl Into<String>) -> Fault {
    Fault { file: file.to_owned(), pointer: String::new(), message: message.into() }
}
