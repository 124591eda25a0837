//! What all requests share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use serde_json::{Map, Value};

use super::faults::{Desk, Passes};
use super::ledger::Ledger;
use super::log::RequestLog;
use super::model::ModelSpec;
use super::pace::QueuePace;
use super::queue::{Fate, Job, Order, Queue};
use super::refusal::Refusal;
use super::routes::News;
use super::server::Door;

pub(super) type Listener = dyn Fn(&RequestLog) + Send + Sync;
pub(super) type Pacer = dyn Fn(&Submission<'_>) -> QueuePace + Send + Sync;

/// A submit whose pace is asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Submission<'a> {
    /// The model that was called.
    pub model_id: &'a str,
    /// The input as it was submitted.
    pub input: &'a Map<String, Value>,
}

/// The state of a simulator.
pub(super) struct Service {
    pub(super) models: RwLock<BTreeMap<String, Arc<ModelSpec>>>,
    pub(super) queue: Mutex<Queue>,
    /// The tokens that are accepted; any, if there are none here.
    pub(super) tokens: Vec<String>,
    pub(super) pacer: Box<Pacer>,
    pub(super) balance: Option<f64>,
    pub(super) picture_side: u32,
    pub(super) listener: Option<Box<Listener>>,
    pub(super) desk: Desk,
    pub(super) door: Door,
    /// `http://127.0.0.1:8080`.
    pub(super) origin: String,
    /// `http://localhost:8080`, the same place.
    pub(super) other_name: String,
}

impl Service {
    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ledger(&self) -> Ledger {
        self.queue().ledger(&self.door.closings())
    }

    pub(super) fn model(&self, id: &str) -> Result<Arc<ModelSpec>, Refusal> {
        let models = self.models.read().unwrap_or_else(PoisonError::into_inner);
        models.get(id).cloned().ok_or(Refusal::UnknownModel)
    }

    /// The bearer token of a request, if it is one that is accepted.
    pub(super) fn token(&self, headers: &HeaderMap) -> Result<Arc<str>, Refusal> {
        headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .map(str::trim)
            .filter(|token| !token.is_empty())
            .filter(|token| {
                self.tokens.is_empty() || self.tokens.iter().any(|known| known == token)
            })
            .map(Arc::from)
            .ok_or(Refusal::BadToken)
    }

    /// Writes down what an answer meant, as far as it got through.
    pub(super) fn note(&self, news: Option<&News>, passes: Passes) {
        match (news, passes) {
            (Some(News::Told(id)), Passes::All) => self.queue().delivered(id),
            (Some(News::Made(id)), Passes::Nothing) => self.queue().unanswered(id),
            _ => {}
        }
    }

    /// Checks an input and makes a job of it.
    pub(super) fn submit(
        &self,
        model: Arc<ModelSpec>,
        owner: Arc<str>,
        input: Value,
        fate: Fate,
    ) -> Result<Job, Refusal> {
        match model.input.faults(&input) {
            Ok(faults) if faults.is_empty() => {}
            Ok(faults) => return Err(Refusal::Input(faults)),
            Err(reason) => {
                let reason = format!("the schema of {} cannot be used: {reason}", model.id);
                return Err(Refusal::Broken(reason));
            }
        }
        let Value::Object(input) = input else {
            let fault = serde_json::json!({ "loc": ["body"], "msg": "value is not an object" });
            return Err(Refusal::Input(vec![fault]));
        };
        let pace = model
            .pace
            .unwrap_or_else(|| (self.pacer)(&Submission { model_id: &model.id, input: &input }));
        let usd = model.cost(&input);
        let mut queue = self.queue();
        if self.balance.is_some_and(|balance| queue.spent() + usd > balance) {
            return Err(Refusal::NoBalance);
        }
        Ok(queue.accept(Order { model, input, owner, pace, fate, usd }))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("origin", &self.origin).finish_non_exhaustive()
    }
}
