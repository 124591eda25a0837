//! Generates the fixtures of the generator, so that the tests compile and run them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use runcomfy_codegen::{Role, emit, standard};

fn main() {
    let tests = Path::new("../codegen/tests");
    // Hand-written tests read with the fixtures; the others are only held against their schemas.
    let fixtures = generated(&tests.join("fixtures"), "");
    write("fixtures.rs", &fixtures.iter().map(|fixture| &*fixture.module).collect::<String>());
    let mut all = fixtures;
    all.extend(generated(&tests.join("exact"), "exact_"));
    let modules: String = all.iter().map(|fixture| &*fixture.module).collect();
    let rows: String = all.iter().map(|fixture| &*fixture.row).collect();
    let table = format!("pub(super) const ALL: &[super::Fixture] = &[\n{rows}];\n");
    write("exactness.rs", &format!("{modules}{table}"));
}

/// What is generated from one file.
struct Fixture {
    /// The declaration of its module.
    module: String,
    /// Its row in the table of the exactness test.
    row: String,
}

fn generated(folder: &Path, prefix: &str) -> Vec<Fixture> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("a fixture can be listed").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fixture(path, prefix)).collect()
}

fn fixture(path: &Path, prefix: &str) -> Fixture {
    let file = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
    let role = if file.ends_with(".output.json") { Role::Output } else { Role::Input };
    let text = fs::read_to_string(path).expect("a fixture can be read");
    let emitted = emit(&file, &text, "Root", role).expect("a fixture can be generated");
    let schema = standard(&file, &text, role).expect("a fixture is a schema").to_string();
    let name = format!("{prefix}{}", file.trim_end_matches(".json").replace('.', "_"));
    write(&format!("{name}.rs"), &emitted.text);
    let module =
        format!("pub mod {name} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{name}.rs\")); }}\n");
    let output = role == Role::Output;
    let row = format!(
        "    super::Fixture {{ file: {file:?}, output: {output}, schema: {schema:?}, \
         read: super::read::<{name}::Root> }},\n"
    );
    Fixture { module, row }
}

fn write(file: &str, text: &str) {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join(file), text).expect("OUT_DIR can be written");
}
