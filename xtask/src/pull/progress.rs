//! How far a listing has come: on disk, so that one that was killed goes on.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::report::Report;
use super::take::Verdict;
use crate::disk;

/// After that the catalog is another one.
const FRESH: Duration = Duration::from_secs(3600);

pub(super) struct Progress {
    path: PathBuf,
    /// Nothing, where nothing is to be written.
    log: Option<File>,
    /// Where the listing goes on.
    pub(super) offset: u64,
    /// Everything that the catalog has listed.
    pub(super) seen: BTreeSet<String>,
    pub(super) report: Report,
}

impl Progress {
    /// Where an earlier run of the same query stopped, or the beginning.
    pub(super) fn begin(folder: &Path, query: &str, dry_run: bool) -> io::Result<Self> {
        let path = folder.join(".pull.jsonl");
        let (seen, report) = (BTreeSet::new(), Report::default());
        let mut progress = Self { path, log: None, offset: 0, seen, report };
        if dry_run {
            return Ok(progress);
        }
        let header = json!({ "query": query });
        let lines = read(&progress.path).filter(|lines| lines.first() == Some(&header));
        let (entries, lines) = (lines.iter().flatten().skip(1), lines.as_ref().map_or(0, Vec::len));
        for entry in entries {
            progress.recall(entry);
        }
        // The last entry may have been noted and not been written.
        progress.offset = u64::try_from(lines.saturating_sub(2)).unwrap_or(0);
        progress.open(lines == 0).map_err(|error| disk::at(&progress.path, &error))?;
        if lines == 0 {
            progress.line(&header)?;
        }
        Ok(progress)
    }

    fn open(&mut self, anew: bool) -> io::Result<()> {
        fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        if anew && self.path.exists() {
            fs::remove_file(&self.path)?;
        }
        self.log = Some(File::options().create(true).append(true).open(&self.path)?);
        Ok(())
    }

    /// Notes what is about to be done about an entry.
    pub(super) fn note(&mut self, id: &str, verdict: &Verdict) -> io::Result<()> {
        // One that comes again after an interruption has been noted.
        if !self.seen.insert(id.to_owned()) {
            return Ok(());
        }
        self.report.add(id, verdict);
        let (word, why) = match verdict {
            Verdict::Same => ("same", None),
            Verdict::Write { new: true, .. } => ("new", None),
            Verdict::Write { .. } => ("changed", None),
            Verdict::Refused(why) => ("refused", Some(why)),
        };
        self.line(&json!({ "id": id, "is": word, "why": why }))
    }

    fn recall(&mut self, entry: &Value) {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let id = text("id");
        match entry["is"].as_str() {
            Some("new") => self.report.new.insert(id.clone()),
            Some("changed") => self.report.changed.insert(id.clone()),
            Some("refused") => self.report.refused.insert(id.clone(), text("why")).is_none(),
            _ => false,
        };
        self.seen.insert(id);
    }

    fn line(&mut self, line: &Value) -> io::Result<()> {
        let Some(log) = &mut self.log else { return Ok(()) };
        log.write_all(format!("{line}\n").as_bytes()).map_err(|error| disk::at(&self.path, &error))
    }

    /// All is done.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self.log.take() {
            Some(_) => fs::remove_file(&self.path).map_err(|error| disk::at(&self.path, &error)),
            None => Ok(()),
        }
    }
}

/// The lines of a log that is not too old; whatever is wrong with it, the beginning is the place to
/// start from.
fn read(path: &Path) -> Option<Vec<Value>> {
    let written = fs::metadata(path).ok()?.modified().ok()?;
    let age = SystemTime::now().duration_since(written).unwrap_or_default();
    if age >= FRESH {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    // A kill may have cut the last line in half.
    let whole = &text[..=text.rfind('\n')?];
    if whole.len() < text.len() {
        let log = File::options().write(true).open(path).ok()?;
        log.set_len(u64::try_from(whole.len()).ok()?).ok()?;
    }
    whole.lines().map(|line| serde_json::from_str(line).ok()).collect()
}
