//! One file, from its URL to its place.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tempfile::TempPath;
use url::Url;

use super::content::{Verdict, judge};
use super::events::{DownloadEvent, SavedFile};
use super::name::Name;
use super::part::Part;
use super::{Call, fetch};
use crate::data_uri::DataUri;
use crate::error::{Error, Kind};
use crate::format::ENOUGH;
use crate::redact::is_data_uri;
use crate::wire::shown_url;

/// A file that is to be fetched.
pub(super) struct Wanted {
    /// Its place among the files of the call.
    pub(super) file: usize,
    pub(super) source: String,
    /// The parsed URL, or why it is none.
    pub(super) url: Result<Url, String>,
    pub(super) name: Name,
}

/// How often progress is told.
const STEP: u64 = 256 * 1024;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Wanted {
    pub(super) fn new(file: usize, source: String) -> Self {
        let url = Url::parse(source.trim()).map_err(|why| format!("it is no URL ({why})"));
        let name = match &url {
            Ok(url) if !is_data_uri(&source) => Name::of_url(url),
            _ => Name::chosen("file", None),
        };
        Self { file, source, url, name }
    }

    /// The address as it may be shown.
    fn shown(&self) -> String {
        match &self.url {
            Ok(_) => shown_url(&self.source),
            Err(_) => format!("address {}", self.file + 1),
        }
    }

    /// Fetches the file and puts it into its place.
    pub(super) async fn save(self, call: &Call) -> Result<SavedFile, Error> {
        let saved = self.transfer(call).await.map_err(|error| error.regarding(&self.shown()));
        match saved {
            Ok(saved) => {
                call.tell(|| DownloadEvent::Saved { file: self.file, saved: saved.clone() });
                Ok(saved)
            }
            Err(error) => {
                let reason = error.to_string();
                call.tell(|| DownloadEvent::Failed { file: self.file, reason });
                Err(error)
            }
        }
    }

    async fn transfer(&self, call: &Call) -> Result<SavedFile, Error> {
        let part = if is_data_uri(&self.source) {
            self.unpack(call).await?
        } else {
            let url = self.url.as_ref().map_err(|why| Error::new(Kind::UrlRefused, why))?;
            call.policy.check(url).map_err(|why| Error::new(Kind::UrlRefused, why))?;
            self.fetch(call, url).await?
        };
        let Verdict { ending, media_type } = self.judge(&part)?;
        call.folder.check(&self.name.stem, ending.as_deref()).await?;
        let bytes = part.len;
        let file: TempPath = part.sync().await?;
        let path = call.folder.give(file, &self.name.stem, ending.as_deref()).await?;
        Ok(SavedFile { url: self.source.clone(), path, bytes, media_type })
    }

    /// The file inside of a `data:` URI.
    async fn unpack(&self, call: &Call) -> Result<Part, Error> {
        let wrong = |why: &str| Error::new(Kind::WrongContent, why);
        let uri = DataUri::parse(&self.source).ok_or_else(|| wrong("it has no content"))?;
        call.check_size(uri.size())?;
        let bytes = uri.decode().map_err(wrong)?;
        let mut part = Part::create(call.folder.path()).await?;
        part.media_type = Some(uri.media_type.to_owned());
        part.total = Some(bytes.len() as u64);
        self.tell_start(call, &part);
        part.write(&bytes).await?;
        Ok(part)
    }

    /// The file behind a URL, tried until it is there whole.
    async fn fetch(&self, call: &Call, url: &Url) -> Result<Part, Error> {
        let mut part = Part::create(call.folder.path()).await?;
        let mut tries = 0;
        loop {
            let error = match self.attempt(call, url, &mut part).await {
                Ok(()) => return Ok(part),
                Err(error) if error.is_interrupted() && tries < call.retries => error,
                Err(error) => return Err(error),
            };
            let retry_in = pause(tries, error.retry_after());
            tries += 1;
            tracing::debug!(file = self.file, status = error.status(), ?retry_in, "interrupted");
            let error = error.regarding(&self.shown());
            call.tell(|| DownloadEvent::Interrupted { file: self.file, error, retry_in });
            tokio::time::sleep(retry_in).await;
        }
    }

    async fn attempt(&self, call: &Call, url: &Url, part: &mut Part) -> Result<(), Error> {
        let mut response = fetch::get(call, url, part.resume().as_ref()).await?;
        match response.status() {
            StatusCode::OK => {
                part.restart().await?;
                part.begin(response.headers());
                check_coding(response.headers())?;
            }
            StatusCode::PARTIAL_CONTENT if part.continues(response.headers()) => {}
            _ => {
                part.restart().await?;
                let message = "the host does not go on where it broke off";
                return Err(Error::new(Kind::Interrupted, message));
            }
        }
        call.check_size(part.total.unwrap_or_default())?;
        self.tell_start(call, part);
        let mut told = part.len;
        loop {
            let chunk = fetch::chunk(&mut response, call.stall).await;
            let Some(bytes) = chunk.map_err(|error| error.regarding(&part.broke_off()))? else {
                break;
            };
            let bytes = bytes.as_ref();
            call.check_size(part.len + bytes.len() as u64)?;
            let unjudged = part.head.len() < ENOUGH;
            part.write(bytes).await?;
            if unjudged && part.head.len() >= ENOUGH {
                let verdict = self.judge(part)?;
                call.folder.check(&self.name.stem, verdict.ending.as_deref()).await?;
            }
            if part.len - told >= STEP {
                told = part.len;
                self.tell_progress(call, part);
            }
        }
        if told < part.len {
            self.tell_progress(call, part);
        }
        if part.total.is_none_or(|total| total == part.len) {
            return Ok(());
        }
        let error = Error::new(Kind::Interrupted, part.broke_off());
        if part.total.is_some_and(|total| total < part.len) {
            part.restart().await?;
        }
        Err(error)
    }

    fn judge(&self, part: &Part) -> Result<Verdict, Error> {
        judge(&part.head, part.media_type.as_deref(), self.name.ending.as_deref())
            .map_err(|why| Error::new(Kind::WrongContent, why))
    }

    fn tell_start(&self, call: &Call, part: &Part) {
        let (from, total) = (part.len, part.total);
        call.tell(|| DownloadEvent::Started { file: self.file, from, total });
    }

    fn tell_progress(&self, call: &Call, part: &Part) {
        let (received, total) = (part.len, part.total);
        call.tell(|| DownloadEvent::Progress { file: self.file, received, total });
    }
}

