//! Structs: the type with its table, `new`, the setters.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, ident};
use crate::ir::{Field, Rest, Rule, Struct};
use crate::print;

impl Emitter<'_> {
    /// Spelled as a trait in a module, whose constants have a type and a value as the fields of
    /// `object!` have a type and a row: the printer knows how to lay that out, and then makes it
    /// the macro's struct.
    pub(super) fn structure(&mut self, item: &Struct) -> TokenStream {
        let mut docs = item.docs.clone();
        if !item.relations.is_empty() {
            docs.extend([String::new(), item.relations.join(" ")]);
        }
        let (item_docs, name) = (self.docs(&docs), ident(&item.name));
        let fields: TokenStream = item.fields.iter().map(|field| self.field(field)).collect();
        let rest = self.rest(&item.rest);
        let rules = self.own_rules(item);
        let methods = item.built.then(|| self.methods(item));
        self.import("", "object");
        quote! {
            mod object {
                #item_docs
                pub trait #name {
                    #fields
                    #rest
                }
                #rules
            }

            #methods
        }
    }

    fn field(&mut self, field: &Field) -> TokenStream {
        let (docs, name) = (self.docs(&field.docs), ident(&field.name));
        let (ty, row) = (self.field_type(field), self.row(field));
        let deprecated = field.usage.deprecated.then(|| quote!(#[deprecated]));
        quote! {
            #docs
            #deprecated
            const #name: #ty = #row;
        }
    }

    fn field_type(&mut self, field: &Field) -> TokenStream {
        let ty = self.ty(&field.ty);
        if field.required { ty } else { quote!(Option<#ty>) }
    }

    /// The field for members that the schema does not name.
    fn rest(&mut self, rest: &Rest) -> TokenStream {
        match rest {
            Rest::Closed => quote!(),
            Rest::Extra => {
                let extra = print::rest("extra");
                quote!(const #extra: _;)
            }
            Rest::Typed(ty, _) => {
                let extra = print::rest("extra");
                self.import("std::collections", "BTreeMap");
                let ty = self.ty(ty);
                quote!(const #extra: BTreeMap<String, #ty>;)
            }
        }
    }

    fn methods(&mut self, item: &Struct) -> TokenStream {
        let name = ident(&item.name);
        let new = match &item.required {
            Some(required) => {
                let required = ident(required);
                let members = item.fields.iter().filter(|field| field.is_argument());
                let members: Vec<_> = members
                    .map(|field| {
                        let (name, ty) = (ident(&field.name), self.ty(&field.ty));
                        quote!(#name: #ty)
                    })
                    .collect();
                quote!(new(#required { #(#members),* }))
            }
            None => {
                let arguments = item.arguments().into_iter();
                let arguments: Vec<_> = arguments.map(|field| self.taken(field)).collect();
                quote!(new(#(#arguments),*))
            }
        };
        let optional = item.fields.iter().filter(|field| !field.required && !field.usage.read_only);
        let (deprecated, current): (Vec<_>, Vec<_>) =
            optional.partition(|field| field.usage.deprecated);
        let mut setters: Vec<_> = current.into_iter().map(|field| self.taken(field)).collect();
        match &item.rest {
            Rest::Closed => {}
            Rest::Extra => setters.push(quote!(..extra)),
            Rest::Typed(ty, _) => {
                let extra = self.argument(&ident("extra"), ty);
                setters.push(quote!(..#extra));
            }
        }
        self.import("", "methods");
        let deprecated = (!deprecated.is_empty()).then(|| {
            self.import("", "setters");
            let deprecated: Vec<_> =
                deprecated.into_iter().map(|field| self.taken(field)).collect();
            quote!(setters!(#[deprecated] #name { #(#deprecated),* });)
        });
        quote! {
            methods!(#name { #new #(, #setters)* });
            #deprecated
        }
    }

    /// A field as a function takes it.
    fn taken(&mut self, field: &Field) -> TokenStream {
        self.argument(&ident(&field.name), &field.ty)
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
        self.import("schema::runtime", "Rule");
        quote!(const RULES: &[Rule] = &[#(#rules),*];)
    }

    fn row(&mut self, field: &Field) -> TokenStream {
        let wire = &field.wire;
        let presence = if field.required { "required" } else { "optional" };
        let presence = ident(presence);
        let one_of = self.is_closed(&field.ty).then(|| {
            let ty = self.ty(&field.ty);
            quote!(.one_of(#ty))
        });
        let (limits, with) = match field.rules.as_slice() {
            [Rule::Ref(set)] => {
                let set = ident(set);
                (Vec::new(), Some(quote!(.with(#set))))
            }
            rules => (self.limits(rules), None),
        };
        let or_null = field.null_is_absent.then(|| quote!(.or_null()));
        quote!(#presence(#wire #(, #limits)*) #one_of #with #or_null)
    }
}
