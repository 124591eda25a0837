//! All models at once: a tree of modules, one file for each.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use crate::emit::{self, Emitter};
use crate::error::{Fault, Note, Remarks};
use crate::given::Names;
use crate::ir::{Item, Module};
use crate::lower::Job;
use crate::{Options, Role, docs, names, print, read};

/// The text of a file, and what to call it in messages.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file's path, as its author would write it.
    pub file: String,
    /// What is in it.
    pub text: String,
}

/// One model's schemas.
#[derive(Debug, Clone)]
pub struct Model {
    /// The model's id: 2 to 5 segments of letters, digits, `_`, `.` and `-`.
    pub id: String,
    /// The schema of its input.
    pub input: Source,
    /// The schema of its output, where there is one.
    pub output: Option<Source>,
    /// The names that things keep though others would take them now, as [`Names`] reads them.
    pub names: Option<Source>,
}

/// What `sdk/src/generated` is to hold.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Each file's text by its path below that folder.
    pub files: BTreeMap<String, String>,
    /// The vendors, each a Cargo feature.
    pub vendors: Vec<String>,
    /// What the schemas' authors may want to know.
    pub notes: Vec<Note>,
    /// The names in each model's module, by its id.
    pub names: BTreeMap<String, Names>,
    home: Home,
}

/// The crate that the modules are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Home {
    /// `runcomfy` itself.
    #[default]
    Runcomfy,
    /// One that depends on it.
    Elsewhere,
}

impl Home {
    fn krate(self) -> &'static str {
        match self {
            Self::Runcomfy => "crate",
            Self::Elsewhere => "runcomfy",
        }
    }

    fn tool(self) -> &'static str {
        match self {
            Self::Runcomfy => "cargo xtask codegen",
            Self::Elsewhere => "runcomfy-codegen",
        }
    }
}

/// A module: perhaps a model, perhaps others below it.
#[derive(Default)]
struct Node<'a> {
    model: Option<&'a Model>,
    children: BTreeMap<String, Node<'a>>,
}

impl Node<'_> {
    /// Whether it is a model, and no more than that, whose schema says that it is deprecated.
    fn is_deprecated(&self) -> bool {
        let Some(text) = self.model.map(|model| &model.input.text) else { return false };
        // Hardly any is: the text is parsed for those alone.
        self.children.is_empty()
            && text.contains("\"deprecated\"")
            && serde_json::from_str::<Value>(text).is_ok_and(|schema| schema["deprecated"] == true)
    }
}

/// Generates the modules of all models.
///
/// # Errors
///
/// Every fault of every file, each with its place.
pub fn catalog(models: &[Model]) -> Result<Catalog, Vec<Fault>> {
    catalog_for(models, Home::Runcomfy)
}

/// [`catalog`], for one crate or another.
///
/// # Errors
///
/// Every fault of every file, each with its place.
pub fn catalog_for(models: &[Model], home: Home) -> Result<Catalog, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut root = Node::default();
    let mut vendors: BTreeMap<String, String> = BTreeMap::new();
    for model in models {
        if let Err(fault) = place(&mut root, model) {
            faults.push(fault);
        } else if let Some(vendor) = model.id.split('/').next() {
            vendors.insert(names::snake(vendor), vendor.to_owned());
        }
    }
    let mut catalog =
        Catalog { vendors: vendors.values().cloned().collect(), home, ..Catalog::default() };
    let mut ids = Vec::new();
    for (name, node) in &root.children {
        files(node, name, &mut catalog, &mut faults, &mut ids);
    }
    let root = match home {
        Home::Runcomfy => root_module(&vendors, &ids),
        Home::Elsewhere => root_elsewhere(&vendors),
    };
    catalog.files.insert("mod.rs".to_owned(), root);
    faults.sort();
    if faults.is_empty() { Ok(catalog) } else { Err(faults) }
}

