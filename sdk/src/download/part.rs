//! A file while it is coming: beside its target, under a name of its own.

use std::path::{Path, PathBuf};

use reqwest::header::{
    CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED,
};
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::fetch::text;
use crate::error::Error;
use crate::format::ENOUGH;

/// What is there of a file, and what is known about it.
pub(super) struct Part {
    file: File,
    path: TempPath,
    folder: PathBuf,
    pub(super) len: u64,
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// How long it will be, where that was told.
    pub(super) total: Option<u64>,
    pub(super) media_type: Option<String>,
    /// What tells this version of the file from any other.
    validator: Option<HeaderValue>,
}

/// How the rest of a file is asked for.
pub(super) struct Resume {
    pub(super) from: u64,
    pub(super) validator: HeaderValue,
}

impl Part {
    pub(super) async fn create(folder: &Path) -> Result<Self, Error> {
        let place = folder.to_owned();
        let made = blocking(move || {
            let mut builder = tempfile::Builder::new();
            builder.prefix(".runcomfy-").suffix(".part");
            for_everyone(&mut builder);
            Ok(builder.tempfile_in(place)?.into_parts())
        });
        let (file, path) = made.await.map_err(|e| Error::disk("write in", folder, e))?;
        Ok(Self {
            file: File::from_std(file),
            path,
            folder: folder.to_owned(),
            len: 0,
            head: Vec::new(),
            total: None,
            media_type: None,
            validator: None,
        })
    }

    /// How to ask for the rest, if there is something and the host can tell its versions apart.
    pub(super) fn resume(&self) -> Option<Resume> {
        let validator = self.validator.clone().filter(|_| self.len > 0)?;
        Some(Resume { from: self.len, validator })
    }

    /// Whether a partial answer is the rest of this very file.
    pub(super) fn continues(&mut self, headers: &HeaderMap) -> bool {
        let range = text(headers, CONTENT_RANGE).and_then(content_range);
        let Some((first, total)) = range.filter(|_| self.len > 0) else {
            return false;
        };
        let same_size = self.total.is_none() || total.is_none() || self.total == total;
        let same_tag = headers.get(ETAG).is_none_or(|tag| {
            !self.validator.as_ref().is_some_and(is_tag) || self.validator.as_ref() == Some(tag)
        });
        self.total = self.total.or(total);
        first == self.len && same_size && same_tag
    }

    /// Takes what the answer says about the whole file that follows.
    pub(super) fn begin(&mut self, headers: &HeaderMap) {
        self.total = text(headers, CONTENT_LENGTH).and_then(|len| len.parse().ok());
        self.media_type = text(headers, CONTENT_TYPE).map(str::to_owned);
        let strong = headers.get(ETAG).filter(|tag| is_tag(tag));
        self.validator = strong.or_else(|| headers.get(LAST_MODIFIED)).cloned();
    }

    pub(super) fn broke_off(&self) -> String {
        match self.total {
            Some(total) => format!("it broke off after {} of {total} bytes", self.len),
            None => format!("it broke off after {} bytes", self.len),
        }
    }

    /// Forgets everything: the file comes from its beginning.
    pub(super) async fn restart(&mut self) -> Result<(), Error> {
        (self.len, self.total, self.validator, self.media_type) = (0, None, None, None);
        self.head.clear();
        let emptied = async {
            self.file.rewind().await?;
            self.file.set_len(0).await
        };
        emptied.await.map_err(|e| Error::disk("write in", &self.folder, e))
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let missing = ENOUGH.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.len += bytes.len() as u64;
        let written = self.file.write_all(bytes).await;
        written.map_err(|e| Error::disk("write in", &self.folder, e))
    }

    /// Brings every byte to the disk.
    pub(super) async fn sync(mut self) -> Result<TempPath, Error> {
        let synced = async {
            self.file.flush().await?;
            self.file.sync_all().await
        };
        synced.await.map_err(|e| Error::disk("write in", &self.folder, e))?;
        Ok(self.path)
    }
}

/// `bytes 5-9/10` is from 5 of 10.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let first = range.split_once('-')?.0.trim().parse().ok()?;
    Some((first, total.trim().parse().ok()))
}

/// An entity tag that stands for these very bytes.
fn is_tag(tag: &HeaderValue) -> bool {
    tag.as_bytes().starts_with(b"\"")
}

/// The umask takes from it what it takes from every new file.
#[cfg(unix)]
fn for_everyone(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn for_everyone(_: &mut tempfile::Builder<'_, '_>) {}

/// Work with files that the system has no other way for.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::content_range;

    #[test]
    fn ranges_are_read() {
        let cases = [
            ("bytes 5-9/10", Some((5, Some(10)))),
            ("bytes 5-9/*", Some((5, None))),
            ("bytes */10", None),
            ("lines 5-9/10", None),
            ("bytes 5", None),
        ];
        for (text, range) in cases {
            assert_eq!(content_range(text), range, "{text}");
        }
    }
}
