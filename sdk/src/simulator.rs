//! The queue service on localhost: for tests, for trying things without paying, for clients in
//! any language.
//!
//! A [`Simulator`] speaks the protocol of the Model API over real HTTP: submit, status, result,
//! cancel, the catalog, the files of results. Any client can talk to it; ours is not involved.
//!
//! - It checks inputs against the models' schemas with the independent `jsonschema` crate, and
//!   answers with every fault and its place.
//! - Jobs wait in a queue whose positions count down, run, and end; [`QueuePace`] says how fast.
//! - Results are real small files that follow the input: pictures of the asked ratio, format and
//!   number, films (motion JPEG in MP4), sound (WAV). They can be resumed by `Range`.
//! - It keeps books of what was charged, even where the client was never told: [`Ledger`].
//! - What goes wrong, and when, is scripted or left to a seeded chance: [`Faults`].
//! - Each bearer token is an account of its own: a job belongs to the token that made it.
//!
//! Two endpoints are the simulator's own, need no token, and let clients in other languages do what
//! Rust does by method: `GET /simulator/ledger`, and `PUT /simulator/faults` with the text of a
//! [fault file](Faults#as-a-file).
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
mod faults;
mod film;
mod folder;
mod format;
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
mod socket;
mod tune;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

pub use builder::SimulatorBuilder;
pub use faults::{
    AnswerBody, Encoding, Endpoint, Failure, FalseAnswer, Fault, Faults, LateOutput, Rule,
    StatusWords,
};
pub use format::FileFormat;
pub use ledger::{Ledger, LedgerEntry, SubmitEntry};
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
        self.service.ledger()
    }

    /// Whether this job is charged; `None` if there is no such job.
    #[must_use]
    pub fn billed(&self, request_id: &str) -> Option<bool> {
        self.service.queue().billed(request_id)
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

    /// Adds a rule of what goes wrong from now on, after those that there are.
    pub fn inject(&self, rule: Rule) {
        self.service.desk.add(rule);
    }

    /// Replaces what goes wrong; [`Faults::new`] makes nothing go wrong any more. What was decided
    /// about jobs stays.
    pub fn set_faults(&self, faults: Faults) {
        self.service.desk.replace(faults);
    }

    /// Refuses connections for that long, from now on: nobody listens at the port. Requests under way
    /// are answered, idle connections close. Returns once the port is closed.
    pub async fn refuse_connections(&self, time: Duration) {
        self.service.door.shut(time).await;
    }

    /// Ends a time of [refused connections](Self::refuse_connections) early. Returns once the port
    /// is open.
    pub async fn accept_connections(&self) {
        self.service.door.open().await;
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
