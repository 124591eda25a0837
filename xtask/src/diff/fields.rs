//! Walks two versions of a schema side by side and judges every field.

mod presence;

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::document::{closed, peel};
use super::judge::{Lost, lost};
use super::meaning::alike;
use super::open::opened_at;
use super::place::{Place, Step};
use super::shape::{is_list, is_structure, or_null, properties, requires, sendable, without};
use super::witness::{Witness, Witnesses};
use super::words::{self, Words};
use super::{Side, Verdict};
use presence::NEW;
pub(super) use presence::PRESENCE;

/// What became of one field.
#[derive(Debug, Clone)]
pub(crate) struct FieldChange {
    pub(crate) place: Place,
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<String>,
    pub(crate) witness: Option<Witness>,
}

/// Two versions of a schema, and how many fields of both were looked at.
pub(crate) struct Fields<'a> {
    side: Side,
    old: &'a Value,
    new: &'a Value,
    witnesses: Witnesses,
    queue: VecDeque<Job<'a>>,
    /// The pairs that were compared, at whatever place.
    compared: BTreeSet<Pair>,
    /// The places of the old version that may be left out.
    optional: BTreeSet<Place>,
    pub(crate) seen: usize,
    pub(crate) changes: Vec<FieldChange>,
}

/// Two schemas to compare.
struct Job<'a> {
    old: &'a Value,
    new: &'a Value,
    place: Place,
    /// The pairs around them: a schema may hold itself.
    within: Vec<Pair>,
}

/// Two schemas, each where it stands in its document.
type Pair = (*const Value, *const Value);

/// The old and the new schema of a place, and whether each lets `null` pass beside.
type Both<'a> = (&'a Value, &'a Value, (bool, bool));

/// So many fields are judged at every place where they stand; then what was judged elsewhere is done.
const MOST_FIELDS: usize = 500;
/// What is nested deeper is judged as one.
const MOST_STEPS: usize = 64;

/// What speaks of an object's named properties.
const NAMED: &[&str] = &["properties", "required"];

impl<'a> Fields<'a> {
    /// Compares two standard schemas.
    pub(crate) fn compare(side: Side, old: &'a Value, new: &'a Value) -> Self {
        let mut fields = Self {
            side,
            old,
            new,
            witnesses: Witnesses::new(side, old, new),
            queue: VecDeque::new(),
            compared: BTreeSet::new(),
            optional: BTreeSet::new(),
            seen: 0,
            changes: Vec::new(),
        };
        fields.queue.push_back(Job { old, new, place: Place::default(), within: Vec::new() });
        // What stands nearest to the root is told first, and never skipped.
        while let Some(job) = fields.queue.pop_front() {
            fields.pair(job);
        }
        fields
    }

    fn pair(&mut self, Job { old, new, place, mut within }: Job<'a>) {
        self.seen += 1;
        let place = &place;
        let (was, is) = (peel(self.old, old), peel(self.new, new));
        let key = (std::ptr::from_ref(was.schema), std::ptr::from_ref(is.schema));
        let is_known = !self.compared.insert(key) && self.seen > MOST_FIELDS;
        if is_known || within.contains(&key) {
            return;
        }
        within.push(key);
        let null = (was.nullable, is.nullable);
        let named = |schema: &Value| schema.get("properties").is_some();
        let is_deep = place.0.len() > MOST_STEPS;
        let both = !is_deep && is_structure(was.schema) && is_structure(is.schema);
        if both && (named(was.schema) || named(is.schema)) {
            self.structure((was.schema, is.schema, null), place, &within);
        } else if !is_deep && is_list(was.schema) && is_list(is.schema) {
            self.list((was.schema, is.schema, null), place, &within);
        } else {
            let words = words::between(self.documents(), was.schema, is.schema, &[], null);
            self.leaf((closed(self.old, old), closed(self.new, new)), place, words);
        }
    }

    fn structure(&mut self, (old, new, null): Both<'a>, place: &Place, within: &[Pair]) {
        let (was, is) = (properties(old), properties(new));
        let names: Map<String, Value> =
            was.iter().chain(&is).map(|(name, _)| ((*name).clone(), json!(true))).collect();
        // Properties are judged by themselves; what only one side names, as added or removed.
        let rest = |schema: &Value, nullable| {
            let mut rest = without(schema, NAMED);
            rest["properties"] = Value::Object(names.clone());
            if nullable { or_null(&rest) } else { rest }
        };
        let words = words::between(self.documents(), old, new, NAMED, null);
        let (before, after) = (rest(old, null.0), rest(new, null.1));
        let rests = (closed(self.old, &before), closed(self.new, &after));
        self.rest(rests, Some((old, new, null)), place, words);
        for (name, schema) in &was {
            let (place, needed) = (place.property(name), requires(old, name));
            if !needed {
                self.optional.insert(place.clone());
            }
            match is.iter().find(|(other, _)| other == name) {
                Some((_, now)) => {
                    self.presence(needed, requires(new, name), &place);
                    self.queue.push_back(Job {
                        old: schema,
                        new: now,
                        place,
                        within: within.to_vec(),
                    });
                }
                None => self.removed(needed, schema, new, &place),
            }
        }
        for (name, _) in is.iter().filter(|(name, _)| was.iter().all(|(other, _)| other != name)) {
            let place = place.property(name);
            match old.get("additionalProperties") {
                // Callers may send it by this name already, as the member of a map.
                Some(others @ Value::Object(_)) if self.side == Side::Input => {
                    let words = Words { says: vec![NEW.to_owned()], ..Words::default() };
                    let both =
                        (closed(self.old, others), closed(self.new, &new["properties"][*name]));
                    self.leaf(both, &place, words);
                }
                _ => {}
            }
            self.added(requires(new, name), &place);
        }
    }

