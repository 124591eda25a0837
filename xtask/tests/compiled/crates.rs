//! Crates under target/, one for each edition, in which generated modules are compiled.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

/// A workspace of them: what they depend on is built once.
pub(crate) struct Crates {
    folder: PathBuf,
    modules: RefCell<[String; 4]>,
}

/// The name of a case's module.
pub(crate) fn module(case: u64) -> String {
    format!("c{case}")
}

/// Builds a program of these files and runs it; what it says.
pub(crate) fn run(name: &str, files: &BTreeMap<String, String>) -> String {
    let folder = scratch(name);
    let _ = fs::remove_dir_all(folder.join("src"));
    write(
        &folder,
        "Cargo.toml",
        &format!("{}\n[workspace]\n\n[profile.dev]\ndebug = false\n", manifest(name, "2024")),
    );
    write(&folder, "Cargo.lock", &lock());
    for (file, text) in files {
        write(&folder, &format!("src/{file}"), text);
    }
    let output = cargo(&folder, &["run", "--offline", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a repository").to_owned()
}

/// Under target/, so that what was built before helps.
fn scratch(name: &str) -> PathBuf {
    repository().join("target/scratch").join(name)
}

fn lock() -> String {
    fs::read_to_string(repository().join("Cargo.lock")).expect("a lock file")
}

fn manifest(name: &str, edition: &str) -> String {
    let sdk = repository().join("sdk").display().to_string();
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[dependencies]\n\
         runcomfy = {{ path = {sdk:?}, default-features = false, features = [\"pattern\"] }}\n\
         serde_json = \"1\"\n"
    )
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    // What is the same keeps its time, which cargo goes by.
    if !fs::read_to_string(&path).is_ok_and(|old| old == text) {
        fs::write(path, text).expect("a file");
    }
}

fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    let target = scratch("compiled").join("target");
    cargo.args(arguments).arg("--target-dir").arg(target).current_dir(folder);
    cargo.output().expect("cargo runs")
}

impl Crates {
    /// Crates without modules.
    pub(crate) fn new(name: &str) -> Self {
        let crates = Self { folder: scratch(name), modules: RefCell::default() };
        crates.write("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"e*\"]\n");
        crates.write("Cargo.lock", &lock());
        for edition in EDITIONS {
            let _ = fs::remove_dir_all(crates.folder.join(format!("e{edition}/src")));
            let manifest = manifest(&format!("e{edition}"), edition);
            crates.write(&format!("e{edition}/Cargo.toml"), &manifest);
        }
        crates
    }

    fn write(&self, file: &str, text: &str) {
        write(&self.folder, file, text);
    }

    /// Puts the files of a case into one of the crates.
    pub(crate) fn put(&self, case: u64, files: &BTreeMap<String, String>) {
        let index = usize::try_from(case % 4).expect("small");
        for (file, text) in files {
            self.write(&format!("e{}/src/{file}", EDITIONS[index]), text);
        }
        self.modules.borrow_mut()[index].push_str(&format!("pub mod {};\n", module(case)));
    }

    /// The cases that do not compile, each with its first error.
    pub(crate) fn errors(&self) -> BTreeMap<u64, String> {
        for (edition, modules) in EDITIONS.iter().zip(self.modules.borrow().iter()) {
            let head = "#![deny(warnings)]\n#![allow(mixed_script_confusables)]\nextern crate runcomfy;\nextern crate serde_json;\n";
            self.write(&format!("e{edition}/src/lib.rs"), &format!("{head}{modules}"));
        }
        let output = cargo(
            &self.folder,
            &["check", "--offline", "--quiet", "--keep-going", "--message-format=json"],
        );
        let mut errors = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            let message = &message["message"];
            if message["level"] != "error" {
                continue;
            }
            for span in message["spans"].as_array().into_iter().flatten() {
                // A span in a macro says where the macro was called.
                let mut span = span;
                while !span["expansion"].is_null() {
                    span = &span["expansion"]["span"];
                }
                let file = span["file_name"].as_str().unwrap_or_default();
                let case = file
                    .split(['/', '\\', '.'])
                    .find_map(|step| step.strip_prefix('c')?.parse().ok());
                if let Some(case) = case {
                    let rendered = message["rendered"].as_str().unwrap_or_default();
                    errors.entry(case).or_insert_with(|| rendered.to_owned());
                }
            }
        }
        assert!(
            output.status.success() || !errors.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        errors
    }
}
