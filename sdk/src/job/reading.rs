//! What an answer about a job means.

use serde_json::Value;

use super::page::is_page;
use super::step::{End, Unsettled};
use crate::client::Inner;
use crate::completed::is_without_output;
use crate::error::{Answer, Call, Error, Kind};
use crate::http::{Cause, Fate};
use crate::job::JobToken;
use crate::poll::Ask;
use crate::status::{State, Status};
use crate::wire::{Broken, ErrorName, Fault, Reply, Scrub, valid_request_id};

/// The meaning of an answer about a job.
#[derive(Debug)]
pub(super) enum JobReply {
    Queued(Option<u64>),
    Running,
    /// The status call says that it is over; how it ended, only the result call tells.
    Over {
        cancelled: bool,
    },
    /// A state that nobody knows.
    Unrecognized(String, Value),
    Succeeded(Value),
    Failed(Value, Source),
    Cancelled(Value, Source),
    /// It is over, and there is nothing to show for it; what it is if that goes on.
    Empty {
        body: Value,
        end: fn(Value) -> End,
    },
    /// An output, or an error, beside no word that says how the job is. It is the end of the job if
    /// the status call says that there is one.
    Unstated {
        body: Value,
        end: fn(Value) -> End,
    },
    /// The result call says that the job is not over, by a code.
    NotReady(Error),
    Trouble(Trouble, Error),
}

/// How certain it is that an answer speaks of this job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It has the id of the job.
    Named,
    /// It does not say whose it is, in words of the service.
    Unnamed,
    /// It may be anybody's error page: `{"status": "error"}`, or a breakdown that names the job.
    Anybody,
}

impl JobReply {
    /// A word for it, for logs.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Queued(_) => "queued",
            Self::Running => "running",
            Self::Over { .. } => "over",
            Self::Unrecognized(..) => "unrecognized",
            Self::Succeeded(_) => "succeeded",
            Self::Failed(..) => "failed",
            Self::Cancelled(..) => "cancelled",
            Self::Empty { .. } => "empty",
            Self::Unstated { .. } => "unstated",
            Self::NotReady(_) => "not ready",
            Self::Trouble(..) => "no usable answer",
        }
    }
}

/// An answer that does not say how the job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No connection, a 5xx, a 429, a page of something in between.
    Passing,
    /// See [`Doubt`](super::patience::Doubt) for these.
    Gone,
    TokenRefused,
    Unauthorized,
    Vague,
    Foreign,
    /// With so many bytes fetched.
    Damaged(usize),
    CutOff(usize),
}

impl Trouble {
    /// Whether it is a no, rather than no answer.
    pub(super) fn is_refusal(self) -> bool {
        self.is_final() || self == Self::Vague
    }

    /// Whether it is the service's last word, if it is its word at all.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Gone | Self::TokenRefused | Self::Unauthorized)
    }
}

/// The result is asked for before there is one.
const NOT_READY: i64 = 400_005;

/// Asks once, and reads the answer.
pub(super) async fn ask(client: &Inner, job: &JobToken, ask: Ask) -> JobReply {
    let id = job.request_id();
    let turn = client.budget.turn_of(id).await;
    let fate = match ask {
        Ask::Status => client.http.get(client.http.origin.status(id)).await,
        Ask::Result => client.http.get_result(client.http.origin.result(id), turn).await,
    };
    of_fate(job, ask, fate, &client.http.scrub)
}

pub(super) fn of_fate(job: &JobToken, ask: Ask, fate: Fate, scrub: &Scrub) -> JobReply {
    match fate {
        Fate::Replied(reply) => read(ask, job, reply, scrub),
        Fate::NotSent(cause) | Fate::Lost(cause) => {
            JobReply::Trouble(Trouble::Passing, unanswered(job, ask, cause))
        }
    }
}

fn unanswered(job: &JobToken, ask: Ask, cause: Cause) -> Error {
    let message = format!("{} could not be had: {}", name(ask), cause.words);
    Error::new(Kind::Unreachable, message).about(job).because(cause.source)
}

/// What a call is called in messages.
fn name(ask: Ask) -> &'static str {
    match ask {
        Ask::Status => "the status",
        Ask::Result => "the result",
    }
}

/// One status call, for the caller's own eyes.
pub(super) async fn status(client: &Inner, job: &JobToken) -> Result<Status, Error> {
    match client.http.get(client.http.origin.status(job.request_id())).await {
        Fate::Replied(reply) => state(job, &reply).ok_or_else(|| {
            let body = reply.json();
            failure(Ask::Status, job, reply, body.as_ref(), &client.http.scrub).1
        }),
        Fate::NotSent(cause) | Fate::Lost(cause) => Err(unanswered(job, Ask::Status, cause)),
    }
}

