//! A folder of schemas, as this repository keeps them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::model::ModelSpec;

/// Reads `<dir>/<model id>/input.json`, and `output.json` beside it, for every model below `dir`.
pub(super) fn read(dir: &Path) -> io::Result<Vec<ModelSpec>> {
    let mut models = Vec::new();
    let mut folders = vec![(PathBuf::from(dir), String::new())];
    while let Some((folder, id)) = folders.pop() {
        let input = folder.join("input.json");
        if input.is_file() {
            let output = folder.join("output.json");
            let mut model = ModelSpec::new(id.as_str(), read_json(&input)?);
            if output.is_file() {
                model = model.output_schema(read_json(&output)?);
            }
            models.push(model);
        }
        let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        for entry in entries.map_err(|error| about(&folder, error.kind(), &error))? {
            let name = entry.file_name();
            if let (true, Some(name)) = (entry.file_type()?.is_dir(), name.to_str()) {
                let below = if id.is_empty() { name.to_owned() } else { format!("{id}/{name}") };
                folders.push((entry.path(), below));
            }
        }
    }
    Ok(models)
}

fn read_json(path: &Path) -> io::Result<Value> {
    let text = fs::read_to_string(path).map_err(|error| about(path, error.kind(), &error))?;
    serde_json::from_str(&text).map_err(|error| about(path, io::ErrorKind::InvalidData, &error))
}

/// An error that names the file or folder.
fn about(path: &Path, kind: io::ErrorKind, error: &dyn fmt::Display) -> io::Error {
    io::Error::new(kind, format!("{}: {error}", path.display()))
}
