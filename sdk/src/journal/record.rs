//! What the lines of a journal say.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use super::facts::Facts;
use super::line::{Line, LineWriter};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Record {
    /// Which journal it is. Its generation grows with each compaction.
    Header { id: String, generation: u64 },
    /// A step of a submit, with everything that was known of it then.
    Step(Step, Box<Facts>),
    /// What a batch has done counts no longer.
    BatchForgotten { name: String },
    /// The end of a file that a crash had cut in the middle of a line.
    CutOff { text: String },
}

/// How far a submit has come. A later step never gives way to an earlier one, in whatever order
/// their lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// It is about to be sent.
    Intent,
    /// Lines that could not be read, among which may have been submits.
    Lost,
    /// It was sent, and what became of it is not known.
    Unknown,
    /// There is no job: it was not sent, or turned away.
    Closed,
    /// The user has settled it.
    Forgotten,
    /// It was accepted, and has a job.
    Submitted,
    /// The job is over.
    Ended,
    /// What the job made is safe, or nobody wants it.
    Collected,
}

impl Step {
    const ALL: [Self; 8] = [
        Self::Intent,
        Self::Lost,
        Self::Unknown,
        Self::Closed,
        Self::Forgotten,
        Self::Submitted,
        Self::Ended,
        Self::Collected,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Lost => "lost",
            Self::Unknown => "unknown",
            Self::Closed => "closed",
            Self::Forgotten => "forgotten",
            Self::Submitted => "submitted",
            Self::Ended => "ended",
            Self::Collected => "collected",
        }
    }

    /// The line, with its end.
    pub(super) fn to_line(self, facts: &Facts) -> String {
        let mut line = LineWriter::new(self.word());
        facts.write(&mut line);
        line.seal()
    }
}

const HEADER: &str = "journal";
const BATCH_FORGOTTEN: &str = "batch forgotten";
const CUT_OFF: &str = "cut off";

impl Record {
    /// The line, with its end.
    pub(super) fn to_line(&self) -> String {
        match self {
            Self::Header { id, generation } => {
                let mut line = LineWriter::new(HEADER);
                line.member("id", id).member("generation", generation);
                line.seal()
            }
            Self::Step(step, facts) => step.to_line(facts),
            Self::BatchForgotten { name } => {
                let mut line = LineWriter::new(BATCH_FORGOTTEN);
                line.member("batch", name);
                line.seal()
            }
            Self::CutOff { text } => {
                let mut line = LineWriter::new(CUT_OFF);
                line.member("text", text);
                line.seal()
            }
        }
    }

    /// What a line says; `None` for what this version has no name for.
    pub(super) fn of(line: Line) -> Option<Self> {
        match line {
            Line::Sealed(members) => Self::of_sealed(members),
            Line::Unsealed(members) => Self::of_unsealed(members),
        }
    }

    fn of_sealed(members: Map<String, Value>) -> Option<Self> {
        let text = |name: &str| Some(members.get(name)?.as_str()?.to_owned());
        Some(match members.get("is")?.as_str()? {
            HEADER => {
                Self::Header { id: text("id")?, generation: members.get("generation")?.as_u64()? }
            }
            BATCH_FORGOTTEN => Self::BatchForgotten { name: text("batch")? },
            CUT_OFF => Self::CutOff { text: text("text")? },
            word => {
                let step = Step::ALL.into_iter().find(|step| step.word() == word)?;
                let facts = Facts::read(members);
                facts.names_something().then(|| Self::Step(step, Box::new(facts)))?
            }
        })
    }

    /// The first version knew fewer kinds, and each of them had certain members.
    fn of_unsealed(members: Map<String, Value>) -> Option<Self> {
        let needed: &[&str] = match members.get("is")?.as_str()? {
            "intent" => &["id", "at", "model", "input"],
            "submitted" => &["id", "job"],
            "unknown" => &["id", "at"],
            "closed" | "forgotten" => &["id"],
            "collected" => &["job"],
            BATCH_FORGOTTEN => &["batch"],
            _ => return None,
        };
        let is_there = |name: &&str| members.get(*name).is_some_and(|value| !value.is_null());
        needed.iter().all(is_there).then(|| Self::of_sealed(members))?
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

/// Whether a text has the form of an id.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<Record> {
        Record::of(Line::read(line.trim_end().as_bytes()).ok()?)
    }

    #[test]
    fn records_survive_being_written() {
        let facts = Facts { id: Some(new_id()), ..Facts::default() };
        let mut records: Vec<_> =
            Step::ALL.map(|step| Record::Step(step, Box::new(facts.clone()))).into();
        records.extend([
            Record::Header { id: new_id(), generation: 7 },
            Record::BatchForgotten { name: "nightly".to_owned() },
            Record::CutOff { text: "{\"is\":\"int\0".to_owned() },
        ]);
        for record in records {
            let line = record.to_line();
            assert_eq!(line.find('\n'), Some(line.len() - 1), "{line}");
            assert!(line.starts_with(r#"{"is":""#), "{line}");
            assert_eq!(read(&line), Some(record));
        }
    }

    #[test]
    fn lines_of_the_first_version_need_their_members() {
        let known = [
            r#"{"at":17,"id":"a1","input":"00ff","is":"intent","model":"acme/paint"}"#,
            r#"{"id":"a1","is":"submitted","job":"r-1@acme/paint@17"}"#,
            r#"{"id":"a1","is":"closed"}"#,
            r#"{"at":17,"id":"a1","is":"unknown"}"#,
            r#"{"is":"collected","job":"r-1"}"#,
            r#"{"id":"a1","is":"forgotten"}"#,
            r#"{"batch":"n","is":"batch forgotten"}"#,
        ];
        for line in known {
            assert!(read(line).is_some(), "{line}");
            // One member less, or a kind that is no kind.
            for member in ["\"at\":17,", "\"id\":\"a1\",", "\"job\":\"r-1\"", "\"batch\":\"n\","] {
                let less = line.replace(member, "").replace(",}", "}");
                assert!(less == line || read(&less).is_none(), "{less}");
            }
            assert!(read(&line.replace("\"is\":\"", "\"is\":\"x")).is_none());
        }
        assert!(read(r#"{"level":"info","message":"started"}"#).is_none());
        assert!(read(r#"{"is":"of the future"}"#).is_none());
    }

    #[test]
    fn no_two_ids_are_alike() {
        let ids: std::collections::BTreeSet<_> = (0..1000).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 1000);
    }
}
