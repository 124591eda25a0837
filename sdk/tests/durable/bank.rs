//! A service that bills by script, and says what it likes of costs and prices.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use runcomfy::{Batch, BatchResults, Client, Error, JsonInput};
use serde_json::{Value, json};

use crate::support::{Act, MODEL, Seen, Server, json_answer};

/// What the service does with a submit.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// The job ends with this word and this cost; `None` leaves the member out.
    Ends(&'static str, Option<Value>),
    /// It makes the job, and resets the connection.
    Reset,
    /// It makes the job, which will succeed, and names it in an answer with this status.
    Names(u16),
    /// It says no.
    Refuses,
}

/// A service that bills by script.
#[derive(Default)]
pub(super) struct Book {
    /// What the catalog answers about each model.
    catalog: BTreeMap<String, Vec<Act>>,
    /// What becomes of the next submits; the last one goes for all that follow.
    outcomes: Vec<Outcome>,
    /// What became of each submit that arrived.
    pub(super) submits: Vec<Outcome>,
}

pub(super) struct Bank {
    pub(super) server: Server,
    book: Arc<Mutex<Book>>,
    dir: tempfile::TempDir,
}

impl Bank {
    /// A service where each output costs that much by the catalog.
    pub(super) async fn at(price: f64, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self::of(&json!({ "base_price_usd": price }), outcomes).await
    }

    pub(super) async fn of(entry: &Value, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let server = Server::start({
            let book = book.clone();
            move |seen| book.lock().unwrap().answer(seen)
        })
        .await;
        let bank = Self { server, book, dir: tempfile::tempdir().unwrap() };
        bank.lists(MODEL, [catalog_entry(MODEL, entry)]);
        bank.goes_on_with(outcomes);
        bank
    }

    /// What the catalog answers about a model, in order, and the last one for ever.
    pub(super) fn lists(&self, model: &str, answers: impl IntoIterator<Item = Act>) {
        let mut answers: Vec<Act> = answers.into_iter().collect();
        answers.reverse();
        self.book().catalog.insert(model.to_owned(), answers);
    }

    pub(super) fn goes_on_with(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.book().outcomes = outcomes.into_iter().collect();
        self.book().outcomes.reverse();
    }

    pub(super) fn client(&self) -> Client {
        self.server.builder().polls_per_second(1e6).build().unwrap()
    }

    pub(super) fn with_journal(&self) -> Client {
        let builder = self.server.builder().polls_per_second(1e6);
        builder.journal(self.dir.path().join("journal")).build().unwrap()
    }

    pub(super) fn submits(&self) -> usize {
        self.book().submits.len()
    }

    pub(super) fn lookups(&self) -> usize {
        let lookup = |path: &&String| path.starts_with("GET /v1/models/");
        self.server.paths().iter().filter(lookup).count()
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }
}

impl Book {
    fn answer(&mut self, seen: &Seen) -> Act {
        if let Some(model) = seen.path.strip_prefix("/v1/models/") {
            return if seen.method == "POST" { self.submit() } else { self.entry(model) };
        }
        let mut parts = seen.path.split(['/', '?']).skip(3);
        let (id, call) = (parts.next().unwrap_or_default(), parts.next());
        let number = id.strip_prefix("r-").and_then(|number| number.parse::<usize>().ok());
        let outcome = number.and_then(|number| self.submits.get(number));
        let (word, cost) = match outcome {
            Some(Outcome::Ends(word, cost)) => (*word, cost),
            Some(Outcome::Names(_)) => ("succeeded", &None),
            _ => {
                let no_job = json!({ "error_code": 404_001, "error_message": "no job" });
                return json_answer(404, &no_job);
            }
        };
        if call == Some("status") {
            return json_answer(200, &json!({ "request_id": id, "status": "completed" }));
        }
        let mut result = json!({ "request_id": id, "status": word });
        match word {
            "succeeded" => result["output"] = json!({ "image": "https://cdn.runcomfy.net/a.png" }),
            "failed" => result["error"] = json!("boom"),
            _ => {}
        }
        if let Some(cost) = cost {
            result["cost"] = cost.clone();
        }
        json_answer(200, &result)
    }

    fn submit(&mut self) -> Act {
        let outcome = next(&mut self.outcomes).expect("an outcome");
        self.submits.push(outcome.clone());
        match outcome {
            Outcome::Ends(..) => {
                let id = format!("r-{}", self.submits.len() - 1);
                json_answer(200, &json!({ "request_id": id }))
            }
            Outcome::Reset => Act::Reset,
            Outcome::Names(status) => json_answer(
                status,
                &json!({ "request_id": format!("r-{}", self.submits.len() - 1) }),
            ),
            Outcome::Refuses => json_answer(422, &json!({ "detail": "no" })),
        }
    }

    fn entry(&mut self, model: &str) -> Act {
        let answers = self.catalog.get_mut(model);
        answers.and_then(next).unwrap_or_else(|| json_answer(404, &json!({ "detail": "no model" })))
    }
}

/// The next of what is left in reverse order; the last one stays.
fn next<T: Clone>(left: &mut Vec<T>) -> Option<T> {
    if left.len() > 1 { left.pop() } else { left.first().cloned() }
}

pub(super) fn catalog_entry(model: &str, entry: &Value) -> Act {
    let mut entry = entry.clone();
    entry["model_id"] = json!(model);
    json_answer(200, &entry)
}

pub(super) fn costs(cost: impl Into<Value>) -> Outcome {
    Outcome::Ends("succeeded", Some(cost.into()))
}

pub(super) fn jobs(count: usize) -> impl Iterator<Item = JsonInput> + Send + 'static {
    (0..count).map(|number| JsonInput::new(MODEL, json!({ "prompt": format!("job {number}") })))
}

/// Waits until each intent in the journal has its end.
pub(super) async fn submits_are_noted(client: &Client) {
    let path = client.journal().unwrap().path();
    for _ in 0..1000 {
        let text = std::fs::read_to_string(path).unwrap();
        let count = |word: &str| text.matches(&format!(r#""is":"{word}""#)).count();
        if count("intent") == count("submitted") + count("closed") + count("unknown") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("a submit without an end");
}

/// Runs a batch to its end, and collects all: the errors of its items, and the results for what else they tell.
pub(super) async fn run(batch: Batch<JsonInput>) -> (Vec<Error>, BatchResults<JsonInput>) {
    let mut results = batch.start().await.unwrap();
    let mut errors = Vec::new();
    while let Some(item) = results.next().await {
        match item.result {
            Ok(done) => done.collect(),
            Err(error) => errors.push(error),
        }
    }
    (errors, results)
}

/// Costs that say nothing certain, as JSON of a result; `None` is no cost at all.
pub(super) fn odd_costs() -> Vec<Option<Value>> {
    let odd = [
        json!(0),
        json!(0.0),
        json!(-0.0),
        json!(-1),
        json!(-1e300),
        json!(1e-9),
        json!(5e-324),
        json!("0"),
        json!("0.00 USD"),
        json!("-1"),
        json!("$-0.04"),
        json!("NaN"),
        json!("inf"),
        json!("-inf"),
        json!("1e999"),
        json!("soon"),
        json!(""),
        json!(true),
        json!(null),
        json!([]),
        json!([0.000_1]),
        json!({}),
        json!({ "amount": 0 }),
        json!({ "amount": -1, "currency": "USD" }),
        json!({ "amount": 0.01, "currency": "EUR" }),
        json!({ "total": { "value": "0" } }),
    ];
    odd.into_iter().map(Some).chain([None]).collect()
}
