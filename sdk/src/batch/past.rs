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

/// The items of earlier starts that have not come up again in this one.
pub(super) struct Past {
    pub(super) name: String,
    by_fingerprint: Mutex<BTreeMap<String, Vec<(u64, Before)>>>,
    spent: (u64, f64),
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
        let mut by_fingerprint: BTreeMap<String, Vec<(u64, Before)>> = BTreeMap::new();
        let mut spent = (0, 0.0);
        for entry in state.entries().iter().filter(mine) {
            let before = match &entry.stage {
                Stage::Closed => continue,
                Stage::Known(job) => Before::Known(job.clone()),
                Stage::Collected(_) => Before::Collected,
                Stage::Open => {
                    Before::Unknown(UNIX_EPOCH + Duration::from_secs(entry.at().min(1 << 40)))
                }
            };
            spent = (spent.0 + 1, spent.1 + entry.usd().unwrap_or(0.0));
            let index = entry.batch().map_or(u64::MAX, |(_, index)| index);
            let items = by_fingerprint.entry(entry.fingerprint().to_owned()).or_default();
            items.push((index, before));
        }
        Ok(Self { name, by_fingerprint: Mutex::new(by_fingerprint), spent, _claim: claim })
    }

    /// How many jobs there were, and what they were expected to cost.
    pub(super) fn spent(&self) -> (u64, f64) {
        self.spent
    }

    /// Takes what is known of an item: first what was at its place, else of one that is equal.
    pub(super) fn take(&self, index: u64, fingerprint: &str) -> Option<Before> {
        let mut all = self.by_fingerprint.lock().unwrap_or_else(PoisonError::into_inner);
        let items = all.get_mut(fingerprint)?;
        let place = items.iter().position(|(at, _)| *at == index).unwrap_or(0);
        let (_, before) = items.remove(place);
        if items.is_empty() {
            all.remove(fingerprint);
        }
        Some(before)
    }

    /// Whether every item of the earlier starts has come up again.
    pub(super) fn is_used_up(&self) -> bool {
        self.by_fingerprint.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
