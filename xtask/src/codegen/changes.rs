//! What differs between the files and what the schemas say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use super::generate::Generation;
use crate::disk;
use crate::manifest::Manifest;

/// One file that is not as the schemas say.
pub(super) enum Change {
    Write { path: PathBuf, text: String, new: bool },
    Delete { path: PathBuf },
}

impl Change {
    pub(super) fn carry_out(&self) -> io::Result<()> {
        let (Self::Write { path, .. } | Self::Delete { path }) = self;
        let done = match self {
            Self::Write { text, .. } => disk::write(path, text),
            Self::Delete { path } => disk::delete(path),
        };
        done.map_err(|error| disk::at(path, &error))
    }
}

/// What is not as the schemas say in a folder, left-over files included.
pub(super) fn changes(
    generation: &Generation,
    out: &Path,
    manifest: Option<(&Path, &Manifest)>,
) -> io::Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut present = BTreeSet::new();
    present_files(out, out, &mut present)?;
    for (path, text) in &generation.files {
        let new = !present.remove(path);
        let Some(text) = text else { continue };
        let path = out.join(path);
        if new || fs::read(&path)? != text.as_bytes() {
            changes.push(Change::Write { path, text: text.clone(), new });
        }
    }
    changes.extend(present.iter().map(|path| Change::Delete { path: out.join(path) }));
    if let Some((path, manifest)) = manifest {
        let text = manifest.with(&generation.vendors);
        let text = text.map_err(|why| io::Error::other(format!("{} {why}", path.display())))?;
        if text != manifest.text() {
            changes.push(Change::Write { path: path.to_owned(), text, new: false });
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

/// Carries changes out, the manifest last. One that cargo cannot read is put back as it was: without it, not
/// even this program could be started again.
pub(super) fn carry_out(
    changes: &[Change],
    manifest: Option<(&Path, &Manifest)>,
) -> io::Result<()> {
    changes.iter().try_for_each(Change::carry_out)?;
    let is_manifest = |change: &Change| matches!((change, manifest), (Change::Write { path, .. }, Some((ours, _))) if path == ours);
    let (Some((path, before)), true) = (manifest, changes.iter().any(is_manifest)) else {
        return Ok(());
    };
    let check = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(path)
        .output();
    let error = match check {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        // Without cargo there is nobody to ask.
        Err(_) => return Ok(()),
    };
    disk::write(path, before.text())?;
    Err(io::Error::other(format!(
        "{} is as it was, as cargo cannot read what it was to be: {}",
        path.display(),
        error.trim()
    )))
}
