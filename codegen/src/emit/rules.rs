//! Limits, as rows of the runtime's tables.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Emitter, ident};
use crate::ir::{Kind, Limit, Measure, MediaRule, Rule};

impl Emitter<'_> {
    pub(super) fn rules(&mut self, rules: &[Rule]) -> Vec<TokenStream> {
        if !rules.is_empty() {
            self.import("schema::runtime", "Rule");
        }
        rules.iter().map(|rule| self.rule(rule)).collect()
    }

    /// Rules as the row of a property lists them: without the name of their type.
    pub(super) fn limits(&mut self, rules: &[Rule]) -> Vec<TokenStream> {
        let qualifier = quote!(Rule::).into_iter().count();
        rules.iter().map(|rule| self.rule(rule).into_iter().skip(qualifier).collect()).collect()
    }

    fn rule(&mut self, rule: &Rule) -> TokenStream {
        match rule {
            Rule::Minimum(limit) => bound("Minimum", limit),
            Rule::Maximum(limit) => bound("Maximum", limit),
            Rule::ExclusiveMinimum(limit) => bound("ExclusiveMinimum", limit),
            Rule::ExclusiveMaximum(limit) => bound("ExclusiveMaximum", limit),
            Rule::MultipleOf(step) => {
                let step = Literal::f64_unsuffixed(*step);
                quote!(Rule::MultipleOf(#step))
            }
            Rule::MultipleOfDigits(step) => quote!(Rule::MultipleOfDigits(#step)),
            Rule::MinLength(count) => counted("MinLength", *count),
            Rule::MaxLength(count) => counted("MaxLength", *count),
            Rule::MinItems(count) => counted("MinItems", *count),
            Rule::MaxItems(count) => counted("MaxItems", *count),
            Rule::MinProperties(count) => counted("MinProperties", *count),
            Rule::MaxProperties(count) => counted("MaxProperties", *count),
            Rule::Pattern(pattern) => quote!(Rule::Pattern(#pattern)),
            Rule::Format(format) => quote!(Rule::Format(#format)),
            Rule::Content(encoding, media_type) => {
                let option = |word: &Option<String>| match word {
                    Some(word) => quote!(Some(#word)),
                    None => quote!(None),
                };
                let (encoding, media_type) = (option(encoding), option(media_type));
                quote!(Rule::Content(#encoding, #media_type))
            }
            Rule::UniqueItems => quote!(Rule::UniqueItems),
            Rule::Never => quote!(Rule::Never),
            Rule::Items(rules) => self.nested("Items", rules),
            Rule::Values(rules) => self.nested("Values", rules),
            Rule::PropertyNames(rules) => self.nested("PropertyNames", rules),
            Rule::UnevaluatedItems(rules) => self.nested("UnevaluatedItems", rules),
            Rule::UnevaluatedProperties(rules) => self.nested("UnevaluatedProperties", rules),
            Rule::Not(rules) => self.nested("Not", rules),
            Rule::ItemsAfter(first, rules) => {
                let (first, rules) = (Literal::usize_unsuffixed(*first), self.rules(rules));
                quote!(Rule::ItemsAfter(#first, &[#(#rules),*]))
            }
            Rule::Contains(rules, min, max) => {
                let (rules, min) = (self.rules(rules), Literal::u64_unsuffixed(*min));
                let max = if *max == u64::MAX { quote!(u64::MAX) } else { count(*max) };
                quote!(Rule::Contains(&[#(#rules),*], #min, #max))
            }
            Rule::PrefixItems(lists) => self.lists("PrefixItems", lists),
            Rule::AllOf(lists) => self.lists("AllOf", lists),
            Rule::AnyOf(lists) => self.lists("AnyOf", lists),
            Rule::OneOf(lists) => self.lists("OneOf", lists),
            Rule::Required(names) => quote!(Rule::Required(&[#(#names),*])),
            Rule::Properties { named, patterns, additional: None } if patterns.is_empty() => {
                let named = self.members(named);
                quote!(Rule::Members(#named))
            }
            Rule::Properties { named, patterns, additional } => {
                self.import("schema::runtime", "Properties");
                let (named, patterns) = (self.members(named), self.members(patterns));
                let additional = match additional {
                    Some(rules) => {
                        let rules = self.rules(rules);
                        quote!(Some(&[#(#rules),*]))
                    }
                    None => quote!(None),
                };
                quote!(Rule::Properties(&Properties { named: #named, patterns: #patterns, additional: #additional }))
            }
            Rule::DependentRequired(members) => {
                let members = members.iter().map(|(name, names)| quote!((#name, &[#(#names),*])));
                quote!(Rule::DependentRequired(&[#(#members),*]))
            }
            Rule::DependentSchemas(members) => {
                let members = self.members(members);
                quote!(Rule::DependentSchemas(#members))
            }
            Rule::Type(kinds) => {
                if !kinds.is_empty() {
                    self.import("schema::runtime", "Kind");
                }
                let kinds = kinds.iter().map(|kind| self::kind(*kind));
                quote!(Rule::Type(&[#(#kinds),*]))
            }
            Rule::Const(text) => quote!(Rule::Const(#text)),
            Rule::Enum(text) => quote!(Rule::Enum(#text)),
            Rule::If(condition, then, otherwise) => {
                let (condition, then, otherwise) =
                    (self.rules(condition), self.rules(then), self.rules(otherwise));
                quote!(Rule::If(&[#(#condition),*], &[#(#then),*], &[#(#otherwise),*]))
            }
            Rule::Media(rules) => {
                self.import("schema::runtime", "MediaRule");
                let rules = rules.iter().map(media_rule);
                quote!(Rule::Media(&[#(#rules),*]))
            }
            Rule::Ref(name) => {
                let name = ident(name);
                quote!(Rule::Ref(&#name))
            }
        }
    }

    fn nested(&mut self, name: &str, rules: &[Rule]) -> TokenStream {
        let (name, rules) = (ident(name), self.rules(rules));
        quote!(Rule::#name(&[#(#rules),*]))
    }

    fn lists(&mut self, name: &str, lists: &[Vec<Rule>]) -> TokenStream {
        let name = ident(name);
        let lists = lists.iter().map(|rules| {
            let rules = self.rules(rules);
            quote!(&[#(#rules),*])
        });
        quote!(Rule::#name(&[#(#lists),*]))
    }

    fn members(&mut self, members: &[(String, Vec<Rule>)]) -> TokenStream {
        let members = members.iter().map(|(name, rules)| {
            let rules = self.rules(rules);
            quote!((#name, &[#(#rules),*]))
        });
        quote!(&[#(#members),*])
    }
}

fn media_rule(rule: &MediaRule) -> TokenStream {
    let name = ident(match rule.measure {
        Measure::FileSizeMbBelow => "FileSizeMbBelow",
        Measure::RatioAbove => "RatioAbove",
        Measure::RatioBelow => "RatioBelow",
        Measure::WidthAbove => "WidthAbove",
        Measure::HeightAbove => "HeightAbove",
    });
    let limit = Literal::f64_unsuffixed(rule.limit);
    let plain = quote!(MediaRule::#name(#limit));
    match &rule.message {
        Some(message) => quote!(MediaRule::Saying(#message, &#plain)),
        None => plain,
    }
}

fn bound(name: &str, limit: &Limit) -> TokenStream {
    match limit {
        Limit::Whole(limit) => {
            let (name, limit) = (ident(name), whole((*limit).into()));
            quote!(Rule::#name(#limit))
        }
        Limit::Float(limit) => {
            let (name, limit) = (ident(format!("{name}F64")), Literal::f64_unsuffixed(*limit));
            quote!(Rule::#name(#limit))
        }
        Limit::Digits(digits) => {
            let name = ident(format!("{name}Digits"));
            quote!(Rule::#name(#digits))
        }
    }
}

fn counted(name: &str, value: u64) -> TokenStream {
    let (name, value) = (ident(name), count(value));
    quote!(Rule::#name(#value))
}

fn count(value: u64) -> TokenStream {
    whole(value.into())
}

/// A number with its digits in groups of three.
pub(super) fn whole(value: i128) -> TokenStream {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    let literal = grouped
        .parse::<Literal>()
        .unwrap_or_else(|_| Literal::u128_unsuffixed(value.unsigned_abs()));
    if value < 0 { quote!(-#literal) } else { quote!(#literal) }
}

fn kind(kind: Kind) -> TokenStream {
    let name = ident(match kind {
        Kind::Null => "Null",
        Kind::Boolean => "Boolean",
        Kind::Integer => "Integer",
        Kind::Number => "Number",
        Kind::String => "String",
        Kind::Array => "Array",
        Kind::Object => "Object",
    });
    quote!(Kind::#name)
}
