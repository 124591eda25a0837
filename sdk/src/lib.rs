//! Typed inputs and results for RunComfy's Model API.

pub mod schema;

mod files;
mod input;
mod media;

#[cfg(feature = "simulator")]
pub mod simulator;

pub use files::Files;
pub use input::{Input, JsonInput, Output, OutputKind};
pub use media::{Audio, Image, Video};
pub use schema::{Invalid, Violation};
