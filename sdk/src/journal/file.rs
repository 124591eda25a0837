//! The file on the disk: appended to under a lock, replaced by renaming.

use std::ffi::OsString;
use std::fs::{self, File as Handle};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::{Claim, identity, lock, open_beside, private};
use super::record::{is_id, new_id};
use super::seen::{Seen, version};
use crate::submit::raw_fingerprint;

/// What a file that is about to replace the journal is called.
const NEW: &str = ".new";

/// A file that several processes append to.
pub(super) struct File {
    path: PathBuf,
    /// Whether it is a device, which cannot be read back.
    pub(super) is_device: bool,
}

impl File {
    /// Makes the file if it is not there. What could never be a journal is refused.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder)?;
        }
        // Opening a pipe would wait for somebody to read from it.
        let is_device = match fs::metadata(path) {
            Ok(there) if is_device(&there) => true,
            Ok(there) if there.is_file() => false,
            Ok(_) => return Err(io::Error::other("it is not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        drop(private().append(true).create(true).open(path)?);
        // Two names of one file need one lock; a device has none but its own.
        let path = if is_device { std::path::absolute(path)? } else { path.canonicalize()? };
        Ok(Self { path, is_device })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn identity(&self) -> Option<(u64, u64)> {
        if self.is_device { None } else { identity_of(&self.path) }
    }

    /// Locks the journal against all others: its lock file, and the journal itself, because a lock
    /// file may be removed by somebody who tidies up.
    pub(super) fn hold(&self, limit: Duration) -> io::Result<Held<'_>> {
        let lock_file = lock(&self.beside(".lock"), limit, open_beside)?;
        let journal = if self.is_device {
            Some(open(&self.path)?)
        } else if cfg!(unix) {
            if_there(lock(&self.path, limit, open))?
        } else {
            if_there(open(&self.path))?
        };
        Ok(Held { file: self, lock: lock_file, journal })
    }

    /// Takes the lock of a batch; `None` if somebody has it.
    pub(super) fn claim(&self, batch: &str) -> io::Result<Option<Claim>> {
        Claim::take(self.beside(&format!(".{}.batch", raw_fingerprint("batch", batch))))
    }

    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(suffix);
        name.into()
    }

    /// The files that this crate has made beside it, with an id of its own and this ending.
    pub(super) fn files_beside(&self, ending: &str) -> Vec<PathBuf> {
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Vec::new();
        };
        let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
        let name = name.to_string_lossy();
        let is_mine = |file: &PathBuf| {
            let file = file.file_name().unwrap_or_default().to_string_lossy();
            let rest = file.strip_prefix(&*name).and_then(|rest| rest.strip_suffix(ending));
            rest.and_then(|rest| rest.strip_prefix('.')).is_some_and(is_id)
        };
        files.filter_map(|file| Some(file.ok()?.path())).filter(is_mine).collect()
    }

    /// A new name is on the disk once its folder is.
    pub(super) fn sync_folder(&self) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), sync_folder)
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match Handle::open(folder).and_then(|folder| folder.sync_all()) {
        // There are file systems on which this cannot be done, nor need be.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// What tells the file of this name from all others.
pub(super) fn identity_of(path: &Path) -> Option<(u64, u64)> {
    identity(&fs::metadata(path).ok()?)
}

/// A journal that is locked. Its file may not be there.
pub(super) struct Held<'a> {
    file: &'a File,
    lock: Handle,
    journal: Option<Handle>,
}

