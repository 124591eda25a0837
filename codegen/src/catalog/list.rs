//! Modules that hold nothing but others.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::plan::Below;
use super::summary::Summary;
use super::{Home, module_text};
use crate::{docs, print};

/// The declarations of the modules below one.
pub(super) fn mods(below: &[Below]) -> TokenStream {
    let mods = below.iter().map(|Below { name, is_deprecated }| {
        let name = ident(name);
        let deprecated = is_deprecated
            .then(|| quote!(#[deprecated = "the service's catalog has this model no longer"]));
        quote!(#deprecated pub mod #name;)
    });
    mods.collect()
}

/// The text of a vendor's module, or of one for a model's variants.
pub(super) fn list(path: &str, models: &[Summary], mods: TokenStream, home: Home) -> String {
    let ids: Vec<_> = path.split('/').map(docs::code).collect();
    let what = if ids.len() == 1 { "Models of" } else { "Variants of" };
    let mut about = vec![format!("{what} {}.", ids[ids.len() - 1]), String::new()];
    about.extend(models.iter().map(|model| model.line(path)));
    module_text(home, &format!("the models below {path}"), &about, print::items(mods, &[]))
}

/// The text of the module of all models; the vendors are names of modules and Cargo features.
pub(super) fn root(vendors: &[(String, String)], models: &[Summary]) -> String {
    let mods = vendors.iter().map(|(name, vendor)| {
        let name = ident(name);
        quote! {
            #[cfg(feature = #vendor)]
            pub mod #name;
        }
    });
    let rows = models.iter().map(|Summary { path, .. }| {
        let first = path.split('/').next().unwrap_or_default();
        let vendor = vendors.iter().find(|(name, _)| name == first).map(|(_, vendor)| vendor);
        let path = path.split('/').map(ident);
        quote!(#[cfg(feature = #vendor)] #(#path)::*::MODEL)
    });
    let tokens = quote! {
        #(#mods)*

        /// Every model that is compiled in, ordered by id.
        #[cfg(feature = "schema-text")]
        pub const ALL: &[crate::Model] = &[#(#rows),*];
    };
    let mut about = vec![
        "Every model, by vendor and by what it does; each vendor is a Cargo feature.".to_owned(),
    ];
    about.extend(by_task(models));
    module_text(Home::Runcomfy, "schemas", &about, print::items(tokens, &[]))
}

/// A section for each thing that models do, of those who make the same medium together.
fn by_task(models: &[Summary]) -> Vec<String> {
    let mut tasks: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for model in models {
        let task = model.task.as_str();
        let made = task
            .rsplit_once(" to ")
            .map_or_else(|| task.split(' ').next().unwrap_or_default(), |(_, made)| made);
        tasks.entry((made, task)).or_default().push(model.line(""));
    }
    let mut lines = Vec::new();
    for ((_, task), models) in tasks {
        let (first, rest) = task.split_at(task.chars().next().map_or(0, char::len_utf8));
        let heading = format!("# {}{rest}", first.to_uppercase());
        lines.extend([String::new(), heading, String::new()]);
        lines.extend(models);
    }
    lines
}

/// What another crate includes: so without docs of its own, which would have to stand first in a file.
pub(super) fn root_elsewhere(vendors: &[(String, String)]) -> String {
    let mods = vendors.iter().map(|(name, _)| {
        let name = ident(name);
        quote! {
            #[rustfmt::skip]
            pub mod #name;
        }
    });
    module_text(Home::Elsewhere, "schemas", &[], print::items(quote!(#(#mods)*), &[]))
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
