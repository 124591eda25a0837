//! The way out of a damaged journal: what cannot be read is kept beside it, and counts as unknown.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use super::{Facts, Keeper, Record, Seen, State, Step, new_id};
use crate::journal::line::Line;
use crate::journal::lock::private;
use crate::journal::trust::{Found, is_distrust};

/// What [`Journal::repair`](crate::Journal::repair) found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repair {
    /// How many lines cannot be read.
    pub damaged_lines: usize,
    /// The file in which those lines are kept, if there were any.
    pub kept_in: Option<PathBuf>,
    /// How many entries of [`Recovery::unknown`](crate::Recovery::unknown) stand for submits that may
    /// have been recorded in what cannot be read any more.
    pub unknown: usize,
}

impl Keeper {
    /// Makes a journal that can be trusted of the one that is there.
    pub(in crate::journal) fn repair(&mut self) -> io::Result<Repair> {
        let file = self.file.clone();
        let mut held = self.hold(&file)?;
        let seen = held.seen().or_else(|| self.seen.clone()).unwrap_or_default();
        let text = held.read()?;
        let state = State::read(&text);
        let length = text.len() as u64;
        let found = Found { seen: Some(&seen), state: &state, is_there: held.is_there(), length };
        let mine = self.seen.as_ref().map_or("", |seen| &seen.id);
        let is_another = match found.check_identity() {
            Ok(()) => !mine.is_empty() && mine != seen.id,
            Err(error) if is_distrust(&error) => true,
            Err(error) => return Err(error),
        };
        if state.damage.is_empty() && !is_another {
            return Ok(Repair::default());
        }
        // What a crash has cut off was never acknowledged, unless it is another file.
        let end = state.cut_off.filter(|_| !is_another).unwrap_or(text.len());
        let mut sorted = Sorted::of(&text[..end], &state);
        if is_another {
            // How many lines the one that was here had, nobody knows.
            sorted.lost.push(0);
        }
        let kept_in = self.keep(&sorted.damaged)?;
        let lost: String = sorted.lost.iter().map(|lines| lost(*lines)).collect();
        sorted.good.extend(lost.into_bytes());
        let whole = State::read(&sorted.good);
        self.replace(&mut held, &whole, seen, &sorted.good)?;
        let seen = Seen { version: String::new(), ..self.seen.clone().unwrap_or_default() };
        self.seen = Some(seen);
        Ok(Repair { damaged_lines: sorted.count, kept_in, unknown: sorted.lost.len() })
    }

    /// Writes the damaged lines into a file of their own.
    fn keep(&self, damaged: &[u8]) -> io::Result<Option<PathBuf>> {
        if damaged.is_empty() {
            return Ok(None);
        }
        for number in 1.. {
            let suffix = if number == 1 { String::new() } else { format!("-{number}") };
            let path = self.file.beside(&format!(".damaged{suffix}"));
            match private().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(mut file) => {
                    file.write_all(damaged)?;
                    file.sync_all()?;
                    return Ok(Some(path));
                }
            }
        }
        Ok(None)
    }
}

/// The lines of a damaged journal.
#[derive(Default)]
struct Sorted {
    good: Vec<u8>,
    damaged: Vec<u8>,
    /// How many are damaged.
    count: usize,
    /// For each run of lines that may have recorded a submit of which nothing else is known: how
    /// many they are.
    lost: Vec<u64>,
}

impl Sorted {
    fn of(text: &[u8], state: &State) -> Self {
        let mut sorted = Self::default();
        let mut run = 0;
        let mut lines =
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_some_and(|next| passes_over(next, line)) {
                continue;
            }
            // Editors put it at the beginning of a file.
            let bare = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            if is_good(bare) {
                sorted.lost.extend((run > 0).then_some(run));
                run = 0;
                if !is_header(bare) {
                    sorted.good.extend_from_slice(bare);
                    sorted.good.push(b'\n');
                }
                continue;
            }
            sorted.damaged.extend_from_slice(line);
            sorted.damaged.push(b'\n');
            sorted.count += 1;
            run += u64::from(!is_header(line) && !is_known(line, state));
        }
        sorted.lost.extend((run > 0).then_some(run));
        sorted
    }
}

fn is_good(line: &[u8]) -> bool {
    match Line::read(line) {
        Ok(line @ Line::Unsealed(_)) => Record::of(line).is_some(),
        Ok(Line::Sealed(_)) => true,
        Err(_) => false,
    }
}

/// Whether a line says that the one before it is what a crash had left.
fn passes_over(line: &[u8], before: &[u8]) -> bool {
    let Some(Record::CutOff { text }) = Line::read(line).ok().and_then(Record::of) else {
        return false;
    };
    String::from_utf8_lossy(before) == text
}

fn is_header(line: &[u8]) -> bool {
    line.starts_with(br#"{"is":"journal""#)
}

/// Whether other lines tell of the submit that a damaged line was about. What it names may be damaged
/// too, so all of that has to be known.
fn is_known(line: &[u8], state: &State) -> bool {
    let line = String::from_utf8_lossy(line);
    let text = |name: &str| {
        let (_, rest) = line.split_once(&format!("\"{name}\":\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let by_id = text("id").map(|id| state.get(&id).is_some());
    let by_job = text("job").map(|job| {
        let id = job.split('@').next().unwrap_or_default();
        state.get_by_job(id).is_some()
    });
    let mut named = by_id.into_iter().chain(by_job).peekable();
    named.peek().is_some() && named.all(|is_known| is_known)
}

fn lost(lines: u64) -> String {
    let facts = Facts {
        id: Some(new_id()),
        at: Some(crate::time::unix_seconds(SystemTime::now())),
        lines: Some(lines),
        ..Facts::default()
    };
    Step::Lost.to_line(&facts)
}
