//! Generates the fixtures of the generator, so that the tests compile and run them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use runcomfy_codegen::{Role, emit};

fn main() {
    let folder = Path::new("../codegen/tests/fixtures");
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut modules = String::new();
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("a fixture can be listed").path())
        .collect();
    paths.sort();
    for path in paths {
        let file = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let role = if file.ends_with(".output.json") { Role::Output } else { Role::Input };
        let text = fs::read_to_string(&path).expect("a fixture can be read");
        let module = emit(&file, &text, "Root", role).expect("a fixture can be generated");
        let name = file.trim_end_matches(".json").replace('.', "_");
        fs::write(out.join(format!("{name}.rs")), module.text).expect("OUT_DIR can be written");
        writeln!(
            modules,
            "pub mod {name} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{name}.rs\")); }}"
        )
        .expect("a string takes everything");
    }
    fs::write(out.join("fixtures.rs"), modules).expect("OUT_DIR can be written");
}
