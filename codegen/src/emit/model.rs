//! What makes a module a model: its id, its input, its output.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, ident};
use crate::ir::{Item, Module, Rest, Type};

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
    /// Its schema says what most say: the runtime has the type.
    Shared(&'static str),
    /// It has a schema, and a kind of file if its properties tell.
    Known(Option<&'static str>),
}

/// The type of the runtime that an output is, if it is one: files of one kind, under the key for one
/// and the key for several. A hundred models say just that, and one type reads better than a hundred.
pub(crate) fn shared_output(output: &Module) -> Option<&'static str> {
    let [Item::Struct(root)] = output.items.as_slice() else { return None };
    let is_plain = root.rest == Rest::Extra
        && root.rules.is_empty()
        && root.fields.iter().all(|field| field.ty == Type::Files && field.null_is_absent);
    let wires: Vec<&str> = root.fields.iter().map(|field| field.wire.as_str()).collect();
    match wires.as_slice() {
        ["image", "images"] if is_plain => Some("ImageOutput"),
        ["video", "videos"] if is_plain => Some("VideoOutput"),
        ["audio", "audios"] if is_plain => Some("AudioOutput"),
        _ => None,
    }
}

/// The items that tie a model's input to its id and to its output.
pub(crate) fn model(emitter: &mut Emitter<'_>, model: &Model<'_>) -> TokenStream {
    let Model { id, input_text, .. } = model;
    emitter.import("", "model");
    let kind = match model.output {
        Output::Unknown => {
            let krate = super::crate_path(emitter.krate);
            return quote! {
                pub use #krate::MediaOutput as Output;

                model!(#id, Input: #input_text);
            };
        }
        Output::Shared(name) => {
            let (krate, name) = (super::crate_path(emitter.krate), ident(name));
            let output_text = model.output_text.unwrap_or_default();
            return quote! {
                pub use #krate::#name as Output;

                model!(#id, Input: #input_text, Output = #output_text);
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
