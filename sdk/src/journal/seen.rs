//! What a journal looked like when it was last written to, kept in the lock file beside it: a
//! journal that was emptied, rotated away or replaced is not taken for one that is new.

use std::fs::{File as Handle, Metadata};
use std::io::{self, Read, Seek, Write};

use super::line::{Line, LineWriter};

const KIND: &str = "seen";
/// Room for the line, which is replaced by one write.
const SIZE: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Seen {
    /// Which journal it was; empty for one of the first version.
    pub(super) id: String,
    pub(super) generation: u64,
    /// How many of its bytes were on the disk for certain.
    pub(super) acknowledged: u64,
    /// Its version on the disk, of which this crate knows every byte: what another version has was
    /// changed by somebody else. Empty if no version is known so well.
    pub(super) version: String,
}

impl Seen {
    /// Reads it from the lock file; `None` if it is not there, or damaged.
    pub(super) fn read(lock: &mut Handle) -> Option<Self> {
        let mut text = Vec::new();
        lock.rewind().ok()?;
        lock.take(SIZE as u64).read_to_end(&mut text).ok()?;
        let line = text.split(|byte| *byte == b'\n').next()?;
        let Line::Sealed(members) = Line::read(line).ok()? else { return None };
        let text = |name: &str| Some(members.get(name)?.as_str()?.to_owned());
        let number = |name: &str| members.get(name)?.as_u64();
        (members.get("is")?.as_str()? == KIND).then_some(Self {
            id: text("id")?,
            generation: number("generation")?,
            acknowledged: number("acknowledged")?,
            version: text("version")?,
        })
    }

    /// Writes it. It is not synced: one that is older than the journal claims less.
    pub(super) fn write(&self, lock: &mut Handle) -> io::Result<()> {
        let mut line = LineWriter::new(KIND);
        line.member("id", &self.id)
            .member("generation", &self.generation)
            .member("acknowledged", &self.acknowledged)
            .member("version", &self.version);
        let line = format!("{:SIZE$}", line.seal());
        lock.rewind()?;
        lock.write_all(line.as_bytes())
    }
}

/// What changes with every write to a file, by whomever.
pub(super) fn version(of: &Metadata) -> String {
    let modified = of.modified().ok();
    let since = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let inode = super::lock::identity(of).map_or(0, |(_, inode)| inode);
    format!("{inode} {} {}", of.len(), since.map_or(0, |since| since.as_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_never_when_it_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let mut lock = super::super::lock::open_beside(&dir.path().join("lock")).unwrap();
        assert_eq!(Seen::read(&mut lock), None);
        let long = Seen {
            id: "ab".repeat(16),
            generation: 1234,
            acknowledged: u64::MAX,
            version: version(&lock.metadata().unwrap()),
        };
        for seen in [long, Seen::default()] {
            seen.write(&mut lock).unwrap();
            assert_eq!(Seen::read(&mut lock), Some(seen));
        }
        assert_eq!(lock.metadata().unwrap().len(), SIZE as u64);
        lock.set_len(20).unwrap();
        assert_eq!(Seen::read(&mut lock), None);
    }
}
