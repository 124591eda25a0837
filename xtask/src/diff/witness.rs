//! Whole instances that show what breaks.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Side;
use super::document::closed;
use super::judge::shrunk;
use super::open::opened;
use super::place::{Place, Step};
use crate::instances::Instances;
use crate::oracle::{Oracle, Verdict};

/// An instance that was accepted before and is refused now; of an output, one that may come now and
/// that the old types do not read.
#[derive(Debug, Clone)]
pub(crate) struct Witness {
    /// What stands at the place in question, if it is something that stands there.
    pub(crate) value: Option<Value>,
    pub(crate) instance: Option<Value>,
    /// Why there is none.
    pub(crate) none: Option<String>,
}

impl Witness {
    pub(super) fn none(why: &str) -> Self {
        Self { value: None, instance: None, none: Some(why.to_owned()) }
    }
}

/// Makes instances of one side's two schemas.
pub(super) struct Witnesses {
    sender: Value,
    judges: Option<(Oracle, Oracle)>,
    until: Instant,
}

const TRIES: usize = 300;
/// Of a schema that holds itself many times over, whole instances take too long.
const PATIENCE: Duration = Duration::from_secs(5);

impl Witnesses {
    pub(super) fn new(side: Side, old: &Value, new: &Value) -> Self {
        let (old, new) = (closed(old, old), closed(new, new));
        let (sender, reader) = match side {
            Side::Input => (old, new),
            Side::Output => (new, opened(&old)),
        };
        let judges =
            Oracle::new(&sender).and_then(|sender| Ok((sender, Oracle::new(&reader)?))).ok();
        Self { sender, judges, until: Instant::now() + PATIENCE }
    }

    /// With this value at a place.
    pub(super) fn with(&self, place: &Place, value: Value) -> Witness {
        let there =
            |instance: &Value| place.all(&mut instance.clone()).contains(&&mut value.clone());
        let instance = self.find(&place.pinned(&json!({"const": value})), |_| {}, &there);
        Witness { instance, none: None, value: Some(value) }
    }

    /// With something at a place.
    pub(super) fn having(&self, place: &Place) -> Witness {
        let there = |instance: &Value| !place.all(&mut instance.clone()).is_empty();
        Self::or_none(self.find(&place.pinned(&json!(true)), |_| {}, &there))
    }

    /// With nothing at a place.
    pub(super) fn without(&self, place: &Place) -> Witness {
        let Some((owner, Step::Property(name))) = place.split() else {
            return Witness::none("it is no property");
        };
        let take_away = |instance: &mut Value| {
            for owner in owner.all(instance) {
                owner.as_object_mut().map(|members| members.remove(name));
            }
        };
        let there = |instance: &Value| {
            let mut instance = instance.clone();
            !owner.all(&mut instance).is_empty() && place.all(&mut instance).is_empty()
        };
        Self::or_none(self.find(&owner.pinned(&json!(true)), take_away, &there))
    }

    fn or_none(instance: Option<Value>) -> Witness {
        match instance {
            Some(instance) => Witness { value: None, instance: Some(instance), none: None },
            None => Witness::none("none was found"),
        }
    }

    /// The smallest of the instances that are sent, not read, and have what is to be there.
    fn find(
        &self,
        pinned: &Value,
        change: impl Fn(&mut Value),
        there: &dyn Fn(&Value) -> bool,
    ) -> Option<Value> {
        let (sends, reads) = self.judges.as_ref()?;
        let shows = |instance: &Value| {
            there(instance)
                && sends.judge(instance) == Verdict::Accepted
                && reads.judge(instance) == Verdict::Refused
        };
        let mut sender = self.sender.clone();
        let definitions = sender.as_object_mut().and_then(|sender| sender.remove("$defs"));
        let schema = json!({"allOf": [sender, pinned], "$defs": definitions.unwrap_or(json!({}))});
        let mut instances = Instances::new(&schema, 1);
        let found = (0..TRIES).map(|_| {
            let mut instance = instances.valid();
            change(&mut instance);
            instance
        });
        let mut in_time = found.take_while(|_| Instant::now() < self.until);
        in_time.find(|instance| shows(instance)).map(|found| shrunk(found, &shows))
    }
}
