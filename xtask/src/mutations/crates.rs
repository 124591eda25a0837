//! The crates in which old and new modules are compiled, called, and run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::repository;

/// A workspace under target/, so that what was built for it before helps.
pub(super) struct Crates {
    folder: PathBuf,
}

impl Crates {
    /// `old` and `new` are the files of the modules.
    pub(super) fn new(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Self {
        let crates = Self { folder: repository().join("target/scratch/mutations") };
        let members = ["old", "new", "caller_of_old", "caller_of_new", "judge"];
        crates.put(
            "Cargo.toml",
            &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n[profile.dev]\ndebug = false\n"),
        );
        let lock = fs::read_to_string(repository().join("Cargo.lock")).expect("a lock file");
        crates.put("Cargo.lock", &lock);
        for (name, files) in [("old", old), ("new", new)] {
            crates.manifest(name, "");
            let _ = fs::remove_dir_all(crates.folder.join(name).join("src"));
            for (file, text) in files {
                let file = if file == "mod.rs" { "lib.rs" } else { file };
                crates.put(&format!("{name}/src/{file}"), text);
            }
            crates.manifest(
                &format!("caller_of_{name}"),
                &format!("models = {{ package = {name:?}, path = \"../{name}\" }}\n\n[lib]\npath = \"../caller/lib.rs\"\n"),
            );
        }
        crates.manifest("judge", "old = { path = \"../old\" }\nnew = { path = \"../new\" }\n");
        // Cargo wants a target in each member, whichever it is asked to build.
        crates.put("caller/lib.rs", "");
        crates.put("judge/src/main.rs", "fn main() {}\n");
        crates
    }

    fn manifest(&self, name: &str, more: &str) {
        let sdk = repository().join("sdk").display().to_string();
        self.put(
            &format!("{name}/Cargo.toml"),
            &format!(
                "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                 runcomfy = {{ path = {sdk:?}, default-features = false, features = [\"pattern\"] }}\n\
                 serde_json = \"1\"\n{more}"
            ),
        );
    }

    pub(super) fn put(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::write(path, text).expect("a file");
    }

    /// The callers that do not compile, and the first reason of each.
    pub(super) fn broken(&self, package: &str, callers: &[String]) -> BTreeMap<String, String> {
        let mut broken = BTreeMap::new();
        loop {
            // Some errors hide others: what is broken is left out until the rest compiles.
            let left: Vec<_> = callers.iter().filter(|name| !broken.contains_key(*name)).collect();
            let mods: Vec<_> = left.iter().map(|name| format!("pub mod {name};\n")).collect();
            self.put("caller/lib.rs", &mods.concat());
            let Output { status, stdout, stderr } = self.cargo("check", package);
            if status.success() {
                return broken;
            }
            let before = broken.len();
            for line in String::from_utf8_lossy(&stdout).lines() {
                let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
                let message = &message["message"];
                if message["level"] != "error" {
                    continue;
                }
                let spans = message["spans"].as_array().into_iter().flatten();
                let files: BTreeSet<_> = spans
                    .filter_map(|span| Path::new(span["file_name"].as_str()?).file_stem()?.to_str())
                    .collect();
                for name in files.into_iter().filter(|name| callers.iter().any(|one| one == name)) {
                    let reason = message["message"].as_str().unwrap_or_default();
                    broken.entry(name.to_owned()).or_insert_with(|| reason.to_owned());
                }
            }
            assert!(broken.len() > before, "{}", String::from_utf8_lossy(&stderr));
        }
    }

    fn cargo(&self, command: &str, package: &str) -> Output {
        Command::new(env!("CARGO"))
            .args([command, "--offline", "--quiet", "--message-format=json", "--package", package])
            .args(["--target-dir", "target"])
            .current_dir(&self.folder)
            .output()
            .expect("cargo runs")
    }

    /// Whether the old and the new type of each model's input read an instance.
    pub(super) fn judge(
        &self,
        models: &[String],
        instances: &[(usize, Value)],
    ) -> Vec<(bool, bool)> {
        let arms: Vec<_> = models
            .iter()
            .enumerate()
            .map(|(index, path)| {
                format!("            \"{index}\" => (old::{path}::Input::from_json(text).is_ok(), new::{path}::Input::from_json(text).is_ok()),\n")
            })
            .collect();
        self.put("judge/src/main.rs", &JUDGE.replace("ARMS", &arms.concat()));
        let built = self.cargo("build", "judge");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stdout));
        let lines: Vec<_> =
            instances.iter().map(|(index, instance)| format!("{index}\t{instance}\n")).collect();
        let mut child = Command::new(self.folder.join("target/debug/judge"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut questions = child.stdin.take().expect("a pipe");
        let asking = std::thread::spawn(move || questions.write_all(lines.concat().as_bytes()));
        let output = child.wait_with_output().expect("the program ends");
        asking.join().expect("no panic").expect("all is read");
        let answers = String::from_utf8_lossy(&output.stdout).into_owned();
        answers.lines().map(|line| (line.starts_with("true"), line.ends_with("true"))).collect()
    }
}

const JUDGE: &str = r#"use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (model, text) = line.split_once('\t').unwrap();
        let (old, new) = match model {
ARMS            _ => unreachable!(),
        };
        println!("{old} {new}");
    }
}
"#;
