//! What makes a module a model: its id, its input, its output.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, ident};

pub(crate) struct Model<'a> {
    pub(crate) id: &'a str,
    /// The kind of file it makes; `None` where there is no output schema.
    pub(crate) output: Option<Option<&'static str>>,
    /// The file with the text of the input's schema, beside the module.
    pub(crate) input_text: &'a str,
    pub(crate) output_text: Option<&'a str>,
}

/// The items that tie a model's input to its id and to its output.
pub(crate) fn model(emitter: &mut Emitter<'_>, model: &Model<'_>) -> TokenStream {
    let Model { id, input_text, .. } = model;
    emitter.import("", "model");
    match model.output {
        Some(kind) => {
            let kind = match kind {
                Some(kind) => {
                    let kind = ident(kind);
                    quote!(Some(#kind))
                }
                None => quote!(None),
            };
            let output_text = model.output_text.unwrap_or_default();
            quote!(model!(#id, Input: #input_text, Output: #output_text, #kind);)
        }
        None => quote! {
            pub use crate::MediaOutput as Output;

            model!(#id, Input: #input_text);
        },
    }
}
