//! What is done to answers.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, LOCATION};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::time::sleep;

use super::body::BrokenBody;
use super::decide::Wire;
use super::encoding::Encoding;
use super::job::StatusWords;
use crate::simulator::socket::Breaker;

/// What gets through of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passes {
    All,
    /// The id of the job that it made.
    Id,
    Nothing,
}

/// Breaks an answer, or the connection that it goes out on. `id` is that of the job.
pub(crate) async fn damage(
    response: Response,
    wire: Wire,
    breaker: &Breaker,
    id: Option<&str>,
) -> (Response, Passes) {
    let response = match wire {
        Wire::ResetAfter => {
            breaker.reset();
            response
        }
        Wire::ResetMidway => {
            breaker.reset_at_end();
            with_body(response, BrokenBody::cut_midway).await
        }
        Wire::CutMidway => with_body(response, BrokenBody::cut_midway).await,
        Wire::CutAfter(bytes) => return cut_after(response, bytes).await,
        Wire::WrongLength(more) => wrong_length(response, more).await,
        Wire::NoId => rewrite(response, without_id).await,
        Wire::Answer(answer) => {
            let passes = if answer.holds_id() { Passes::Id } else { Passes::Nothing };
            return (answer.response(id), passes);
        }
        Wire::Stall(time) => {
            let stalled = with_body(response, |whole| BrokenBody::stalled(whole, sleep(time)));
            return (stalled.await, Passes::All);
        }
        Wire::Encoding(encoding) => return (encoded(response, encoding).await, Passes::All),
        Wire::CloseIdle(time) => {
            breaker.close_idle(time);
            return (response, Passes::All);
        }
        Wire::ResetNext => {
            breaker.reset_next();
            return (response, Passes::All);
        }
        Wire::ResetBefore | Wire::RefuseEarly { .. } | Wire::Redirect(_) => response,
    };
    (response, Passes::Nothing)
}

/// Sends the client elsewhere, with the method that it used.
pub(crate) fn redirect(origin: &str, path: &str, mark: &str) -> Response {
    let place = format!("{origin}{path}?{mark}");
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, place)]).into_response()
}

/// The answer with its state in other words.
pub(crate) async fn rename_status(response: Response, words: &StatusWords) -> Response {
    rewrite(response, |body| {
        if let Some(status) = body.get("status").and_then(Value::as_str) {
            body["status"] = Value::String(words.instead_of(status));
        }
    })
    .await
}

/// The answer without the id, and without the URLs that hold it.
fn without_id(body: &mut Value) {
    if let Value::Object(members) = body {
        members.retain(|key, _| key != "request_id" && !key.ends_with("_url"));
    }
}

async fn cut_after(response: Response, bytes: u64) -> (Response, Passes) {
    let (mut parts, whole) = whole(response).await;
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if whole.len() <= bytes {
        return (Response::from_parts(parts, whole.into()), Passes::All);
    }
    parts.headers.insert(CONTENT_LENGTH, whole.len().into());
    let cut = Body::new(BrokenBody::cut_at(&whole, bytes));
    (Response::from_parts(parts, cut), Passes::Nothing)
}

/// With a length that is not that of the body; a body that is too short ends the connection.
async fn wrong_length(response: Response, more: i64) -> Response {
    let (mut parts, whole) = whole(response).await;
    let length = u64::try_from(whole.len()).unwrap_or(u64::MAX).saturating_add_signed(more);
    parts.headers.insert(CONTENT_LENGTH, length.into());
    let sent = usize::try_from(length).unwrap_or(usize::MAX).min(whole.len());
    let body = if more > 0 {
        Body::new(BrokenBody::cut_at(&whole, sent))
    } else {
        whole.slice(..sent).into()
    };
    Response::from_parts(parts, body)
}

async fn encoded(response: Response, encoding: Encoding) -> Response {
    let (mut parts, whole) = whole(response).await;
    let body = encoding.encode(&whole, &mut parts.headers);
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    Response::from_parts(parts, body.into())
}

async fn rewrite(response: Response, change: impl FnOnce(&mut Value)) -> Response {
    let (mut parts, bytes) = whole(response).await;
    let Ok(mut body) = serde_json::from_slice(&bytes) else {
        return Response::from_parts(parts, bytes.into());
    };
    change(&mut body);
    let text = body.to_string();
    parts.headers.insert(CONTENT_LENGTH, text.len().into());
    Response::from_parts(parts, text.into())
}

async fn with_body(response: Response, make: impl FnOnce(&Bytes) -> BrokenBody) -> Response {
    let (mut parts, bytes) = whole(response).await;
    parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
    Response::from_parts(parts, Body::new(make(&bytes)))
}

async fn whole(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    // The simulator's own bodies are in memory: reading them does not fail.
    (parts, to_bytes(body, usize::MAX).await.unwrap_or_default())
}
