//! Two judges' verdicts, compared and counted.

use std::collections::BTreeMap;

use runcomfy_codegen::Role;
use serde_json::Value;

use super::scratch::Verdict;
use super::{Module, word};
use crate::oracle::{self, Judgement, RoundTrip};

/// What came out.
pub(super) struct Figures {
    /// So many disagreements are shown of each module.
    most_shown: usize,
    inputs: Tally,
    outputs: Tally,
    unusable: usize,
}

/// The counts of one role.
#[derive(Default)]
struct Tally {
    modules: BTreeMap<String, usize>,
    judged: usize,
    accepted: usize,
    excluded: usize,
    rounded: usize,
    /// What an output reads though its schema refuses it.
    read_all_the_same: usize,
    wrong_accepts: usize,
    wrong_refusals: usize,
    changed: usize,
}

impl Figures {
    pub(super) fn new(most_shown: usize) -> Self {
        Self { most_shown, inputs: Tally::default(), outputs: Tally::default(), unusable: 0 }
    }

    /// The other judge does not take the schema.
    pub(super) fn unusable(&mut self, module: &Module, reason: &str) {
        self.unusable += 1;
        println!("not judged ({}): {}: {reason}", word(module.role), module.file);
    }

    pub(super) fn compare(
        &mut self,
        module: &Module,
        theirs: &Judgement,
        instance: &Value,
        ours: &Verdict,
    ) {
        let is_output = module.role == Role::Output;
        let tally = if is_output { &mut self.outputs } else { &mut self.inputs };
        tally.judged += 1;
        let disagreements = tally.modules.entry(module.file.clone()).or_default();
        let how = match (theirs.verdict, ours) {
            (oracle::Verdict::Excluded, Verdict::Accepted(_) | Verdict::Refused(_)) => {
                tally.excluded += 1;
                return;
            }
            (_, Verdict::Crashed) => {
                tally.wrong_refusals += 1;
                "crashed".to_owned()
            }
            (oracle::Verdict::Refused, Verdict::Refused(_)) => return,
            (oracle::Verdict::Refused, Verdict::Accepted(_)) if is_output => {
                tally.read_all_the_same += 1;
                return;
            }
            (oracle::Verdict::Refused, Verdict::Accepted(written)) => {
                tally.wrong_accepts += 1;
                format!("wrongly accepted: {} — read as {}", theirs.reason, cut(written))
            }
            (_, Verdict::Refused(reason)) => {
                tally.wrong_refusals += 1;
                format!("wrongly refused: {reason}")
            }
            (_, Verdict::Accepted(written)) => {
                tally.accepted += 1;
                match round_trip(is_output, instance, written) {
                    RoundTrip::Equal => return,
                    RoundTrip::Rounded => {
                        tally.rounded += 1;
                        return;
                    }
                    RoundTrip::Changed => {
                        tally.changed += 1;
                        format!("came back as {}", cut(written))
                    }
                }
            }
        };
        *disagreements += 1;
        if *disagreements <= self.most_shown {
            println!("disagreement ({}): {}: {how}", word(module.role), module.file);
            println!("    {}", cut(instance));
        }
    }

    /// Prints the counts; tells whether all agree.
    pub(super) fn report(&self) -> bool {
        for (tally, role) in [(&self.inputs, Role::Input), (&self.outputs, Role::Output)] {
            tally.report(word(role));
        }
        if self.unusable > 0 {
            println!("{} modules were not judged", self.unusable);
        }
        self.inputs.disagreements() + self.outputs.disagreements() == 0
    }
}

impl Tally {
    fn disagreements(&self) -> usize {
        self.wrong_accepts + self.wrong_refusals + self.changed
    }

    fn report(&self, word: &str) {
        let disagreeing = self.modules.values().filter(|count| **count > 0).count();
        println!(
            "{word}s: {} modules judged on {} instances, {} accepted by both; {} disagreements in \
             {disagreeing} modules: {} wrong accepts, {} wrong refusals, {} changed in a round trip",
            self.modules.len(),
            self.judged,
            self.accepted,
            self.disagreements(),
            self.wrong_accepts,
            self.wrong_refusals,
            self.changed,
        );
        println!(
            "{word}s: {} excluded (multiples beyond 53 bits), {} rounded (numbers beyond 53 bits), \
             {} read though refused",
            self.excluded, self.rounded, self.read_all_the_same,
        );
    }
}

/// An output may read `null` as absent.
fn round_trip(is_output: bool, before: &Value, after: &Value) -> RoundTrip {
    if is_output {
        oracle::round_trip(&oracle::without_nulls(before), &oracle::without_nulls(after))
    } else {
        oracle::round_trip(before, after)
    }
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}