/// The state in an answer, if it is a usable one about this job.
fn state(job: &JobToken, reply: &Reply) -> Option<Status> {
    let body = reply.json().filter(|_| reply.is_success())?;
    match whose(job, &body) {
        Whose::Foreign => None,
        Whose::Unnamed if is_page(&body) => None,
        Whose::Ours | Whose::Unnamed => Status::of(&body),
    }
}

/// Whom an answer speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// It has the id of this job.
    Ours,
    /// It does not say.
    Unnamed,
    /// It has the id of another one.
    Foreign,
}

pub(super) fn whose(job: &JobToken, body: &Value) -> Whose {
    let id = match body.get("request_id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Whose::Unnamed,
    };
    let ours = job.request_id();
    // A UUID is the same in small letters and in capital ones; of other ids nobody knows.
    let same = id == ours || is_uuid(ours) && id.eq_ignore_ascii_case(ours);
    if same { Whose::Ours } else { Whose::Foreign }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn read(ask: Ask, job: &JobToken, reply: Reply, scrub: &Scrub) -> JobReply {
    let body = reply.json();
    if let Some(body) = &body
        && let Some(state) = of_body(ask, whose(job, body), &reply, body)
    {
        return state;
    }
    let (trouble, error) = failure(ask, job, reply, body.as_ref(), scrub);
    if ask == Ask::Result && error.error_code() == Some(NOT_READY) && trouble == Trouble::Vague {
        return JobReply::NotReady(error);
    }
    JobReply::Trouble(trouble, error)
}

/// What a body says of the job, if it says anything of it.
fn of_body(ask: Ask, whose: Whose, reply: &Reply, body: &Value) -> Option<JobReply> {
    match whose {
        Whose::Foreign => None,
        Whose::Unnamed if !reply.is_success() => None,
        Whose::Unnamed if is_page(body) => of_page(ask, body),
        Whose::Unnamed => Some(of_state(ask, Status::of(body)?, body.clone(), false)),
        Whose::Ours if reply.is_success() => match Status::of(body) {
            Some(status) => Some(of_state(ask, status, body.clone(), true)),
            None if ask == Ask::Result => unstated(body),
            None => None,
        },
        Whose::Ours if reply.status == 429 || Fault::of(body).code.is_some() => None,
        Whose::Ours => of_breakdown(ask, Status::of(body)?, body),
    }
}

/// An error page that says that something failed may be the service's: where the status call says
/// that the job is over, and nothing else is to be had for a minute.
fn of_page(ask: Ask, body: &Value) -> Option<JobReply> {
    let has_code = Fault::disguised(body).is_some_and(|fault| fault.code.is_some());
    match Status::of(body)?.state {
        _ if ask == Ask::Status || has_code => None,
        State::Failed => Some(JobReply::Failed(body.clone(), Source::Anybody)),
        State::Cancelled => Some(JobReply::Cancelled(body.clone(), Source::Anybody)),
        _ => None,
    }
}

/// The job's own state with a status line that says something else.
fn of_breakdown(ask: Ask, status: Status, body: &Value) -> Option<JobReply> {
    match of_state(ask, status, body.clone(), true) {
        JobReply::Failed(body, _) => Some(JobReply::Failed(body, Source::Anybody)),
        JobReply::Cancelled(body, _) => Some(JobReply::Cancelled(body, Source::Anybody)),
        JobReply::Empty { .. } | JobReply::Unrecognized(..) => None,
        state => Some(state),
    }
}

/// A result of this job that does not say that it is one.
fn unstated(body: &Value) -> Option<JobReply> {
    let end: fn(Value) -> End = match () {
        () if !is_without_output(body.get("output")) => End::Succeeded,
        () if says_something(body.get("error")) => End::Failed,
        () => return None,
    };
    Some(JobReply::Unstated { body: body.clone(), end })
}

/// Only the result tells whether a job succeeded; an output or an error there counts for more
/// than a word that says neither.
fn of_state(ask: Ask, status: Status, body: Value, named: bool) -> JobReply {
    let cancelled = status.state == State::Cancelled;
    if ask == Ask::Status {
        return match status.state {
            State::Queued => JobReply::Queued(status.queue_position),
            State::Running => JobReply::Running,
            state @ State::Unknown(_) => JobReply::Unrecognized(state.to_string(), body),
            _ => JobReply::Over { cancelled },
        };
    }
    let has_output = !is_without_output(body.get("output"));
    let has_error = says_something(body.get("error"));
    let source = match status.state {
        _ if named => Source::Named,
        State::Unknown(_) => Source::Anybody,
        _ => Source::Unnamed,
    };
    match status.state {
        State::Queued => JobReply::Queued(status.queue_position),
        State::Running => JobReply::Running,
        State::Failed => JobReply::Failed(body, source),
        State::Cancelled => JobReply::Cancelled(body, source),
        // As health reports have it: `{"status": "pass", "output": ""}`.
        State::Unknown(_) if has_output && !named => {
            JobReply::Unstated { body, end: End::Succeeded }
        }
        _ if has_output => JobReply::Succeeded(body),
        State::Succeeded if has_error => JobReply::Empty { body, end: End::Failed },
        State::Succeeded if named || body.get("output").is_some() => {
            JobReply::Empty { body, end: End::Succeeded }
        }
        State::Succeeded => JobReply::Empty { body, end: nothing },
        _ if has_error => JobReply::Failed(body, source),
        State::Ended if Fault::disguised(&body).is_some() => {
            JobReply::Empty { body, end: End::Failed }
        }
        State::Ended => JobReply::Empty { body, end: nothing },
        state @ State::Unknown(_) => JobReply::Unrecognized(state.to_string(), body),
    }
}

fn nothing(body: Value) -> End {
    End::Unsettled(Unsettled::Nothing(body))
}

fn says_something(error: Option<&Value>) -> bool {
    match error {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => items.iter().any(|item| says_something(Some(item))),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Number(code)) => code.as_i64() != Some(0),
        Some(Value::Bool(true)) => true,
    }
}

