//! What goes wrong, and what of it leaves a submit that nobody can know the outcome of.

use std::collections::BTreeSet;
use std::time::Duration;

use runcomfy::simulator::{Endpoint, FalseAnswer, Fault, Faults, Ledger, Rule, SubmitEntry};
use serde_json::{Value, to_value};

use super::DAYS;
use super::program::number_of;
use crate::durable::tools::now_ms;

/// How long a submit waits for its answer.
pub(super) const SUBMIT_LIMIT: Duration = Duration::from_secs(4);
/// What no submit waits for.
const TOO_LONG: Duration = Duration::from_secs(8);

/// Every kind of fault, in another order every day, since of two that cannot happen together the
/// first one does. Each happens once for certain on one of the days at each kind of request where it
/// makes sense, and by a chance of its own on all days.
pub(super) fn weather(day: usize) -> Faults {
    let mut kinds = Fault::every_kind();
    let of_day: Vec<_> = kinds.iter().skip(day).step_by(DAYS).cloned().collect();
    let once = [Endpoint::Submit, Endpoint::Status, Endpoint::Result, Endpoint::File]
        .into_iter()
        .flat_map(|endpoint| (0..).zip(&of_day).map(move |kind| (endpoint, kind)))
        .map(|(on, (place, kind))| Rule::new(kind.clone()).on(on).skip(2 * place).times(1));
    let count = kinds.len();
    kinds.rotate_left(day * count / DAYS);
    let slow = [Fault::Delay(TOO_LONG), Fault::Stall(TOO_LONG)];
    let slow = slow.map(|fault| Rule::new(fault).on(Endpoint::Submit).skip(3).times(1));
    // Files in pieces, some of which are of another version.
    let pieces = [Fault::CutMidway, Fault::OtherVersion];
    let pieces = pieces.map(|fault| Rule::new(fault).on(Endpoint::File).chance(0.15));
    let often = kinds.iter().map(|kind| Rule::new(kind.clone()).chance(chance(kind)));
    let rules = slow.into_iter().chain(once).chain(pieces).chain(often);
    rules.fold(Faults::new().seed(day as u64), Faults::rule)
}

fn chance(fault: &Fault) -> f64 {
    match fault {
        // Of such a job it takes half a minute, or half an hour, to learn that nothing comes of it.
        Fault::End(_) | Fault::LoseAfter(_) => 0.001,
        // A client that was told so leaves the service alone for a minute at least.
        Fault::Answer(answer) if asks_for_long(answer) => 0.0,
        Fault::RefuseConnections(_) | Fault::AcceptLate(_) => 0.005,
        // Most jobs are to be delivered.
        fault if why_unknown(fault).is_some() => 0.003,
        _ => 0.01,
    }
}

fn asks_for_long(answer: &FalseAnswer) -> bool {
    let hint = to_value(answer).unwrap()["retry_after"].take();
    hint.as_str().and_then(|hint| hint.parse().ok()).is_some_and(|seconds: f64| seconds > 1.0)
}

/// Why no client can know what became of a submit that met this fault; `None` if it can.
///
/// What is not listed leaves an answer that can be read: late, slowly, in an odd form, from what has
/// come of it before it broke off, or although the rest of the request was not wanted.
pub(super) fn why_unknown(fault: &Fault) -> Option<&'static str> {
    match fault {
        Fault::ResetBefore => Some("reset, which looks the same as after it was carried out"),
        Fault::ResetAfter => Some("reset in place of the answer"),
        Fault::Delay(time) if *time > SUBMIT_LIMIT => Some("no answer within the limit"),
        Fault::Redirect { .. } => Some("sent elsewhere"),
        Fault::MissingRequestId => Some("accepted, without the id"),
        Fault::Answer(answer) => why_unknown_after(answer),
        _ => None,
    }
}

fn why_unknown_after(answer: &FalseAnswer) -> Option<&'static str> {
    let answer = to_value(answer).unwrap();
    if answer["body"].to_string().contains("{request_id}") {
        // Whatever else it says, it says where to look.
        return None;
    }
    let code = answer["body"]["json"]["error_code"].as_i64().unwrap_or(0);
    match (answer["status"].as_u64().unwrap_or(0), code / 1000) {
        (200..300, 400..500) | (400..500, 0) => None,
        (200..300, _) => Some("success without an id"),
        (300..400, _) => Some("sent elsewhere"),
        _ => Some("the service, or what stands before it, broke down"),
    }
}

/// Whether a job of this submit may never come to an end that the client learns of soon.
pub(super) fn is_hopeless(submit: &SubmitEntry) -> bool {
    submit.faults.iter().any(|fault| matches!(fault, Fault::End(_) | Fault::LoseAfter(_)))
}

/// The numbers of the inputs of such jobs.
pub(super) fn hopeless(ledger: &Ledger) -> BTreeSet<usize> {
    let submits = ledger.submits.iter().filter(|submit| is_hopeless(submit));
    submits.filter_map(|submit| number_of(submit.input["prompt"].as_str()?)).collect()
}

/// Whether a job of this submit makes no files.
pub(super) fn makes_nothing(submit: &SubmitEntry) -> bool {
    let ends = |fault: &Fault| matches!(fault, Fault::Fail(_) | Fault::Cancelled { .. });
    submit.faults.iter().any(ends) || is_hopeless(submit)
}

/// Whether the cost of a job of this submit is told truly and at once.
pub(super) fn tells_its_cost(submit: &SubmitEntry) -> bool {
    let lies = |fault: &Fault| matches!(fault, Fault::Cost(_) | Fault::LateCost(_));
    !submit.faults.iter().any(lies)
}

/// Whether a submit has arrived and is not carried out yet.
pub(super) fn is_late(submit: &SubmitEntry) -> bool {
    let delayed = |fault: &Fault| matches!(fault, Fault::Delay(time) if *time > SUBMIT_LIMIT);
    let age = Duration::from_millis(now_ms().saturating_sub(submit.arrived_at_ms));
    submit.faults.iter().any(delayed) && age < TOO_LONG + Duration::from_millis(500)
}

/// The JSON of a fault, for messages.
pub(super) fn shown(faults: &[Fault]) -> Value {
    to_value(faults).unwrap()
}
