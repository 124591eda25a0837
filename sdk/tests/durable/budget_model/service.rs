//! The service, which knows what it has billed, and what the client can know of that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Act, Seen, json_answer};

pub(super) const MODELS: [&str; 2] = ["acme/paint/text-to-image", "acme/film/text-to-video"];
pub(super) const JOBS: usize = 24;

/// What becomes of a job, decided before anything is sent; amounts in millionths of a dollar.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    /// It ends with this word; the cost as the service says it, and as it counts: `None` where it
    /// says nothing certain.
    Ends { word: &'static str, said: Option<Value>, counts: Option<u64> },
    /// It is made, and the connection breaks.
    Lost,
    /// It is turned away this often, and succeeds then.
    Refused { times: u32, cost: u64 },
}

/// The service: it knows what it has billed, and what the client can know of that.
pub(super) struct Service {
    pub(super) prices: [u64; 2],
    pub(super) fates: Vec<Fate>,
    pub(super) refused: BTreeMap<usize, u32>,
    /// The item of each job, in the order of submits.
    pub(super) jobs: Vec<usize>,
    pub(super) told: BTreeSet<usize>,
    pub(super) limit: u64,
    /// How far a submit was beyond the limit by what was certain when it arrived.
    pub(super) breach: Option<String>,
    /// How many submits arrived.
    pub(super) submits: u64,
}

impl Service {
    pub(super) fn model(item: usize) -> usize {
        usize::from(item % 3 == 2)
    }

    /// What a job has cost, as far as anybody knows: junk hides a bill of the price.
    pub(super) fn bill(&self, item: usize) -> u64 {
        let price = self.prices[Self::model(item)];
        match &self.fates[item] {
            Fate::Ends { counts, .. } => counts.unwrap_or(price),
            Fate::Lost => price,
            Fate::Refused { cost, .. } => *cost,
        }
    }

    pub(super) fn billed(&self) -> u64 {
        self.jobs.iter().map(|item| self.bill(*item)).sum()
    }

    /// By how much jobs have cost more than the catalog says.
    pub(super) fn dearer(&self) -> u64 {
        let over = |item: &usize| self.bill(*item).saturating_sub(self.prices[Self::model(*item)]);
        self.jobs.iter().map(over).sum()
    }

    pub(super) fn answer(&mut self, seen: &Seen) -> Act {
        if let Some(model) = seen.path.strip_prefix("/v1/models/") {
            let which = MODELS.iter().position(|of| *of == model).expect("a model");
            if seen.method == "POST" {
                let body: Value = serde_json::from_str(&seen.body).unwrap();
                return self.submit(usize::try_from(body["item"].as_u64().unwrap()).unwrap());
            }
            let usd = dollars(self.prices[which]);
            return json_answer(200, &json!({ "model_id": model, "base_price_usd": usd }));
        }
        let mut parts = seen.path.split(['/', '?']).skip(3);
        let id = parts.next().unwrap_or_default();
        let item = id.strip_prefix("item-").and_then(|item| item.parse::<usize>().ok());
        // The port may have been that of another test, whose client asks for its job.
        let Some(item) = item else { return json_answer(404, &json!({})) };
        if parts.next() == Some("status") {
            return json_answer(200, &json!({ "request_id": id, "status": "completed" }));
        }
        self.told.insert(item);
        let (word, cost) = match &self.fates[item] {
            Fate::Ends { word, said, .. } => (*word, said.clone()),
            Fate::Refused { cost, .. } => ("succeeded", Some(json!(dollars(*cost)))),
            Fate::Lost => panic!("nobody knows this id"),
        };
        let mut result = json!({ "request_id": id, "status": word });
        match word {
            "succeeded" => result["output"] = json!({ "image": "https://cdn.runcomfy.net/a.png" }),
            "failed" => result["error"] = json!("boom"),
            _ => {}
        }
        if let Some(cost) = cost {
            result["cost"] = cost;
        }
        json_answer(200, &result)
    }

    pub(super) fn submit(&mut self, item: usize) -> Act {
        self.submits += 1;
        // Even by the least that the client can know, there has to be money for it.
        let least = |item: &usize| {
            let (price, bill) = (self.prices[Self::model(*item)], self.bill(*item));
            if self.told.contains(item) { bill.min(price) } else { price }
        };
        let spent: u64 = self.jobs.iter().map(least).sum();
        let with_it = spent + self.prices[Self::model(item)];
        if with_it > self.limit {
            let breach = format!("item {item} was sent: {with_it} of {}", self.limit);
            self.breach.get_or_insert(breach);
        }
        if let Fate::Refused { times, .. } = &self.fates[item] {
            let refused = self.refused.entry(item).or_default();
            if *refused < *times {
                *refused += 1;
                return json_answer(422, &json!({ "detail": "no" }));
            }
        }
        assert!(!self.jobs.contains(&item), "item {item} was paid for twice");
        self.jobs.push(item);
        match self.fates[item] {
            Fate::Lost => Act::Reset,
            _ => json_answer(200, &json!({ "request_id": format!("item-{item}") })),
        }
    }
}

pub(super) fn dollars(micros: u64) -> f64 {
    f64::from(u32::try_from(micros).expect("a small amount")) / 1e6
}
