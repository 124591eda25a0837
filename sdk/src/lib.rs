//! Typed inputs and results for RunComfy's Model API: hundreds of image, video and audio models
//! behind one paid, asynchronous queue.
//!
//! ```no_run
//! use runcomfy::Client;
//! use runcomfy::models::google::nano_banana_2::text_to_image::{AspectRatio, Input};
//!
//! # async fn f() -> Result<(), runcomfy::Error> {
//! let client = Client::from_env()?; // RUNCOMFY_API_TOKEN
//! let input = Input::new("a lighthouse at dusk").aspect_ratio(AspectRatio::_16_9);
//! let done = client.run(input).await?;
//! let saved = client.download(&done).to("pictures").await?;
//! println!("{} files for {:?} USD", saved.len(), done.cost);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! - **What is wrong is found before it costs.** An input is checked against the schema of its
//!   model before anything is sent: every fault at once, each with its place and its limit.
//! - **Nothing is paid twice.** A submit is sent again only where not a byte of it can have
//!   arrived, or where the service turned it away. An outcome that is not known is
//!   [an error of its own](Error::is_outcome_unknown).
//! - **No paid job is lost.** From the request id on, a failed poll is an [`Event`], not the end;
//!   a [`JobToken`] brings a job back in another process, and a [`Journal`] does so after a crash.
//! - **No paid result is lost.** Outputs keep values and members that this version does not know.
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | the models, their fields and limits | [`models`] |
//! | a model that is not compiled in, or plain JSON | [`JsonInput`] |
//! | progress, deadlines, cancelling | [`Job`], [`Wait`] |
//! | many inputs, with a budget | [`Batch`] |
//! | files on the disk | [`Download`] |
//! | which models there are, and what they cost | [`Catalog`] |
//! | images, videos and audio of this machine as inputs | [`Image`], [`Video`], [`Audio`] |
//! | what went wrong, and what it may have cost | [`Error`] |
//! | tests and first steps without paying | the feature `simulator` |
//!
//! # Spans
//!
//! The client tells [`tracing`](https://docs.rs/tracing) what it does, in the words of OpenTelemetry's
//! [conventions for generative AI](https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/), so
//! that `tracing-opentelemetry` brings it where other model calls are. A run is one span; its submit, its
//! polls and what is tried again are inside. Prompts, tokens and media URLs are never recorded.
//!
//! | span | level | is |
//! |---|---|---|
//! | `runcomfy.run` | info | one [`Client::run`], the only one that counts as a call of a model |
//! | `runcomfy.submit` | info | one submit, all its attempts; inside a run or by itself |
//! | `runcomfy.wait` | info | one wait that is no part of a run |
//! | `runcomfy.http` | debug | one request of those |
//! | `runcomfy.download` | debug | the files of one download |
//!
//! | attribute | of | value |
//! |---|---|---|
//! | `gen_ai.operation.name`, `gen_ai.provider.name` | run | `generate_content`, `runcomfy` |
//! | `gen_ai.output.type` | run | `image`, `video` or `audio`, where it is known |
//! | `gen_ai.request.model` | run, submit, wait | the model's id |
//! | `gen_ai.response.id` | run, submit, wait | the request id, as soon as there is one |
//! | `server.address`, `server.port` | run, submit, wait | of the service |
//! | `error.type`, `otel.status_code` | run, submit, wait | [`Error::type_name`], and `ERROR`, where it failed |
//! | `otel.name`, `otel.kind` | run | `generate_content` and the model's id; `client` |
//! | `runcomfy.queue_seconds`, `runcomfy.run_seconds` | run, wait | how long the job was queued and ran, as seen from here |
//! | `runcomfy.polls` | run, wait | how often it was asked about |
//! | `runcomfy.cost_usd` | run, wait | what it cost, where the service says so |
//! | `http.request.method`, `url.template`, `http.response.status_code` | http | as in the conventions for HTTP |
//!
//! The features of the crate are listed in its [README](https://docs.rs/crate/runcomfy).
#![cfg_attr(
    not(feature = "client"),
    allow(rustdoc::broken_intra_doc_links, reason = "the client is documented with it")
)]

pub mod schema;

#[rustfmt::skip]
#[path = "generated/mod.rs"]
#[allow(
    clippy::doc_markdown,
    clippy::large_enum_variant,
    clippy::module_inception,
    clippy::needless_pass_by_value,
    clippy::struct_excessive_bools,
    clippy::unreadable_literal,
    deprecated,
    reason = "the schemas decide"
)]
pub mod models;

mod files;
mod input;
mod media;
mod output;
mod redact;

#[cfg(feature = "client")]
mod batch;
#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "client")]
mod catalog;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod completed;
#[cfg(feature = "client")]
mod data_uri;
#[cfg(feature = "client")]
mod download;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod format;
#[cfg(feature = "client")]
mod http;
#[cfg(feature = "client")]
mod job;
#[cfg(feature = "client")]
mod journal;
#[cfg(feature = "client")]
mod money;
#[cfg(feature = "client")]
mod poll;
#[cfg(feature = "client")]
mod runtime;
#[cfg(feature = "client")]
mod status;
#[cfg(feature = "client")]
mod submit;
#[cfg(feature = "client")]
mod time;
#[cfg(feature = "client")]
mod trace;
#[cfg(feature = "client")]
mod wire;

#[cfg(feature = "simulator")]
pub mod simulator;

pub use files::Files;
#[cfg(feature = "schema-text")]
pub use input::Model;
pub use input::{Input, JsonInput, Output, OutputKind};
pub use media::{Audio, Image, Video};
pub use output::{AudioOutput, ImageOutput, MediaOutput, VideoOutput};
#[doc(inline)]
pub use schema::{Invalid, Violation};

#[cfg(feature = "client")]
pub use batch::{Batch, BatchItem, BatchResults};
#[cfg(feature = "client")]
pub use catalog::{Catalog, CatalogEntries, CatalogEntry, Estimate, Price, PriceUnit};
#[cfg(all(feature = "client", feature = "schema-text"))]
pub use catalog::{FieldChange, SchemaDrift};
#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder};
#[cfg(feature = "client")]
pub use completed::Completed;
#[cfg(feature = "client")]
pub use download::{
    Download, DownloadEvent, DownloadEvents, Existing, FailedFile, SavedFile, Sources,
};
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use job::{CancelOutcome, Event, Events, Job, JobToken, Wait};
#[cfg(feature = "client")]
pub use journal::{Journal, KnownJob, Recovery, Repair, UnknownSubmit};
#[cfg(feature = "client")]
pub use status::{State, Status};

/// The examples of the README are compiled and run too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
