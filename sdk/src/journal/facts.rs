//! What is known of one submit. Each line repeats all of it, so that no line is needed to understand
//! another one.

use serde_json::{Map, Value};

use super::line::LineWriter;
use crate::job::JobToken;
use crate::media::echo::Links;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) id: Option<String>,
    /// When it was sent, or was about to be, in seconds since 1970.
    pub(crate) at: Option<u64>,
    pub(crate) model_id: Option<String>,
    pub(crate) fingerprint: Option<String>,
    /// The service that it goes to.
    pub(crate) origin: Option<String>,
    /// What its result may repeat.
    pub(crate) links: Links,
    pub(crate) key: Option<String>,
    /// The name of the batch, and the place of the item in it.
    pub(crate) batch: Option<(String, u64)>,
    /// What it was expected to cost.
    pub(crate) expected_usd: Option<f64>,
    /// Who sent it, for as long as the outcome is open; see `owner.rs`.
    pub(crate) owner: Option<String>,
    pub(crate) job: Option<JobToken>,
    pub(crate) end: Option<End>,
    /// What the job has cost, where that is certain.
    pub(crate) cost_usd: Option<f64>,
    /// Why the job failed.
    pub(crate) message: Option<String>,
    /// How many lines could not be read.
    pub(crate) lines: Option<u64>,
    /// What was sent, if the user wants that here.
    pub(crate) body: Option<Value>,
    /// What later versions add.
    pub(super) rest: Map<String, Value>,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Succeeded,
    Failed,
    Cancelled,
}

impl End {
    fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Succeeded, Self::Failed, Self::Cancelled].into_iter().find(|end| end.word() == word)
    }

    /// Whether there is nothing to fetch.
    pub(crate) fn left_nothing(self) -> bool {
        self != Self::Succeeded
    }
}

impl Facts {
    /// Those of a job of which nothing else is known here.
    pub(super) fn of_job(job: &JobToken) -> Self {
        Self { job: Some(job.clone()), ..Self::default() }
    }

    /// Whether it says which submit it is about.
    pub(super) fn names_something(&self) -> bool {
        self.id.is_some() || self.job.is_some()
    }

    pub(super) fn write(&self, line: &mut LineWriter) {
        line.member_if("id", self.id.as_ref())
            .member_if("at", self.at.as_ref())
            .member_if("model", self.model_id.as_ref())
            .member_if("input", self.fingerprint.as_ref())
            .member_if("batch", self.batch.as_ref().map(|(name, _)| name))
            .member_if("item", self.batch.as_ref().map(|(_, item)| item))
            .member_if("key", self.key.as_ref())
            .member_if("origin", self.origin.as_ref())
            .member_if("links", Some(self.links.hashes()).filter(|links| !links.is_empty()))
            .member_if("usd", self.expected_usd.as_ref())
            .member_if("owner", self.owner.as_ref())
            .member_if("job", self.job.as_ref())
            .member_if("end", self.end.map(End::word).as_ref())
            .member_if("cost_usd", self.cost_usd.as_ref())
            .member_if("message", self.message.as_ref())
            .member_if("lines", self.lines.as_ref())
            .member_if("body", self.body.as_ref());
        for (name, value) in &self.rest {
            line.member(name, value);
        }
    }

    pub(super) fn read(mut members: Map<String, Value>) -> Self {
        ["is", "v", "sum"].into_iter().for_each(|name| drop(members.remove(name)));
        let mut facts = Self {
            id: take_text(&mut members, "id"),
            at: take(&mut members, "at", Value::as_u64),
            model_id: take_text(&mut members, "model"),
            fingerprint: take_text(&mut members, "input"),
            origin: take_text(&mut members, "origin"),
            links: take(&mut members, "links", links).unwrap_or_default(),
            key: take_text(&mut members, "key"),
            batch: None,
            expected_usd: take(&mut members, "usd", Value::as_f64),
            owner: take_text(&mut members, "owner"),
            job: take(&mut members, "job", job),
            end: take(&mut members, "end", |word| End::of_word(word.as_str()?)),
            cost_usd: take(&mut members, "cost_usd", Value::as_f64),
            message: take_text(&mut members, "message"),
            lines: take(&mut members, "lines", Value::as_u64),
            body: members.remove("body"),
            rest: Map::new(),
        };
        let item = members.get("item").and_then(Value::as_u64);
        if let (Some(Value::String(_)), Some(item)) = (members.get("batch"), item) {
            facts.batch = take_text(&mut members, "batch").map(|name| (name, item));
            members.remove("item");
        }
        facts.rest = members;
        facts
    }

