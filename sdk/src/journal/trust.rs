//! Whether a journal is the one that was there, and whole. Over one that is not, nothing is paid
//! for: what it does not say may have been paid for already.

use std::io;

use super::seen::Seen;
use super::state::State;

/// What is found of a journal.
pub(super) struct Found<'a> {
    /// What it looked like when it was last written to, if anybody knows.
    pub(super) seen: Option<&'a Seen>,
    pub(super) state: &'a State,
    pub(super) is_there: bool,
    pub(super) length: u64,
}

impl Found<'_> {
    /// Why it cannot be trusted, if it cannot.
    pub(super) fn check(&self) -> io::Result<()> {
        self.check_identity()?;
        match self.state.damage.as_slice() {
            [] => Ok(()),
            [(line, damage)] => Err(distrust(format!("line {line} {}", damage.words()))),
            [(line, damage), more @ ..] => Err(distrust(format!(
                "line {line} {}, and so it is with {} more",
                damage.words(),
                more.len()
            ))),
        }
    }

    /// Whether it is the journal that was there, with all that was there.
    pub(super) fn check_identity(&self) -> io::Result<()> {
        let Some(seen) = self.seen else { return Ok(()) };
        let (id, generation) = match &self.state.header {
            Some((id, generation)) => (id.as_str(), *generation),
            None => ("", 0),
        };
        let missing = seen.acknowledged.saturating_sub(self.length);
        if !self.is_there && missing > 0 {
            return Err(distrust("it was removed, or moved away".to_owned()));
        }
        if self.length == 0 && seen.acknowledged > 0 {
            return Err(distrust(format!("it is empty, and had {missing} bytes")));
        }
        if id != seen.id && !seen.id.is_empty() && self.length > 0 {
            // Where a line is damaged, it may be the one that says which journal it is.
            if self.state.damage.is_empty() {
                return Err(distrust("another file has taken its place".to_owned()));
            }
            return Ok(());
        }
        if generation < seen.generation {
            return Err(distrust("an older copy of it has taken its place".to_owned()));
        }
        if generation > seen.generation {
            // It was compacted, and who did that had no time to say so.
            return Ok(());
        }
        if missing > 0 {
            return Err(distrust(format!("{missing} bytes are missing at its end")));
        }
        // What a crash cuts off was not acknowledged.
        match self.state.cut_off {
            Some(start) if (start as u64) < seen.acknowledged => {
                Err(distrust("its last line was whole, and is not any more".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn distrust(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Whether the error is of that kind.
pub(super) fn is_distrust(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::record::Record;

    fn check(seen: &Seen, text: &str, is_there: bool) -> String {
        let state = State::read(text.as_bytes());
        let length = text.len() as u64;
        let found = Found { seen: Some(seen), state: &state, is_there, length };
        found.check().err().map(|why| why.to_string()).unwrap_or_default()
    }

    #[test]
    fn each_thing_that_can_happen_to_a_journal_is_named() {
        let header =
            |id: &str, generation| Record::Header { id: id.to_owned(), generation }.to_line();
        let mine = header("a1", 2);
        let more = format!("{mine}{}", Record::BatchForgotten { name: "n".to_owned() }.to_line());
        let all = more.len() as u64;
        let seen =
            Seen { id: "a1".to_owned(), generation: 2, acknowledged: all, version: String::new() };
        let cases = [
            (more.clone(), true, ""),
            (more[..more.len() - 3].to_owned() + "\0\0\0", true, "last line was whole"),
            (header("a1", 3) + "{\"is\":", true, ""),
            (format!("{more}{{\"is\":\"cut o"), true, ""),
            (format!("{more}{more}"), true, ""),
            (header("a1", 3), true, ""),
            (String::new(), false, "removed"),
            (String::new(), true, "it is empty, and had"),
            (mine, true, "bytes are missing at its end"),
            (header("a1", 1) + &"\n".repeat(999), true, "an older copy"),
            (header("b2", 2) + &"\n".repeat(999), true, "another file"),
            ("\n".repeat(999), true, "another file"),
            (more.replace("batch", "bitch"), true, "line 2 is not what was written"),
            (
                format!("hello\n{more}hello\n"),
                true,
                "line 1 is not a record of a journal, and so it is with 1 more",
            ),
        ];
        for (text, is_there, words) in cases {
            let why = check(&seen, &text, is_there);
            assert!(why.contains(words) && why.is_empty() == words.is_empty(), "{words}: {why}");
        }
        let nothing = Seen::default();
        assert_eq!(check(&nothing, "", false), "");
        assert_eq!(check(&nothing, &more, true), "");
    }
}
