//! How long jobs of a model take, learnt from those that have ended in this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What is known of every model that this client has polled.
#[derive(Default)]
pub(crate) struct History {
    models: Mutex<BTreeMap<String, SharedLifetimes>>,
}

/// One model's lifetimes, shared by its jobs.
#[derive(Clone, Default)]
pub(crate) struct SharedLifetimes(Arc<Mutex<Lifetimes>>);

impl History {
    pub(crate) fn of(&self, model_id: &str) -> SharedLifetimes {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = models.get(model_id) {
            return known.clone();
        }
        // A process that calls thousands of models is not worth the memory.
        if models.len() >= 1000 {
            models.pop_first();
        }
        models.entry(model_id.to_owned()).or_default().clone()
    }
}

impl SharedLifetimes {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Lifetimes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time is cut into slices, each a little longer than the one before.
const SLICES: usize = 112;
const FIRST: f64 = 0.01;
const GROWTH: f64 = 1.13;

/// Before anything is learnt: the chance that a job ends in the next moment, times its age.
const PRIOR: f64 = 0.3;
/// How many jobs the prior counts for.
const WEIGHT: f64 = 0.5;
/// What a poll is worth, in seconds for which a result lies unseen: a part of the job's age,
/// up to a limit.
const PRICE: f64 = 0.02;
const HIGHEST_PRICE: f64 = 0.1;

/// How often jobs ended at each age, against how often they were watched at that age: the
/// hazard rate, which is all that the planning of polls needs, and which jobs that have not
/// ended yet add to as well.
pub(crate) struct Lifetimes {
    ended: [f32; SLICES],
    watched: [f32; SLICES],
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self { ended: [0.0; SLICES], watched: [0.0; SLICES] }
    }
}

impl Lifetimes {
    /// How long to leave a job of this age alone: until its result is expected to have lain
    /// unseen for as long as a poll is worth.
    pub(crate) fn wait(&self, age: Duration) -> Duration {
        let age = age.as_secs_f64();
        let (mut at, mut chance, mut unseen) = (age, 0.0_f64, 0.0);
        for slice in slice_of(age)..SLICES {
            let (end, hazard) = (end_of(slice), self.hazard(slice));
            let step = (end - at) / 4.0;
            for _ in 0..4 {
                chance += hazard * step;
                unseen += (1.0 - (-chance).exp()) * step;
                at += step;
                if unseen >= price(at) {
                    return Duration::from_secs_f64(at - age);
                }
            }
        }
        Duration::from_secs(60)
    }

    /// Whether a job of this age has more likely ended than not, by what has been learnt.
    pub(crate) fn is_likely_over(&self, age: Duration) -> bool {
        let last = slice_of(age.as_secs_f64());
        let chance: f64 =
            (0..last).map(|slice| self.hazard(slice) * (end_of(slice) - start_of(slice))).sum();
        let learnt: f32 = self.ended.iter().sum();
        learnt >= 1.0 && chance > std::f64::consts::LN_2
    }

    /// A job that was watched from one age to another, and had not ended before the first.
    pub(crate) fn watched(&mut self, from: Duration, to: Duration) {
        let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
        for (slice, share) in shares(from, to) {
            self.watched[slice] += share;
        }
    }

    /// A job that ended at an age between these two.
    pub(crate) fn ended(&mut self, from: Duration, to: Duration) {
        let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
        let length = (to - from).max(1e-6);
        for (slice, share) in shares(from, from + length) {
            let part = share / narrow(length);
            self.ended[slice] += part;
            self.watched[slice] += share / 2.0;
        }
    }

    fn hazard(&self, slice: usize) -> f64 {
        let length = end_of(slice) - start_of(slice);
        let prior = PRIOR / end_of(slice);
        let ended = f64::from(self.ended[slice]) + WEIGHT * prior * length;
        ended / (f64::from(self.watched[slice]) + WEIGHT * length)
    }
}

fn price(age: f64) -> f64 {
    (PRICE * age).min(HIGHEST_PRICE)
}

/// The slices between two ages, with the seconds in each.
fn shares(from: f64, to: f64) -> impl Iterator<Item = (usize, f32)> {
    (slice_of(from)..=slice_of(to)).map(move |slice| {
        let end = if slice == SLICES - 1 { f64::MAX } else { end_of(slice) };
        let seconds = to.min(end) - from.max(start_of(slice));
        (slice, narrow(seconds.max(0.0)))
    })
}

#[expect(clippy::cast_possible_truncation, reason = "counts and seconds, not money")]
fn narrow(value: f64) -> f32 {
    value as f32
}

fn start_of(slice: usize) -> f64 {
    match slice {
        0 => 0.0,
        _ => end_of(slice - 1),
    }
}

fn end_of(slice: usize) -> f64 {
    FIRST * GROWTH.powi(i32::try_from(slice).unwrap_or(i32::MAX))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the number of slices"
)]
fn slice_of(age: f64) -> usize {
    if age < FIRST {
        return 0;
    }
    let slice = ((age / FIRST).ln() / GROWTH.ln()).floor() as usize + 1;
    slice.min(SLICES - 1)
}
