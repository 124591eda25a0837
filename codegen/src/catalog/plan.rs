//! What is to be generated, part by part.

use std::collections::BTreeMap;

use serde_json::Value;

use super::summary::Summary;
use super::{Generated, Home, Model, id, list, model};
use crate::error::Fault;
use crate::names;

/// What is to be generated of some models.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The parts; each may be generated without the others.
    pub parts: Vec<Part<'a>>,
    /// The vendors, each a Cargo feature.
    pub vendors: Vec<String>,
    /// Models that have no place.
    pub faults: Vec<Fault>,
}

/// One module, and what is beside it: it follows from the fields, and all of them are hashed.
#[derive(Debug, Clone, Hash)]
pub struct Part<'a> {
    home: Home,
    /// The path of the module, with `/`.
    path: String,
    what: What<'a>,
    /// The modules below it.
    below: Vec<Below>,
}

#[derive(Debug, Clone, Hash)]
enum What<'a> {
    Model(&'a Model),
    /// A vendor, or a model's variants: the models in it.
    List(Vec<Summary>),
    /// The vendors, as modules and as features, and all models.
    Root(Vec<(String, String)>, Vec<Summary>),
}

#[derive(Debug, Clone, Hash)]
pub(super) struct Below {
    pub(super) name: String,
    pub(super) is_deprecated: bool,
}

impl<'a> Plan<'a> {
    /// What is to be generated of these models.
    #[must_use]
    pub fn new(models: &'a [Model], home: Home) -> Self {
        let mut faults = Vec::new();
        let mut root = Node::default();
        let mut vendors: BTreeMap<String, String> = BTreeMap::new();
        let mut directories = id::Directories::default();
        for model in models {
            let placed = directories.add(model).and_then(|()| root.place(model));
            if let Err(fault) = placed {
                faults.push(fault);
                continue;
            }
            let vendor = model.vendor();
            let first = vendors.entry(names::module(vendor)).or_insert_with(|| vendor.to_owned());
            // In another crate vendors are nothing but modules, which they may share. What differs
            // by case was told.
            if !first.eq_ignore_ascii_case(vendor) && home == Home::Runcomfy {
                faults.push(shared_vendor(model, first));
            }
        }
        let (mut parts, mut summaries) = (Vec::new(), Vec::new());
        for (name, node) in &root.children {
            summaries.extend(node.parts(name, home, &mut parts));
        }
        let named = vendors.values().cloned().collect();
        let what = What::Root(vendors.into_iter().collect(), summaries);
        parts.push(Part { home, path: "mod".to_owned(), what, below: Vec::new() });
        Self { parts, vendors: named, faults }
    }
}

/// Two vendors would be one module and one Cargo feature.
fn shared_vendor(model: &Model, other: &str) -> Fault {
    let vendor = model.vendor();
    let message = format!(
        "is of the vendor `{vendor}`, whose module `{}` is that of the vendor `{other}`, and so would be its \
         Cargo feature: if one of the two is misspelled, rename its directory; otherwise generate this model \
         in a crate of its own, by `runcomfy_codegen::build`",
        names::module(vendor)
    );
    Fault { file: model.input.file.clone(), pointer: String::new(), message }
}

impl<'a> Part<'a> {
    /// The paths of its files, below the folder of all.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let kinds: &[&str] = match self.what {
            What::Model(Model { output: Some(_), .. }) => &["rs", "input.json", "output.json"],
            What::Model(_) => &["rs", "input.json"],
            What::List(_) | What::Root(..) => &["rs"],
        };
        kinds.iter().map(|kind| format!("{}.{kind}", self.path)).collect()
    }

    /// The model, if it is one.
    #[must_use]
    pub fn model(&self) -> Option<&'a Model> {
        match self.what {
            What::Model(model) => Some(model),
            What::List(_) | What::Root(..) => None,
        }
    }

    /// The same part with another state of its model.
    #[must_use]
    pub fn with<'b>(&self, model: &'b Model) -> Part<'b> {
        let Self { home, path, below, .. } = self.clone();
        Part { home, path, what: What::Model(model), below }
    }

    /// What it becomes.
    ///
    /// # Errors
    ///
    /// Every fault of its schemas, each with its place.
    pub fn generate(&self) -> Result<Generated, Vec<Fault>> {
        let mods = list::mods(&self.below);
        let text = match &self.what {
            What::Model(model) => return model::generate(model, &self.path, &mods, self.home),
            What::List(models) => list::list(&self.path, models, mods, self.home),
            What::Root(vendors, models) => match self.home {
                Home::Runcomfy => list::root(vendors, models),
                Home::Elsewhere => list::root_elsewhere(vendors),
            },
        };
        Ok(Generated { texts: vec![text], ..Generated::default() })
    }
}

/// A module: perhaps a model, perhaps others below it.
#[derive(Default)]
struct Node<'a> {
    model: Option<&'a Model>,
    children: BTreeMap<String, Node<'a>>,
}

impl<'a> Node<'a> {
    /// Puts a model where its id says.
    fn place(&mut self, model: &'a Model) -> Result<(), Fault> {
        let mut node = self;
        for segment in model.id.split('/') {
            node = node.children.entry(names::module(segment)).or_default();
        }
        if let Some(other) = node.model {
            let message = format!(
                "claims the same module as {}: rename one of the two directories",
                other.input.file
            );
            return Err(Fault { file: model.input.file.clone(), pointer: String::new(), message });
        }
        node.model = Some(model);
        Ok(())
    }

    /// Adds the part that it is, and those below it; the models among them.
    fn parts(&self, path: &str, home: Home, parts: &mut Vec<Part<'a>>) -> Vec<Summary> {
        let below = self.children.iter().map(|(name, child)| Below {
            name: name.clone(),
            is_deprecated: child.is_deprecated(),
        });
        let below = below.collect();
        let (mut within, mut models) = (Vec::new(), Vec::new());
        models.extend(self.model.map(|model| Summary::of(model, path)));
        for (name, child) in &self.children {
            models.extend(child.parts(&format!("{path}/{name}"), home, &mut within));
        }
        let what = self.model.map_or_else(|| What::List(models.clone()), What::Model);
        parts.push(Part { home, path: path.to_owned(), what, below });
        parts.extend(within);
        models
    }

    /// Whether it is a model, and no more than that, whose schema says that it is deprecated.
    fn is_deprecated(&self) -> bool {
        let Some(text) = self.model.map(|model| &model.input.text) else { return false };
        // Hardly any is: the text is parsed for those alone.
        self.children.is_empty()
            && text.contains("\"deprecated\"")
            && serde_json::from_str::<Value>(text).is_ok_and(|schema| schema["deprecated"] == true)
    }
}
