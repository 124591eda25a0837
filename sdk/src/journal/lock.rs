//! Files that are locked: waited for only so long, and only while they have their name.

use std::fs::{self, File as Handle, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The longest pause between two attempts to lock.
const PAUSE: Duration = Duration::from_millis(20);

/// How often a file may be replaced while it is being locked.
const REPLACED: u32 = 1000;

/// Opens a file and locks it, however often it is replaced meanwhile. A process that is stopped
/// with the lock in its hand must not stop this one too, so it gives up after a while.
pub(super) fn lock(
    path: &Path,
    limit: Duration,
    open: impl Fn(&Path) -> io::Result<Handle>,
) -> io::Result<Handle> {
    let give_up = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    let mut replaced = 0;
    loop {
        let handle = open(path)?;
        match handle.try_lock() {
            Ok(()) if is_at(&handle, path) => return Ok(handle),
            // It was removed or replaced: a lock on what has no name locks out nobody.
            Ok(()) if replaced < REPLACED => {
                replaced += 1;
                continue;
            }
            Ok(()) => {
                let what = format!("the lock {} is replaced all the time", path.display());
                return Err(io::Error::other(what));
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if Instant::now() >= give_up {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!(
                    "another process has held the lock {} for {} (is it stopped?)",
                    path.display(),
                    crate::time::spoken(limit),
                ),
            ));
        }
        std::thread::sleep(pause.min(give_up.saturating_duration_since(Instant::now())));
        pause = (pause * 2).min(PAUSE);
    }
}

/// A lock that one holder has at a time, in whatever process. It is let go of when it is dropped,
/// and when the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    handle: Handle,
}

impl Claim {
    /// Takes it; `None` if somebody has it.
    pub(super) fn take(path: PathBuf) -> io::Result<Option<Self>> {
        match lock(&path, Duration::ZERO, open_beside) {
            Ok(handle) => Ok(Some(Self { path, handle })),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether it still locks others out: its file may have been removed.
    pub(super) fn holds(&self) -> bool {
        is_at(&self.handle, &self.path)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // While it is locked, so that nobody locks a file that is about to go; and only this file.
        if cfg!(unix) && self.holds() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens a file of ours beside the journal, or makes it. The folder may be one in which others can
/// write, so no link is followed.
pub(super) fn open_beside(path: &Path) -> io::Result<Handle> {
    loop {
        match private().read(true).write(true).create_new(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
        match open_existing(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => return opened,
        }
    }
}

/// Opens a regular file that is there, to be read and written, without following a link.
pub(super) fn open_existing(path: &Path) -> io::Result<Handle> {
    // A pipe would block, so it is looked at first.
    if !fs::symlink_metadata(path)?.is_file() {
        let what = format!("{} is in the way: it is not a regular file", path.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
    }
    private().read(true).write(true).open(path)
}

/// For the owner's eyes only.
pub(super) fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether the open file is the one that has this name now, and not by a link.
#[cfg(unix)]
pub(super) fn is_at(handle: &Handle, path: &Path) -> bool {
    let named = fs::symlink_metadata(path);
    matches!((handle.metadata(), named), (Ok(a), Ok(b)) if identity(&a) == identity(&b))
}

#[cfg(not(unix))]
pub(super) fn is_at(_: &Handle, _: &Path) -> bool {
    true
}

/// What tells a file from all others, whatever it is called.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
pub(super) fn identity(of: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((of.dev(), of.ino()))
}

#[cfg(not(unix))]
pub(super) fn identity(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    #[test]
    fn a_lock_that_somebody_keeps_is_given_up_after_a_while() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = lock(&path, SHORT, open_beside).unwrap();
        let error = lock(&path, SHORT, open_beside).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().contains("lock"), "{error}");
        drop(held);
        lock(&path, SHORT, open_beside).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_on_a_removed_file_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let claim = Claim::take(path.clone()).unwrap().unwrap();
        assert!(claim.holds() && Claim::take(path.clone()).unwrap().is_none());
        fs::remove_file(&path).unwrap();
        assert!(!claim.holds());
        let other = Claim::take(path.clone()).unwrap().unwrap();
        assert!(other.holds() && !claim.holds());
        drop(claim);
        assert!(path.exists(), "it is the other one's file");
        drop(other);
        assert!(!path.exists());
    }

    /// Between opening a file and locking it there is time for others to remove it.
    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_before_it_is_locked_is_opened_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let opened = std::cell::Cell::new(0);
        let open = |path: &Path| {
            let handle = open_beside(path)?;
            opened.set(opened.get() + 1);
            if opened.get() < 4 {
                fs::remove_file(path)?;
            }
            Ok(handle)
        };
        let held = lock(&path, SHORT, open).unwrap();
        assert!(opened.get() == 4 && is_at(&held, &path));
        assert!(lock(&path, SHORT, open_beside).is_err(), "it locks out others");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed_and_no_pipe_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let (link, target) = (dir.path().join("link"), dir.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(open_beside(&link).is_err());
        assert!(!target.exists(), "nothing was made behind the link");
        fs::write(&target, "precious").unwrap();
        assert!(open_beside(&link).is_err());
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()));
        assert!(open_beside(&pipe).is_err());
    }
}
