//! What a program pays for the crates behind the SDK, by its features, and what TLS is of that.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use super::measure::{self, cargo};
use super::{Bench, put};
use crate::repository;

/// What is depended on, and the least of a program that links all that it would use.
struct Program {
    what: &'static str,
    dependencies: &'static str,
    body: &'static str,
}

const SLIM: &str = "drop(text)";
/// Polled once: that is enough for all of it to be linked.
const RUN: &str = "once(runcomfy::Client::new(text).unwrap().run(runcomfy::JsonInput::new(\"a/b\", serde_json::json!({}))))";
const BLOCKING: &str = "drop(runcomfy::blocking::Client::new(text).unwrap().run(runcomfy::JsonInput::new(\"a/b\", serde_json::json!({}))))";
const GET: &str = "once(reqwest::Client::new().get(text).send())";

const PROGRAMS: [Program; 6] = [
    Program {
        what: "`runcomfy`, `default-features = false`",
        dependencies: "runcomfy = { path = SDK, default-features = false }",
        body: SLIM,
    },
    Program {
        what: "the same with all models",
        dependencies: "runcomfy = { path = SDK, default-features = false, features = [\"models\"] }",
        body: "drop(runcomfy::models::google::nano_banana_2::text_to_image::Input::from_json(&text))",
    },
    Program {
        what: "`runcomfy`",
        dependencies: "runcomfy = { path = SDK }\nserde_json = \"1\"",
        body: RUN,
    },
    Program {
        what: "`runcomfy` with `blocking`",
        dependencies: "runcomfy = { path = SDK, features = [\"blocking\"] }\nserde_json = \"1\"",
        body: BLOCKING,
    },
    Program {
        what: "bare `reqwest` with the same features (TLS by `rustls` on `ring`)",
        dependencies: "reqwest = { version = \"0.13\", default-features = false, features = [\"rustls-no-provider\", \"stream\"] }\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }",
        body: GET,
    },
    Program {
        what: "bare `reqwest` with its own choice of TLS (`rustls` on `aws-lc-rs`)",
        dependencies: "reqwest = { version = \"0.13\", default-features = false, features = [\"rustls\", \"stream\"] }",
        body: GET,
    },
];

/// What one program took.
struct Row {
    what: &'static str,
    crates: usize,
    check: f64,
    release: f64,
    bytes: u64,
}

#[derive(Default)]
pub(super) struct Dependencies(Vec<Row>);

pub(super) fn measure(bench: &mut Bench) -> io::Result<()> {
    for (index, program) in PROGRAMS.iter().enumerate() {
        let folder = bench.folder.join(format!("depends-{index}"));
        program.write(&folder)?;
        let crates = crates(&folder)?;
        let target = folder.join("target");
        let clean = |arguments: &[&str]| {
            if target.exists() {
                fs::remove_dir_all(&target)?;
            }
            measure::cost(cargo(arguments, &folder).env("CARGO_TARGET_DIR", &target))
        };
        let check = clean(&["check"])?.seconds();
        let release = clean(&["build", "--release"])?.seconds();
        let bytes = fs::metadata(target.join("release/depends"))?.len();
        fs::remove_dir_all(&folder)?;
        let row = Row { what: program.what, crates, check, release, bytes };
        eprint!("  {}", row.line());
        bench.dependencies.0.push(row);
    }
    Ok(())
}

impl Program {
    fn write(&self, folder: &Path) -> io::Result<()> {
        let sdk = repository().join("sdk");
        let dependencies =
            self.dependencies.replace("SDK", &format!("{:?}", sdk.display().to_string()));
        let manifest = format!(
            "[package]\nname = \"depends\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{dependencies}\n\n[profile.release]\nstrip = true\n"
        );
        put(&folder.join("Cargo.toml"), &manifest)?;
        let body = format!("{};", self.body);
        let main = include_str!("scratch/depends.rs").replace("// {body}", &body);
        put(&folder.join("src/main.rs"), &main)?;
        fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        // The network is no part of what is measured.
        measure::cost(&mut cargo(&["fetch"], folder)).map(drop)
    }
}

/// How many crates are built for the program, without itself and what build scripts need.
fn crates(folder: &Path) -> io::Result<usize> {
    let tree = ["tree", "--edges", "normal", "--prefix", "none"];
    let output = Command::new(env!("CARGO")).args(tree).current_dir(folder).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // One that was told before is told again, with a mark.
    let names: BTreeSet<_> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(names.len().saturating_sub(1))
}

impl Row {
    #[expect(clippy::cast_precision_loss, reason = "no program is that large")]
    fn line(&self) -> String {
        let Self { what, crates, check, release, bytes } = self;
        let size = *bytes as f64 / 1_048_576.0;
        format!("| {what} | {crates} | {check:.1} s | {release:.1} s | {size:.2} MiB |\n")
    }
}

impl Dependencies {
    pub(super) fn table(&self) -> String {
        let head =
            "| a program with | crates | check | release | stripped |\n|---|---:|---:|---:|---:|\n";
        std::iter::once(head.to_owned()).chain(self.0.iter().map(Row::line)).collect()
    }
}
