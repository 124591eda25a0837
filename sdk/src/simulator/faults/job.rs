//! What can become of a job, and the words for it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Other words for the states of a job.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatusWords {
    /// In capitals: `"upper"`.
    Upper,
    /// Words that were seen in clients, such as `pending`, `processing`, `error`, `canceled`, and
    /// `completed` for `succeeded`: `"synonym"`.
    Synonym,
    /// This word, whatever the state: `{"word": "hibernating"}`.
    Word(String),
}

impl StatusWords {
    /// The word instead of `status`.
    pub(super) fn instead_of(&self, status: &str) -> String {
        match self {
            Self::Upper => status.to_uppercase(),
            Self::Synonym => synonym(status).to_owned(),
            Self::Word(word) => word.clone(),
        }
    }
}

fn synonym(status: &str) -> &str {
    match status {
        "in_queue" => "pending",
        "in_progress" => "processing",
        "succeeded" => "completed",
        "failed" => "error",
        "cancelled" => "canceled",
        other => other,
    }
}

/// The form of the `error` of a failed job.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Failure {
    /// A string: `"text"`.
    Text,
    /// An object with `message` and `code`: `"object"`.
    Object,
    /// `[{"errorCode": …, "error": "…", "debugInfo": "…"}]`: `"list"`.
    List,
    /// No `error` at all: `"silent"`.
    Silent,
    /// A string, and `/result` says `completed` instead of `failed`: `"completed"`.
    Completed,
    /// This JSON: `{"json": …}`.
    Json(Value),
}

impl Failure {
    /// The `error`.
    pub(crate) fn error(&self) -> Value {
        match self {
            Self::Text | Self::Completed => json!("the simulator was told to fail this job"),
            Self::Object => json!({ "code": 1001, "message": "told to fail" }),
            Self::List => {
                json!([{ "errorCode": 1001, "error": "told to fail", "debugInfo": "node 7" }])
            }
            Self::Silent => Value::Null,
            Self::Json(error) => error.clone(),
        }
    }

    /// The state on `/result`.
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            _ => "failed",
        }
    }
}

/// How late the output of a job is: until both have passed, `/result` says `succeeded` without it.
///
/// In a fault file: `{"answers": 2, "ms": 50, "placeholder": {}}`; what is left out is 0 and nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LateOutput {
    /// This many answers on `/result`.
    pub answers: u32,
    /// This many milliseconds after the first of them.
    pub ms: u64,
    /// The `output` until then; `None` for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<Value>,
}

impl LateOutput {
    /// This many answers on `/result` have no output.
    #[must_use]
    pub fn answers(answers: u32) -> Self {
        Self { answers, ..Self::default() }
    }

    /// Whether the output is still missing from an answer, before which there were that many others
    /// and the first of them that long ago.
    pub(crate) fn is_missing(&self, answers: u32, since: Duration) -> bool {
        answers < self.answers || since < Duration::from_millis(self.ms)
    }
}
