//! What a batch may still spend.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::money::Usd;

/// What the caller has said about money.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    pub(super) jobs: Option<u64>,
    pub(super) usd: Option<Usd>,
    pub(super) price: Option<Usd>,
    pub(super) unknown_price: Option<Usd>,
}

/// What the caller has said, before it is known to be amounts.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) jobs: Option<u64>,
    pub(super) max_usd: Option<f64>,
    pub(super) price_usd: Option<f64>,
    pub(super) unknown_price_usd: Option<f64>,
}

impl Given {
    pub(super) fn limits(&self) -> Result<Limits, Error> {
        Ok(Limits {
            jobs: self.jobs,
            usd: amount("max_usd", self.max_usd, Usd::rounded_down)?,
            price: amount("price_usd", self.price_usd, Usd::rounded_up)?,
            unknown_price: amount("unknown_price_usd", self.unknown_price_usd, Usd::rounded_up)?,
        })
    }
}

fn amount(
    setting: &str,
    given: Option<f64>,
    round: fn(f64) -> Option<Usd>,
) -> Result<Option<Usd>, Error> {
    let Some(dollars) = given else { return Ok(None) };
    let invalid = || {
        Error::config(format!(
            "{setting}({dollars}) is not a valid amount in USD: expected a finite number from 0 on; \
             nothing was sent",
        ))
    };
    round(dollars).map(Some).ok_or_else(invalid)
}

/// A job of an earlier start.
#[derive(Debug, Clone)]
pub(super) struct Earlier {
    pub(super) model_id: String,
    /// What it counts for.
    pub(super) usd: Usd,
    /// Whether that is what it has cost, and not what it was expected to.
    pub(super) is_settled: bool,
}

/// Sets money aside for jobs before they are sent, and puts it right when it is known what they
/// cost.
///
/// All that was set aside or spent never goes beyond the limit by a job that is sent. So the limit
/// is exceeded only by what jobs that are under way already cost more than was set aside for them.
pub(super) struct Purse {
    max_jobs: Option<u64>,
    max_usd: Option<Usd>,
    account: Mutex<Account>,
}

#[derive(Default)]
struct Account {
    jobs: u64,
    /// What has been spent, and what is set aside.
    usd: Usd,
    /// What the dearest job of each model has cost.
    dearest: BTreeMap<String, Usd>,
    /// Whether something was refused.
    is_empty: bool,
}

/// What is set aside for a job. Where it is dropped, that stays set aside: what may have been sent
/// may be billed.
#[derive(Debug)]
#[must_use]
pub(super) struct Reservation {
    model_id: String,
    usd: Usd,
}

impl Reservation {
    /// What was set aside in an earlier start, and counts in this one.
    pub(super) fn earlier(Earlier { model_id, usd, .. }: Earlier) -> Self {
        Self { model_id, usd }
    }

    pub(super) fn usd(&self) -> Usd {
        self.usd
    }
}

impl Purse {
    pub(super) fn new(limits: &Limits, earlier: &[Earlier]) -> Self {
        let mut account = Account::default();
        for Earlier { model_id, usd, is_settled } in earlier {
            account.jobs += 1;
            account.usd = account.usd.plus(*usd);
            if *is_settled {
                account.has_cost(model_id, *usd);
            }
        }
        Self { max_jobs: limits.jobs, max_usd: limits.usd, account: Mutex::new(account) }
    }

    /// Whether the price of a job matters.
    pub(super) fn counts_dollars(&self) -> bool {
        self.max_usd.is_some()
    }

    /// Sets aside what a job is expected to cost: its price, or what the dearest job of its model
    /// has cost, if that was more. `None` if there is not enough left; from then on nothing more is
    /// given.
    pub(super) fn reserve(&self, model_id: &str, price: Usd) -> Option<Reservation> {
        let mut account = self.lock();
        let usd = account.dearest.get(model_id).map_or(price, |dearest| price.max(*dearest));
        let usd = if self.counts_dollars() { usd } else { Usd::ZERO };
        let one_too_many = self.max_jobs.is_some_and(|limit| account.jobs >= limit);
        let too_dear = self.max_usd.is_some_and(|limit| account.usd.plus(usd) > limit);
        if account.is_empty || one_too_many || too_dear {
            account.is_empty = true;
            return None;
        }
        account.jobs += 1;
        account.usd = account.usd.plus(usd);
        Some(Reservation { model_id: model_id.to_owned(), usd })
    }

    /// Puts back what was set aside for a job that there is none of.
    #[expect(clippy::needless_pass_by_value, reason = "nobody is to put it back twice")]
    pub(super) fn release(&self, reservation: Reservation) {
        let mut account = self.lock();
        account.jobs = account.jobs.saturating_sub(1);
        account.usd = account.usd.minus(reservation.usd);
    }

    /// Counts what a job has really cost, in place of what was set aside for it.
    pub(super) fn settle(&self, reservation: Reservation, cost: Usd) {
        let Reservation { model_id, usd } = reservation;
        let mut account = self.lock();
        account.usd = account.usd.minus(usd).plus(cost);
        account.has_cost(&model_id, cost);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty
    }

    pub(super) fn jobs(&self) -> u64 {
        self.lock().jobs
    }