/// What an answer is that says nothing of the job.
fn failure(
    ask: Ask,
    job: &JobToken,
    reply: Reply,
    body: Option<&Value>,
    scrub: &Scrub,
) -> (Trouble, Error) {
    let fault = body.map(Fault::of).unwrap_or_default();
    let foreign = body.is_some_and(|body| whose(job, body) == Whose::Foreign);
    // In an error the id may be one of the call.
    let foreign = foreign && reply.is_success() && fault.code.is_none();
    let unusable = |why: &str| {
        let message = format!("{} could not be had: {why}", name(ask));
        Error::new(Kind::Unreachable, message).answered(Answer::of(&reply, &fault, scrub))
    };
    if foreign {
        let other = body.and_then(|body| body.get("request_id")?.as_str());
        let other = other.filter(|id| valid_request_id(id)).unwrap_or("another id");
        let error = unusable(&format!("the answer is about another job, {other}"));
        return (Trouble::Foreign, error.about(job));
    }
    if ask == Ask::Result && reply.is_success() && body.is_none() {
        let bytes = reply.body.len();
        let trouble = match reply.broken {
            _ if reply.is_damaged() => Trouble::Damaged(bytes),
            Some(Broken::Off(_)) if bytes > 0 => Trouble::CutOff(bytes),
            _ => Trouble::Passing,
        };
        let error = unusable(&why(&reply, &fault, scrub)).about(job);
        let keep = trouble != Trouble::Passing;
        return (trouble, if keep { error.with_body(reply.body) } else { error });
    }
    let trouble = grade(&reply, &fault, body.is_some());
    let refused = matches!(reply.meant_status(&fault), 400..500) && trouble != Trouble::Passing;
    let error = if refused {
        Error::refused(Call::Job(name(ask)), &reply, &fault, scrub)
    } else {
        unusable(&why(&reply, &fault, scrub))
    };
    (trouble, error.about(job))
}

/// Codes are the service's own words, unless what passes them on is out of order itself. HTML and
/// the like come from something in between, which knows nothing about the job.
pub(super) fn grade(reply: &Reply, fault: &Fault, is_json: bool) -> Trouble {
    if matches!(reply.status, 408 | 429 | 500..) {
        return Trouble::Passing;
    }
    // A name alone explains a refusal, and makes none.
    let named = fault.name.filter(|_| matches!(reply.status, 400..500)).map(ErrorName::code);
    match (fault.code.or(named), reply.meant_status(fault)) {
        (Some(403_001 | 404_001), _) => Trouble::Gone,
        (Some(400_004), _) => Trouble::TokenRefused,
        (_, 408 | 429 | 500..) => Trouble::Passing,
        (_, 401 | 403) if is_json => Trouble::Unauthorized,
        // Some gateways have no words for it.
        (_, 401) => Trouble::Vague,
        _ if is_json => Trouble::Vague,
        _ => Trouble::Passing,
    }
}

fn why(reply: &Reply, fault: &Fault, scrub: &Scrub) -> String {
    match &fault.words {
        Some(words) => scrub.text(words),
        None => scrub.text(&reply.gist()),
    }
}

/// What such an answer to a call about the job `r` means.
#[cfg(test)]
pub(super) fn reading_of(ask: Ask, status: u16, body: &str) -> JobReply {
    let reply = Reply { status, body: body.into(), ..Reply::default() };
    let job = JobToken::from_request_id("r").expect("it is an id");
    read(ask, &job, reply, &Scrub::new("t".into()))
}

#[cfg(test)]
#[path = "reading/tests.rs"]
mod tests;