    /// Takes in what another line says; what it does not say stays.
    pub(super) fn merge(&mut self, other: Self) {
        fn take<T>(mine: &mut Option<T>, other: Option<T>) {
            if other.is_some() {
                *mine = other;
            }
        }
        take(&mut self.id, other.id);
        take(&mut self.at, other.at);
        take(&mut self.model_id, other.model_id);
        take(&mut self.fingerprint, other.fingerprint);
        take(&mut self.origin, other.origin);
        if !other.links.is_empty() {
            self.links = other.links;
        }
        take(&mut self.key, other.key);
        take(&mut self.batch, other.batch);
        take(&mut self.expected_usd, other.expected_usd);
        take(&mut self.owner, other.owner);
        take(&mut self.end, other.end);
        take(&mut self.cost_usd, other.cost_usd);
        take(&mut self.message, other.message);
        take(&mut self.lines, other.lines);
        take(&mut self.body, other.body);
        // A bare id says less than what is known of the same job.
        let same = |a: &JobToken, b: &JobToken| a.request_id() == b.request_id();
        match (&self.job, &other.job) {
            (Some(mine), Some(new)) if same(mine, new) && new.model_id().is_none() => {}
            _ => take(&mut self.job, other.job),
        }
        self.rest.extend(other.rest);
    }
}

/// Takes a member out if it can be read; what cannot is left where it is, and kept.
fn take<T>(
    members: &mut Map<String, Value>,
    name: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let value = read(members.get(name)?)?;
    members.remove(name);
    Some(value)
}

fn take_text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    take(members, name, |value| value.as_str().map(str::to_owned))
}

fn links(value: &Value) -> Option<Links> {
    value.as_array()?.iter().map(|hash| hash.as_str().map(str::to_owned)).collect()
}

/// What cannot be read beside the id must not lose the job.
fn job(value: &Value) -> Option<JobToken> {
    let text = value.as_str()?;
    let id_only = || JobToken::from_request_id(text.split('@').next()?).ok();
    text.parse().ok().or_else(id_only)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::journal::line::Line;

    fn full() -> Facts {
        Facts {
            id: Some("a1".to_owned()),
            at: Some(1_767_225_600),
            model_id: Some("acme/paint".to_owned()),
            fingerprint: Some("2:00ff".to_owned()),
            origin: Some("https://a.example".to_owned()),
            links: Links::of(r#"{"image":"https://b.example/c.png"}"#),
            key: Some("order \"17\"\n".to_owned()),
            batch: Some(("nightly".to_owned(), 3)),
            expected_usd: Some(0.04),
            owner: Some("b2".to_owned()),
            job: Some("r-1@acme/paint@17".parse().unwrap()),
            end: Some(End::Failed),
            cost_usd: Some(-1.0),
            message: Some("the job failed: no memory".to_owned()),
            lines: Some(3),
            body: Some(json!({ "prompt": "a\nb" })),
            rest: [("lease".to_owned(), json!([1, { "b": null }]))].into_iter().collect(),
        }
    }

    fn written(facts: &Facts) -> Map<String, Value> {
        let mut line = LineWriter::new("submitted");
        facts.write(&mut line);
        match Line::read(line.seal().as_bytes()) {
            Ok(Line::Sealed(members)) => members,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn facts_survive_being_written() {
        assert_eq!(Facts::read(written(&full())), full());
        assert_eq!(Facts::read(written(&Facts::default())), Facts::default());
    }

    #[test]
    fn members_that_cannot_be_read_are_kept() {
        let members =
            json!({ "id": 7, "job": "r-1@x", "end": "expired", "batch": "n", "item": -1 });
        let Value::Object(members) = members else { unreachable!() };
        let facts = Facts::read(members);
        assert_eq!(
            facts.job.as_ref().map(JobToken::request_id),
            Some("r-1"),
            "the job is not lost"
        );
        let again = written(&facts);
        assert_eq!((&again["id"], &again["end"]), (&json!(7), &json!("expired")));
        assert_eq!((&again["batch"], &again["item"]), (&json!("n"), &json!(-1)));
    }

    #[test]
    fn merging_takes_what_is_said_and_keeps_the_rest() {
        let mut merged = full();
        merged.merge(Facts::default());
        assert_eq!(merged, full());
        let mut bare = Facts::of_job(&"r-1".parse().unwrap());
        bare.merge(full());
        assert_eq!(bare, full());
        merged.merge(Facts::of_job(&"r-1".parse().unwrap()));
        assert_eq!(merged, full(), "a bare id says less");
        merged.merge(Facts { cost_usd: Some(0.5), ..Facts::default() });
        assert_eq!(merged, Facts { cost_usd: Some(0.5), ..full() });
    }
}
