//! One of each kind.

use std::time::Duration;

use serde_json::json;

use super::answer::FalseAnswer;
use super::encoding::Encoding;
use super::fault::Fault;
use super::job::{Failure, LateOutput, StatusWords};
use crate::simulator::{FileFormat, OutputShape};

impl Fault {
    /// One of each kind, none of them slow: what a test goes through that gives each kind a chance of
    /// its own. First what happens to every endpoint or to submits, then what becomes of jobs, then
    /// their files.
    ///
    /// A kind that is added to the simulator is added here.
    #[must_use]
    pub fn every_kind() -> Vec<Self> {
        let soon = Duration::from_millis(5);
        let mut all = vec![
            Self::Delay(soon),
            Self::RefuseConnections(soon),
            Self::AcceptLate(soon),
            Self::CloseIdle(soon),
            Self::CloseIdle(Duration::ZERO),
            Self::ResetNext,
            Self::SlowUpload(20_000),
            Self::RefuseEarly { status: 413, reset: true },
            Self::RefuseEarly { status: 401, reset: false },
            Self::ResetBefore,
            Self::ResetAfter,
            Self::ResetMidway,
            Self::CutMidway,
            Self::CutAfter(1000),
            Self::Stall(soon),
            Self::WrongLength(7),
            Self::Encoding(Encoding::Nan),
            Self::Encoding(Encoding::LoneSurrogate),
            Self::Encoding(Encoding::ByteOrderMark),
            Self::Encoding(Encoding::Gzip),
            Self::Encoding(Encoding::Utf16),
            Self::Encoding(Encoding::Padded(100_000)),
            Self::UnfinishedResult(FalseAnswer::new(400).json(json!({ "error_code": 400_005 }))),
            Self::UnfinishedResult(FalseAnswer::new(404)),
            Self::AnotherJob,
            Self::Redirect { to: None },
            Self::MissingRequestId,
        ];
        all.extend(false_answers().into_iter().map(Self::Answer));
        all.extend([
            Self::Status(StatusWords::Upper),
            Self::Status(StatusWords::Synonym),
            Self::Status(StatusWords::Word("hibernating".to_owned())),
            Self::Fail(Failure::Text),
            Self::Fail(Failure::List),
            Self::Fail(Failure::Completed),
            Self::End("expired".to_owned()),
            Self::Cancelled { usd: 0.02 },
            Self::LoseAfter(1),
            Self::LateOutput(LateOutput { answers: 2, ms: 5, placeholder: None }),
            Self::LateOutput(LateOutput { answers: 1, ms: 0, placeholder: Some(json!({})) }),
            Self::Cost(json!(-1)),
            Self::Cost(json!(0)),
            Self::Cost(json!(null)),
            Self::Cost(json!("a few cents")),
            Self::LateCost(1),
            Self::EchoInput,
            Self::SlowCancel,
            Self::Output(OutputShape::Mixed),
            Self::Format(FileFormat::Avif),
            Self::Format(FileFormat::Svg),
            Self::NoEtag,
            Self::OtherVersion,
        ]);
        all
    }
}

/// Answers that are not the true ones: busy, broken, misplaced, of a gateway.
fn false_answers() -> Vec<FalseAnswer> {
    let again = json!({ "error_code": 500_001, "error_message": "try again later" });
    let busy = json!({ "error_code": 429_001, "error_message": "too many requests" });
    let with_id = json!({ "request_id": "{request_id}", "message": "conflict" });
    let nested = json!({ "error": [{ "errorCode": 429_001, "error": "upstream was busy" }] });
    let busy_until = |hint: &str| FalseAnswer::too_many_requests().retry_after(hint);
    vec![
        FalseAnswer::too_many_requests(),
        busy_until("0"),
        busy_until("-5"),
        busy_until("inf"),
        busy_until("1767225600"),
        busy_until("Thu, 01 Jan 1970 00:00:00 GMT"),
        FalseAnswer::new(200).json(busy.clone()),
        FalseAnswer::new(503),
        FalseAnswer::new(503).retry_after(0),
        FalseAnswer::new(500).processed(),
        FalseAnswer::new(502).html(),
        FalseAnswer::new(200).html().processed(),
        FalseAnswer::new(200).json(again.clone()),
        FalseAnswer::new(200).json(again).processed(),
        FalseAnswer::new(504).json(busy).processed(),
        FalseAnswer::new(500).json(nested).processed(),
        FalseAnswer::new(429).json(with_id.clone()).processed(),
        FalseAnswer::new(409).json(with_id.clone()).processed(),
        FalseAnswer::new(500).json(with_id).processed(),
        FalseAnswer::new(200).json(json!({})).processed(),
        FalseAnswer::new(401),
        FalseAnswer::new(403).html(),
        FalseAnswer::new(404).html(),
        FalseAnswer::new(302).html(),
        FalseAnswer::new(200).html().content_type("image/png").processed(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, from_value, to_value};

    use super::*;

    /// The name of a fault in a file.
    fn name(fault: &Fault) -> String {
        match to_value(fault).unwrap() {
            Value::String(name) => name,
            Value::Object(members) => members.keys().next().unwrap().clone(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn no_kind_is_forgotten() {
        let refusal = from_value::<Fault>(json!("?")).unwrap_err().to_string();
        // "unknown variant `?`, expected one of `delay_ms`, `refuse_connections_ms`, …"
        let all: BTreeSet<String> =
            refusal.split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect();
        assert!(all.len() > 30 && all.contains("delay_ms"), "{refusal}");
        assert_eq!(Fault::every_kind().iter().map(name).collect::<BTreeSet<_>>(), all);
    }

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for fault in Fault::every_kind() {
            let written = to_value(&fault).unwrap();
            assert_eq!(from_value::<Fault>(written.clone()).unwrap(), fault, "{written}");
        }
    }

    #[test]
    fn every_kind_is_told_in_words_of_its_own() {
        let all = Fault::every_kind();
        let names: BTreeSet<String> = all.iter().map(name).collect();
        let words: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
        assert!(words.len() >= names.len() && words.iter().all(|words| !words.is_empty()));
    }
}
