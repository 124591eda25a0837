//! Modules that hold nothing but others.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::plan::Below;
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
pub(super) fn list(path: &str, mods: TokenStream, home: Home) -> String {
    let ids: Vec<_> = path.split('/').map(docs::code).collect();
    let what = if ids.len() == 1 { "Models of" } else { "Variants of" };
    let about = [format!("{what} {}.", ids[ids.len() - 1])];
    module_text(home, &format!("the models below {path}"), &about, print::items(mods, &[]))
}

/// The text of the module of all models; the vendors are names of modules and Cargo features.
pub(super) fn root(vendors: &[(String, String)], models: &[String]) -> String {
    let mods = vendors.iter().map(|(name, vendor)| {
        let name = ident(name);
        quote! {
            #[cfg(feature = #vendor)]
            pub mod #name;
        }
    });
    let rows = models.iter().map(|path| {
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
    let about = ["Every model, by vendor; each vendor is a Cargo feature.".to_owned()];
    module_text(Home::Runcomfy, "schemas", &about, print::items(tokens, &[]))
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
