//! From the answer of the result call to what the caller gets.

use serde_json::Value;

use super::JobToken;
use crate::client::Inner;
use crate::completed::{Completed, media_urls};
use crate::error::{Error, Kind};
use crate::input::Output;
use crate::wire::{Scrub, sentence};

/// What the caller gets of the end of a wait. Where it is how the job ended, the journal has it.
pub(super) fn hand_over<T: Output>(
    client: &Inner,
    job: &JobToken,
    end: Result<Value, Error>,
) -> Result<Completed<T>, Error> {
    let end = end.and_then(|raw| decode(job, raw));
    client.hooks.ended(job, &end);
    match end {
        Ok(done) => Ok(done.collected_in(client.hooks.journal.clone())),
        Err(error) if error.is_end_of_job() => {
            Err(error.collected_in(client.hooks.journal.clone()))
        }
        Err(error) => Err(error),
    }
}

/// Reads the output into its type. A result that does not fit was paid for all the same: the
/// error hands it over.
pub(super) fn decode<T: Output>(job: &JobToken, raw: Value) -> Result<Completed<T>, Error> {
    match T::from_value(raw.get("output").unwrap_or(&Value::Null)) {
        Ok(output) => Ok(Completed::new(job.clone(), output, raw)),
        Err(invalid) => {
            let message = format!(
                "the job succeeded, and its output does not fit the type; the error holds the \
                 raw JSON, in which there are {} URLs",
                media_urls(&raw).len(),
            );
            Err(Error::new(Kind::Decode, message).about(job).keeping(raw).caused_by(invalid))
        }
    }
}

/// A job that ran and failed, in the service's words.
pub(super) fn failed(job: &JobToken, raw: Value, scrub: &Scrub) -> Error {
    let words = sentence(raw.get("error").unwrap_or(&Value::Null));
    let words = if words.is_empty() {
        let rest = ["error_message", "message", "detail"].iter();
        let rest = rest.filter_map(|key| raw.get(*key)).map(sentence);
        rest.into_iter().next().unwrap_or_default()
    } else {
        words
    };
    let message = if words.is_empty() {
        "the job failed, and the service does not say why".to_owned()
    } else {
        format!("the job failed: {}", scrub.text(&words))
    };
    Error::new(Kind::Failed, message).about(job).keeping(raw)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::input::OutputKind;
    use crate::schema::{Invalid, Violation};

    /// An output that nothing fits.
    #[derive(Debug)]
    struct Picky;

    impl Output for Picky {
        const KIND: Option<OutputKind> = None;

        fn from_value(_: &Value) -> Result<Self, Invalid> {
            let why = Violation::new("/image".to_owned(), "type", "is no picture".to_owned());
            Invalid::unless_empty(vec![why]).map(|()| Self)
        }
    }

    fn job() -> JobToken {
        JobToken::from_request_id("r-1").unwrap()
    }

    #[test]
    fn a_result_that_does_not_fit_is_handed_over_all_the_same() {
        let url = "https://cdn/a.png?sig=hush";
        let raw = json!({ "output": { "picture": [url, url] }, "cost": "0.04" });
        let error = decode::<Picky>(&job(), raw.clone()).unwrap_err();
        assert!(error.is_decode() && error.may_have_cost() && !error.is_safe_to_retry());
        assert_eq!(error.raw(), Some(&raw));
        assert_eq!(error.media_urls(), [url]);
        assert_eq!(error.cost(), Some(0.04));
        assert_eq!(error.request_id(), Some("r-1"));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("is no picture") && !shown.contains("hush"), "{shown}");
    }

    #[test]
    fn a_failure_without_words_is_one_all_the_same() {
        let scrub = Scrub::new("t".into());
        let error = failed(&job(), json!({ "status": "failed" }), &scrub);
        assert!(error.to_string().contains("does not say why"), "{error}");
        let error = failed(&job(), json!({ "error_message": "no memory" }), &scrub);
        assert!(error.to_string().contains("no memory"), "{error}");
    }
}
