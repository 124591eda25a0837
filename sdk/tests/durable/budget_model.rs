//! The limit in dollars as a property: random costs, prices, outcomes and restarts, held against a
//! model that shares no code with the client.
//!
//! `BUDGET_ROUNDS=2000` is the size for the night; `BUDGET_SEED` repeats one round.

mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runcomfy::{Client, Completed, JsonInput};
use serde_json::{Value, json};

use super::bank::odd_costs;
use super::tools::{given, size};
use crate::support::Server;
use service::{Fate, JOBS, MODELS, Service, dollars};

/// A round: prices, a limit, what becomes of each item, and how the batch is started.
struct Round {
    seed: u64,
    random: fastrand::Rng,
    prices: [u64; 2],
    limit: u64,
    fates: Vec<Fate>,
}

impl Round {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        // Cents, or amounts that no cent divides.
        let mut price =
            || if random.bool() { random.u64(1..100) * 10_000 } else { random.u64(1..1_000_000) };
        let prices = [price(), price()];
        let limit = prices[0] * random.u64(0..20) + random.u64(0..prices[0].max(2));
        let fates = (0..JOBS).map(|item| Self::fate(&mut random, prices[Service::model(item)]));
        let fates = fates.collect();
        Self { seed, random, prices, limit, fates }
    }

    fn fate(random: &mut fastrand::Rng, price: u64) -> Fate {
        let cost = match random.u8(0..4) {
            0 => random.u64(1..=price),
            1 => price + random.u64(0..=price * 5),
            _ => price,
        };
        let word =
            *random.choice(["succeeded", "succeeded", "failed", "cancelled"].iter()).unwrap();
        match random.u8(0..10) {
            0 => Fate::Lost,
            1 => Fate::Refused { times: random.u32(1..3), cost },
            2..6 => {
                let said = random.choice(odd_costs()).unwrap();
                let is_zero = match &said {
                    None | Some(Value::Null) => true,
                    Some(Value::Number(number)) => number.as_f64() == Some(0.0),
                    Some(Value::String(text)) => text == "0" || text == "0.00 USD",
                    Some(Value::Object(_)) => {
                        let zeros = [json!({ "amount": 0 }), json!({ "total": { "value": "0" } })];
                        said.as_ref().is_some_and(|said| zeros.contains(said))
                    }
                    Some(_) => false,
                };
                Fate::Ends { word, said, counts: (word == "cancelled" && is_zero).then_some(0) }
            }
            _ => {
                let said = match random.u8(0..3) {
                    0 => json!(dollars(cost)),
                    1 => json!(format!("{} USD", dollars(cost))),
                    _ => json!({ "amount": dollars(cost), "currency": "USD" }),
                };
                Fate::Ends { word, said: Some(said), counts: Some(cost) }
            }
        }
    }

    async fn start(&self) -> (Server, Arc<Mutex<Service>>) {
        let service = Arc::new(Mutex::new(Service {
            prices: self.prices,
            fates: self.fates.clone(),
            refused: BTreeMap::new(),
            jobs: Vec::new(),
            told: BTreeSet::new(),
            limit: self.limit,
            breach: None,
            submits: 0,
        }));
        let server = Server::start({
            let service = service.clone();
            move |seen| service.lock().unwrap().answer(seen)
        })
        .await;
        (server, service)
    }

    fn next_start(&mut self, is_last: bool) -> Start {
        let random = &mut self.random;
        let changes = random.u8(0..3) == 0;
        let percent = if changes { random.u64(50..200) } else { 100 };
        let prices = self.prices.map(|price| (price * percent / 100).max(1));
        Start {
            limit: (random.u8(0..4) > 0 || is_last).then_some(self.limit),
            prices,
            results: if is_last { usize::MAX } else { random.usize(0..JOBS / 2) },
        }
    }

    fn inputs() -> impl Iterator<Item = JsonInput> + Send + 'static {
        (0..JOBS).map(|item| JsonInput::new(MODELS[Service::model(item)], json!({ "item": item })))
    }
}

/// One start of a batch.
struct Start {
    limit: Option<u64>,
    /// What the catalog says by now.
    prices: [u64; 2],
    /// After how many results it is dropped.
    results: usize,
}

/// What the client should do where it has one item under way at a time: an account of its own.
#[derive(Default)]
struct Model {
    /// What each item counts for that was sent and not refused.
    sent: BTreeMap<usize, Counted>,
    refused: BTreeMap<usize, u32>,
    submits: u64,
}

#[derive(Debug, Clone, Copy)]
struct Counted {
    /// What was set aside; nothing in a start without a limit.
    reserved: Option<u64>,
    cost: Option<u64>,
}

impl Model {
    /// What counts in a start: what items have cost, else what was set aside for them, else what
    /// they cost by now; which does not matter where there is no limit.
    fn spent(&self, start: &Start) -> u64 {
        let priced = |item: usize| start.limit.map_or(0, |_| start.prices[Service::model(item)]);
        let of = |(item, counted): (&usize, &Counted)| {
            counted.cost.or(counted.reserved).unwrap_or_else(|| priced(*item))
        };
        self.sent.iter().map(of).sum()
    }

