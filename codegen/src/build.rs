//! For the `build.rs` of crates that have schemas of their own: private models, or those of a community.

use std::path::Path;
use std::{env, fs, io};

use crate::{Catalog, Fault, Home, catalog_for, folder};

/// Generates the models of a folder of schemas into `OUT_DIR`: all that the `main` of a `build.rs`
/// has to call.
///
/// ```no_run
/// runcomfy_codegen::build("schemas");
/// ```
///
/// The folder is relative to the package and holds `<model id>/input.json` (or `input.yaml`), and
/// `output.json` and `names.json` beside it where there are any. The crate takes the modules in with
///
/// ```ignore
/// pub mod models {
///     include!(concat!(env!("OUT_DIR"), "/models/mod.rs"));
/// }
/// ```
///
/// and has `runcomfy` and `serde_json` among its dependencies. Then
/// `schemas/acme/paint/input.json` is `models::acme::paint::Input`. Cargo runs the script again when
/// anything in the folder changes.
///
/// Every fault of every schema becomes an error of the build, all of them in one run.
pub fn build(schemas: impl AsRef<Path>) {
    let schemas = schemas.as_ref();
    // Of a folder cargo watches all that is in it.
    println!("cargo::rerun-if-changed={}", schemas.display());
    if let Err(errors) = generate(schemas) {
        errors.iter().for_each(|error| println!("cargo::error={error}"));
        std::process::exit(1);
    }
}

fn generate(schemas: &Path) -> Result<(), Vec<String>> {
    let out =
        env::var_os("OUT_DIR").ok_or(["OUT_DIR is not set: this is for a build.rs".to_owned()])?;
    let said = |faults: Vec<Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    let label = schemas.display().to_string();
    let models = folder::models(schemas, label.trim_end_matches('/')).map_err(said)?;
    let catalog = catalog_for(&models, Home::Elsewhere).map_err(said)?;
    let out = Path::new(&out).join("models");
    write(&catalog, &out).map_err(|error| vec![format!("{}: {error}", out.display())])
}

/// Writes all anew: what was there may be of models that are gone.
fn write(catalog: &Catalog, out: &Path) -> io::Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    for (file, text) in &catalog.files {
        let path = out.join(file);
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        fs::write(path, text)?;
    }
    Ok(())
}
