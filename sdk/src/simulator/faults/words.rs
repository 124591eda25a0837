//! Faults in words, for the log.

use std::fmt;

use super::fault::Fault;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(time) => write!(f, "delayed {} ms", time.as_millis()),
            Self::RefuseConnections(time) => {
                write!(f, "connections refused for {} ms", time.as_millis())
            }
            Self::AcceptLate(time) => write!(f, "connections served {} ms late", time.as_millis()),
            Self::CloseIdle(time) => {
                write!(f, "connection closed when idle for {} ms", time.as_millis())
            }
            Self::ResetNext => f.write_str("connection reset at the next request"),
            Self::SlowUpload(rate) => write!(f, "body read at {rate} bytes per second"),
            Self::RefuseEarly { status, .. } => write!(f, "refused early with {status}"),
            Self::ResetBefore => f.write_str("reset before it was read"),
            Self::ResetAfter => f.write_str("reset before the answer"),
            Self::ResetMidway => f.write_str("reset in the middle of the answer"),
            Self::CutMidway => f.write_str("answer cut in the middle"),
            Self::CutAfter(bytes) => write!(f, "answer cut after {bytes} bytes"),
            Self::Stall(time) => write!(f, "answer stalled {} ms", time.as_millis()),
            Self::WrongLength(more) => write!(f, "length wrong by {more}"),
            Self::Encoding(encoding) => write!(f, "answer with {encoding}"),
            Self::Answer(answer) => write!(f, "false answer {}", answer.status),
            Self::UnfinishedResult(answer) => write!(f, "{} until it is over", answer.status),
            Self::AnotherJob => f.write_str("answer about another job"),
            Self::Redirect { .. } => f.write_str("redirected"),
            Self::MissingRequestId => f.write_str("without its request_id"),
            Self::Status(_) => f.write_str("state in other words"),
            Self::Fail(_) => f.write_str("the job will fail"),
            Self::End(word) => write!(f, "the job will end as {word:?}"),
            Self::Cancelled { usd } => write!(f, "the job will be cancelled and cost {usd}"),
            Self::LoseAfter(polls) => write!(f, "the job will be lost after {polls} polls"),
            Self::LateOutput(_) => f.write_str("the output will come late"),
            Self::Cost(cost) => write!(f, "the cost will be {cost}"),
            Self::LateCost(_) => f.write_str("the cost will come late"),
            Self::EchoInput => f.write_str("the result will repeat the input"),
            Self::SlowCancel => f.write_str("a cancel will be promised only"),
            Self::Output(_) => f.write_str("the output takes another form"),
            Self::Format(format) => write!(f, "the files are {format}"),
            Self::NoEtag => f.write_str("without an ETag"),
            Self::OtherVersion => f.write_str("another version of the file"),
        }
    }
}
