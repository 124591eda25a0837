//! Reading the journal, as often as it takes to know all of it.

use std::io;

use super::{Facts, Held, Keeper, Seen, State};
use crate::journal::state::Stage;
use crate::journal::trust::{Found, distrust};

/// How a journal that can be trusted ends.
#[derive(Default)]
pub(super) struct Tail {
    /// Where a crash has cut off the last line, and what is left of that.
    pub(super) cut_off: Option<(u64, String)>,
    /// Whether the last line is whole, but for its end.
    pub(super) is_open: bool,
    pub(super) has_no_header: bool,
}

impl Keeper {
    /// Whether the journal can be trusted, and how it ends. It is read for that unless its last
    /// version is known, because it was read and written by processes like this one only.
    pub(super) fn tail(&mut self, held: &mut Held<'_>) -> io::Result<Tail> {
        if self.file.is_device {
            return Ok(Tail::default());
        }
        let seen = self.seen_of(held)?;
        let is_known = |seen: &Seen| !seen.version.is_empty() && seen.version == held.version();
        if self.is_read && seen.as_ref().is_some_and(is_known) {
            self.seen = seen;
            return Ok(Tail::default());
        }
        let (text, state) = self.read(held)?;
        let cut_off = state
            .cut_off
            .map(|start| (start as u64, String::from_utf8_lossy(&text[start..]).into_owned()));
        let is_open = cut_off.is_none() && text.last().is_some_and(|last| *last != b'\n');
        Ok(Tail { cut_off, is_open, has_no_header: state.header.is_none() })
    }

    /// Reads all of it; fails if it cannot be trusted.
    pub(super) fn read(&mut self, held: &mut Held<'_>) -> io::Result<(Vec<u8>, State)> {
        let seen = self.seen_of(held)?;
        let text = held.read()?;
        let state = State::read(&text);
        let found = Found {
            seen: seen.as_ref(),
            state: &state,
            is_there: held.is_there(),
            length: text.len() as u64,
        };
        if !self.file.is_device {
            found.check()?;
        }
        self.learn(&state);
        self.seen = Some(match (&state.header, seen.unwrap_or_default()) {
            (Some((id, generation)), seen) if seen.generation == *generation => {
                Seen { id: id.clone(), ..seen }
            }
            // Of a generation that nobody has told of, nothing was acknowledged.
            (Some((id, generation)), _) => {
                Seen { id: id.clone(), generation: *generation, ..Seen::default() }
            }
            (None, seen) => seen,
        });
        self.is_read = true;
        Ok((text, state))
    }

    /// What the journal looked like when it was last written to, by this process or another one.
    pub(super) fn seen_of(&self, held: &mut Held<'_>) -> io::Result<Option<Seen>> {
        match (&self.seen, held.seen()) {
            (Some(mine), Some(theirs)) if !mine.id.is_empty() && mine.id != theirs.id => {
                Err(distrust("another journal has taken its place".to_owned()))
            }
            (mine, theirs) => Ok(theirs.or_else(|| mine.clone())),
        }
    }

    fn learn(&mut self, state: &State) {
        for entry in state.entries() {
            let facts = entry.facts();
            let Some(job) = &facts.job else { continue };
            if matches!(entry.stage(), Stage::Known(_)) {
                let known = Facts { body: None, owner: None, ..facts.clone() };
                self.jobs.insert(job.request_id().to_owned(), known);
            } else {
                self.jobs.remove(job.request_id());
            }
        }
    }
}
