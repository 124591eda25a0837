//! What earlier starts of a named batch have done.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Error;
use crate::job::JobToken;
use crate::journal::{Claim, Entry, Stage, State};

/// What is known of an item from an earlier start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Before {
    /// It has this job, whose outcome was not handed over.
    Known(JobToken),
    /// It was sent then, and what became of it is not known.
    Unknown(SystemTime),
    /// The outcome of its job was handed over.
    Collected,
}

/// What one submit of an earlier start counts for, as far as that is known.
///
/// There is one for each submit that may have been accepted: those that were turned away, or never
/// left, are not among them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PastCost {
    pub(super) model_id: String,
    /// What it was expected to cost; unknown where the start had no limit in dollars.
    pub(super) expected: Option<f64>,
    /// What the service said at the end of its job, as it said it; unknown while nobody has asked.
    pub(super) settled: Option<f64>,
}

/// An item of an earlier start.
struct Item {
    index: u64,
    /// Its place among the costs.
    place: usize,
    before: Before,
}

/// The items of earlier starts that have not come up again in this one.
pub(super) struct Past {
    pub(super) name: String,
    by_fingerprint: Mutex<BTreeMap<String, Vec<Item>>>,
    costs: Vec<PastCost>,
    _claim: Claim,
}

impl Past {
    /// What was done under this name, which has to have been done at this service: neither may a
    /// rehearsal with a simulator pass for the real thing, nor the real thing be done twice because
    /// its service has a new address.
    pub(super) fn of(
        state: &State,
        origin: &str,
        name: String,
        claim: Claim,
    ) -> Result<Self, Error> {
        let mine = |entry: &&Entry| entry.batch().is_some_and(|(of, _)| of == name);
        let mut elsewhere = state.entries().iter().filter(mine).filter_map(Entry::origin);
        if let Some(elsewhere) = elsewhere.find(|of| *of != origin) {
            return Err(Error::config(format!(
                "the batch {name:?} was started with {elsewhere}, and this client calls {origin}: \
                 give it another name if it is to be done here too",
            )));
        }
        let mut by_fingerprint: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        let mut costs = Vec::new();
        for entry in state.entries().iter().filter(mine) {
            let before = match &entry.stage {
                Stage::Closed => continue,
                Stage::Known(job) => Before::Known(job.clone()),
                Stage::Collected(_) => Before::Collected,
                Stage::Open => {
                    Before::Unknown(UNIX_EPOCH + Duration::from_secs(entry.at().min(1 << 40)))
                }
            };
            costs.push(PastCost {
                model_id: entry.model_id().to_owned(),
                expected: entry.usd(),
                settled: entry.settled_usd(),
            });
            let index = entry.batch().map_or(u64::MAX, |(_, index)| index);
            let items = by_fingerprint.entry(entry.fingerprint().to_owned()).or_default();
            items.push(Item { index, place: costs.len() - 1, before });
        }
        Ok(Self { name, by_fingerprint: Mutex::new(by_fingerprint), costs, _claim: claim })
    }

    /// What each submit of the earlier starts counts for.
    pub(super) fn costs(&self) -> &[PastCost] {
        &self.costs
    }

    /// Takes what is known of an item, and the place of its cost: first what was at its place, else
    /// of one that is equal.
    pub(super) fn take(&self, index: u64, fingerprint: &str) -> Option<(Before, usize)> {
        let mut all = self.by_fingerprint.lock().unwrap_or_else(PoisonError::into_inner);
        let items = all.get_mut(fingerprint)?;
        let at = items.iter().position(|item| item.index == index).unwrap_or(0);
        let Item { place, before, .. } = items.remove(at);
        if items.is_empty() {
            all.remove(fingerprint);
        }
        Some((before, place))
    }

    /// Whether every item of the earlier starts has come up again.
    pub(super) fn is_used_up(&self) -> bool {
        self.by_fingerprint.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
