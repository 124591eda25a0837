//! Typed inputs and results for RunComfy's Model API.

pub mod schema;

#[rustfmt::skip]
#[path = "generated/mod.rs"]
#[allow(clippy::doc_markdown, clippy::struct_excessive_bools, clippy::large_enum_variant, reason = "the schemas decide")]
pub mod models;

mod files;
mod input;
mod media;
mod output;

pub use files::Files;
#[cfg(feature = "schema-text")]
pub use input::Model;
pub use input::{Input, JsonInput, Output, OutputKind};
pub use media::{Audio, Image, Video};
pub use output::MediaOutput;
pub use schema::{Invalid, Violation};
