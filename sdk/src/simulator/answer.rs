//! The bodies of the queue's answers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::media;
use super::queue::{CancelOutcome, Ending, Job, State};

pub(super) fn submitted(origin: &str, id: &str) -> Value {
    let url = |what| format!("{origin}/v1/requests/{id}/{what}");
    json!({
        "request_id": id,
        "status_url": url("status"),
        "result_url": url("result"),
        "cancel_url": url("cancel"),
    })
}

pub(super) fn status(origin: &str, job: &Job, state: State) -> Value {
    let id = &job.id;
    let mut body = json!({
        "request_id": id,
        "status": job.on_status(state),
        "status_url": format!("{origin}/v1/requests/{id}/status"),
        "result_url": format!("{origin}/v1/requests/{id}/result"),
    });
    if let State::Queued { position } = state {
        body["queue_position"] = json!(position);
    }
    body
}

pub(super) fn result(origin: &str, job: &Job, state: State, include_cost: bool) -> Value {
    let mut body = json!({
        "request_id": job.id,
        "status": job.on_result(state),
        "model_id": job.model.id,
        "created_at": timestamp(job.created),
    });
    if let Some(finished) = job.finished {
        body["finished_at"] = json!(timestamp(finished));
    }
    if let Some(output) = output(origin, job, state) {
        body["output"] = output;
    }
    if let (State::Failed, Some(Ending::Failed(failure))) = (state, &job.fate.ending) {
        body["error"] = failure.error();
    }
    if include_cost && state.is_final() && job.cost_is_told() {
        body["cost"] = job.fate.cost.clone().unwrap_or_else(|| json!(job.cost()));
    }
    if job.fate.echo {
        body["input"] = json!(*job.input);
    }
    body
}

fn output(origin: &str, job: &Job, state: State) -> Option<Value> {
    if state != State::Succeeded {
        return None;
    }
    if let (true, Some(late)) = (job.output_is_late(), &job.fate.late_output) {
        return late.placeholder.clone();
    }
    let shape = job.fate.shape.as_ref().unwrap_or(&job.model.shape);
    let mut output = shape.output(&job.model, &media::urls(origin, job));
    if let (true, Value::Object(members)) = (job.fate.echo, &mut output) {
        members.insert("input".to_owned(), json!(*job.input));
    }
    Some(output)
}

pub(super) fn cancelled(id: &str, state: State, outcome: CancelOutcome) -> Value {
    let outcome = match outcome {
        CancelOutcome::Cancelled => "cancelled",
        CancelOutcome::Requested => "cancellation_requested",
        CancelOutcome::TooLate => "not_cancellable",
    };
    json!({ "request_id": id, "status": state.on_status(), "outcome": outcome })
}

/// `2026-09-01T12:00:00.250Z`.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let millis = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Days since 1970 as a date, by Howard Hinnant's algorithm: years begin in March.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339() {
        let at = |millis| timestamp(UNIX_EPOCH + Duration::from_millis(millis));
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(at(1_735_689_599_250), "2024-12-31T23:59:59.250Z");
    }
}
