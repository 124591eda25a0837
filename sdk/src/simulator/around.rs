//! What happens around every request: counting, faults, the log.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::faults::{
    Call, Decision, Endpoint, FalseAnswer, Fault, Passes, Wire, damage, peek, redirect,
    rename_status, slow,
};
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
    let breaker = request.extensions().get::<Breaker>().cloned().unwrap_or_default();
    let (mut decision, model) = decide(&service, &request, &breaker);
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let faults = std::mem::take(&mut decision.faults);
    let told = faults.iter().map(ToString::to_string).collect();
    let mute = matches!(decision.wire, Some(Wire::ResetBefore | Wire::ResetAfter));
    request.extensions_mut().insert(std::mem::take(&mut decision.orders));

    let mut submit = None;
    if let Some(model) = model {
        let number = service.queue().receive(model, faults);
        submit = Some(number);
        request = match peek(request).await {
            Ok((request, input)) => {
                service.queue().read(number, input.unwrap_or_default());
                request
            }
            // Nobody is there to hear it.
            Err(_) => return StatusCode::BAD_REQUEST.into_response(),
        };
    }
    let (response, news) = answer(&service, decision, request, next, &breaker).await;
    let status = Some(response.status().as_u16()).filter(|_| !mute);
    let request_id = match news {
        Some(News::Made(id)) => Some(id),
        _ => None,
    };
    if let Some(number) = submit {
        service.queue().answered(number, request_id.clone(), status);
    }
    if let Some(listener) = &service.listener {
        let took = began.elapsed();
        listener(&RequestLog { method, path, status, took, request_id, faults: told });
    }
    response
}

/// What happens to a request, and the model that it submits to.
fn decide(service: &Service, request: &Request, breaker: &Breaker) -> (Decision, Option<String>) {
    let job = |id: &str| service.queue().number_and_model(id);
    let Some(call) = Call::new(request.method(), request.uri(), job) else {
        return (Decision::default(), None);
    };
    let mut decision = service.desk.decide(&call);
    decision.faults.extend(breaker.take_late().map(Fault::AcceptLate));
    if request.uri().query() == Some(REDIRECTED) {
        decision.wire.take_if(|wire| matches!(wire, Wire::Redirect(_)));
    }
    (decision, call.model.filter(|_| call.endpoint == Endpoint::Submit))
}

/// The answer, with everything done to it that was decided.
async fn answer(
    service: &Service,
    decision: Decision,
    mut request: Request,
    next: Next,
    breaker: &Breaker,
) -> (Response, Option<News>) {
    let path = request.uri().path().to_owned();
    if !decision.delay.is_zero() {
        tokio::time::sleep(decision.delay).await;
    }
    if let Some(time) = decision.accept_late {
        service.door.leave_waiting(time);
    }
    if let Some(time) = decision.refuse {
        service.door.shut(time).await;
    }
    match &decision.wire {
        Some(Wire::ResetBefore) => {
            breaker.reset();
            return (StatusCode::NO_CONTENT.into_response(), None);
        }
        Some(Wire::RefuseEarly { status, reset }) => {
            if *reset {
                breaker.reset_at_end();
            }
            let mut response = FalseAnswer::new(*status).response(None);
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return (response, None);
        }
        Some(Wire::Answer(answer)) if !answer.processed => {
            return (answer.response(request_id(&path)), None);
        }
        Some(Wire::Redirect(to)) => {
            let origin = to.as_deref().unwrap_or(&service.other_name);
            return (redirect(origin, &path, REDIRECTED), None);
        }
        _ => {}
    }
    if let Some(rate) = decision.upload_rate {
        request = slow(request, rate);
    }
    let mut response = next.run(request).await;
    let news = response.extensions_mut().remove::<News>();
    if let Some(words) = &decision.words {
        response = rename_status(response, words).await;
    }
    let mut passes = Passes::All;
    if let Some(wire) = decision.wire {
        let id = match &news {
            Some(News::Made(id)) => Some(&**id),
            _ => request_id(&path),
        };
        (response, passes) = damage(response, wire, breaker, id).await;
    }
    service.note(news.as_ref(), passes);
    (response, news)
}

/// The job that a request is about.
fn request_id(path: &str) -> Option<&str> {
    Some(path.strip_prefix("/v1/requests/")?.split_once('/')?.0)
}
