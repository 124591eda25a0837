//! `cargo xtask corpus`: other people's documents, generated and compiled.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use runcomfy_codegen::Role;

use crate::{failed, repository, schemas};

/// Generate the input and the output of every JSON file below a folder, and compile them all.
///
/// Prints each refusal with its reason, and the counts. Exit code: 0; 1 if something that was
/// generated does not compile.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder
    folder: PathBuf,
    /// Where to build [default: target/corpus/ of the repository]
    #[arg(long, value_name = "DIR")]
    build: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match corpus(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

fn corpus(arguments: &Arguments) -> io::Result<bool> {
    let mut files = Vec::new();
    json_files(&arguments.folder, &mut files)?;
    files.sort();
    let build = arguments.build.clone().unwrap_or_else(|| repository().join("target/corpus"));
    let source = build.join("src");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    fs::create_dir_all(&source)?;
    let (mut mods, mut refused) = (String::new(), 0);
    let mut generated = 0;
    for (index, file) in files.iter().enumerate() {
        let text = schemas::read(file).map_err(io::Error::other)?;
        for (role, word) in [(Role::Input, "input"), (Role::Output, "output")] {
            match runcomfy_codegen::emit(&file.display().to_string(), &text, "Root", role) {
                Ok(module) => {
                    let name = format!("{word}_{index}");
                    fs::write(source.join(format!("{name}.rs")), module.text)?;
                    mods.push_str(&format!("/// {}\npub mod {name};\n", file.display()));
                    generated += 1;
                }
                Err(faults) => {
                    refused += 1;
                    faults.iter().for_each(|fault| println!("refused ({word}): {fault}"));
                }
            }
        }
    }
    fs::write(
        source.join("lib.rs"),
        format!("//! Other people's documents.\n#![allow(dead_code)]\n{mods}"),
    )?;
    fs::write(build.join("Cargo.toml"), manifest())?;
    println!("{} files: {generated} modules generated, {refused} refused", files.len());
    println!("compiling them …");
    let status =
        Command::new(env!("CARGO")).args(["check", "--quiet"]).current_dir(&build).status()?;
    println!("{}", if status.success() { "all compile" } else { "not all compile" });
    Ok(status.success())
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            json_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

fn manifest() -> String {
    let sdk = repository().join("sdk");
    format!(
        "[package]\nname = \"corpus\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         runcomfy = {{ path = {:?}, default-features = false, features = [\"pattern\"] }}\nserde = \"1\"\nserde_json = \"1\"\n",
        sdk.display().to_string()
    )
}
