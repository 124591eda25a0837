//! Structs: the type with its table, `new`, the setters.

use proc_macro2::TokenStream;
use quote::quote;

use super::types::Argument;
use super::{Emitter, ident};
use crate::ir::{Field, Rest, Rule, Struct, Type};
use crate::print;

impl Emitter<'_> {
    /// Spelled as a trait in a module, whose constants have a type and a value as the fields of
    /// `object!` have a type and a row: the printer knows how to lay that out, and then makes it
    /// the macro's struct.
    pub(super) fn structure(&mut self, item: &Struct) -> TokenStream {
        let (item_docs, name) = (self.docs(&item.docs), ident(&item.name));
        let fields: TokenStream = item.fields.iter().map(|field| self.field(field)).collect();
        let rest = self.rest(&item.rest);
        // Nothing is required: `new` needs no arguments, so there is a default too.
        let bare = item.built && item.fields.iter().all(|field| !field.required);
        let default = bare.then(|| quote!(#[derive(Default)]));
        let must_use = item.built.then(|| quote!(#[must_use]));
        let rules = self.own_rules(item);
        let methods = item.built.then(|| self.methods(item));
        self.import("", "object");
        quote! {
            mod object {
                #item_docs
                #default
                #must_use
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
        let (new, required) = match &item.required {
            Some(required) => self.new_by_name(item, required),
            None => (self.new_by_place(item), None),
        };
        let optional = item.fields.iter().filter(|field| !field.required && !field.usage.read_only);
        let (simple, special): (Vec<_>, Vec<_>) = optional.partition(|field| {
            !field.usage.deprecated && !matches!(field.ty, Type::List(_) | Type::Boxed(_))
        });
        let mut special: TokenStream =
            special.into_iter().map(|field| self.setter(field)).collect();
        let mut setters: Vec<_> = simple
            .into_iter()
            .map(|field| {
                let (name, ty) = (ident(&field.name), self.argument(&field.ty, &quote!()).ty);
                quote!(#name: #ty)
            })
            .collect();
        match &item.rest {
            Rest::Closed => {}
            Rest::Extra => setters.push(quote!(..extra)),
            Rest::Typed(ty @ Type::List(_), _) => special.extend(self.rest_setter(ty)),
            Rest::Typed(ty, _) => {
                let ty = self.argument(ty, &quote!()).ty;
                setters.push(quote!(..extra: #ty));
            }
        }
        let default = (item.required.is_none()
            && item.arguments().is_empty()
            && item.fields.iter().any(|field| field.required))
        .then(|| {
            quote! {
                impl Default for #name {
                    fn default() -> Self {
                        Self::new()
                    }
                }
            }
        });
        let setters = (!setters.is_empty()).then(|| {
            self.import("", "setters");
            quote!(setters!(#name { #(#setters),* });)
        });
        quote! {
            #required
            impl #name {
                #new
                #special
            }
            #default
            #setters
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
        if item.fields.iter().all(|field| !field.required) {
            return quote! {
                /// Nothing set yet.
                pub fn new() -> Self {
                    Self::default()
                }
            };
        }
        let fields = self.initial(item, |this, field| {
            let name = ident(&field.name);
            let value = this.argument(&field.ty, &quote!(#name)).value;
            if name == value.to_string() { quote!(#name) } else { quote!(#name: #value) }
        });
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
            item.fields.iter().filter(|field| field.is_argument()).cloned().collect();
        let names: Vec<_> = required_fields.iter().map(|field| ident(&field.name)).collect();
        let members: TokenStream = required_fields
            .iter()
            .map(|field| {
                let (docs, name, ty) =
                    (self.docs(&field.docs), ident(&field.name), self.ty(&field.ty));
                quote!(#docs pub #name: #ty,)
            })
            .collect();
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
        self.import("", "show_members");
        let structure = quote! {
            #docs
            #[derive(Clone, PartialEq)]
            pub struct #required {
                #members
            }

            show_members!(#required { #(#names),* });
        };
        (new, Some(structure))
    }

    /// The fields of a fresh struct.
    fn initial(
        &mut self,
        item: &Struct,
        mut required: impl FnMut(&mut Self, &Field) -> TokenStream,
    ) -> TokenStream {
        let all = item.fields.iter().filter(|field| field.required);
        let mut fields: Vec<_> = all
            .map(|field| match &field.only {
                Some(only) => {
                    let (name, ty, only) = (ident(&field.name), self.ty(&field.ty), ident(only));
                    quote!(#name: #ty::#only)
                }
                None => required(self, field),
            })
            .collect();
        if fields.len() < item.fields.len() || item.rest != Rest::Closed {
            self.import("schema::runtime", "Blank");
            fields.push(quote!(..Blank::blank()));
        }
        quote!(#(#fields),*)
    }

    fn setter(&mut self, field: &Field) -> TokenStream {
        let name = ident(&field.name);
        let docs = self.docs(&[format!("Sets [`{0}`](field@Self::{0}).", field.name)]);
        let argument =
            if matches!(field.ty, Type::List(_)) { quote!(values) } else { quote!(value) };
        let Argument { ty, value } = self.argument(&field.ty, &argument);
        let deprecated = field.usage.deprecated.then(|| {
            quote! {
                #[deprecated]
                #[allow(deprecated, reason = "it sets the field that is deprecated with it")]
            }
        });
        quote! {
            #docs
            #deprecated
            pub fn #name(mut self, #argument: #ty) -> Self {
                self.#name = Some(#value);
                self
            }
        }
    }

    /// The setter of a list that the schema does not name; the macro spells the others.
    fn rest_setter(&mut self, ty: &Type) -> TokenStream {
        let Argument { ty, value } = self.argument(ty, &quote!(values));
        quote! {
            /// Adds a member that the schema does not name.
            pub fn extra(mut self, key: impl Into<String>, values: #ty) -> Self {
                self.extra.insert(key.into(), #value);
                self
            }
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
        quote!(#presence(#wire) #one_of #with #or_null)
    }
}
