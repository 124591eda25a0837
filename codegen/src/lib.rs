//! JSON Schema in, readable Rust out.
//!
//! This crate is the generator behind `runcomfy`. It takes text and gives text: no network, no clock,
//! and no files but in [`folder`] and [`build`]. The same input gives the same bytes on every machine.
//!
//! Models of your own, from a folder `schemas/` of your crate, take three lines of a `build.rs`:
//! [`build`].
//!
//! ```text
//! text ─ source ▶ document ─ bundle ▶ one document ─ dialect ▶ standard JSON Schema ─ lower ▶ ir ─ emit ▶ tokens ─ print ▶ text
//! ```
//!
//! ```
//! use runcomfy_codegen::{Role, emit};
//!
//! let schema = r#"{"type": "object", "properties": {"seed": {"type": "integer"}}}"#;
//! let module = emit("seed.json", schema, "Input", Role::Input).unwrap();
//! assert!(module.text.contains("pub seed: Option<Integer> = optional(\"seed\"),"));
//! ```

mod build;
mod bundle;
mod catalog;
mod dialect;
mod digits;
mod docs;
mod draft;
mod emit;
mod error;
pub mod folder;
mod given;
mod ir;
mod keyword;
mod lower;
mod names;
mod openapi;
mod print;
mod schema;
mod source;
mod yaml;

use error::Remarks;

pub use build::build;
pub use catalog::{
    Catalog, Generated, Home, Model, Part, Plan, Source, catalog, catalog_for, is_model_id,
    on_all_cores,
};
pub use draft::Draft;
pub use error::{Fault, Note, Remark};
pub use given::Names;
pub use openapi::{Operation, operations};
pub use source::published;

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What callers send: it is checked, and it takes exactly what the schema accepts.
    Input,
    /// What callers receive: it is open, so that nothing that was paid for is lost.
    Output,
}

/// One generated module.
#[derive(Debug, Clone)]
pub struct Module {
    /// Rust source.
    pub text: String,
    /// What its schema's author may want to know.
    pub notes: Vec<Note>,
    /// The features of `runcomfy` that the module needs beside `default-features = false`.
    pub features: Vec<&'static str>,
    /// The names of types, fields and variants that have a number, because all of their words were taken.
    pub numbered: Vec<String>,
    /// How many places of the schema have a type of their own, of those to which it gives one:
    /// properties, items of lists, values of maps, variants of unions.
    pub typed: usize,
    /// The others of those places: they may hold any `Value`, though what it is is checked.
    pub untyped: Vec<Note>,
}

/// How a schema is to be read.
///
/// ```
/// use runcomfy_codegen::{Options, Role, emit_with};
///
/// let schema = r#"{"type": "string", "format": "date"}"#;
/// let options = Options { formats: true, ..Options::new(Role::Input) };
/// let module = emit_with("day.json", schema, "Day", &options).unwrap();
/// assert!(module.text.contains("Format(\"date\")"));
/// assert_eq!(module.features, ["formats"]);
/// ```
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// What it describes.
    pub role: Role,
    /// Whether it is what a model takes or gives: an input that has properties and no type is an
    /// object then. By the standard alone it may be any other kind of value too.
    pub of_model: bool,
    /// The draft that it is written in, where it does not say so itself.
    pub draft: Draft,
    /// The absolute URI of the file: what relative references are relative to.
    pub base: &'a str,
    /// Whether `format` is an assertion, and what draft 7 says of content; else they are annotations,
    /// unless the schema's meta-schema says otherwise.
    pub formats: bool,
    /// Gives the text of another document by its absolute URI.
    pub load: &'a dyn Fn(&str) -> Option<String>,
}

impl Options<'_> {
    /// A schema of the newest draft that refers to no other file.
    #[must_use]
    pub const fn new(role: Role) -> Self {
        let (draft, base) = (Draft::Draft2020, "json-schema:///");
        Self { role, of_model: false, draft, base, formats: false, load: &|_| None }
    }

    /// [`Self::new`], for the input or the output of a model.
    #[must_use]
    pub const fn of_model(role: Role) -> Self {
        Self { of_model: true, ..Self::new(role) }
    }
}

