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
        (r#"{"prompt": "a cat", "num_images": 2}"#, "a sample of an input"),
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
fn what_is_added_takes_the_place_of_yaml() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("acme/paint/text-to-image");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("input.yaml"), "type: object").unwrap();
    fs::write(folder.join("output.yml"), "type: object").unwrap();
    assert!(add(dir.path(), &[], INPUT).status.success());
    let mut left: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["input.json", "output.yml"]);
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

/// A document of the folder beside this file.
fn document(name: &str) -> String {
    format!("{}/tests/openapi/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn openapi_documents_are_taken_apart_by_one_command() {
    let dir = tempfile::tempdir().unwrap();
    let schemas = dir.path().to_str().unwrap();
    let cases: [(&str, &str, &[&str], &[&str]); 3] = [
        (
            "queue.yaml",
            "northlight/aurora",
            &["", "/inpaint", "/to-film"],
            &[
                "prompt      String, required   At least 1 character. For example `a lighthouse at dusk`.",
                "seed        Nullable<Integer>  From 0 to 18446744073709551615.",
                "mask_url    String, required   White is painted over.",
                "switch     Switch            One of `on`, `off`, `no`.",
                "images  Vec<OutputPicture>, required",
            ],
        ),
        (
            "predictions.json",
            "harbour/ink",
            &["/predictions", "/trainings"],
            &[
                "strength  f64                Default `0.8`. At most 1. Above 0.",
                "style     Style              Default `ink`. One of `ink`, `oil`, `pencil`.",
                "mask      Nullable<String>",
                "        Vec<String>",
                "layers        Vec<Layer>",
                "weights  String, required",
            ],
        ),
        (
            "gateway.yaml",
            "meridian",
            &["/meridian/voice-1", "/meridian/film-2", "/other-vendor/upscale"],
            &[
                "voice  Voice, required   One of `Ann`, `Ben`, `Cleo`.",
                "factor  Factor            Default `2`. One of `2`, `4`.",
                "FromPicture  FromPicture",
            ],
        ),
    ];
    for (file, id, models, lines) in cases {
        let added = run(&["add", id, "--schemas", schemas, "--openapi", &document(file)], "");
        let told = text(&added.stdout);
        assert!(added.status.success(), "{}", text(&added.stderr));
        for line in lines {
            assert!(told.contains(line), "{file} does not say {line:?}:\n{told}");
        }
        for model in models {
            let path = dir.path().join(format!("{id}{model}"));
            assert!(path.join("input.json").exists(), "{}", path.display());
        }
        let added = told.lines().filter(|line| line.contains(", input of P")).count();
        assert_eq!(added, models.len(), "{told}");
    }
    // The film's result is not that of the pictures, which has a queue of its own.
    assert!(!dir.path().join("northlight/aurora/to-film/output.json").exists());
}

#[test]
fn one_operation_of_a_document_is_the_model_itself() {
    let dir = tempfile::tempdir().unwrap();
    let schemas = dir.path().to_str().unwrap();
    let add = |operations: &[&str]| {
        let openapi = document("gateway.yaml");
        let start = ["add", "meridian/voice", "--schemas", schemas, "--openapi", &openapi];
        run(&[&start, operations].concat(), "")
    };
    for name in [
        "createVoice",
        "meridian/voice-1",
        "/api/v3/meridian/voice-1",
        "post /api/v3/meridian/voice-1",
    ] {
        let added = add(&["--operation", name]);
        assert!(added.status.success(), "{name}: {}", text(&added.stderr));
        assert!(dir.path().join("meridian/voice/input.json").exists());
        fs::remove_dir_all(dir.path().join("meridian")).unwrap();
    }
    assert!(add(&["--operation", "createVoice", "--operation", "createFilm"]).status.success());
    assert!(dir.path().join("meridian/voice/meridian/film-2/input.json").exists());
    fs::remove_dir_all(dir.path().join("meridian")).unwrap();

    let refused = add(&["--operation", "createVoise"]);
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2));
    for line in [
        "gateway.yaml#: has no operation `createVoise` with a body; it has these:",
        "POST /api/v3/meridian/voice-1 (`createVoice`): cargo xtask add meridian/voice/meridian/voice-1 --openapi",
        "--operation 'POST /api/v3/other-vendor/upscale'",
    ] {
        assert!(told.contains(line), "{told}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn an_operation_that_is_broken_does_not_keep_the_others_from_being_taken() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("api.yaml");
    let whole = fs::read_to_string(document("gateway.yaml")).unwrap();
    fs::write(&file, whole.replace("    FromText:\n", "    FromWords:\n")).unwrap();
    let schemas = dir.path().join("schemas");
    let schemas = schemas.to_str().unwrap();
    let add = |operations: &[&str]| {
        let file = file.to_str().unwrap();
        let start = ["add", "meridian/voice", "--schemas", schemas, "--openapi", file];
        run(&[&start, operations].concat(), "")
    };
    let told = text(&add(&[]).stderr);
    assert!(
        told.contains("/oneOf/0/$ref: `#/components/schemas/FromText` refers to nothing"),
        "{told}"
    );
    assert!(!Path::new(schemas).exists());
    assert!(add(&["--operation", "createVoice"]).status.success());
}

#[test]
fn a_document_that_is_pasted_is_taken_apart_too_and_without_the_flag_refused_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let schemas = dir.path().to_str().unwrap();
    let yaml = fs::read_to_string(document("queue.yaml")).unwrap();
    let refused = run(&["add", "acme/aurora", "--schemas", schemas], &yaml);
    assert!(text(&refused.stderr).contains("`cargo xtask add MODEL --openapi FILE`"));
    let added = run(&["add", "acme/aurora", "--schemas", schemas, "--openapi", "-"], &yaml);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let twice = run(&["add", "acme/aurora", "--openapi", "-", "--input", "-"], &yaml);
    assert!(text(&twice.stderr).contains("cannot be used with"), "{}", text(&twice.stderr));
}
