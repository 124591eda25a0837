//! One call to the catalog, made again where the answer is none.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;
use url::Url;

use crate::client::Inner;
use crate::error::{Answer, Call, Error, Kind};
use crate::http::Fate;
use crate::poll::{apart, backoff};
use crate::wire::{Fault, Reply};

const TRIES: u32 = 5;
/// What the service may ask for in `Retry-After` before that is told to the caller instead.
const LONGEST: Duration = Duration::from_secs(60);

/// Asks until there is an answer that can be read.
pub(super) async fn ask<T>(
    client: &Inner,
    what: &str,
    url: Url,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<T, Error> {
    for attempt in 1.. {
        let (error, hint) = match once(client, what, url.clone(), &read).await {
            Ok(read) => return Ok(read),
            Err((error, hint)) => (error, hint),
        };
        // What the service asks for lengthens a pause; a hint of 0 does not make a storm.
        let pause = backoff(attempt, fastrand::f64()).min(client.options.bounds.slowest);
        let pause = pause.max(hint.unwrap_or_default());
        if !error.is_unreachable() || attempt == TRIES || pause > LONGEST {
            return Err(error);
        }
        tracing::debug!(%error, again_in = ?pause, "no answer of the catalog");
        sleep(pause).await;
    }
    unreachable!("the last try ends it")
}

async fn once<T>(
    client: &Inner,
    what: &str,
    url: Url,
    read: &impl Fn(&Value) -> Option<T>,
) -> Result<T, (Error, Option<Duration>)> {
    let (http, budget) = (client.http.clone(), client.budget.clone());
    let fate = apart(async move {
        let _turn = budget.turn().await;
        http.get(url).await
    });
    let reply = match fate.await.unwrap_or_else(Fate::shut_down) {
        Fate::Replied(reply) => reply,
        Fate::NotSent(cause) | Fate::Lost(cause) => {
            let message = format!("{what} could not be had: {}", cause.words);
            let error = Error::new(Kind::Unreachable, message).because(cause.source);
            return Err((error, None));
        }
    };
    let body = reply.json();
    if reply.is_success()
        && let Some(body) = &body
        && Fault::disguised(body).is_none()
        && let Some(read) = read(body)
    {
        return Ok(read);
    }
    let fault = body.as_ref().map(Fault::of).unwrap_or_default();
    Err((failure(client, what, &reply, &fault, body.is_some()), reply.retry_after))
}

/// A refusal is the service's own word; anything else may pass.
fn failure(client: &Inner, what: &str, reply: &Reply, fault: &Fault, is_json: bool) -> Error {
    let scrub = &client.http.scrub;
    let status = reply.meant_status(fault);
    if matches!(status, 400..500) && !matches!(status, 408 | 429) && is_json {
        return Error::refused(Call::Catalog, reply, fault, scrub);
    }
    let why = match (&fault.words, &reply.broken) {
        (_, Some(why)) => format!("the answer broke off: {why}"),
        (Some(words), None) if !reply.is_success() || fault.code.is_some() => scrub.text(words),
        _ if is_json => "the answer is not of the known form".to_owned(),
        _ => scrub.text(&reply.gist()),
    };
    let message = format!("{what} could not be had: {why}");
    Error::new(Kind::Unreachable, message).answered(Answer::of(reply, fault, scrub))
}
