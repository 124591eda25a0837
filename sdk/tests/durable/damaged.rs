//! Journals that were damaged between two starts, on bad days.

use std::fs;
use std::path::Path;

use runcomfy::simulator::{Endpoint, Fault, Faults, Rule, Simulator};
use runcomfy::{Client, Journal, UnknownSubmit};

use super::tools::{charges, client_of, jobs, simulator};

const JOBS: usize = 12;

/// What is done to a journal.
type Damage = fn(&Path);

fn change(path: &Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    fs::write(path, change(fs::read(path).unwrap())).unwrap();
}

/// The middle of the first line with this word.
fn inside(text: &[u8], word: &str) -> usize {
    let at = text.windows(word.len()).position(|part| part == word.as_bytes()).expect(word);
    let end = text[at..].iter().position(|byte| *byte == b'\n').unwrap();
    at + end / 2
}

fn damages() -> Vec<(&'static str, Damage)> {
    vec![
        ("a bit of an intent", |path| {
            change(path, |mut text| {
                let at = inside(&text, "\"intent\"");
                text[at] ^= 1;
                text
            });
        }),
        ("a bit of an id", |path| {
            change(path, |mut text| {
                let at = inside(&text, "\"submitted\"");
                text[at] ^= 1;
                text
            });
        }),
        ("a block of NUL", |path| {
            change(path, |mut text| {
                let middle = text.len() / 2;
                text[middle..middle + 100].fill(0);
                text
            });
        }),
        ("a first block of NUL", |path| {
            change(path, |mut text| {
                let length = text.len().min(4096);
                text[..length].fill(0);
                text
            });
        }),
        ("a byte-order mark", |path| change(path, |text| [b"\xef\xbb\xbf", &text[..]].concat())),
        ("UTF-16", |path| {
            change(path, |text| {
                let text = String::from_utf8(text).unwrap();
                let units = std::iter::once(0xfeff).chain(text.encode_utf16());
                units.flat_map(u16::to_le_bytes).collect()
            });
        }),
        ("half of it", |path| change(path, |text| text[..text.len() / 2].to_vec())),
        ("nothing left", |path| fs::write(path, "").unwrap()),
        ("removed", |path| fs::remove_file(path).unwrap()),
        ("rotated away", |path| fs::rename(path, path.with_extension("1")).unwrap()),
        ("another file", |path| fs::write(path, "# notes\nbuy milk\n").unwrap()),
        ("a pretty print", |path| {
            change(path, |text| {
                let lines = std::str::from_utf8(&text).unwrap().lines();
                let values =
                    lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
                let pretty = values.map(|value| format!("{value:#}\n"));
                pretty.collect::<String>().into_bytes()
            });
        }),
    ]
}

fn client(simulator: &Simulator, path: &Path) -> Client {
    client_of(simulator.url()).journal(path).journal_inputs(true).build().unwrap()
}

/// Starts the batch, with at most so many jobs.
async fn start(client: &Client, most: u64) -> Result<(), runcomfy::Error> {
    let batch = client.batch(jobs(JOBS)).named("n").in_flight(3).max_jobs(most);
    let mut results = batch.start().await?;
    while let Some(item) = results.next().await {
        match item.result {
            Err(error) if !error.is_outcome_unknown() => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_paid_over_a_damaged_journal_and_nothing_twice_after_its_repair() {
    for (name, damage) in damages() {
        let lost = Rule::new(Fault::ResetAfter).on(Endpoint::Submit).nth(2);
        let faults = Faults::new().rule(lost).rule(Rule::new(Fault::CutMidway).chance(0.1));
        let simulator = simulator().faults(faults).start().await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        {
            let client = client(&simulator, &path);
            start(&client, 5).await.unwrap();
        }
        let submits = simulator.ledger().submits_received;
        damage(&path);

        let error = {
            let client = client_of(simulator.url()).journal(&path).build();
            match client {
                Ok(client) => start(&client, 99).await.unwrap_err(),
                Err(error) => error,
            }
        };
        assert!(error.is_journal() && !error.may_have_cost(), "{name}: {error:?}");
        assert_eq!(simulator.ledger().submits_received, submits, "{name}: paid all the same");

        let repair = Journal::open(&path).unwrap().repair().unwrap();
        let client = client(&simulator, &path);
        start(&client, 99).await.unwrap_or_else(|error| panic!("{name}: {repair:?}: {error:?}"));
        let ledger = simulator.ledger();
        let twice = charges(&ledger).values().filter(|count| **count > 1).count();
        let left = client.recover().await.unwrap();
        let listed = |id: &str| left.jobs.iter().any(|job| job.token.request_id() == id);
        let lost = ledger.entries.iter().filter(|entry| !listed(&entry.request_id)).count();
        // Each of them may be one of those that nobody knows, or was told in what was lost.
        let stands_for = |submit: &UnknownSubmit| submit.unreadable_lines.map_or(1, |_| JOBS);
        let may_be: usize = left.unknown.iter().map(stands_for).sum();
        println!(
            "{name}: billed {}, not listed {lost}, may be among {may_be} unknown",
            ledger.billed
        );
        assert_eq!(twice, 0, "{name}: {repair:?}");
        assert!(lost <= may_be, "{name}: {lost} lost, {may_be} unknown: {repair:?}");
    }
}
