//! What differs between the files and what the schemas say.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::generate::Generation;
use crate::disk;

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
    manifest: Option<&Path>,
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
    if let Some(manifest) = manifest {
        let old = fs::read_to_string(manifest)?;
        let text = with_features(&old, &generation.vendors)?;
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
