//! A look at the live schema beside the first submit of each model.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Instrument;

use super::{SchemaDrift, look};
use crate::client::Inner;
use crate::input::Input;

/// What is called with the drift of a model.
pub(crate) type OnDrift = Arc<dyn Fn(&SchemaDrift) + Send + Sync>;

/// Who wants to hear of drift, and of which models they have heard.
pub(crate) struct DriftWatch {
    hook: Option<OnDrift>,
    looked_at: Mutex<BTreeSet<String>>,
}

impl DriftWatch {
    pub(crate) fn new(hook: Option<OnDrift>) -> Self {
        Self { hook, looked_at: Mutex::default() }
    }

    /// Looks, once for each model, in a task of its own: no submit waits for it, and none fails by
    /// it.
    pub(crate) fn look<I: Input>(&self, client: &Arc<Inner>, input: &I) {
        let (Some(hook), Some(compiled)) = (&self.hook, input.input_schema()) else { return };
        let model = input.model_id().to_owned();
        let new =
            self.looked_at.lock().unwrap_or_else(PoisonError::into_inner).insert(model.clone());
        let (true, Ok(runtime)) = (new, tokio::runtime::Handle::try_current()) else { return };
        let (hook, client) = (hook.clone(), client.clone());
        let task = async move {
            match look(&client, &model, compiled).await {
                Ok(None) => {}
                Ok(Some(drift)) => {
                    if catch_unwind(AssertUnwindSafe(|| hook(&drift))).is_err() {
                        tracing::error!(model, "the on_schema_drift hook panicked");
                    }
                }
                Err(error) => tracing::debug!(model, %error, "the live schema was not to be had"),
            }
        };
        runtime.spawn(task.in_current_span());
    }
}
