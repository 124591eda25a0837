//! The lines of a journal.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

use crate::job::JobToken;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Record {
    /// It is about to be sent.
    Intent(Intent),
    /// It was accepted, and this is its job.
    Submitted { id: String, job: JobToken },
    /// There is no job: it was not sent, or turned away.
    Closed { id: String },
    /// It was sent, and what became of it is not known.
    Unknown { id: String, at: u64 },
    /// The outcome of a job was handed over.
    Collected { request_id: String },
    /// The user has settled it.
    Forgotten { id: String },
    /// What a batch has done counts no longer.
    BatchForgotten { name: String },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) at: u64,
    pub(super) model_id: String,
    pub(super) fingerprint: String,
    /// The service that it goes to.
    pub(super) origin: Option<String>,
    /// What is sent, if the user wants that here.
    pub(super) body: Option<Value>,
    pub(super) key: Option<String>,
    /// The name of the batch, and the place of the item in it.
    pub(super) batch: Option<(String, u64)>,
    /// What it was expected to cost.
    pub(super) usd: Option<f64>,
}

impl Record {
    /// The line, with its end.
    pub(super) fn to_line(&self) -> String {
        let value = match self {
            Self::Intent(intent) => intent.to_value(),
            Self::Submitted { id, job } => {
                json!({ "is": "submitted", "id": id, "job": job.to_string() })
            }
            Self::Closed { id } => json!({ "is": "closed", "id": id }),
            Self::Unknown { id, at } => json!({ "is": "unknown", "id": id, "at": at }),
            Self::Collected { request_id } => json!({ "is": "collected", "job": request_id }),
            Self::Forgotten { id } => json!({ "is": "forgotten", "id": id }),
            Self::BatchForgotten { name } => json!({ "is": "batch forgotten", "batch": name }),
        };
        value.to_string() + "\n"
    }

    /// Reads a line; `None` for what is no record, or one of a later version.
    pub(super) fn of(line: &Map<String, Value>) -> Option<Self> {
        let text = |key: &str| line.get(key)?.as_str().map(str::to_owned);
        let number = |key: &str| line.get(key)?.as_u64();
        let id = text("id");
        Some(match line.get("is")?.as_str()? {
            "intent" => Self::Intent(Intent {
                id: id?,
                at: number("at")?,
                model_id: text("model")?,
                fingerprint: text("input")?,
                origin: text("origin"),
                body: line.get("body").cloned(),
                key: text("key"),
                batch: text("batch").zip(number("item")),
                usd: line.get("usd").and_then(Value::as_f64),
            }),
            "submitted" => Self::Submitted { id: id?, job: text("job")?.parse().ok()? },
            "closed" => Self::Closed { id: id? },
            "unknown" => Self::Unknown { id: id?, at: number("at")? },
            "collected" => Self::Collected { request_id: text("job")? },
            "forgotten" => Self::Forgotten { id: id? },
            "batch forgotten" => Self::BatchForgotten { name: text("batch")? },
            _ => return None,
        })
    }
}

impl Intent {
    fn to_value(&self) -> Value {
        let mut line = json!({
            "is": "intent",
            "id": self.id,
            "at": self.at,
            "model": self.model_id,
            "input": self.fingerprint,
        });
        if let Some(origin) = &self.origin {
            line["origin"] = json!(origin);
        }
        if let Some(body) = &self.body {
            line["body"] = body.clone();
        }
        if let Some(key) = &self.key {
            line["key"] = json!(key);
        }
        if let Some((name, item)) = &self.batch {
            line["batch"] = json!(name);
            line["item"] = json!(item);
        }
        if let Some(usd) = self.usd {
            line["usd"] = json!(usd);
        }
        line
    }
}

/// An id that no other process makes: the keys of a `RandomState` are the operating system's.
pub(super) fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let random = RandomState::new();
    let now = std::time::SystemTime::now();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let half = |which: u8| random.hash_one((which, now, std::process::id(), count));
    format!("{:016x}{:016x}", half(0), half(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_being_written() {
        let id = new_id();
        let intent = Intent {
            id: id.clone(),
            at: 1_767_225_600,
            model_id: "acme/paint".to_owned(),
            fingerprint: "00ff".to_owned(),
            origin: None,
            body: None,
            key: None,
            batch: None,
            usd: None,
        };
        let full = Intent {
            origin: Some("https://a.example".to_owned()),
            body: Some(json!({ "prompt": "a\nb" })),
            key: Some("order \"17\"\n".to_owned()),
            batch: Some(("nightly".to_owned(), 3)),
            usd: Some(0.04),
            ..intent.clone()
        };
        let records = [
            Record::Intent(intent),
            Record::Intent(full),
            Record::Submitted { id: id.clone(), job: "r-1@acme/paint@17".parse().unwrap() },
            Record::Closed { id: id.clone() },
            Record::Unknown { id: id.clone(), at: 17 },
            Record::Collected { request_id: "r-1".to_owned() },
            Record::Forgotten { id },
            Record::BatchForgotten { name: "nightly".to_owned() },
        ];
        for record in records {
            let line = record.to_line();
            assert_eq!(line.find('\n'), Some(line.len() - 1), "{line}");
            let read = serde_json::from_str(&line).ok().and_then(|line| Record::of(&line));
            assert_eq!(read, Some(record));
        }
    }

    #[test]
    fn no_two_ids_are_alike() {
        let ids: std::collections::BTreeSet<_> = (0..1000).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 1000);
    }
}
