//! What is done to answers.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, LOCATION};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::time::sleep;

use super::body::BrokenBody;
use super::decide::Wire;
use super::fault::StatusWords;
use crate::simulator::socket::Breaker;

/// Breaks an answer, or the connection that it goes out on.
pub(crate) async fn damage(response: Response, wire: Wire, breaker: &Breaker) -> Response {
    match wire {
        Wire::ResetAfter => {
            breaker.reset();
            response
        }
        Wire::ResetMidway => {
            breaker.reset_at_end();
            with_body(response, BrokenBody::cut).await
        }
        Wire::CutMidway => with_body(response, BrokenBody::cut).await,
        Wire::Stall(time) => {
            with_body(response, |whole| BrokenBody::stalled(whole, sleep(time))).await
        }
        Wire::Answer(answer) => answer.into_response(),
        Wire::NoId => rewrite(response, without_id).await,
        Wire::ResetBefore | Wire::Redirect(_) => response,
    }
}

/// Sends the client elsewhere, with the method that it used.
pub(crate) fn redirect(origin: &str, path: &str, mark: &str) -> Response {
    let place = format!("{origin}{path}?{mark}");
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, place)]).into_response()
}

/// The answer with its state in other words.
pub(crate) async fn rename_status(response: Response, words: &StatusWords) -> Response {
    rewrite(response, |body| {
        let other = match (body.get("status").and_then(Value::as_str), words) {
            (None, _) => return,
            (Some(status), StatusWords::Upper) => status.to_uppercase(),
            (Some(status), StatusWords::Synonym) => synonym(status).to_owned(),
            (Some(_), StatusWords::Word(word)) => word.clone(),
        };
        body["status"] = Value::String(other);
    })
    .await
}

fn synonym(status: &str) -> &str {
    match status {
        "in_queue" => "pending",
        "in_progress" => "processing",
        "succeeded" => "completed",
        "failed" => "error",
        "cancelled" => "canceled",
        other => other,
    }
}

/// The answer without the id, and without the URLs that hold it.
fn without_id(body: &mut Value) {
    if let Value::Object(members) = body {
        members.retain(|key, _| key != "request_id" && !key.ends_with("_url"));
    }
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
