//! Judgements that do not come soon are done without: on some schemas the crate does not end.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{Oracle, Verdict};

/// How long the judgements of one schema may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// It may judge recursively what is nested as deep as JSON may be.
const STACK: usize = 64 << 20;

/// What a schema says of an instance, and why where it refuses it.
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
}

/// Judges instances by a schema, or says why that cannot be done.
pub(crate) fn judgements(schema: &Value, instances: &[Value]) -> Result<Vec<Judgement>, String> {
    let (schema, instances) = (schema.clone(), instances.to_vec());
    let judged = within(PATIENCE, move || {
        let oracle = Oracle::new(&schema)?;
        let judge = |instance| {
            let verdict = oracle.judge(instance);
            let is_refused = verdict == Verdict::Refused;
            let reason = if is_refused { oracle.reason(instance) } else { String::new() };
            Judgement { verdict, reason }
        };
        Ok(instances.iter().map(judge).collect())
    });
    judged.unwrap_or_else(|| Err(format!("the judge takes longer than {PATIENCE:?}")))
}

/// What work results in, if it ends in time. If not, it is left behind with its thread.
fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, result) = mpsc::channel();
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || done.send(work()));
    thread.ok()?;
    result.recv_timeout(patience).ok()
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use serde_json::json;

    use super::{Verdict, judgements, within};

    #[test]
    fn what_takes_too_long_is_done_without() {
        let short = Duration::from_millis(20);
        assert_eq!(within(short, || sleep(Duration::from_secs(5))), None);
        assert_eq!(within(Duration::from_secs(5), || 7), Some(7));
        assert_eq!(within(Duration::from_secs(5), || -> u8 { panic!("on purpose") }), None);
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        let judged = judgements(&json!({"minimum": 2}), &[json!(1), json!(2)]);
        let judged = judged.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(judged[0].verdict, Verdict::Refused);
        assert!(judged[0].reason.contains("less than the minimum"), "{}", judged[0].reason);
        assert_eq!(judged[1].verdict, Verdict::Accepted);
        let error = judgements(&json!({"minimum": "x"}), &[]).err().unwrap_or_default();
        assert!(error.contains('x'), "{error}");
    }
}
