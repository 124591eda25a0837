//! What a batch may still spend.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Error;

/// What the caller has said about money.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    pub(super) jobs: Option<u64>,
    pub(super) usd: Option<f64>,
    pub(super) price: Option<f64>,
    pub(super) unknown_price: Option<f64>,
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), Error> {
        let all = [self.usd, self.price, self.unknown_price];
        match all.into_iter().flatten().find(|usd| !(usd.is_finite() && *usd >= 0.0)) {
            Some(usd) => Err(Error::config(format!("{usd} is not a sum of dollars"))),
            None => Ok(()),
        }
    }
}

/// Reserves what jobs are expected to cost, and puts things right when it is known.
pub(super) struct Purse {
    jobs: Option<u64>,
    usd: Option<f64>,
    spent: Mutex<Spent>,
}

struct Spent {
    jobs: u64,
    usd: f64,
    /// The dearest job of each model.
    dearest: BTreeMap<String, f64>,
    /// Whether something was refused.
    is_empty: bool,
}

impl Purse {
    pub(super) fn new(limits: &Limits, (jobs, usd): (u64, f64)) -> Self {
        let spent = Spent { jobs, usd, dearest: BTreeMap::new(), is_empty: false };
        Self { jobs: limits.jobs, usd: limits.usd, spent: Mutex::new(spent) }
    }

    /// Whether the price of a job matters.
    pub(super) fn counts_dollars(&self) -> bool {
        self.usd.is_some()
    }

    /// Takes out what a job is expected to cost, and tells how much it was; `None` if there is not
    /// enough left. From then on nothing more is given.
    pub(super) fn take(&self, model_id: &str, price: f64) -> Option<f64> {
        let mut spent = self.lock();
        let price = spent.dearest.get(model_id).map_or(price, |dearest| dearest.max(price));
        let one_too_many = self.jobs.is_some_and(|limit| spent.jobs >= limit);
        // Ten times ten cents are a dollar.
        let too_dear = self.usd.is_some_and(|limit| spent.usd + price > limit + 1e-9);
        if spent.is_empty || one_too_many || too_dear {
            spent.is_empty = true;
            return None;
        }
        spent.jobs += 1;
        spent.usd += price;
        Some(price)
    }

    /// Puts back what was taken for a job that there is none of.
    pub(super) fn put_back(&self, price: f64) {
        let mut spent = self.lock();
        spent.jobs -= 1;
        spent.usd -= price;
    }

    /// What a job has really cost.
    pub(super) fn settle(&self, model_id: &str, price: f64, cost: f64) {
        let mut spent = self.lock();
        spent.usd += cost - price;
        let dearest = spent.dearest.entry(model_id.to_owned()).or_insert(cost);
        *dearest = dearest.max(cost);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty
    }

    pub(super) fn jobs(&self) -> u64 {
        self.lock().jobs
    }

    pub(super) fn usd(&self) -> f64 {
        self.lock().usd
    }

    fn lock(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purse(jobs: Option<u64>, usd: Option<f64>) -> Purse {
        Purse::new(&Limits { jobs, usd, ..Limits::default() }, (0, 0.0))
    }

    fn taken(purse: &Purse, price: f64) -> usize {
        (0..100).take_while(|_| purse.take("a/b", price).is_some()).count()
    }

    #[test]
    fn no_more_is_given_than_there_is() {
        assert_eq!(taken(&purse(Some(7), None), 9.0), 7);
        assert_eq!(taken(&purse(None, Some(1.0)), 0.1), 10);
        assert_eq!(taken(&purse(Some(3), Some(1.0)), 0.1), 3);
        assert_eq!(taken(&purse(None, Some(0.05)), 0.1), 0);
        let limits = Limits { jobs: Some(7), ..Limits::default() };
        assert_eq!(taken(&Purse::new(&limits, (5, 0.0)), 0.1), 2);
    }

    #[test]
    fn what_a_job_really_costs_counts_for_the_next_ones() {
        let purse = purse(None, Some(1.0));
        let price = purse.take("a/b", 0.1).unwrap();
        purse.settle("a/b", price, 0.3);
        assert_eq!(taken(&purse, 0.1), 2);
    }

    #[test]
    fn what_was_not_sent_is_put_back() {
        let purse = purse(Some(1), Some(0.1));
        let price = purse.take("a/b", 0.1).unwrap();
        purse.put_back(price);
        assert_eq!(taken(&purse, 0.1), 1);
        assert!(purse.is_empty());
    }
}
