//! Typed inputs and results for RunComfy's Model API.

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
mod poll;
#[cfg(feature = "client")]
mod status;
#[cfg(feature = "client")]
mod submit;
#[cfg(feature = "client")]
mod time;
#[cfg(feature = "client")]
mod wire;

#[cfg(feature = "simulator")]
pub mod simulator;

pub use files::Files;
#[cfg(feature = "schema-text")]
pub use input::Model;
pub use input::{Input, JsonInput, Output, OutputKind};
pub use media::{Audio, Image, Video};
pub use output::MediaOutput;
pub use schema::{Invalid, Violation};

#[cfg(feature = "client")]
pub use batch::{Batch, BatchItem, BatchResults};
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
pub use journal::{Journal, KnownJob, Recovery, UnknownSubmit};
#[cfg(feature = "client")]
pub use status::{State, Status};

/// The examples of the README are compiled and run too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
