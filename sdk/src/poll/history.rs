//! What a client has learnt, model by model.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::Lifetimes;

/// A process that calls more models than this is not worth the memory.
const MODELS: usize = 1000;

/// The lifetimes of every model that a client has polled.
#[derive(Default)]
pub(crate) struct History {
    models: Mutex<BTreeMap<String, SharedLifetimes>>,
}

/// One model's lifetimes, shared by its jobs.
#[derive(Clone, Default)]
pub(crate) struct SharedLifetimes(Arc<Shared>);

#[derive(Default)]
struct Shared {
    lives: Mutex<Lifetimes>,
    news: Notify,
}

impl History {
    /// What is known of a model; of a job whose model is unknown, nothing is shared.
    pub(crate) fn of(&self, model_id: Option<&str>) -> SharedLifetimes {
        let Some(model_id) = model_id else {
            return SharedLifetimes::default();
        };
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = models.get(model_id) {
            return known.clone();
        }
        if models.len() >= MODELS {
            models.pop_first();
        }
        models.entry(model_id.to_owned()).or_default().clone()
    }
}

impl SharedLifetimes {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Lifetimes> {
        self.0.lives.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the end of a job, as [`Lifetimes::ended`] does, and tells those that wait for others if
    /// it is news.
    pub(crate) fn ended(&self, from: Duration, to: Duration) {
        let mut lives = self.lock();
        lives.ended(from, to);
        if lives.is_new() {
            self.0.news.notify_waiters();
        }
    }

    /// Waits for the end of a job that changes what to expect of the others.
    pub(crate) async fn news(&self) {
        self.0.news.notified().await;
    }
}
