//! What is written down beside a part, so that another call can go on with it: of which version of
//! the file it is, and what is here of it for certain.
//!
//! Text: a line of JSON about the whole file, then a line for each mark, of a length and a digest of
//! all that is before it. What a crash leaves of a part may be longer than what reached the disk, so
//! only what a mark vouches for is gone on with.

use ring::digest::Context;
use serde_json::{Value, json};

use super::version::Version;

/// Of another format nothing is read.
const FORMAT: u64 = 1;

/// What the host said of the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notes {
    pub(super) version: Version,
    pub(super) total: Option<u64>,
    pub(super) media_type: Option<String>,
    pub(super) coding: Option<String>,
}

/// What is here of a file: so many bytes, with this digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) length: u64,
    pub(super) digest: String,
    /// Where the next line begins.
    pub(super) end: u64,
}

impl Notes {
    pub(super) fn write(&self) -> String {
        let (tag, date) = match &self.version {
            Version::Tag(tag) => (Some(tag), None),
            Version::Date(date) => (None, Some(date)),
        };
        let line = json!({
            "format": FORMAT,
            "tag": tag,
            "date": date,
            "total": self.total,
            "media_type": self.media_type,
            "coding": self.coding,
        });
        format!("{line}\n")
    }

    /// The notes and their marks, as far as they can be read.
    pub(super) fn read(text: &str) -> Option<(Self, Vec<Mark>)> {
        let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let first = lines.next()?;
        let head: Value = serde_json::from_str(first).ok()?;
        if head["format"].as_u64() != Some(FORMAT) {
            return None;
        }
        let word = |key: &str| head[key].as_str().map(str::to_owned);
        let version = word("tag").map(Version::Tag).or_else(|| word("date").map(Version::Date))?;
        let notes = Self {
            version,
            total: head["total"].as_u64(),
            media_type: word("media_type"),
            coding: word("coding"),
        };
        let (mut marks, mut end, mut last) = (Vec::new(), first.len() as u64, 0);
        for line in lines {
            end += line.len() as u64;
            let Some((length, digest)) = line.trim_end().split_once(' ') else {
                break;
            };
            match length.parse() {
                Ok(length) if length > last => {
                    last = length;
                    marks.push(Mark { length, digest: digest.to_owned(), end });
                }
                _ => break,
            }
        }
        Some((notes, marks))
    }
}

/// The line of a mark.
pub(super) fn mark(length: u64, digest: &Context) -> String {
    format!("{length} {}\n", hex(digest))
}

/// The beginning of the digest of what was read so far.
pub(super) fn hex(digest: &Context) -> String {
    let digest = digest.clone().finish();
    let first: [u8; 16] = std::array::from_fn(|index| digest.as_ref()[index]);
    format!("{:032x}", u128::from_be_bytes(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::digest::SHA256;

    fn notes(version: Version) -> Notes {
        Notes { version, total: Some(10), media_type: Some("a/\"b\"".to_owned()), coding: None }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut digest = Context::new(&SHA256);
        digest.update(b"GIF89");
        let date = Version::Date("Mon, 06 Jan 2025 10:00:00 GMT".to_owned());
        for version in [Version::Tag("\"v\\1\n\"".to_owned()), date] {
            let notes = notes(version);
            let mut text = notes.write() + &mark(5, &digest);
            let end = text.len() as u64;
            text.push_str("7 00ff\n9 00");
            let (read, marks) = Notes::read(&text).unwrap();
            assert_eq!(read, notes);
            let first = Mark { length: 5, digest: hex(&digest), end };
            let second = Mark { length: 7, digest: "00ff".to_owned(), end: end + 7 };
            assert_eq!(marks, [first, second], "the line that is cut off does not count");
        }
    }

    #[test]
    fn what_is_damaged_is_not_read() {
        let text = notes(Version::Tag("\"v\"".to_owned())).write();
        for (damaged, marks) in [
            (String::new(), None),
            ("{}\n".to_owned(), None),
            ("\0\0\0\n".to_owned(), None),
            (text.trim_end().to_owned(), None),
            (text.replace("\"format\":1", "\"format\":2"), None),
            (text.replace("\"tag\":\"", "\"tog\":\""), None),
            (text.clone(), Some(0)),
            (format!("{text}5 a\n5 b\n6 c\n"), Some(1)),
            (format!("{text}5 a\n\0\0\n6 c\n"), Some(1)),
            (format!("{text}-5 a\n"), Some(0)),
        ] {
            let read = Notes::read(&damaged).map(|(_, marks)| marks.len());
            assert_eq!(read, marks, "{damaged:?}");
        }
    }
}
