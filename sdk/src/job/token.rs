//! A job as something to keep.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::time::unix_seconds;
use crate::wire::{valid_model_id, valid_request_id};

/// What is needed to come back to a job, in this process or another one: its id, its model, and
/// when it was submitted. It holds no secret.
///
/// As text, and for serde, it is one short string, `request_id@model_id@seconds`; a bare request
/// id can be read too, and a model or a time that is not understood is left out. [`Client::resume`](crate::Client::resume) makes a job of it again.
///
/// ```
/// use runcomfy::JobToken;
///
/// let token: JobToken = "8f1c-22@acme/paint/text-to-image@1767225600".parse()?;
/// assert_eq!(token.request_id(), "8f1c-22");
/// assert_eq!(token.model_id(), Some("acme/paint/text-to-image"));
/// assert_eq!(token.to_string().parse::<JobToken>()?, token);
/// # Ok::<(), runcomfy::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JobToken {
    request_id: String,
    model_id: Option<String>,
    submitted_at: Option<u64>,
}

impl JobToken {
    /// The job with this request id, of which nothing else is known.
    ///
    /// Fails if the id is not 1 to 128 letters, digits, `_` and `-`.
    pub fn from_request_id(id: &str) -> Result<Self, Error> {
        if valid_request_id(id) {
            Ok(Self { request_id: id.to_owned(), model_id: None, submitted_at: None })
        } else {
            Err(Error::config(
                "this is not a request id: 1 to 128 letters, digits, `_` and `-` are",
            ))
        }
    }

    /// The job that a submit has just been answered with.
    pub(crate) fn submitted(request_id: String, model_id: &str, at: SystemTime) -> Self {
        Self {
            request_id,
            model_id: Some(model_id.to_owned()),
            submitted_at: Some(unix_seconds(at)),
        }
    }

    /// The id that the service gave the job.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The model that the job runs, where it is known.
    #[must_use]
    pub fn model_id(&self) -> Option<&str> {
        self.model_id.as_deref()
    }

    /// When the job was submitted, to the second, where it is known.
    #[must_use]
    pub fn submitted_at(&self) -> Option<SystemTime> {
        self.submitted_at.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
    }
}

impl fmt::Display for JobToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.request_id)?;
        if self.model_id.is_some() || self.submitted_at.is_some() {
            write!(f, "@{}", self.model_id.as_deref().unwrap_or_default())?;
        }
        match self.submitted_at {
            Some(seconds) => write!(f, "@{seconds}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for JobToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JobToken({self})")
    }
}

impl FromStr for JobToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.trim().split('@');
        let mut token = Self::from_request_id(parts.next().unwrap_or_default())?;
        // The id is what was paid for. A model or a time that this version cannot read, or a later
        // part, is no reason to give it up.
        token.model_id = parts.next().filter(|id| valid_model_id(id)).map(str::to_owned);
        let seconds = parts.next().and_then(|seconds| seconds.parse().ok());
        token.submitted_at = seconds.filter(|seconds| *seconds < 1 << 40);
        Ok(token)
    }
}

impl Serialize for JobToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for JobToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_text_and_json() {
        for text in ["r-1", "r-1@a/b", "r-1@a/b@1767225600", "r-1@@1767225600"] {
            let token: JobToken = text.parse().unwrap();
            assert_eq!(token.to_string(), text);
            let json = serde_json::to_string(&token).unwrap();
            assert_eq!(serde_json::from_str::<JobToken>(&json).unwrap(), token);
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "a/b", "r 1", "r.1@a/b@17", "@a/b", "r-1\0@a/b"] {
            assert!(text.parse::<JobToken>().is_err(), "{text}");
        }
    }

    #[test]
    fn whatever_comes_after_the_id_the_job_can_be_read() {
        let cases = [
            ("r-1@x", "r-1"),
            ("r-1@a/../b@17", "r-1@@17"),
            ("r-1@a/b/c/d/e/f@17", "r-1@@17"),
            ("r-1@ a/b@17", "r-1@@17"),
            ("r-1@a/b@soon", "r-1@a/b"),
            ("r-1@a/b@99999999999999", "r-1@a/b"),
            ("r-1@a/b@-1", "r-1@a/b"),
            ("r-1@@", "r-1"),
            ("r-1@a/b@17@more", "r-1@a/b@17"),
        ];
        for (text, read) in cases {
            assert_eq!(text.parse::<JobToken>().unwrap().to_string(), read, "{text}");
            let json = serde_json::Value::from(text);
            assert_eq!(serde_json::from_value::<JobToken>(json).unwrap().to_string(), read);
        }
    }
}
