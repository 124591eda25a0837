//! From standard JSON Schema to the IR: references resolved, nullability peeled, types named.
//!
//! The type comes first: of each schema, the keywords that a Rust type can express shape the type,
//! and all that are left become rules. So whatever the type, what is accepted is what the schema
//! accepts. Outputs have no rules: a paid result is never lost to a limit.

mod choice;
mod conditions;
mod endless;
mod equal;
mod facts;
mod flatten;
mod label;
mod media;
mod merge;
mod naming;
mod nullable;
mod object;
mod patterned;
mod reference;
mod rules;
mod shape;
mod terminate;
mod trim;
mod tuple;
mod union;
mod values;

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use crate::Role;
use crate::bundle::{Anchors, Bundle};
use crate::dialect;
use crate::error::Remarks;
use crate::given::Given;
use crate::ir::{Item, Module, Newtype, Rule, Type};
use crate::names::{self, Scope};
use crate::schema::{self, Object};

pub(crate) use facts::describe;
use rules::apart;
use shape::with;
use trim::{Known, trimmed};

/// What a schema becomes.
#[derive(Debug, Clone)]
pub(crate) struct Lowered {
    pub(crate) ty: Type,
    pub(crate) rules: Vec<Rule>,
}

impl Lowered {
    fn of(ty: Type) -> Self {
        Self { ty, rules: Vec::new() }
    }

    fn anything() -> Self {
        Self::of(Type::Value)
    }
}

pub(crate) struct Lowering<'a> {
    document: &'a Value,
    /// What a `$dynamicRef` may lead to, and the resources with their dynamic anchors.
    dynamic: &'a Anchors,
    resources: &'a BTreeMap<String, Anchors>,
    /// What is wrong with the references that lead nowhere.
    dangling: &'a [String],
    /// The place of each dynamic anchor that counts here.
    scope_anchors: Anchors,
    role: Role,
    /// Whether limits that nothing can satisfy are faults, or only noted.
    strict: bool,
    remarks: &'a mut Remarks,
    /// In the order in which they are printed; a place is taken before its members are lowered.
    items: Vec<Option<Item>>,
    scope: Scope,
    given: Given<'a>,
    /// The name of the root type, and the prefix of the names of the types in it.
    root: String,
    prefix: String,
    /// The place of its schema.
    at: &'a str,
    references: BTreeMap<String, reference::State>,
    rule_sets: BTreeMap<String, String>,
    /// What equal schemas became.
    equal: BTreeMap<equal::Key, Lowered>,
    /// The words of the branches of each list that was asked for.
    branch_words: BTreeMap<String, Vec<String>>,
    /// The place of each type and each set of rules that is referred to.
    places: BTreeMap<String, String>,
    begun_sets: VecDeque<rules::Begun<'a>>,
    /// The targets of references that are part of what is being lowered, merged with other schemas.
    merging: Vec<String>,
    /// How many more references may be merged.
    merges: usize,
    depth: usize,
}

/// What is wanted of a schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    /// The name of the root type.
    pub(crate) name: &'a str,
    /// What the names of the types in it begin with.
    pub(crate) prefix: &'a str,
    pub(crate) role: Role,
    /// Whether limits that nothing can satisfy are faults, or only noted.
    pub(crate) strict: bool,
    /// What the docs of the root type say, where its title and description stand elsewhere.
    pub(crate) about: Option<&'a str>,
    /// The names that some things had before, and keep.
    pub(crate) names: &'a BTreeMap<String, String>,
    /// What stands in the same Rust module already.
    pub(crate) beside: &'a [Item],
}

/// Schemas nested deeper are left untyped.
const MAX_DEPTH: usize = 64;