/// Whether a text may be the id of a model: 2 to 5 segments of letters, digits, `_`, `.` and `-`, none
/// of which leads anywhere else.
///
/// ```
/// assert!(runcomfy_codegen::is_model_id("google/nano-banana-2/text-to-image"));
/// assert!(!runcomfy_codegen::is_model_id("../elsewhere"));
/// ```
#[must_use]
pub fn is_model_id(text: &str) -> bool {
    let is_segment = |segment: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        !segment.is_empty() && !matches!(segment, "." | "..") && segment.chars().all(allowed)
    };
    (2..=5).contains(&text.split('/').count()) && text.split('/').all(is_segment)
}

/// Puts a model where its id says.
fn place<'a>(root: &mut Node<'a>, model: &'a Model) -> Result<(), Fault> {
    let fault =
        |message: String| Fault { file: model.input.file.clone(), pointer: String::new(), message };
    if !is_model_id(&model.id) {
        return Err(fault(format!(
            "`{}` is no model id: expected 2 to 5 segments of letters, digits, `_`, `.` and `-`",
            model.id
        )));
    }
    let mut node = root;
    for segment in model.id.split('/') {
        node = node.children.entry(names::snake(segment)).or_default();
    }
    if let Some(other) = node.model {
        return Err(fault(format!(
            "claims the same module as {}: rename one of the two directories",
            other.input.file
        )));
    }
    node.model = Some(model);
    Ok(())
}

