//! Spells the IR as tokens. Nothing here can fail or looks at a schema.

mod choice;
mod example;
mod model;
mod rules;
mod structure;
mod tuple;
mod types;
mod union;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ir::{Item, Module, Newtype, RuleSet};
use crate::print;

pub(crate) use example::example;
pub(crate) use model::{Model, Output, model, shared_output};

/// The items of a module, and what they import.
pub(crate) struct Emitter<'a> {
    /// Where the runtime crate is: `crate` in its own modules, `runcomfy` elsewhere.
    krate: &'a str,
    named: BTreeMap<&'a str, &'a Item>,
    imports: BTreeSet<(&'static str, &'static str)>,
    docs: Vec<Vec<String>>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(krate: &'a str, modules: &[&'a Module]) -> Self {
        let items = modules.iter().flat_map(|module| &module.items);
        let named = items.map(|item| (item.name(), item)).collect();
        Self { krate, named, imports: BTreeSet::new(), docs: Vec::new() }
    }

    pub(crate) fn module(&mut self, module: &Module) -> TokenStream {
        let requires = module.features().into_iter().map(|feature| {
            let requires =
                if feature == "pattern" { "requires_pattern" } else { "requires_formats" };
            self.import("", requires);
            let requires = ident(requires);
            quote!(#requires!();)
        });
        let requires: TokenStream = requires.collect();
        [requires].into_iter().chain(module.items.iter().map(|item| self.item(item))).collect()
    }

    fn item(&mut self, item: &Item) -> TokenStream {
        match item {
            Item::Struct(item) => self.structure(item),
            Item::Choice(item) => self.choice(item),
            Item::Union(item) => self.union(item),
            Item::Newtype(item) => self.newtype(item),
            Item::Tuple(item) => self.tuple(item),
            Item::RuleSet(item) => self.rule_set(item),
        }
    }

    fn newtype(&mut self, item: &Newtype) -> TokenStream {
        let (docs, name) = (self.docs(&item.docs), ident(&item.name));
        let ty = self.ty(&item.ty);
        let rules = self.rules(&item.rules);
        self.import("schema::runtime", "Rule");
        self.import("schema::runtime", "Rules");
        self.import("", "newtype");
        quote! {
            #docs
            #[derive(Clone, PartialEq)]
            pub struct #name(pub #ty);

            impl Rules for #name {
                const RULES: &'static [Rule] = &[#(#rules),*];
            }

            newtype!(#name);
        }
    }

    fn rule_set(&mut self, item: &RuleSet) -> TokenStream {
        let name = ident(&item.name);
        let rules = self.rules(&item.rules);
        self.import("schema::runtime", "Rule");
        quote! {
            static #name: &[Rule] = &[#(#rules),*];
        }
    }

    /// The attribute that stands for docs, of which there may be none.
    fn docs(&mut self, lines: &[String]) -> Option<TokenStream> {
        if lines.is_empty() {
            return None;
        }
        let mark = print::mark(self.docs.len());
        self.docs.push(lines.to_vec());
        Some(quote!(#[#mark]))
    }

    fn import(&mut self, module: &'static str, name: &'static str) {
        self.imports.insert((module, name));
    }

    /// The text of items that were spelled here, below what they import.
    pub(crate) fn print(&self, items: TokenStream) -> Result<String, syn::Error> {
        let mut tokens = self.imports();
        tokens.extend(items);
        print::items(tokens, &self.docs)
    }

    /// The `use` items for all that was spelled so far.
    fn imports(&self) -> TokenStream {
        let krate = crate_path(self.krate);
        let mut uses = TokenStream::new();
        let mut modules: BTreeMap<&str, Vec<Ident>> = BTreeMap::new();
        for (module, name) in &self.imports {
            modules.entry(module).or_default().push(ident(name));
        }
        for (module, names) in modules.iter().rev() {
            let path: Vec<_> =
                module.split("::").filter(|step| !step.is_empty()).map(ident).collect();
            uses.extend(match *module {
                "std::collections" | "serde_json" => quote!(use ::#(#path)::*::{#(#names),*};),
                _ => quote!(use #krate #(::#path)*::{#(#names),*};),
            });
        }
        uses
    }
}

fn ident(name: impl AsRef<str>) -> Ident {
    Ident::new(name.as_ref(), Span::call_site())
}

/// The path of the runtime crate: a module of the same name may stand beside what is generated.
fn crate_path(name: &str) -> TokenStream {
    let path = ident(name);
    if name == "crate" { quote!(#path) } else { quote!(::#path) }
}