impl Call {
    fn check_size(&self, bytes: u64) -> Result<(), Error> {
        if bytes <= self.max_bytes {
            return Ok(());
        }
        let message = format!("it is larger than the {} bytes that are allowed", self.max_bytes);
        Err(Error::new(Kind::TooLarge, message))
    }
}

/// Bytes in a coding would be saved as they are, and nothing could read them.
fn check_coding(headers: &HeaderMap) -> Result<(), Error> {
    let coding = fetch::text(headers, CONTENT_ENCODING);
    match coding.map(str::trim) {
        None | Some("" | "identity" | "aws-chunked") => Ok(()),
        Some(coding) => {
            let coding = coding.chars().take(20).collect::<String>();
            let message = format!("it comes in the coding {coding:?}, which was not asked for");
            Err(Error::new(Kind::WrongContent, message))
        }
    }
}

/// How long to wait after so many tries: a little more each time, or as long as the host asks.
fn pause(tries: u32, asked: Option<Duration>) -> Duration {
    let step = Duration::from_millis(100) * 2_u32.saturating_pow(tries.min(10));
    let jitter = 0.75 + fastrand::f64() / 2.0;
    asked.unwrap_or(step.mul_f64(jitter)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert!(pause(0, None) <= Duration::from_millis(125));
        assert!(pause(3, None) >= Duration::from_millis(600));
        assert_eq!(pause(30, None), LONGEST_PAUSE);
        assert_eq!(pause(0, Some(Duration::from_secs(2))), Duration::from_secs(2));
        assert_eq!(pause(0, Some(Duration::from_secs(3600))), LONGEST_PAUSE);
    }
}
