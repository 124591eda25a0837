//! The file on the disk: appended to under a lock, replaced by renaming.

use std::ffi::OsString;
use std::fs::{self, File as Handle, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::submit::fingerprint;

/// A file that several processes append to.
pub(super) struct File {
    path: PathBuf,
}

impl File {
    /// Makes the file if it is not there, and sees whether it can be locked and written to.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder)?;
        }
        let made = private().append(true).create(true).open(path)?;
        // Two names of one file need one lock; a device has none but its own.
        let path = if made.metadata()?.is_file() {
            path.canonicalize()?
        } else {
            std::path::absolute(path)?
        };
        let file = Self { path };
        drop(file.lock()?);
        Ok(file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends whole lines. Either all of them are there afterwards, on the disk if they are to be
    /// synced, or it fails, and as much of them as was written is taken back if that is possible.
    /// Gives the length of the file.
    pub(super) fn append(&self, lines: &str, sync: bool) -> io::Result<u64> {
        let _lock = self.lock()?;
        let mut file = private().read(true).append(true).create(true).open(&self.path)?;
        let length = file.seek(SeekFrom::End(0))?;
        // A line that was cut in half must not swallow this one.
        let torn = length > 0 && {
            let mut last = [0];
            file.seek(SeekFrom::Start(length - 1))?;
            file.read_exact(&mut last)?;
            last != *b"\n"
        };
        let lines = if torn { format!("\n{lines}") } else { lines.to_owned() };
        let written = file
            .write_all(lines.as_bytes())
            .and_then(|()| if sync { file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            // Where this fails too, half a line is left, which is harmless.
            let _ = file.set_len(length);
            return Err(error);
        }
        if length == 0 && sync {
            self.sync_folder()?;
        }
        Ok(length + lines.len() as u64)
    }

    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        let _lock = self.lock()?;
        self.read_unlocked()
    }

    /// Replaces the whole text by what `change` makes of it. A crash leaves the one or the other.
    pub(super) fn replace(&self, change: impl FnOnce(&[u8]) -> String) -> io::Result<u64> {
        let _lock = self.lock()?;
        let text = change(&self.read_unlocked()?);
        let new = self.beside(".new");
        let mut file = private().write(true).create(true).truncate(true).open(&new)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| fs::rename(&new, &self.path)) {
            let _ = fs::remove_file(&new);
            return Err(error);
        }
        self.sync_folder()?;
        Ok(text.len() as u64)
    }

    /// Takes the lock of a batch; `None` if somebody has it. It is let go of when it is dropped,
    /// and when the process ends in whatever way.
    pub(super) fn claim(&self, batch: &str) -> io::Result<Option<Claim>> {
        let path = self.beside(&format!(".{}.batch", fingerprint("batch", batch)));
        loop {
            let handle = private().write(true).create(true).truncate(false).open(&path)?;
            match handle.try_lock() {
                Ok(()) if is_at(&handle, &path) => {
                    return Ok(Some(Claim { path, _handle: handle }));
                }
                // The one who had it has removed the file just now.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    fn read_unlocked(&self) -> io::Result<Vec<u8>> {
        match Handle::open(&self.path) {
            Ok(mut file) if file.metadata()?.is_file() => {
                let mut text = Vec::new();
                file.read_to_end(&mut text)?;
                Ok(text)
            }
            // Somebody has taken it away, or it is a device that holds nothing.
            Ok(_) => Ok(Vec::new()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The lock is a file of its own, because the journal is replaced when it is compacted.
    fn lock(&self) -> io::Result<Handle> {
        let path = self.beside(".lock");
        let lock = private().write(true).create(true).truncate(false).open(path)?;
        loop {
            match lock.lock() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done.map(|()| lock),
            }
        }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(suffix);
        name.into()
    }

    /// A new name is on the disk once its folder is.
    fn sync_folder(&self) -> io::Result<()> {
        match self.path.parent() {
            Some(folder) if cfg!(unix) => Handle::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    }
}

/// The lock of a batch.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    _handle: Handle,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // While it is locked, so that nobody locks a file that is about to go.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether the open file is the one that has this name now.
#[cfg(unix)]
fn is_at(handle: &Handle, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |a: &fs::Metadata, b: &fs::Metadata| a.dev() == b.dev() && a.ino() == b.ino();
    matches!((handle.metadata(), fs::metadata(path)), (Ok(a), Ok(b)) if same(&a, &b))
}

#[cfg(not(unix))]
fn is_at(_: &Handle, _: &Path) -> bool {
    true
}

/// For the owner's eyes only.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_folder(folder: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
