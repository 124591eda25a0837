//! The verdicts of `diff`, held against instances.

use std::fmt;

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::diff::{Change, Place, Side, Step, Verdict, closed, opened};
use crate::instances::Instances;
use crate::oracle::{self, Oracle};

#[derive(Default)]
pub(super) struct Tally {
    instances: usize,
    sent: usize,
    lost: usize,
    /// Refused for a member that the old schema does not name: nobody sends those.
    unnamed: usize,
    /// Refused now where `diff` says compatible.
    missed: usize,
    /// Breaking, and neither an instance nor a reason; or an instance that does not show it.
    unshown: usize,
}

impl Tally {
    /// Judges one side of a pair.
    pub(super) fn judge(
        &mut self,
        (name, side): (&str, Side),
        (old, new): (&Value, &Value),
        changes: &[&Change],
        cases: usize,
        seed: u64,
    ) {
        let (old, new) = (&closed(old, old), &closed(new, new));
        let open = opened(old);
        let (sender, reader) = if side == Side::Input { (old, new) } else { (new, &open) };
        let oracles = Oracle::new(sender).and_then(|sender| Ok((sender, Oracle::new(reader)?)));
        let (sends, reads) = match oracles {
            Ok(oracles) => oracles,
            Err(reason) => return self.miss(name, &format!("cannot be judged: {reason}")),
        };
        for change in changes.iter().filter(|change| change.verdict == Verdict::Breaking) {
            self.shown(name, change, &sends, &reads);
        }
        let options = jsonschema::draft202012::options().should_validate_formats(false);
        let Ok(reader) = options.build(reader) else { return };
        let (mut of_sender, mut of_old) = (Instances::new(sender, seed), Instances::new(old, seed));
        for index in 0..cases {
            let from = if index % 4 == 0 { &mut of_old } else { &mut of_sender };
            let instance = if index % 2 == 0 { from.valid() } else { from.any() };
            self.instances += 1;
            if sends.judge(&instance) != oracle::Verdict::Accepted {
                continue;
            }
            self.sent += 1;
            if reads.judge(&instance) != oracle::Verdict::Refused {
                continue;
            }
            self.lost += 1;
            for error in reader.iter_errors(&instance) {
                let place = place(&error);
                if is_told(changes, &place, |change| change.wire == Verdict::Breaking) {
                    continue;
                }
                if is_told(changes, &place, |change| change.reasons == ["is new"]) {
                    self.unnamed += 1;
                    continue;
                }
                let text: String = instance.to_string().chars().take(400).collect();
                self.miss(name, &format!("{side:?} {place}: {error}\n    {text}"));
            }
        }
    }

    /// Whether a breaking verdict has an instance that shows it, or a reason why there is none.
    fn shown(&mut self, name: &str, change: &Change, sends: &Oracle, reads: &Oracle) {
        let witness = change.witness.as_ref();
        let shows = witness.and_then(|witness| witness.instance.as_ref()).map(|instance| {
            sends.judge(instance) == oracle::Verdict::Accepted
                && reads.judge(instance) == oracle::Verdict::Refused
        });
        let reason = witness.is_some_and(|witness| witness.none.is_some());
        if shows == Some(false) || shows.is_none() && !reason {
            self.unshown += 1;
            println!("not shown: {name}: {:?} {}: {witness:?}", change.side, change.place);
        }
    }

    fn miss(&mut self, name: &str, what: &str) {
        self.missed += 1;
        if self.missed <= 20 {
            println!("missed: {name}: {what}");
        }
    }

    pub(super) fn is_right(&self) -> bool {
        self.missed == 0 && self.unshown == 0
    }
}

/// Whether such a change stands where something was refused, or around it.
fn is_told(changes: &[&Change], place: &str, such: impl Fn(&Change) -> bool) -> bool {
    changes.iter().any(|change| such(change) && holds(&change.place, place))
}

/// Whether a place holds what a JSON pointer leads to.
fn holds(place: &Place, pointer: &str) -> bool {
    let mut steps = pointer.split('/').skip(1);
    place.0.iter().all(|step| match (step, steps.next()) {
        (Step::Property(name), Some(key)) => *name == key.replace("~1", "/").replace("~0", "~"),
        (Step::Item | Step::Member, Some(_)) => true,
        (_, None) => false,
    })
}

/// The place that an error speaks of: what is missing or too much, not what holds it.
fn place(error: &jsonschema::ValidationError<'_>) -> String {
    let owner = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            format!("{owner}/{}", property.as_str().unwrap_or_default())
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let name = unexpected.first().map_or("", String::as_str);
            format!("{owner}/{name}")
        }
        _ => owner.to_owned(),
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} instances made, {} of them sent, {} of those not read; {} not read where diff says \
             compatible, {} more for members that the old schema does not name; {} breaking \
             verdicts without an instance or a reason",
            self.instances, self.sent, self.lost, self.missed, self.unnamed, self.unshown
        )
    }
}
