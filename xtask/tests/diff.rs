//! `cargo xtask diff`, run as a command: what it compares with, what it says, how it ends.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn put(folder: &Path, id: &str, schema: &Value) {
    let folder = folder.join(id);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("input.json"), schema.to_string()).unwrap();
}

fn diff(base: &str, schemas: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["diff", "--base", base, "--schemas"]).arg(schemas).args(more);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (status.code(), text(&stdout), text(&stderr))
}

fn paint(most: i64, formats: &[&str]) -> Value {
    json!({
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": {"type": "string"},
            "num_images": {"type": "integer", "minimum": 1, "maximum": most},
            "output_format": {"type": "string", "enum": formats},
        },
    })
}

#[test]
fn the_exit_code_tells_none_from_compatible_from_breaking() {
    let root = TempDir::new().unwrap();
    let (old, new) = (root.path().join("old"), root.path().join("new"));
    put(&old, "acme/paint", &paint(4, &["png"]));
    let base = old.to_str().unwrap();
    for (schema, code, words) in [
        (paint(4, &["png"]), 0, &["nothing changed"][..]),
        (
            paint(8, &["png", "webp"]),
            1,
            &["maximum `4` is `8` now", "`webp` is new", "0.1.0 → 0.1.1"],
        ),
        (
            paint(2, &["png"]),
            2,
            &[
                "acme/paint  breaking",
                "runcomfy::models::acme::paint",
                "breaking    num_images: maximum `4` is `2` now",
                r#"accepted before, refused now: {"num_images":4,"prompt":"#,
                "Rust: `Input::num_images`, the same for the compiler",
                "0.1.0 → 0.2.0",
                "### Breaking\n\n- `acme/paint`: `num_images` maximum `4` is `2` now.",
            ],
        ),
        (
            paint(4, &["webp"]),
            2,
            &[
                "`png` is gone; `webp` is new",
                "✗ Rust: `OutputFormat::Png` is gone",
                "✓ Rust: `OutputFormat::Webp` is new",
            ],
        ),
    ] {
        put(&new, "acme/paint", &schema);
        let (found, stdout, stderr) = diff(base, &new, &[]);
        assert_eq!(found, Some(code), "{stdout}{stderr}");
        for words in words {
            assert!(stdout.contains(words), "{stdout}\ndoes not say {words:?}");
        }
    }
    let (_, stdout, _) = diff(base, &new, &["--json"]);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(told["verdict"], "breaking");
    let change = &told["models"][0]["changes"][0];
    assert_eq!(change["field"], "output_format");
    assert_eq!(change["witness"]["instance"]["output_format"], "png");
    assert_eq!(change["rust"], "acme::paint::Input::output_format");
    assert_eq!(change["items"][0]["item"], "acme::paint::OutputFormat::Png");
}

#[test]
fn the_base_is_a_revision_of_git() {
    let root = TempDir::new().unwrap();
    let schemas = root.path().join("some/schemas");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let mut command = Command::new("git");
        let done = command.arg("-C").arg(root.path()).args(who).args(arguments).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "--quiet"]);
    git(&["commit", "--quiet", "--allow-empty", "--message", "nothing"]);
    put(&schemas, "acme/paint", &paint(4, &["png"]));
    put(&schemas, "acme/draw", &paint(4, &["png"]));
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "models"]);
    assert_eq!(diff("HEAD", &schemas, &[]).0, Some(0));

    put(&schemas, "acme/carve", &paint(4, &["png"]));
    fs::remove_dir_all(schemas.join("acme/draw")).unwrap();
    let (code, stdout, _) = diff("HEAD", &schemas, &[]);
    assert_eq!(code, Some(2));
    assert!(stdout.contains("acme/carve  new") && stdout.contains("acme/draw  gone"), "{stdout}");
    let (code, stdout, _) = diff("HEAD~1", &schemas, &[]);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("models: 0 changed, 2 new, 0 gone"), "{stdout}");
}

#[test]
fn what_cannot_be_compared_ends_with_3_and_every_reason() {
    let root = TempDir::new().unwrap();
    let (old, new) = (root.path().join("old"), root.path().join("new"));
    put(&old, "acme/paint", &json!({"$ref": "#/nowhere"}));
    put(&new, "acme/paint", &json!({"type": "object", "properties": {"a": {"$ref": "#/no"}}}));
    let (code, _, stderr) = diff(old.to_str().unwrap(), &new, &[]);
    assert_eq!(code, Some(3));
    assert_eq!(stderr.matches("refers to nothing in this file").count(), 2, "{stderr}");
    let (code, _, stderr) = diff("no-such-revision", &new, &[]);
    assert_eq!(code, Some(3));
    assert!(
        stderr.contains("neither a folder nor a revision of git")
            || stderr.contains("not a git repository"),
        "{stderr}"
    );
}

#[test]
fn the_verdicts_on_pairs_are_held_against_instances() {
    let root = TempDir::new().unwrap();
    let drift = |cases: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let output = command.args(["drift", "--cases", cases]).arg(root.path()).output().unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    assert_eq!(drift("1").0, Some(2), "{}", drift("1").1);

    let pair = root.path().join("acme__paint");
    fs::create_dir(&pair).unwrap();
    let write = |file: &str, input: &Value| {
        let document = json!({"input": input, "output": {"type": "object"}});
        fs::write(pair.join(file), document.to_string()).unwrap();
    };
    write("old.json", &paint(4, &["png", "jpeg"]));
    write("new.json", &paint(2, &["webp", "png", "jpeg"]));
    let (code, text) = drift("400");
    assert_eq!(code, Some(0), "{text}");
    for words in [
        "1 pairs;",
        "1 compatible, 1 breaking on the wire (1 shown",
        "; 0 not read where",
        ", 0 renamed",
    ] {
        assert!(text.contains(words), "{text}\ndoes not say {words:?}");
    }
}
