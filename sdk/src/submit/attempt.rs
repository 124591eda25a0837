//! The attempts of one submit, until its outcome is known or known to be unknown.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::{Either, select};
use reqwest::Request;
use tokio::sync::oneshot::Sender;
use tokio::time::{Instant, sleep};

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
        Ok(pending) => {
            let outcome = attempts(&client, &intent, &request, &mut caller).await;
            client.hooks.after(pending, &outcome).await;
            outcome
        }
        Err(error) => Err(error),
    };
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
        if client.gate.opens().is_some_and(|opens| opens > give_up) {
            return Err(shut_out(client));
        }
        if caller.is_closed() || goes_away(caller, client.gate.turn()).await {
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
                    client.gate.accepted();
                    return Ok(JobToken::submitted(id, &intent.model_id, sent_at));
                }
                Verdict::Refused(fault) => return Err(refused(client, &reply, &fault)),
                Verdict::Unknown(fault, why) => {
                    let answer = Answer::of(&reply, &fault, &client.http.scrub);
                    let why = with_words(client, &fault, why);
                    return Err(unknown(&why, sent_at, &intent.fingerprint).answered(answer));
                }
                Verdict::Busy(fault) => {
                    let pause = reply.retry_after.unwrap_or_else(|| pause(failures));
                    client.gate.shut(pause);
                    (busy(client, &reply, &fault), Some(pause))
                }
            },
        };
        let pause = hint.unwrap_or_else(|| pause(failures));
        if Instant::now() + pause > give_up {
            return Err(error);
        }
        tracing::debug!(%error, again_in = ?pause, "not sent yet");
        if goes_away(caller, sleep(pause)).await {
            return Err(abandoned());
        }
    }
}

/// Whether the caller went away before the waiting was over.
async fn goes_away(caller: &mut Sender<Outcome>, waiting: impl Future<Output = ()>) -> bool {
    matches!(select(pin!(caller.closed()), pin!(waiting)).await, Either::Left(_))
}

fn pause(failures: u32) -> Duration {
    backoff(failures, fastrand::f64())
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

/// Another submit of this client was told to wait for longer than this one is to be tried.
fn shut_out(client: &Inner) -> Error {
    let message = format!(
        "the service is busy and wants to be left alone for longer than {}; nothing was sent, and \
         nothing was charged",
        spoken(client.options.submit_retries),
    );
    Error::new(Kind::RateLimited, message)
}

fn with_words(client: &Inner, fault: &Fault, why: String) -> String {
    match &fault.words {
        Some(words) => format!("{why}: {}", client.http.scrub.text(words)),
        None => why,
    }
}
