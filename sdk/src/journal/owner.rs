//! Who has a submit under way: a process that lives, or one that is gone.
//!
//! A process that writes intents holds the lock of a file of its own beside the journal. Whatever
//! ends the process lets go of it.

use std::fs;
use std::path::PathBuf;

use super::file::File;
use super::lock::{Claim, open_existing};
use super::record::{is_id, new_id};

const SUFFIX: &str = ".alive";

pub(super) struct Owner {
    pub(super) id: String,
    claim: Option<Claim>,
}

impl Owner {
    pub(super) fn new() -> Self {
        Self { id: new_id(), claim: None }
    }

    /// Shows that it lives. Where that cannot be done, others take it for gone, and list what it has
    /// under way as unknown.
    pub(super) fn appear(&mut self, journal: &File) {
        if self.claim.as_ref().is_some_and(Claim::holds) {
            return;
        }
        let Some(path) = path(journal, &self.id) else { return };
        self.claim = Claim::take(path).unwrap_or_else(|error| {
            tracing::debug!(%error, "other processes will not see that this one lives");
            None
        });
    }
}

/// Whether this owner is a process that lives.
pub(super) fn is_alive(journal: &File, owner: &str) -> bool {
    let Some(path) = path(journal, owner) else { return false };
    open_existing(&path)
        .is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
}

/// Removes what processes have left that are gone.
pub(super) fn sweep(journal: &File) {
    for path in journal.files_beside(SUFFIX) {
        // Taking the claim of a process that is gone, and letting go of it, removes the file.
        drop(Claim::take(path));
    }
}

/// What is no id could lead anywhere.
fn path(journal: &File, owner: &str) -> Option<PathBuf> {
    is_id(owner).then(|| journal.beside(&format!(".{owner}{SUFFIX}")))
}