impl Held<'_> {
    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        if let Some(journal) = self.journal.as_mut().filter(|_| !self.file.is_device) {
            journal.rewind()?;
            journal.read_to_end(&mut text)?;
        }
        Ok(text)
    }

    pub(super) fn is_there(&self) -> bool {
        self.journal.is_some()
    }

    /// Makes the file if it is not there; whether that was so.
    pub(super) fn make_if_missing(&mut self) -> io::Result<bool> {
        let is_missing = self.journal.is_none();
        if is_missing {
            self.journal = Some(make(&self.file.path)?);
        }
        Ok(is_missing)
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        self.journal.as_ref().map_or(Ok(0), |journal| Ok(journal.metadata()?.len()))
    }

    /// Which version of the file it is; see [`Seen`].
    pub(super) fn version(&self) -> String {
        let metadata = self.journal.as_ref().and_then(|journal| journal.metadata().ok());
        metadata.map(|metadata| version(&metadata)).unwrap_or_default()
    }

    pub(super) fn seen(&mut self) -> Option<Seen> {
        Seen::read(&mut self.lock)
    }

    /// Where this fails, the next one who writes reads the journal whole: that is all.
    pub(super) fn set_seen(&mut self, seen: &Seen) {
        if let Err(error) = seen.write(&mut self.lock) {
            tracing::debug!(%error, "the lock file of the journal cannot be written");
        }
    }

    /// Cuts off what is behind so many bytes.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        self.journal.as_ref().map_or(Ok(()), |journal| journal.set_len(length))
    }

    /// Appends whole lines. Either all of them are there afterwards, on the disk if they are to be
    /// synced, or it fails, and what was written of them is taken back; the error says if even that
    /// was not possible.
    pub(super) fn append(&mut self, lines: &str, sync: bool) -> Result<(), NotAppended> {
        let length = self.len()?;
        let Some(journal) = &mut self.journal else {
            return Err(io::Error::from(io::ErrorKind::NotFound).into());
        };
        let written = journal
            .write_all(lines.as_bytes())
            .and_then(|()| if sync { journal.sync_data() } else { Ok(()) });
        match written {
            Ok(()) if self.file.is_device => {
                let error = io::Error::other("it is a device, which keeps nothing");
                Err(NotAppended { error, left_over: false })
            }
            Ok(()) => Ok(()),
            Err(error) => Err(NotAppended { error, left_over: journal.set_len(length).is_err() }),
        }
    }

    /// Replaces the whole text. A crash leaves the one or the other.
    pub(super) fn replace(&mut self, text: &[u8]) -> io::Result<()> {
        let old = self.journal.as_ref().map(Handle::metadata).transpose()?;
        let new = self.file.beside(&format!(".{}{NEW}", new_id()));
        // One that nobody else has made, or has put a link in the place of.
        let mut journal = make(&new)?;
        let replaced = keep_owner(&journal, old.as_ref())
            .and_then(|()| journal.write_all(text))
            .and_then(|()| journal.sync_all())
            .and_then(|()| fs::rename(&new, &self.file.path));
        if let Err(error) = replaced {
            let _ = fs::remove_file(&new);
            return Err(error);
        }
        self.journal = Some(journal);
        Ok(())
    }

    /// How many names the file has.
    #[cfg(unix)]
    pub(super) fn names(&self) -> u64 {
        use std::os::unix::fs::MetadataExt;
        let metadata = self.journal.as_ref().and_then(|journal| journal.metadata().ok());
        metadata.map_or(1, |metadata| metadata.nlink())
    }

    #[cfg(not(unix))]
    pub(super) fn names(&self) -> u64 {
        1
    }

    /// Removes what replacements have left that were interrupted: while this lock is held, there is
    /// none under way.
    pub(super) fn sweep(&self) {
        for path in self.file.files_beside(NEW) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Lines that are not in the journal.
pub(super) struct NotAppended {
    pub(super) error: io::Error,
    /// Whether some of them may be there all the same.
    pub(super) left_over: bool,
}

impl From<io::Error> for NotAppended {
    fn from(error: io::Error) -> Self {
        Self { error, left_over: false }
    }
}

fn open(path: &Path) -> io::Result<Handle> {
    private().read(true).append(true).open(path)
}

/// Makes a file that is locked before it has its place.
fn make(path: &Path) -> io::Result<Handle> {
    let made = private().read(true).append(true).create_new(true).open(path)?;
    if cfg!(unix) {
        made.try_lock()?;
    }
    Ok(made)
}

fn if_there(opened: io::Result<Handle>) -> io::Result<Option<Handle>> {
    match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// Lets the new file be read and written by those who could read and write the old one.
#[cfg(unix)]
fn keep_owner(new: &Handle, old: Option<&fs::Metadata>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Some(old) = old else { return Ok(()) };
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep_owner(_: &Handle, _: Option<&fs::Metadata>) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_device(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_device(_: &fs::Metadata) -> bool {
    false
}

fn make_folder(folder: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    builder.recursive(true).create(folder)?;
    // What is in a folder is lost with its name.
    missing.iter().filter_map(|folder| folder.parent()).try_for_each(sync_folder)
}
