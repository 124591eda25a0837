//! The books of the service against what a program has and was told.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use runcomfy::UnknownSubmit;
use runcomfy::simulator::{Fault, LedgerEntry, OutputShape, Simulator, SubmitEntry};

use super::program::{Left, Program, number_of};
use super::weather::{is_hopeless, makes_nothing, shown, tells_its_cost, why_unknown};
use crate::durable::tools::now_ms;
use crate::support::get;

/// How far apart two notes of the same moment may be on a slow machine, in milliseconds.
const SLOW: u64 = 2000;

/// Why an outcome is unknown without a fault of the service.
const SHUT_DOWN: &str = "its runtime was shut down";

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) jobs: usize,
    pub(super) billed: usize,
    /// Their files are in place.
    pub(super) delivered: usize,
    /// They made nothing, and the caller was told so with their ids.
    failed: usize,
    /// They go on, or were lost by the service, and their ids are known.
    known: usize,
    /// They were cancelled, or nothing was charged.
    free: usize,
    /// By the reason why nobody could know.
    unknown: BTreeMap<&'static str, usize>,
    pub(super) violations: Vec<String>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.jobs += other.jobs;
        self.billed += other.billed;
        self.delivered += other.delivered;
        self.failed += other.failed;
        self.known += other.known;
        self.free += other.free;
        for (why, count) in other.unknown {
            *self.unknown.entry(why).or_default() += count;
        }
        self.violations.extend(other.violations);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { jobs, billed, delivered, failed, known, free, unknown, violations } = self;
        let all: usize = unknown.values().sum();
        let share = 1000 * all / jobs.max(&1);
        write!(
            f,
            "{jobs} jobs, {billed} billed: {delivered} delivered, {failed} failed, {known} known by \
             their ids, {free} free, {all} unknown ({share} in 1000), each unavoidably: {unknown:?}; \
             {} violations",
            violations.len(),
        )
    }
}

/// All that the service knows of one input.
#[derive(Default)]
struct Case<'a> {
    jobs: Vec<&'a LedgerEntry>,
    submits: Vec<&'a SubmitEntry>,
}

impl<'a> Case<'a> {
    /// The submit that made the job, or the last one.
    fn submit(&self) -> Option<&'a SubmitEntry> {
        let made = self.submits.iter().find(|submit| submit.request_id.is_some());
        made.or(self.submits.last()).copied()
    }
}

pub(super) async fn judge(simulator: &Simulator, program: &Program, left: &Left) -> Tally {
    let ledger = simulator.ledger();
    let mut cases: BTreeMap<usize, Case<'_>> = BTreeMap::new();
    let number = |input: &serde_json::Value| number_of(input["prompt"].as_str()?);
    for job in &ledger.entries {
        cases.entry(number(&job.input).unwrap()).or_default().jobs.push(job);
    }
    for submit in &ledger.submits {
        if let Some(number) = number(&submit.input) {
            cases.entry(number).or_default().submits.push(submit);
        }
    }
    let mut judge = Judge {
        simulator,
        program,
        left,
        unknown: BTreeMap::new(),
        port_closed: ledger.port_closed_ms.clone(),
        tally: Tally::default(),
    };
    let prints = program.fingerprints();
    for unknown in &left.unknown {
        match prints.get(&unknown.fingerprint) {
            Some(number) => drop(judge.unknown.insert(*number, unknown)),
            None => judge.violation(format!("an unknown submit of nobody's: {unknown}")),
        }
    }
    for number in program.numbers() {
        let case = cases.remove(&number).unwrap_or_default();
        judge.try_case(number, &case).await;
    }
    judge.tally.violations.append(&mut program.book().violations);
    judge.tally
}

struct Judge<'a> {
    simulator: &'a Simulator,
    program: &'a Program,
    left: &'a Left,
    unknown: BTreeMap<usize, &'a UnknownSubmit>,
    /// When the port was closed; each time explains one submit that did not arrive.
    port_closed: Vec<u64>,
    tally: Tally,
}

