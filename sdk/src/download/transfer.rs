//! One file, from its URL to its place.

use reqwest::StatusCode;
use url::Url;

use super::content::{Claims, Verdict, judge};
use super::events::{DownloadEvent, SavedFile};
use super::leftovers::fingerprint;
use super::name::Name;
use super::part::Part;
use super::policy::Policy;
use super::retry::Tries;
use super::{Call, fetch};
use crate::data_uri::DataUri;
use crate::error::{Error, Kind};
use crate::media::link::fetchable;
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
/// So much is enough to see that an error page comes in place of a file.
const GLANCE: usize = 512;

impl Wanted {
    pub(super) fn new(file: usize, source: String) -> Self {
        let text = fetchable(&source, true).unwrap_or(source.trim().into());
        let url = Url::parse(&text).map_err(|why| format!("it is no URL ({why})"));
        let name = match &url {
            Ok(url) if !is_data_uri(&text) => Name::of_url(url),
            _ => Name::chosen("file", None),
        };
        Self { file, source, url, name }
    }

    /// Whether it is on a host of the service, or on one that is allowed.
    pub(super) fn is_at_home(&self, policy: &Policy) -> bool {
        self.fingerprint().is_some() && self.url.as_ref().is_ok_and(|url| policy.knows(url))
    }

    /// Why it is none of the service's files, if it is somewhere else, or nowhere.
    pub(super) fn why_foreign(&self, policy: &Policy) -> Option<String> {
        match &self.url {
            Ok(url) if url.scheme() == "data" || policy.knows(url) => None,
            Ok(url) => policy.check(url).err(),
            Err(why) => Some(why.clone()),
        }
    }

    /// What its part is found by; nothing is left of what needs no fetching.
    pub(super) fn fingerprint(&self) -> Option<String> {
        let url = self.url.as_ref().ok().filter(|url| url.scheme() != "data");
        url.map(|url| fingerprint(url.as_str()))
    }

    /// Leaves it out.
    pub(super) fn skip(&self, call: &Call, why: &str) {
        let reason = format!("{}: {why}", self.shown());
        tracing::warn!(file = self.file, "a URL of a result is left out: not one of its own files");
        call.tell(|| DownloadEvent::Skipped { file: self.file, reason });
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
        let mut part = if is_data_uri(self.source.trim()) {
            self.unpack(call).await?
        } else {
            let url = self.url.as_ref().map_err(|why| Error::new(Kind::UrlRefused, why))?;
            call.policy.check(url).map_err(|why| Error::new(Kind::UrlRefused, why))?;
            self.fetch(call, url).await?
        };
        let placed = self.place(call, &mut part).await;
        let Verdict { ending, media_type, is_other, .. } = match placed {
            Ok(verdict) => verdict,
            Err(error) => {
                part.discard();
                return Err(error);
            }
        };
        let bytes = part.len;
        let path = call.folder.give(part, &self.name.stem, Some(&ending)).await?;
        Ok(SavedFile { url: self.source.clone(), path, bytes, media_type, is_other })
    }

    /// Looks at a file that is here whole, and brings it to the disk.
    async fn place(&self, call: &Call, part: &mut Part) -> Result<Verdict, Error> {
        let verdict = self.judge(part)?;
        call.folder.check(&self.name.stem, Some(&verdict.ending)).await?;
        part.sync().await?;
        let endless =
            "its host did not say how long it is, so that nothing tells whether it is whole";
        let endless = part.is_endless.then(|| endless.to_owned());
        for message in verdict.warning.clone().into_iter().chain(endless) {
            tracing::warn!(file = self.file, "a file is unusual: {message}");
            call.tell(|| DownloadEvent::Warning { file: self.file, message });
        }
        Ok(verdict)
    }

    /// The file inside of a `data:` URI.
    async fn unpack(&self, call: &Call) -> Result<Part, Error> {
        let wrong = |why: &str| Error::new(Kind::WrongContent, why);
        let source = self.source.trim();
        let uri = DataUri::parse(source).ok_or_else(|| wrong("it has no content"))?;
        call.check_size(uri.size())?;
        let bytes = uri.decode().map_err(wrong)?;
        let mut part = Part::open(call.folder.path(), fingerprint(source), Vec::new()).await?;
        part.media_type = Some(uri.media_type.to_owned());
        part.total = Some(bytes.len() as u64);
        self.tell_start(call, &part);
        part.write(&bytes).await?;
        Ok(part)
    }

    /// The file behind a URL, tried until it is there whole.
    async fn fetch(&self, call: &Call, url: &Url) -> Result<Part, Error> {
        let fingerprint = fingerprint(url.as_str());
        let left = call.folder.left_of(&fingerprint);
        let mut part = Part::open(call.folder.path(), fingerprint, left).await?;
        let mut tries = Tries::new(call.retries);
        loop {
            let (length, restarts) = (part.len, part.restarts);
            let error = match self.attempt(call, url, &mut part).await {
                Ok(()) => return Ok(part),
                Err(error) => error,
            };
            if !error.is_interrupted() {
                part.discard();
                return Err(error);
            }
            part.settle().await?;
            let went_on = part.restarts == restarts && part.len > length;
            let Some(retry_in) = tries.pause(part.len, went_on, error.retry_after()) else {
                return Err(error);
            };
            tracing::debug!(file = self.file, status = error.status(), ?retry_in, "interrupted");
            let error = error.regarding(&self.shown());
            call.tell(|| DownloadEvent::Interrupted { file: self.file, error, retry_in });
            tokio::time::sleep(retry_in).await;
        }
    }

    async fn attempt(&self, call: &Call, url: &Url, part: &mut Part) -> Result<(), Error> {
        let mut response = fetch::get(call, url, part.rest()).await?;
        match response.status() {
            StatusCode::OK => {
                part.restart().await?;
                part.begin(&response);
            }
            StatusCode::PARTIAL_CONTENT if part.continues(response.headers()) => {}
            StatusCode::PARTIAL_CONTENT if part.begins_with(&response) => {}
            _ => {
                part.restart().await?;
                let message = "the host does not go on where it broke off, with the same file";
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
            if part.overflows(bytes) {
                part.restart().await?;
                let message = "the host sends more than it says that there is";
                return Err(Error::new(Kind::Interrupted, message));
            }
            let is_unseen = part.head.len() < GLANCE;
            part.write(bytes).await?;
            if is_unseen && part.head.len() >= GLANCE {
                let verdict = self.judge(part)?;
                call.folder.check(&self.name.stem, Some(&verdict.ending)).await?;
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
        Err(Error::new(Kind::Interrupted, part.broke_off()))
    }

    fn judge(&self, part: &Part) -> Result<Verdict, Error> {
        let claims = Claims {
            media_type: part.media_type.as_deref(),
            coding: part.coding.as_deref(),
            ending: self.name.ending.as_deref(),
        };
        judge(&part.head, claims).map_err(|why| Error::new(Kind::WrongContent, why))
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
