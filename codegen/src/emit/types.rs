//! Types, and what callers hand over to set one.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, ident};
use crate::ir::{Item, Type};

/// An argument: its type, and how it becomes the field's value.
pub(super) struct Argument {
    pub(super) ty: TokenStream,
    pub(super) value: TokenStream,
}

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

    pub(super) fn argument(&mut self, ty: &Type, name: &TokenStream) -> Argument {
        let plain = self.ty(ty);
        match ty {
            Type::List(item) => {
                let item_ty = self.ty(item);
                if self.is_plain(item) {
                    let ty = quote!(impl IntoIterator<Item = #item_ty>);
                    return Argument { ty, value: quote!(#name.into_iter().collect()) };
                }
                let ty = quote!(impl IntoIterator<Item = impl Into<#item_ty>>);
                Argument { ty, value: quote!(#name.into_iter().map(Into::into).collect()) }
            }
            Type::Boxed(inner) => {
                let inner = self.ty(inner);
                Argument { ty: quote!(impl Into<#inner>), value: quote!(Box::new(#name.into())) }
            }
            ty if self.is_plain(ty) => Argument { ty: plain, value: name.clone() },
            _ => Argument { ty: quote!(impl Into<#plain>), value: quote!(#name.into()) },
        }
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
            ty => self.is_closed(ty),
        }
    }

    /// Whether it is an enum that takes no other values.
    pub(super) fn is_closed(&self, ty: &Type) -> bool {
        let Type::Named(name) = ty else { return false };
        matches!(self.named.get(name.as_str()), Some(Item::Choice(choice)) if !choice.open)
    }
}
