//! One item of a batch, from its input to its result.

use std::sync::Arc;

use tokio::time::Instant;

use super::past::{Before, Past};
use super::price::Prices;
use super::purse::{Earlier, Purse, Reservation};
use crate::client::Client;
use crate::completed::Completed;
use crate::error::Error;
use crate::input::Input;
use crate::job::JobToken;
use crate::journal::Outcome;
use crate::money::{Usd, settled};
use crate::submit::{Label, fingerprint, unknown};
use crate::time::after;

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
    Result {
        result: Result<Completed<T>, Error>,
        /// Whether another input was at this place before.
        input_changed: bool,
    },
    /// It was collected in an earlier start.
    Collected,
    /// There was no money left for it.
    LeftOut,
}

impl<T> From<Result<Completed<T>, Error>> for End<T> {
    fn from(result: Result<Completed<T>, Error>) -> Self {
        Self::Result { result, input_changed: false }
    }
}

pub(super) async fn run<I: Input>(shared: Arc<Shared>, index: usize, input: I) -> End<I::Output> {
    let Some(past) = &shared.past else {
        return begin(&shared, index, input).await.map_or(End::LeftOut, End::from);
    };
    let body = input.to_json();
    let (before, place) = past.take(index as u64, input.model_id(), &body);
    match before {
        Before::Collected => End::Collected,
        Before::Known(job) => resume::<I>(&shared, job, place).await.into(),
        Before::Ended(error) => Err(error).into(),
        Before::Unknown(why, at) => {
            Err(unknown(why, at, &fingerprint(input.model_id(), &body))).into()
        }
        Before::UnderWay(submit, at) => match submit.outcome().await {
            Outcome::Submitted(job) => resume::<I>(&shared, job, place).await.into(),
            Outcome::Unknown => {
                let print = fingerprint(input.model_id(), &body);
                Err(unknown("an earlier start of the batch sent it", at, &print)).into()
            }
            Outcome::NoJob => {
                if let Some(earlier) = place.and_then(|place| shared.earlier.get(place)) {
                    shared.purse.resume(earlier).release();
                }
                begin(&shared, index, input).await.map_or(End::LeftOut, End::from)
            }
        },
        Before::Nothing { input_changed } => {
            if input_changed {
                tracing::warn!(
                    batch = past.name,
                    item = index,
                    "an earlier start had another input at this place: this one is a new job"
                );
            }
            let result = begin(&shared, index, input).await;
            result.map_or(End::LeftOut, |result| End::Result { result, input_changed })
        }
    }
}

/// Waits for a job of an earlier start, whose cost has this place among the earlier ones.
async fn resume<I: Input>(
    shared: &Shared,
    job: JobToken,
    place: Option<usize>,
) -> Result<Completed<I::Output>, Error> {
    let earlier = place.and_then(|place| shared.earlier.get(place));
    let reservation = earlier.map(|earlier| shared.purse.resume(earlier));
    let result = shared.client.resume::<I>(job).await;
    if let Some(reservation) = reservation {
        settle(reservation, &result);
    }
    result
}

/// Submits an item, and waits for its job; `None` if there is no money left for it.
async fn begin<I: Input>(
    shared: &Shared,
    index: usize,
    input: I,
) -> Option<Result<Completed<I::Output>, Error>> {
    let model = input.model_id().to_owned();
    let body = shared.purse.counts_dollars().then(|| input.to_json());
    let price = match price(shared, &model, body.as_deref()).await {
        Ok(price) => price,
        Err(error) => return Some(Err(error)),
    };
    // While the service wants to be left alone, the items wait without taking money for it; one that
    // would have to wait for longer than a submit is tried fails, as the submit itself would.
    let client = &shared.client.inner;
    let deadline = after(Instant::now(), client.options.submit_retries);
    client.gates.open_by(&model, deadline).await;
    let reservation = shared.purse.reserve(&model, price).await?;
    let usd = shared.purse.counts_dollars().then(|| reservation.usd().dollars());
    let past = shared.past.as_ref();
    let label = Label {
        key: None,
        batch: past.map(|past| (past.name.clone(), index as u64)),
        usd,
        claim: past.map(|past| Arc::downgrade(&past.claim)),
    };
    let job = match shared.client.submit_labelled(input, label).await {
        Ok(job) => job,
        Err(error) => {
            if !error.may_have_cost() {
                reservation.release();
            }
            return Some(Err(error));
        }
    };
    let result = job.await;
    settle(reservation, &result);
    Some(result)
}

/// Counts what a job has cost. Unless that is certain, what was set aside for it stays so.
fn settle<T>(reservation: Reservation<'_>, result: &Result<Completed<T>, Error>) {
    let (raw, was_cancelled) = match result {
        Ok(done) => (Some(&done.raw), false),
        Err(error) => (error.raw(), error.is_cancelled() && !error.may_have_cost()),
    };
    if let Some(cost) = raw.and_then(|raw| settled(raw, was_cancelled)) {
        reservation.settle(cost);
    }
}

/// What a job with this body is expected to cost; nothing where nobody wants to know.
async fn price(shared: &Shared, model: &str, body: Option<&str>) -> Result<Usd, Error> {
    match body {
        Some(body) => shared.prices.of(&shared.client.inner, model, Some(body)).await,
        None => Ok(Usd::ZERO),
    }
}
