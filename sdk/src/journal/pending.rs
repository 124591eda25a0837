//! A submit between its intent and its outcome.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::SystemTime;

use tokio::sync::watch;

use super::Journal;
use super::facts::Facts;
use super::keeper::{Entry as Line, What};
use super::record::{Step, new_id};
use super::writer::{self, Outcome, lock};
use crate::error::Error;
use crate::job::JobToken;
use crate::submit::{Intent, Label};
use crate::time::unix_seconds;

/// A submit whose intent is in the journal, and whose outcome is not.
pub(crate) struct Pending {
    facts: Facts,
    journal: Journal,
    outcome: watch::Sender<Option<Outcome>>,
}

impl Journal {
    /// Writes the intent of a submit, and waits until it is on the disk.
    pub(crate) async fn begin(&self, intent: &Intent) -> Result<Pending, Error> {
        let Label { key, batch, usd, claim } = intent.label.clone();
        let id = new_id();
        let facts = Facts {
            id: Some(id.clone()),
            at: Some(unix_seconds(SystemTime::now())),
            model_id: Some(intent.model_id.clone()),
            fingerprint: Some(intent.fingerprint.clone()),
            origin: Some(intent.origin.clone()),
            links: intent.links.clone(),
            body: intent.body.as_deref().and_then(|body| serde_json::from_str(body).ok()),
            key,
            batch,
            expected_usd: usd,
            ..Facts::default()
        };
        let what = What::Intent(Box::new(facts.clone()), claim);
        let outcome = self.writer.begin(&id);
        // Whoever goes away meanwhile leaves a submit that was not sent.
        let mut unsent = Unsent { id: Some(id.clone()), journal: self };
        let written = self.writer.write(Line::synced(what)).await;
        unsent.id = None;
        match written {
            Ok(()) => {
                Ok(Pending { facts: Facts { body: None, ..facts }, journal: self.clone(), outcome })
            }
            Err(error) => {
                self.writer.take_back(&id);
                Err(self.cannot("written, and nothing was sent", &error))
            }
        }
    }
}

/// A submit that another future of this process has under way.
#[derive(Clone)]
pub(crate) struct UnderWay(watch::Receiver<Option<Outcome>>);

impl UnderWay {
    /// All of them, by the ids of their intents.
    pub(super) fn all(under_way: &Mutex<writer::UnderWay>) -> BTreeMap<String, Self> {
        let all = lock(under_way);
        all.iter().map(|(id, outcome)| (id.clone(), Self(outcome.clone()))).collect()
    }

    /// Waits for what becomes of it.
    pub(crate) async fn outcome(mut self) -> Outcome {
        match self.0.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            _ => Outcome::Unknown,
        }
    }
}

impl Pending {
    /// Writes the outcome down. What cannot be written now is written later; the log has it.
    pub(crate) async fn end(mut self, outcome: &Result<JobToken, Error>) {
        let job = outcome.as_ref().map_or_else(Error::job, Some);
        let (step, told) = match (job, outcome) {
            // Whatever else the answer said: there is a job.
            (Some(job), _) => {
                self.facts.job = Some(job.clone());
                (Step::Submitted, Outcome::Submitted(job.clone()))
            }
            (None, Err(error)) if error.may_have_cost() => {
                let at = error.sent_at().unwrap_or_else(SystemTime::now);
                self.facts.at = Some(unix_seconds(at));
                (Step::Unknown, Outcome::Unknown)
            }
            (None, _) => (Step::Closed, Outcome::NoJob),
        };
        self.outcome.send_replace(Some(told));
        let what = What::Outcome(step, Box::new(self.facts.clone()));
        let written = self.journal.writer.write_end(self.id(), Line::synced(what)).await;
        if let Err(error) = written {
            let path = self.journal.path().display();
            match job {
                Some(job) => tracing::error!(
                    %job, %error, "the journal {path} cannot be written: keep the id of this job"
                ),
                None => tracing::warn!(%error, "the journal {path} cannot be written"),
            }
        }
    }

    /// It was not sent after all, or was turned away.
    pub(crate) fn not_sent(self) {
        self.journal.writer.send_end(self.id(), closed(self.id()));
        self.outcome.send_replace(Some(Outcome::NoJob));
    }

    fn id(&self) -> &str {
        self.facts.id.as_deref().unwrap_or_default()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // The task was dropped in the middle, together with its runtime.
        if self.outcome.borrow().is_none() {
            let what = What::Outcome(Step::Unknown, Box::new(self.facts.clone()));
            self.journal.writer.send_end(self.id(), Line { what, sync: false });
            self.outcome.send_replace(Some(Outcome::Unknown));
        }
    }
}

/// Sees to an intent whose submit does not come to be sent, because its task was dropped.
struct Unsent<'a> {
    id: Option<String>,
    journal: &'a Journal,
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        self.journal.writer.send_end(&id, closed(&id));
    }
}

/// The line of a submit of which nothing has left, or that was turned away.
fn closed(id: &str) -> Line {
    let facts = Facts { id: Some(id.to_owned()), ..Facts::default() };
    Line { what: What::Outcome(Step::Closed, Box::new(facts)), sync: false }
}
