//! Untagged enums of shapes.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, ident};
use crate::ir::{Type, Union};

impl Emitter<'_> {
    pub(super) fn union(&mut self, item: &Union) -> TokenStream {
        let (item_docs, name) = (self.docs(&item.docs), ident(&item.name));
        let mut variants = TokenStream::new();
        let mut rows = Vec::new();
        for variant in &item.variants {
            let docs = match variant.docs.as_slice() {
                [] => self.docs(&[noun(&variant.ty)]),
                lines => self.docs(lines),
            };
            let (name, ty) = (ident(&variant.name), self.ty(&variant.ty));
            let rules = self.rules(&variant.rules);
            let deprecated = variant.deprecated.then(|| quote!(#[deprecated]));
            variants.extend(quote!(#docs #deprecated #name(#ty),));
            rows.push(quote!(&[#(#rules),*]));
        }
        let names = item.variants.iter().map(|variant| {
            let name = ident(&variant.name);
            // Where only one variant holds a type, a value of it becomes the union by itself.
            let alone = item.variants.iter().filter(|other| other.ty == variant.ty).count() == 1;
            let converts =
                alone && !matches!(variant.ty, Type::Null | Type::Value | Type::Boxed(_));
            if converts {
                let ty = self.ty(&variant.ty);
                // The integers of Rust are no type of their own where numbers have any size.
                let is_large = variant.ty == Type::BigInteger
                    && item.variants.iter().all(|other| other.ty != Type::Integer);
                let small = is_large.then(|| quote!(as i64));
                quote!(#name: #ty #small)
            } else {
                quote!(#name)
            }
        });
        let names: Vec<_> = names.collect();
        let other = item.open.then(|| {
            self.import("serde_json", "Value");
            quote! {
                /// A value that the schema does not describe.
                Other(Value),
            }
        });
        let other_name = item.open.then(|| quote!(, ..Other));
        let exclusive = item.exclusive.then(|| {
            quote!(
                const EXCLUSIVE: bool = true;
            )
        });
        let blank = item.blank;
        let blank = (blank > 0).then(|| quote!(const BLANK: usize = #blank;));
        self.import("schema::runtime", "Rule");
        self.import("schema::runtime", "Variants");
        self.import("", "union");
        quote! {
            #item_docs
            #[derive(Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #variants
                #other
            }

            impl Variants for #name {
                const VARIANTS: &'static [&'static [Rule]] = &[#(#rows),*];
                #exclusive
                #blank
            }

            union!(#name { #(#names),* #other_name });
        }
    }
}

/// What a variant holds, in a sentence.
fn noun(ty: &Type) -> String {
    let words = match ty {
        Type::Null => "`null`",
        Type::Boolean => "A boolean",
        Type::Integer | Type::BigInteger => "An integer",
        Type::Number => "A number",
        Type::String => "A string",
        Type::Image => "An image",
        Type::Video => "A video",
        Type::Audio => "An audio file",
        Type::Files => "Files",
        Type::List(_) => "A list",
        Type::Array(_, count) => return format!("A list of {count} items."),
        Type::Map(_) => "A map",
        Type::Named(name) => return format!("A value of type [`{name}`]."),
        Type::Value => "Any value that fits",
        Type::Boxed(inner) | Type::Nullable(inner) => return noun(inner),
    };
    format!("{words}.")
}