    fn documents(&self) -> (&'a Value, &'a Value) {
        (self.old, self.new)
    }

    fn list(&mut self, (old, new, null): Both<'a>, place: &Place, within: &[Pair]) {
        let rest = |schema: &Value, nullable| {
            let rest = without(schema, &["items"]);
            if nullable { or_null(&rest) } else { rest }
        };
        let words = words::between(self.documents(), old, new, &["items"], null);
        let (before, after) = (rest(old, null.0), rest(new, null.1));
        let rests = (closed(self.old, &before), closed(self.new, &after));
        self.rest(rests, Some((old, new, null)), place, words);
        let place = place.then(Step::Item);
        let (old, new) = (&old["items"], &new["items"]);
        self.queue.push_back(Job { old, new, place, within: within.to_vec() });
    }

    /// A part that is judged as one.
    fn leaf(&mut self, schemas: (Value, Value), place: &Place, words: Words) {
        self.rest(schemas, None, place, words);
    }

    /// What a schema says beside its parts, which are judged by themselves: loose in them. What
    /// shows a difference is of the whole schemas, so that it has parts that fit.
    fn rest(
        &mut self,
        (old, new): (Value, Value),
        whole: Option<Both<'_>>,
        place: &Place,
        words: Words,
    ) {
        if alike(&old, &new) {
            return self.aside(place, words);
        }
        let (forth, back) = (lost(&old, &new), lost(&new, &old));
        if (&forth, &back) == (&Lost::Nothing, &Lost::Nothing) {
            return self.aside(place, words);
        }
        let settled = |lost| matches!(lost, Lost::Nothing | Lost::Unfound);
        let unproved = settled(forth) && settled(back);
        let (sender, reader) = match self.side {
            // Nobody sends by accident what has no name yet.
            Side::Input => (sendable(&old, &new), new),
            // Of a member that need not be there, `null` is read as absent.
            Side::Output if self.optional.contains(place) => {
                (new, or_null(&opened_at(place, &old)))
            }
            Side::Output => (new, opened_at(place, &old)),
        };
        let mut judged = lost(&sender, &reader);
        if let (Lost::Shown(_), Some((old, new, null))) = (&judged, whole) {
            let (document, whole, nullable) = match self.side {
                Side::Input => (self.old, old, null.0),
                Side::Output => (self.new, new, null.1),
            };
            let whole = closed(document, whole);
            let whole = if nullable { or_null(&whole) } else { whole };
            if let shown @ Lost::Shown(_) = lost(&sendable(&whole, &reader), &reader) {
                judged = shown;
            }
        }
        let (verdict, witness) = match judged {
            Lost::Nothing | Lost::Unfound => (Verdict::Compatible, None),
            Lost::Shown(value) => (Verdict::Breaking, Some(self.witnesses.with(place, value))),
            Lost::Unshown => {
                (Verdict::Breaking, Some(Witness::none("the algebra proves it; none was found")))
            }
            Lost::Unjudged(reason) => {
                (Verdict::Breaking, Some(Witness::none(&format!("cannot be judged: {reason}"))))
            }
        };
        let mut reasons = words.says;
        if reasons.is_empty() {
            let reason = match (verdict, unproved) {
                (Verdict::Breaking, _) => "accepts other values",
                (_, true) => "is spelled otherwise; no instance shows a difference",
                _ => "accepts more",
            };
            reasons.push(reason.to_owned());
        }
        reasons.extend(words.aside);
        self.say(place, verdict, reasons, witness);
    }

    /// What no validator sees: the limits of files, and what the service does by itself.
    fn aside(&mut self, place: &Place, words: Words) {
        if words.aside.is_empty() || self.side == Side::Output {
            return;
        }
        let verdict = if words.narrows_files { Verdict::Breaking } else { Verdict::Compatible };
        let why = "it shows in files, of which JSON holds only the URL";
        let witness = words.narrows_files.then(|| Witness::none(why));
        self.say(place, verdict, words.aside, witness);
    }

    fn say(
        &mut self,
        place: &Place,
        verdict: Verdict,
        reasons: Vec<String>,
        witness: Option<Witness>,
    ) {
        let place = place.clone();
        if let Some(same) = self.changes.iter_mut().find(|change| change.place == place) {
            same.verdict = same.verdict.max(verdict);
            same.reasons.extend(reasons);
            same.reasons.dedup();
            same.witness = same.witness.take().or(witness);
            return;
        }
        self.changes.push(FieldChange { place, verdict, reasons, witness });
    }
}
