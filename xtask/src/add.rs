//! `cargo xtask add`: one model, from what was pasted.

mod understood;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use runcomfy_codegen::{Catalog, Fault, Model, Role, Source, catalog, published};
use serde_json::Value;

use crate::{codegen, disk, failed, repository, schemas};

/// Add one model to schemas/ from pasted text, say what was understood, and generate its Rust.
///
/// Takes every form in which schemas are published: a plain JSON Schema, one under `input`, `output`,
/// `input_schema` or `output_schema`, both in one document, a catalog entry; in JSON or in YAML, which is
/// written as JSON. If anything is wrong with it, every fault is told, with its place, and nothing is
/// written.
///
///     cargo xtask add acme/paint/text-to-image --input schema.json
///     pbpaste | cargo xtask add acme/paint/text-to-image
///
/// Exit code: 0; 2 if the text cannot be used.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The model's id, such as google/nano-banana-2/text-to-image
    model: String,
    /// The schema of the input; `-` is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    input: PathBuf,
    /// The schema of the output, where it is known and not in the same text
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The folder of schemas; no Rust is generated then [default: schemas/ of the repository]
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    if arguments.input == Path::new("-") && io::stdin().is_terminal() {
        eprintln!("paste the schema of the input, then press Ctrl-D");
    }
    let added = model(arguments).and_then(|model| {
        let catalog = catalog(std::slice::from_ref(&model))?;
        if arguments.schemas.is_none() {
            codegen::fits(&model)?;
        }
        Ok((catalog, model))
    });
    let (catalog, model) = match added {
        Ok(added) => added,
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("error: {fault}"));
            eprintln!("error: nothing was written");
            return ExitCode::from(2);
        }
    };
    let folder = arguments.schemas.clone().unwrap_or_else(|| repository().join("schemas"));
    let folder = folder.join(&model.id);
    if let Err(error) = write(&folder, &model) {
        return failed(&error);
    }
    print!("{}", report(&catalog, &model.id));
    if arguments.schemas.is_some() {
        return ExitCode::SUCCESS;
    }
    println!();
    codegen::run(&codegen::Arguments::quietly())
}

/// What was pasted, as a model of its own.
fn model(arguments: &Arguments) -> Result<Model, Vec<Fault>> {
    let (input, output) = (source(&arguments.input), arguments.output.as_deref().map(source));
    let (input, output) = match (input, output.transpose()) {
        (Ok(input), Ok(output)) => (input, output),
        (input, output) => return Err(input.err().into_iter().chain(output.err()).collect()),
    };
    let output = output.or_else(|| holds_both(&input.text).then(|| input.clone()));
    Ok(Model { id: arguments.model.clone(), input, output, names: None })
}

fn source(path: &Path) -> Result<Source, Fault> {
    let file = if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let text = schemas::read(path);
    let text =
        text.map_err(|message| Fault { file: file.clone(), pointer: String::new(), message })?;
    Ok(Source { file, text: text.trim_start_matches('\u{feff}').trim().to_owned() })
}

fn holds_both(text: &str) -> bool {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    [Role::Input, Role::Output].iter().all(|role| published(&document, *role) != &document)
}

fn write(folder: &Path, model: &Model) -> io::Result<()> {
    let files = [("input.json", Some(&model.input)), ("output.json", model.output.as_ref())];
    for (name, source) in files {
        if let Some(source) = source {
            let path = folder.join(name);
            disk::write(&path, &format!("{}\n", source.text))
                .map_err(|error| disk::at(&path, &error))?;
        }
    }
    Ok(())
}

fn report(catalog: &Catalog, id: &str) -> String {
    let text = catalog.module(id).unwrap_or_default();
    let mut report = understood::tables(text);
    if !catalog.notes.is_empty() {
        report += "\nread in another way than it is written:\n";
        for note in &catalog.notes {
            report += &format!("  {note}\n");
        }
    }
    report + "\nuse it:\n" + &understood::example(text)
}
