//! `cargo xtask corpus`: other people's documents, generated, compiled and judged.

mod figures;
mod scratch;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use runcomfy_codegen::{Note, Role};
use serde_json::Value;

use crate::instances::Instances;
use crate::{failed, oracle, repository, schemas};
use figures::Figures;
use scratch::{Judge, Scratch};

/// Generate the input and the output of every JSON file below a folder, compile them all, and hold
/// them against the schemas.
///
/// Instances made from each schema, its own defaults and examples among them, are judged by the
/// generated types and by the `jsonschema` crate. An input has to agree and to write back what it
/// read; an output has to read what its schema accepts. Each refusal is printed with its reason,
/// each disagreement with its instance, each property that has a type in the schema and none in
/// Rust, each name that has a number in place of a word; then the counts.
///
/// Exit code: 0; 1 if something does not compile or disagrees; 2 if a file cannot be used.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder
    folder: PathBuf,
    /// Where to build [default: target/corpus/ of the repository]
    #[arg(long, value_name = "DIR")]
    build: Option<PathBuf>,
    /// How many instances each input is given; an output is given a quarter
    #[arg(long, value_name = "N", default_value_t = 400)]
    cases: usize,
    /// Other instances, from another seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Only generate, and print what is known without compiling
    #[arg(long)]
    generate: bool,
    /// Show every disagreement, not only the first few of a module
    #[arg(long)]
    all: bool,
}

/// One module of the scratch crate, and the schema that it was made from.
struct Module {
    name: String,
    file: String,
    role: Role,
    schema: Value,
    text: String,
    numbered: Vec<String>,
    typed: usize,
    untyped: Vec<Note>,
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
    let (mut modules, mut refused) = (Vec::new(), 0);
    for (index, file) in files.iter().enumerate() {
        let text = schemas::read(file).map_err(io::Error::other)?;
        let label = file.strip_prefix(&arguments.folder).unwrap_or(file).display().to_string();
        for role in roles(&text) {
            match module(index, &label, &text, role) {
                Ok(module) => modules.push(module),
                Err(faults) => {
                    refused += 1;
                    faults.iter().for_each(|fault| println!("refused ({}): {fault}", word(role)));
                }
            }
        }
    }
    let folder = arguments.build.clone().unwrap_or_else(|| repository().join("target/corpus"));
    println!("{} documents: {} modules generated, {refused} refused", files.len(), modules.len());
    typed(&modules);
    numbered(&modules);
    lines(&modules);
    if arguments.generate {
        return Ok(true);
    }
    println!("compiling them …");
    let Some(scratch) = Scratch::build(&folder, &modules)? else {
        println!("not all compile");
        return Ok(false);
    };
    println!("all compile");
    let mut figures = Figures::new(if arguments.all { usize::MAX } else { 3 });
    judge(arguments, &scratch, &modules, &mut figures)?;
    Ok(figures.report())
}

fn module(index: usize, file: &str, text: &str, role: Role) -> Result<Module, Vec<Note>> {
    let module = runcomfy_codegen::emit(file, text, "Root", role)?;
    let schema = runcomfy_codegen::standard(file, text, role)?;
    let runcomfy_codegen::Module { text, numbered, typed, untyped, .. } = module;
    let name = format!("{}_{index}", word(role));
    Ok(Module { name, file: file.to_owned(), role, schema, text, numbered, typed, untyped })
}

/// What a document describes: some have an output beside the input, others are one schema.
fn roles(text: &str) -> Vec<Role> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let has = |keys: [&str; 2]| keys.iter().any(|key| document.get(*key).is_some());
    match (has(["input", "input_schema"]), has(["output", "output_schema"])) {
        (true, false) => vec![Role::Input],
        (false, true) => vec![Role::Output],
        _ => vec![Role::Input, Role::Output],
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Input => "input",
        Role::Output => "output",
    }
}

/// Prints how much of what the documents say of types is types in Rust.
fn typed(modules: &[Module]) {
    for role in [Role::Input, Role::Output] {
        let of_role = || modules.iter().filter(|module| module.role == role);
        let untyped: Vec<_> = of_role().flat_map(|module| &module.untyped).collect();
        untyped.iter().for_each(|note| println!("untyped ({}): {note}", word(role)));
        let typed: usize = of_role().map(|module| module.typed).sum();
        let all = typed + untyped.len();
        println!(
            "{}s: {} of {all} places with a type in the document are untyped ({})",
            word(role),
            untyped.len(),
            percent(untyped.len(), all)
        );
    }
}

/// Prints the names that have a number because all of their words were taken.
fn numbered(modules: &[Module]) {
    let mut count = 0;
    for module in modules {
        let (role, file) = (word(module.role), &module.file);
        module.numbered.iter().for_each(|name| println!("numbered ({role}): {file}: {name}"));
        count += module.numbered.len();
    }
    println!("{count} names have a number in place of a word");
}

/// Prints how long the Rust is beside the schemas, written without spaces.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn lines(modules: &[Module]) {
    for role in [Role::Input, Role::Output] {
        let of_role = || modules.iter().filter(|module| module.role == role);
        let lines: usize = of_role().map(|module| module.text.lines().count()).sum();
        let bytes: usize = of_role().map(|module| module.schema.to_string().len()).sum();
        let per_kb = 1024.0 * lines as f64 / bytes.max(1) as f64;
        println!("{}s: {lines} lines of Rust, {per_kb:.1} for each KB of schema", word(role));
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn percent(part: usize, all: usize) -> String {
    format!("{:.2} %", 100.0 * part as f64 / all.max(1) as f64)
}

fn judge(
    arguments: &Arguments,
    scratch: &Scratch,
    modules: &[Module],
    figures: &mut Figures,
) -> io::Result<()> {
    let mut judge = Judge::start(scratch)?;
    for (index, module) in modules.iter().enumerate() {
        progress(&format!("judging {} of {}: {}", index + 1, modules.len(), module.file));
        let cases = if module.role == Role::Input { arguments.cases } else { arguments.cases / 4 };
        let mut instances = Instances::new(&module.schema, arguments.seed + index as u64);
        let instances: Vec<_> = (0..cases).map(|_| instances.any()).collect();
        let theirs = match oracle::judgements(&module.schema, &instances) {
            Ok(judgements) => judgements,
            Err(error) => {
                figures.unusable(module, &error);
                continue;
            }
        };
        let verdicts = judge.judge(scratch, &module.name, &instances)?;
        for ((instance, theirs), ours) in instances.iter().zip(&theirs).zip(&verdicts) {
            figures.compare(module, theirs, instance, ours);
        }
    }
    progress("");
    Ok(())
}

/// One line that is written over again, where someone is looking.
fn progress(line: &str) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        let _ = write!(terminal, "\r\x1b[K{line}");
        let _ = terminal.flush();
    }
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
