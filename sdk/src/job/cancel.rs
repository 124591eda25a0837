//! Cancelling, and saying honestly what came of it.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use super::JobToken;
use super::page::is_page;
use super::reading::{self, Whose};
use crate::client::Inner;
use crate::error::{Call, Error};
use crate::http::Fate;
use crate::poll::backoff;
use crate::status::State;
use crate::wire::{Fault, Reply};

/// What came of an attempt to cancel a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelOutcome {
    /// It is cancelled; it will not run and is not billed.
    Cancelled,
    /// It was running or over already; it is billed to its end.
    TooLate,
    /// The service did not say, in several attempts. Wait for the job to learn what became of it.
    Unknown,
}

/// How often the call is made, and how often the status is looked at, before giving up.
const TRIES: u32 = 4;
const LONGEST_HINT: Duration = Duration::from_secs(10);

pub(super) async fn cancel(client: &Inner, job: &JobToken) -> Result<CancelOutcome, Error> {
    let outcome = ask(client, job).await?;
    if outcome == CancelOutcome::Cancelled {
        client.hooks.cancelled(job);
    }
    Ok(outcome)
}

async fn ask(client: &Inner, job: &JobToken) -> Result<CancelOutcome, Error> {
    let mut refusal = None;
    for attempt in 1..=TRIES {
        let url = client.http.origin.cancel(job.request_id());
        let mut hint = None;
        refusal = None;
        if let Fate::Replied(reply) = client.http.post(url).await {
            match answer(client, job, &reply) {
                Answer::Outcome(outcome) => return Ok(outcome),
                Answer::Taken => return settled(client, job).await,
                Answer::Refused(error) => refusal = Some(error),
                Answer::None => {}
            }
            hint = reply.retry_after;
        }
        if attempt < TRIES {
            sleep(pause(client, attempt, hint)).await;
        }
    }
    match refusal {
        Some(error) => Err(error),
        None => settled(client, job).await,
    }
}

/// A request to cancel that was taken in: looks whether it was in time.
async fn settled(client: &Inner, job: &JobToken) -> Result<CancelOutcome, Error> {
    for attempt in 1..=TRIES {
        match reading::status(client, job).await.map(|status| status.state) {
            Ok(State::Cancelled) => return Ok(CancelOutcome::Cancelled),
            Ok(state) if state.is_over() => return Ok(CancelOutcome::TooLate),
            _ if attempt < TRIES => sleep(pause(client, attempt, None)).await,
            _ => {}
        }
    }
    Ok(CancelOutcome::Unknown)
}

/// Somebody waits for this, so it is never long.
fn pause(client: &Inner, attempt: u32, hint: Option<Duration>) -> Duration {
    let pause = backoff(attempt, fastrand::f64()).min(client.options.bounds.slowest);
    pause.max(hint.unwrap_or_default().min(LONGEST_HINT))
}

/// What came of one call.
enum Answer {
    Outcome(CancelOutcome),
    /// It was taken in, and nothing is said of what comes of it.
    Taken,
    Refused(Error),
    None,
}

/// What the answer says, whatever its HTTP status.
fn answer(client: &Inner, job: &JobToken, reply: &Reply) -> Answer {
    let Some(body) = reply.json() else {
        return if reply.is_success() { Answer::Taken } else { Answer::None };
    };
    let whose = reading::whose(job, &body);
    if whose == Whose::Foreign {
        return Answer::None;
    }
    if let Some(outcome) = outcome(&body, whose == Whose::Ours) {
        return Answer::Outcome(outcome);
    }
    let fault = Fault::of(&body);
    if reply.is_success() && Fault::disguised(&body).is_none() {
        return Answer::Taken;
    }
    if !reading::grade(reply, &fault, true).is_final() {
        return Answer::None;
    }
    let call = Call::Job("to cancel the job");
    Answer::Refused(Error::refused(call, reply, &fault, &client.http.scrub).about(job))
}

/// `status` and `outcome` may both be there, or either, or none. A status without the job's id may
/// be that of a page: `{"status": "error"}`.
fn outcome(body: &Value, named: bool) -> Option<CancelOutcome> {
    let is_page = !named && body.get("outcome").is_none() && is_page(body);
    let words = ["outcome", "status"].iter();
    words.filter_map(|key| body.get(*key)?.as_str()).find_map(|word| match State::from_word(word) {
        state if is_page && state.is_over() => None,
        State::Cancelled => Some(CancelOutcome::Cancelled),
        State::Running | State::Ended | State::Succeeded | State::Failed => {
            Some(CancelOutcome::TooLate)
        }
        State::Unknown(word) => {
            let word = word.to_ascii_lowercase().replace(['-', ' '], "_");
            matches!(word.as_str(), "not_cancellable" | "not_cancelable" | "too_late")
                .then_some(CancelOutcome::TooLate)
        }
        State::Queued => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_fields_and_all_words_are_read() {
        use CancelOutcome::{Cancelled, TooLate};
        let cases = [
            (json!({"status": "cancelled"}), Some(Cancelled)),
            (json!({"outcome": "Canceled"}), Some(Cancelled)),
            (json!({"status": "in_queue", "outcome": "cancelled"}), Some(Cancelled)),
            (json!({"outcome": "not_cancellable"}), Some(TooLate)),
            (json!({"status": "completed", "outcome": "not_cancellable"}), Some(TooLate)),
            (json!({"status": "in_progress"}), Some(TooLate)),
            (json!({"outcome": "cancellation_requested"}), None),
            (json!({"status": "in_queue"}), None),
            (json!({}), None),
            (json!({"status": "error", "message": "no upstream"}), None),
            (json!({"status": "failed", "message": "no upstream"}), None),
            (json!({"status": "success"}), None),
            (json!({"status": "cancelled", "title": "client closed request"}), None),
            (json!({"status": "failed"}), Some(TooLate)),
        ];
        for (body, expected) in cases {
            assert_eq!(outcome(&body, false), expected, "{body}");
        }
    }
}
