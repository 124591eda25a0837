//! One schema feature for each file in `fixtures/`: the Rust it becomes, and the notes it leaves.
//!
//! `xtask/tests/fixtures.rs` compiles and runs what the snapshots show.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use runcomfy_codegen::{Role, emit};

#[test]
fn each_fixture_becomes_the_module_of_its_snapshot() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut seen = 0;
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let role = if file.ends_with(".output.json") { Role::Output } else { Role::Input };
        let module = emit(&file, &fs::read_to_string(&path).unwrap(), "Root", role).unwrap();
        let mut text = String::new();
        for note in &module.notes {
            writeln!(text, "// note: {note}").unwrap();
        }
        text.push_str(&module.text);
        settings.bind(|| insta::assert_snapshot!(file.trim_end_matches(".json"), text));
        seen += 1;
    }
    assert_eq!(seen, 31, "fixtures");
}
