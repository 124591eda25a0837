//! A simulator with one model, clients of it, and processes of this very program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use runcomfy::simulator::{Ledger, ModelSpec, QueuePace, Simulator, SimulatorBuilder};
use runcomfy::{Client, ClientBuilder, JsonInput};
use serde_json::json;

use crate::support::{MODEL, TOKEN};

pub(super) const PRICE: f64 = 0.05;

/// A simulator whose jobs are done at the first poll.
pub(super) fn simulator() -> SimulatorBuilder {
    Simulator::builder().model(model(MODEL)).queue(QueuePace::instant()).picture_side(16)
}

pub(super) fn model(id: &str) -> ModelSpec {
    let schema = json!({
        "type": "object",
        "properties": { "prompt": { "type": "string" } },
        "required": ["prompt"],
    });
    ModelSpec::new(id, schema).price_usd(PRICE)
}

/// A client that polls fast.
pub(super) fn client_of(url: &str) -> ClientBuilder {
    Client::builder()
        .token(TOKEN)
        .base_url(url)
        .poll_between(Duration::ZERO, Duration::from_millis(5))
        .polls_per_second(1e6)
}

pub(super) fn job(number: usize) -> JsonInput {
    JsonInput::new(MODEL, json!({ "prompt": prompt(number) }))
}

pub(super) fn jobs(count: usize) -> Vec<JsonInput> {
    (0..count).map(job).collect()
}

pub(super) fn prompt(number: usize) -> String {
    format!("a secret lighthouse, number {number}")
}

/// How often each of the jobs was charged.
pub(super) fn charges(ledger: &Ledger) -> BTreeMap<String, usize> {
    let mut charges = BTreeMap::new();
    for entry in ledger.entries.iter().filter(|entry| entry.billed) {
        let prompt = entry.input["prompt"].as_str().unwrap_or_default();
        *charges.entry(prompt.to_owned()).or_default() += 1;
    }
    charges
}

pub(super) fn charged(charges: &BTreeMap<String, usize>, number: usize) -> usize {
    charges.get(&prompt(number)).copied().unwrap_or(0)
}

/// This program again, to run one test of it, which finds the variables set.
pub(super) fn child(test: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("durable::{test}"), "--nocapture", "--test-threads=1"]);
    command.envs(variables.iter().copied()).stdout(Stdio::null());
    command
}

/// A variable that is set only in a child.
pub(super) fn given(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The time, in milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// A number from the environment, or the usual one.
pub(super) fn size(name: &str, usual: usize) -> usize {
    given(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// The kinds of the lines of a journal, but for the one that says which journal it is.
pub(super) fn words(journal: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(journal).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let words = lines.map(|line| line["is"].as_str().unwrap().to_owned());
    words.filter(|word| word != "journal").collect()
}

/// The beginning of the SHA-256, in hexadecimal digits.
pub(super) fn hash(text: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let start: [u8; 8] = hash.as_ref()[..8].try_into().unwrap();
    format!("{:016x}", u64::from_be_bytes(start))
}

/// A line as the second version of the format has it: `content` is all of the object but its
/// checksum and the bracket behind that.
pub(super) fn sealed(content: &str) -> String {
    format!("{content},\"sum\":\"{}\"}}\n", hash(content))
}

/// What a crash leaves of a journal: the lock file is not synced, so it may say nothing.
pub(super) fn forget_what_it_looked_like(journal: &Path) {
    std::fs::write(journal.with_file_name("journal.lock"), "").unwrap();
}
