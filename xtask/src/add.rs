//! `cargo xtask add`: one model, from what was pasted.

mod openapi;
mod understood;

use std::fs;
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
/// An OpenAPI document (3.0, 3.1, Swagger 2.0) is taken apart: each operation with a body is a model. Of
/// several, each is named for what its path has beside the others, below MODEL; --operation takes only
/// some, by `operationId`, by path or by `METHOD /path`, and a single one becomes MODEL itself.
///
///     cargo xtask add acme/paint --openapi openapi.yaml
///     cargo xtask add acme/paint/edit --openapi openapi.yaml --operation editImage
///
/// Exit code: 0; 2 if the text cannot be used.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The model's id, such as google/nano-banana-2/text-to-image; of several operations, what their ids
    /// begin with
    model: String,
    /// The schema of the input; `-` is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    input: PathBuf,
    /// The schema of the output, where it is known and not in the same text
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// An OpenAPI document; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["input", "output"])]
    openapi: Option<PathBuf>,
    /// Only this operation of the document; may be given several times
    #[arg(long, value_name = "NAME", requires = "openapi")]
    operation: Vec<String>,
    /// The folder of schemas; no Rust is generated then [default: schemas/ of the repository]
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let read = arguments.openapi.as_ref().unwrap_or(&arguments.input);
    if read == Path::new("-") && io::stdin().is_terminal() {
        eprintln!("paste the schema of the input, then press Ctrl-D");
    }
    let models = match &arguments.openapi {
        Some(document) => openapi::models(arguments, document),
        None => model(arguments).map(|model| vec![model]),
    };
    let added = models.and_then(|models| {
        let catalog = catalog(&models)?;
        if arguments.schemas.is_none() {
            codegen::fit(&models)?;
        }
        Ok((catalog, models))
    });
    let (catalog, models) = match added {
        Ok(added) => added,
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("error: {fault}"));
            eprintln!("error: nothing was written");
            return ExitCode::from(2);
        }
    };
    let folder = arguments.schemas.clone().unwrap_or_else(|| repository().join("schemas"));
    for model in &models {
        if let Err(error) = write(&folder.join(&model.id), model) {
            return failed(&error);
        }
    }
    print!("{}", report(&catalog, &models));
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
    for (name, source) in [("input", Some(&model.input)), ("output", model.output.as_ref())] {
        let Some(source) = source else { continue };
        let path = folder.join(name).with_extension("json");
        disk::write(&path, &format!("{}\n", source.text))
            .map_err(|error| disk::at(&path, &error))?;
        // What stood there in YAML is replaced.
        for yaml in ["yaml", "yml"].map(|extension| path.with_extension(extension)) {
            if yaml.exists() {
                fs::remove_file(&yaml).map_err(|error| disk::at(&yaml, &error))?;
            }
        }
    }
    Ok(())
}

fn report(catalog: &Catalog, models: &[Model]) -> String {
    let mut report = String::new();
    for model in models {
        if models.len() > 1 {
            report += &format!("{} ({})\n", model.id, model.input.file);
        }
        report += &understood::tables(catalog.module(&model.id).unwrap_or_default());
        report += "\n";
    }
    if !catalog.notes.is_empty() {
        report += "read in another way than it is written:\n";
        for note in &catalog.notes {
            report += &format!("  {note}\n");
        }
        report += "\n";
    }
    let first = models.first().and_then(|model| catalog.module(&model.id));
    report + "use it:\n" + &understood::example(first.unwrap_or_default())
}
