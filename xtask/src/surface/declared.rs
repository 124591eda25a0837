//! What the macros of generated code declare, as `syn` reads it.

use std::collections::{BTreeMap, BTreeSet};

use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Expr, Ident, ItemConst, Lit, Meta, Token, Type};

use super::{Function, Member, text, wire};

/// `#[must_use] pub struct Size { pub width: i64 = required("width"), ..extra }`, and its rules.
pub(super) struct Object {
    pub(super) name: String,
    pub(super) attrs: Vec<Attribute>,
    pub(super) members: Vec<Member>,
}

impl Parse for Object {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let _: (Token![pub], Token![struct]) = (input.parse()?, input.parse()?);
        let name = input.parse::<Ident>()?.to_string();
        let (body, mut members) = (braced(input)?, Vec::new());
        while !body.is_empty() {
            members.push(if body.parse::<Option<Token![..]>>()?.is_some() {
                rest(&body)?
            } else {
                field(&body)?
            });
        }
        // The rules of the object as a whole tell callers of no name.
        let _: Option<ItemConst> = (!input.is_empty()).then(|| input.parse()).transpose()?;
        Ok(Self { name, attrs, members })
    }
}

fn field(body: ParseStream<'_>) -> Result<Member> {
    let docs = docs(&body.call(Attribute::parse_outer)?);
    body.parse::<Token![pub]>()?;
    let name = body.parse::<Ident>()?.to_string();
    body.parse::<Token![:]>()?;
    let ty = text(&body.parse::<Type>()?);
    body.parse::<Token![=]>()?;
    let row = body.parse()?;
    body.parse::<Token![,]>()?;
    Ok(Member { name, ty, wire: property(&row), docs })
}

/// Of a field for what the schema does not name, the type is told where it is not the usual one.
fn rest(body: ParseStream<'_>) -> Result<Member> {
    let name = body.parse::<Ident>()?.to_string();
    let ty = match body.parse::<Option<Token![:]>>()? {
        Some(_) => text(&body.parse::<Type>()?),
        None => "Extra".to_owned(),
    };
    Ok(Member { name, ty, wire: None, docs: Vec::new() })
}

/// The property of `optional("seed").with(…)`.
fn property(mut row: &Expr) -> Option<serde_json::Value> {
    loop {
        match row {
            Expr::MethodCall(call) => row = &call.receiver,
            Expr::Call(call) => return call.args.first().map(wire),
            _ => return None,
        }
    }
}

/// `Size { new(width: i64), unit: Unit, [names]: impl Into<String>, ..extra }`.
pub(super) struct Methods {
    pub(super) name: String,
    /// The struct of what `new` takes by name.
    pub(super) required: Option<(String, Vec<Member>)>,
    pub(super) functions: BTreeMap<String, Function>,
}

impl Parse for Methods {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse::<Ident>()?.to_string();
        let (body, mut functions) = (braced(input)?, BTreeMap::new());
        body.parse::<Ident>()?;
        let (required, arguments) = new(&body)?;
        functions.insert("new".to_owned(), Function { arguments, returns: "Self".to_owned() });
        let _: Option<Token![,]> = body.parse()?;
        functions.extend(setters(&body)?);
        Ok(Self { name, required, functions })
    }
}

/// `#[deprecated] Size { unit: Unit }`.
pub(super) struct Setters {
    pub(super) name: String,
    pub(super) functions: BTreeMap<String, Function>,
}

impl Parse for Setters {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        input.call(Attribute::parse_outer)?;
        let name = input.parse::<Ident>()?.to_string();
        Ok(Self { name, functions: setters(&braced(input)?)? })
    }
}

fn setters(body: ParseStream<'_>) -> Result<BTreeMap<String, Function>> {
    let mut functions = BTreeMap::new();
    while !body.is_empty() {
        let is_rest = body.parse::<Option<Token![..]>>()?.is_some();
        let (function, ty) = argument(body)?;
        let mut arguments = vec![("value".to_owned(), ty)];
        if is_rest {
            arguments.insert(0, ("key".to_owned(), "impl Into<String>".to_owned()));
        }
        functions.insert(function, Function { arguments, returns: "Self".to_owned() });
        let _: Option<Token![,]> = body.parse()?;
    }
    Ok(functions)
}

type New = (Option<(String, Vec<Member>)>, Vec<(String, String)>);

/// What `new` takes: `(width: i64)`, or by name `(SizeRequired { width: i64, height: i64 })`.
fn new(input: ParseStream<'_>) -> Result<New> {
    let body;
    syn::parenthesized!(body in input);
    if !(body.peek(Ident) && body.peek2(syn::token::Brace)) {
        return Ok((None, arguments(&body)?));
    }
    let name = body.parse::<Ident>()?.to_string();
    let members = arguments(&braced(&body)?)?.into_iter();
    let member = |(name, ty)| Member { name, ty, wire: None, docs: Vec::new() };
    let argument = ("required".to_owned(), name.clone());
    Ok((Some((name, members.map(member).collect())), vec![argument]))
}

fn arguments(body: ParseStream<'_>) -> Result<Vec<(String, String)>> {
    let mut arguments = Vec::new();
    while !body.is_empty() {
        arguments.push(argument(body)?);
        let _: Option<Token![,]> = body.parse()?;
    }
    Ok(arguments)
}

/// The name of an argument and its type: of `[names]` the items, of all else as it stands.
fn argument(body: ParseStream<'_>) -> Result<(String, String)> {
    let is_list = body.peek(syn::token::Bracket);
    let name = if is_list {
        let name;
        syn::bracketed!(name in body);
        name.parse::<Ident>()?
    } else {
        let _: (Option<Token![@]>, Option<Token![*]>) = (body.parse()?, body.parse()?);
        body.parse()?
    };
    let ty = match body.parse::<Option<Token![:]>>()? {
        Some(_) => text(&body.parse::<Type>()?),
        None => "impl Into<Value>".to_owned(),
    };
    let ty = if is_list { format!("impl IntoIterator<Item = {ty}>") } else { ty };
    Ok((name.to_string(), ty))
}

/// `ImageSize { Preset: Preset, Custom: Custom, Pixels: Integer as i64, ..Other }`.
pub(super) struct Union {
    pub(super) name: String,
    pub(super) conversions: BTreeSet<String>,
}

impl Parse for Union {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse::<Ident>()?.to_string();
        let (body, mut conversions) = (braced(input)?, BTreeSet::new());
        while !body.is_empty() {
            let _: Option<Token![..]> = body.parse()?;
            let _: Ident = body.parse()?;
            if body.parse::<Option<Token![:]>>()?.is_some() {
                conversions.insert(text(&body.parse::<Type>()?));
                if body.parse::<Option<Token![as]>>()?.is_some() {
                    conversions.insert(text(&body.parse::<Type>()?));
                }
            }
            let _: Option<Token![,]> = body.parse()?;
        }
        Ok(Self { name, conversions })
    }
}

/// The lines of the docs among attributes.
pub(super) fn docs(attrs: &[Attribute]) -> Vec<String> {
    let line = |attr: &Attribute| {
        let Meta::NameValue(meta) = &attr.meta else { return None };
        let Expr::Lit(value) = &meta.value else { return None };
        let Lit::Str(text) = &value.lit else { return None };
        meta.path.is_ident("doc").then(|| text.value().trim().to_owned())
    };
    attrs.iter().filter_map(line).collect()
}

fn braced(input: ParseStream<'_>) -> Result<syn::parse::ParseBuffer<'_>> {
    let body;
    syn::braced!(body in input);
    Ok(body)
}
