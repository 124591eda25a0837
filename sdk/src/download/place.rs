//! Giving a finished file its name.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempPath;

use super::leftovers::sweep;
use super::name::{folded, numbered};
use super::part::{Part, blocking};
use crate::error::Error;

/// What becomes of a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Existing {
    /// It stays, and the new file gets the next free number: `a-2.png`.
    #[default]
    KeepBoth,
    /// It is replaced by the new file, once all of that is there.
    Replace,
    /// It stays, and the new file is not fetched: [`is_disk`](Error::is_disk), with
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists).
    Fail,
}

/// The folder, and the names that this download has given away in it.
pub(super) struct Folder {
    path: PathBuf,
    existing: Existing,
    given: Mutex<BTreeSet<String>>,
    /// What earlier calls have left of files, by the fingerprints of their URLs.
    left: BTreeMap<String, Vec<PathBuf>>,
}

impl Folder {
    /// Makes the folder if it is not there, and finds what is left of these files in it.
    pub(super) async fn open(
        path: PathBuf,
        existing: Existing,
        fingerprints: BTreeSet<String>,
    ) -> Result<Self, Error> {
        let wanted = path.clone();
        let made = blocking(move || {
            std::fs::create_dir_all(&wanted)?;
            Ok(sweep(&wanted, &fingerprints))
        });
        let left = made.await.map_err(|e| Error::disk("make the folder", &path, e))?;
        Ok(Self { path, existing, given: Mutex::default(), left })
    }

    pub(super) fn left_of(&self, fingerprint: &str) -> Vec<PathBuf> {
        self.left.get(fingerprint).cloned().unwrap_or_default()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails where it is known already that the file must not have its name.
    pub(super) async fn check(&self, stem: &str, ending: Option<&str>) -> Result<(), Error> {
        if self.existing != Existing::Fail {
            return Ok(());
        }
        let path = self.path.join(numbered(stem, 1, ending));
        let wanted = path.clone();
        match blocking(move || wanted.symlink_metadata()).await {
            Ok(_) => Err(exists(&path)),
            Err(_) => Ok(()),
        }
    }

    /// Gives the file its name, at once and whole: what it has in it is on the disk already.
    pub(super) async fn give(
        &self,
        file: Part,
        stem: &str,
        ending: Option<&str>,
    ) -> Result<PathBuf, Error> {
        for number in 1.. {
            let name = numbered(stem, number, ending);
            if !self.claim(&name) {
                continue;
            }
            let (target, replace) = (self.path.join(name), self.existing == Existing::Replace);
            let (from, to) = (file.path().to_owned(), target.clone());
            let moved =
                blocking(
                    move || {
                        if replace { replace_file(&from, &to) } else { move_to_free(&from, &to) }
                    },
                );
            match moved.await {
                Ok(()) => {
                    file.moved();
                    self.sync().await?;
                    return Ok(target);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !replace => {
                    if self.existing == Existing::Fail {
                        return Err(exists(&target));
                    }
                }
                Err(error) => return Err(Error::disk("write", &target, error)),
            }
        }
        unreachable!("there is always a next number")
    }

    fn claim(&self, name: &str) -> bool {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.insert(folded(name))
    }

    /// Brings the new name to the disk, where folders can be synced.
    async fn sync(&self) -> Result<(), Error> {
        let path = self.path.clone();
        let synced = blocking(move || sync_folder(&path)).await;
        synced.or_else(|error| match error.kind() {
            io::ErrorKind::InvalidInput
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::Unsupported => Ok(()),
            _ => Err(Error::disk("write in", &self.path, error)),
        })
    }
}

/// Replaces a file, or a link. A pipe, a device or a folder of that name is somebody's mistake.
fn replace_file(from: &Path, to: &Path) -> io::Result<()> {
    let is_file = |there: std::fs::Metadata| there.is_file() || there.is_symlink();
    if to.symlink_metadata().is_ok_and(|there| !is_file(there)) {
        let words = "what has this name already is not a regular file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    std::fs::rename(from, to)
}

/// Moves a file to a name that nobody has.
fn move_to_free(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = TempPath::try_from_path(from)?;
    from.disable_cleanup(true);
    from.persist_noclobber(to).map_err(|refused| refused.error)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    std::fs::File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn exists(path: &Path) -> Error {
    Error::disk("write", path, io::ErrorKind::AlreadyExists.into())
}
