//! The queue service on localhost: for tests, for trying things without paying, for clients in
//! any language.
//!
//! A [`Simulator`] speaks the protocol of the Model API over real HTTP. It checks inputs against the
//! models' schemas with the independent `jsonschema` crate, keeps a queue whose positions count
//! down, makes real small pictures of the asked ratio and format, and keeps [books](Ledger), so
//! that a test can assert what was paid for.
//!
//! ```
//! use runcomfy::simulator::{ModelSpec, QueuePace, Simulator};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let schema = json!({
//!     "type": "object",
//!     "properties": { "prompt": { "type": "string" } },
//!     "required": ["prompt"],
//! });
//! let simulator = Simulator::builder()
//!     .model(ModelSpec::new("acme/paint/text-to-image", schema).price_usd(0.04))
//!     .queue(QueuePace::instant())
//!     .start()
//!     .await?;
//! println!("a client's base URL: {}", simulator.url());
//! assert_eq!(simulator.ledger().billed, 0);
//! # Ok(())
//! # }
//! ```

mod answer;
mod around;
mod builder;
mod catalog;
mod check;
mod dice;
mod document;
mod ledger;
mod log;
mod media;
mod model;
mod pace;
mod picture;
mod queue;
mod refusal;
mod routes;
mod serve;
mod server;
mod service;
mod shape;
mod size;

use std::sync::{Arc, PoisonError};

use tokio::task::JoinHandle;

pub use builder::SimulatorBuilder;
pub use ledger::{Ledger, LedgerEntry};
pub use log::RequestLog;
pub use model::ModelSpec;
pub use pace::QueuePace;
pub use service::Submission;
pub use shape::OutputShape;

use service::Service;

/// A running simulator. It stops, and all its connections close, when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    service: Arc<Service>,
    serving: JoinHandle<()>,
}

impl Simulator {
    /// A simulator to be set up and started.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::new()
    }

    /// Where it listens, such as `http://127.0.0.1:41234`: the base URL for a client.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.service.origin
    }

    /// The books as they are now.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.service.queue().ledger()
    }

    /// Whether this job is charged; `None` if there is no such job.
    #[must_use]
    pub fn billed(&self, request_id: &str) -> Option<bool> {
        Some(self.ledger().entry(request_id)?.billed)
    }

    /// Adds a model to the running service, or replaces the one with its id.
    pub fn add_model(&self, model: ModelSpec) {
        let models = &self.service.models;
        let mut models = models.write().unwrap_or_else(PoisonError::into_inner);
        models.insert(model.id.clone(), Arc::new(model));
    }

    /// Takes a model out of the running service; its jobs stay. False if it was not there.
    pub fn remove_model(&self, id: &str) -> bool {
        let models = &self.service.models;
        let mut models = models.write().unwrap_or_else(PoisonError::into_inner);
        models.remove(id).is_some()
    }

    /// Stops, and waits until the port is free again.
    pub async fn shutdown(mut self) {
        self.serving.abort();
        // Cancelled is what it is meant to be.
        let _ = (&mut self.serving).await;
    }

    /// Runs until the simulator fails, which it does not do on its own: for a program that serves
    /// and nothing else.
    pub async fn serve(mut self) {
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
