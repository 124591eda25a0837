//! How a wait ends, in words.

use serde_json::Value;

use super::step::{End, Unsettled};
use super::{JobToken, finish};
use crate::completed::is_without_output;
use crate::error::{Error, Kind};
use crate::money::dollars;
use crate::wire::Scrub;

/// The answer of the result call, or the error that the wait ends with.
pub(super) fn outcome(job: &JobToken, end: End, ran: bool, scrub: &Scrub) -> Result<Value, Error> {
    match end {
        End::Succeeded(body) => {
            if is_without_output(body.get("output")) {
                tracing::warn!(
                    request_id = job.request_id(),
                    "the job succeeded without an output, as the service says"
                );
            }
            Ok(body)
        }
        End::Failed(body) => Err(finish::failed(job, body, scrub)),
        End::Cancelled(body) => Err(cancelled(job, body, ran)),
        End::Refused(error) => Err(error),
        End::Unsettled(what) => Err(unsettled(job, what)),
    }
}

fn cancelled(job: &JobToken, body: Option<Value>, ran: bool) -> Error {
    let cost = body.as_ref().and_then(|body| body.get("cost")).filter(|cost| !cost.is_null());
    let (may_have_cost, words) = match cost.map(dollars) {
        Some(Some(usd)) if usd > 0.0 => {
            (true, format!("the job was cancelled, and cost {usd} USD"))
        }
        Some(None) => {
            (true, "the job was cancelled, and its cost is nothing that can be read".to_owned())
        }
        None if ran => {
            (true, "the job was cancelled after it had begun to run; it may be billed".to_owned())
        }
        _ => (false, "the job was cancelled".to_owned()),
    };
    let error = Error::new(Kind::Cancelled { may_have_cost }, words).about(job);
    match body {
        Some(body) => error.keeping(body),
        None => error,
    }
}

fn unsettled(job: &JobToken, what: Unsettled) -> Error {
    let unsettled = |why: String| Error::new(Kind::Unsettled, why).about(job);
    match what {
        Unsettled::Word(word, body) => {
            unsettled(format!("the service keeps saying {word:?}, with neither output nor error"))
                .keeping(body)
        }
        Unsettled::Nothing(body) => unsettled(
            "the service keeps saying that the job is over, with neither output nor error"
                .to_owned(),
        )
        .keeping(body),
        Unsettled::Page(body) => unsettled(
            "the service keeps answering with an error that names no job, and nothing says that \
             this one is over"
                .to_owned(),
        )
        .keeping(body),
        Unsettled::Contradiction => unsettled(
            "the status call keeps saying that the job is over, and the result call that it is not"
                .to_owned(),
        ),
        Unsettled::Trouble(error) => error.unsettled(),
    }
}
