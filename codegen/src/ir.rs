//! What is generated, before it is spelled.
//!
//! Invariant: every name is a valid identifier and unique where it stands, every reference is
//! resolved, every line of prose is safe Markdown. The emitters only spell; they cannot fail and
//! never look at a schema.

mod rule;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use rule::{Kind, Limit, Measure, MediaRule, Rule, RuleSet};

/// The types of one module, outermost first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Module {
    pub(crate) items: Vec<Item>,
    /// The names in it, by what has them.
    pub(crate) names: BTreeMap<String, String>,
    /// Those that have a number, because all of their words were taken.
    pub(crate) numbered: Vec<String>,
    /// The names and the types of what each `new` takes by place.
    pub(crate) arguments: BTreeMap<String, Vec<(String, String)>>,
}

impl Module {
    /// The features of `runcomfy` that it needs.
    pub(crate) fn features(&self) -> Vec<&'static str> {
        let mut features = BTreeSet::new();
        let rules = self.items.iter().flat_map(Item::rules);
        rules.for_each(|rule| rule.each_feature(&mut |feature| features.extend([feature])));
        features.into_iter().collect()
    }

    /// Drops the sets of rules that nothing mentions any more.
    pub(crate) fn without_unused_sets(mut self) -> Self {
        let sets = self.items.iter().filter(|item| matches!(item, Item::RuleSet(_)));
        let sets: BTreeMap<_, _> = sets.map(|item| (item.name(), item)).collect();
        let mut used = BTreeSet::new();
        let mut open: Vec<_> =
            self.items.iter().filter(|item| !sets.contains_key(item.name())).collect();
        while let Some(item) = open.pop() {
            for rule in item.rules() {
                rule.each_set(&mut |name| {
                    if used.insert(name.to_owned()) {
                        open.extend(sets.get(name));
                    }
                });
            }
        }
        self.items.retain(|item| !matches!(item, Item::RuleSet(_)) || used.contains(item.name()));
        self
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Item {
    Struct(Struct),
    Choice(Choice),
    Union(Union),
    Newtype(Newtype),
    Tuple(Tuple),
    RuleSet(RuleSet),
}

/// An object whose properties are known.
#[derive(Debug, Clone)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) docs: Vec<String>,
    /// What its rules say of several fields at once, in sentences.
    pub(crate) relations: Vec<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) rest: Rest,
    pub(crate) rules: Vec<Rule>,
    /// Whether callers make one: with `new` and setters.
    pub(crate) built: bool,
    /// The name of the struct of the required fields, where `new` takes them by name.
    pub(crate) required: Option<String>,
}

/// Members that the schema does not name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rest {
    Closed,
    Extra,
    Typed(Type, Vec<Rule>),
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) wire: String,
    pub(crate) name: String,
    /// The type of a value, without `Option`.
    pub(crate) ty: Type,
    pub(crate) required: bool,
    /// The variant that a required field always has, where its enum has no other.
    pub(crate) only: Option<String>,
    pub(crate) null_is_absent: bool,
    pub(crate) usage: Usage,
    pub(crate) rules: Vec<Rule>,
    pub(crate) docs: Vec<String>,
}

/// How a property is to be used, beside its values.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Whether callers are warned off it; never what they cannot do without.
    pub(crate) deprecated: bool,
    /// Whether the service alone sets it: then it has no setter, unless it is required.
    pub(crate) read_only: bool,
    /// Whether no result has it.
    pub(crate) write_only: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    Null,
    Boolean,
    /// Of 64 bits.
    Integer,
    /// Of any size.
    BigInteger,
    Number,
    String,
    Value,
    Image,
    Video,
    Audio,
    Files,
    Named(String),
    List(Box<Type>),
    /// So many items, and no others.
    Array(Box<Type>, usize),
    Map(Box<Type>),
    Boxed(Box<Type>),
    Nullable(Box<Type>),
}

/// An enum of values.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) docs: Vec<String>,
    pub(crate) variants: Vec<Choosable>,
    pub(crate) open: bool,
}

/// One value of an enum.
#[derive(Debug, Clone)]
pub(crate) struct Choosable {
    pub(crate) name: String,
    pub(crate) wire: Wire,
    pub(crate) docs: Vec<String>,
    pub(crate) deprecated: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wire {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    /// A whole number beyond 64 bits.
    Digits(String),
    String(String),
}

/// An untagged enum of shapes.
#[derive(Debug, Clone)]
pub(crate) struct Union {
    pub(crate) name: String,
    pub(crate) docs: Vec<String>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) exclusive: bool,
    pub(crate) open: bool,
    /// The variant that a blank value is of.
    pub(crate) blank: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) docs: Vec<String>,
    pub(crate) deprecated: bool,
    pub(crate) ty: Type,
    pub(crate) rules: Vec<Rule>,
}