/// Writes the file of a module and of all below it; `path` is the module's, with `/`.
fn files(
    node: &Node<'_>,
    path: &str,
    catalog: &mut Catalog,
    faults: &mut Vec<Fault>,
    ids: &mut Vec<String>,
) {
    let mods: TokenStream = node
        .children
        .iter()
        .map(|(name, child)| {
            let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
            let deprecated = child
                .is_deprecated()
                .then(|| quote!(#[deprecated = "the service's catalog has this model no longer"]));
            quote!(#deprecated pub mod #name;)
        })
        .collect();
    let text = match node.model {
        Some(model) => {
            ids.push(path.replace('/', "::"));
            self::model(model, path, &mods, catalog, faults)
        }
        None => {
            let ids: Vec<_> = path.split('/').map(docs::code).collect();
            let what = if ids.len() == 1 { "Models of" } else { "Variants of" };
            module_text(
                catalog.home,
                &format!("the models below {path}"),
                &[format!("{what} {}.", ids[ids.len() - 1])],
                print::items(mods, &[]),
            )
        }
    };
    catalog.files.insert(format!("{path}.rs"), text);
    for (name, child) in &node.children {
        files(child, &format!("{path}/{name}"), catalog, faults, ids);
    }
}

fn model(
    model: &Model,
    path: &str,
    mods: &TokenStream,
    catalog: &mut Catalog,
    faults: &mut Vec<Fault>,
) -> String {
    let held = model.names.as_ref().map_or_else(|| Ok(Names::default()), Names::parse);
    let held = held.unwrap_or_else(|more| {
        faults.extend(more);
        Names::default()
    });
    let mut side = |source: &Source, role, beside: &[Item]| {
        half(model, source, (role, held.of(role), beside), catalog, faults)
    };
    let input = side(&model.input, Role::Input, &[]);
    let beside = input.as_ref().map_or(&[][..], |(module, _)| &module.items);
    let output = model.output.as_ref().map(|source| side(source, Role::Output, beside));
    let (Some((input, input_schema)), Some(output)) =
        (input, output.map_or(Some(None), |half| half.map(Some)))
    else {
        return String::new();
    };
    let names = Names {
        input: input.names.clone(),
        output: output.as_ref().map(|(module, _)| module.names.clone()).unwrap_or_default(),
        arguments: input.arguments.clone(),
    };
    catalog.names.insert(model.id.clone(), names);
    let leaf = path.rsplit('/').next().unwrap_or(path);
    let mut text_file = |kind: &str, schema: &Value| {
        catalog.files.insert(format!("{path}.{kind}.json"), format!("{schema}\n"));
        format!("{leaf}.{kind}.json")
    };
    let input_text = text_file("input", &input_schema);
    let output_text = output.as_ref().map(|(_, schema)| text_file("output", schema));
    let shared = output.as_ref().and_then(|(module, _)| emit::shared_output(module));
    let own = output.as_ref().map(|(module, _)| module).filter(|_| shared.is_none());
    let modules: Vec<_> = std::iter::once(&input).chain(own).collect();
    let mut emitter = Emitter::new(catalog.home.krate(), &modules);
    let items: TokenStream = modules.iter().map(|module| emitter.module(module)).collect();
    let tie = emit::model(
        &mut emitter,
        &emit::Model {
            id: &model.id,
            output: match (shared, &output) {
                (Some(name), _) => emit::Output::Shared(name),
                (None, Some((module, _))) => emit::Output::Known(output_kind(&model.id, module)),
                (None, None) => emit::Output::Unknown,
            },
            input_text: &input_text,
            output_text: output_text.as_deref(),
        },
    );
    // Elsewhere nobody knows where the module stands in its crate.
    let path = format!("runcomfy::models::{}", path.replace('/', "::"));
    let path = (catalog.home == Home::Runcomfy).then_some(path.as_str());
    let about = about(model, &input_schema, &input, path);
    let origin = format!("schemas/{}", model.id);
    module_text(catalog.home, &origin, &about, emitter.print(quote!(#mods #items #tie)))
}

/// One of a model's two schemas.
fn half(
    model: &Model,
    source: &Source,
    (role, names, beside): (Role, &BTreeMap<String, String>, &[Item]),
    catalog: &mut Catalog,
    faults: &mut Vec<Fault>,
) -> Option<(Module, Value)> {
    let (name, prefix) = match role {
        Role::Input => ("Input", ""),
        Role::Output => ("Output", "Output"),
    };
    let about = format!("{name} of {}.", docs::code(&model.id));
    let mut remarks = Remarks::new(&source.file);
    let job = Job { name, prefix, role, strict: true, about: Some(&about), names, beside };
    let read = read(&source.text, &job, &Options::new(role), &mut remarks);
    catalog.notes.append(&mut remarks.notes);
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

fn root_module(vendors: &BTreeMap<String, String>, ids: &[String]) -> String {
    let mods = vendors.iter().map(|(name, vendor)| {
        let ident = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
        quote! {
            #[cfg(feature = #vendor)]
            pub mod #ident;
        }
    });
    let rows = ids.iter().map(|path| {
        let vendor = path.split("::").next().and_then(|name| vendors.get(name));
        let path = path
            .split("::")
            .map(|step| proc_macro2::Ident::new(step, proc_macro2::Span::call_site()));
        quote!(#[cfg(feature = #vendor)] #(#path)::*::MODEL)
    });
    let tokens = quote! {
        #(#mods)*

        /// Every model that is compiled in, ordered by id.
        #[cfg(feature = "schema-text")]
        pub const ALL: &[crate::Model] = &[#(#rows),*];
    };
    let about = ["Every model, by vendor; each vendor is a Cargo feature.".to_owned()];
    module_text(Home::Runcomfy, "schemas", &about, print::items(tokens, &[]))
}

/// What a crate includes: so without docs of its own, which would have to stand first in a file.
fn root_elsewhere(vendors: &BTreeMap<String, String>) -> String {
    let mods = vendors.keys().map(|name| {
        let ident = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
        // The macros of runcomfy ask for features of its own.
        quote! {
            #[allow(unexpected_cfgs, reason = "features of runcomfy")]
            #[rustfmt::skip]
            pub mod #ident;
        }
    });
    module_text(Home::Elsewhere, "schemas", &[], print::items(quote!(#(#mods)*), &[]))
}

/// A file: where it comes from, what it is about, its items.
fn module_text(
    home: Home,
    origin: &str,
    about: &[String],
    items: Result<String, syn::Error>,
) -> String {
    let tool = home.tool();
    let mut text = format!("// Generated by `{tool}` from {origin}. Do not edit.\n\n");
    for line in about {
        text.push_str(if line.is_empty() { "//!" } else { "//! " });
        text.push_str(line);
        text.push('\n');
    }
    match items {
        Ok(items) if items.trim().is_empty() => text,
        Ok(items) => format!("{text}\n{items}"),
        Err(error) => format!(
            "{text}\ncompile_error!({:?});\n",
            format!("a mistake of the generator: {error}")
        ),
    }
}
