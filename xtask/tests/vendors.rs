//! Vendors as Cargo features: what `cargo xtask codegen` writes into a manifest, and what it refuses to.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

const GOOD: &str = r#"{"type": "object", "properties": {"prompt": {"type": "string"}}}"#;
const PATTERN: &str =
    r#"{"type": "object", "properties": {"size": {"type": "string", "pattern": "^[0-9]+x"}}}"#;
const MANIFEST: &str = "[package]\nname = \"sdk\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[features]\n\
                        default = [\"models\"]\n# Ours.\npattern = []\n\n# <models>\nmodels = [\n  \"wan-ai\",\n]\n\
                        wan-ai = []\n# </models>\n\n[dependencies]\n";

/// A crate with schemas beside it.
struct Crate {
    root: TempDir,
}

impl Crate {
    fn new(models: &[(&str, &str)]) -> Self {
        let this = Self { root: TempDir::new().unwrap() };
        this.put("Cargo.toml", MANIFEST);
        this.put("src/lib.rs", "");
        models
            .iter()
            .for_each(|(id, schema)| this.put(&format!("schemas/{id}/input.json"), schema));
        this
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root.path().join(file)
    }

    fn put(&self, file: &str, text: &str) {
        fs::create_dir_all(self.path(file).parent().unwrap()).unwrap();
        fs::write(self.path(file), text).unwrap();
    }

    fn manifest(&self) -> String {
        fs::read_to_string(self.path("Cargo.toml")).unwrap()
    }

    fn codegen(&self) -> Output {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.arg("codegen").arg("--schemas").arg(self.path("schemas"));
        xtask.arg("--out").arg(self.path("out")).arg("--manifest").arg(self.path("Cargo.toml"));
        xtask.output().unwrap()
    }

    /// The features, as cargo reads them.
    fn features(&self) -> serde_json::Value {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(self.root.path())
            .output()
            .unwrap();
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        metadata["packages"][0]["features"].clone()
    }

    /// Refused with these words, and nothing written.
    fn refuses(&self, words: &[&str]) {
        let output = self.codegen();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        for word in words {
            assert!(errors.contains(word), "{errors}\ndoes not say {word}");
        }
        assert_eq!(self.manifest(), MANIFEST);
        assert!(!self.path("out").exists());
    }
}

#[test]
fn each_vendor_is_a_feature_with_what_its_models_need() {
    let this = Crate::new(&[("wan-ai/a", GOOD), ("x.ai/b", PATTERN), ("302ai/c", GOOD)]);
    for _ in 0..2 {
        // The second time the record tells what they need.
        let output = this.codegen();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let features = serde_json::json!({
            "default": ["models"], "pattern": [], "models": ["302ai", "wan-ai", "x.ai"],
            "wan-ai": [], "x.ai": ["pattern"], "302ai": [],
        });
        assert_eq!(this.features(), features);
        assert!(this.manifest().contains("# Ours.\npattern = []\n"));
    }
    let root = fs::read_to_string(this.path("out/mod.rs")).unwrap();
    assert!(root.contains("#[cfg(feature = \"x.ai\")]\npub mod x_ai;"), "{root}");
    fs::remove_dir_all(this.path("schemas/x.ai")).unwrap();
    fs::remove_dir_all(this.path("schemas/302ai")).unwrap();
    assert!(this.codegen().status.success());
    assert_eq!(this.manifest(), MANIFEST);
}

#[test]
fn a_vendor_that_is_called_like_a_feature_is_refused() {
    let this = Crate::new(&[
        ("wan-ai/a", GOOD),
        ("default/b", GOOD),
        ("pattern/c", GOOD),
        ("pattern/d", GOOD),
    ]);
    this.refuses(&[
        "schemas/default/b/input.json#: is of the vendor `default`, which would be a Cargo feature",
        "schemas/pattern/c/input.json#: is of the vendor `pattern`",
        "generate this model in a crate of its own, by `runcomfy_codegen::build`",
        "nothing was written because of 2 faults",
    ]);
}

#[test]
fn a_vendor_that_would_share_a_module_is_refused() {
    let this = Crate::new(&[("wan-ai/a", GOOD), ("wan_ai/new", GOOD)]);
    this.refuses(&[
        "schemas/wan_ai/new/input.json#: is of the vendor `wan_ai`, whose module `wan_ai` is that of the vendor `wan-ai`",
        "rename its directory",
    ]);
    let folder = this.path("schemas");
    let diff = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("diff")
        .args([
            std::ffi::OsStr::new("--base"),
            folder.as_os_str(),
            "--schemas".as_ref(),
            folder.as_os_str(),
        ])
        .output()
        .unwrap();
    assert_eq!(diff.status.code(), Some(3), "{}", String::from_utf8_lossy(&diff.stdout));
}

#[test]
fn a_manifest_that_cargo_cannot_read_is_put_back() {
    let this = Crate::new(&[("wan-ai/a", GOOD), ("x.ai/b", GOOD)]);
    let odd = MANIFEST.replace("pattern = []", "pattern = [\"dep:nothing\"]");
    this.put("Cargo.toml", &odd);
    let output = this.codegen();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("is as it was") && errors.contains("dep:nothing"), "{errors}");
    assert_eq!(this.manifest(), odd);

    this.put("Cargo.toml", "[package\n");
    let output = this.codegen();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Cargo.toml is no TOML"));
}

#[test]
fn add_writes_no_model_whose_vendor_has_no_place() {
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    for id in ["default/paint", "wan_ai/paint"] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("schema.json");
        fs::write(&file, GOOD).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["add", id, "--input", file.to_str().unwrap()])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(
            errors.contains("is of the vendor") && errors.contains("nothing was written"),
            "{errors}"
        );
        assert!(!repository.join("schemas").join(id).exists());
    }
}
