//! The files of one model: its module, and the schemas that it is exact to.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::{Generated, Home, Model, Source, module_text};
use crate::emit::{self, Emitter};
use crate::error::{Fault, Note, Remarks};
use crate::given::Names;
use crate::ir::{Item, Module};
use crate::lower::Job;
use crate::{Options, Role, digits, docs, read};

/// The texts of a module with others below it, and of its schemas; `path` is the module's, with `/`.
pub(super) fn generate(
    model: &Model,
    path: &str,
    mods: &TokenStream,
    home: Home,
) -> Result<Generated, Vec<Fault>> {
    let (mut notes, mut faults) = (Vec::new(), Vec::new());
    let held = model.names.as_ref().map_or_else(|| Ok(Names::default()), Names::parse);
    let held = held.unwrap_or_else(|more| {
        faults.extend(more);
        Names::default()
    });
    let mut side = |source: &Source, role, beside: &[Item]| {
        half(model, source, (role, held.of(role), beside), &mut notes, &mut faults)
    };
    let input = side(&model.input, Role::Input, &[]);
    let beside = input.as_ref().map_or(&[][..], |(module, _)| &module.items);
    let output = model.output.as_ref().and_then(|source| side(source, Role::Output, beside));
    let Some((input, input_schema)) = input.filter(|_| faults.is_empty()) else {
        return Err(faults);
    };
    let names = Names {
        input: input.names.clone(),
        output: output.as_ref().map(|(module, _)| module.names.clone()).unwrap_or_default(),
        arguments: input.arguments.clone(),
    };
    let module = module(model, path, mods, home, (&input, &input_schema), output.as_ref());
    let schemas = [Some(&input_schema), output.as_ref().map(|(_, schema)| schema)];
    let schemas = schemas.into_iter().flatten().map(|schema| {
        digits::text(schema)
            + "
"
    });
    let features = input.features();
    Ok(Generated { texts: [module].into_iter().chain(schemas).collect(), notes, names, features })
}

fn module(
    model: &Model,
    path: &str,
    mods: &TokenStream,
    home: Home,
    (input, input_schema): (&Module, &Value),
    output: Option<&(Module, Value)>,
) -> String {
    let output = output.map(|(module, _)| module);
    let shared = output.and_then(emit::shared_output);
    let own = output.filter(|_| shared.is_none());
    let modules: Vec<_> = std::iter::once(input).chain(own).collect();
    let mut emitter = Emitter::new(home.krate(), &modules);
    let items: TokenStream = modules.iter().map(|module| emitter.module(module)).collect();
    let leaf = path.rsplit('/').next().unwrap_or(path);
    let tie = emit::model(
        &mut emitter,
        &emit::Model {
            id: &model.id,
            output: match (shared, output) {
                (Some(name), _) => emit::Output::Shared(name),
                (None, Some(module)) => emit::Output::Known(output_kind(&model.id, module)),
                (None, None) => emit::Output::Unknown,
            },
            input_text: &format!("{leaf}.input.json"),
            output_text: output.map(|_| format!("{leaf}.output.json")).as_deref(),
        },
    );
    // Elsewhere nobody knows where the module stands in its crate.
    let path = format!("runcomfy::models::{}", path.replace('/', "::"));
    let path = (home == Home::Runcomfy).then_some(path.as_str());
    let about = about(model, input_schema, input, path);
    let origin = format!("schemas/{}", model.id);
    module_text(home, &origin, &about, emitter.print(quote!(#mods #items #tie)))
}

/// One of a model's two schemas.
fn half(
    model: &Model,
    source: &Source,
    (role, names, beside): (Role, &BTreeMap<String, String>, &[Item]),
    notes: &mut Vec<Note>,
    faults: &mut Vec<Fault>,
) -> Option<(Module, Value)> {
    let (name, prefix) = match role {
        Role::Input => ("Input", ""),
        Role::Output => ("Output", "Output"),
    };
    let about = format!("{name} of {}.", docs::code(&model.id));
    let mut remarks = Remarks::new(&source.file);
    let job = Job { name, prefix, role, strict: true, about: Some(&about), names, beside };
    let read = read(&source.text, &job, &Options::of_model(role), &mut remarks);
    notes.append(&mut remarks.notes);
    let failed = !remarks.faults.is_empty();
    faults.append(&mut remarks.faults);
    read.filter(|_| !failed)
}

/// What a model's page says before its types.
fn about(model: &Model, schema: &Value, input: &Module, path: Option<&str>) -> Vec<String> {
    let mut lines = schema.as_object().map(crate::lower::describe).unwrap_or_default();
    if lines.is_empty() {
        lines.push(format!("The model {}.", docs::code(&model.id)));
    } else {
        lines.extend([String::new(), format!("Model id: {}.", docs::code(&model.id))]);
    }
    if let Some(example) = path.and_then(|path| emit::example(input, path)) {
        lines.extend([String::new(), "```".to_owned()]);
        lines.extend(example);
        lines.push("```".to_owned());
    }
    lines
}

/// The kind of file that a model makes: its output's keys tell, and where they tell several, its id.
fn output_kind(id: &str, output: &Module) -> Option<&'static str> {
    let Some(Item::Struct(root)) = output.items.first() else {
        return None;
    };
    let kinds = [("image", "Image"), ("video", "Video"), ("audio", "Audio")];
    let has = |kind: &str| {
        root.fields.iter().any(|field| field.wire == kind || field.wire == format!("{kind}s"))
    };
    let mut told = kinds.into_iter().filter(|(kind, _)| has(kind));
    let named =
        kinds.into_iter().find(|(kind, _)| id.ends_with(&format!("-to-{kind}")) && has(kind));
    named.or_else(|| told.next()).map(|(_, name)| name)
}
