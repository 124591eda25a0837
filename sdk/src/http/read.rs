//! Reading an answer, as much of it as comes and no more than is sensible.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, RETRY_AFTER};
use tokio::time::timeout;

use super::{Cause, coding};
use crate::time::unix_seconds;
use crate::wire::{Broken, Reply};

/// How much is read of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) mebibytes: usize,
    /// How long the next piece may take; without it there is a limit for the whole call.
    pub(super) stall: Option<Duration>,
}

/// Nothing but results comes near this.
pub(super) const USUAL: Limits = Limits { mebibytes: 16, stall: None };
/// What a result may hold inline, as `data:` URIs: a film of three minutes.
pub(super) const RESULT: Limits = Limits { mebibytes: 256, stall: None };

pub(super) async fn reply(mut response: Response, limits: Limits) -> Reply {
    let most = limits.mebibytes << 20;
    let mut reply = Reply {
        status: response.status().as_u16(),
        retry_after: retry_after(response.headers(), SystemTime::now()),
        ..Reply::default()
    };
    let codings = response.headers().get_all(CONTENT_ENCODING).iter();
    let codings: Vec<String> = codings.filter_map(|c| Some(c.to_str().ok()?.to_owned())).collect();
    if response.content_length().is_some_and(|length| length > most as u64) {
        reply.broken = Some(Broken::TooLarge(limits.mebibytes));
        return reply;
    }
    while reply.broken.is_none() {
        let chunk = match limits.stall {
            Some(stall) => timeout(stall, response.chunk()).await,
            None => Ok(response.chunk().await),
        };
        match chunk {
            Ok(Ok(None)) => break,
            Ok(Ok(Some(chunk))) if reply.body.len() + chunk.len() <= most => {
                reply.body.extend_from_slice(&chunk);
            }
            Ok(Ok(Some(_))) => reply.broken = Some(Broken::TooLarge(limits.mebibytes)),
            Ok(Err(error)) => reply.broken = Some(Broken::Off(Cause::of(&error).words)),
            Err(_) => reply.broken = Some(Broken::Off("it took too long".to_owned())),
        }
    }
    coding::undo(&mut reply, &codings.join(","), most);
    reply
}

/// `Retry-After` in seconds or as a date, the latter by the server's own clock if it tells it.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let until = match text.parse::<f64>() {
        Ok(seconds) if seconds < SECONDS_OF_A_DATE => {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        Ok(seconds) => date_in_seconds(seconds)?,
        Err(_) => httpdate::parse_http_date(text).ok()?,
    };
    let server = headers.get(DATE).and_then(|date| date.to_str().ok());
    let now = server.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

/// Nobody asks to be left alone for thirty years: a number from here on is a date.
const SECONDS_OF_A_DATE: f64 = 1e9;

/// A date in seconds since 1970, or in milliseconds.
fn date_in_seconds(number: f64) -> Option<SystemTime> {
    let seconds = if number < 1e11 { number } else { number / 1e3 };
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    UNIX_EPOCH.checked_add(since).filter(|at| unix_seconds(*at) < 1 << 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_read_in_all_its_forms() {
        let read = |hint: &'static str, date: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, hint.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers, UNIX_EPOCH).map(|d| d.as_secs())
        };
        assert_eq!(read("7", None), Some(7));
        assert_eq!(read("1.5", None), Some(1));
        for nonsense in ["-3", "soon", "NaN", "inf", "-inf", "1e300", ""] {
            assert_eq!(read(nonsense, None), None, "{nonsense}");
        }
        let (at, later) = ("Fri, 02 Jan 1970 00:00:00 GMT", "Fri, 02 Jan 1970 00:01:00 GMT");
        assert_eq!(read(later, Some(at)), Some(60));
        assert_eq!(read(at, Some(later)), Some(0));
        assert_eq!(read(at, None), Some(86_400));
        let new_year = "Thu, 01 Jan 2026 00:00:00 GMT";
        assert_eq!(read("1767225607", Some(new_year)), Some(7));
        assert_eq!(read("1767225607000", Some(new_year)), Some(7));
        assert_eq!(read("1700000000", Some(new_year)), Some(0));
    }
}
