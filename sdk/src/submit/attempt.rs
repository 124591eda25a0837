//! The attempts of one submit, until its outcome is known or known to be unknown.

use std::sync::Arc;
use std::time::SystemTime;

use reqwest::Request;
use tokio::sync::oneshot::Sender;
use tokio::time::{Instant, timeout};

use super::verdict::{Verdict, verdict};
use super::{Intent, unknown};
use crate::client::Inner;
use crate::error::{Answer, Call, Error, Kind};
use crate::http::Fate;
use crate::job::JobToken;
use crate::poll::backoff;
use crate::time::spoken;
use crate::wire::{Fault, Reply};

type Outcome = Result<JobToken, Error>;

/// Carries a submit through, and tells the hooks and the caller.
pub(super) async fn run(
    client: Arc<Inner>,
    intent: Intent,
    request: Request,
    mut caller: Sender<Outcome>,
) {
    let outcome = match client.hooks.before(&intent).await {
        Ok(()) => attempts(&client, &intent, &request, &mut caller).await,
        Err(error) => Err(error),
    };
    client.hooks.after(&intent, &outcome).await;
    match &outcome {
        Ok(job) => tracing::debug!(request_id = job.request_id(), "submitted"),
        Err(error) if error.is_outcome_unknown() => tracing::warn!(%error),
        Err(error) => tracing::debug!(%error, "not submitted"),
    }
    // A caller who has gone misses nothing: the hooks have the id.
    let _ = caller.send(outcome);
}

/// Sends until the request has left once: only what never left, or was turned away unread, is
/// sent again.
async fn attempts(
    client: &Inner,
    intent: &Intent,
    request: &Request,
    caller: &mut Sender<Outcome>,
) -> Outcome {
    let give_up = Instant::now() + client.options.submit_retries;
    let mut failures = 0;
    loop {
        failures += 1;
        if caller.is_closed() {
            return Err(abandoned());
        }
        let Some(request) = request.try_clone() else {
            return Err(Error::config("the body of the submit cannot be sent"));
        };
        let sent_at = SystemTime::now();
        let (error, hint) = match client.http.submit(request).await {
            Fate::Lost(cause) => {
                return Err(unknown(&cause.words, sent_at, &intent.fingerprint));
            }
            Fate::NotSent(cause) if cause.hopeless => return Err(not_sent(client, &cause.words)),
            Fate::NotSent(cause) => (not_sent(client, &cause.words), None),
            Fate::Replied(reply) => match verdict(&reply) {
                Verdict::Accepted(id) => {
                    return Ok(JobToken::submitted(id, &intent.model_id, sent_at));
                }
                Verdict::Refused(fault) => return Err(refused(client, &reply, &fault)),
                Verdict::Unknown(fault, why) => {
                    let answer = Answer::of(&reply, &fault, &client.http.scrub);
                    let why = with_words(client, &fault, why);
                    return Err(unknown(&why, sent_at, &intent.fingerprint).answered(answer));
                }
                Verdict::Busy(fault) => (busy(client, &reply, &fault), reply.retry_after),
            },
        };
        let pause = hint.unwrap_or_else(|| backoff(failures, fastrand::f64()));
        if Instant::now() + pause > give_up {
            return Err(error);
        }
        tracing::debug!(%error, again_in = ?pause, "not sent yet");
        if timeout(pause, caller.closed()).await.is_ok() {
            return Err(abandoned());
        }
    }
}

fn abandoned() -> Error {
    let message = "nothing was sent, and nothing was charged: the caller went away before";
    Error::new(Kind::NotSent, message)
}

fn not_sent(client: &Inner, words: &str) -> Error {
    let message = format!(
        "nothing was sent, and nothing was charged: no connection to {} within {}: {words}",
        client.http.origin.as_str(),
        spoken(client.options.submit_retries),
    );
    Error::new(Kind::NotSent, message)
}

fn refused(client: &Inner, reply: &Reply, fault: &Fault) -> Error {
    Error::refused(Call::Submit, reply, fault, &client.http.scrub)
}

fn busy(client: &Inner, reply: &Reply, fault: &Fault) -> Error {
    let why = "the service is busy and turned the submit away".to_owned();
    let message = format!("{}; nothing was charged", with_words(client, fault, why));
    Error::new(Kind::RateLimited, message).answered(Answer::of(reply, fault, &client.http.scrub))
}

fn with_words(client: &Inner, fault: &Fault, why: String) -> String {
    match &fault.words {
        Some(words) => format!("{why}: {}", client.http.scrub.text(words)),
        None => why,
    }
}
