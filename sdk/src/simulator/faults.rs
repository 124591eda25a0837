//! Things that go wrong, on purpose.

mod answer;
mod body;
mod call;
mod damage;
mod decide;
mod encoding;
mod every;
mod fault;
mod job;
mod rule;
mod upload;
mod words;

use serde::Deserialize;

pub use answer::{AnswerBody, FalseAnswer};
pub use encoding::Encoding;
pub use fault::Fault;
pub use job::{Failure, LateOutput, StatusWords};
pub use rule::{Endpoint, Rule};

pub(super) use call::Call;
pub(super) use damage::{Passes, damage, redirect, rename_status};
pub(super) use decide::{Decision, Desk, Orders, Wire};
pub(super) use upload::{peek, slow};

/// The faults that a simulator injects: a list of [rules](Rule), each of which says what goes
/// wrong, where, and how often.
///
/// # Which rule applies
///
/// Every request is held against all rules, in order. A rule sees the requests to its endpoints that
/// fit its `model` and `job`; it lets the first `skip` of them pass and fires at the others, or at
/// `chance` of them, until it has fired `times` times. Delays add up. Of several faults that cannot
/// happen to one request at once (a reset and a false answer, say) the first one wins, and the other
/// rule has not fired. What is left to chance follows from the seed and the order of requests
/// alone: the same client meets the same fate in every run.
///
/// # As a file
///
/// The same in JSON, for `cargo xtask simulate --faults FILE`; a key or a word that is not known is
/// an error that names the known ones:
///
/// ```
/// use runcomfy::simulator::Faults;
///
/// let faults = Faults::from_json(r#"{
///   "seed": 7,
///   "rules": [
///     { "do": "reset_after", "on": ["submit"], "skip": 1, "times": 1 },
///     { "do": { "answer": { "status": 429, "retry_after": 2 } }, "on": ["submit"], "chance": 0.1 },
///     { "do": { "answer": { "status": 502, "body": "html", "processed": true } }, "chance": 0.05 },
///     { "do": { "answer": { "status": 200,
///                           "body": { "json": { "error_code": 400002, "error_message": "no" } } } },
///       "model": "google/*" },
///     { "do": { "status": { "word": "hibernating" } }, "on": ["status"], "job": 3 },
///     { "do": { "status": "upper" } },
///     { "do": { "fail": "list" }, "chance": 0.2 },
///     { "do": { "lose_after": 2 }, "times": 1 },
///     { "do": { "output": "bare_url" }, "model": "*/text-to-video" },
///     { "do": { "delay_ms": 300 } },
///     { "do": { "stall_ms": 60000 }, "on": ["file"], "times": 1 },
///     { "do": { "redirect": { "to": "https://elsewhere.example" } } },
///     { "do": { "refuse_connections_ms": 500 }, "on": ["status"], "chance": 0.01 },
///     { "do": "missing_request_id", "times": 1 },
///     { "do": { "encoding": "nan" }, "on": ["result"], "chance": 0.1 },
///     { "do": { "answer": { "status": 429, "processed": true,
///                           "body": { "json": { "request_id": "{request_id}" } } } }, "times": 1 },
///     { "do": { "answer": { "status": 404, "body": "html" } }, "on": ["status"], "lasts_ms": 70000 },
///     { "do": { "unfinished_result": { "status": 400, "body": { "json": { "error_code": 400005 } } } } },
///     { "do": { "late_output": { "answers": 2 } }, "chance": 0.5 },
///     { "do": { "cost": -1 }, "chance": 0.2 },
///     { "do": { "cut_after": 100000 }, "on": ["file"] },
///     { "do": { "close_idle_ms": 5 } }
///   ]
/// }"#)?;
///
/// let wrong = Faults::from_json(r#"{ "rules": [{ "do": "reset", "on": ["submit"] }] }"#);
/// assert!(wrong.unwrap_err().to_string().contains("expected one of `delay_ms`"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// | key of a rule | value | if it is left out |
/// |---|---|---|
/// | `do` | a [`Fault`], whose page lists them | needed |
/// | `on` | list of [`Endpoint`]s: `submit`, `status`, `result`, `cancel`, `catalog`, `file` | wherever the fault makes sense |
/// | `model` | a model id, in which `*` stands for any text | every model |
/// | `job` | a job's number, from 1 in the order of acceptance (not with `submit`) | every job |
/// | `skip` | how many requests pass first | 0 |
/// | `times` | how often it fires at most | no limit |
/// | `chance` | from 0 to 1 | 1 |
/// | `lasts_ms` | how long it goes on once it has fired | that request only |
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    #[serde(default)]
    pub(super) seed: Option<u64>,
    pub(super) rules: Vec<Rule>,
}

impl Faults {
    /// No faults yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads them from JSON, as described [above](Self#as-a-file).
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Adds a rule, after those that are there.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds a script: the first request to `endpoint` meets the first fault, and so on; `None` lets
    /// one pass.
    ///
    /// ```
    /// use runcomfy::simulator::{Endpoint, FalseAnswer, Fault, Faults};
    ///
    /// // Turned away twice, then accepted but never told so.
    /// let busy = Fault::from(FalseAnswer::too_many_requests());
    /// let faults = Faults::new().script(
    ///     Endpoint::Submit,
    ///     [Some(busy.clone()), Some(busy), Some(Fault::ResetAfter)],
    /// );
    /// ```
    #[must_use]
    pub fn script(
        mut self,
        endpoint: Endpoint,
        faults: impl IntoIterator<Item = Option<Fault>>,
    ) -> Self {
        for (before, fault) in (0..).zip(faults) {
            let rule = |fault| Rule::new(fault).on(endpoint).skip(before).times(1);
            self.rules.extend(fault.map(rule));
        }
        self
    }

    /// What is left to chance follows from this number; without it, from the simulator's seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Every kind of fault, each with that chance and none of them slow: the weather for a test that
    /// nothing is paid twice and nothing is lost.
    #[must_use]
    pub fn of_every_kind(chance: f64) -> Self {
        let rules = Fault::every_kind().into_iter().map(|fault| Rule::new(fault).chance(chance));
        Self { seed: None, rules: rules.collect() }
    }
}
