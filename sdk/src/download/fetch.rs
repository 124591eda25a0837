//! One request for a file, along its redirects, each of which is checked.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderValue, IF_RANGE, LOCATION, RANGE};
use reqwest::{Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use super::Call;
use super::version::Version;
use crate::error::{Answer, Error, Kind};
use crate::http::{Cause, retry_after};
use crate::time::spoken;
use crate::wire::shown_url;

const REDIRECTS: usize = 5;
/// Error pages are read as far as this, to be quoted.
const QUOTED: usize = 4 * 1024;

/// Asks for a file, or for the rest of it. The answer is one of 200, 206 and 416.
pub(super) async fn get(
    call: &Call,
    url: &Url,
    rest: Option<(u64, &Version)>,
) -> Result<Response, Error> {
    let mut url = url.clone();
    for _ in 0..=REDIRECTS {
        let response = ask(call, &url, rest).await?;
        let status = response.status();
        match status {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                return Ok(response);
            }
            _ if status.is_redirection() => url = next(call, &url, &response)?,
            _ => return Err(refused(call, response).await),
        }
    }
    let message = format!("it is redirected more than {REDIRECTS} times");
    Err(Error::new(Kind::UrlRefused, message))
}

async fn ask(call: &Call, url: &Url, rest: Option<(u64, &Version)>) -> Result<Response, Error> {
    let mut request = reqwest::Request::new(reqwest::Method::GET, url.clone());
    if let Some((from, version)) = rest
        && let Ok(condition) = HeaderValue::from_str(version.if_range())
    {
        request.headers_mut().insert(IF_RANGE, condition);
        request
            .headers_mut()
            .insert(RANGE, HeaderValue::from_str(&format!("bytes={from}-")).expect("digits"));
    }
    match timeout(call.stall, call.http.execute(request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => {
            let Cause { words, hopeless, .. } = Cause::of(&error);
            let kind = if hopeless { Kind::UrlRefused } else { Kind::Interrupted };
            Err(Error::new(kind, words))
        }
        Err(_) => Err(stalled(call.stall)),
    }
}

/// The address that an answer redirects to, if files may be fetched from there.
fn next(call: &Call, url: &Url, response: &Response) -> Result<Url, Error> {
    let refuse = |why: String| Err(Error::new(Kind::UrlRefused, why));
    let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
    let Some(to) = location.and_then(|to| url.join(to).ok()) else {
        return refuse(format!("HTTP {} leads nowhere", response.status().as_u16()));
    };
    match call.policy.check(&to) {
        Ok(()) => Ok(to),
        Err(why) => refuse(format!("it redirects to {}: {why}", shown_url(to.as_str()))),
    }
}

/// What a status means that has no file.
async fn refused(call: &Call, response: Response) -> Error {
    let status = response.status().as_u16();
    let (kind, message) = match status {
        501 | 505 => (Kind::FileGone, "the host cannot do what is asked of it"),
        408 | 425 | 429 | 500.. => (Kind::Interrupted, "the host is busy or broken"),
        401 | 403 | 451 => (Kind::FileGone, "the host does not hand it out"),
        404 | 410 => (Kind::FileGone, "the host does not have it, or no longer"),
        _ => (Kind::FileGone, "the host answers something else"),
    };
    let retry_after = retry_after(response.headers(), SystemTime::now());
    let excerpt = call.scrub.bytes(&beginning(response, call.stall).await);
    Error::new(kind, message).answered(Answer { status, code: None, excerpt, retry_after })
}

async fn beginning(mut response: Response, patience: Duration) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < QUOTED {
        match timeout(patience, response.chunk()).await {
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
            _ => break,
        }
    }
    body.truncate(QUOTED);
    body
}

/// The next piece of a body.
pub(super) async fn chunk(
    response: &mut Response,
    patience: Duration,
) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
    match timeout(patience, response.chunk()).await {
        Ok(Ok(chunk)) => Ok(chunk),
        Ok(Err(error)) => Err(Error::new(Kind::Interrupted, Cause::of(&error).words)),
        Err(_) => Err(stalled(patience)),
    }
}

fn stalled(patience: Duration) -> Error {
    Error::new(Kind::Interrupted, format!("nothing came for {}", spoken(patience)))
}

/// A header that is text.
pub(super) fn text(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
