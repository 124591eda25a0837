//! What became of one model.

use runcomfy_codegen::{Fault, Model, Options, Role, Source, standard_with};
use serde_json::Value;

use super::fields::{Fields, PRESENCE};
use super::items::{self, ItemChange};
use super::place::Place;
use super::witness::Witness;
use super::{Side, Verdict};
use crate::hold;
use crate::surface::Surface;

/// What became of one model.
#[derive(Debug, Clone)]
pub(crate) struct ModelChange {
    pub(crate) id: String,
    /// `google::nano_banana_2::text_to_image`
    pub(crate) module: String,
    pub(crate) state: State,
    pub(crate) changes: Vec<Change>,
    /// How many fields both versions have.
    pub(crate) seen: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    New,
    Gone,
    Changed,
}

/// What became of one field, on the wire and in Rust.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) side: Side,
    pub(crate) place: Place,
    /// The worse of what callers send and receive, and of what they compile.
    pub(crate) verdict: Verdict,
    /// What it is on the wire alone.
    pub(crate) wire: Verdict,
    pub(crate) reasons: Vec<String>,
    pub(crate) witness: Option<Witness>,
    pub(crate) items: Vec<ItemChange>,
    /// The Rust item that the field is.
    pub(crate) field: Option<String>,
}

impl ModelChange {
    pub(crate) fn verdict(&self) -> Verdict {
        match self.state {
            State::New => Verdict::Compatible,
            State::Gone => Verdict::Breaking,
            State::Changed => {
                self.changes.iter().map(|change| change.verdict).max().unwrap_or(Verdict::None)
            }
        }
    }
}

/// Compares two versions of a model; one of them may be missing.
pub(crate) fn compare(
    old: Option<&Model>,
    new: Option<&Model>,
) -> Result<Option<ModelChange>, Vec<Fault>> {
    let (Some(one), state) = (match (old, new) {
        (None, new) => (new, State::New),
        (old, None) => (old, State::Gone),
        (Some(_), new) => (new, State::Changed),
    }) else {
        return Ok(None);
    };
    let module =
        one.id.split('/').map(runcomfy_codegen::module_name).collect::<Vec<_>>().join("::");
    let mut change =
        ModelChange { id: one.id.clone(), module, state, changes: Vec::new(), seen: 0 };
    if let (Some(old), Some(new)) = (old, new) {
        if same_text(old, new) {
            return Ok(None);
        }
        fields(&mut change, old, new)?;
        if change.changes.is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(change))
}

fn same_text(old: &Model, new: &Model) -> bool {
    let text = |source: &Option<Source>| source.as_ref().map(|source| source.text.clone());
    old.input.text == new.input.text
        && text(&old.output) == text(&new.output)
        && text(&old.names) == text(&new.names)
}

fn fields(change: &mut ModelChange, old: &Model, new: &Model) -> Result<(), Vec<Fault>> {
    // What can be generated has no fault.
    let (was, mut is) = super::both(surface(old), surface(new))?;
    // As codegen will generate it: what is added renames nothing.
    if let Some(held) = hold::keeping(new, &was.names)? {
        is = surface(&held)?;
    }
    let items = items::changes(&was, &is);
    for side in [Side::Input, Side::Output] {
        let Some((old, new)) = standards(old, new, side)? else { continue };
        let fields = Fields::compare(side, &old, &new);
        change.seen += fields.seen;
        change.changes.extend(fields.changes.into_iter().map(|field| Change {
            side,
            place: field.place,
            verdict: field.verdict,
            wire: field.verdict,
            reasons: field.reasons,
            witness: field.witness,
            items: Vec::new(),
            field: None,
        }));
    }
    for item in items {
        attach(&mut change.changes, item);
    }
    for one in &mut change.changes {
        if one.verdict == Verdict::Breaking && one.wire != Verdict::Breaking {
            one.witness =
                Some(Witness::none("the wire takes all that it took; callers' code breaks"));
        }
        one.field = item_at(&is, one).or_else(|| item_at(&was, one));
    }
    change.changes.sort_by_key(|change| change.side);
    Ok(())
}

/// The standard schemas of one side, where both versions have one.
pub(crate) fn standards(
    old: &Model,
    new: &Model,
    side: Side,
) -> Result<Option<(Value, Value)>, Vec<Fault>> {
    let (sources, role) = match side {
        Side::Input => (Some((&old.input, &new.input)), Role::Input),
        Side::Output => (old.output.as_ref().zip(new.output.as_ref()), Role::Output),
    };
    let options = Options::of_model(role);
    let standard = |source: &Source| standard_with(&source.file, &source.text, &options);
    sources.map(|(old, new)| Ok((standard(old)?, standard(new)?))).transpose()
}

/// What callers of a model's module can name.
pub(crate) fn surface(model: &Model) -> Result<Surface, Vec<Fault>> {
    let mut catalog = runcomfy_codegen::catalog(std::slice::from_ref(model))?;
    let text = catalog.module(&model.id).unwrap_or_default();
    let mut surface = Surface::parse(text).map_err(|error| {
        let message = format!("the generated code cannot be read: {error}");
        vec![Fault { file: model.input.file.clone(), pointer: String::new(), message }]
    })?;
    surface.names = catalog.names.remove(&model.id).unwrap_or_default();
    Ok(surface)
}

/// Puts an item's change where that of its field is, or of the nearest field around it; what `new`
/// takes changes because of a field.
fn attach(changes: &mut Vec<Change>, item: ItemChange) {
    let side = if item.output { Side::Output } else { Side::Input };
    let around = |change: &&mut Change| {
        change.side == side
            && item.place.is_within(&change.place)
            && (!change.place.0.is_empty() || item.place.0.is_empty())
    };
    let owes = |change: &Change| {
        change.side == side
            && change.place.split().is_some_and(|(owner, _)| owner == item.place)
            && change.reasons.iter().any(|reason| PRESENCE.contains(&reason.as_str()))
    };
    // Nothing is required of what has a default.
    let of_new = item.item.ends_with("::new")
        || item.item.contains("Required")
        || item.what.contains("`Default`");
    let nearest = match changes.iter().position(owes).filter(|_| of_new) {
        Some(index) => changes.get_mut(index),
        None => changes.iter_mut().filter(around).max_by_key(|change| change.place.0.len()),
    };
    let verdict = if item.breaking { Verdict::Breaking } else { Verdict::Compatible };
    match nearest {
        Some(change) => {
            change.verdict = change.verdict.max(verdict);
            change.items.push(item);
        }
        None => changes.push(Change {
            side,
            place: item.place.clone(),
            verdict,
            wire: Verdict::None,
            reasons: Vec::new(),
            witness: None,
            items: vec![item],
            field: None,
        }),
    }
}

/// `Input::num_images`
fn item_at(surface: &Surface, change: &Change) -> Option<String> {
    let mut owner = if change.side == Side::Input { "Input" } else { "Output" }.to_owned();
    let mut item = owner.clone();
    for step in &change.place.0 {
        if let super::place::Step::Property(name) = step {
            let member = surface.types.get(&owner)?.members.iter();
            let member = member.into_iter().find(|member| {
                member.wire.as_ref().is_some_and(|wire| wire.as_str() == Some(name))
            })?;
            item = format!("{owner}::{}", member.name);
            owner = items::named(&member.ty);
        }
    }
    Some(item)
}
