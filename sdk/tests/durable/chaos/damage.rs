//! Journals that come to harm between two starts, and what their users do about it.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use runcomfy::simulator::{Ledger, Simulator};
use runcomfy::{Client, Error, JobToken};
use serde_json::Value;
use tokio::time::sleep;

use super::job;
use super::program::{Program, number_of};

impl Program {
    /// Nothing, a line that a crash has cut off, or a byte that has changed.
    pub(super) async fn come_to_harm(&self, simulator: &Simulator) {
        match self.roll(4) {
            0 => {}
            harm => {
                self.until_nobody_writes().await;
                if harm == 1 { self.tear() } else { self.flip(simulator).await }
            }
        }
    }

    /// What was submitted goes on when its caller has gone, and so does what writes it down.
    async fn until_nobody_writes(&self) {
        let is_alive = || {
            let all = fs::read_dir(self.journal().parent().unwrap()).unwrap();
            let mut paths = all.map(|file| file.unwrap().path());
            paths.any(|path| path.extension().is_some_and(|ending| ending == "alive"))
        };
        while is_alive() {
            sleep(Duration::from_millis(5)).await;
        }
        // Clocks of file systems tick slowly.
        sleep(Duration::from_millis(20)).await;
    }

    /// Half of a line at the end, as of a process that was killed: nobody has to hear of it.
    fn tear(&self) {
        let _lock = self.lock();
        let text = fs::read(self.journal()).unwrap();
        let last = lines(&text).last().copied().unwrap();
        let mut journal = File::options().append(true).open(self.journal()).unwrap();
        journal.write_all(&last[..last.len() / 2]).unwrap();
    }

    /// A byte of some line has changed: nothing is paid for before the journal is as it was, or is
    /// repaired and its user has looked at the account.
    async fn flip(&self, simulator: &Simulator) {
        let text = fs::read(self.journal()).unwrap();
        let lines = lines(&text);
        let place = self.roll(lines.len());
        let start: usize = lines[..place].iter().map(|line| line.len()).sum();
        let sound = lines[place];
        let mut damaged = sound.to_vec();
        // The end of the line stays the only one.
        let at = self.roll(sound.len() - 1);
        damaged[at] ^= if damaged[at] ^ 1 == b'\n' { 2 } else { 1 };
        self.overwrite(start, &damaged);

        let client = self.client();
        self.is_refused(&client).await;
        let ledger = simulator.ledger();
        let about = self.about(sound, &lines, &ledger);
        // Of what the account does not show nobody knows whether it is still on its way.
        let is_open = about.is_some_and(|number| made(&ledger, number).is_none());
        if is_open || self.roll(3) == 0 {
            return self.overwrite(start, sound);
        }
        let repair = client.journal().unwrap().repair().unwrap();
        let kept = repair.kept_in.map(|path| fs::read(path).unwrap());
        let kept = kept.unwrap_or_default();
        // What an earlier crash has cut off is no line, unless an outcome was written after it.
        let is_torn = |piece: &[u8]| lines.iter().any(|line| line.starts_with(piece));
        let others: Vec<_> =
            self::lines(&kept).into_iter().filter(|line| **line != damaged).collect();
        let is_listed = repair.damaged_lines == others.len() + 1;
        if !is_listed || !others.iter().all(|line| is_torn(line.trim_ascii_end())) {
            let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            self.violation(&format!(
                "the repair of line {place} of {} keeps {} lines, {:?} and not {:?}",
                lines.len(),
                repair.damaged_lines,
                shown(&kept),
                shown(&damaged),
            ));
        }
        self.look_at_the_account(&client, &ledger, about).await;
    }

    /// Writes over a part of the journal.
    fn overwrite(&self, start: usize, line: &[u8]) {
        let _lock = self.lock();
        let mut journal = File::options().write(true).open(self.journal()).unwrap();
        journal.seek(SeekFrom::Start(start as u64)).unwrap();
        journal.write_all(line).unwrap();
    }

    /// The lock that all who write to the journal take.
    fn lock(&self) -> File {
        let path = self.journal().with_file_name("journal.lock");
        let lock = File::options().write(true).open(path).unwrap();
        lock.lock().unwrap();
        lock
    }

    async fn is_refused(&self, client: &Client) {
        let one = self.inputs()[0];
        let batch = client.batch(self.inputs().into_iter().map(job)).named(self.batch_name());
        let refusals = [
            batch.start().await.err(),
            client.submit(job(one)).await.err(),
            client.run(job(one)).await.err(),
            client.recover().await.err(),
        ];
        for refusal in refusals {
            let is_right = |error: &Error| {
                !error.may_have_cost() && (error.is_journal() || error.is_not_sent())
            };
            if !refusal.as_ref().is_some_and(is_right) {
                self.violation(&format!("over a damaged journal: {refusal:?}"));
            }
        }
    }

    /// Settles what the damage has made unknown, by what the account says of it.
    async fn look_at_the_account(&self, client: &Client, ledger: &Ledger, about: Option<usize>) {
        let journal = client.journal().unwrap();
        let prints = self.fingerprints();
        for unknown in client.recover().await.unwrap().unknown {
            let is_lost = unknown.unreadable_lines.is_some();
            if !is_lost && (about.is_none() || prints.get(&unknown.fingerprint).copied() != about) {
                continue;
            }
            let made = about.and_then(|number| made(ledger, number));
            match &made {
                Some(job) => journal.adopt(&unknown, job).unwrap(),
                None => journal.forget(&unknown).unwrap(),
            }
            let Some(number) = about else { continue };
            let mut book = self.book();
            book.settled.insert(number);
            if is_lost && made.is_some() {
                book.left_out.insert(number);
            }
        }
    }

    /// The number of the input that a line of the journal is about.
    fn about(&self, line: &[u8], all: &[&[u8]], ledger: &Ledger) -> Option<usize> {
        let read = |line: &[u8]| serde_json::from_slice::<Value>(line).unwrap();
        let line = read(line);
        let by_job = || {
            let id = line["job"].as_str()?.split('@').next()?;
            number_of(ledger.entry(id)?.input["prompt"].as_str()?)
        };
        let by_id = || {
            let mut inputs = all.iter().map(|other| read(other));
            let of_same = |other: &Value| other["id"] == line["id"] && other["input"].is_string();
            let other = inputs.find(|other| line["id"].is_string() && of_same(other))?;
            self.fingerprints().get(other["input"].as_str()?).copied()
        };
        by_job().or_else(by_id)
    }
}

/// The job that was made of an input.
fn made(ledger: &Ledger, number: usize) -> Option<JobToken> {
    let entry = ledger.with_input("prompt", super::prompt(number)).next()?;
    Some(JobToken::from_request_id(&entry.request_id).unwrap())
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}
