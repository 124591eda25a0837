//! When a fault happens.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use super::fault::Fault;

/// A fault, and the requests at which it happens.
///
/// ```
/// use runcomfy::simulator::{Endpoint, Fault, Rule};
///
/// // The second submit is accepted, and the client never hears of it.
/// let rule = Rule::new(Fault::ResetAfter).on(Endpoint::Submit).nth(2);
/// // One poll in ten of any job of Google's models is cut short.
/// let rule = Rule::new(Fault::CutMidway)
///     .on(Endpoint::Status)
///     .on(Endpoint::Result)
///     .model("google/*")
///     .chance(0.1);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(super) fault: Fault,
    on: Vec<Endpoint>,
    model: Option<String>,
    job: Option<u64>,
    pub(super) skip: u64,
    pub(super) times: Option<u64>,
    pub(super) chance: Option<f64>,
    pub(super) lasts: Duration,
}

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /v1/models/{model_id}`: `"submit"`.
    Submit,
    /// `GET /v1/requests/{request_id}/status`: `"status"`.
    Status,
    /// `GET /v1/requests/{request_id}/result`: `"result"`.
    Result,
    /// `POST /v1/requests/{request_id}/cancel`: `"cancel"`.
    Cancel,
    /// `GET /v1/models`, its categories and entries: `"catalog"`.
    Catalog,
    /// `GET /files/…`: `"file"`.
    File,
}

impl Endpoint {
    const ALL: &[Self] =
        &[Self::Submit, Self::Status, Self::Result, Self::Cancel, Self::Catalog, Self::File];
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Submit => "submit",
            Self::Status => "status",
            Self::Result => "result",
            Self::Cancel => "cancel",
            Self::Catalog => "catalog",
            Self::File => "file",
        })
    }
}

impl Rule {
    /// `fault`, at every request where it makes sense.
    pub fn new(fault: impl Into<Fault>) -> Self {
        Self {
            fault: fault.into(),
            on: Vec::new(),
            model: None,
            job: None,
            skip: 0,
            times: None,
            chance: None,
            lasts: Duration::ZERO,
        }
    }

    /// Only at requests to this endpoint; given several times, to one of them. A fault does nothing
    /// where it makes no sense.
    #[must_use]
    pub fn on(mut self, endpoint: Endpoint) -> Self {
        self.on.push(endpoint);
        self
    }

    /// Only at requests to this model or to its jobs; `*` stands for any text.
    #[must_use]
    pub fn model(mut self, pattern: impl Into<String>) -> Self {
        self.model = Some(pattern.into());
        self
    }

    /// Only at requests to the job with that number, counted from 1 in the order of acceptance. A submit
    /// has no number yet: see [`nth`](Self::nth).
    #[must_use]
    pub fn job(mut self, number: u64) -> Self {
        self.job = Some(number);
        self
    }

    /// Only at the one of those requests with that number, counted from 1.
    #[must_use]
    pub fn nth(self, number: u64) -> Self {
        self.skip(number.saturating_sub(1)).times(1)
    }

    /// Lets that many of them pass first.
    #[must_use]
    pub fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// At most that often.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// With that probability, from 0 to 1.
    #[must_use]
    pub fn chance(mut self, chance: f64) -> Self {
        self.chance = Some(chance);
        self
    }

    /// Once it happens, it goes on for that long, at every request that the rule is about: an outage,
    /// which [`times`](Self::times) counts once.
    ///
    /// ```
    /// use std::time::Duration;
    /// use runcomfy::simulator::{Endpoint, FalseAnswer, Rule};
    ///
    /// // The gateway forgets its routes for a minute.
    /// let rule = Rule::new(FalseAnswer::new(404).html())
    ///     .on(Endpoint::Status)
    ///     .nth(3)
    ///     .lasting(Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn lasting(mut self, time: Duration) -> Self {
        self.lasts = time;
        self
    }

    /// Whether a request is one of those that the rule is about.
    pub(super) fn is_about(
        &self,
        endpoint: Endpoint,
        model: Option<&str>,
        job: Option<u64>,
    ) -> bool {
        let here = if self.on.is_empty() {
            self.fault.usual_on(endpoint)
        } else {
            self.on.contains(&endpoint) && self.fault.makes_sense_on(endpoint)
        };
        let fits = |pattern: &str| model.is_some_and(|model| matches(pattern, model));
        here && self.model.as_deref().is_none_or(fits) && (self.job.is_none() || self.job == job)
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "rule")]
struct Written {
    #[serde(rename = "do")]
    fault: Fault,
    #[serde(default)]
    on: Vec<Endpoint>,
    model: Option<String>,
    job: Option<u64>,
    #[serde(default)]
    skip: u64,
    times: Option<u64>,
    chance: Option<f64>,
    #[serde(default)]
    lasts_ms: u64,
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let refuse = |reason: String| Err(de::Error::custom(reason));
        let fault = &written.fault;
        if let Some(on) = written.on.iter().find(|on| !fault.makes_sense_on(**on)) {
            let possible = Endpoint::ALL.iter().filter(|on| fault.makes_sense_on(**on));
            let possible: Vec<String> = possible.map(|on| format!("`{on}`")).collect();
            let possible = possible.join(", ");
            return refuse(format!(
                "this fault makes no sense on `{on}`, only on {possible} ({fault})"
            ));
        }
        if written.job.is_some() && written.on.contains(&Endpoint::Submit) {
            return refuse("a submit has no `job` yet: use `skip` and `times`".to_owned());
        }
        if let Some(chance) = written.chance.filter(|chance| !(0.0..=1.0).contains(chance)) {
            return refuse(format!("a `chance` is from 0 to 1, not {chance}"));
        }
        Ok(Self {
            fault: written.fault,
            on: written.on,
            model: written.model,
            job: written.job,
            skip: written.skip,
            times: written.times,
            chance: written.chance,
            lasts: Duration::from_millis(written.lasts_ms),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Faults;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, fits) in [
            ("a/b", "a/b", true),
            ("a/b", "a/bc", false),
            ("a/*", "a/b/c", true),
            ("*/text-to-image", "google/x/text-to-image", true),
            ("*/text-to-image", "google/x/text-to-image/lora", false),
            ("*o*o*", "google", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_wrong_file_says_what_is_wrong() {
        for (text, words) in [
            (r#"{"do":"reset"}"#, "unknown variant `reset`, expected one of"),
            (r#"{"do":"reset_after","onn":[]}"#, "unknown field `onn`, expected one of `do`, `on`"),
            (r#"{"do":"reset_after","on":["submits"]}"#, "unknown variant `submits`"),
            (
                r#"{"do":"missing_request_id","on":["file"]}"#,
                "no sense on `file`, only on `submit`",
            ),
            (r#"{"do":"reset_after","job":1,"on":["submit"]}"#, "has no `job` yet"),
            (r#"{"do":"reset_after","chance":5}"#, "from 0 to 1, not 5"),
            (r#"{"do":{"answer":{"status":42}}}"#, "42 is not an HTTP status"),
            (r#"{"do":{"answer":{"status":429,"retry_after":[]}}}"#, "seconds or a text"),
            (r#"{"do":{"answer":{"status":429,"retry":1}}}"#, "unknown field `retry`"),
            (r#"{"do":{"redirect":{"too":1}}}"#, "unknown field `too`"),
            (r#"{"do":{"late_output":{"answer":1}}}"#, "unknown field `answer`"),
            (r#"{"do":{"encoding":"utf-7"}}"#, "unknown variant `utf-7`"),
            ("{}", "missing field `do`"),
        ] {
            let file = format!(r#"{{"rules":[{text}]}}"#);
            let error = Faults::from_json(&file).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
            assert!(error.contains("line 1"), "{text}: {error}");
        }
    }
}
