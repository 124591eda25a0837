//! What can go wrong.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::FalseAnswer;
use super::encoding::Encoding;
use super::job::{Failure, LateOutput, StatusWords};
use super::rule::Endpoint;
use crate::simulator::{FileFormat, OutputShape};

/// One thing that goes wrong.
///
/// Each variant says how it is written in a [fault file](super::Faults#as-a-file).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The request waits before anything is done with it: `{"delay_ms": 300}`. It is carried out even
    /// if the client has gone by then.
    #[serde(rename = "delay_ms", with = "millis")]
    Delay(Duration),
    /// Nobody listens for that long: `{"refuse_connections_ms": 500}`. The request that sets it off,
    /// and those under way, are answered; idle connections close. The port is closed by the time the
    /// answer is there.
    #[serde(rename = "refuse_connections_ms", with = "millis")]
    RefuseConnections(Duration),
    /// Connections that are made within that time after this request are not served before it is
    /// over: `{"accept_late_ms": 500}`. What a client sends meanwhile is read afterwards, also if the
    /// client has gone.
    #[serde(rename = "accept_late_ms", with = "millis")]
    AcceptLate(Duration),
    /// The connection is closed when it has been idle for that long after this answer, without a
    /// word to the client: `{"close_idle_ms": 5}`. A request that arrives just then is not read.
    #[serde(rename = "close_idle_ms", with = "millis")]
    CloseIdle(Duration),
    /// The connection stays open after this answer, and is reset, unread, when the next request comes
    /// on it: `"reset_next"`. The worst case of [`CloseIdle`](Self::CloseIdle), every time.
    ResetNext,
    /// The body of the request is read at that many bytes per second: `{"slow_upload": 100000}`.
    SlowUpload(u64),
    /// The request is refused before its body is read, and the connection is closed or reset after
    /// the answer: `{"refuse_early": {"status": 413, "reset": true}}`. It has no effect.
    RefuseEarly {
        /// The HTTP status, such as 413 or 401.
        status: u16,
        /// Whether the connection is reset instead of closed in order.
        #[serde(default)]
        reset: bool,
    },
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
    /// The same, after that many bytes of the body; a shorter body arrives whole:
    /// `{"cut_after": 100000}`. With it, a file arrives in pieces of that size.
    CutAfter(u64),
    /// The request is carried out; the answer pauses in the middle of its body: `{"stall_ms": 60000}`.
    #[serde(rename = "stall_ms", with = "millis")]
    Stall(Duration),
    /// The answer announces so many bytes more than it has, or fewer, and then ends before it is
    /// over: `{"wrong_length": 100}`.
    WrongLength(i64),
    /// The true answer, in a form that strict readers of JSON refuse: `{"encoding": "utf16"}`.
    Encoding(Encoding),
    /// Another answer than the true one: `{"answer": {"status": 503}}`.
    Answer(FalseAnswer),
    /// While the job is not over, its `/result` is answered with this instead of its state:
    /// `{"unfinished_result": {"status": 400, "body": {"json": {"error_code": 400005}}}}`.
    UnfinishedResult(FalseAnswer),
    /// The answer about a job is that about another job of the same account, id and all; nothing
    /// happens as long as there is no other: `"another_job"`.
    AnotherJob,
    /// The answer points to another place: `{"redirect": {}}`, by default to this simulator under its
    /// other name, `localhost`, where it serves the file; `{"redirect": {"to": "https://host"}}`
    /// puts that origin in front of the path. By default it is for files only.
    Redirect {
        /// The origin, such as `https://elsewhere.example`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// A job is made, and the answer lacks its `request_id` and its URLs: `"missing_request_id"`.
    MissingRequestId,
    /// The answer tells the state in other words: `{"status": "upper"}`.
    Status(StatusWords),
    /// The job of this submit fails: `{"fail": "text"}`. On `/status` it is `completed`.
    Fail(Failure),
    /// The job of this submit ends without an output, in a state of this name on `/status` and on
    /// `/result`: `{"end": "expired"}`. It stays charged.
    End(String),
    /// The service cancels the job of this submit by itself, and charges that sum in US dollars all
    /// the same, also if the client cancels it before: `{"cancelled": {"usd": 0.02}}`.
    Cancelled {
        /// The charge, which is also the `cost` of the result.
        usd: f64,
    },
    /// The job of this submit is forgotten after that many polls, with error code 404001:
    /// `{"lose_after": 2}`. It stays charged.
    LoseAfter(u32),
    /// The job of this submit is said to have succeeded before its output is there:
    /// `{"late_output": {"answers": 2}}`.
    LateOutput(LateOutput),
    /// The `cost` of the job of this submit is this JSON instead: `{"cost": -1}`. The books keep the
    /// true charge.
    Cost(Value),
    /// The first that many results of the job of this submit have no `cost`: `{"late_cost": 1}`.
    LateCost(u32),
    /// The result of the job of this submit repeats the input, as `input` beside its output and, if
    /// that is an object, in it: `"echo_input"`.
    EchoInput,
    /// A cancel of this job is answered with `cancellation_requested`, and carried out at once:
    /// `"slow_cancel"`.
    SlowCancel,
    /// The job's output takes this form: `{"output": "bare_url"}`.
    Output(OutputShape),
    /// The job's files are of this format, whatever their names: `{"format": "avif"}`.
    Format(FileFormat),
    /// The file comes without an `ETag`: `"no_etag"`.
    NoEtag,
    /// The file is another version, of the same length, also where a range of the first version is
    /// asked for: `"other_version"`.
    OtherVersion,
}

impl Fault {
    /// Whether it makes sense on `endpoint`.
    pub(super) fn makes_sense_on(&self, endpoint: Endpoint) -> bool {
        use Endpoint::{Cancel, File, Result, Status, Submit};
        match self {
            Self::MissingRequestId
            | Self::Fail(_)
            | Self::End(_)
            | Self::Cancelled { .. }
            | Self::LoseAfter(_)
            | Self::LateOutput(_)
            | Self::Cost(_)
            | Self::LateCost(_)
            | Self::EchoInput
            | Self::SlowCancel
            | Self::Output(_)
            | Self::Format(_)
            | Self::SlowUpload(_)
            | Self::RefuseEarly { .. } => endpoint == Submit,
            Self::Status(_) => matches!(endpoint, Status | Result | Cancel),
            Self::AnotherJob => matches!(endpoint, Status | Result),
            Self::UnfinishedResult(_) => endpoint == Result,
            Self::NoEtag | Self::OtherVersion => endpoint == File,
            Self::Encoding(_) => endpoint != File,
            _ => true,
        }
    }

    /// Whether it happens on `endpoint` if its rule names none.
    pub(super) fn usual_on(&self, endpoint: Endpoint) -> bool {
        match self {
            Self::Redirect { .. } | Self::WrongLength(_) => endpoint == Endpoint::File,
            _ => self.makes_sense_on(endpoint),
        }
    }
}

/// Durations in milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        time.as_millis().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}
