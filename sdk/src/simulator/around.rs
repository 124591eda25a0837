//! What happens around every request: counting, faults, the log.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::faults::{Call, Decision, Endpoint, Wire, damage, redirect, rename_status};
use super::log::RequestLog;
use super::routes::News;
use super::service::Service;
use super::socket::Breaker;

/// In the query of a redirected request, so that it is redirected once only.
const REDIRECTED: &str = "redirected";

pub(super) async fn around(
    State(service): State<Arc<Service>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let mut decision = decide(&service, &request);
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let faults = std::mem::take(&mut decision.told);
    let mute = matches!(decision.wire, Some(Wire::ResetBefore | Wire::ResetAfter));
    request.extensions_mut().insert(std::mem::take(&mut decision.fate));

    let (response, news) = answer(&service, decision, request, next).await;
    if let Some(listener) = &service.listener {
        listener(&RequestLog {
            method,
            path,
            status: Some(response.status().as_u16()).filter(|_| !mute),
            took: began.elapsed(),
            request_id: match news {
                Some(News::Made(id)) => Some(id),
                _ => None,
            },
            faults,
        });
    }
    response
}

fn decide(service: &Service, request: &Request) -> Decision {
    let job = |id: &str| service.queue().number_and_model(id);
    let Some(call) = Call::new(request.method(), request.uri(), job) else {
        return Decision::default();
    };
    if call.endpoint == Endpoint::Submit {
        service.queue().receive();
    }
    let mut decision = service.desk.decide(&call);
    if request.uri().query() == Some(REDIRECTED) {
        decision.wire.take_if(|wire| matches!(wire, Wire::Redirect(_)));
    }
    decision
}

/// The answer, with everything done to it that was decided.
async fn answer(
    service: &Service,
    decision: Decision,
    request: Request,
    next: Next,
) -> (Response, Option<News>) {
    let breaker = request.extensions().get::<Breaker>().cloned().unwrap_or_default();
    if !decision.delay.is_zero() {
        tokio::time::sleep(decision.delay).await;
    }
    if let Some(time) = decision.refuse {
        service.door.shut(time).await;
    }
    match &decision.wire {
        Some(Wire::ResetBefore) => {
            breaker.reset();
            return (StatusCode::NO_CONTENT.into_response(), None);
        }
        Some(Wire::Answer(answer)) if !answer.processed => return (answer.into_response(), None),
        Some(Wire::Redirect(to)) => {
            let origin = to.as_deref().unwrap_or(&service.other_name);
            return (redirect(origin, request.uri().path(), REDIRECTED), None);
        }
        _ => {}
    }
    let mut response = next.run(request).await;
    let news = response.extensions_mut().remove::<News>();
    service.note(news.as_ref(), decision.wire.as_ref());
    if let Some(words) = &decision.words {
        response = rename_status(response, words).await;
    }
    if let Some(wire) = decision.wire {
        response = damage(response, wire, &breaker).await;
    }
    (response, news)
}
