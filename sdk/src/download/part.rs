//! A file while it is coming: beside its target, under a name of its own, and locked.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use reqwest::Response;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING,
};
use ring::digest::{Context, SHA256};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::fetch::text;
use super::leftovers::{Adopted, adopt, named};
use super::notes::{self, Notes};
use super::version::{Piece, Version};
use crate::error::Error;
use crate::format::ENOUGH;

/// How often it is written down what is here.
const MARK: u64 = 128 * 1024;

/// What is here of a file, and what is known about it.
///
/// Whoever drops it leaves it for the next call to go on with, if the host can tell its versions
/// apart; otherwise nothing is left.
pub(super) struct Part {
    place: Place,
    file: File,
    pub(super) len: u64,
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// How long it will be, where that was told.
    pub(super) total: Option<u64>,
    pub(super) media_type: Option<String>,
    pub(super) coding: Option<String>,
    /// Whether it could have broken off unnoticed: nothing tells where it ends.
    pub(super) is_endless: bool,
    /// How often something that was here was thrown away.
    pub(super) restarts: u32,
    version: Option<Version>,
    /// Where the piece ends that the answer has.
    until: Option<u64>,
    digest: Context,
}

/// Where a part is on the disk.
struct Place {
    folder: PathBuf,
    part: PathBuf,
    notes: PathBuf,
    written: Option<fs::File>,
    /// So much of the part is written down.
    marked: u64,
    /// Whether the next call may have it. It is locked, so that nobody has it before.
    keeps: bool,
}

impl Part {
    /// What is here of a file, from an earlier call that was cut short; or nothing yet.
    pub(super) async fn open(
        folder: &Path,
        fingerprint: String,
        left: Vec<PathBuf>,
    ) -> Result<Self, Error> {
        let place = folder.to_owned();
        let opened = blocking(move || {
            let adopted = left.iter().find_map(|part| adopt(&place, part));
            adopted.map_or_else(
                || Self::create(&place, &fingerprint),
                |it| Ok(Self::adopted(&place, it)),
            )
        });
        opened.await.map_err(|e| Error::disk("write in", folder, e))
    }

    fn create(folder: &Path, fingerprint: &str) -> io::Result<Self> {
        loop {
            let part = folder.join(named(fingerprint));
            let file = fs::File::options().read(true).write(true).create_new(true).open(&part)?;
            // Who clears up what is left locks it too, and may have come first.
            let keeps = match file.try_lock() {
                Ok(()) if !part.exists() => continue,
                Ok(()) => true,
                Err(fs::TryLockError::WouldBlock) => continue,
                Err(fs::TryLockError::Error(_)) => false,
            };
            return Ok(Self {
                place: Place {
                    folder: folder.to_owned(),
                    notes: part.with_extension("notes"),
                    part,
                    written: None,
                    marked: 0,
                    keeps,
                },
                file: File::from_std(file),
                len: 0,
                head: Vec::new(),
                total: None,
                media_type: None,
                coding: None,
                is_endless: false,
                restarts: 0,
                version: None,
                until: None,
                digest: Context::new(&SHA256),
            });
        }
    }

    fn adopted(folder: &Path, adopted: Adopted) -> Self {
        let Adopted { part, file, written, notes, len, head, digest } = adopted;
        Self {
            place: Place {
                folder: folder.to_owned(),
                notes: part.with_extension("notes"),
                part,
                written: Some(written),
                marked: len,
                keeps: true,
            },
            file: File::from_std(file),
            len,
            head,
            total: notes.total,
            media_type: notes.media_type,
            coding: notes.coding,
            is_endless: false,
            restarts: 0,
            version: Some(notes.version),
            until: None,
            digest,
        }
    }

    /// From where to ask for the rest, and of which version, if there is something and the host
    /// can tell its versions apart.
    pub(super) fn rest(&self) -> Option<(u64, &Version)> {
        self.version.as_ref().filter(|_| self.len > 0).map(|version| (self.len, version))
    }

    /// Whether a partial answer is the rest, or the next piece, of this very file.
    pub(super) fn continues(&mut self, headers: &HeaderMap) -> bool {
        let piece = Piece::of(headers).filter(|piece| self.len > 0 && piece.first == self.len);
        let is_same = self.version.as_ref().is_some_and(|version| version.is_of(headers));
        let Some(piece) = piece.filter(|_| is_same) else {
            return false;
        };
        // A tag stands for the bytes; a date only together with the size.
        let has_date = matches!(self.version, Some(Version::Date(_)));
        let is_same_size = self.total.map_or(!has_date, |total| total == piece.total);
        let coding = text(headers, CONTENT_ENCODING);
        let is_same_coding = coding.is_none() || coding == self.coding.as_deref();
        (self.total, self.until) = (Some(piece.total), Some(piece.end));
        is_same_size && is_same_coding
    }

