//! The files of results, over HTTP.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE,
    RANGE,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::dice::digest;
use super::faults::Orders;
use super::media;
use super::service::Service;

/// What is odd about a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FileFate {
    pub(super) no_etag: bool,
    pub(super) other_version: bool,
}

/// `GET /files/{request_id}/{name}`: no token is asked for, as on the real host.
pub(super) async fn file(
    State(service): State<Arc<Service>>,
    Extension(orders): Extension<Orders>,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(job) = service.queue().succeeded(&id).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let side = service.picture_side;
    let made = tokio::task::spawn_blocking(move || media::file(&job, &name, side));
    match made.await {
        Ok(Some(file)) => answer(file.content_type, file.bytes, orders.file, &headers),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(
    content_type: &'static str,
    mut bytes: Vec<u8>,
    fate: FileFate,
    headers: &HeaderMap,
) -> Response {
    if fate.other_version {
        // It begins as a file of its kind does.
        bytes.iter_mut().skip(64).for_each(|byte| *byte ^= 1);
    }
    let bytes = Bytes::from(bytes);
    let etag = format!("\"{:016x}\"", digest(&bytes));
    let asked = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let head = [
        Some((CONTENT_TYPE, content_type.to_owned())),
        Some((ETAG, etag.clone())).filter(|_| !fate.no_etag),
        Some((ACCEPT_RANGES, "bytes".to_owned())),
    ];
    let head = AppendHeaders(head.into_iter().flatten().collect::<Vec<_>>());
    if asked(IF_NONE_MATCH) == Some(&etag) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let total = bytes.len();
    // A careless host gives a part of whatever version it has.
    let fits = |tag: &str| tag == etag || fate.other_version;
    let range = asked(RANGE).filter(|_| asked(IF_RANGE).is_none_or(fits));
    let (status, part) = match range.map(|range| parse(range, total)) {
        None | Some(Range::Unclear) => (StatusCode::OK, bytes),
        Some(Range::Beyond) => {
            let size = [(CONTENT_RANGE, format!("bytes */{total}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, size).into_response();
        }
        Some(Range::Part(first, last)) => {
            let place = [(CONTENT_RANGE, format!("bytes {first}-{last}/{total}"))];
            let part = bytes.slice(first..=last);
            return (StatusCode::PARTIAL_CONTENT, head, place, sized(part)).into_response();
        }
    };
    (status, head, sized(part)).into_response()
}

/// A body with its length; said aloud, so that it survives a body that is cut short on purpose.
fn sized(bytes: Bytes) -> ([(HeaderName, String); 1], Body) {
    ([(CONTENT_LENGTH, bytes.len().to_string())], bytes.into())
}

#[derive(Debug, PartialEq)]
enum Range {
    Part(usize, usize),
    Beyond,
    /// Several ranges or no range at all: the whole file is the answer.
    Unclear,
}

fn parse(range: &str, total: usize) -> Range {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Range::Unclear;
    };
    let bounds = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first, last.min(total.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, total.saturating_sub(1)),
        (Err(_), Ok(length)) if first.is_empty() && length > 0 => {
            (total.saturating_sub(length), total.saturating_sub(1))
        }
        _ => return Range::Unclear,
    };
    if bounds.0 >= total || bounds.0 > bounds.1 {
        return Range::Beyond;
    }
    Range::Part(bounds.0, bounds.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_says() {
        assert_eq!(parse("bytes=0-3", 10), Range::Part(0, 3));
        assert_eq!(parse("bytes=4-", 10), Range::Part(4, 9));
        assert_eq!(parse("bytes=4-99", 10), Range::Part(4, 9));
        assert_eq!(parse("bytes=-3", 10), Range::Part(7, 9));
        assert_eq!(parse("bytes=10-", 10), Range::Beyond);
        assert_eq!(parse("bytes=0-1,4-5", 10), Range::Unclear);
        assert_eq!(parse("lines=1-2", 10), Range::Unclear);
    }
}
