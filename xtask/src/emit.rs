//! `cargo xtask emit`: one schema, one module.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use runcomfy_codegen::{Draft, Options, Role};

use crate::schemas;

/// Write the Rust module of one schema file to standard output.
///
/// The module stands by itself: it needs the crates `serde`, `serde_json` and `runcomfy`, the last with
/// `default-features = false` and the features that a note names. In the role of an input
/// `serde_json::from_value::<NAME>` accepts exactly what the schema accepts, and its error lists
/// every fault; in the role of an output the types are open and keep what the schema does not know.
///
/// Notes and errors go to standard error. Exit code: 0, or 2 if nothing can be generated.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file: a JSON Schema in JSON or YAML, by itself or under `input` or `output`; `-` for standard input
    file: PathBuf,
    /// The name of the root type
    #[arg(long, value_name = "NAME", default_value = "Input")]
    root: String,
    /// A folder that stands for `http://localhost:1234/`, for schemas that refer to it
    #[arg(long, value_name = "DIR")]
    remotes: Option<PathBuf>,
    /// The draft of a schema that does not name its own: 3, 4, 6, 7, 2019-09 or 2020-12
    #[arg(long, value_name = "DRAFT", value_parser = draft, default_value = "2020-12")]
    draft: Draft,
    /// Make assertions of `format`, and of what draft 7 says of content
    #[arg(long)]
    formats: bool,
    /// What the schema describes
    #[arg(long, value_enum, default_value = "input")]
    role: RoleWord,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleWord {
    /// What callers send: checked
    Input,
    /// What callers receive: open
    Output,
}

fn draft(name: &str) -> Result<Draft, String> {
    Draft::from_name(name).ok_or_else(|| "expected 3, 4, 6, 7, 2019-09 or 2020-12".to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let role = match arguments.role {
        RoleWord::Input => Role::Input,
        RoleWord::Output => Role::Output,
    };
    let file = arguments.file.display().to_string();
    let text = match schemas::read(&arguments.file) {
        Ok(text) => text,
        Err(message) => {
            eprintln!("error: {file}: {message}");
            return ExitCode::from(2);
        }
    };
    let load = |uri: &str| schemas::load(uri, arguments.remotes.as_deref());
    let base = schemas::base(&arguments.file);
    let Arguments { draft, formats, .. } = *arguments;
    let options = Options { draft, base: &base, formats, load: &load, ..Options::new(role) };
    match runcomfy_codegen::emit_with(&file, &text, &arguments.root, &options) {
        Ok(module) => {
            for note in &module.notes {
                eprintln!("note: {note}");
            }
            for feature in &module.features {
                eprintln!("note: needs the feature `{feature}` of runcomfy");
            }
            // A reader that closes the pipe early has what it wants.
            let _ = std::io::stdout().write_all(module.text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(faults) => {
            for fault in faults {
                eprintln!("error: {fault}");
            }
            ExitCode::from(2)
        }
    }
}
