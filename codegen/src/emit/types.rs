//! Types, and what callers hand over for one.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{Emitter, ident};
use crate::ir::{Item, Type};

impl Emitter<'_> {
    pub(super) fn ty(&mut self, ty: &Type) -> TokenStream {
        match ty {
            Type::Null => quote!(()),
            Type::Boolean => quote!(bool),
            Type::Integer => quote!(i64),
            Type::BigInteger => {
                self.import("schema", "Integer");
                quote!(Integer)
            }
            Type::Number => quote!(f64),
            Type::String => quote!(String),
            Type::Value => {
                self.import("serde_json", "Value");
                quote!(Value)
            }
            Type::Image => self.media("Image"),
            Type::Video => self.media("Video"),
            Type::Audio => self.media("Audio"),
            Type::Files => self.media("Files"),
            Type::Named(name) => {
                let name = ident(name);
                quote!(#name)
            }
            Type::List(item) => {
                let item = self.ty(item);
                quote!(Vec<#item>)
            }
            Type::Array(item, count) => {
                let (item, count) = (self.ty(item), Literal::usize_unsuffixed(*count));
                quote!([#item; #count])
            }
            Type::Map(value) => {
                self.import("std::collections", "BTreeMap");
                let value = self.ty(value);
                quote!(BTreeMap<String, #value>)
            }
            Type::Boxed(inner) => {
                let inner = self.ty(inner);
                quote!(Box<#inner>)
            }
            Type::Nullable(inner) => {
                self.import("schema", "Nullable");
                let inner = self.ty(inner);
                quote!(Nullable<#inner>)
            }
        }
    }

    fn media(&mut self, name: &'static str) -> TokenStream {
        self.import("", name);
        let name = ident(name);
        quote!(#name)
    }

    /// An argument, as the macro `methods!` spells it: its name, marked where it takes what a value is made
    /// of, and what it takes.
    pub(super) fn argument(&mut self, name: &Ident, ty: &Type) -> TokenStream {
        let (marked, taken) = match ty {
            Type::List(item) => (quote!([#name]), &**item),
            Type::Array(item, count) if !self.is_plain(item) => {
                let (item, count) = (self.ty(item), Literal::usize_unsuffixed(*count));
                return quote!(@#name: [impl Into<#item>; #count]);
            }
            Type::Boxed(inner) => {
                let inner = self.ty(inner);
                return quote!(*#name: impl Into<#inner>);
            }
            ty => (quote!(#name), ty),
        };
        let ty = self.ty(taken);
        if self.is_plain(taken) { quote!(#marked: #ty) } else { quote!(#marked: impl Into<#ty>) }
    }

    /// Whether an argument is taken as it is: `impl Into` would only stand in the way of `parse`
    /// and of literals.
    fn is_plain(&self, ty: &Type) -> bool {
        match ty {
            Type::Null
            | Type::Boolean
            | Type::Integer
            | Type::Number
            | Type::List(_)
            | Type::Boxed(_) => true,
            Type::Array(item, _) => self.is_plain(item),
            ty => self.is_closed(ty),
        }
    }

    /// Whether it is an enum that takes no other values.
    pub(super) fn is_closed(&self, ty: &Type) -> bool {
        let Type::Named(name) = ty else { return false };
        matches!(self.named.get(name.as_str()), Some(Item::Choice(choice)) if !choice.open)
    }
}
