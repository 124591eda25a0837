//! What a download tells while it runs, and what it leaves.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::mpsc;

use super::Download;
use crate::error::Error;
use crate::wire::shown_url;

/// A download under way.
pub(super) type Boxed = Pin<Box<dyn Future<Output = Result<Vec<SavedFile>, Error>> + Send>>;

/// A file that was saved.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedFile {
    /// The URL that it came from, as it was given.
    pub url: String,
    /// Where it is.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// What it is: by its first bytes if they tell, else in the host's words.
    pub media_type: Option<String>,
    /// Whether it is no medium of the kind that it should be.
    pub(super) is_other: bool,
}

/// A file that was not saved, and why.
#[non_exhaustive]
pub struct FailedFile {
    /// The URL that it should have come from, as it was given.
    pub url: String,
    /// Why it was not saved.
    pub error: Error,
}

/// Something that happened in a download. Files are counted from 0, in the order of their
/// [`Sources`](crate::Sources).
#[derive(Debug)]
#[non_exhaustive]
pub enum DownloadEvent {
    /// The host begins to send, or to send the rest.
    Started {
        /// Which file.
        file: usize,
        /// How much of it is here already, from an earlier attempt.
        from: u64,
        /// How large it will be, where the host says so.
        total: Option<u64>,
    },
    /// More of it is here; told every 256 KiB and at the end.
    Progress {
        /// Which file.
        file: usize,
        /// How much of it is here.
        received: u64,
        /// How large it will be, where the host says so.
        total: Option<u64>,
    },
    /// It broke off and is tried again.
    Interrupted {
        /// Which file.
        file: usize,
        /// What happened.
        error: Error,
        /// How long it is until the next attempt.
        retry_in: Duration,
    },
    /// Something about it is not as it should be, and it is saved all the same: it is of another
    /// format than its URL or its host says, it came packed, or its host did not say how long it
    /// is. Comes before [`Saved`](Self::Saved), and is in the log as well. If it is not even of the
    /// kind that it should be, such as an image in place of a video, the job is not
    /// [collected](crate::Download#collecting).
    Warning {
        /// Which file.
        file: usize,
        /// What is not as it should be, in words.
        message: String,
    },
    /// It is not one of the job's own files, as far as can be told, and is left out: results may
    /// repeat the URLs of their inputs. That is no failure of the download, and is in the log as
    /// well. Unless it is known that the job was given it, the job is not
    /// [collected](crate::Download#collecting).
    Skipped {
        /// Which file.
        file: usize,
        /// Why, in words.
        reason: String,
    },
    /// A text in the result may be a file, and cannot be fetched: a path, a URL of another scheme, a
    /// file in base64, a link in the middle of a sentence. The files that can be fetched are saved,
    /// and the job is not [collected](crate::Download#collecting).
    Unclear {
        /// What it is, in words.
        reason: String,
    },
    /// It is in its place.
    Saved {
        /// Which file.
        file: usize,
        /// What is there.
        saved: SavedFile,
    },
    /// It is given up.
    Failed {
        /// Which file.
        file: usize,
        /// Why, in words; the error itself comes with [`Finished`](Self::Finished).
        reason: String,
    },
    /// All files are dealt with, and this is the last event.
    Finished(Result<Vec<SavedFile>, Error>),
}

/// The events of a download, ending with [`DownloadEvent::Finished`].
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own for those who have no use for the
/// combinators. Nothing is fetched while nobody polls it; dropping it stops the download, and what
/// was saved stays.
#[must_use = "a stream does nothing until it is polled"]
pub struct DownloadEvents {
    work: Option<Boxed>,
    end: Option<Result<Vec<SavedFile>, Error>>,
    told: mpsc::UnboundedReceiver<DownloadEvent>,
}

impl DownloadEvents {
    pub(super) fn new(download: Download) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        Self { work: Some(Box::pin(download.run(Some(tell)))), end: None, told }
    }

    /// The next event; `None` after [`DownloadEvent::Finished`]. Dropping the future loses no
    /// event.
    pub async fn next(&mut self) -> Option<DownloadEvent> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for DownloadEvents {
    type Item = DownloadEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<DownloadEvent>> {
        loop {
            if let Ok(event) = self.told.try_recv() {
                return Poll::Ready(Some(event));
            }
            if let Some(end) = self.end.take() {
                return Poll::Ready(Some(DownloadEvent::Finished(end)));
            }
            let Some(work) = &mut self.work else {
                return Poll::Ready(None);
            };
            match work.as_mut().poll(cx) {
                Poll::Ready(end) => (self.work, self.end) = (None, Some(end)),
                Poll::Pending => {
                    let told = self.told.try_recv();
                    return told.map_or(Poll::Pending, |event| Poll::Ready(Some(event)));
                }
            }
        }
    }
}

impl fmt::Debug for DownloadEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadEvents").finish_non_exhaustive()
    }
}

/// The URL is shown without its query: it may be signed.
impl fmt::Debug for SavedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedFile")
            .field("url", &shown_url(&self.url))
            .field("path", &self.path)
            .field("bytes", &self.bytes)
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

/// The URL is shown without its query: it may be signed.
impl fmt::Debug for FailedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedFile")
            .field("url", &shown_url(&self.url))
            .field("error", &self.error)
            .finish()
    }
}
