//! Fields that come, go, or have to be there.

use serde_json::Value;

use super::Fields;
use crate::diff::document::closed;
use crate::diff::judge::{Lost, lost};
use crate::diff::place::Place;
use crate::diff::witness::Witness;
use crate::diff::{Side, Verdict};

impl Fields<'_> {
    pub(super) fn presence(&mut self, was_needed: bool, is_needed: bool, place: &Place) {
        let word = match (was_needed, is_needed) {
            (false, true) => REQUIRED,
            (true, false) => OPTIONAL,
            _ => return,
        };
        let breaks = is_needed == (self.side == Side::Input);
        let witness = breaks.then(|| self.witnesses.without(place));
        let verdict = if breaks { Verdict::Breaking } else { Verdict::Compatible };
        self.say(place, verdict, vec![word.to_owned()], witness);
    }

    pub(super) fn removed(&mut self, was_needed: bool, old: &Value, owner: &Value, place: &Place) {
        let witness = match (self.side, owner.get("additionalProperties")) {
            (Side::Input, Some(Value::Bool(false))) => self.witnesses.having(place),
            (Side::Input, Some(others @ Value::Object(_))) => {
                match lost(&closed(self.old, old), &closed(self.new, others)) {
                    Lost::Shown(value) => self.witnesses.with(place, value),
                    _ => Witness::none(UNKNOWN_PASSES),
                }
            }
            (Side::Input, _) => Witness::none(UNKNOWN_PASSES),
            (Side::Output, _) if was_needed => self.witnesses.without(place),
            (Side::Output, _) => {
                Witness::none("results without it are read; whoever looks for it finds nothing")
            }
        };
        self.say(place, Verdict::Breaking, vec![GONE.to_owned()], Some(witness));
    }

    pub(super) fn added(&mut self, is_needed: bool, place: &Place) {
        if is_needed && self.side == Side::Input {
            let witness = self.witnesses.without(place);
            let reason = NEW_REQUIRED.to_owned();
            return self.say(place, Verdict::Breaking, vec![reason], Some(witness));
        }
        self.say(place, Verdict::Compatible, vec![NEW.to_owned()], None);
    }
}

/// What is said of a field that comes, goes, or has to be there.
pub(crate) const PRESENCE: [&str; 5] = [GONE, NEW, NEW_REQUIRED, REQUIRED, OPTIONAL];
const GONE: &str = "is gone";
pub(super) const NEW: &str = "is new";
const NEW_REQUIRED: &str = "is new and required";
const REQUIRED: &str = "is required now";
const OPTIONAL: &str = "is optional now";

/// Why a property that is gone is not refused by the schema.
const UNKNOWN_PASSES: &str = "the schema lets members pass that it does not name; they are refused \
    before they are sent, and the setter is gone";