/// Generates one self-contained module from one schema; its root type is called `name`.
///
/// # Errors
///
/// Every fault of the file, each with its place.
pub fn emit(file: &str, text: &str, name: &str, role: Role) -> Result<Module, Vec<Fault>> {
    emit_with(file, text, name, &Options::new(role))
}

/// [`emit`], for a schema of another draft or one that refers to other files.
///
/// # Errors
///
/// Every fault of the file, each with its place.
pub fn emit_with(
    file: &str,
    text: &str,
    name: &str,
    options: &Options<'_>,
) -> Result<Module, Vec<Fault>> {
    let mut remarks = Remarks::new(file);
    let is_ours = matches!(name, "Input" | "Output");
    if !names::is_identifier(name) || names::is_taken(name) && !is_ours {
        remarks.fault("", format!("`{name}` cannot name a Rust type"));
    }
    let names = Names::default();
    let job = lower::Job {
        name,
        prefix: "",
        role: options.role,
        strict: false,
        about: None,
        names: &names.input,
        beside: &[],
    };
    let module = document(text, options, false, &mut remarks).map(|(document, root, bundle)| {
        lower::lower(&document, &root, &bundle, &job, &mut remarks)
    });
    let Some(module) = module.filter(|_| remarks.faults.is_empty()) else {
        return Err(remarks.faults);
    };
    let mut emitter = emit::Emitter::new("runcomfy", &[&module]);
    let items = emitter.module(&module);
    let printed = emitter.print(items).map_err(|error| {
        remarks.fault("", format!("a mistake of the generator, please report it: {error}"));
        std::mem::take(&mut remarks.faults)
    })?;
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let header =
        format!("// Generated by `cargo xtask emit` from {}. Do not edit.\n", docs::code(file));
    let (text, features) = (format!("{header}\n{printed}"), module.features());
    let numbered = module.numbered;
    let Remarks { notes, typed, untyped, .. } = remarks;
    Ok(Module { text, notes, features, numbered, typed, untyped })
}

/// The schema that a module is exact to: that of the file, in standard JSON Schema (2020-12) and
/// with the definitions that it refers to. Numbers are as `serde_json` holds them: beyond 64 bits,
/// floats.
///
/// # Errors
///
/// Every fault of the file, each with its place.
pub fn standard(file: &str, text: &str, role: Role) -> Result<serde_json::Value, Vec<Fault>> {
    standard_with(file, text, &Options::new(role))
}

/// [`standard`], for what [`emit_with`] makes.
///
/// # Errors
///
/// Every fault of the file, each with its place.
pub fn standard_with(
    file: &str,
    text: &str,
    options: &Options<'_>,
) -> Result<serde_json::Value, Vec<Fault>> {
    let mut remarks = Remarks::new(file);
    let document = document(text, options, false, &mut remarks);
    match document.filter(|_| remarks.faults.is_empty()) {
        Some((document, root, _)) => {
            let mut schema = source::standalone(&document, &root);
            digits::round(&mut schema);
            Ok(schema)
        }
        None => Err(remarks.faults),
    }
}

/// The name of the module that a segment of a model's id becomes: `nano_banana_2` for `nano-banana-2`.
#[must_use]
pub fn module_name(segment: &str) -> String {
    names::module(segment)
}

/// From text to the IR, and the standard schema that it stands for.
fn read(
    text: &str,
    job: &lower::Job<'_>,
    options: &Options<'_>,
    remarks: &mut Remarks,
) -> Option<(ir::Module, serde_json::Value)> {
    let (document, root, bundle) = document(text, options, job.strict, remarks)?;
    let module = lower::lower(&document, &root, &bundle, job, remarks);
    Some((module, source::standalone(&document, &root)))
}

/// From text to standard JSON Schema, and the place of the schema in it.
fn document(
    text: &str,
    options: &Options<'_>,
    is_strict: bool,
    remarks: &mut Remarks,
) -> Option<(serde_json::Value, String, bundle::Bundle)> {
    let source::Document { schema, root } = source::parse(text, options.role, is_strict, remarks)?;
    let mut document = schema.to_value();
    let bundle = bundle::bundle(&mut document, &root, options, is_strict, remarks);
    dialect::standardize(&mut document, &root, &bundle.entries, remarks);
    if options.of_model && options.role == Role::Input {
        dialect::assume_object(&mut document, &root, remarks);
    }
    Some((document, root, bundle))
}
