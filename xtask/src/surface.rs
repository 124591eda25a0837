//! What callers of a generated module can name: its types, their members, their functions.

mod declared;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenTree;
use quote::ToTokens;
use runcomfy_codegen::Names;
use serde_json::Value;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

use declared::{Methods, Object, Setters, Union};

/// The public items of one module.
#[derive(Debug, Default)]
pub(crate) struct Surface {
    pub(crate) types: BTreeMap<String, Item>,
    /// What a run of the model gives.
    pub(crate) output: String,
    /// The names in it, by what has them.
    pub(crate) names: Names,
}

/// One public type.
#[derive(Debug, Default)]
pub(crate) struct Item {
    /// `struct`, `enum`, or the word of the macro that declares it.
    pub(crate) kind: String,
    /// Whether callers may have written all its members down.
    pub(crate) exhaustive: bool,
    pub(crate) derives: BTreeSet<String>,
    /// Fields or variants, in their order.
    pub(crate) members: Vec<Member>,
    pub(crate) functions: BTreeMap<String, Function>,
    /// The types that become this one by `From`.
    pub(crate) conversions: BTreeSet<String>,
}

/// A field or a variant.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The type of a field, what a variant holds, or nothing.
    pub(crate) ty: String,
    /// The property or the value that it stands for.
    pub(crate) wire: Option<Value>,
    pub(crate) docs: Vec<String>,
}

/// An inherent function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Function {
    /// The names and the types of its arguments, without `self`.
    pub(crate) arguments: Vec<(String, String)>,
    pub(crate) returns: String,
}

impl Surface {
    /// Reads generated code.
    pub(crate) fn parse(text: &str) -> syn::Result<Self> {
        let mut surface = Self { output: "Value".to_owned(), ..Self::default() };
        for item in syn::parse_file(text)?.items {
            surface.item(item)?;
        }
        Ok(surface)
    }

    fn item(&mut self, item: syn::Item) -> syn::Result<()> {
        match item {
            syn::Item::Struct(item) if is_public(&item.vis) => {
                let members = item.fields.iter().enumerate().map(|(index, field)| Member {
                    name: field
                        .ident
                        .as_ref()
                        .map_or_else(|| index.to_string(), ToString::to_string),
                    ty: text(&field.ty),
                    wire: None,
                    docs: declared::docs(&field.attrs),
                });
                let members = members.collect();
                self.declare(item.ident.to_string(), "struct", &item.attrs, members);
            }
            syn::Item::Enum(item) if is_public(&item.vis) => self.enumeration("enum", &item),
            syn::Item::Impl(item) => self.implementation(&item),
            syn::Item::Macro(item) => self.invocation(&item.mac)?,
            syn::Item::Use(item) if is_public(&item.vis) => self.output_elsewhere(text(&item.tree)),
            _ => {}
        }
        Ok(())
    }

    /// An output whose type is one of the runtime's: what it has is known by its name.
    fn output_elsewhere(&mut self, path: String) {
        let name = path.split("::").last().and_then(|last| last.split(' ').next());
        let keys = match name {
            Some("ImageOutput") => ["image", "images"],
            Some("VideoOutput") => ["video", "videos"],
            Some("AudioOutput") => ["audio", "audios"],
            _ => {
                self.output = path;
                return;
            }
        };
        "Output".clone_into(&mut self.output);
        let member = |name: &str, ty: &str, wire| Member {
            name: name.to_owned(),
            ty: ty.to_owned(),
            wire,
            docs: Vec::new(),
        };
        let files = keys.map(|key| member(key, "Option<Files>", Some(key.into())));
        let item = self.types.entry("Output".to_owned()).or_default();
        "struct".clone_into(&mut item.kind);
        item.derives = ["Debug", "Clone", "PartialEq"].map(str::to_owned).into();
        item.members = files.into_iter().chain([member("extra", "Extra", None)]).collect();
    }