    /// Takes what the answer says about the whole file that follows.
    pub(super) fn begin(&mut self, response: &Response) {
        let headers = response.headers();
        let is_chunked = headers.contains_key(TRANSFER_ENCODING);
        let length = text(headers, CONTENT_LENGTH).filter(|_| !is_chunked);
        self.total = length.and_then(|length| length.trim().parse().ok());
        self.until = self.total;
        self.media_type = text(headers, CONTENT_TYPE).map(str::to_owned);
        self.coding = text(headers, CONTENT_ENCODING).map(str::to_owned);
        self.version = Version::of(headers);
        let ends_with_connection = response.version() < reqwest::Version::HTTP_2;
        self.is_endless = self.total.is_none() && !is_chunked && ends_with_connection;
    }

    /// Whether a partial answer is the beginning of a file of which nothing is here. Some hosts send
    /// it though the whole file was asked for.
    pub(super) fn begins_with(&mut self, response: &Response) -> bool {
        let piece = Piece::of(response.headers()).filter(|piece| self.len == 0 && piece.first == 0);
        let Some(piece) = piece else { return false };
        self.begin(response);
        (self.total, self.until) = (Some(piece.total), Some(piece.end));
        true
    }

    pub(super) fn broke_off(&self) -> String {
        match self.total {
            Some(total) => format!("it broke off after {} of {total} bytes", self.len),
            None => format!("it broke off after {} bytes", self.len),
        }
    }

    /// Whether the answer has more than it said, or than there can be of the file.
    pub(super) fn overflows(&self, bytes: &[u8]) -> bool {
        self.until.is_some_and(|until| self.len + bytes.len() as u64 > until)
    }

    /// Forgets everything: the file comes from its beginning.
    pub(super) async fn restart(&mut self) -> Result<(), Error> {
        self.restarts += u32::from(self.len > 0);
        (self.len, self.total, self.until) = (0, None, None);
        (self.version, self.media_type, self.coding) = (None, None, None);
        self.head.clear();
        self.digest = Context::new(&SHA256);
        self.place.forget();
        let emptied = async {
            self.file.rewind().await?;
            self.file.set_len(0).await
        };
        emptied.await.map_err(|e| self.place.failed(e))
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).await.map_err(|e| self.place.failed(e))?;
        // Only now: who is dropped meanwhile has written nothing.
        let missing = ENOUGH.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.digest.update(bytes);
        self.len += bytes.len() as u64;
        if self.len - self.place.marked >= MARK {
            self.mark();
        }
        Ok(())
    }

    /// Hands all that is here over to the system, which has it even if this process is killed.
    pub(super) async fn settle(&mut self) -> Result<(), Error> {
        self.file.flush().await.map_err(|e| self.place.failed(e))?;
        self.mark();
        Ok(())
    }

    /// Writes down what is here. It is a line, for which no disk is waited for; and where it cannot
    /// be written, the next call begins anew.
    fn mark(&mut self) {
        if let Some(version) = &self.version
            && self.len > self.place.marked
        {
            let notes = Notes {
                version: version.clone(),
                total: self.total,
                media_type: self.media_type.clone(),
                coding: self.coding.clone(),
            };
            self.place.note(&notes, self.len, &self.digest);
        }
    }

    /// Brings every byte to the disk.
    pub(super) async fn sync(&mut self) -> Result<(), Error> {
        let synced = async {
            self.file.flush().await?;
            self.file.sync_all().await
        };
        synced.await.map_err(|e| self.place.failed(e))
    }

    pub(super) fn path(&self) -> &Path {
        &self.place.part
    }

    /// It has another name now, and is whole.
    pub(super) fn moved(mut self) {
        self.place.forget();
        self.place.part.clear();
    }

    /// Nobody is to go on with it.
    pub(super) fn discard(&mut self) {
        self.place.keeps = false;
    }
}

impl Place {
    fn note(&mut self, notes: &Notes, len: u64, digest: &Context) {
        let written = match &mut self.written {
            Some(written) => Ok(written),
            none => new(&self.notes).map(|file| none.insert(file)),
        };
        let noted = written.and_then(|written| {
            let head = if self.marked == 0 { notes.write() } else { String::new() };
            written.write_all((head + &notes::mark(len, digest)).as_bytes())
        });
        match noted {
            Ok(()) => self.marked = len,
            Err(_) => self.keeps = false,
        }
    }

    fn forget(&mut self) {
        if self.written.take().is_some() {
            let _ = fs::remove_file(&self.notes);
        }
        self.marked = 0;
    }

    fn failed(&mut self, error: io::Error) -> Error {
        // A disk that is full must not stay full of what nobody sees.
        self.keeps = false;
        Error::disk("write in", &self.folder, error)
    }
}

fn new(path: &Path) -> io::Result<fs::File> {
    fs::File::options().append(true).create_new(true).open(path)
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.place.part.as_os_str().is_empty() {
            return;
        }
        if self.place.keeps {
            self.mark();
        }
        if !self.place.keeps || self.place.marked == 0 {
            // The file is locked until the fields are dropped, after this.
            let _ = fs::remove_file(&self.place.part);
            self.place.forget();
        }
    }
}

/// Work with files that the system has no other way for.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
