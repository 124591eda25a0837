//! The files of results, over HTTP.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE,
    RANGE,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

use super::dice::digest;
use super::media;
use super::service::Service;

/// `GET /files/{request_id}/{name}`: no token is asked for, as on the real host.
pub(super) async fn file(
    State(service): State<Arc<Service>>,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(job) = service.queue().succeeded(&id).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let side = service.picture_side;
    let made = tokio::task::spawn_blocking(move || media::file(&job, &name, side));
    match made.await {
        Ok(Some(file)) => answer(file.content_type, file.bytes.into(), &headers),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(content_type: &'static str, bytes: Bytes, headers: &HeaderMap) -> Response {
    let etag = format!("\"{:016x}\"", digest(&bytes));
    let asked = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let head = [
        (CONTENT_TYPE, content_type.to_owned()),
        (ETAG, etag.clone()),
        (ACCEPT_RANGES, "bytes".to_owned()),
    ];
    if asked(IF_NONE_MATCH) == Some(&etag) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let total = bytes.len();
    let range = asked(RANGE).filter(|_| asked(IF_RANGE).is_none_or(|tag| tag == etag));
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
