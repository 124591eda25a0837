//! A folder of schemas, as this repository keeps them.

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
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if let (true, Some(name)) = (entry.file_type()?.is_dir(), name.to_str()) {
                let below = if id.is_empty() {
                    name.to_owned()
                } else {
                    format!("{id}/{name}")
                };
                folders.push((entry.path(), below));
            }
        }
    }
    Ok(models)
}

fn read_json(path: &Path) -> io::Result<Value> {
    let in_file = |reason: String| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{}: {reason}", path.display()),
        )
    };
    let text = fs::read_to_string(path).map_err(|error| in_file(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| in_file(error.to_string()))
}
