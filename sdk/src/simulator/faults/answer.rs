//! Answers that are not the true ones.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Value, json};

use super::fault::Fault;

/// An answer that is given instead of the true one.
///
/// In a [fault file](super::Faults#as-a-file): `{"status": 429, "retry_after": 2, "body": "html",
/// "content_type": "image/png", "processed": true}`, of which only `status` is needed.
///
/// `{request_id}` in the strings of a body of JSON stands for the id of the job that the request made
/// or is about.
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
/// // A conflict that the service reports with the id of the job that it made all the same.
/// let conflict = json!({ "request_id": "{request_id}", "message": "conflict" });
/// let fault = Fault::from(FalseAnswer::new(409).json(conflict).processed());
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FalseAnswer {
    #[serde(deserialize_with = "status")]
    pub(super) status: u16,
    #[serde(default, deserialize_with = "retry_after", skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
    #[serde(default)]
    body: AnswerBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default)]
    pub(crate) processed: bool,
}

/// What stands for the id of a job.
const REQUEST_ID: &str = "{request_id}";

/// The body of a [`FalseAnswer`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
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
        Self {
            status,
            retry_after: None,
            body: AnswerBody::default(),
            content_type: None,
            processed: false,
        }
    }

    /// HTTP 429.
    #[must_use]
    pub fn too_many_requests() -> Self {
        Self::new(429)
    }

    /// With a `Retry-After`: a number of seconds, a date, or what is neither.
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

    /// With this `Content-Type`, whatever the body is.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
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

impl FalseAnswer {
    /// Whether the client learns the id of the job from it.
    pub(crate) fn holds_id(&self) -> bool {
        matches!(&self.body, AnswerBody::Json(body) if body.to_string().contains(REQUEST_ID))
    }

    /// The answer, about that job.
    pub(crate) fn response(&self, id: Option<&str>) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let words = status.canonical_reason().unwrap_or("error");
        let (content_type, body) = match &self.body {
            AnswerBody::Message => ("application/json", json!({ "message": words }).to_string()),
            AnswerBody::Empty => ("text/plain", String::new()),
            AnswerBody::Html => {
                let page = format!("<html><head><title>{words}</title></head><body></body></html>");
                ("text/html; charset=utf-8", page)
            }
            AnswerBody::Json(body) => match id {
                Some(id) => ("application/json", body.to_string().replace(REQUEST_ID, id)),
                None => ("application/json", body.to_string()),
            },
            AnswerBody::Text(body) => ("application/json", body.clone()),
        };
        let mut response = (status, Body::from(body)).into_response();
        let mut put = |name, value: &str| {
            HeaderValue::from_str(value).map(|value| response.headers_mut().insert(name, value))
        };
        // A text that no header can hold is left out.
        let _ = put(CONTENT_TYPE, self.content_type.as_deref().unwrap_or(content_type));
        let _ = self.retry_after.as_deref().map(|after| put(RETRY_AFTER, after));
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
        _ => Err(de::Error::custom("`retry_after` is a number of seconds or a text")),
    }
}
