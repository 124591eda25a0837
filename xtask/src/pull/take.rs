//! Takes entries of the catalog over into the folder.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use runcomfy::CatalogEntry;
use runcomfy_codegen::{Model, Role, Source, catalog, is_model_id, module_name, published};
use serde_json::Value;

use super::merge::merged;
use crate::manifest::Manifest;
use crate::{disk, repository, schemas};

pub(super) struct Folder {
    pub(super) root: PathBuf,
    pub(super) dry_run: bool,
    pub(super) present: BTreeSet<String>,
    /// That of the crate that is generated for.
    manifest: Option<Manifest>,
}

/// What becomes of a model.
pub(super) enum Verdict {
    /// Its schema says what it said before.
    Same,
    Write {
        new: bool,
        text: String,
    },
    Refused(String),
}

impl Folder {
    pub(super) fn open(root: PathBuf, dry_run: bool) -> io::Result<Self> {
        let mut present = BTreeSet::new();
        models(&root, "", &mut present)?;
        let manifest = fs::read_to_string(repository().join("sdk/Cargo.toml")).ok();
        let manifest = manifest.and_then(|text| Manifest::parse(&text).ok());
        Ok(Self { root, dry_run, present, manifest })
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.present.contains(id)
    }

    pub(super) fn input(&self, id: &str) -> PathBuf {
        self.root.join(id).join("input.json")
    }

    /// The schema of a model that is kept in YAML.
    pub(super) fn yaml(&self, id: &str) -> Option<PathBuf> {
        let files = ["input.yaml", "input.yml"].map(|name| self.root.join(id).join(name));
        files.into_iter().find(|path| path.exists())
    }

    /// What is to be done about an entry.
    pub(super) fn judge(&self, entry: &CatalogEntry) -> io::Result<Verdict> {
        let id = &entry.model_id;
        let refuse = |why: &str| Ok(Verdict::Refused(why.to_owned()));
        // What comes over the network does not say where on this disk it goes.
        if !is_model_id(id) {
            return refuse("this is not a model id");
        }
        let Some(live) = &entry.input_schema else {
            return refuse("the catalog has no schema of it");
        };
        let yaml = self.yaml(id);
        let path = yaml.clone().unwrap_or_else(|| self.input(id));
        let present = match schemas::read(&path) {
            Ok(text) => Some(text),
            Err(_) if !path.exists() => None,
            Err(message) => return Err(io::Error::other(format!("{} {message}", path.display()))),
        };
        let document: Option<Value> =
            present.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let before = document.as_ref().map(|document| published(document, Role::Input));
        let schema = merged(before.unwrap_or(&Value::Null), live);
        if yaml.is_some() && before != Some(&schema) {
            return refuse(
                "it changed, and its schema is kept in YAML: replace that by an input.json",
            );
        }
        let schema = with_name(schema, entry);
        if yaml.is_some() || before == Some(&schema) {
            return Ok(Verdict::Same);
        }
        let text = format!("{schema:#}\n");
        Ok(match self.fault(id, &text) {
            Some(fault) => Verdict::Refused(fault),
            None => Verdict::Write { new: present.is_none(), text },
        })
    }

    /// Does what was decided.
    pub(super) fn carry_out(&self, id: &str, verdict: &Verdict) -> io::Result<()> {
        match verdict {
            Verdict::Write { text, .. } => self.write(&self.input(id), text),
            Verdict::Same | Verdict::Refused(_) => Ok(()),
        }
    }

    pub(super) fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        if self.dry_run {
            return Ok(());
        }
        disk::write(path, text).map_err(|error| disk::at(path, &error))
    }

    /// Why the models of a vendor cannot stand among the others.
    fn odd_vendor(&self, vendor: &str) -> Option<String> {
        let others = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let others = others.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let same = |other: &String| other != vendor && module_name(other) == module_name(vendor);
        let shared = others.filter(|name| !name.starts_with('.')).find(same);
        let taken = || self.manifest.as_ref()?.refuses(vendor);
        match shared {
            Some(other) => Some(format!("its vendor would share a module with `{other}`")),
            None => taken(),
        }
    }

    /// Why a model cannot have the directories of its id: on some systems they would be those of others.
    fn other_case(&self, id: &str) -> Option<String> {
        let mut folder = self.root.clone();
        for segment in id.split('/') {
            let others = fs::read_dir(&folder).into_iter().flatten().flatten();
            let mut others = others.map(|entry| entry.file_name().to_string_lossy().into_owned());
            let same = |other: &String| other != segment && other.eq_ignore_ascii_case(segment);
            if let Some(other) = others.find(same) {
                return Some(format!("`{segment}` differs only by case from `{other}`"));
            }
            folder.push(segment);
        }
        None
    }

    /// Why no code can be generated from a schema.
    fn fault(&self, id: &str, text: &str) -> Option<String> {
        let source =
            |name: &str, text: String| Source { file: format!("schemas/{id}/{name}"), text };
        let beside = |name: &str| {
            let text = fs::read_to_string(self.root.join(id).join(name)).ok()?;
            Some(source(name, text))
        };
        let model = Model {
            id: id.to_owned(),
            input: source("input.json", text.to_owned()),
            output: beside("output.json"),
            names: None,
        };
        if let Some(why) = self.odd_vendor(model.vendor()).or_else(|| self.other_case(id)) {
            return Some(why);
        }
        let faults = catalog(&[model]).err()?;
        Some(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }
}

/// The name and the description of the entry, where the schema has none.
fn with_name(mut schema: Value, entry: &CatalogEntry) -> Value {
    if let Value::Object(root) = &mut schema {
        let own = [("title", &entry.display_name), ("description", &entry.description)];
        for (key, text) in own {
            if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
                root.entry(key).or_insert_with(|| text.into());
            }
        }
    }
    schema
}

/// The ids of the models below a folder.
fn models(folder: &Path, id: &str, found: &mut BTreeSet<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound && id.is_empty() => return Ok(()),
        Err(error) => return Err(disk::at(folder, &error)),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_input = matches!(name.as_str(), "input.json" | "input.yaml" | "input.yml");
        if is_input && !id.is_empty() {
            found.insert(id.to_owned());
        } else if !name.starts_with('.') && entry.path().is_dir() {
            let id = if id.is_empty() { name } else { format!("{id}/{name}") };
            models(&entry.path(), &id, found)?;
        }
    }
    Ok(())
}