/// Lowers the schema at `root`, and all that it mentions, into the types of a module.
pub(crate) fn lower<'a>(
    document: &'a Value,
    root: &'a str,
    bundle: &'a Bundle,
    job: &Job<'a>,
    remarks: &'a mut Remarks,
) -> Module {
    let Job { name, prefix, role, strict, about, names, beside } = *job;
    let given = Given::new(names);
    let taken: Vec<_> = beside.iter().map(Item::name).chain([name]).collect();
    let mut lowering = Lowering {
        document,
        dynamic: &bundle.dynamic,
        dangling: &bundle.dangling,
        resources: &bundle.resources,
        scope_anchors: Anchors::new(),
        role,
        strict,
        remarks,
        items: Vec::new(),
        scope: given.scope("/", &taken),
        given,
        root: name.to_owned(),
        at: root,
        prefix: prefix.to_owned(),
        references: BTreeMap::new(),
        rule_sets: BTreeMap::new(),
        equal: BTreeMap::new(),
        branch_words: BTreeMap::new(),
        places: BTreeMap::from([(name.to_owned(), root.to_owned())]),
        begun_sets: VecDeque::new(),
        merging: Vec::new(),
        merges: merge::MAX_MERGES,
        depth: 0,
    };
    let Some(schema) = document.pointer(root) else {
        return Module::default();
    };
    lowering.root(schema, root, about);
    let mut items: Vec<_> = lowering.items.into_iter().flatten().collect();
    endless::refuse(&items, &lowering.places, lowering.remarks);
    terminate::ensure(&mut items);
    let arguments = std::mem::take(&mut lowering.given.arguments);
    let numbered = std::mem::take(&mut lowering.given.numbered);
    Module { items, names: lowering.given.names(), numbered, arguments }.without_unused_sets()
}

