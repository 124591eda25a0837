//! A crate outside this repository, with schemas of its own and a `build.rs` of three lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MANIFEST: &str = r#"[package]
name = "outsider"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
runcomfy = { path = "SDK", default-features = false }
serde_json = "1"

[build-dependencies]
runcomfy-codegen = { path = "CODEGEN" }

[profile.dev]
debug = false
"#;

const BUILD: &str = r#"fn main() {
    runcomfy_codegen::build("schemas");
}
"#;

const MAIN: &str = r##"#![deny(warnings, missing_docs)]
//! Runs a workflow of the community.

/// Its models.
pub mod models {
    include!(concat!(env!("OUT_DIR"), "/models/mod.rs"));
}

use models::community::portraits_2::workflow::{Input, Style};

fn main() {
    let input = Input::new("a lighthouse").n241_positive_prompt("at dusk").style(Style::Ink);
    println!("{} {}", Input::MODEL_ID, input.to_json());
    println!("{}", Input::from_json(r#"{"6_text": 5, "steps": 99}"#).unwrap_err());
}
"##;

const SCHEMA: &str = r#"{"input": {
    "type": "object",
    "required": ["6_text"],
    "properties": {
        "6_text": {"type": "string"},
        "241_positive_prompt": {"type": "string"},
        "style": {"type": "string", "enum": ["ink", "oil"]},
        "steps": {"type": "integer", "maximum": 50}
    }
}}"#;

/// The crate, under target/ so that what was built for it before helps.
struct Outsider {
    folder: PathBuf,
}

impl Outsider {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folder = root.join("target/scratch/outsider");
        let outsider = Self { folder };
        let _ = fs::remove_dir_all(outsider.folder.join("schemas"));
        let sdk = root.join("sdk").display().to_string();
        let codegen = root.join("codegen").display().to_string();
        outsider.put("Cargo.toml", &MANIFEST.replace("SDK", &sdk).replace("CODEGEN", &codegen));
        outsider.put("build.rs", BUILD);
        outsider.put("src/main.rs", MAIN);
        fs::copy(root.join("Cargo.lock"), outsider.folder.join("Cargo.lock")).unwrap();
        outsider
    }

    fn put(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // What is the same keeps its time, which cargo goes by.
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::write(path, text).unwrap();
    }

    fn run(&self) -> (bool, String, String) {
        let mut command = Command::new(env!("CARGO"));
        command.args(["run", "--offline", "--target-dir", "target"]).current_dir(&self.folder);
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (status.success(), text(&stdout), text(&stderr))
    }
}

#[test]
fn the_readme_shows_the_same_lines() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(BUILD));
    let include = MAIN.lines().find(|line| line.contains("include!")).unwrap();
    assert!(readme.contains(include));
}

#[test]
fn a_crate_generates_its_own_models_in_three_lines() {
    let outsider = Outsider::new();
    outsider.put("schemas/community/portraits-2/workflow/input.json", SCHEMA);
    let (done, stdout, stderr) = outsider.run();
    assert!(done, "{stderr}");
    assert_eq!(
        stdout,
        "community/portraits-2/workflow {\"6_text\":\"a lighthouse\",\"241_positive_prompt\":\"at dusk\",\"style\":\"ink\"}\n\
         2 faults:\n  /6_text: must be a string, not 5\n  /steps: 99 is above the maximum 50\n"
    );

    let (_, _, stderr) = outsider.run();
    assert!(!stderr.contains("Compiling outsider"), "nothing changed: {stderr}");

    // A file that is new, one that changed, and all that is wrong with both.
    outsider.put("schemas/community/other/input.json", r##"{"$ref": "#/nowhere"}"##);
    let input = "schemas/community/portraits-2/workflow/input.json";
    outsider.put(input, &SCHEMA.replace(r#"["ink", "oil"]"#, "[]"));
    let (done, _, stderr) = outsider.run();
    assert!(!done);
    for fault in [
        "schemas/community/other/input.json#/$ref: `#/nowhere` refers to nothing in this file",
        "schemas/community/portraits-2/workflow/input.json#/input/properties/style/enum: leaves no value",
    ] {
        assert!(stderr.contains(fault), "{stderr}\ndoes not say {fault:?}");
    }

    fs::remove_dir_all(outsider.folder.join("schemas/community/other")).unwrap();
    outsider.put(input, &SCHEMA.replace("50", "100"));
    let (done, stdout, stderr) = outsider.run();
    assert!(done, "{stderr}");
    assert!(stdout.ends_with("/6_text: must be a string, not 5\n"), "{stdout}");
}
