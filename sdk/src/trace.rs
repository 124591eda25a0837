//! Spans, named by OpenTelemetry's conventions for generative AI; the table of the crate's docs
//! lists them.
//!
//! No prompt, no URL of a medium and no token is ever an attribute.

use std::time::Duration;

use tracing::Span;
use tracing::field::Empty;

use crate::client::Inner;
use crate::completed::Completed;
use crate::error::Error;
use crate::input::OutputKind;
use crate::job::JobToken;

/// How long a job was in the queue and how long it ran, as far as it was seen, and how often it was
/// asked about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Course {
    pub(crate) queued: Option<Duration>,
    pub(crate) ran: Option<Duration>,
    pub(crate) polls: u32,
}

/// A span with what every logical operation records; a macro, because each place has its own
/// callsite.
macro_rules! operation {
    ($name:literal, $client:expr, $model:expr $(, $key:literal = $value:expr)*) => {
        tracing::info_span!(
            $name,
            "gen_ai.request.model" = $model,
            "gen_ai.response.id" = Empty,
            "server.address" = $client.http.origin.host().map(display),
            "server.port" = $client.http.origin.port(),
            "error.type" = Empty,
            "otel.status_code" = Empty,
            "runcomfy.polls" = Empty,
            "runcomfy.queue_seconds" = Empty,
            "runcomfy.run_seconds" = Empty,
            "runcomfy.cost_usd" = Empty,
            $($key = $value,)*
        )
    };
}

/// The span of a whole run: the one that counts as a call of a model.
pub(crate) fn run(client: &Inner, model: &str, kind: Option<OutputKind>) -> Span {
    let output = match kind {
        Some(OutputKind::Image) => Some("image"),
        Some(OutputKind::Video) => Some("video"),
        Some(OutputKind::Audio) => Some("audio"),
        None => None,
    };
    operation!(
        "runcomfy.run",
        client,
        model,
        "otel.name" = display(format_args!("generate_content {model}")),
        "otel.kind" = "client",
        "gen_ai.operation.name" = "generate_content",
        "gen_ai.provider.name" = "runcomfy",
        "gen_ai.output.type" = output
    )
}

/// The span of a submit by itself, or within a run.
pub(crate) fn submit(client: &Inner, model: &str) -> Span {
    operation!("runcomfy.submit", client, model)
}

/// The span of a wait that is no part of a run.
pub(crate) fn wait(client: &Inner, job: &JobToken) -> Span {
    operation!("runcomfy.wait", client, job.model_id())
}

/// One request over HTTP; its URL as a template, without the ids in it.
pub(crate) fn call(method: &str, path: &str) -> Span {
    // Nothing of this is worked out where nobody listens.
    tracing::debug_span!(
        "runcomfy.http",
        "otel.kind" = "client",
        "http.request.method" = method,
        "url.template" = template(path),
        "http.response.status_code" = Empty,
        "error.type" = Empty,
    )
}

fn template(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match *segments.as_slice() {
        ["v1", "requests", _, call] => format!("/v1/requests/{{request_id}}/{call}"),
        ["v1", "models"] => "/v1/models".to_owned(),
        ["v1", "models", "categories"] => "/v1/models/categories".to_owned(),
        _ => "/v1/models/{model_id}".to_owned(),
    }
}

/// Records how a submit ended.
pub(crate) fn submitted(span: &Span, outcome: &Result<JobToken, Error>) {
    match outcome {
        Ok(job) => record_id(span, job),
        Err(error) => failed(span, error),
    }
}

pub(crate) fn record_id(span: &Span, job: &JobToken) {
    span.record("gen_ai.response.id", job.request_id());
}

/// Records how a wait ended, and what was seen of the job.
pub(crate) fn waited<T>(span: &Span, course: Course, end: &Result<Completed<T>, Error>) {
    span.record("runcomfy.polls", course.polls);
    if let Some(queued) = course.queued {
        span.record("runcomfy.queue_seconds", queued.as_secs_f64());
    }
    if let Some(ran) = course.ran {
        span.record("runcomfy.run_seconds", ran.as_secs_f64());
    }
    match end {
        Ok(done) => {
            record_id(span, done.job());
            if let Some(cost) = done.cost {
                span.record("runcomfy.cost_usd", cost);
            }
        }
        Err(error) => failed(span, error),
    }
}

pub(crate) fn failed(span: &Span, error: &Error) {
    span.record("error.type", error.type_name());
    span.record("otel.status_code", "ERROR");
    if let Some(job) = error.job() {
        record_id(span, job);
    }
}
