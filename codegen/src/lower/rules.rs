//! Keywords as rules, for all that no type expresses.

use serde_json::Value;

use super::{Known, Lowering, trimmed};
use crate::bundle::Anchors;
use crate::dialect::escape;
use crate::ir::{Item, Limit, Rule, RuleSet};
use crate::schema::{self, Object};
use crate::{Role, digits, names};

/// A set of rules that was mentioned: it has a place and a name, and no rules yet.
pub(super) struct Begun<'a> {
    slot: usize,
    name: String,
    pointer: String,
    schema: &'a Value,
    /// The dynamic anchors that count in it.
    anchors: Anchors,
}

/// The rules of one schema, to stand beside those of another: what the one looks at is nothing
/// that the other has evaluated.
pub(super) fn apart(rules: Vec<Rule>) -> Vec<Rule> {
    let asks =
        |rule: &Rule| matches!(rule, Rule::UnevaluatedItems(_) | Rule::UnevaluatedProperties(_));
    if rules.iter().any(asks) { vec![Rule::AllOf(vec![rules])] } else { rules }
}

impl Lowering<'_> {
    /// All the rules of a schema, for a value of any type.
    pub(super) fn rules(&mut self, schema: &Value, at: &str) -> Vec<Rule> {
        match schema {
            Value::Bool(true) => Vec::new(),
            Value::Object(object) => {
                let before = self.resources.contains_key(at).then(|| self.enter(at));
                let rules = self.object_rules(object, at);
                if let Some(before) = before {
                    self.scope_anchors = before;
                }
                rules
            }
            _ => vec![Rule::Never],
        }
    }

    pub(super) fn object_rules(&mut self, object: &Object, at: &str) -> Vec<Rule> {
        let keys: Vec<_> = schema::assertions(object).collect();
        self.some_rules(object, &keys, at)
    }

    /// The rules of some of a schema's keywords.
    pub(super) fn some_rules(&mut self, object: &Object, keys: &[&str], at: &str) -> Vec<Rule> {
        let mut rules = Vec::new();
        for key in keys {
            if let Some(value) = object.get(*key) {
                let at = format!("{at}/{key}");
                rules.extend(self.rule(key, value, object, &at));
            }
        }
        rules
    }

    fn rule(&mut self, key: &str, value: &Value, object: &Object, at: &str) -> Option<Rule> {
        Some(match key {
            "minimum" => Rule::Minimum(self.limit(value, at)?),
            "maximum" => Rule::Maximum(self.limit(value, at)?),
            "exclusiveMinimum" => Rule::ExclusiveMinimum(self.limit(value, at)?),
            "exclusiveMaximum" => Rule::ExclusiveMaximum(self.limit(value, at)?),
            "multipleOf" => {
                let step = self.number(value, at)?;
                if step <= 0.0 {
                    let shown = digits::text(value);
                    self.remarks.fault(at, format!("is {shown}; expected a number above 0"));
                    return None;
                }
                match (digits::of(value), digits::whole(value)) {
                    (Some(digits), _) => Rule::MultipleOfDigits(digits.to_owned()),
                    (None, Some(whole)) if step > 9e15 => Rule::MultipleOfDigits(whole),
                    _ => Rule::MultipleOf(step),
                }
            }
            "minLength" => Rule::MinLength(self.count(value, at).filter(|min| *min > 0)?),
            "maxLength" => Rule::MaxLength(self.count(value, at)?),
            "minItems" => Rule::MinItems(self.count(value, at).filter(|min| *min > 0)?),
            "maxItems" => Rule::MaxItems(self.count(value, at)?),
            "minProperties" => Rule::MinProperties(self.count(value, at).filter(|min| *min > 0)?),
            "maxProperties" => Rule::MaxProperties(self.count(value, at)?),
            "pattern" => Rule::Pattern(self.text(value, at)?),
            "$format" => Rule::Format(self.text(value, at)?),
            "$content" => {
                let word = |index: usize| value.get(index)?.as_str().map(str::to_owned);
                Rule::Content(word(0), word(1))
            }
            "uniqueItems" if *value == Value::Bool(true) => Rule::UniqueItems,
            "items" => match object.get("prefixItems").and_then(Value::as_array) {
                Some(prefix) => Rule::ItemsAfter(prefix.len(), self.rules(value, at)),
                None => Rule::Items(self.rules(value, at)),
            },
            "prefixItems" => Rule::PrefixItems(self.branches(value, at)?),
            "contains" => {
                let base = at.strip_suffix("contains").unwrap_or(at);
                let mut count = |key: &str, without: u64| match object.get(key) {
                    Some(value) => self.count(value, &format!("{base}{key}")),
                    None => Some(without),
                };
                let (min, max) = (count("minContains", 1)?, count("maxContains", u64::MAX)?);
                Rule::Contains(self.rules(value, at), min, max)
            }
            "required" => Rule::Required(self.names(value, at)?),
            "propertyNames" => Rule::PropertyNames(self.rules(value, at)),
            // The three speak of one another: the first that is there speaks for all.
            "properties" => self.properties(object, at),
            "patternProperties" if !object.contains_key("properties") => {
                self.properties(object, at)
            }
            "additionalProperties"
                if !object.contains_key("properties")
                    && !object.contains_key("patternProperties") =>
            {
                self.properties(object, at)
            }
            "dependentRequired" => {
                let members = value.as_object()?.clone();
                Rule::DependentRequired(
                    members
                        .iter()
                        .filter_map(|(name, names)| Some((name.clone(), self.names(names, at)?)))
                        .collect(),
                )
            }
            "dependentSchemas" => Rule::DependentSchemas(self.each(value, at)),
            "type" => Rule::Type(schema::kinds(object)?),
            "const" => Rule::Const(digits::text(value)),
            "enum" if value.is_array() => Rule::Enum(digits::text(value)),
            "not" => Rule::Not(self.rules(value, at)),
            "allOf" => Rule::AllOf(self.branches(value, at)?),
            "anyOf" => Rule::AnyOf(self.branches(value, at)?),
            "oneOf" => Rule::OneOf(self.branches(value, at)?),
            "if" => {
                let base = at.strip_suffix("/if").unwrap_or(at).to_owned();
                let mut branch = |key: &str| {
                    object
                        .get(key)
                        .map(|schema| self.rules(schema, &format!("{base}/{key}")))
                        .unwrap_or_default()
                };
                let (then, otherwise) = (branch("then"), branch("else"));
                Rule::If(self.rules(value, at), then, otherwise)
            }
            "$ref" => {
                Rule::Ref(self.rule_set(value.as_str()?, at.strip_suffix("/$ref").unwrap_or(at))?)
            }
            "$dynamicRef" => {
                let target = self.dynamic_target(value.as_str()?);
                Rule::Ref(self.rule_set(&target, at.strip_suffix("/$dynamicRef").unwrap_or(at))?)
            }
            "unevaluatedItems" => Rule::UnevaluatedItems(self.rules(value, at)),
            "unevaluatedProperties" => Rule::UnevaluatedProperties(self.rules(value, at)),
            _ => return None,
        })
    }

    fn properties(&mut self, object: &Object, at: &str) -> Rule {
        let base = at.rsplit_once('/').map_or("", |(base, _)| base).to_owned();
        let mut members = |key: &str| match object.get(key) {
            Some(value) => self.each(value, &format!("{base}/{key}")),
            None => Vec::new(),
        };
        let (named, patterns) = (members("properties"), members("patternProperties"));
        let additional = object
            .get("additionalProperties")
            .map(|schema| self.rules(schema, &format!("{base}/additionalProperties")));
        Rule::Properties { named, patterns, additional }
    }

    fn each(&mut self, value: &Value, at: &str) -> Vec<(String, Vec<Rule>)> {
        let members = value.as_object().into_iter().flatten();
        members
            .map(|(name, schema)| {
                (name.clone(), self.rules(schema, &format!("{at}/{}", escape(name))))
            })
            .collect()
    }

    fn branches(&mut self, value: &Value, at: &str) -> Option<Vec<Vec<Rule>>> {
        let Some(schemas) = value.as_array() else {
            self.remarks.fault(at, "is no list of schemas");
            return None;
        };
        Some(
            schemas
                .iter()
                .enumerate()
                .map(|(index, schema)| self.rules(schema, &format!("{at}/{index}")))
                .collect(),
        )
    }

    /// The rules that a reference speaks of, as a set with a name: it may hold itself.
    fn rule_set(&mut self, target: &str, at: &str) -> Option<String> {
        let (pointer, schema) = self.resolve_far(target, at)?;
        if self.role == Role::Output {
            return None;
        }
        let before = self.enter(&pointer);
        let key = self.key(&pointer);
        if let Some(name) = self.rule_sets.get(&key) {
            self.scope_anchors = before;
            return Some(name.clone());
        }
        let last = pointer.rsplit('/').next().unwrap_or_default();
        let name = names::rule_set(if pointer.is_empty() { "root" } else { last });
        let name = self.scope.claim(name);
        self.rule_sets.insert(key, name.clone());
        self.places.insert(name.clone(), pointer.clone());
        let slot = self.reserve();
        let anchors = std::mem::replace(&mut self.scope_anchors, before);
        self.begun_sets.push_back(Begun { slot, name: name.clone(), pointer, schema, anchors });
        Some(name)
    }

    /// Fills the sets that were mentioned. Each waits for its turn, however many mention one another.
    pub(super) fn finish_sets(&mut self) {
        while let Some(Begun { slot, name, pointer, schema, anchors }) = self.begun_sets.pop_front()
        {
            self.scope_anchors = anchors;
            // What refers to them may ask what they look at.
            let rules = trimmed(self.rules(schema, &pointer), &Known::default(), true);
            self.items[slot] = Some(Item::RuleSet(RuleSet { name, docs: Vec::new(), rules }));
        }
    }

    /// Rules that mention a set can stand in a field's row only as a set of their own: what mentions
    /// a `static` is no constant that the compiler would keep for a function's argument.
    pub(super) fn hoisted(&mut self, rules: Vec<Rule>, hint: &str) -> Vec<Rule> {
        if matches!(rules.as_slice(), [Rule::Ref(_)]) || !rules.iter().any(Rule::refers) {
            return rules;
        }
        let name = self.scope.claim(names::rule_set(hint));
        self.items.push(Some(Item::RuleSet(RuleSet {
            name: name.clone(),
            docs: Vec::new(),
            rules,
        })));
        vec![Rule::Ref(name)]
    }

    fn limit(&mut self, value: &Value, at: &str) -> Option<Limit> {
        let float = self.number(value, at)?;
        let whole = digits::whole(value);
        Some(match (whole.as_deref().map(str::parse), digits::of(value), whole) {
            (Some(Ok(whole)), ..) => Limit::Whole(whole),
            (_, Some(digits), _) => Limit::Digits(digits.to_owned()),
            (_, None, Some(whole)) if !value.is_f64() => Limit::Digits(whole),
            _ => Limit::Float(float),
        })
    }

    fn number(&mut self, value: &Value, at: &str) -> Option<f64> {
        let number = digits::nearest(value);
        if number.is_none() {
            self.remarks.fault(at, format!("is {value}; expected a number"));
        }
        number
    }

    fn count(&mut self, value: &Value, at: &str) -> Option<u64> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked by the filter"
        )]
        let whole = || {
            value.as_f64().filter(|f| f.fract() == 0.0 && *f >= 0.0 && *f < 1e15).map(|f| f as u64)
        };
        let count = value.as_u64().or_else(whole);
        if count.is_none() {
            self.remarks.fault(at, format!("is {value}; expected a whole number of 0 or more"));
        }
        count
    }

    fn text(&mut self, value: &Value, at: &str) -> Option<String> {
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.remarks.fault(at, format!("is {value}; expected a string"));
        }
        text
    }

    fn names(&mut self, value: &Value, at: &str) -> Option<Vec<String>> {
        let Some(names) = value.as_array() else {
            self.remarks.fault(at, "is no list of names");
            return None;
        };
        Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}
