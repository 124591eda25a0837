//! One line for each request.

use std::fmt;
use std::time::Duration;

/// A request that was answered, or deliberately not answered.
///
/// Its `Display` is one line, such as `POST /v1/models/acme/paint 200 in 2 ms`. It holds neither
/// tokens nor inputs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RequestLog {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The HTTP status of the answer, sent or not.
    pub status: u16,
    /// How long the answer took to make.
    pub took: Duration,
    /// The job that the request made.
    pub request_id: Option<String>,
    /// The faults that were injected, in words.
    pub faults: Vec<String>,
}

impl fmt::Display for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, status, .. } = self;
        write!(f, "{method} {path} {status} in {} ms", self.took.as_millis())?;
        if let Some(id) = &self.request_id {
            write!(f, ", job {id}")?;
        }
        for fault in &self.faults {
            write!(f, ", {fault}")?;
        }
        Ok(())
    }
}
