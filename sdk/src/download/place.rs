//! Giving a finished file its name.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempPath;

use super::name::{folded, numbered};
use super::part::blocking;
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
}

impl Folder {
    /// Makes the folder if it is not there.
    pub(super) async fn open(path: PathBuf, existing: Existing) -> Result<Self, Error> {
        let wanted = path.clone();
        let made = blocking(move || std::fs::create_dir_all(wanted)).await;
        made.map_err(|e| Error::disk("make the folder", &path, e))?;
        Ok(Self { path, existing, given: Mutex::default() })
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

    /// Gives the file its name, at once and whole.
    pub(super) async fn give(
        &self,
        mut file: TempPath,
        stem: &str,
        ending: Option<&str>,
    ) -> Result<PathBuf, Error> {
        for number in 1.. {
            let name = numbered(stem, number, ending);
            if !self.claim(&name) {
                continue;
            }
            let (target, replace) = (self.path.join(name), self.existing == Existing::Replace);
            let wanted = target.clone();
            let moved = blocking(move || {
                let moved =
                    if replace { file.persist(wanted) } else { file.persist_noclobber(wanted) };
                Ok(moved.map_err(|refused| (refused.error, refused.path)))
            });
            match moved.await {
                Ok(Ok(())) => {
                    self.sync().await?;
                    return Ok(target);
                }
                Ok(Err((error, path))) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if self.existing == Existing::Fail {
                        return Err(exists(&target));
                    }
                    file = path;
                }
                Ok(Err((error, _))) | Err(error) => {
                    return Err(Error::disk("write", &target, error));
                }
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
