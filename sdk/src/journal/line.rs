//! How a line is written, and when it is believed.
//!
//! A line is one JSON object. Its last members are `v`, the version of the format, and `sum`, the
//! beginning of the SHA-256 of all bytes before it: whatever happened to a line, it is either what was
//! written or known to be damaged. Lines of the first version had neither.
//!
//! What a later version adds to lines of this version is kept. Lines that must not be passed over by
//! those who do not know them get a higher `v`.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::submit::hash;

pub(super) const VERSION: u64 = 2;

/// What stands before the checksum, whose 16 digits are followed by `"}`.
const SUM: &str = r#","sum":""#;

/// A line that was read.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    Sealed(Map<String, Value>),
    /// Of the first version, which wrote no checksums.
    Unsealed(Map<String, Value>),
}

/// Why a line is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    NotARecord,
    BadChecksum,
    LaterVersion,
}

impl Damage {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NotARecord => "is not a record of a journal",
            Self::BadChecksum => "is not what was written: its checksum does not match",
            Self::LaterVersion => "was written by a later version of this crate: update it",
        }
    }
}

impl Line {
    /// Reads a line without its end.
    pub(super) fn read(line: &[u8]) -> Result<Self, Damage> {
        let line = line.trim_ascii_end();
        if let Some((content, sum)) = split_sum(line) {
            if hash(&[content]).as_bytes() != sum {
                return Err(Damage::BadChecksum);
            }
            let members = members(line).ok_or(Damage::NotARecord)?;
            return match members.get("v").and_then(Value::as_u64) {
                Some(version) if version <= VERSION => Ok(Self::Sealed(members)),
                _ => Err(Damage::LaterVersion),
            };
        }
        let members = members(line).ok_or(Damage::NotARecord)?;
        if members.contains_key("v") || members.contains_key("sum") {
            return Err(Damage::BadChecksum);
        }
        Ok(Self::Unsealed(members))
    }
}

fn members(line: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(line).ok()
}

/// What the checksum is of, and the checksum.
fn split_sum(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_suffix(b"\"}")?;
    let (rest, sum) = rest.split_at_checked(rest.len().checked_sub(16)?)?;
    Some((rest.strip_suffix(SUM.as_bytes())?, sum))
}

/// A line that is being written.
pub(super) struct LineWriter(String);

impl LineWriter {
    /// A record of this kind.
    pub(super) fn new(kind: &str) -> Self {
        let mut line = Self("{".to_owned());
        line.push("is", &kind);
        line
    }

    pub(super) fn member(&mut self, name: &str, value: &impl Serialize) -> &mut Self {
        self.0.push(',');
        self.push(name, value);
        self
    }

    pub(super) fn member_if<T: Serialize>(&mut self, name: &str, value: Option<&T>) -> &mut Self {
        match value {
            Some(value) => self.member(name, value),
            None => self,
        }
    }

    /// The line with its end.
    pub(super) fn seal(mut self) -> String {
        self.member("v", &VERSION);
        let sum = hash(&[&self.0]);
        self.0 + SUM + &sum + "\"}\n"
    }

    fn push(&mut self, name: &str, value: &impl Serialize) {
        // Nothing that is written here can fail to be.
        let json = |value: Result<String, _>| value.unwrap_or_else(|_| "null".to_owned());
        self.0 += &json(serde_json::to_string(name));
        self.0.push(':');
        self.0 += &json(serde_json::to_string(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> String {
        let mut line = LineWriter::new("intent");
        line.member("id", &"ab\n\"").member_if("usd", Some(&0.5)).member_if::<u64>("item", None);
        line.seal()
    }

    #[test]
    fn a_line_is_json_and_ends_with_its_checksum() {
        // printf '{"is":"intent","id":"ab\\n\\"","usd":0.5,"v":2' | sha256sum
        let text = r#"{"is":"intent","id":"ab\n\"","usd":0.5,"v":2,"sum":"SUM"}"#;
        assert_eq!(line(), text.replace("SUM", "4ff87276d4756c0b") + "\n");
        let Ok(Line::Sealed(members)) = Line::read(line().as_bytes()) else { panic!("{}", line()) };
        assert_eq!(members["id"], "ab\n\"");
        assert!(Line::read(line().replace('\n', "\r").as_bytes()).is_ok());
    }

    #[test]
    fn no_change_of_a_byte_is_believed() {
        let line = line().trim_end().as_bytes().to_vec();
        for place in 0..line.len() {
            for flip in [0x01, 0x20, 0x80, line[place]] {
                let mut damaged = line.clone();
                damaged[place] ^= flip;
                assert!(Line::read(&damaged).is_err(), "{}", String::from_utf8_lossy(&damaged));
            }
            let mut shorter = line.clone();
            shorter.remove(place);
            assert!(Line::read(&shorter).is_err(), "without byte {place}");
            assert!(Line::read(&line[..place]).is_err(), "cut at {place}");
            assert!(Line::read(&line[place + 1..]).is_err(), "begun after {place}");
        }
    }

    #[test]
    fn what_is_no_line_is_named() {
        let later = {
            let content = r#"{"is":"intent","v":3"#;
            format!("{content}{SUM}{}\"}}", hash(&[content]))
        };
        let cases = [
            (later.as_str(), Damage::LaterVersion),
            (r#"{"is":"intent","v":2}"#, Damage::BadChecksum),
            (r#"{"sum":"0123456789abcdef","is":"intent"}"#, Damage::BadChecksum),
            (r#"{"is":"intent""#, Damage::NotARecord),
            ("[]", Damage::NotARecord),
            ("\u{feff}{}", Damage::NotARecord),
            ("\0\0\0", Damage::NotARecord),
            ("\u{89}PNG\r", Damage::NotARecord),
        ];
        for (text, damage) in cases {
            assert_eq!(Line::read(text.as_bytes()), Err(damage), "{text}");
        }
        assert!(matches!(Line::read(br#"{"is":"closed"}"#), Ok(Line::Unsealed(_))));
    }
}
