//! `cargo xtask add`, as people paste.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn add(schemas: &Path, more: &[&str], text: &str) -> Output {
    let schemas = schemas.to_str().unwrap();
    run(&[&["add", "acme/paint/text-to-image", "--schemas", schemas], more].concat(), text)
}

fn run(arguments: &[&str], text: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xtask starts");
    // It may refuse its arguments before it reads.
    let _ = child.stdin.take().expect("it is piped").write_all(text.as_bytes());
    child.wait_with_output().expect("xtask ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const INPUT: &str = r#"{"type": "object", "required": ["prompt"], "properties": {
    "prompt": {"type": "string", "maxLength": 500},
    "241_size": {"type": "string", "enum": ["1K", "2K"], "default": "1K"},
    "guidance": {"type": "float", "minimum": 0, "maximum": 10}}}"#;
const OUTPUT: &str = r#"{"type": "object", "properties": {"image": {"type": "string"}}}"#;

#[test]
fn every_published_form_is_taken() {
    let forms = [
        INPUT.to_owned(),
        format!("\u{feff}\n{INPUT}\n\n"),
        format!(r#"{{"input": {INPUT}}}"#),
        format!(r#"{{"model_id": "acme/paint", "kind": "model", "input_schema": {INPUT}}}"#),
        format!(r#"{{"input": {INPUT}, "output": {OUTPUT}}}"#),
    ];
    for form in forms {
        let dir = tempfile::tempdir().unwrap();
        let added = add(dir.path(), &[], &form);
        let told = text(&added.stdout);
        assert!(added.status.success(), "{form}\n{}", text(&added.stderr));
        for line in [
            "prompt    String, required  At most 500 characters.",
            "241_size  N241Size          Default `1K`. One of `1K`, `2K`.",
            "guidance  f64               From 0 to 10.",
            "properties/guidance/type: `float` is read as `number`",
            "  use runcomfy::models::acme::paint::text_to_image::Input;",
            "  let input = Input::new(",
            "  let done = client.run(input).await?;",
        ] {
            assert!(told.contains(line), "{line}\n{told}");
        }
        let folder = dir.path().join("acme/paint/text-to-image");
        assert!(folder.join("input.json").exists());
        let has_output = form.contains("\"output\"");
        assert_eq!(folder.join("output.json").exists(), has_output);
        assert_eq!(told.contains("\nOutput"), has_output, "{told}");
    }
}

#[test]
fn an_output_may_have_a_file_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("o.json");
    fs::write(&file, OUTPUT).unwrap();
    let schemas = dir.path().join("schemas");
    let added = add(&schemas, &["--output", file.to_str().unwrap()], INPUT);
    assert!(added.status.success(), "{}", text(&added.stderr));
    assert!(schemas.join("acme/paint/text-to-image/output.json").exists());
}

#[test]
fn whatever_is_pasted_wrong_has_a_word_of_its_own() {
    let fenced = format!("```json\n{INPUT}\n```");
    let twice = format!("{INPUT}\n{INPUT}");
    let trailing = format!("{INPUT}\nhope this helps!");
    let cases = [
        ("", "is empty"),
        ("<!doctype html><title>Models</title>", "looks like a web page"),
        (&trailing, "something follows the schema"),
        (&twice, "something follows the schema"),
        ("{“type”: “object”}", "quotes are typographic"),
        (r#"{"output": {"type": "object"}}"#, "holds the schema of the output"),
        (r#"{"prompt": "a cat", "num_images": 2}"#, "looks like a sample of an input"),
        (&fenced, "looks like Markdown"),
        ("{'type': 'object'}", "JSON has double quotes"),
        (r#"{"type": "object",}"#, "no comma before a brace"),
        ("{\n// sizes\n\"type\": \"object\"}", "JSON has no comments"),
        (&INPUT[..90], "is cut off"),
        ("type: object\n\tproperties: {}", "line 2 is indented by a tab"),
        ("prompt: a cat\nseed: 1", "a sample of an input"),
        (r#"{"openapi": "3.1.0", "paths": {"/paint": {}}}"#, "--openapi FILE"),
        (r#"{"error": "not found"}"#, "the body of an error"),
        ("[1, 2]", "expected an object"),
        (r##"{"$ref": "#/nowhere"}"##, "nowhere"),
    ];
    for (pasted, word) in cases {
        let dir = tempfile::tempdir().unwrap();
        let refused = add(dir.path(), &[], pasted);
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{pasted}\n{told}");
        assert!(told.contains(word), "{pasted}\n{told}");
        assert!(told.ends_with("error: nothing was written\n"), "{told}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "{pasted}");
    }
}

#[test]
fn yaml_is_read_and_kept_as_json() {
    let yaml = "# sizes\ntype: object\nrequired: [prompt]\nproperties:\n  prompt: {type: string}\n  \
                switch: {enum: [on, off]}\n  seed: {type: integer, maximum: 36893488147419103233}\n";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("schema.yml");
    fs::write(&file, yaml).unwrap();
    let schemas = dir.path().join("schemas");
    for (more, pasted) in [(vec![], yaml), (vec!["--input", file.to_str().unwrap()], "")] {
        let added = add(&schemas, &more, pasted);
        let told = text(&added.stdout);
        assert!(added.status.success(), "{}", text(&added.stderr));
        assert!(told.contains("switch  Switch            One of `on`, `off`."), "{told}");
        let folder = schemas.join("acme/paint/text-to-image");
        let json = fs::read_to_string(folder.join("input.json")).unwrap();
        assert!(json.contains("\"maximum\": 36893488147419103233"), "{json}");
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
        fs::remove_dir_all(&schemas).unwrap();
    }
}

#[test]
fn utf_16_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("schema.json");
    let wide = "\u{feff}".encode_utf16().chain(INPUT.encode_utf16()).flat_map(u16::to_le_bytes);
    fs::write(&file, wide.collect::<Vec<_>>()).unwrap();
    let added = add(dir.path(), &["--input", file.to_str().unwrap()], "");
    assert!(added.status.success(), "{}", text(&added.stderr));
}

#[test]
fn ids_that_no_windows_can_check_out_are_refused() {
    for (id, why) in [
        ("acme/aux", "`aux` for a device"),
        ("con/paint", "`con` for a device"),
        ("acme/paint./x", "ends with a dot"),
        (".hidden/paint", "begins with a dot"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let refused = run(&["add", id, "--schemas", dir.path().to_str().unwrap()], INPUT);
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(why), "{told}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "{id}");
    }
}
