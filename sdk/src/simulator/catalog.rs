//! The catalog.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::model::ModelSpec;
use super::refusal::Refusal;
use super::service::Service;

#[derive(Deserialize)]
pub(super) struct PageQuery {
    #[serde(default)]
    search: String,
    category: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    include_schema: bool,
    #[serde(default = "usual_limit")]
    limit: usize,
    #[serde(default)]
    offset: usize,
}

fn usual_limit() -> usize {
    50
}

/// `GET /v1/models`.
pub(super) async fn page(
    State(service): State<Arc<Service>>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    service.token(&headers)?;
    if !(1..=500).contains(&query.limit) {
        let reason = format!("{} is not from 1 to 500", query.limit);
        return Err(Refusal::Query("limit", reason));
    }
    let search = query.search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let all = service.models.read().unwrap_or_else(PoisonError::into_inner);
    let fits = |model: &&Arc<ModelSpec>| {
        let category = query.category.as_deref();
        let kind = query.kind.as_deref();
        category.is_none_or(|category| category == model.task())
            && kind.is_none_or(|kind| kind == model.catalog_kind)
            && found(model, &words)
    };
    let found: Vec<&Arc<ModelSpec>> = all.values().filter(fits).collect();
    let page: Vec<Value> = found
        .iter()
        .skip(query.offset)
        .take(query.limit)
        .map(|model| describe(model, query.include_schema))
        .collect();
    Ok(Json(json!({ "models": page, "total": found.len() })))
}

/// Whether every word is somewhere in what the catalog says of a model.
fn found(model: &ModelSpec, words: &[&str]) -> bool {
    let description = model.description.as_deref().unwrap_or_default();
    let text = format!("{} {} {description}", model.id, display_name(model)).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

/// `GET /v1/models/categories`.
pub(super) async fn categories(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    service.token(&headers)?;
    let all = service.models.read().unwrap_or_else(PoisonError::into_inner);
    let categories: BTreeSet<String> = all.values().map(|model| model.task()).collect();
    Ok(Json(json!({ "categories": categories })))
}

/// `GET /v1/models/{model_id}`.
pub(super) async fn entry(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    service.token(&headers)?;
    Ok(Json(describe(&*service.model(&id)?, true)))
}

fn describe(model: &ModelSpec, with_schema: bool) -> Value {
    let mut entry = json!({
        "model_id": model.id,
        "display_name": display_name(model),
        "description": model.description.as_deref().unwrap_or_default(),
        "categories": [model.task()],
        "kind": model.catalog_kind,
    });
    if let Some(price) = model.price {
        entry["base_price_usd"] = json!(price);
        entry["price_unit"] = json!(model.price_unit.as_deref().unwrap_or("output"));
        entry["pricing_note"] = json!("A price of the simulator: nothing is paid.");
    }
    if with_schema {
        entry["input_schema"] = model.published.clone();
    }
    entry
}

/// The given title, or the id's middle in words: `Nano Banana 2 Text To Image`.
fn display_name(model: &ModelSpec) -> String {
    model.title.clone().unwrap_or_else(|| {
        let name = model.id.split_once('/').map_or(&*model.id, |(_, name)| name);
        let words = name.split(['/', '-', '_']).map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        });
        words.collect::<Vec<_>>().join(" ")
    })
}
