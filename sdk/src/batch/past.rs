//! What earlier starts of a named batch have done.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, Kind};
use crate::job::JobToken;
use crate::journal::{Claim, End, Entry, Journal, Stage, Started, UnderWay};
use crate::submit::{fingerprint, older_fingerprints};

/// What is known of an item from an earlier start.
pub(super) enum Before {
    /// It has this job, which is not collected.
    Known(JobToken),
    /// Its job made nothing.
    Ended(Error),
    /// It was sent then, or may have been, and what became of it is not known.
    Unknown(&'static str, SystemTime),
    /// It is being sent just now: the earlier start was dropped in this process.
    UnderWay(UnderWay, SystemTime),
    /// Its files are in place, or the caller said that it is done.
    Collected,
    /// It was not sent.
    Nothing {
        /// Whether another input was at its place.
        input_changed: bool,
    },
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
    /// What it has cost, if that is certain.
    pub(super) settled: Option<f64>,
}

/// The items of earlier starts that have not come up again in this one.
pub(super) struct Past {
    pub(super) name: String,
    pub(super) claim: Arc<Claim>,
    journal: Journal,
    /// What was under way then, for an item may come up when its submit has long ended.
    under_way: BTreeMap<String, UnderWay>,
    items: Mutex<Items>,
    costs: Vec<PastCost>,
    /// When lines were lost that may have said something about any item.
    lost: Option<SystemTime>,
}

#[derive(Default)]
struct Items {
    /// By fingerprint, place in the batch, and place among the costs.
    all: BTreeMap<(String, u64, usize), Entry>,
    /// How many of them stood at a place.
    at: BTreeMap<u64, usize>,
}

impl Past {
    /// What was done under this name, which has to have been done at this service: neither may a
    /// rehearsal with a simulator pass for the real thing, nor the real thing be done twice because
    /// its service has a new address.
    pub(super) fn of(
        started: Started,
        origin: &str,
        name: String,
        journal: Journal,
    ) -> Result<Self, Error> {
        let Started { claim, state, under_way } = started;
        let mine = |entry: &&Entry| entry.batch().is_some_and(|(of, _)| of == name);
        let mut elsewhere =
            state.entries().iter().filter(mine).filter_map(|entry| entry.facts().origin.as_deref());
        if let Some(elsewhere) = elsewhere.find(|of| *of != origin) {
            return Err(Error::config(format!(
                "the batch {name:?} was started with {elsewhere}, and this client calls {origin}: \
                 give it another name if it is to be done here too",
            )));
        }
        let is_lost = |entry: &&Entry| entry.is_lost() && entry.stage() == Stage::Unknown;
        let lost = state.entries().iter().find(is_lost).map(sent_at);
        let (mut items, mut costs) = (Items::default(), Vec::new());
        for entry in state.entries().iter().filter(mine) {
            if entry.stage() == Stage::Closed {
                continue;
            }
            costs.push(PastCost {
                model_id: entry.model_id().to_owned(),
                expected: entry.facts().expected_usd,
                settled: entry.settled_usd(),
            });
            items.add(costs.len() - 1, entry.clone());
        }
        let (claim, items) = (Arc::new(claim), Mutex::new(items));
        Ok(Self { name, claim, journal, under_way, items, costs, lost })
    }

    /// What each submit of the earlier starts counts for.
    pub(super) fn costs(&self) -> &[PastCost] {
        &self.costs
    }

    /// Takes what is known of an item, and the place of its cost: first what was at its place, else
    /// of one that is equal.
    pub(super) fn take(&self, index: u64, model_id: &str, body: &str) -> (Before, Option<usize>) {
        let mut prints = vec![fingerprint(model_id, body)];
        prints.extend(older_fingerprints(model_id, body));
        let mut items = self.items();
        if let Some((place, entry)) = items.take(index, &prints) {
            return (self.before(&entry), Some(place));
        }
        let before = match self.lost {
            Some(at) => Before::Unknown(
                "the journal has lost lines, and one of them may have been about this item; when \
                 it is known what they were, `Journal::forget` settles them",
                at,
            ),
            None => Before::Nothing { input_changed: items.at.contains_key(&index) },
        };
        (before, None)
    }

    /// Whether every item of the earlier starts has come up again.
    pub(super) fn is_used_up(&self) -> bool {
        self.items().all.is_empty()
    }

    fn before(&self, entry: &Entry) -> Before {
        match entry.stage() {
            Stage::Known(job) => Before::Known(job.clone()),
            Stage::Failed(job, end) => Before::Ended(self.error(entry, job, end)),
            Stage::Collected => Before::Collected,
            Stage::Open => match self.under_way.get(entry.id()) {
                Some(submit) => Before::UnderWay(submit.clone(), sent_at(entry)),
                None => Before::Unknown(SENT_BEFORE, sent_at(entry)),
            },
            Stage::Unknown | Stage::Closed => Before::Unknown(SENT_BEFORE, sent_at(entry)),
        }
    }

    /// The error that said how the job ended.
    fn error(&self, entry: &Entry, job: &JobToken, end: End) -> Error {
        let may_have_cost = entry.facts().cost_usd.is_none_or(|cost| cost > 0.0);
        let kind =
            if end == End::Cancelled { Kind::Cancelled { may_have_cost } } else { Kind::Failed };
        let message = entry.facts().message.as_deref();
        let message = message.unwrap_or("the job made nothing, and the journal does not say why");
        Error::new(kind, message)
            .about(job)
            .costing(entry.facts().cost_usd)
            .collected_in(Some(self.journal.clone()))
    }

    fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const SENT_BEFORE: &str = "an earlier start of the batch ended before the answer was there";

impl Items {
    fn add(&mut self, place: usize, entry: Entry) {
        let index = entry.batch().map_or(u64::MAX, |(_, index)| index);
        *self.at.entry(index).or_default() += 1;
        self.all.insert((entry.fingerprint().to_owned(), index, place), entry);
    }

    fn take(&mut self, index: u64, prints: &[String]) -> Option<(usize, Entry)> {
        let first = |from: u64, to: u64| {
            prints.iter().find_map(|print| {
                let range = (print.clone(), from, 0)..=(print.clone(), to, usize::MAX);
                self.all.range(range).next().map(|(key, _)| key.clone())
            })
        };
        let key = first(index, index).or_else(|| first(0, u64::MAX))?;
        if let Some(count) = self.at.get_mut(&key.1) {
            *count -= 1;
            if *count == 0 {
                self.at.remove(&key.1);
            }
        }
        self.all.remove(&key).map(|entry| (key.2, entry))
    }
}

fn sent_at(entry: &Entry) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(entry.at().min(1 << 40))
}