/// A named type around a single value.
#[derive(Debug, Clone)]
pub(crate) struct Newtype {
    pub(crate) name: String,
    pub(crate) docs: Vec<String>,
    pub(crate) ty: Type,
    pub(crate) rules: Vec<Rule>,
}

/// An array of which each item has a type of its own.
#[derive(Debug, Clone)]
pub(crate) struct Tuple {
    pub(crate) name: String,
    pub(crate) docs: Vec<String>,
    /// The types of the first items, and whether each has to be there.
    pub(crate) items: Vec<(Type, bool)>,
    /// The type of each item after them, where there may be more.
    pub(crate) rest: Option<Type>,
}

impl Struct {
    /// The required fields that leave a choice, in the order in which `new` takes them: that of their
    /// types, which are all different there. So it is the same wherever the fields stand.
    pub(crate) fn arguments(&self) -> Vec<&Field> {
        arguments(&self.fields)
    }
}

pub(crate) fn arguments(fields: &[Field]) -> Vec<&Field> {
    let mut required: Vec<_> = fields.iter().filter(|field| field.is_argument()).collect();
    required.sort_by(|one, other| (one.ty.rank(), &one.name).cmp(&(other.ty.rank(), &other.name)));
    required
}

impl Field {
    /// Whether callers have to say what it is.
    pub(crate) fn is_argument(&self) -> bool {
        self.required && self.only.is_none()
    }
}

impl Item {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Struct(item) => &item.name,
            Self::Choice(item) => &item.name,
            Self::Union(item) => &item.name,
            Self::Newtype(item) => &item.name,
            Self::Tuple(item) => &item.name,
            Self::RuleSet(item) => &item.name,
        }
    }

    pub(crate) fn name_mut(&mut self) -> &mut String {
        match self {
            Self::Struct(item) => &mut item.name,
            Self::Choice(item) => &mut item.name,
            Self::Union(item) => &mut item.name,
            Self::Newtype(item) => &mut item.name,
            Self::Tuple(item) => &mut item.name,
            Self::RuleSet(item) => &mut item.name,
        }
    }

    /// All the rules that it has.
    pub(crate) fn rules(&self) -> Vec<&Rule> {
        match self {
            Self::Struct(item) => {
                let rest = match &item.rest {
                    Rest::Typed(_, rules) => rules.as_slice(),
                    Rest::Closed | Rest::Extra => &[],
                };
                let fields = item.fields.iter().flat_map(|field| &field.rules);
                fields.chain(rest).chain(&item.rules).collect()
            }
            Self::Union(item) => item.variants.iter().flat_map(|variant| &variant.rules).collect(),
            Self::Newtype(Newtype { rules, .. }) | Self::RuleSet(RuleSet { rules, .. }) => {
                rules.iter().collect()
            }
            Self::Choice(_) | Self::Tuple(_) => Vec::new(),
        }
    }

    pub(crate) fn docs(&mut self) -> &mut Vec<String> {
        match self {
            Self::Struct(item) => &mut item.docs,
            Self::Choice(item) => &mut item.docs,
            Self::Union(item) => &mut item.docs,
            Self::Newtype(item) => &mut item.docs,
            Self::Tuple(item) => &mut item.docs,
            Self::RuleSet(item) => &mut item.docs,
        }
    }
}

impl Type {
    /// What is said first comes first.
    fn rank(&self) -> (usize, &str) {
        match self {
            Self::String => (0, ""),
            Self::Image => (10, ""),
            Self::Video => (20, ""),
            Self::Audio => (30, ""),
            Self::Files => (40, ""),
            Self::Named(name) => (50, name),
            Self::Integer => (60, ""),
            Self::BigInteger => (70, ""),
            Self::Number => (80, ""),
            Self::Boolean => (90, ""),
            Self::Null => (100, ""),
            Self::Value => (110, ""),
            Self::Boxed(inner) => inner.rank(),
            Self::List(inner) => (inner.rank().0 + 1, inner.rank().1),
            Self::Array(inner, _) => (inner.rank().0 + 4, inner.rank().1),
            Self::Map(inner) => (inner.rank().0 + 2, inner.rank().1),
            Self::Nullable(inner) => (inner.rank().0 + 3, inner.rank().1),
        }
    }

    pub(crate) fn list(item: Self) -> Self {
        Self::List(Box::new(item.unboxed()))
    }

    pub(crate) fn map(value: Self) -> Self {
        Self::Map(Box::new(value.unboxed()))
    }

    pub(crate) fn nullable(self) -> Self {
        match self {
            Self::Nullable(_) | Self::Null | Self::Value => self,
            ty => Self::Nullable(Box::new(ty)),
        }
    }

    /// A collection is indirection enough.
    pub(crate) fn unboxed(self) -> Self {
        match self {
            Self::Boxed(inner) => *inner,
            ty => ty,
        }
    }
}
