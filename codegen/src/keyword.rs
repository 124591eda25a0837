//! The keywords of JSON Schema: what each of them holds.

mod form;

pub(crate) use form::check;

/// What a keyword holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Anything, or what its own reader checks.
    Any,
    Text,
    Flag,
    Number,
    /// A number above 0.
    Step,
    /// A whole number of 0 or more.
    Count,
    /// A number; in draft 4, `true` makes the limit beside it exclusive.
    Limit,
    /// A list of values.
    Values,
    /// A list of names; in draft 3, a property says `true` of itself.
    Names,
    /// For each name a list of names.
    NamesByName,
    /// A type, or a list of types; in draft 3, schemas among them.
    Types,
    Schema,
    /// A schema, or a list of schemas.
    SchemaOrList,
    /// A list of schemas, and at least one.
    Schemas,
    /// For each name a schema.
    SchemaByName,
    /// For each name a schema or a list of names; in draft 3, a single name.
    Dependencies,
}

/// Whether a keyword only says something, and does not constrain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Constraint,
    Annotation,
}

use Form::{
    Any, Count, Dependencies, Flag, Limit, Names, NamesByName, Number, Schema, SchemaByName,
    SchemaOrList, Schemas, Step, Text, Types, Values,
};
use Says::{Annotation, Constraint};

/// In alphabetical order.
const KEYWORDS: &[(&str, Form, Says)] = &[
    ("$anchor", Text, Annotation),
    ("$comment", Text, Annotation),
    ("$defs", SchemaByName, Annotation),
    ("$dynamicAnchor", Text, Annotation),
    ("$dynamicRef", Text, Constraint),
    ("$id", Text, Annotation),
    ("$recursiveAnchor", Flag, Annotation),
    ("$recursiveRef", Text, Constraint),
    ("$ref", Text, Constraint),
    ("$schema", Text, Annotation),
    ("$vocabulary", Any, Annotation),
    ("additionalItems", Schema, Constraint),
    ("additionalProperties", Schema, Constraint),
    ("allOf", Schemas, Constraint),
    ("anyOf", Schemas, Constraint),
    ("comment", Any, Annotation),
    ("components", Any, Annotation),
    ("const", Any, Constraint),
    ("contains", Schema, Constraint),
    ("contentEncoding", Text, Annotation),
    ("contentMediaType", Text, Annotation),
    ("contentSchema", Schema, Annotation),
    ("default", Any, Annotation),
    ("definitions", SchemaByName, Annotation),
    ("dependencies", Dependencies, Constraint),
    ("dependentRequired", NamesByName, Constraint),
    ("dependentSchemas", SchemaByName, Constraint),
    ("deprecated", Any, Annotation),
    ("description", Text, Annotation),
    ("disallow", Types, Constraint),
    ("discriminator", Any, Annotation),
    ("divisibleBy", Step, Constraint),
    ("else", Schema, Constraint),
    ("enum", Values, Constraint),
    ("example", Any, Annotation),
    ("examples", Any, Annotation),
    ("exclusiveMaximum", Limit, Constraint),
    ("exclusiveMinimum", Limit, Constraint),
    ("extends", Any, Annotation),
    ("externalDocs", Any, Annotation),
    ("format", Text, Annotation),
    ("id", Any, Annotation),
    ("if", Schema, Constraint),
    ("items", SchemaOrList, Constraint),
    ("maxContains", Count, Constraint),
    ("maxItems", Count, Constraint),
    ("maxLength", Count, Constraint),
    ("maxProperties", Count, Constraint),
    ("maximum", Number, Constraint),
    ("minContains", Count, Constraint),
    ("minItems", Count, Constraint),
    ("minLength", Count, Constraint),
    ("minProperties", Count, Constraint),
    ("minimum", Number, Constraint),
    ("multipleOf", Step, Constraint),
    ("not", Schema, Constraint),
    ("nullable", Flag, Annotation),
    ("oneOf", Schemas, Constraint),
    ("pattern", Text, Constraint),
    ("patternProperties", SchemaByName, Constraint),
    ("prefixItems", Schemas, Constraint),
    ("properties", SchemaByName, Constraint),
    ("propertyNames", Schema, Constraint),
    ("readOnly", Flag, Annotation),
    ("required", Names, Constraint),
    ("then", Schema, Constraint),
    ("title", Text, Annotation),
    ("type", Types, Constraint),
    ("unevaluatedItems", Schema, Constraint),
    ("unevaluatedProperties", Schema, Constraint),
    ("uniqueItems", Flag, Constraint),
    ("validations", Any, Annotation),
    ("writeOnly", Flag, Annotation),
    ("xml", Any, Annotation),
];

fn row(key: &str) -> Option<&'static (&'static str, Form, Says)> {
    let at = KEYWORDS.binary_search_by_key(&key, |(name, ..)| name).ok()?;
    KEYWORDS.get(at)
}

/// What a keyword holds; none if the key is no keyword.
pub(crate) fn form(key: &str) -> Option<Form> {
    row(key).map(|(_, form, _)| *form)
}

/// Whether a key constrains the value.
pub(crate) fn is_constraint(key: &str) -> bool {
    row(key).is_some_and(|(_, _, says)| *says == Constraint)
}

#[cfg(test)]
mod tests {
    use super::KEYWORDS;

    #[test]
    fn the_table_is_in_order() {
        assert!(KEYWORDS.is_sorted_by(|(one, ..), (next, ..)| one < next));
    }
}
