//! The paid call: sent once, in a task of its own.

mod attempt;
mod fingerprint;
mod gate;
mod hooks;
mod verdict;

use std::sync::{Arc, Weak};
use std::time::SystemTime;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Instrument;

use crate::client::Inner;
use crate::error::{Error, Kind};
use crate::http::Departure;
use crate::job::JobToken;
use crate::journal::Claim;
use crate::media::echo::Links;
use crate::time::utc;
use crate::wire::valid_model_id;
use attempt::{Caller, Submit};

pub(crate) use fingerprint::{fingerprint, hash, older_fingerprints, raw_fingerprint};
pub(crate) use gate::Gates;
pub(crate) use hooks::Hooks;

/// A submit that is about to happen.
pub(crate) struct Intent {
    pub(crate) model_id: String,
    /// Tells equal inputs without holding them.
    pub(crate) fingerprint: String,
    /// The service that it goes to.
    pub(crate) origin: String,
    /// The body, where the journal is to have it.
    pub(crate) body: Option<String>,
    /// What the job is given that its result may repeat.
    pub(crate) links: Links,
    pub(crate) label: Label,
}

/// What the caller says of a submit; it goes into the journal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Label {
    pub(crate) key: Option<String>,
    /// The name of the batch, and the place of the item in it.
    pub(crate) batch: Option<(String, u64)>,
    /// What it is expected to cost.
    pub(crate) usd: Option<f64>,
    /// The lock of the batch, which has to be held when the submit is written down.
    pub(crate) claim: Option<Weak<Claim>>,
}

/// Submits a body that has passed the local checks.
///
/// The work is done in a task of its own: once the request may have left, dropping this future
/// loses the answer for the caller, but not for the hooks, which get the id. A caller who goes
/// away before the first byte of it stops it, and nothing is sent.
pub(crate) async fn submit(
    client: Arc<Inner>,
    model_id: &str,
    body: String,
    label: Label,
) -> Result<JobToken, Error> {
    if !valid_model_id(model_id) {
        return Err(Error::config(format!(
            "{model_id:?} is not a model id: two to five parts of letters, digits, `_`, `.` and `-`, with `/` between them",
        )));
    }
    let runtime = Handle::try_current()
        .map_err(|_| Error::config("a submit needs a Tokio runtime to run in"))?;
    let links = Links::of(&body);
    let intent = Intent {
        model_id: model_id.to_owned(),
        fingerprint: fingerprint(model_id, &body),
        origin: client.http.origin.as_str().to_owned(),
        body: client.hooks.journal_inputs.then(|| body.clone()),
        links: links.clone(),
        label,
    };
    let payload = client.http.payload(model_id, body);
    let print = intent.fingerprint.clone();
    let (answer, caller) = oneshot::channel();
    let departure = Arc::new(Departure::default());
    let present = Present(departure.clone());
    let submit = Submit { client: client.clone(), intent, payload };
    runtime.spawn(submit.run(Caller::new(answer, departure)).in_current_span());
    let submitted = caller.await.unwrap_or_else(|_| {
        let why = "the runtime was shut down while it was under way";
        Err(if present.0.has_left() {
            unknown(why, SystemTime::now(), &print)
        } else {
            let message = format!("nothing was sent, and nothing was charged: {why}");
            Error::new(Kind::NotSent, message)
        })
    });
    if let Ok(job) = &submitted {
        client.inputs.remember(job.request_id(), links);
    }
    submitted
}

/// A caller who waits; what has not left by the time he goes is not to leave.
struct Present(Arc<Departure>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.call_off();
    }
}

/// The error of a submit that may have reached the service, and says what to do next.
pub(crate) fn unknown(why: &str, at: SystemTime, fingerprint: &str) -> Error {
    let message = format!(
        "the outcome of the submit is unknown: {why}. It was sent at {} (input {fingerprint}) and \
         was not sent again; a job may be running and billed. Look at the account's recent \
         requests before submitting this input again",
        utc(at),
    );
    Error::new(Kind::OutcomeUnknown, message).sent(at, fingerprint)
}
