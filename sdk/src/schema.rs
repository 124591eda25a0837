//! What the generated types are made of: reading, checking and writing JSON by a schema.
mod violation;
pub use violation::{Invalid, Violation};