impl Lowering<'_> {
    fn root(&mut self, schema: &Value, at: &str, about: Option<&str>) {
        let name = self.root.clone();
        let slot = self.reserve();
        self.enter(at);
        self.begin(at, Some((slot, name.clone())));
        let lowered = self.lower_as(schema, at, &name, Some((slot, name.clone())));
        self.settle(slot, &name, schema, lowered);
        self.finish_sets();
        if let (Some(about), Some(item)) = (about, &mut self.items[slot]) {
            *item.docs() = vec![about.to_owned()];
        }
        let places = self.given.type_places();
        for item in self.items.iter_mut().flatten() {
            let place = places.get(item.name()).map_or("", String::as_str);
            if item.docs().is_empty() {
                item.docs().push(facts::describe_place(place));
            }
        }
    }

    /// Makes what a schema became the type of a name that others use already: the rules that stand
    /// beside it become its own.
    fn settle(&mut self, slot: usize, name: &str, schema: &Value, lowered: Lowered) {
        let Lowered { mut ty, rules } = lowered;
        let mut docs =
            schema.as_object().map(|schema| facts::describe_type(schema, name)).unwrap_or_default();
        if ty == Type::Named(name.to_owned()) {
            match &mut self.items[slot] {
                Some(_) if rules.is_empty() => return,
                Some(Item::Struct(item)) => {
                    item.rules = apart(std::mem::take(&mut item.rules));
                    return item.rules.extend(apart(rules));
                }
                // Nothing else has rules of its own: a type around it has them.
                Some(item) => {
                    let (what, inner) = (format!("{name}::value"), names::beside(name, "Value"));
                    let inner = self.given.claim(&mut self.scope, what, inner);
                    docs.clone_from(item.docs());
                    inner.clone_into(item.name_mut());
                    let item = self.items[slot].take();
                    self.items.push(item);
                    ty = Type::Named(inner);
                }
                None => {}
            }
        }
        let name = name.to_owned();
        self.items[slot] = Some(Item::Newtype(Newtype { name, docs, ty, rules }));
    }

    fn lower(&mut self, schema: &Value, at: &str, hint: &str) -> Lowered {
        let key = self.sharing_key(schema, at);
        let lowered = match self.shared(key.as_ref()) {
            Some(lowered) => lowered,
            None => {
                let lowered = self.lower_as(schema, at, hint, None);
                self.share(key, &lowered);
                lowered
            }
        };
        if self.says_type(schema, 16) {
            self.remarks.place(at, lowered.ty != Type::Value);
        }
        lowered
    }

    /// Whether a schema gives its values a type.
    fn says_type(&self, schema: &Value, steps: usize) -> bool {
        let (Value::Object(object), Some(steps)) = (schema, steps.checked_sub(1)) else {
            return false;
        };
        let branches = |key: &str| object.get(key).and_then(Value::as_array);
        let target = object.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| self.document.pointer(target.strip_prefix('#')?));
        // Nearly every type is no type.
        schema::kinds(object).is_some_and(|kinds| kinds.len() < 5)
            || object.contains_key("enum")
            || object.contains_key("const")
            || target.is_some_and(|target| self.says_type(target, steps))
            || branches("allOf").is_some_and(|all| all.iter().any(|one| self.says_type(one, steps)))
            || ["anyOf", "oneOf"]
                .into_iter()
                .filter_map(branches)
                .any(|all| !all.is_empty() && all.iter().all(|one| self.says_type(one, steps)))
    }

    /// Lowers a schema; a type that needs a name gets that of `named`, or one made of the hint.
    fn lower_as(&mut self, schema: &Value, at: &str, hint: &str, named: Named) -> Lowered {
        if !self.resources.contains_key(at) {
            return self.lower_here(schema, at, hint, named);
        }
        let before = self.enter(at);
        let lowered = self.lower_here(schema, at, hint, named);
        self.scope_anchors = before;
        lowered
    }

    fn lower_here(&mut self, schema: &Value, at: &str, hint: &str, named: Named) -> Lowered {
        if self.depth >= MAX_DEPTH {
            self.remarks.note(at, "is nested too deep to be typed; it is checked all the same");
            let rules = self.rules(schema, at);
            return Lowered { ty: Type::Value, rules };
        }
        self.depth += 1;
        let lowered = match schema {
            Value::Bool(true) => Lowered::anything(),
            Value::Bool(false) => Lowered { ty: Type::Value, rules: vec![Rule::Never] },
            Value::Object(object) => self.object_schema(object, at, hint, named),
            other => {
                self.remarks
                    .fault(at, format!("is {other}; expected a schema (an object or a boolean)"));
                Lowered::anything()
            }
        };
        self.depth -= 1;
        match self.role {
            Role::Input => {
                let rules = trimmed(lowered.rules, &Known::of(&lowered.ty, &self.items), false);
                Lowered { ty: lowered.ty, rules }
            }
            Role::Output => Lowered { rules: Vec::new(), ..lowered },
        }
    }

    fn object_schema(&mut self, object: &Object, at: &str, hint: &str, named: Named) -> Lowered {
        if let Some(target) = object.get("$dynamicRef").and_then(Value::as_str) {
            let mut fixed = object.clone();
            fixed.shift_remove("$dynamicRef");
            fixed.insert("$ref".to_owned(), self.dynamic_target(target).into());
            return self.object_schema(&fixed, at, hint, named);
        }
        self.note_unknown_keywords(object, at);
        if let Some(target) = object.get("$ref").and_then(Value::as_str)
            && schema::asserts_only(object, &["$ref"])
        {
            return self.reference(target, at, hint, named);
        }
        if object.contains_key("$ref") || object.contains_key("allOf") {
            return self.all_of(object, at, hint, named);
        }
        if let Some(inner) = nullable::peel(object) {
            // The name that is given is that of the whole; what is not `null` needs another.
            let inner_hint = if named.is_some() { format!("{hint}Value") } else { hint.to_owned() };
            self.leave_null(at);
            let lowered = self.lower(&Value::Object(inner), at, &inner_hint);
            if lowered.ty != Type::Value {
                let rules = nullable::unless_null(lowered.rules);
                return Lowered { ty: lowered.ty.nullable(), rules };
            }
            // Nothing but the rules tells what a `Value` may be: they have to allow `null`.
            return Lowered { ty: Type::Value, rules: self.object_rules(object, at) };
        }
        let (shape, consumed) = self.shape(object, at, hint, named);
        let Lowered { ty, mut rules } = shape;
        if !schema::asserts_only(object, &consumed) {
            let left = schema::without(object, &consumed);
            rules = apart(rules);
            // The rules of a nullable value would have to let `null` pass.
            rules.extend(self.object_rules(&left, at));
        }
        Lowered { ty, rules }
    }

    fn unsatisfiable(&mut self, at: &str, message: String) {
        if self.strict {
            self.remarks.fault(at, message);
        } else {
            self.remarks.note(at, message);
        }
    }

    fn note_unknown_keywords(&mut self, object: &Object, at: &str) {
        for key in object.keys() {
            if !schema::is_assertion(key) && !schema::is_annotation(key) {
                self.remarks.note(
                    &format!("{at}/{}", dialect::escape(key)),
                    "is no keyword of JSON Schema; it is passed over",
                );
            }
        }
    }

    fn reserve(&mut self) -> usize {
        self.items.push(None);
        self.items.len() - 1
    }
}

/// The place and the name of a type that has them already.
type Named = Option<(usize, String)>;
