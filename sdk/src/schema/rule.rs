//! The limits of a schema, as plain constant data that reads like the schema.

use super::media::MediaRule;

/// One assertion of JSON Schema, as the generated tables spell it.
///
/// Like in JSON Schema, a rule says nothing about a value of a kind that it does not speak of:
/// [`Rule::MinLength`] lets every number pass.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// `minimum`, a whole number.
    Minimum(i64),
    /// `maximum`, a whole number.
    Maximum(i64),
    /// `exclusiveMinimum`, a whole number.
    ExclusiveMinimum(i64),
    /// `exclusiveMaximum`, a whole number.
    ExclusiveMaximum(i64),
    /// `minimum`, with a fraction or beyond [`i64`].
    MinimumF64(f64),
    /// `maximum`, with a fraction or beyond [`i64`].
    MaximumF64(f64),
    /// `exclusiveMinimum`, with a fraction or beyond [`i64`].
    ExclusiveMinimumF64(f64),
    /// `exclusiveMaximum`, with a fraction or beyond [`i64`].
    ExclusiveMaximumF64(f64),
    /// `minimum`, in digits that no other number keeps.
    MinimumDigits(&'static str),
    /// `maximum`, in digits that no other number keeps.
    MaximumDigits(&'static str),
    /// `exclusiveMinimum`, in digits that no other number keeps.
    ExclusiveMinimumDigits(&'static str),
    /// `exclusiveMaximum`, in digits that no other number keeps.
    ExclusiveMaximumDigits(&'static str),
    /// `multipleOf`.
    MultipleOf(f64),
    /// `multipleOf`, in digits that no float keeps.
    MultipleOfDigits(&'static str),
    /// `minLength`, in Unicode code points.
    MinLength(u64),
    /// `maxLength`, in Unicode code points.
    MaxLength(u64),
    /// `pattern`, an ECMA-262 regular expression that matches anywhere in the string.
    Pattern(&'static str),
    /// `format`, where it is an assertion.
    Format(&'static str),
    /// `contentEncoding` (`base64`) and `contentMediaType` (`application/json`), where they are assertions.
    Content(Option<&'static str>, Option<&'static str>),
    /// `minItems`.
    MinItems(u64),
    /// `maxItems`.
    MaxItems(u64),
    /// `uniqueItems`.
    UniqueItems,
    /// `items`: the rules of every item.
    Items(&'static [Rule]),
    /// `items` beside `prefixItems`: the rules of every item from this one on.
    ItemsAfter(usize, &'static [Rule]),
    /// `prefixItems`: the rules of the first items.
    PrefixItems(&'static [&'static [Rule]]),
    /// `contains`, `minContains`, `maxContains`.
    Contains(&'static [Rule], u64, u64),
    /// `minProperties`.
    MinProperties(u64),
    /// `maxProperties`.
    MaxProperties(u64),
    /// `required`.
    Required(&'static [&'static str]),
    /// The rules of every member of a map.
    Values(&'static [Rule]),
    /// `propertyNames`.
    PropertyNames(&'static [Rule]),
    /// `properties`, where nothing is said of other members.
    Members(&'static [(&'static str, &'static [Rule])]),
    /// `properties`, `patternProperties` and `additionalProperties`, which speak of one another.
    Properties(&'static Properties),
    /// `unevaluatedItems`: the rules of every item that no other rule beside it looks at.
    UnevaluatedItems(&'static [Rule]),
    /// `unevaluatedProperties`: the rules of every member that no other rule beside it looks at.
    UnevaluatedProperties(&'static [Rule]),
    /// `dependentRequired`.
    DependentRequired(&'static [(&'static str, &'static [&'static str])]),
    /// `dependentSchemas`.
    DependentSchemas(&'static [(&'static str, &'static [Rule])]),
    /// `type`.
    Type(&'static [Kind]),
    /// `const`, as JSON text.
    Const(&'static str),
    /// `enum`, as the text of a JSON array.
    Enum(&'static str),
    /// `not`.
    Not(&'static [Rule]),
    /// `allOf`.
    AllOf(&'static [&'static [Rule]]),
    /// `anyOf`.
    AnyOf(&'static [&'static [Rule]]),
    /// `oneOf`.
    OneOf(&'static [&'static [Rule]]),
    /// `if`, `then`, `else`.
    If(&'static [Rule], &'static [Rule], &'static [Rule]),
    /// `$ref`: rules that stand elsewhere, perhaps around this very rule.
    Ref(&'static &'static [Rule]),
    /// The schema `false`: nothing is right.
    Never,
    /// `validations`: no assertion, so nothing breaks it here; the client looks at it before it
    /// submits.
    Media(&'static [MediaRule]),
}

/// The rules of an object's members.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Properties {
    /// `properties`.
    pub named: &'static [(&'static str, &'static [Rule])],
    /// `patternProperties`.
    pub patterns: &'static [(&'static str, &'static [Rule])],
    /// `additionalProperties`, if it is there: the rules of every other member.
    pub additional: Option<&'static [Rule]>,
}

/// The types of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of JSON Schema")]
pub enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// As it is named in a sentence.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

impl Rule {
    /// Whether the rule looks at a whole array or object, so that it has to be read before it
    /// can be checked.
    pub(super) const fn is_deep(&self) -> bool {
        !matches!(
            self,
            Self::Minimum(_)
                | Self::Maximum(_)
                | Self::ExclusiveMinimum(_)
                | Self::ExclusiveMaximum(_)
                | Self::MinimumF64(_)
                | Self::MaximumF64(_)
                | Self::ExclusiveMinimumF64(_)
                | Self::ExclusiveMaximumF64(_)
                | Self::MinimumDigits(_)
                | Self::MaximumDigits(_)
                | Self::ExclusiveMinimumDigits(_)
                | Self::ExclusiveMaximumDigits(_)
                | Self::MultipleOf(_)
                | Self::MultipleOfDigits(_)
                | Self::MinLength(_)
                | Self::MaxLength(_)
                | Self::Pattern(_)
                | Self::Format(_)
                | Self::Content(..)
                | Self::MinItems(_)
                | Self::MaxItems(_)
                | Self::Items(_)
                | Self::Values(_)
                | Self::Media(_)
        )
    }

    /// Whether one of the rules is deep.
    pub(super) const fn any_deep(rules: &[Self]) -> bool {
        match rules {
            [] => false,
            [first, rest @ ..] => first.is_deep() || Self::any_deep(rest),
        }
    }

    /// Whether the rule speaks of what the rules beside it have not looked at.
    pub(super) fn asks_what_was_seen(&self) -> bool {
        matches!(self, Self::UnevaluatedItems(_) | Self::UnevaluatedProperties(_))
    }
}

/// One property of an object: its presence and its limits. Its name is among those of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    pub(super) required: bool,
    pub(super) null_is_absent: bool,
    /// Whether one of the rules is deep: asked of every value that is read or checked.
    pub(super) deep: bool,
    pub(super) rules: &'static [Rule],
}

/// A property that has to be there.
#[must_use]
pub const fn required() -> Row {
    Row { required: true, null_is_absent: false, deep: false, rules: &[] }
}

/// A property that may be left out.
#[must_use]
pub const fn optional() -> Row {
    Row { required: false, null_is_absent: false, deep: false, rules: &[] }
}

impl Row {
    /// The same property with these limits.
    #[must_use]
    pub const fn with(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self.deep = Rule::any_deep(rules);
        self
    }

    /// The same property, read as absent where it is `null`; for outputs.
    #[must_use]
    pub const fn or_null(mut self) -> Self {
        self.null_is_absent = true;
        self
    }
}
