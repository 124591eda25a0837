//! Reading an answer, as much of it as comes and no more than is sensible.

use std::time::{Duration, SystemTime};

use reqwest::Response;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::wire::Reply;

use super::Cause;

/// Results are lists of URLs; nothing of the service comes near this.
const LARGEST: usize = 16 * 1024 * 1024;

pub(super) async fn reply(mut response: Response) -> Reply {
    let mut reply = Reply {
        status: response.status().as_u16(),
        retry_after: retry_after(response.headers(), SystemTime::now()),
        body: Vec::new(),
        broken: None,
    };
    loop {
        match response.chunk().await {
            Ok(None) => return reply,
            Ok(Some(chunk)) if reply.body.len() + chunk.len() <= LARGEST => {
                reply.body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => reply.broken = Some("it is larger than 16 MiB".to_owned()),
            Err(error) => reply.broken = Some(Cause::of(&error).words),
        }
        if reply.broken.is_some() {
            return reply;
        }
    }
}

/// `Retry-After` in seconds or as a date, the latter by the server's own clock if it tells it.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let server = headers.get(DATE).and_then(|date| date.to_str().ok());
    let now = server.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_read_in_both_forms() {
        let read = |hint: &'static str, date: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, hint.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers, SystemTime::UNIX_EPOCH).map(|d| d.as_secs())
        };
        assert_eq!(read("7", None), Some(7));
        assert_eq!(read("1.5", None), Some(1));
        assert_eq!(read("-3", None), None);
        assert_eq!(read("soon", None), None);
        let (at, later) = ("Fri, 02 Jan 1970 00:00:00 GMT", "Fri, 02 Jan 1970 00:01:00 GMT");
        assert_eq!(read(later, Some(at)), Some(60));
        assert_eq!(read(at, Some(later)), Some(0));
        assert_eq!(read(at, None), Some(86_400));
    }
}
