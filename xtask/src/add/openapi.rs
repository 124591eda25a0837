//! The operations of an OpenAPI document as models.

use std::path::Path;

use runcomfy_codegen::{Fault, Model, Operation, Source, operations};

use super::{Arguments, source};

/// The models of a document: those that were asked for, or all.
pub(super) fn models(arguments: &Arguments, document: &Path) -> Result<Vec<Model>, Vec<Fault>> {
    let source = source(document).map_err(|fault| vec![fault])?;
    let operations = chosen(operations(&source.file, &source.text)?, arguments, &source.file)?;
    let faults: Vec<_> = operations.iter().flat_map(|operation| operation.faults.clone()).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let is_one = operations.len() == 1;
    let model = |Operation { name, call, input, output, .. }: Operation| {
        let schema = |what: &str, text: String| Source {
            file: format!("{}, {what} of {call}", source.file),
            text: text.trim_end().to_owned(),
        };
        Model {
            id: if is_one { arguments.model.clone() } else { id(&arguments.model, &name) },
            input: schema("input", input),
            output: output.map(|output| schema("output", output)),
            names: None,
        }
    };
    Ok(operations.into_iter().map(model).collect())
}

/// The operations of the names that were given; all where none was.
fn chosen(
    operations: Vec<Operation>,
    arguments: &Arguments,
    file: &str,
) -> Result<Vec<Operation>, Vec<Fault>> {
    let wanted = &arguments.operation;
    let is_known = |name: &&String| operations.iter().any(|operation| operation.is_called(name));
    let unknown: Vec<_> = wanted.iter().filter(|name| !is_known(name)).collect();
    if !unknown.is_empty() {
        let fault = |message| Fault { file: file.to_owned(), pointer: String::new(), message };
        let mut faults: Vec<_> = unknown
            .iter()
            .map(|name| fault(format!("has no operation `{name}` with a body; it has these:")))
            .collect();
        faults.extend(operations.iter().map(|operation| fault(listed(operation, arguments))));
        return Err(faults);
    }
    let is_wanted = |operation: &Operation| {
        wanted.is_empty() || wanted.iter().any(|name| operation.is_called(name))
    };
    Ok(operations.into_iter().filter(is_wanted).collect())
}

/// An operation, and the command that takes it alone.
fn listed(operation: &Operation, arguments: &Arguments) -> String {
    let Operation { id, call, name, .. } = operation;
    let id = id.as_ref().map(|id| format!(" (`{id}`)")).unwrap_or_default();
    let document = arguments.openapi.as_deref().unwrap_or(Path::new("-")).display();
    let model = self::id(&arguments.model, name);
    format!("{call}{id}: cargo xtask add {model} --openapi {document} --operation '{call}'")
}

/// The id of a model below another; a path that is too long for an id becomes one segment.
fn id(model: &str, name: &str) -> String {
    if name.is_empty() {
        return model.to_owned();
    }
    let segments = model.split('/').count() + name.split('/').count();
    let name = if segments > 5 { name.replace('/', "-") } else { name.to_owned() };
    format!("{model}/{name}")
}
