//! The state that is compared with: a folder, or a revision of git.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use runcomfy_codegen::{Fault, Model};

use crate::schemas;

/// The models of `base`, as they are in a folder of that name, or as they were in `folder` then.
pub(super) fn models(base: &str, folder: &Path) -> io::Result<Result<Vec<Model>, Vec<Fault>>> {
    if Path::new(base).is_dir() {
        return Ok(read(Path::new(base), base.trim_end_matches('/')));
    }
    let checkout = tempfile::tempdir()?;
    let index = checkout.path().join("index");
    let git = |at: &Path, arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(at).args(arguments).env("GIT_INDEX_FILE", &index);
        let output = command.output().map_err(|error| io::Error::other(format!("git: {error}")))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    };
    let top = git(folder, &["rev-parse", "--show-toplevel"])?;
    let top = Path::new(&top);
    git(folder, &["rev-parse", "--quiet", "--verify", &format!("{base}^{{commit}}")]).map_err(
        |_| io::Error::other(format!("`{base}` is neither a folder nor a revision of git")),
    )?;
    let files = checkout.path().join("schemas");
    fs::create_dir(&files)?;
    // The folder may be younger than the revision: then there was no model.
    if let Ok(tree) = git(folder, &["rev-parse", "--quiet", "--verify", &format!("{base}:./")]) {
        git(top, &["read-tree", &tree])?;
        git(top, &["checkout-index", "--all", &format!("--prefix={}/", files.display())])?;
    }
    Ok(read(&files, base))
}

fn read(folder: &Path, label: &str) -> Result<Vec<Model>, Vec<Fault>> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none()) {
        return Ok(Vec::new());
    }
    schemas::models(folder, label)
}
