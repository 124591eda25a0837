//! A crate outside this repository, with schemas of its own and a `build.rs` of three lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.0.0"
edition = "EDITION"

[workspace]

[dependencies]
runcomfy = { path = "SDK", default-features = false, features = [FEATURES] }
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

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The crate, under target/ so that what was built for it before helps.
struct Outsider {
    /// No other crate may have it: they are built in one place.
    name: String,
    folder: PathBuf,
}

impl Outsider {
    fn new(name: &str, main: &str) -> Self {
        let folder = repository().join("target/scratch").join(name);
        let outsider = Self { name: name.to_owned(), folder };
        let _ = fs::remove_dir_all(outsider.folder.join("schemas"));
        let _ = fs::remove_dir_all(outsider.folder.join("src"));
        outsider.manifest("2024", "");
        outsider.put("build.rs", BUILD);
        outsider.put(main, MAIN);
        fs::copy(repository().join("Cargo.lock"), outsider.folder.join("Cargo.lock")).unwrap();
        outsider
    }

    fn manifest(&self, edition: &str, features: &str) {
        let sdk = repository().join("sdk").display().to_string();
        let codegen = repository().join("codegen").display().to_string();
        let manifest =
            MANIFEST.replace("NAME", &self.name).replace("SDK", &sdk).replace("CODEGEN", &codegen);
        let manifest = manifest.replace("EDITION", edition).replace("FEATURES", features);
        self.put("Cargo.toml", &manifest);
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

    /// Adds the models of an OpenAPI document, as a user of the repository would.
    fn add_operations(&self, document: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["add", &format!("api/{}", document.replace('.', "-"))]);
        command.arg("--openapi").arg(repository().join("xtask/tests/openapi").join(document));
        command.arg("--schemas").arg(self.folder.join("schemas"));
        assert!(command.output().unwrap().status.success(), "{document}");
    }

    fn run(&self) -> (bool, String, String) {
        self.cargo(&["run"])
    }

    fn cargo(&self, arguments: &[&str]) -> (bool, String, String) {
        let mut command = Command::new(env!("CARGO"));
        let target = repository().join("target/scratch/outsider/target");
        command.args(arguments).args(["--offline", "--target-dir"]).arg(target);
        command.current_dir(&self.folder);
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
    let outsider = Outsider::new("outsider", "src/main.rs");
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

const LIB: &str = r#"#![deny(warnings, missing_docs)]
//! Odd models.

extern crate runcomfy;
extern crate serde_json;

/// Theirs.
pub mod models {
    include!(concat!(env!("OUT_DIR"), "/models/mod.rs"));
}
"#;

/// Ids that are called like crates, types and keywords, each with an odd schema.
const ODD: &[(&str, &str)] = &[
    (
        "std/core/alloc",
        r#"{"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}, "properties": {"name": {"type": "string"}}}"#,
    ),
    (
        "acme/std",
        r##"{"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"type": "integer"}}, "b": {"$ref": "#"}}, "additionalProperties": {"$ref": "#"}}"##,
    ),
    (
        "acme/std/std",
        r#"{"type": "object", "properties": {"std": {"type": "object", "additionalProperties": true}}}"#,
    ),
    (
        "acme/std/serde_json",
        r#"{"type": "object", "properties": {"value": {}, "Value": {"type": "object", "properties": {}}}}"#,
    ),
    (
        "acme/std/runcomfy",
        r#"{"type": "object", "properties": {"image": {"type": "string", "format": "image_uri"}}}"#,
    ),
    (
        "acme/std/i64",
        r#"{"type": "object", "required": ["i64"], "properties": {"i64": {"type": "integer"}, "f64": {"type": "number"}}}"#,
    ),
    (
        "acme/std/str",
        r#"{"type": "object", "properties": {"str": {"enum": ["str", "bool"]}, "bool": {"type": "boolean"}}}"#,
    ),
    (
        "acme/std/4k",
        r#"{"type": "object", "properties": {"4k": {"type": "object", "properties": {"x": {"type": "integer"}}}}}"#,
    ),
    (
        "acme/std/4k/4k",
        r#"{"type": "object", "properties": {"4k": {"type": "object", "properties": {"x": {"type": "integer"}}}}}"#,
    ),
    (
        "self/crate/super",
        r#"{"type": "object", "properties": {"gen": {"type": "string"}, "async": {"enum": ["try", "await", "dyn"]}, "self": {"type": "object", "properties": {"crate": {"type": "integer"}}}}}"#,
    ),
    (
        "gen/union/async",
        r#"{"type": "object", "properties": {"café": {"type": "string"}, "cafe\u0301": {"type": "integer"}, "CAFÉ": {"type": "boolean"}}}"#,
    ),
    (
        "acme/words",
        r#"{"type": "object", "description": "Steps:\n\n1.      panic!()", "properties": {"a": {"enum": ["x`\n\n    panic!()", "y"], "title": "- \n      panic!()", "description": "```\npanic!()"}}}"#,
    ),
    (
        "acme/foreign-patterns",
        r#"{"type": "object", "properties": {"a": {"type": "string", "pattern": "(?i)^a"}}, "patternProperties": {"(?P<y>x)": {"type": "integer"}}, "additionalProperties": false}"#,
    ),
    (
        "acme/old-draft",
        r#"{"$schema": "http://json-schema.org/draft-03/schema#", "type": "object", "properties": {"a": {"type": ["string", {"type": "integer", "divisibleBy": 5}], "required": true}, "b": {"disallow": "string", "extends": {"minimum": 3}}}}"#,
    ),
    (
        "acme/text",
        r#"{"type": "object", "properties": {"G": {"not": {"pattern": "^x : (?!(y|z))"}, "type": "string"}}}"#,
    ),
];

const YAML: &str = "type: object
required: [no, '10']
properties:
  no: &on {type: string, enum: [on, off, 2024-01-01]}
  10: *on
  seed: {type: integer, maximum: 36893488147419103233}
";

#[test]
fn odd_models_compile_in_every_edition_and_their_words_are_no_tests() {
    let outsider = Outsider::new("odd", "src/lib.rs");
    outsider.put("src/lib.rs", LIB);
    for (id, schema) in ODD {
        outsider.put(&format!("schemas/{id}/input.json"), schema);
    }
    outsider.put("schemas/acme/yaml/input.yml", YAML);
    for document in ["queue.yaml", "predictions.json", "gateway.yaml"] {
        outsider.add_operations(document);
    }
    for edition in ["2015", "2018", "2021", "2024"] {
        outsider.manifest(edition, "\"pattern\"");
        let (done, _, stderr) = outsider.cargo(&["check"]);
        assert!(done, "{edition}: {stderr}");
    }
    let (done, stdout, stderr) = outsider.cargo(&["test", "--doc"]);
    assert!(done && stdout.contains("running 0 tests"), "{stdout}{stderr}");

    // One of them has a pattern.
    outsider.manifest("2024", "");
    let (done, _, stderr) = outsider.cargo(&["check"]);
    assert!(
        !done && stderr.contains(r#"`runcomfy = { version = "0.1", features = ["pattern"] }`"#),
        "{stderr}"
    );
    assert!(stderr.contains("due to 1 previous error"), "nothing but what to add: {stderr}");
}