impl Judge<'_> {
    async fn try_case(&mut self, number: usize, case: &Case<'_>) {
        self.tally.jobs += 1;
        self.check_words(number, case);
        if case.jobs.len() > 1 {
            return self.accuse(number, case, "paid for twice");
        }
        let job = case.jobs.first().copied();
        self.tally.billed += usize::from(job.is_some_and(|job| job.billed));
        if let Some(unknown) = self.unknown.get(&number).copied() {
            return match self.why_unknown(number, case, unknown) {
                Some(why) => *self.tally.unknown.entry(why).or_default() += 1,
                None => self.accuse(number, case, "unknown, without need"),
            };
        }
        let Some(job) = job else {
            self.tally.free += 1;
            return;
        };
        let id = &job.request_id;
        let is_named = self.program.book().named.get(&number).is_some_and(|ids| ids.contains(id));
        let is_single =
            self.program.is_single(number) || self.program.book().left_out.contains(&number);
        let submit = case.submit();
        match self.has_files(number, job, submit).await {
            Some(true) => self.tally.delivered += 1,
            Some(false) => self.accuse(number, case, "files that the service did not make"),
            None if !job.billed => self.tally.free += 1,
            None if submit.is_some_and(is_hopeless)
                && (is_named || self.left.jobs.contains(id)) =>
            {
                self.tally.known += 1;
            }
            // What made nothing is settled; only a batch tells of it again.
            None if submit.is_some_and(makes_nothing) && (is_named || is_single) => {
                self.tally.failed += 1;
            }
            None => self.accuse(number, case, "paid for and lost"),
        }
    }

    /// Whether what the program was told is true.
    fn check_words(&mut self, number: usize, case: &Case<'_>) {
        let program = self.program;
        let book = program.book();
        for (_, told) in book.not_charged.iter().filter(|(of, _)| *of == number) {
            let until = book.next_try(number, *told);
            let made = |submit: &&&SubmitEntry| submit.request_id.is_some();
            if case.submits.iter().filter(made).any(|submit| submit.arrived_at_ms < until) {
                self.accuse(number, case, "said to have cost nothing");
            }
        }
        if book.unknown.contains_key(&number)
            && !self.unknown.contains_key(&number)
            && !book.settled.contains(&number)
        {
            self.accuse(number, case, "said to be unknown, and not listed so");
        }
        let is_of_case = |id: &str| case.jobs.iter().any(|job| job.request_id == id);
        if book.named.get(&number).is_some_and(|ids| !ids.iter().all(|id| is_of_case(id))) {
            self.accuse(number, case, "named another job");
        }
        let cancelled = |fault: &Fault| matches!(fault, Fault::Cancelled { .. });
        let was_cancelled = case.submit().is_some_and(|submit| submit.faults.iter().any(cancelled));
        let tells = case.submit().is_some_and(tells_its_cost);
        for job in case.jobs.iter().filter(|job| job.billed) {
            let in_time = book.cancelled.contains(&job.request_id) && !was_cancelled;
            if in_time || book.free.contains(&job.request_id) && (tells || !was_cancelled) {
                self.accuse(number, case, "said not to be billed");
            }
        }
    }

    /// Why nobody could know what became of a submit; `None` if it could be known.
    fn why_unknown(
        &mut self,
        number: usize,
        case: &Case<'_>,
        unknown: &UnknownSubmit,
    ) -> Option<&'static str> {
        let sent = unknown.sent_at.duration_since(std::time::UNIX_EPOCH).unwrap();
        let sent = u64::try_from(sent.as_millis()).unwrap();
        let last = case.submits.last().filter(|last| last.arrived_at_ms >= sent);
        if let Some(why) = last.and_then(|last| last.faults.iter().find_map(why_unknown)) {
            return Some(why);
        }
        let Some(last) = last else {
            return self.why_not_arrived(number, sent);
        };
        let heard = last.request_id.as_ref().is_some_and(|id| self.program.heard().contains(id));
        let answered = last.answered_at_ms.unwrap_or_else(now_ms);
        let is_cut = !heard && self.is_cut(number, last.arrived_at_ms, answered);
        is_cut.then_some(SHUT_DOWN)
    }

    /// Why a submit of that time, which has left, is in no book.
    fn why_not_arrived(&mut self, number: usize, sent: u64) -> Option<&'static str> {
        let near = |at: &u64| at.abs_diff(sent) <= SLOW;
        if let Some(place) = self.port_closed.iter().position(near) {
            self.port_closed.swap_remove(place);
            return Some("the port was closed before it was read");
        }
        self.is_cut(number, sent, sent).then_some(SHUT_DOWN)
    }

    /// Whether a runtime was shut down at that time, before anybody was told what came of it.
    fn is_cut(&self, number: usize, sent: u64, answered: u64) -> bool {
        let book = self.program.book();
        let told = book.unknown.get(&number).copied().unwrap_or(u64::MAX);
        let meanwhile = |(from, to): &(u64, u64)| {
            sent <= to + SLOW && answered + SLOW >= *from && told >= *from
        };
        book.shutdowns.iter().any(meanwhile)
    }

    /// Whether the files of a job are in place, and whole; `None` if there are none.
    async fn has_files(
        &self,
        number: usize,
        job: &LedgerEntry,
        submit: Option<&SubmitEntry>,
    ) -> Option<bool> {
        let all = fs::read_dir(self.program.folder(number)).ok()?;
        let paths = all.map(|file| file.unwrap().path());
        let has_name = |path: &std::path::PathBuf| {
            !path.file_name().unwrap().to_string_lossy().starts_with('.')
        };
        let files: Vec<_> = paths.filter(has_name).map(|path| fs::read(path).unwrap()).collect();
        if files.is_empty() {
            return None;
        }
        let mixed = |fault: &Fault| matches!(fault, Fault::Output(OutputShape::Mixed));
        let endings: &[_] = match submit {
            Some(submit) if submit.faults.iter().any(mixed) => &["png", "wav"],
            _ => &["png"],
        };
        let mut right = Vec::new();
        for ending in endings {
            let url = format!("{}/files/{}/0.{ending}", self.simulator.url(), job.request_id);
            let file = get(&url).await;
            right.push([other_version(&file), file]);
        }
        let is_one_of = |file: &Vec<u8>| right.iter().any(|versions| versions.contains(file));
        let is_there = |versions: &[Vec<u8>; 2]| files.iter().any(|file| versions.contains(file));
        Some(files.iter().all(is_one_of) && right.iter().all(is_there))
    }

    fn violation(&mut self, what: String) {
        self.tally.violations.push(what);
    }

    fn accuse(&mut self, number: usize, case: &Case<'_>, what: &str) {
        let submits: Vec<_> = case
            .submits
            .iter()
            .map(|submit| {
                let (status, id) = (submit.status, submit.request_id.as_deref());
                format!("{status:?} {id:?} {}", shown(&submit.faults))
            })
            .collect();
        let journal = self.program.journal_of(number);
        let words = format!("input {number} was {what}; its submits: {submits:?}; {journal}");
        self.violation(words);
    }
}

/// What [`Fault::OtherVersion`] makes of a file.
fn other_version(file: &[u8]) -> Vec<u8> {
    let mut other = file.to_vec();
    other.iter_mut().skip(64).for_each(|byte| *byte ^= 1);
    other
}
