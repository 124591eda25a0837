//! What calls that were cut short have left in a folder: found again, gone on with, or cleared away.
//!
//! A part is locked for as long as somebody works at it, and the system lets go of the lock when a
//! process ends, however it ends. So a part that can be locked is left over. Who has the lock, and
//! finds the part still under its name, which nobody is given twice, is the only one who may touch
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ring::digest::{Context, SHA256};

use super::notes::{Notes, hex};
use crate::format::ENOUGH;

const PREFIX: &str = ".runcomfy-";
const PART: &str = ".part";
const NOTES: &str = ".notes";
const PROBE: &str = ".probe";

/// For how long a part waits for a call that wants it: URLs do not live longer.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Notes of the largest file that anybody downloads have less.
const LONGEST_NOTES: u64 = 16 * 1024 * 1024;
/// A part that this very process has just dropped is locked until its last write is over.
const PATIENCE: u32 = 20;

/// What stands for a URL in the name of its part. It cannot be turned back into the URL, which may
/// be signed.
pub(super) fn fingerprint(url: &str) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(url.as_bytes());
    hex(&digest)
}

/// A name for a part, which nobody has or had.
pub(super) fn named(fingerprint: &str) -> String {
    format!("{PREFIX}{fingerprint}-{:016x}{PART}", fastrand::u64(..))
}

/// Finds what is left of these files, the most of each first, and clears away what nobody will
/// want. A folder that cannot be looked at has nothing.
pub(super) fn sweep(folder: &Path, wanted: &BTreeSet<String>) -> BTreeMap<String, Vec<PathBuf>> {
    let mut found: BTreeMap<String, Vec<(u64, PathBuf)>> = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        let path = entry.path();
        if name.ends_with(NOTES) {
            // Notes are made after their part, and go after it.
            if !path.with_extension("part").exists() {
                let _ = fs::remove_file(path);
            }
            continue;
        }
        if name.ends_with(PROBE) {
            // Whoever needs it has it open.
            let _ = fs::remove_file(path);
            continue;
        }
        let Some(fingerprint) = name[PREFIX.len()..].strip_suffix(PART) else {
            continue;
        };
        match fingerprint.split_once('-') {
            Some((fingerprint, _)) if wanted.contains(fingerprint) => {
                let length = entry.metadata().map_or(0, |data| data.len());
                found.entry(fingerprint.to_owned()).or_default().push((length, path));
            }
            _ => clear(&path, KEPT),
        }
    }
    let longest_first = |mut parts: Vec<(u64, PathBuf)>| {
        parts.sort_unstable_by(|a, b| b.cmp(a));
        parts.into_iter().map(|(_, path)| path).collect()
    };
    found.into_iter().map(|(wanted, parts)| (wanted, longest_first(parts))).collect()
}

/// Clears a part away that is left over, and that nobody can go on with, or nobody did for so long.
pub(super) fn clear(part: &Path, kept: Duration) {
    let Ok(file) = open(part) else {
        return;
    };
    let age = file.metadata().and_then(|data| data.modified());
    let age = age.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
    let is_old = age.is_ok_and(|age| age >= kept);
    let is_left = match file.try_lock() {
        Ok(()) => part.exists(),
        // Where nothing can be locked, nobody can tell but by its age.
        Err(TryLockError::Error(_)) => is_old,
        Err(TryLockError::WouldBlock) => false,
    };
    let notes = part.with_extension("notes");
    if is_left && (is_old || !notes.exists()) {
        let _ = fs::remove_file(part);
        let _ = fs::remove_file(notes);
    }
}

/// A part that is left over, ready to be gone on with.
pub(super) struct Adopted {
    pub(super) part: PathBuf,
    pub(super) file: File,
    pub(super) written: File,
    pub(super) notes: Notes,
    pub(super) len: u64,
    pub(super) head: Vec<u8>,
    pub(super) digest: Context,
}

/// Takes over a part, if it is left over and its notes vouch for it. One that is good for nothing is
/// cleared away.
pub(super) fn adopt(folder: &Path, part: &Path) -> Option<Adopted> {
    let file = open(part).ok().filter(|file| is_ours(folder, file))?;
    lock(&file).filter(|()| part.exists())?;
    let adopted = vouched(part, file);
    if adopted.is_none() {
        // It is unlocked by now, and is taken for what it is: something without notes.
        let _ = fs::remove_file(part.with_extension("notes"));
        clear(part, Duration::ZERO);
    }
    adopted
}

fn vouched(part: &Path, mut file: File) -> Option<Adopted> {
    let path = part.with_extension("notes");
    let mut written = open(&path).ok()?;
    let mut text = String::new();
    (&mut written).take(LONGEST_NOTES).read_to_string(&mut text).ok()?;
    let (notes, marks) = Notes::read(&text)?;
    let (mut head, mut digest) = (Vec::new(), Context::new(&SHA256));
    let (mut at, mut good) = (0, None);
    let mut buffer = vec![0; 64 * 1024];
    for mark in marks {
        let mut left = mark.length - at;
        while left > 0 {
            let size = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let Ok(read @ 1..) = file.read(&mut buffer[..size]) else {
                break;
            };
            digest.update(&buffer[..read]);
            let missing = ENOUGH.saturating_sub(head.len()).min(read);
            head.extend_from_slice(&buffer[..missing]);
            left -= read as u64;
        }
        if left > 0 || hex(&digest) != mark.digest {
            break;
        }
        at = mark.length;
        good = Some((mark, digest.clone(), head.len()));
    }
    let (mark, digest, first) = good?;
    head.truncate(first);
    file.set_len(mark.length).and_then(|()| file.seek(SeekFrom::Start(mark.length))).ok()?;
    written.set_len(mark.end).and_then(|()| written.seek(SeekFrom::End(0))).ok()?;
    let part = part.to_owned();
    Some(Adopted { part, file, written, notes, len: mark.length, head, digest })
}

fn lock(file: &File) -> Option<()> {
    for _ in 0..PATIENCE {
        match file.try_lock() {
            Ok(()) => return Some(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

/// Opens a file that is nothing else, under no other name.
fn open(path: &Path) -> io::Result<File> {
    let named = path.symlink_metadata()?;
    if !named.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let file = File::options().read(true).write(true).open(path)?;
    if is_same(&named, &file.metadata()?) {
        Ok(file)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

#[cfg(unix)]
fn is_same(named: &fs::Metadata, opened: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (named.dev(), named.ino(), 1) == (opened.dev(), opened.ino(), opened.nlink())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// Whether the part is of this user: in a folder that others may write to, anybody may have put it
/// there.
#[cfg(unix)]
fn is_ours(folder: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let probe = folder.join(format!("{PREFIX}{:016x}{PROBE}", fastrand::u64(..)));
    let made = File::options().write(true).create_new(true).open(&probe);
    let owner = made.and_then(|made| made.metadata()).map(|data| data.uid());
    let _ = fs::remove_file(&probe);
    matches!((owner, file.metadata()), (Ok(owner), Ok(data)) if owner == data.uid())
}

#[cfg(not(unix))]
fn is_ours(_: &Path, _: &File) -> bool {
    true
}
