//! Reading an answer, as much of it as comes and no more than is sensible.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use super::{Cause, coding};
use crate::wire::{Broken, Reply, id_in_address};

/// How much is read of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) mebibytes: usize,
    /// How long the next piece may take; without it there is a limit for the whole call.
    pub(super) stall: Option<Duration>,
}

/// Nothing but results comes near this.
pub(super) const USUAL: Limits = Limits { mebibytes: 16, stall: None };
/// What a result may hold inline, as `data:` URIs: a video of some minutes.
pub(super) const RESULT: Limits = Limits { mebibytes: 256, stall: None };
/// The longest that is believed of a `Retry-After`: what exceeds it is a mistake, a point in time
/// instead of a number of seconds for instance, and whoever sleeps for so long is to wake up.
const LONGEST_HINT: Duration = Duration::from_secs(86_400);
/// More than any date of this millennium has since 1970, and few enough to be added to it.
const MOST_SECONDS: f64 = 1e11;

pub(super) async fn reply(mut response: Response, limits: Limits) -> Reply {
    let mut arriving = Arriving::new(response.status(), response.headers(), limits.mebibytes);
    arriving.expect(response.content_length());
    while !arriving.is_broken() {
        let chunk = match limits.stall {
            Some(stall) => timeout(stall, response.chunk()).await,
            None => Ok(response.chunk().await),
        };
        match chunk {
            Ok(Ok(None)) => break,
            Ok(Ok(Some(chunk))) => arriving.take(&chunk),
            Ok(Err(error)) => arriving.breaks_off(Cause::of(&error).words),
            Err(_) => arriving.breaks_off("it took too long".to_owned()),
        }
    }
    arriving.reply()
}

/// An answer of which the head is here, and the body is on its way.
pub(super) struct Arriving {
    reply: Reply,
    codings: String,
    mebibytes: usize,
}

impl Arriving {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, mebibytes: usize) -> Self {
        let reply = Reply {
            status: status.as_u16(),
            retry_after: retry_after(headers, SystemTime::now()),
            redirect: status.is_redirection().then(|| redirect(headers)),
            located: location(headers).and_then(id_in_address).map(str::to_owned),
            ..Reply::default()
        };
        let codings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|c| c.to_str().ok());
        Self { reply, codings: codings.collect::<Vec<_>>().join(","), mebibytes }
    }

    /// So many bytes are announced.
    fn expect(&mut self, length: Option<u64>) {
        if length.is_some_and(|length| length > self.most() as u64) {
            self.reply.broken = Some(Broken::TooLarge(self.mebibytes));
        }
    }

    pub(super) fn take(&mut self, chunk: &[u8]) {
        if self.reply.body.len() + chunk.len() <= self.most() {
            self.reply.body.extend_from_slice(chunk);
        } else {
            self.reply.broken = Some(Broken::TooLarge(self.mebibytes));
        }
    }

    pub(super) fn breaks_off(&mut self, why: String) {
        self.reply.broken = Some(Broken::Off(why));
    }

    pub(super) fn is_broken(&self) -> bool {
        self.reply.broken.is_some()
    }

    pub(super) fn reply(mut self) -> Reply {
        let most = self.most();
        coding::undo(&mut self.reply, &self.codings, most);
        self.reply
    }

    fn most(&self) -> usize {
        self.mebibytes << 20
    }
}

fn location(headers: &HeaderMap) -> Option<&str> {
    headers.get(LOCATION)?.to_str().ok()
}

/// Where a redirect leads to, without what may be secret in it.
fn redirect(headers: &HeaderMap) -> String {
    let Some(place) = location(headers) else {
        return "nowhere".to_owned();
    };
    match Url::parse(place) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(url::ParseError::RelativeUrlWithoutBase) if !place.starts_with("//") => {
            "another path of the same server".to_owned()
        }
        Err(_) => "another place".to_owned(),
    }
}

/// `Retry-After` in seconds or as a date, the latter by the server's own clock if it tells it; at
/// most a day. It lengthens a pause, and never makes one shorter.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let server = headers.get(DATE).and_then(|date| date.to_str().ok());
    let now = server.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    let until = |date: SystemTime| date.duration_since(now).unwrap_or(Duration::ZERO);
    let Ok(number) = text.parse::<f64>() else {
        return Some(until(httpdate::parse_http_date(text).ok()?).min(LONGEST_HINT));
    };
    if number < 0.0 || number.is_nan() {
        return None;
    }
    // Some give a date as seconds since 1970. It is one if it is about now.
    let date = UNIX_EPOCH + Duration::from_secs_f64(number.min(MOST_SECONDS));
    let is_near = date.duration_since(now).unwrap_or_else(|error| error.duration()) < LONGEST_HINT;
    let wait =
        if is_near { until(date) } else { Duration::from_secs_f64(number.min(MOST_SECONDS)) };
    Some(wait.min(LONGEST_HINT))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_hint_is_read_in_both_forms() {
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
        assert_eq!(read("0", None), Some(0));
        for endless in ["86401", "1767225600", "1e300", "inf", "18446744073709551616"] {
            assert_eq!(read(endless, None), Some(86_400), "{endless}");
        }
        assert_eq!(read("Fri, 31 Dec 9999 23:59:59 GMT", None), Some(86_400));
        for odd in ["-3", "-0.5", "NaN", "-inf", "", "1 s", "0x10"] {
            assert_eq!(read(odd, None), None, "{odd}");
        }
        assert_eq!(read("soon", None), None);
        let (at, later) = ("Fri, 02 Jan 1970 00:00:00 GMT", "Fri, 02 Jan 1970 00:01:00 GMT");
        assert_eq!(read(later, Some(at)), Some(60));
        assert_eq!(read(at, Some(later)), Some(0));
        assert_eq!(read(at, None), Some(86_400));
        let new_year = "Thu, 01 Jan 2026 00:00:00 GMT";
        for (date, wait) in [("1767225607", 7), ("1767225607.5", 7), ("1767225500", 0)] {
            assert_eq!(read(date, Some(new_year)), Some(wait), "{date}");
        }
        for far in ["1700000000", "1867225600", "1767225607000"] {
            assert_eq!(read(far, Some(new_year)), Some(86_400), "{far}");
        }
    }

    #[test]
    fn a_redirect_is_shown_without_its_secrets() {
        let shown = |place: Option<&'static str>| {
            let place = place.map(|place| (LOCATION, HeaderValue::from_static(place)));
            redirect(&HeaderMap::from_iter(place))
        };
        assert_eq!(shown(Some("https://me:hush@a.example:81/b?hush")), "https://a.example:81");
        assert_eq!(shown(Some("/a?hush")), "another path of the same server");
        assert_eq!(shown(Some("a?hush")), "another path of the same server");
        assert_eq!(shown(Some("//a.example/hush")), "another place");
        assert_eq!(shown(Some("http://[hush")), "another place");
        assert_eq!(shown(None), "nowhere");
    }
}
