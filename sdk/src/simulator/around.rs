//! What happens around every request: counting, faults, the log.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::log::RequestLog;
use super::queue::Fate;
use super::routes::News;
use super::service::Service;

pub(super) async fn around(
    State(service): State<Arc<Service>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    if method == Method::POST && path.starts_with("/v1/models/") {
        service.queue().receive();
    }
    request.extensions_mut().insert(Fate::default());
    let response = next.run(request).await;
    let news = response.extensions().get::<News>();
    if let Some(News::Told(id)) = news {
        service.queue().delivered(id);
    }
    if let Some(listener) = &service.listener {
        listener(&RequestLog {
            method: method.to_string(),
            path,
            status: response.status().as_u16(),
            took: began.elapsed(),
            request_id: match news {
                Some(News::Made(id)) => Some(id.clone()),
                _ => None,
            },
            faults: Vec::new(),
        });
    }
    response
}
