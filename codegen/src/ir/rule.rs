//! What is checked of values beside their types.

/// Rules that are referred to, perhaps by themselves.
#[derive(Debug, Clone)]
pub(crate) struct RuleSet {
    pub(crate) name: String,
    pub(crate) docs: Vec<String>,
    pub(crate) rules: Vec<Rule>,
}

/// A limit of a schema, as the runtime's table spells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    Minimum(Limit),
    Maximum(Limit),
    ExclusiveMinimum(Limit),
    ExclusiveMaximum(Limit),
    MultipleOf(f64),
    /// Of what no float holds, as JSON writes it.
    MultipleOfDigits(String),
    MinLength(u64),
    MaxLength(u64),
    Pattern(String),
    Format(String),
    /// The encoding and the media type.
    Content(Option<String>, Option<String>),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    Items(Vec<Rule>),
    ItemsAfter(usize, Vec<Rule>),
    PrefixItems(Vec<Vec<Rule>>),
    Contains(Vec<Rule>, u64, u64),
    Values(Vec<Rule>),
    MinProperties(u64),
    MaxProperties(u64),
    Required(Vec<String>),
    PropertyNames(Vec<Rule>),
    Properties {
        named: Vec<(String, Vec<Rule>)>,
        patterns: Vec<(String, Vec<Rule>)>,
        additional: Option<Vec<Rule>>,
    },
    UnevaluatedItems(Vec<Rule>),
    UnevaluatedProperties(Vec<Rule>),
    DependentRequired(Vec<(String, Vec<String>)>),
    DependentSchemas(Vec<(String, Vec<Rule>)>),
    Type(Vec<Kind>),
    Const(String),
    Enum(String),
    Not(Vec<Rule>),
    AllOf(Vec<Vec<Rule>>),
    AnyOf(Vec<Vec<Rule>>),
    OneOf(Vec<Vec<Rule>>),
    If(Vec<Rule>, Vec<Rule>, Vec<Rule>),
    Ref(String),
    Never,
    Media(Vec<MediaRule>),
}

/// A limit that a schema publishes for a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MediaRule {
    pub(crate) measure: Measure,
    pub(crate) limit: f64,
    /// The words that are published for whoever breaks it.
    pub(crate) message: Option<String>,
}

/// What of a file is limited, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    FileSizeMbBelow,
    RatioAbove,
    RatioBelow,
    WidthAbove,
    HeightAbove,
}

/// A numeric limit: whole where it can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Limit {
    Whole(i64),
    Float(f64),
    /// What neither of them holds, as JSON writes it.
    Digits(String),
}

/// The types of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Rule {
    /// Whether a set of rules is mentioned, here or further in.
    pub(crate) fn refers(&self) -> bool {
        let mut refers = false;
        self.each_set(&mut |_| refers = true);
        refers
    }

    /// Shows the name of every set of rules that is mentioned, here or further in.
    pub(crate) fn each_set<'a>(&'a self, see: &mut dyn FnMut(&'a str)) {
        if let Self::Ref(name) = self {
            see(name);
        }
        self.each_inner(&mut |rule| rule.each_set(see));
    }

    /// Shows the features of the runtime that are needed, here or further in.
    pub(super) fn each_feature(&self, see: &mut dyn FnMut(&'static str)) {
        match self {
            Self::Pattern(_) => see("pattern"),
            Self::Properties { patterns, .. } if !patterns.is_empty() => see("pattern"),
            Self::Format(_) | Self::Content(..) => see("formats"),
            _ => {}
        }
        self.each_inner(&mut |rule| rule.each_feature(see));
    }

    /// Shows the rules within this one, one level down.
    fn each_inner<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        match self {
            Self::Items(rules)
            | Self::ItemsAfter(_, rules)
            | Self::Contains(rules, ..)
            | Self::Values(rules)
            | Self::PropertyNames(rules)
            | Self::UnevaluatedItems(rules)
            | Self::UnevaluatedProperties(rules)
            | Self::Not(rules) => rules.iter().for_each(see),
            Self::PrefixItems(lists)
            | Self::AllOf(lists)
            | Self::AnyOf(lists)
            | Self::OneOf(lists) => lists.iter().flatten().for_each(see),
            Self::Properties { named, patterns, additional } => {
                let members = named.iter().chain(patterns).flat_map(|(_, rules)| rules);
                members.chain(additional.iter().flatten()).for_each(see);
            }
            Self::DependentSchemas(all) => all.iter().flat_map(|(_, rules)| rules).for_each(see),
            Self::If(condition, then, otherwise) => {
                condition.iter().chain(then).chain(otherwise).for_each(see);
            }
            _ => {}
        }
    }
}
