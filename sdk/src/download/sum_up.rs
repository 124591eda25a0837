//! The outcome of a download of several files.

use super::events::{FailedFile, SavedFile};
use crate::error::Error;

/// So many failures are told in the message; all of them are in the error.
const TOLD: usize = 10;

/// All files, or one error that has both the files and the failures.
pub(super) fn sum_up(
    ended: impl Iterator<Item = (String, Result<SavedFile, Error>)>,
) -> Result<Vec<SavedFile>, Error> {
    let (mut saved, mut failed) = (Vec::new(), Vec::new());
    for (url, end) in ended {
        match end {
            Ok(file) => saved.push(file),
            Err(error) => failed.push(FailedFile { url, error }),
        }
    }
    // What passes by itself must not hide what does not.
    let lasting = failed.iter().find(|file| !file.error.is_safe_to_retry());
    let Some(worst) = lasting.or(failed.first()) else {
        return Ok(saved);
    };
    let message = message(saved.len(), &failed);
    Err(Error::new(worst.error.kind(), message).with_files(saved, failed))
}

fn message(saved: usize, failed: &[FailedFile]) -> String {
    let all = saved + failed.len();
    let mut message = format!("{} of {all} files were not saved", failed.len());
    for file in failed.iter().take(TOLD) {
        message.push_str(&format!("\n  {}", file.error));
    }
    if failed.len() > TOLD {
        message.push_str(&format!("\n  and {} more", failed.len() - TOLD));
    }
    message
}
