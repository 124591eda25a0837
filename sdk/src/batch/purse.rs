//! What a batch may still spend.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;

use super::limits::Limits;
use crate::money::Usd;

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
/// What was spent and what is set aside never go beyond the limit by a job that is sent. So the
/// limit is exceeded only by what jobs that are under way already cost more than was set aside for
/// them.
pub(super) struct Purse {
    max_jobs: Option<u64>,
    max_usd: Option<Usd>,
    account: Mutex<Account>,
    /// Something that was under way is over.
    over: Notify,
}

#[derive(Default)]
struct Account {
    jobs: u64,
    /// What has been spent, and what is set aside.
    usd: Usd,
    /// How much of that is for jobs under way, so that some of it may come back, and how many they
    /// are.
    open_usd: Usd,
    open: u64,
    /// What the dearest job of each model has cost.
    dearest: BTreeMap<String, Usd>,
    /// Whether something was refused.
    is_empty: bool,
}

/// What is set aside for a job under way. Where it is dropped, it stays set aside for good: what may
/// have been sent may be billed.
#[must_use]
pub(super) struct Reservation<'a> {
    purse: &'a Purse,
    model_id: String,
    usd: Usd,
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
        let account = Mutex::new(account);
        Self { max_jobs: limits.jobs, max_usd: limits.usd, account, over: Notify::new() }
    }

    /// Whether the price of a job matters.
    pub(super) fn counts_dollars(&self) -> bool {
        self.max_usd.is_some()
    }

    /// Sets aside what a job is expected to cost: its price, or what the dearest job of its model
    /// has cost, if that was more. While there is not enough left, but jobs under way may put some
    /// back, it waits for them. `None` if there is not enough left for good; from then on nothing
    /// more is given.
    pub(super) async fn reserve(&self, model_id: &str, price: Usd) -> Option<Reservation<'_>> {
        loop {
            let over = self.over.notified();
            if let Poll::Ready(answer) = self.try_reserve(model_id, price) {
                return answer;
            }
            over.await;
        }
    }

    /// What [`reserve`](Self::reserve) returns, if that is decided yet.
    fn try_reserve(&self, model_id: &str, price: Usd) -> Poll<Option<Reservation<'_>>> {
        let mut account = self.lock();
        let usd = account.dearest.get(model_id).map_or(price, |dearest| price.max(*dearest));
        let usd = if self.counts_dollars() { usd } else { Usd::ZERO };
        let too_dear = |spent: Usd| self.max_usd.is_some_and(|limit| spent.plus(usd) > limit);
        let one_too_many = self.max_jobs.is_some_and(|limit| account.jobs >= limit);
        if !account.is_empty && !one_too_many && !too_dear(account.usd) {
            account.jobs += 1;
            account.usd = account.usd.plus(usd);
            return Poll::Ready(Some(self.open(&mut account, model_id, usd)));
        }
        let may_come = account.open > 0 && !too_dear(account.usd.minus(account.open_usd));
        if account.is_empty || !may_come {
            account.is_empty = true;
            self.over.notify_waiters();
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    /// What was set aside for a job in an earlier start, and is under way in this one.
    pub(super) fn resume(&self, earlier: &Earlier) -> Reservation<'_> {
        self.open(&mut self.lock(), &earlier.model_id, earlier.usd)
    }

    fn open(&self, account: &mut Account, model_id: &str, usd: Usd) -> Reservation<'_> {
        account.open += 1;
        account.open_usd = account.open_usd.plus(usd);
        Reservation { purse: self, model_id: model_id.to_owned(), usd }
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

impl Reservation<'_> {
    pub(super) fn usd(&self) -> Usd {
        self.usd
    }

    /// Puts it back: there is no job.
    pub(super) fn release(self) {
        let mut account = self.purse.lock();
        account.jobs = account.jobs.saturating_sub(1);
        account.usd = account.usd.minus(self.usd);
    }

    /// Counts what the job has really cost in place of it.
    pub(super) fn settle(self, cost: Usd) {
        let mut account = self.purse.lock();
        account.usd = account.usd.minus(self.usd).plus(cost);
        account.has_cost(&self.model_id, cost);
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut account = self.purse.lock();
        account.open -= 1;
        account.open_usd = account.open_usd.minus(self.usd);
        drop(account);
        self.purse.over.notify_waiters();
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
    use crate::batch::limits::Given;

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

    fn given(answer: Poll<Option<Reservation<'_>>>) -> Option<Reservation<'_>> {
        match answer {
            Poll::Ready(given) => given,
            Poll::Pending => None,
        }
    }

    fn reserve<'a>(purse: &'a Purse, model_id: &str) -> Reservation<'a> {
        given(purse.try_reserve(model_id, usd(0.1))).unwrap()
    }

    /// How many jobs of this price there is money for.
    fn reserved(purse: &Purse, price: f64) -> usize {
        let all = (0..100).map_while(|_| given(purse.try_reserve("a/b", usd(price))));
        // They are dropped, and stay set aside.
        all.count()
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
        let reservation = reserve(&purse, "a/b");
        reservation.settle(usd(0.3));
        assert_eq!(purse.usd(), usd(0.3));
        // Another model has a price of its own.
        assert_eq!(reserve(&purse, "a/c").usd(), usd(0.1));
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
        purse.resume(&spent[1]).settle(usd(0.7));
        assert_eq!((reserved(&purse, 0.1), purse.usd()), (0, usd(1.0)));
    }

    #[test]
    fn what_was_not_sent_is_put_back() {
        let purse = purse(Some(1), Some(0.1));
        let reservation = reserve(&purse, "a/b");
        reservation.release();
        assert_eq!(reserved(&purse, 0.1), 1);
        assert!(purse.is_empty());
    }

    #[tokio::test]
    async fn money_that_may_come_back_is_waited_for() {
        let purse = purse(Some(2), Some(0.2));
        let (first, second) = (reserve(&purse, "a/b"), reserve(&purse, "a/b"));
        assert!(purse.try_reserve("a/b", usd(0.1)).is_pending());
        let third = async { purse.reserve("a/b", usd(0.1)).await.map(|given| given.usd()) };
        let (third, ()) = tokio::join!(third, async { first.release() });
        assert_eq!(third, Some(usd(0.1)));
        let fourth = async { purse.reserve("a/b", usd(0.1)).await.map(|given| given.usd()) };
        let fifth = async { purse.reserve("a/b", usd(0.1)).await.map(|given| given.usd()) };
        let (fourth, fifth, ()) = tokio::join!(fourth, fifth, async { second.settle(usd(0.1)) });
        assert_eq!((fourth, fifth), (None, None));
    }

    #[test]
    fn what_can_never_be_paid_is_not_waited_for() {
        let purse = purse(None, Some(0.2));
        reserve(&purse, "a/b").settle(usd(0.15));
        let _under_way = purse.resume(&earlier(0.0, false));
        assert!(matches!(purse.try_reserve("a/c", usd(0.1)), Poll::Ready(None)));
        assert!(purse.is_empty());
    }

    #[test]
    fn absurd_costs_end_the_spending_and_overflow_nothing() {
        let purse = purse(None, Some(f64::MAX));
        for _ in 0..3 {
            let reservation = reserve(&purse, "a/b");
            reservation.settle(usd(1e12));
        }
        let reservation = reserve(&purse, "a/b");
        reservation.settle(usd(f64::MAX));
        assert_eq!(reserved(&purse, 0.1), 0);
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
