//! Answers that are not the true ones.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};

use super::fault::Fault;

/// An answer that is given instead of the true one.
///
/// In a [fault file](super::Faults#as-a-file): `{"status": 429, "retry_after": 2, "body": "html",
/// "processed": true}`, of which only `status` is needed.
///
/// ```
/// use runcomfy::simulator::{FalseAnswer, Fault};
/// use serde_json::json;
///
/// // HTTP 200, and yet an error; the job was made.
/// let fault = Fault::from(
///     FalseAnswer::new(200)
///         .json(json!({ "error_code": 500001, "error_message": "try again" }))
///         .processed(),
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FalseAnswer {
    #[serde(deserialize_with = "status")]
    pub(super) status: u16,
    #[serde(default, deserialize_with = "retry_after")]
    retry_after: Option<String>,
    #[serde(default)]
    body: AnswerBody,
    #[serde(default)]
    pub(crate) processed: bool,
}

/// The body of a [`FalseAnswer`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AnswerBody {
    /// `{"message": "…"}` with the status in words: `"message"`.
    #[default]
    Message,
    /// Nothing: `"empty"`.
    Empty,
    /// A page, as a content delivery network shows it: `"html"`.
    Html,
    /// This JSON: `{"json": …}`.
    Json(Value),
    /// This text, said to be JSON, which it need not be: `{"text": "{\"request_id\":"}`.
    Text(String),
}

impl FalseAnswer {
    /// An answer of that HTTP status, from 200 to 599, with a message. The request has no effect.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, retry_after: None, body: AnswerBody::default(), processed: false }
    }

    /// HTTP 429.
    #[must_use]
    pub fn too_many_requests() -> Self {
        Self::new(429)
    }

    /// With a `Retry-After`: a number of seconds, or a date.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a number or a text")]
    pub fn retry_after(mut self, after: impl ToString) -> Self {
        self.retry_after = Some(after.to_string());
        self
    }

    /// With that body.
    #[must_use]
    pub fn body(mut self, body: AnswerBody) -> Self {
        self.body = body;
        self
    }

    /// With that JSON as its body.
    #[must_use]
    pub fn json(self, body: Value) -> Self {
        self.body(AnswerBody::Json(body))
    }

    /// With a page of HTML as its body.
    #[must_use]
    pub fn html(self) -> Self {
        self.body(AnswerBody::Html)
    }

    /// The request is carried out before: a job is made, and charged, behind the client's back.
    #[must_use]
    pub fn processed(mut self) -> Self {
        self.processed = true;
        self
    }
}

impl From<FalseAnswer> for Fault {
    fn from(answer: FalseAnswer) -> Self {
        Self::Answer(answer)
    }
}

impl IntoResponse for &FalseAnswer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let words = status.canonical_reason().unwrap_or("error");
        let (content_type, body) = match &self.body {
            AnswerBody::Message => ("application/json", json!({ "message": words }).to_string()),
            AnswerBody::Empty => ("text/plain", String::new()),
            AnswerBody::Html => {
                let page = format!("<html><head><title>{words}</title></head><body></body></html>");
                ("text/html; charset=utf-8", page)
            }
            AnswerBody::Json(body) => ("application/json", body.to_string()),
            AnswerBody::Text(body) => ("application/json", body.clone()),
        };
        let mut response =
            (status, [(CONTENT_TYPE, content_type)], Body::from(body)).into_response();
        let after = self.retry_after.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(after)) = after {
            response.headers_mut().insert(RETRY_AFTER, after);
        }
        response
    }
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    if (200..600).contains(&status) {
        return Ok(status);
    }
    let reason = format!("{status} is not an HTTP status from 200 to 599");
    Err(de::Error::custom(reason))
}

fn retry_after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(date) => Ok(Some(date)),
        Value::Number(seconds) => Ok(Some(seconds.to_string())),
        _ => Err(de::Error::custom("`retry_after` is a number of seconds or a date")),
    }
}
