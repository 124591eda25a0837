//! What can go wrong.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::answer::FalseAnswer;
use super::rule::Endpoint;
use crate::simulator::OutputShape;

/// One thing that goes wrong.
///
/// Each variant says how it is written in a [fault file](super::Faults#as-a-file).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The request waits before anything is done with it: `{"delay_ms": 300}`.
    #[serde(rename = "delay_ms", deserialize_with = "millis")]
    Delay(Duration),
    /// Nobody listens for that long: `{"refuse_connections_ms": 500}`. The request that sets it off,
    /// and those under way, are answered; idle connections close. The port is closed by the time the
    /// answer is there.
    #[serde(rename = "refuse_connections_ms", deserialize_with = "millis")]
    RefuseConnections(Duration),
    /// The connection is reset and the request has no effect: `"reset_before"`.
    ResetBefore,
    /// The request is carried out, then the connection is reset without an answer:
    /// `"reset_after"`. A submit is accepted and charged, and the client never sees the id.
    ResetAfter,
    /// The request is carried out; the connection is reset in the middle of the answer's body:
    /// `"reset_midway"`.
    ResetMidway,
    /// The request is carried out; the connection is closed in order in the middle of the answer's body,
    /// short of its `Content-Length`: `"cut_midway"`.
    CutMidway,
    /// The request is carried out; the answer pauses in the middle of its body: `{"stall_ms": 60000}`.
    #[serde(rename = "stall_ms", deserialize_with = "millis")]
    Stall(Duration),
    /// Another answer than the true one: `{"answer": {"status": 503}}`.
    Answer(FalseAnswer),
    /// The answer points to another place: `{"redirect": {}}`, by default to this simulator under its
    /// other name, `localhost`, where it serves the file; `{"redirect": {"to": "https://host"}}`
    /// puts that origin in front of the path. By default it is for files only.
    Redirect {
        /// The origin, such as `https://elsewhere.example`.
        #[serde(default)]
        to: Option<String>,
    },
    /// A job is made, and the answer lacks its `request_id` and its URLs: `"missing_request_id"`.
    MissingRequestId,
    /// The answer tells the state in other words: `{"status": "upper"}`.
    Status(StatusWords),
    /// The job of this submit fails: `{"fail": "text"}`. On `/status` it is `completed`.
    Fail(Failure),
    /// The job of this submit is forgotten after that many polls, with error code 404001:
    /// `{"lose_after": 2}`. It stays charged.
    LoseAfter(u32),
    /// A cancel of this job is answered with `cancellation_requested`, and carried out at once:
    /// `"slow_cancel"`.
    SlowCancel,
    /// The job's output takes this form: `{"output": "bare_url"}`.
    Output(OutputShape),
}

/// Other words for the states of a job.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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

/// The form of the `error` of a failed job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
    /// This JSON: `{"json": …}`.
    Json(Value),
}

impl Failure {
    /// The `error`.
    pub(super) fn error(&self) -> Value {
        match self {
            Self::Text => json!("the simulator was told to fail this job"),
            Self::Object => json!({ "code": 1001, "message": "told to fail" }),
            Self::List => {
                json!([{ "errorCode": 1001, "error": "told to fail", "debugInfo": "node 7" }])
            }
            Self::Silent => Value::Null,
            Self::Json(error) => error.clone(),
        }
    }
}

impl Fault {
    /// The endpoints where it makes sense, and those where it happens if none are named.
    pub(super) fn makes_sense_on(&self, endpoint: Endpoint) -> bool {
        use Endpoint::{Cancel, Result, Status, Submit};
        match self {
            Self::MissingRequestId
            | Self::Fail(_)
            | Self::LoseAfter(_)
            | Self::SlowCancel
            | Self::Output(_) => endpoint == Submit,
            Self::Status(_) => matches!(endpoint, Status | Result | Cancel),
            _ => true,
        }
    }

    /// Whether it happens on `endpoint` if its rule names none.
    pub(super) fn usual_on(&self, endpoint: Endpoint) -> bool {
        match self {
            Self::Redirect { .. } => endpoint == Endpoint::File,
            _ => self.makes_sense_on(endpoint),
        }
    }

    /// One of each, the quick ones.
    pub(super) fn every_kind() -> Vec<Self> {
        let error = json!({ "error_code": 500_001, "error_message": "try again later" });
        let soon = Duration::from_millis(5);
        vec![
            Self::Delay(soon),
            Self::RefuseConnections(soon),
            Self::ResetBefore,
            Self::ResetAfter,
            Self::ResetMidway,
            Self::CutMidway,
            Self::Stall(soon),
            FalseAnswer::too_many_requests().into(),
            FalseAnswer::too_many_requests().retry_after(0).into(),
            FalseAnswer::new(503).into(),
            FalseAnswer::new(500).processed().into(),
            FalseAnswer::new(502).html().into(),
            FalseAnswer::new(200).html().processed().into(),
            FalseAnswer::new(200).json(error.clone()).into(),
            FalseAnswer::new(200).json(error).processed().into(),
            Self::MissingRequestId,
            Self::Status(StatusWords::Upper),
            Self::Status(StatusWords::Synonym),
            Self::Status(StatusWords::Word("hibernating".to_owned())),
            Self::Fail(Failure::Text),
            Self::Fail(Failure::List),
            Self::LoseAfter(1),
            Self::SlowCancel,
            Self::Output(OutputShape::Mixed),
            Self::Redirect { to: None },
        ]
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(time) => write!(f, "delayed {} ms", time.as_millis()),
            Self::RefuseConnections(time) => {
                write!(f, "connections refused for {} ms", time.as_millis())
            }
            Self::ResetBefore => f.write_str("reset before it was read"),
            Self::ResetAfter => f.write_str("reset before the answer"),
            Self::ResetMidway => f.write_str("reset in the middle of the answer"),
            Self::CutMidway => f.write_str("answer cut in the middle"),
            Self::Stall(time) => write!(f, "answer stalled {} ms", time.as_millis()),
            Self::Answer(answer) => write!(f, "false answer {}", answer.status),
            Self::Redirect { .. } => f.write_str("redirected"),
            Self::MissingRequestId => f.write_str("without its request_id"),
            Self::Status(_) => f.write_str("state in other words"),
            Self::Fail(_) => f.write_str("the job will fail"),
            Self::LoseAfter(polls) => write!(f, "the job will be lost after {polls} polls"),
            Self::SlowCancel => f.write_str("a cancel will be promised only"),
            Self::Output(_) => f.write_str("the output takes another form"),
        }
    }
}

fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