    fn declare(
        &mut self,
        name: String,
        kind: &str,
        attrs: &[syn::Attribute],
        members: Vec<Member>,
    ) {
        let item = self.types.entry(name).or_default();
        kind.clone_into(&mut item.kind);
        item.exhaustive =
            !attrs.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
        for attribute in attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let all = Punctuated::<syn::Path, Token![,]>::parse_terminated;
            item.derives.extend(attribute.parse_args_with(all).iter().flatten().map(text));
        }
        item.members = members;
    }

    fn enumeration(&mut self, kind: &str, item: &syn::ItemEnum) {
        let members = item.variants.iter().map(|variant| Member {
            name: variant.ident.to_string(),
            ty: variant.fields.iter().map(|field| text(&field.ty)).collect(),
            wire: variant.discriminant.as_ref().map(|(_, value)| wire(value)),
            docs: declared::docs(&variant.attrs),
        });
        let members = members.collect();
        self.declare(item.ident.to_string(), kind, &item.attrs, members);
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let owner = self.types.entry(text(&item.self_ty)).or_default();
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(function) if is_public(&function.vis) => {
                    let name = function.sig.ident.to_string();
                    owner.functions.insert(name, self::function(&function.sig));
                }
                _ => {}
            }
        }
    }

    fn invocation(&mut self, call: &syn::Macro) -> syn::Result<()> {
        let word = text(&call.path);
        match word.as_str() {
            "object" => {
                let Object { name, attrs, members } = call.parse_body()?;
                self.declare(name.clone(), "struct", &attrs, members);
                // What the macro adds.
                let declared = self.types.entry(name).or_default();
                declared.derives.extend(["Debug", "Clone", "PartialEq"].map(str::to_owned));
                declared.exhaustive = false;
            }
            "methods" => {
                let Methods { name, required, functions } = call.parse_body()?;
                if let Some((required, members)) = required {
                    self.declare(required.clone(), "struct", &[], members);
                    let declared = self.types.entry(required).or_default();
                    declared.derives.extend(["Debug", "Clone", "PartialEq"].map(str::to_owned));
                }
                let declared = self.types.entry(name).or_default();
                // The macro adds it where `new` takes nothing.
                if functions.get("new").is_some_and(|new| new.arguments.is_empty()) {
                    declared.derives.insert("Default".to_owned());
                }
                declared.functions.extend(functions);
            }
            "setters" => {
                let Setters { name, functions } = call.parse_body()?;
                self.types.entry(name).or_default().functions.extend(functions);
            }
            "string_enum" | "integer_enum" | "mixed_enum" | "open_string_enum"
            | "open_integer_enum" => {
                let item: syn::ItemEnum = call.parse_body()?;
                self.enumeration(&word, &item);
                // These macros declare what is not to be matched exhaustively.
                if let Some(item) = self.types.get_mut(&item.ident.to_string()) {
                    item.exhaustive = false;
                }
            }
            "union" => {
                let Union { name, conversions } = call.parse_body()?;
                self.types.entry(name).or_default().conversions = conversions;
            }
            "model" => {
                let names_output =
                    |token| matches!(token, TokenTree::Ident(name) if name == "Output");
                if call.tokens.clone().into_iter().any(names_output) {
                    "Output".clone_into(&mut self.output);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Item {
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// Tokens as people write them.
fn text(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let tight = text.replace(" :: ", "::").replace(" < ", "<").replace(" >", ">");
    tight.replace("& ", "&").replace("( )", "()")
}

fn function(signature: &syn::Signature) -> Function {
    let typed = signature.inputs.iter().filter_map(|argument| match argument {
        syn::FnArg::Typed(argument) => Some((text(&argument.pat), text(&argument.ty))),
        syn::FnArg::Receiver(_) => None,
    });
    let returns = match &signature.output {
        syn::ReturnType::Default => "()".to_owned(),
        syn::ReturnType::Type(_, ty) => text(ty),
    };
    Function { arguments: typed.collect(), returns }
}

/// The JSON value that an expression in a table stands for.
fn wire(value: &Expr) -> Value {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(text) => Value::from(text.value()),
            syn::Lit::Bool(truth) => Value::from(truth.value),
            number => serde_json::from_str(&text(number).replace('_', "")).unwrap_or_default(),
        },
        // After it comes what the docs say.
        Expr::Binary(alternatives) => wire(&alternatives.left),
        Expr::Unary(negative) => {
            let digits = text(negative).replace([' ', '_'], "");
            serde_json::from_str(&digits).unwrap_or_default()
        }
        // `String("auto")` and `Null` of an enum of several kinds.
        Expr::Call(tagged) => tagged.args.first().map(wire).unwrap_or_default(),
        _ => Value::Null,
    }
}
