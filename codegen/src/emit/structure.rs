//! Structs: the type, `new`, the setters, the table.

use proc_macro2::TokenStream;
use quote::quote;

use super::types::Argument;
use super::{Emitter, ident};
use crate::ir::{Field, Rest, Rule, Struct, Type};

impl Emitter<'_> {
    pub(super) fn structure(&mut self, item: &Struct) -> TokenStream {
        let (item_docs, name) = (self.docs(&item.docs), ident(&item.name));
        let fields: TokenStream = item.fields.iter().map(|field| self.field(field)).collect();
        let rest = self.rest(&item.rest);
        // Nothing is required: `new` needs no arguments, so there is a default too.
        let bare = item.built && item.fields.iter().all(|field| !field.required);
        let default = bare.then(|| quote!(Default,));
        let must_use = item.built.then(|| quote!(#[must_use]));
        let methods = item.built.then(|| self.methods(item));
        let table = self.table(item);
        quote! {
            #item_docs
            #[derive(Debug, Clone, #default PartialEq)]
            #[non_exhaustive]
            #must_use
            pub struct #name {
                #fields
                #rest
            }

            #methods
            #table
        }
    }

    fn field(&mut self, field: &Field) -> TokenStream {
        let (docs, name) = (self.docs(&field.docs), ident(&field.name));
        let ty = self.ty(&field.ty);
        let ty = if field.required { ty } else { quote!(Option<#ty>) };
        quote! {
            #docs
            pub #name: #ty,
        }
    }

    fn rest(&mut self, rest: &Rest) -> TokenStream {
        match rest {
            Rest::Closed => quote!(),
            Rest::Extra => {
                self.import("schema", "Extra");
                quote! {
                    /// Members that the schema does not name.
                    pub extra: Extra,
                }
            }
            Rest::Typed(ty, _) => {
                self.import("std::collections", "BTreeMap");
                let ty = self.ty(ty);
                quote! {
                    /// Members that the schema does not name.
                    pub extra: BTreeMap<String, #ty>,
                }
            }
        }
    }

    fn methods(&mut self, item: &Struct) -> TokenStream {
        let name = ident(&item.name);
        let (new, required) = match &item.required {
            Some(required) => self.new_by_name(item, required),
            None => (self.new_by_place(item), None),
        };
        let optional = item.fields.iter().filter(|field| !field.required);
        let setters: TokenStream = optional.map(|field| self.setter(field)).collect();
        let extra = self.extra_setter(&item.rest);
        quote! {
            #required
            impl #name {
                #new
                #setters
                #extra
            }
        }
    }

    fn new_by_place(&mut self, item: &Struct) -> TokenStream {
        let arguments: Vec<_> = item
            .arguments()
            .into_iter()
            .map(|field| {
                let name = ident(&field.name);
                let ty = self.argument(&field.ty, &quote!(#name)).ty;
                quote!(#name: #ty)
            })
            .collect();
        let fields = self.initial(item, |this, field| {
            let name = ident(&field.name);
            let value = this.argument(&field.ty, &quote!(#name)).value;
            if name == value.to_string() { quote!(#name) } else { quote!(#name: #value) }
        });
        if arguments.is_empty() {
            return quote! {
                /// Nothing set yet.
                pub fn new() -> Self {
                    Self::default()
                }
            };
        }
        quote! {
            /// What is required; nothing else is set yet.
            pub fn new(#(#arguments),*) -> Self {
                Self { #fields }
            }
        }
    }

    fn new_by_name(&mut self, item: &Struct, required: &str) -> (TokenStream, Option<TokenStream>) {
        let required = ident(required);
        let docs = self.docs(&[format!("What [`{}`] cannot do without, by name.", item.name)]);
        let required_fields: Vec<_> =
            item.fields.iter().filter(|field| field.required).cloned().collect();
        let names: Vec<_> = required_fields.iter().map(|field| ident(&field.name)).collect();
        let members: TokenStream = required_fields.iter().map(|field| self.field(field)).collect();
        let fields = self.initial(item, |_, field| {
            let name = ident(&field.name);
            quote!(#name)
        });
        let new = quote! {
            /// What is required; nothing else is set yet.
            pub fn new(required: #required) -> Self {
                let #required { #(#names),* } = required;
                Self { #fields }
            }
        };
        let structure = quote! {
            #docs
            #[derive(Debug, Clone, PartialEq)]
            pub struct #required {
                #members
            }
        };
        (new, Some(structure))
    }

    /// The fields of a fresh struct.
    fn initial(
        &mut self,
        item: &Struct,
        mut required: impl FnMut(&mut Self, &Field) -> TokenStream,
    ) -> TokenStream {
        let mut fields = Vec::new();
        for field in &item.fields {
            let name = ident(&field.name);
            fields.push(if field.required { required(self, field) } else { quote!(#name: None) });
        }
        match item.rest {
            Rest::Closed => {}
            Rest::Extra => fields.push(quote!(extra: Extra::new())),
            Rest::Typed(..) => fields.push(quote!(extra: BTreeMap::new())),
        }
        quote!(#(#fields),*)
    }

    fn setter(&mut self, field: &Field) -> TokenStream {
        let name = ident(&field.name);
        let docs = self.docs(&[format!("Sets [`{0}`](field@Self::{0}).", field.name)]);
        let argument =
            if matches!(field.ty, Type::List(_)) { quote!(values) } else { quote!(value) };
        let Argument { ty, value } = self.argument(&field.ty, &argument);
        quote! {
            #docs
            pub fn #name(mut self, #argument: #ty) -> Self {
                self.#name = Some(#value);
                self
            }
        }
    }

    fn extra_setter(&mut self, rest: &Rest) -> TokenStream {
        let (ty, insert) = match rest {
            Rest::Closed => return quote!(),
            Rest::Extra => {
                self.import("serde_json", "Value");
                (quote!(impl Into<Value>), quote!(self.extra.insert(key, value)))
            }
            Rest::Typed(ty, _) => {
                let Argument { ty, value } = self.argument(ty, &quote!(value));
                (ty, quote!(self.extra.insert(key.into(), #value)))
            }
        };
        quote! {
            /// Adds a member that the schema does not name.
            pub fn extra(mut self, key: impl Into<String>, value: #ty) -> Self {
                #insert;
                self
            }
        }
    }

    fn table(&mut self, item: &Struct) -> TokenStream {
        let name = ident(&item.name);
        let rows: Vec<_> = item.fields.iter().map(|field| self.row(field)).collect();
        let fields = item.fields.iter().map(|field| ident(&field.name));
        let rest = match item.rest {
            Rest::Closed => quote!(),
            Rest::Extra => quote!(..extra),
            Rest::Typed(..) => quote!(..map extra),
        };
        let rules = self.own_rules(item);
        self.import("schema::runtime", "Field");
        self.import("schema::runtime", "Fields");
        self.import("", "object");
        quote! {
            impl Fields for #name {
                const FIELDS: &'static [Field] = &[#(#rows),*];
                #rules
            }

            object!(#name { #(#fields,)* #rest });
        }
    }

    fn own_rules(&mut self, item: &Struct) -> TokenStream {
        let mut rules = item.rules.clone();
        if let Rest::Typed(_, values) = &item.rest
            && !values.is_empty()
        {
            rules.push(Rule::Values(values.clone()));
        }
        if rules.is_empty() {
            return quote!();
        }
        let rules = self.rules(&rules);
        quote!(const RULES: &'static [Rule] = &[#(#rules),*];)
    }

    fn row(&mut self, field: &Field) -> TokenStream {
        let wire = &field.wire;
        let presence = if field.required { "required" } else { "optional" };
        self.import("schema::runtime", presence);
        let presence = ident(presence);
        let with = match field.rules.as_slice() {
            [] => None,
            [Rule::Ref(set)] => {
                let set = ident(set);
                Some(quote!(.with(#set)))
            }
            rules => {
                let rules = self.rules(rules);
                Some(quote!(.with(&[#(#rules),*])))
            }
        };
        let or_null = field.null_is_absent.then(|| quote!(.or_null()));
        quote!(#presence(#wire) #with #or_null)
    }
}
