//! `cargo xtask codegen` and `emit`, run as commands: what they write, and what they refuse.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

const GOOD: &str =
    r#"{"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}"#;

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder of schemas and one to write to.
struct Folders {
    root: TempDir,
}

impl Folders {
    fn new() -> Self {
        Self { root: TempDir::new().unwrap() }
    }

    fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root.path().join("schemas").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn out(&self) -> PathBuf {
        self.root.path().join("out")
    }

    /// Where the program writes down what it generated.
    fn record(&self) -> PathBuf {
        let digest = Sha256::digest(self.out().as_os_str().as_encoded_bytes());
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let name: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        Path::new(env!("CARGO_BIN_EXE_xtask")).with_file_name("xtask-codegen").join(name)
    }

    fn codegen(&self, more: &[&str]) -> Output {
        let (schemas, out) = (self.root.path().join("schemas"), self.out());
        let mut arguments =
            vec!["codegen", "--schemas", schemas.to_str().unwrap(), "--out", out.to_str().unwrap()];
        arguments.extend(more);
        xtask(&arguments)
    }

    /// Refused with exactly these lines, and nothing written.
    fn refused(&self, expected: &[&str]) {
        let output = self.codegen(&[]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
        let folder = format!("{}/", self.root.path().join("schemas").display());
        let errors = text(&output.stderr).replace(&folder, "");
        let lines: Vec<_> = errors.lines().filter(|line| !line.starts_with("note:")).collect();
        assert_eq!(
            lines.len(),
            expected.len() + 1,
            "one line for each fault, then the last word:\n{errors}"
        );
        for (line, expected) in lines.iter().zip(expected) {
            assert!(
                line.starts_with("error: ") && line.contains(expected),
                "{line:?} does not say {expected:?}"
            );
        }
        assert!(!self.out().exists(), "something was written");
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        fs::remove_file(self.record()).ok();
    }
}

#[test]
fn only_what_changed_is_written_and_what_vanished_is_deleted() {
    let folders = Folders::new();
    folders.put("acme/paint/input.json", GOOD);
    folders.put("acme/draw/input.json", GOOD);
    let first = folders.codegen(&[]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert!(
        text(&first.stdout).contains("2 models, 2 generated, 6 files written or deleted"),
        "{}",
        text(&first.stdout)
    );

    let again = text(&folders.codegen(&[]).stdout);
    assert_eq!(again, "2 models, everything is up to date\n");

    let paint = folders.out().join("acme/paint.rs");
    let untouched = fs::metadata(&paint).unwrap().modified().unwrap();
    fs::remove_dir_all(folders.root.path().join("schemas/acme/draw")).unwrap();
    fs::write(folders.out().join("left_over.rs"), "// by hand").unwrap();
    let check = folders.codegen(&["--check"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).contains("gone") && folders.out().join("left_over.rs").exists());
    let stdout = text(&folders.codegen(&[]).stdout);
    for line in [
        "gone",
        "draw.rs",
        "left_over.rs",
        "changed",
        "acme.rs",
        // What is left is as it was: nothing had to be generated.
        "1 model, 5 files written or deleted",
    ] {
        assert!(stdout.contains(line), "{stdout}");
    }
    assert_eq!(fs::metadata(&paint).unwrap().modified().unwrap(), untouched);
}

/// What the last line says of a run.
fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().last().unwrap_or_default().to_owned()
}

/// Two models that were generated, and the record of that.
fn generated() -> (Folders, PathBuf) {
    let folders = Folders::new();
    folders.put("acme/paint/input.json", GOOD);
    folders.put("acme/draw/input.json", GOOD.replace("string", "float"));
    assert_eq!(told(&folders.codegen(&[])), "2 models, 2 generated, 6 files written or deleted");
    let record = folders.record();
    (folders, record)
}

#[test]
fn only_what_changed_is_generated_again() {
    let (folders, _) = generated();
    let first = folders.codegen(&[]);
    assert_eq!(told(&first), "2 models, everything is up to date");
    let notes = "acme/draw/input.json#/properties/prompt/type: `float` is read as `number`";
    assert!(text(&first.stderr).contains(notes), "what is recorded has its notes, too");

    folders.put("acme/paint/input.json", GOOD.replace("string", "integer"));
    assert_eq!(told(&folders.codegen(&[])), "2 models, 1 generated, 2 files written or deleted");
    folders.put("acme/paint/output.json", GOOD);
    assert_eq!(told(&folders.codegen(&[])), "2 models, 1 generated, 2 files written or deleted");
    folders.put("acme/paint/names.json", r#"{"input": {"Input.prompt": "words"}}"#);
    assert_eq!(told(&folders.codegen(&[])), "2 models, 1 generated, 1 file written or deleted");
    folders.put("acme/write/input.json", GOOD);
    assert_eq!(told(&folders.codegen(&[])), "3 models, 1 generated, 4 files written or deleted");
    let root = fs::read_to_string(folders.out().join("mod.rs")).unwrap();
    assert!(root.contains("acme::write::MODEL"), "{root}");

    fs::remove_dir_all(folders.root.path().join("schemas/acme/paint")).unwrap();
    assert_eq!(told(&folders.codegen(&[])), "2 models, 5 files written or deleted");
    let lists = ["mod.rs", "acme.rs"].map(|file| fs::read_to_string(folders.out().join(file)));
    assert!(lists.iter().all(|list| !list.as_ref().unwrap().contains("paint")), "{lists:?}");
    assert_eq!(told(&folders.codegen(&[])), "2 models, everything is up to date");
}

#[test]
fn what_was_edited_by_hand_is_put_right_though_a_record_knows_it() {
    let (folders, _) = generated();
    let module = folders.out().join("acme/paint.rs");
    let before = fs::read_to_string(&module).unwrap();
    for edit in [before.replace("prompt", "Prompt"), format!("{before} "), String::new()] {
        fs::write(&module, edit).unwrap();
        let said = told(&folders.codegen(&[]));
        assert_eq!(said, "2 models, 1 generated, 1 file written or deleted");
        assert_eq!(fs::read_to_string(&module).unwrap(), before);
    }
    fs::remove_file(folders.out().join("acme/paint.input.json")).unwrap();
    assert_eq!(told(&folders.codegen(&[])), "2 models, 1 generated, 1 file written or deleted");
    fs::write(folders.out().join("acme.rs"), "").unwrap();
    assert_eq!(told(&folders.codegen(&[])), "2 models, 1 file written or deleted");
}

#[test]
fn a_record_that_is_damaged_or_of_another_generator_costs_time_and_nothing_else() {
    let (folders, record) = generated();
    let good = fs::read_to_string(&record).unwrap();
    // The digest of a part that was made by another generator is another one.
    let flipped: String = good.lines().map(|line| line.replace(" b", " c") + "\n").collect();
    let others = good.lines().map(|line| {
        let (file, rest) = line.split_once(' ').unwrap();
        format!("{file} {}{}\n", "0".repeat(64), &rest[64..])
    });
    let others: String = others.collect();
    let noted = good.replace("is read as `number`", "is right");
    assert!(noted != good && others != good);
    for (damaged, again) in [
        (String::new(), 2),
        ("\u{0}\u{1}{garbage]\n\n \n".repeat(50), 2),
        (others, 2),
        (good.replace(' ', ""), 2),
        (good[..good.len() / 2].to_owned(), 2),
        (noted, 1),
        (flipped, 0),
    ] {
        fs::write(&record, damaged).unwrap();
        let output = folders.codegen(&[]);
        let said = told(&output);
        assert!(said.ends_with("everything is up to date"), "{said}");
        assert!(again == 0 || said.contains(&format!(" {again} generated")), "{said}");
        assert!(text(&output.stderr).contains("`float` is read as `number`"));
        assert_eq!(fs::read_to_string(&record).unwrap(), good, "it is written anew");
    }
    fs::write(&record, [0xff, 0xfe, b' ']).unwrap();
    assert!(told(&folders.codegen(&[])).contains("2 generated"));
    fs::remove_file(&record).unwrap();
    assert!(told(&folders.codegen(&[])).contains("2 generated"));
}

#[test]
fn a_check_trusts_no_record_and_writes_none() {
    let (folders, record) = generated();
    let before = fs::read_to_string(&record).unwrap();
    let said = told(&folders.codegen(&["--check"]));
    assert_eq!(said, "2 models, 2 generated, everything is up to date");
    folders.put("acme/paint/input.json", GOOD.replace("string", "integer"));
    assert_eq!(folders.codegen(&["--check"]).status.code(), Some(1));
    assert_eq!(fs::read_to_string(&record).unwrap(), before);
}

#[test]
fn a_model_that_is_gone_from_the_catalog_is_deprecated() {
    let folders = Folders::new();
    folders.put("acme/paint/input.json", GOOD.replacen('{', r#"{"deprecated": true, "#, 1));
    // Said of a property, it says nothing of the model.
    folders.put(
        "acme/draw/input.json",
        GOOD.replace(r#""string""#, r#""string", "deprecated": true"#),
    );
    assert!(folders.codegen(&[]).status.success());
    let vendor = fs::read_to_string(folders.out().join("acme.rs")).unwrap();
    let mods: Vec<_> = vendor.lines().filter(|line| !line.starts_with("//")).collect();
    assert_eq!(
        mods.join("\n").trim(),
        "pub mod draw;\n\n\
         #[deprecated = \"the service's catalog has this model no longer\"]\n\
         pub mod paint;",
    );
}

#[test]
fn what_is_added_takes_no_name_and_names_json_says_so() {
    let folders = Folders::new();
    let voices = |values: &str| {
        format!(r#"{{"type": "object", "properties": {{"voice": {{"enum": [{values}]}}}}}}"#)
    };
    folders.put("acme/speak/input.json", voices(r#""Ann""#));
    assert!(folders.codegen(&[]).status.success());
    let names = folders.root.path().join("schemas/acme/speak/names.json");
    assert!(!names.exists());

    folders.put("acme/speak/input.json", voices(r#""ann", "Ann""#));
    let check = folders.codegen(&["--check"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).contains("names.json") && !names.exists());
    let said = text(&folders.codegen(&[]).stdout);
    let first = said.lines().next().unwrap_or_default();
    assert!(first.ends_with("names.json"), "a run that is killed may rename nothing: {said}");
    let held = fs::read_to_string(&names).unwrap();
    assert_eq!(held, "{\n  \"input\": {\n    \"Voice = \\\"Ann\\\"\": \"Ann\"\n  }\n}\n");
    let module = || fs::read_to_string(folders.out().join("acme/speak.rs")).unwrap();
    assert!(
        module().contains("        AnnLowercase = \"ann\",\n        Ann = \"Ann\",\n"),
        "{}",
        module()
    );
    // It holds without what was generated before, too.
    let before = module();
    fs::remove_dir_all(folders.out()).unwrap();
    assert!(folders.codegen(&[]).status.success());
    assert_eq!(module(), before);

    folders.put("acme/speak/names.json", r#"{"inputs": {}, "input": {"Voice = \"Ann\"": "a b"}}"#);
    fs::remove_dir_all(folders.out()).unwrap();
    folders.refused(&[
        "acme/speak/names.json#/input/Voice = \"Ann\": is \"a b\"; expected a Rust name",
        "acme/speak/names.json#/inputs: is neither `input` nor `output`",
    ]);
}

#[test]
fn all_faults_of_all_files_are_told_in_one_run_and_nothing_is_written() {
    let folders = Folders::new();
    folders.put("acme/good/input.json", GOOD);
    folders.put("acme/a-truncated/input.json", &GOOD[..40]);
    folders.put("acme/b-page/input.json", "<!DOCTYPE html>");
    folders.put("acme/c-list/input.json", "[1]");
    folders.put(
        "acme/d-dangling/input.json",
        r##"{"$ref": "#/$defs/Imput", "$defs": {"Input": {}}}"##,
    );
    folders.put("acme/e-limits/input.json", r#"{"type": "object", "properties": {"n": {"type": "integer", "minimum": 5, "maximum": 4}}}"#);
    folders.put(
        "acme/f-nothing/input.json",
        r#"{"type": "object", "properties": {"n": {"enum": []}}}"#,
    );
    folders.put("acme/g_same/input.json", GOOD);
    folders.put("acme/g-same/input.json", GOOD);
    folders.put("acme/h-latin/input.json", b"{\"title\": \"\xe9\"}");
    folders.put("acme/i-empty/input.json", "");
    folders.put("acme/j-output/input.json", r#"{"output": {"type": "object"}}"#);
    folders.put("acme/k-alone/output.json", GOOD);
    folders.put("acme/l-typo/imput.json", GOOD);
    folders.put("acme/m-both/input.json", GOOD);
    folders.put("acme/m-both/input.yaml", "type: object");
    folders.put("acme/n-yaml/input.yml", "type: object\ntype: string");
    folders.put("acme/o-spec/input.json", r#"{"openapi": "3.0.0", "paths": {}}"#);
    folders.put("acme/p-error/input.json", r#"{"detail": "Not Found"}"#);
    folders.put("acme/q-sample/input.json", r#"{"prompt": "a cat"}"#);
    folders.put("acme/r-form/input.json", r#"{"type": "object", "required": "a"}"#);
    folders.put("acme/s-commas/input.jsonc", GOOD);
    folders.put("acme/.t-hidden/u/input.json", GOOD);
    folders.put("acme/aux/input.json", GOOD);
    folders.put("acme/X/y/input.json", GOOD);
    folders.put("acme/X/z/input.json", GOOD);
    folders.put("acme/x/y/input.json", GOOD);
    folders.put("acme/x/zz/input.json", "");
    folders.put("short/input.json", GOOD);
    folders.refused(&[
        "acme/.t-hidden#: begins with a dot, so the schemas in it would be passed over; rename it",
        "acme/a-truncated/input.json#: is not JSON",
        "acme/aux/input.json#: `acme/aux` is no model id: Windows keeps the name `aux` for a device",
        "acme/b-page/input.json#: is not JSON: expected value at line 1 column 1; this looks like a web page",
        "acme/c-list/input.json#: is no JSON Schema: expected an object",
        "acme/d-dangling/input.json#/$ref: `#/$defs/Imput` refers to nothing in this file; did you mean `#/$defs/Input`?",
        "acme/e-limits/input.json#/properties/n/minimum: minimum 5 is above maximum 4: nothing can satisfy both",
        "acme/f-nothing/input.json#/properties/n/enum: leaves no value: nothing can satisfy it",
        "acme/g_same/input.json#: claims the same module as",
        "acme/h-latin/input.json#: is not UTF-8: the byte at 11",
        "acme/i-empty/input.json#: is empty",
        "acme/j-output/input.json#: holds the schema of the output",
        "acme/k-alone/output.json#: has no input.json beside it",
        "acme/l-typo/imput.json#: is neither input.json nor output.json",
        "acme/m-both/input.yaml#: stands beside",
        "acme/n-yaml/input.yml#: cannot be read as YAML: the key `type` stands there twice at line 2",
        "acme/o-spec/input.json#: is a whole OpenAPI document",
        "acme/p-error/input.json#: is the body of an error",
        "acme/q-sample/input.json#: has `prompt` where a JSON Schema has",
        "acme/r-form/input.json#/required: is \"a\"; expected a list of names",
        "acme/s-commas/input.jsonc#: is neither input.json nor output.json",
        "acme/x/y/input.json#: `acme/x` differs only by case from `acme/X` of",
        "acme/x/zz/input.json#: is empty",
        "short/input.json#: `short` is no model id",
    ]);
}

#[test]
fn a_file_of_fifty_megabytes_is_refused_unread() {
    let folders = Folders::new();
    folders.put("acme/huge/input.json", vec![b' '; 50_000_000]);
    folders.refused(&["acme/huge/input.json#: is 50 MB long; no schema is (the limit is 16 MB)"]);
}

#[test]
fn a_folder_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folders = Folders::new();
    folders.put("acme/secret/input.json", GOOD);
    let secret = folders.root.path().join("schemas/acme/secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    let (schemas, out) = (folders.root.path().join("schemas"), folders.out());
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("codegen").arg("--schemas").arg(&schemas).arg("--out").arg(&out);
    if fs::read_dir(&secret).is_ok() {
        // The superuser may read everything: it is tried as nobody.
        fs::set_permissions(folders.root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        std::os::unix::process::CommandExt::uid(&mut command, 65534);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(errors.contains("acme/secret#: cannot be read: Permission denied"), "{errors}");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_folder_without_schemas_is_a_mistake() {
    let folders = Folders::new();
    fs::create_dir_all(folders.root.path().join("schemas/acme")).unwrap();
    let output = folders.codegen(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("holds no model: expected <model id>/input.json"));
}

#[test]
fn emit_writes_the_module_to_stdout_and_the_rest_to_stderr() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["emit", "-", "--root", "Paint"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let schema = br#"{"type": "object", "properties": {"x": {"type": "float", "pattern": "a"}}}"#;
    child.stdin.take().unwrap().write_all(schema).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("pub struct Paint {"));
    assert!(
        text(&output.stderr).contains("note: -#/properties/x/type: `float` is read as `number`")
    );
}

#[test]
fn emit_refuses_with_exit_code_2_and_the_reason() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("broken.json");
    fs::write(&file, r##"{"$ref": "#/nowhere"}"##).unwrap();
    for (path, root, reason) in [
        (file.as_path(), "Input", "broken.json#/$ref: `#/nowhere` refers to nothing in this file"),
        (Path::new("/no/such/file.json"), "Input", "cannot be read"),
        (file.as_path(), "not a name", "`not a name` cannot name a Rust type"),
    ] {
        let output = xtask(&["emit", path.to_str().unwrap(), "--root", root]);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains(reason), "{}", text(&output.stderr));
    }
}

#[test]
fn schemas_may_be_in_yaml() {
    let folders = Folders::new();
    folders.put("acme/paint/input.yaml", "type: object\nproperties: {prompt: {type: float}}\n");
    folders.put("acme/paint/output.yml", "type: object\nproperties: {image: {type: string}}\n");
    let first = folders.codegen(&[]);
    assert!(text(&first.stderr).contains("acme/paint/input.yaml#/properties/prompt/type: `float`"));
    assert_eq!(told(&first), "1 model, 1 generated, 5 files written or deleted");
    assert_eq!(told(&folders.codegen(&[])), "1 model, everything is up to date");
    assert!(folders.out().join("acme/paint.output.json").exists());
    // It is a file of names that is written beside it, and no other.
    folders.put("acme/speak/input.yaml", "type: object\nproperties: {voice: {enum: [Ann]}}");
    assert!(folders.codegen(&[]).status.success());
    folders.put("acme/speak/input.yaml", "type: object\nproperties: {voice: {enum: [ann, Ann]}}");
    assert!(folders.codegen(&[]).status.success());
    assert!(folders.root.path().join("schemas/acme/speak/names.json").exists());
}

/// What a command leaves behind whose output nobody reads.
fn unread(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn a_closed_pipe_is_no_reason_to_panic() {
    let folders = Folders::new();
    folders.put("acme/paint/input.json", GOOD);
    let schemas = folders.root.path().join("schemas");
    let (schemas, out) = (schemas.to_str().unwrap().to_owned(), folders.out());
    let added = folders.root.path().join("added");
    let added = added.to_str().unwrap();
    for arguments in [
        &["--help"][..],
        &["codegen", "--help"],
        &["emit", "-"],
        &["codegen", "--schemas", &schemas, "--out", out.to_str().unwrap()],
        &["codegen", "--check", "--schemas", &schemas, "--out", out.to_str().unwrap()],
        &["add", "acme/paint", "--schemas", added],
        &["diff", "--schemas", &schemas, "--base", &schemas],
    ] {
        let output = unread(arguments, GOOD);
        assert!(
            output.status.success(),
            "{arguments:?} {:?} {}",
            output.status,
            text(&output.stderr)
        );
        assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
    }
    assert!(
        out.join("acme/paint.rs").exists()
            && Path::new(added).join("acme/paint/input.json").exists()
    );
}