    /// What the dearest job of a model has cost.
    fn dearest(&self, model: usize) -> u64 {
        let of_model = self.sent.iter().filter(|(item, _)| Service::model(**item) == model);
        of_model.filter_map(|(_, counted)| counted.cost).max().unwrap_or(0)
    }

    fn start(&mut self, round: &Round, start: &Start) {
        let (mut results, mut is_empty) = (start.results, false);
        for item in 0..JOBS {
            if results == 0 {
                return;
            }
            if self.sent.contains_key(&item) {
                // What was collected does not come again.
                let made_nothing = match &round.fates[item] {
                    Fate::Lost => true,
                    Fate::Ends { word, .. } => *word != "succeeded",
                    Fate::Refused { .. } => false,
                };
                results -= usize::from(made_nothing || !is_collected(item));
                continue;
            }
            let model = Service::model(item);
            let price = start.prices[model].max(self.dearest(model));
            is_empty |= start.limit.is_some_and(|limit| self.spent(start) + price > limit);
            if is_empty {
                continue;
            }
            self.submits += 1;
            results -= 1;
            let cost = match &round.fates[item] {
                Fate::Refused { times, cost } => {
                    let refused = self.refused.entry(item).or_default();
                    if *refused < *times {
                        *refused += 1;
                        continue;
                    }
                    Some(*cost)
                }
                Fate::Lost => None,
                Fate::Ends { counts, .. } => *counts,
            };
            self.sent.insert(item, Counted { reserved: start.limit.map(|_| price), cost });
        }
    }
}

/// Whether the caller says that a result is in safety; else it comes again.
fn is_collected(item: usize) -> bool {
    item % 4 != 1
}

fn client(server: &Server, dir: &tempfile::TempDir) -> Client {
    let builder =
        server.builder().polls_per_second(1e6).poll_between(Duration::ZERO, Duration::ZERO);
    builder.journal(dir.path().join("journal")).build().unwrap()
}

fn seeds(rounds: usize) -> Vec<u64> {
    match given("BUDGET_SEED") {
        Some(seed) => vec![seed.parse().unwrap()],
        None => (0..rounds as u64).collect(),
    }
}

/// One by one, restarted after random numbers of results, with and without a limit, while prices
/// change: to the millionth what the model says.
#[tokio::test]
async fn one_by_one_the_client_spends_exactly_what_the_model_spends() {
    const STARTS: usize = 5;
    for seed in seeds(size("BUDGET_ROUNDS", 60)) {
        let mut round = Round::new(seed);
        let (server, service) = round.start().await;
        let dir = tempfile::tempdir().unwrap();
        let client = client(&server, &dir);
        let mut model = Model::default();
        for number in 1..=STARTS {
            let start = round.next_start(number == STARTS);
            service.lock().unwrap().prices = start.prices;
            let mut batch = client.batch(Round::inputs()).in_flight(1).named("n");
            if let Some(limit) = start.limit {
                batch = batch.max_usd(dollars(limit));
            }
            let mut results = batch.start().await.unwrap();
            for _ in 0..start.results {
                let Some(item) = results.next().await else { break };
                if is_collected(item.index) {
                    let _ = item.result.inspect(Completed::collect);
                }
            }
            model.start(&round, &start);
            let about = format!("BUDGET_SEED={seed}, start {number}");
            let submits = service.lock().unwrap().submits;
            let spent = results.usd();
            let expected = u32::try_from(model.spent(&start)).expect("a small amount");
            assert_eq!((submits, spent), (model.submits, f64::from(expected) / 1e6), "{about}");
        }
    }
}

/// Many at once, restarted at random: never more than the limit, and what jobs have cost more than
/// the catalog says.
#[tokio::test]
async fn many_at_once_the_limit_is_exceeded_only_by_dearer_jobs() {
    let (mut limits, mut billed, mut submits) = (0, 0, 0);
    for seed in seeds(size("BUDGET_ROUNDS", 60)) {
        let mut round = Round::new(seed);
        let (server, service) = round.start().await;
        let dir = tempfile::tempdir().unwrap();
        let client = client(&server, &dir);
        for start in 1..=3 {
            let in_flight = round.random.usize(2..12);
            let limit = dollars(round.limit);
            let batch =
                client.batch(Round::inputs()).in_flight(in_flight).max_usd(limit).named("n");
            let mut results = batch.start().await.unwrap();
            let count = if start == 3 { usize::MAX } else { round.random.usize(0..JOBS) };
            for _ in 0..count {
                match results.next().await {
                    Some(item) => _ = item.result.inspect(Completed::collect),
                    None => break,
                }
            }
        }
        let service = service.lock().unwrap();
        assert_eq!(service.breach, None, "BUDGET_SEED={seed}");
        let allowed = round.limit + service.dearer();
        assert!(service.billed() <= allowed, "BUDGET_SEED={}: {}", round.seed, service.billed());
        limits += round.limit;
        billed += service.billed();
        submits += service.submits;
    }
    println!(
        "budget: {submits} submits, limits {limits}, billed {billed} (millionths of a dollar)"
    );
}
