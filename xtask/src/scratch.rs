//! A crate under target/ in which generated modules are compiled and run.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::repository;

pub(crate) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// An empty crate; what was built in it before helps to build it again.
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        let folder = repository().join("target/scratch").join(name);
        let source = folder.join("src");
        if source.exists() {
            fs::remove_dir_all(&source)?;
        }
        fs::create_dir_all(&source)?;
        let scratch = Self { folder };
        scratch.write("Cargo.toml", &manifest(&repository().join("sdk")))?;
        fs::copy(repository().join("Cargo.lock"), scratch.path("Cargo.lock"))?;
        Ok(scratch)
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.path(file), text)
    }

    /// The program, once it is built.
    pub(crate) fn program(&self) -> PathBuf {
        self.path("target/debug/scratch")
    }

    /// Builds the program; the modules that do not compile, if there are any.
    pub(crate) fn broken_modules(&self) -> io::Result<BTreeSet<String>> {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--message-format=json", "--target-dir", "target"])
            .current_dir(&self.folder)
            .output()?;
        if output.status.success() {
            return Ok(BTreeSet::new());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let errors = messages.filter(|message| message["message"]["level"] == "error");
        let mut broken = BTreeSet::new();
        for error in errors {
            for span in error["message"]["spans"].as_array().into_iter().flatten() {
                // A span in a macro says where the macro was called.
                let mut span = span;
                while !span["expansion"].is_null() {
                    span = &span["expansion"]["span"];
                }
                let file = Path::new(span["file_name"].as_str().unwrap_or_default());
                broken.extend(file.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
        }
        broken.remove("main");
        if broken.is_empty() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(broken)
    }
}

fn manifest(sdk: &Path) -> String {
    format!(
        "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\n\n[dependencies]\n\
         runcomfy = {{ path = {:?}, default-features = false, features = [\"formats\", \"pattern\"] }}\nserde = \"1\"\nserde_json = \"1\"\n",
        sdk.display().to_string()
    )
}

/// Every JSON file below a folder, in order.
pub(crate) fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
