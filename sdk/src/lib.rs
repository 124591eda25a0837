//! Typed inputs and results for RunComfy's Model API.

pub mod schema;

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod completed;
#[cfg(feature = "client")]
mod error;
mod files;
#[cfg(feature = "client")]
mod http;
mod input;
#[cfg(feature = "client")]
mod job;
mod media;
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

#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder};
#[cfg(feature = "client")]
pub use completed::Completed;
#[cfg(feature = "client")]
pub use error::Error;
pub use files::Files;
pub use input::{Input, JsonInput, Output, OutputKind};
#[cfg(feature = "client")]
pub use job::{CancelOutcome, Event, Events, Job, JobToken, Wait};
pub use media::{Audio, Image, Video};
pub use schema::{Invalid, Violation};
#[cfg(feature = "client")]
pub use status::{State, Status};
