//! The body of a request, looked into before anything is done with it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::EXPECT;
use hyper::body::{Body as _, Frame};
use serde_json::Value;
use tokio::time::{Sleep, sleep};

/// A longer body is not looked into.
const LIMIT: usize = 64 << 10;

/// The request and, if its body is short and is JSON, what is in it. Fails if the client goes away
/// before that is read.
pub(crate) async fn peek(request: Request) -> Result<(Request, Option<Value>), axum::Error> {
    if request.headers().contains_key(EXPECT) {
        // To read it would be to ask for it.
        return Ok((request, None));
    }
    let (parts, mut body) = request.into_parts();
    let mut read = Vec::new();
    let mut json = None;
    while read.len() <= LIMIT {
        match std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            Some(frame) => read.extend(frame?.into_data().unwrap_or_default()),
            None => {
                json = serde_json::from_slice(&read).ok();
                break;
            }
        }
    }
    let again = Upload { read: Some(read.into()), rest: body, rate: None, pause: None };
    Ok((Request::from_parts(parts, Body::new(again)), json))
}

/// The request with a body that is read at `rate` bytes per second.
pub(crate) fn slow(request: Request, rate: u64) -> Request {
    request.map(|body| {
        Body::new(Upload { read: None, rest: body, rate: Some(rate.max(1)), pause: None })
    })
}

/// A body of which the beginning was read, or which is read slowly.
struct Upload {
    read: Option<Bytes>,
    rest: Body,
    rate: Option<u64>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Upload {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        let frame = match self.read.take() {
            Some(read) => Some(Ok(Frame::data(read))),
            None => ready!(Pin::new(&mut self.rest).poll_frame(cx)),
        };
        if let (Some(rate), Some(Ok(frame))) = (self.rate, &frame) {
            let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
            let time = Duration::from_millis(bytes.saturating_mul(1000) / rate);
            self.pause = Some(Box::pin(sleep(time)));
        }
        Poll::Ready(frame)
    }
}
