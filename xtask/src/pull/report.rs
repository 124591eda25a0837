//! What a pull has done, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::take::Verdict;

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) new: BTreeSet<String>,
    pub(super) changed: BTreeSet<String>,
    /// Marked as deprecated now.
    pub(super) deprecated: BTreeSet<String>,
    /// Deleted, after having been deprecated for a release.
    pub(super) gone: BTreeSet<String>,
    /// Left alone: the catalog never had them.
    pub(super) foreign: BTreeSet<String>,
    /// Not taken over, and why.
    pub(super) refused: BTreeMap<String, String>,
}

impl Report {
    pub(super) fn add(&mut self, id: &str, verdict: &Verdict) {
        match verdict {
            Verdict::Same => false,
            Verdict::Write { new: true, .. } => self.new.insert(id.to_owned()),
            Verdict::Write { .. } => self.changed.insert(id.to_owned()),
            Verdict::Refused(why) => self.refused.insert(id.to_owned(), why.clone()).is_none(),
        };
    }

    pub(super) fn text(&self, dry_run: bool) -> String {
        let mut text = String::new();
        let lists = [
            ("new", &self.new),
            ("changed", &self.changed),
            ("deprecated", &self.deprecated),
            ("gone", &self.gone),
        ];
        for (word, ids) in lists {
            for id in ids {
                let _ = writeln!(text, "{word:>10} {id}");
            }
        }
        for (id, why) in &self.refused {
            let _ = writeln!(text, "{:>10} {id}: {why}", "refused");
        }
        if !self.foreign.is_empty() {
            let ids: Vec<_> = self.foreign.iter().map(String::as_str).collect();
            let _ = writeln!(text, "not in the catalog, left alone: {}", ids.join(", "));
        }
        let counts = lists.iter().filter(|(_, ids)| !ids.is_empty());
        let counts: Vec<_> = counts.map(|(word, ids)| format!("{} {word}", ids.len())).collect();
        text += &match (counts.is_empty(), dry_run) {
            (true, _) => "everything is up to date\n".to_owned(),
            (false, true) => format!("{}; nothing was written\n", counts.join(", ")),
            (false, false) => format!(
                "{}; next: `cargo xtask diff` tells what it means, `cargo xtask codegen` writes the Rust\n",
                counts.join(", ")
            ),
        };
        text
    }
}
