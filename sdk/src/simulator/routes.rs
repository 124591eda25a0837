//! The endpoints.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::{Faults, Orders};
use super::refusal::{Refusal, json_answer};
use super::service::Service;
use super::{answer, around, catalog, queue, serve};

/// An official client sends no more than this.
const BODY_LIMIT: usize = 64 << 20;

/// What an answer means for the books, if it gets through.
#[derive(Debug, Clone)]
pub(super) enum News {
    /// It holds the id of this new job.
    Made(String),
    /// It tells the outcome of this job.
    Told(String),
}

type Shared = State<Arc<Service>>;

pub(super) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/v1/models", get(catalog::page))
        .route("/v1/models/categories", get(catalog::categories))
        .route("/v1/models/{*model_id}", get(catalog::entry).post(submit))
        .route("/v1/requests/{request_id}/status", get(status))
        .route("/v1/requests/{request_id}/result", get(result))
        .route("/v1/requests/{request_id}/cancel", post(cancel))
        .route("/files/{request_id}/{name}", get(serve::file))
        .route("/simulator/ledger", get(ledger))
        .route("/simulator/faults", put(faults))
        .layer(middleware::from_fn_with_state(service.clone(), around::around))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(service)
}

async fn submit(
    State(service): Shared,
    Extension(orders): Extension<Orders>,
    Path(model_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let owner = service.token(&headers)?;
    let model = service.model(&model_id)?;
    let input: Value = serde_json::from_slice(&body).map_err(|error| {
        let fault = json!({ "loc": ["body"], "msg": format!("not JSON: {error}") });
        Refusal::Input(vec![fault])
    })?;
    let job = service.submit(model, owner, input, orders.fate)?;
    let mut response = Json(answer::submitted(&service.origin, &job.id)).into_response();
    response.extensions_mut().insert(News::Made(job.id));
    Ok(response)
}

async fn status(
    State(service): Shared,
    Extension(orders): Extension<Orders>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let token = service.token(&headers)?;
    let mut queue = service.queue();
    let (mut job, mut state) = queue.poll(&id, &token)?;
    if let Some(other) = orders.another_job.then(|| queue.another(&job)).flatten() {
        (job, state) = other;
    }
    Ok(Json(answer::status(&service.origin, &job, state)))
}

#[derive(Deserialize)]
struct ResultQuery {
    #[serde(default)]
    include_cost: bool,
}

async fn result(
    State(service): Shared,
    Extension(orders): Extension<Orders>,
    Path(id): Path<String>,
    Query(query): Query<ResultQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let token = service.token(&headers)?;
    let mut queue = service.queue();
    let (job, state) = queue.result(&id, &token)?;
    let body = |job, state| answer::result(&service.origin, job, state, query.include_cost);
    if let Some((job, state)) = orders.another_job.then(|| queue.another(&job)).flatten() {
        return Ok(Json(body(&job, state)).into_response());
    }
    if let (Some(answer), false) = (orders.unfinished, state.is_final()) {
        return Ok(answer.response(Some(&id)));
    }
    let mut response = Json(body(&job, state)).into_response();
    if state.is_final() && !(state == queue::State::Succeeded && job.output_is_late()) {
        response.extensions_mut().insert(News::Told(id));
    }
    Ok(response)
}

async fn cancel(
    State(service): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let token = service.token(&headers)?;
    let (state, outcome) = service.queue().cancel(&id, &token)?;
    Ok((StatusCode::ACCEPTED, Json(answer::cancelled(&id, state, outcome))))
}

/// The books, for clients in other languages; not an endpoint of the real service.
async fn ledger(State(service): Shared) -> Json<Value> {
    Json(json!(service.ledger()))
}

/// Other faults from now on, for clients in other languages; not an endpoint of the real service.
async fn faults(State(service): Shared, body: String) -> Response {
    match Faults::from_json(&body) {
        Ok(faults) => {
            service.desk.replace(faults);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => json_answer(422, json!({ "message": error.to_string() })),
    }
}
