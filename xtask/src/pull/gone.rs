//! Models that the catalog has no longer.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use runcomfy_codegen::{Role, published};
use serde_json::{Value, json};

use super::progress::Progress;
use super::report::Report;
use super::take::Folder;
use crate::disk;

/// What a schema says of when its model was missed: the version that was worked on then.
const SINCE: &str = "x-gone-since";

/// Marks what the catalog had once and has no longer; deletes what was marked in an earlier version.
/// Notes what it has now.
pub(super) fn settle(folder: &Folder, progress: &mut Progress) -> io::Result<()> {
    let list = folder.root.join(".catalog");
    let listed: BTreeSet<String> = match fs::read_to_string(&list) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
        Err(error) => return Err(disk::at(&list, &error)),
    };
    let mut known: BTreeSet<String> =
        progress.seen.intersection(&folder.present).cloned().collect();
    known.extend(progress.report.new.iter().cloned());
    let Progress { seen, report, .. } = progress;
    for id in folder.present.difference(seen) {
        // What is kept in YAML is not rewritten.
        if !listed.contains(id) || folder.yaml(id).is_some() {
            report.foreign.insert(id.clone());
        } else if missed(folder, id, report)? {
            known.insert(id.clone());
        }
    }
    if known == listed {
        return Ok(());
    }
    folder.write(&list, &known.iter().fold(String::new(), |text, id| text + id + "\n"))
}

/// Whether the model stays for now.
fn missed(folder: &Folder, id: &str, report: &mut Report) -> io::Result<bool> {
    let path = folder.input(id);
    let text = fs::read_to_string(&path).map_err(|error| disk::at(&path, &error))?;
    let document: Value =
        serde_json::from_str(&text).map_err(|error| disk::at(&path, &io::Error::other(error)))?;
    let mut schema = published(&document, Role::Input).clone();
    let version = env!("CARGO_PKG_VERSION");
    if !schema.is_object() {
        return Ok(true);
    }
    if schema["deprecated"] != true {
        schema["deprecated"] = json!(true);
        schema[SINCE] = json!(version);
        report.deprecated.insert(id.to_owned());
        folder.write(&path, &format!("{schema:#}\n"))?;
        return Ok(true);
    }
    if schema[SINCE] == version {
        return Ok(true);
    }
    report.gone.insert(id.to_owned());
    if !folder.dry_run {
        for name in ["output.json", "names.json", "input.json"] {
            let path = folder.root.join(id).join(name);
            if path.exists() {
                disk::delete(&path).map_err(|error| disk::at(&path, &error))?;
            }
        }
    }
    Ok(false)
}