    pub(super) fn usd(&self) -> Usd {
        self.lock().usd
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn has_cost(&mut self, model_id: &str, cost: Usd) {
        let dearest = self.dearest.entry(model_id.to_owned()).or_default();
        *dearest = cost.max(*dearest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(dollars: f64) -> Usd {
        Usd::rounded_up(dollars).unwrap()
    }

    fn limits(jobs: Option<u64>, max_usd: Option<f64>) -> Limits {
        Given { jobs, max_usd, ..Given::default() }.limits().unwrap()
    }

    fn purse(jobs: Option<u64>, max_usd: Option<f64>) -> Purse {
        Purse::new(&limits(jobs, max_usd), &[])
    }

    fn earlier(dollars: f64, is_settled: bool) -> Earlier {
        Earlier { model_id: "a/b".to_owned(), usd: usd(dollars), is_settled }
    }

    fn reserved(purse: &Purse, price: f64) -> usize {
        (0..100).take_while(|_| purse.reserve("a/b", usd(price)).is_some()).count()
    }

    #[test]
    fn no_more_is_given_than_there_is() {
        assert_eq!(reserved(&purse(Some(7), None), 9.0), 7);
        assert_eq!(reserved(&purse(None, Some(1.0)), 0.1), 10);
        assert_eq!(reserved(&purse(None, Some(0.7)), 0.07), 10);
        assert_eq!(reserved(&purse(None, Some(0.3)), 0.1), 3);
        assert_eq!(reserved(&purse(Some(3), Some(1.0)), 0.1), 3);
        assert_eq!(reserved(&purse(None, Some(0.05)), 0.1), 0);
        assert_eq!(reserved(&purse(None, Some(0.0)), 1e-9), 0);
        let five_jobs = vec![earlier(0.0, false); 5];
        assert_eq!(reserved(&Purse::new(&limits(Some(7), None), &five_jobs), 0.1), 2);
    }

    #[test]
    fn what_a_job_really_costs_counts_for_the_next_ones() {
        let purse = purse(None, Some(1.0));
        let reservation = purse.reserve("a/b", usd(0.1)).unwrap();
        purse.settle(reservation, usd(0.3));
        assert_eq!(purse.usd(), usd(0.3));
        // Another model has a price of its own.
        assert_eq!(purse.reserve("a/c", usd(0.1)).unwrap().usd(), usd(0.1));
        assert_eq!(reserved(&purse, 0.1), 2);
    }

    #[test]
    fn what_earlier_starts_have_spent_counts() {
        let limits = limits(None, Some(1.0));
        let spent = [earlier(0.3, true), earlier(0.1, false)];
        let purse = Purse::new(&limits, &spent);
        assert_eq!((purse.jobs(), purse.usd()), (2, usd(0.4)));
        assert_eq!(reserved(&purse, 0.1), 2, "each like the dearest");
        let purse = Purse::new(&limits, &[earlier(5.0, true)]);
        assert_eq!((reserved(&purse, 0.1), purse.usd()), (0, usd(5.0)));
        // A job of then that ends now.
        let purse = Purse::new(&limits, &spent);
        purse.settle(Reservation::earlier(spent[1].clone()), usd(0.7));
        assert_eq!((reserved(&purse, 0.1), purse.usd()), (0, usd(1.0)));
    }

    #[test]
    fn what_was_not_sent_is_put_back() {
        let purse = purse(Some(1), Some(0.1));
        let reservation = purse.reserve("a/b", usd(0.1)).unwrap();
        purse.release(reservation);
        assert_eq!(reserved(&purse, 0.1), 1);
        assert!(purse.is_empty());
    }

    #[test]
    fn absurd_costs_end_the_spending_and_overflow_nothing() {
        let purse = purse(None, Some(f64::MAX));
        for _ in 0..3 {
            let reservation = purse.reserve("a/b", usd(0.1)).unwrap();
            purse.settle(reservation, usd(1e12));
        }
        let reservation = purse.reserve("a/b", usd(0.1)).unwrap();
        purse.settle(reservation, usd(f64::MAX));
        assert_eq!(reserved(&purse, 0.1), 0);
    }

    #[test]
    fn what_is_not_an_amount_is_no_limit() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -1e-9] {
            let settings = [
                ("max_usd", Given { max_usd: Some(odd), ..Given::default() }),
                ("price_usd", Given { price_usd: Some(odd), ..Given::default() }),
                ("unknown_price_usd", Given { unknown_price_usd: Some(odd), ..Given::default() }),
            ];
            for (setting, given) in settings {
                let error = given.limits().unwrap_err();
                assert!(error.is_config() && !error.may_have_cost());
                let message = error.to_string();
                assert!(
                    message.starts_with(&format!("{setting}({odd}) is not a valid")),
                    "{message}"
                );
            }
        }
    }

    #[test]
    fn threads_that_reserve_at_once_get_no_more_than_there_is() {
        for _ in 0..50 {
            let purse = purse(None, Some(10.0));
            let given: usize = std::thread::scope(|scope| {
                let threads: Vec<_> =
                    (0..8).map(|_| scope.spawn(|| reserved(&purse, 0.25))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!((given, purse.usd()), (40, usd(10.0)));
        }
    }
}
