//! Enums of values.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Emitter, ident};
use crate::docs;
use crate::ir::{Choice, Choosable, Wire};

impl Emitter<'_> {
    /// Spelled as a module around an enum with discriminants, which the printer knows how to lay
    /// out; it then makes the module's head the macro's.
    pub(super) fn choice(&mut self, item: &Choice) -> TokenStream {
        let of_one_kind = of_one_kind(item);
        let macro_name = match (&item.variants[0].wire, item.open) {
            _ if !of_one_kind => "mixed_enum",
            (Wire::String(_), false) => "string_enum",
            (Wire::String(_), true) => "open_string_enum",
            (_, false) => "integer_enum",
            (_, true) => "open_integer_enum",
        };
        self.import("", macro_name);
        let (docs, name) = (self.docs(&item.docs), ident(&item.name));
        let macro_name = ident(macro_name);
        let variants = item.variants.iter().map(|Choosable { name, wire, docs, deprecated }| {
            let name = ident(name);
            let docs = self.docs(docs);
            let deprecated = deprecated.then(|| quote!(#[deprecated]));
            let said = said(wire, of_one_kind).map(|said| quote!(| #said));
            let wire = if of_one_kind { plain(wire) } else { tagged(wire) };
            quote!(#docs #deprecated #name = #wire #said)
        });
        let variants: Vec<_> = variants.collect();
        quote! {
            mod #macro_name {
                #docs
                pub enum #name { #(#variants),* }
            }
        }
    }
}

/// What the docs say of a value that the macro cannot make code of by itself.
fn said(wire: &Wire, of_one_kind: bool) -> Option<String> {
    let Wire::String(text) = wire else { return None };
    let code = docs::code(text);
    // Of an enum of several kinds the macro shows how a value is spelled in Rust.
    let is_plain = if of_one_kind { code == format!("`{text}`") } else { !text.contains('`') };
    (!is_plain).then_some(code)
}

fn of_one_kind(item: &Choice) -> bool {
    let all = |is: fn(&Wire) -> bool| item.variants.iter().all(|value| is(&value.wire));
    all(|wire| matches!(wire, Wire::String(_))) || all(|wire| matches!(wire, Wire::Integer(_)))
}

fn plain(wire: &Wire) -> TokenStream {
    match wire {
        Wire::String(value) => quote!(#value),
        Wire::Integer(value) => integer(*value),
        wire => tagged(wire),
    }
}

fn tagged(wire: &Wire) -> TokenStream {
    match wire {
        Wire::Null => quote!(Null),
        Wire::Boolean(value) => quote!(Boolean(#value)),
        Wire::Integer(value) => {
            let value = integer(*value);
            quote!(Integer(#value))
        }
        Wire::Number(value) => {
            let value = Literal::f64_unsuffixed(*value);
            quote!(Number(#value))
        }
        Wire::Digits(value) => quote!(Digits(#value)),
        Wire::String(value) => quote!(String(#value)),
    }
}

fn integer(value: i64) -> TokenStream {
    super::rules::whole(value.into())
}
