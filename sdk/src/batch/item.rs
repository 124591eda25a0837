//! One item of a batch, from its input to its result.

use std::sync::Arc;
use std::time::SystemTime;

use super::past::{Before, Past};
use super::price::Prices;
use super::purse::{Earlier, Purse, Reservation};
use crate::client::Client;
use crate::completed::Completed;
use crate::error::Error;
use crate::input::Input;
use crate::money::{Usd, settled};
use crate::submit::{Label, fingerprint, unknown};

/// What the items of a batch share.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) prices: Prices,
    pub(super) purse: Purse,
    pub(super) past: Option<Past>,
    /// What the jobs of the past count for, each at its place.
    pub(super) earlier: Vec<Earlier>,
}

/// What became of an item.
#[allow(
    clippy::large_enum_variant,
    reason = "one for each item, moved once; how large depends on the features of serde_json"
)]
pub(super) enum End<T> {
    Result(Result<Completed<T>, Error>),
    /// Its result was handed over by an earlier start.
    Collected,
    /// There was no money left for it.
    LeftOut,
}

pub(super) async fn run<I: Input>(shared: Arc<Shared>, index: usize, input: I) -> End<I::Output> {
    let index = index as u64;
    let body = input.to_json();
    if let Some(past) = &shared.past {
        let print = fingerprint(input.model_id(), &body);
        match past.take(index, &print) {
            Some((Before::Collected, _)) => return End::Collected,
            Some((Before::Unknown(at), _)) => return End::Result(Err(sent_before(at, &print))),
            Some((Before::Known(job), place)) => {
                let earlier = shared.earlier.get(place);
                let reservation = earlier.map(|earlier| shared.purse.resume(earlier));
                let result = shared.client.resume::<I>(job).await;
                if let Some(reservation) = reservation {
                    settle(reservation, &result);
                }
                return End::Result(result);
            }
            None => {}
        }
    }
    let model = input.model_id().to_owned();
    let price = match price(&shared, &model, &body).await {
        Ok(price) => price,
        Err(error) => return End::Result(Err(error)),
    };
    // However long the service wants to be left alone, the items wait, and do not fail in a row.
    shared.client.inner.gate.open().await;
    let Some(reservation) = shared.purse.reserve(&model, price).await else {
        return End::LeftOut;
    };
    let batch = shared.past.as_ref().map(|past| (past.name.clone(), index));
    let usd = shared.purse.counts_dollars().then(|| reservation.usd().dollars());
    let label = Label { key: None, batch, usd };
    let job = match shared.client.submit_labelled(input, label).await {
        Ok(job) => job,
        Err(error) => {
            if !error.may_have_cost() {
                reservation.release();
            }
            return End::Result(Err(error));
        }
    };
    let result = job.await;
    settle(reservation, &result);
    End::Result(result)
}

/// Counts what a job has cost. Unless that is certain, what was set aside for it stays so.
fn settle<T>(reservation: Reservation<'_>, result: &Result<Completed<T>, Error>) {
    let (raw, was_cancelled) = match result {
        Ok(done) => (Some(&done.raw), false),
        Err(error) => (error.raw(), error.is_cancelled()),
    };
    if let Some(cost) = raw.and_then(|raw| settled(raw, was_cancelled)) {
        reservation.settle(cost);
    }
}

async fn price(shared: &Shared, model: &str, body: &str) -> Result<Usd, Error> {
    if shared.purse.counts_dollars() {
        shared.prices.of(&shared.client.inner, model, Some(body)).await
    } else {
        Ok(Usd::ZERO)
    }
}

fn sent_before(at: SystemTime, print: &str) -> Error {
    unknown("an earlier start of the batch ended before the answer was there", at, print)
}
