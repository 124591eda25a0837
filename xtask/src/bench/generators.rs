//! The generators, ours and typify, in one program: a scratch crate, so that no other build pays for typify.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{self, Pairs, cargo};
use super::table::{Bar, Unit};
use super::{Bench, put, variations};
use crate::repository;

/// The generator built with them.
pub(super) struct Generators {
    folder: PathBuf,
}

const DEPENDENCIES: &str = "\
stable = { package = \"typify\", version = \"0.8\", default-features = false }
newest = { package = \"typify\", version = \"=0.10.0-alpha.3\", default-features = false }
schemars = \"0.8\"
serde_json = \"1\"
proc-macro2 = \"1\"
syn = { version = \"3\", features = [\"full\"] }
prettyplease = \"0.3\"
";

impl Generators {
    pub(super) fn build(folder: &Path) -> io::Result<Self> {
        let folder = folder.join("generate");
        let codegen = repository().join("codegen");
        put(
            &folder.join("Cargo.toml"),
            &format!(
                "[package]\nname = \"generate\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [dependencies]\nruncomfy-codegen = {{ path = {:?} }}\n{DEPENDENCIES}",
                codegen.display().to_string()
            ),
        )?;
        put(&folder.join("src/main.rs"), include_str!("scratch/generate.rs"))?;
        fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        // The prerelease asks for a newer compiler than it needs.
        let build = ["build", "--release", "--ignore-rust-version"];
        let mut build = cargo(&build, &folder);
        measure::cost(build.env("CARGO_TARGET_DIR", folder.join("target")))?;
        Ok(Self { folder })
    }

    /// The command that generates a module from each schema of a folder.
    pub(super) fn command(&self, generator: &str, schemas: &Path) -> Command {
        let mut command = Command::new(self.folder.join("target/release/generate"));
        command.arg(generator).arg(schemas);
        command
    }

    /// The versions of what is compared.
    pub(super) fn versions(&self) -> io::Result<Vec<String>> {
        let mut versions = vec![said(Command::new("rustc").arg("--version"))?];
        let ours = fs::read_to_string(repository().join("Cargo.lock"))?;
        let theirs = fs::read_to_string(self.folder.join("Cargo.lock"))?;
        for (lock, package) in [
            (&theirs, "typify"),
            (&theirs, "prettyplease"),
            (&ours, "jsonschema"),
            (&ours, "reqwest"),
            (&ours, "serde_json"),
        ] {
            let start = format!("name = \"{package}\"\nversion = \"");
            versions.extend(
                lock.split(&start).skip(1).map(|rest| {
                    format!("{package} {}", rest.split('"').next().unwrap_or_default())
                }),
            );
        }
        Ok(versions)
    }
}

fn said(command: &mut Command) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&command.output()?.stdout).trim().to_owned())
}

/// From text to formatted text.
pub(super) fn measure(bench: &mut Bench) -> io::Result<()> {
    let schemas = bench.folder.join("schemas");
    let count = bench.many();
    variations::write(&schemas, count)?;
    for typify in ["stable", "newest"] {
        let mut pairs = Pairs::new();
        for _ in 0..if bench.quick { 3 } else { 11 } {
            let ours = measure::cost(&mut bench.generators.command("ours", &schemas))?;
            let theirs = measure::cost(&mut bench.generators.command(typify, &schemas))?;
            pairs.push(ours.seconds(), theirs.seconds());
        }
        let what = format!("generate {count} modules, text to formatted text");
        let theirs = format!("typify ({typify}) and prettyplease");
        bench.table.row(&what, &theirs, &pairs, Unit::CpuSeconds, Bar::of(typify, 0.5));
    }
    Ok(())
}
