//! What makes a module a model: its id, its input, its output.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, ident};

pub(crate) struct Model<'a> {
    pub(crate) id: &'a str,
    pub(crate) output: Output,
    /// The file with the text of the input's schema, beside the module.
    pub(crate) input_text: &'a str,
    pub(crate) output_text: Option<&'a str>,
}

/// What is known of a model's output.
pub(crate) enum Output {
    /// There is no schema of it.
    Unknown,
    /// It has a schema, and a kind of file if its properties tell.
    Known(Option<&'static str>),
}

/// The items that tie a model's input to its id and to its output.
pub(crate) fn model(emitter: &mut Emitter<'_>, model: &Model<'_>) -> TokenStream {
    let Model { id, input_text, .. } = model;
    emitter.import("", "model");
    let kind = match model.output {
        Output::Unknown => {
            let krate = super::ident_or_crate(emitter.krate);
            return quote! {
                pub use #krate::MediaOutput as Output;

                model!(#id, Input: #input_text);
            };
        }
        Output::Known(None) => quote!(None),
        Output::Known(Some(kind)) => {
            let kind = ident(kind);
            quote!(Some(#kind))
        }
    };
    let output_text = model.output_text.unwrap_or_default();
    quote!(model!(#id, Input: #input_text, Output: #output_text, #kind);)
}
