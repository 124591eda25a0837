//! Clearing out what is settled.

use std::io;

use super::{Held, Keeper, LARGE, Record, Seen, State, new_id};
use crate::journal::trust::Found;

impl Keeper {
    pub(in crate::journal) fn compact(&mut self) -> io::Result<()> {
        let file = self.file.clone();
        let mut held = self.hold(&file)?;
        self.compact_held(&mut held)
    }

    /// A journal that cannot be compacted is long, and that is all.
    pub(super) fn make_small(&mut self, held: &mut Held<'_>, length: u64) {
        if let Err(error) = self.compact_held(held) {
            self.large = 2 * length;
            tracing::warn!(%error, "the journal cannot be compacted");
        }
    }

    fn compact_held(&mut self, held: &mut Held<'_>) -> io::Result<()> {
        let text = held.read()?;
        let seen = self.seen_of(held)?;
        let state = State::read(&text);
        let length = text.len() as u64;
        let found = Found { seen: seen.as_ref(), state: &state, is_there: held.is_there(), length };
        found.check_identity()?;
        if held.names() > 1 {
            let what =
                "it has several names (hard links), and would keep its old text under the others";
            return Err(io::Error::other(what));
        }
        let seen = seen.unwrap_or_default();
        self.replace(held, &state, seen, &state.compacted())
    }

    /// Puts this text in the place of the journal, as its next generation. It is believed later on
    /// if there is no damage in it.
    pub(super) fn replace(
        &mut self,
        held: &mut Held<'_>,
        state: &State,
        seen: Seen,
        text: &[u8],
    ) -> io::Result<()> {
        let known = [Some(seen.id), state.header.as_ref().map(|(id, _)| id.clone())];
        let id = known.into_iter().flatten().find(|id| !id.is_empty()).unwrap_or_else(new_id);
        let generation = state.header.as_ref().map_or(0, |(_, generation)| *generation);
        let generation = generation.max(seen.generation) + 1;
        let header = Record::Header { id: id.clone(), generation }.to_line();
        held.replace(&[header.as_bytes(), text].concat())?;
        self.is_folder_synced = false;
        let synced = self.sync_folder();
        let version = if state.damage.is_empty() { held.version() } else { String::new() };
        let acknowledged = held.len()?;
        let seen = Seen { id, generation, acknowledged, version };
        held.set_seen(&seen);
        self.seen = Some(seen);
        self.large = LARGE.max(2 * acknowledged);
        synced
    }
}
