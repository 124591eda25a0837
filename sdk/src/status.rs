//! Where a job stands.

use std::fmt;

use serde_json::Value;

use crate::redact::{self, Shown};

/// No state is a word of more characters.
const LONGEST: usize = 64;

/// Where a job stands, from whichever of its two vocabularies the service used.
///
/// The letter case and all spellings that have been seen are understood. A word that is not is
/// kept as [`State::Unknown`]: a waiting client treats it as unfinished and asks for the result.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// It waits for its turn; only now can it be cancelled.
    Queued,
    /// It runs, and bills to its end.
    Running,
    /// It has ended. The status call does not tell whether it succeeded: only the result does.
    Ended,
    /// It has succeeded.
    Succeeded,
    /// It has failed.
    Failed,
    /// It was cancelled before it ran.
    Cancelled,
    /// A word that this version does not know, as the service spelt it, cut after 64 characters.
    Unknown(String),
}

impl State {
    /// Reads a status word.
    ///
    /// ```
    /// use runcomfy::State;
    ///
    /// assert_eq!(State::from_word("IN_QUEUE"), State::Queued);
    /// assert_eq!(State::from_word("canceled"), State::Cancelled);
    /// ```
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        let bare: String = word
            .chars()
            .take(LONGEST)
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match bare.as_str() {
            "inqueue" | "queued" | "queue" | "pending" | "waiting" | "submitted" => Self::Queued,
            "inprogress" | "processing" | "running" | "starting" | "started" => Self::Running,
            "completed" | "complete" | "finished" | "done" | "ended" => Self::Ended,
            "succeeded" | "success" | "successful" => Self::Succeeded,
            "failed" | "failure" | "error" | "errored" => Self::Failed,
            "cancelled" | "canceled" => Self::Cancelled,
            _ => Self::Unknown(word.trim().chars().take(LONGEST).collect()),
        }
    }

    /// Whether the job is over, in whatever way.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Ended | Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Ended => "ended",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Unknown(word) => return f.write_str(&redact::text(word)),
        })
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "Queued",
            Self::Running => "Running",
            Self::Ended => "Ended",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Unknown(word) => {
                return f.debug_tuple("Unknown").field(&Shown(word.as_str())).finish();
            }
        })
    }
}

/// The answer of one status call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Where the job stands.
    pub state: State,
    /// How many jobs are ahead of it, where the service says so: only while it is queued.
    pub queue_position: Option<u64>,
}

impl Status {
    /// Reads `{"status": …, "queue_position": …}`; `None` if there is no status word in it.
    pub(crate) fn of(body: &Value) -> Option<Self> {
        let state = State::from_word(status_word(body)?);
        let position = body.get("queue_position").and_then(|value| match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_u64(),
        });
        Some(Self { queue_position: position.filter(|_| state == State::Queued), state })
    }
}

/// The word in which an answer says where a job stands.
pub(crate) fn status_word(body: &Value) -> Option<&str> {
    ["status", "state"].iter().find_map(|key| body.get(*key)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_vocabularies_and_all_spellings_are_understood() {
        let cases = [
            (
                State::Queued,
                &["in_queue", "IN_QUEUE", "InQueue", "pending", "waiting", "queued"][..],
            ),
            (State::Running, &["in_progress", "In Progress", "processing", "starting", "running"]),
            (State::Ended, &["completed", "COMPLETED", "Complete"]),
            (State::Succeeded, &["succeeded", "Success"]),
            (State::Failed, &["failed", "error", "ERROR"]),
            (State::Cancelled, &["cancelled", "canceled", "Canceled"]),
        ];
        for (state, words) in cases {
            for word in words {
                assert_eq!(State::from_word(word), state, "{word}");
            }
        }
        assert_eq!(State::from_word("Paused"), State::Unknown("Paused".to_owned()));
        assert_eq!(State::from_word(&"é".repeat(1 << 20)), State::Unknown("é".repeat(64)));
    }

    #[test]
    fn a_position_counts_only_in_the_queue() {
        let read = |body| Status::of(&body).map(|s| (s.state, s.queue_position));
        assert_eq!(
            read(json!({"status": "in_queue", "queue_position": 3})),
            Some((State::Queued, Some(3)))
        );
        assert_eq!(
            read(json!({"status": "in_queue", "queue_position": "3"})),
            Some((State::Queued, Some(3)))
        );
        assert_eq!(
            read(json!({"status": "in_queue", "queue_position": -1})),
            Some((State::Queued, None))
        );
        assert_eq!(
            read(json!({"status": "in_progress", "queue_position": 0})),
            Some((State::Running, None))
        );
        assert_eq!(read(json!({"state": "done"})), Some((State::Ended, None)));
        assert_eq!(read(json!({"status": 7})), None);
        assert_eq!(read(json!([])), None);
    }
}
