//! Arrays of which each item has a type of its own.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Emitter, ident};
use crate::ir::Tuple;

impl Emitter<'_> {
    pub(super) fn tuple(&mut self, item: &Tuple) -> TokenStream {
        let (docs, name) = (self.docs(&item.docs), ident(&item.name));
        let mut fields: Vec<_> = item
            .items
            .iter()
            .map(|(ty, required)| {
                let ty = self.ty(ty);
                if *required { quote!(pub #ty) } else { quote!(pub Option<#ty>) }
            })
            .collect();
        let places: Vec<_> = (0..fields.len()).map(Literal::usize_unsuffixed).collect();
        let rest = item.rest.as_ref().map(|rest| {
            let (rest, place) = (self.ty(rest), Literal::usize_unsuffixed(fields.len()));
            fields.push(quote!(pub Vec<#rest>));
            quote!(; #place)
        });
        self.import("", "tuple");
        quote! {
            #docs
            #[derive(Clone, PartialEq)]
            pub struct #name(#(#fields),*);

            tuple!(#name { #(#places),* #rest });
        }
    }
}
