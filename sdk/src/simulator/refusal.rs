//! The service's error answers.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    UnknownModel,
    NoBalance,
    BadToken,
    ForeignJob,
    UnknownJob,
    /// The input does not fit the schema: one `{"loc": […], "msg": "…"}` for each fault.
    Input(Vec<Value>),
    /// A query parameter is out of range.
    Query(&'static str, String),
    /// The simulator itself is at a loss.
    Broken(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::UnknownModel => (404, 400_001, "wrong model id"),
            Self::NoBalance => (400, 400_002, "insufficient balance"),
            Self::BadToken => (400, 400_004, "missing, expired or revoked token"),
            Self::ForeignJob => (403, 403_001, "this request belongs to someone else"),
            Self::UnknownJob => (404, 404_001, "request not found, deleted or expired"),
            Self::Input(detail) => return json_answer(422, json!({ "detail": detail })),
            Self::Query(name, msg) => {
                let detail = json!([{ "loc": ["query", name], "msg": msg }]);
                return json_answer(422, json!({ "detail": detail }));
            }
            Self::Broken(message) => return json_answer(500, json!({ "message": message })),
        };
        json_answer(status, json!({ "error_code": code, "error_message": message }))
    }
}

/// An answer of that status with that body.
pub(super) fn json_answer(status: u16, body: Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}
