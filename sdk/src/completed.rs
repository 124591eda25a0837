//! A finished job and what it made.

use std::fmt;

use serde_json::Value;

use crate::data_uri::DataUri;
use crate::job::JobToken;
use crate::journal::Collector;
use crate::money::dollars;

/// A job that succeeded: what it made, and what it cost.
///
/// ```no_run
/// # async fn f(client: runcomfy::Client, input: runcomfy::JsonInput) -> Result<(), runcomfy::Error> {
/// let done = client.run(input).await?;
/// println!("{} made {:?} for {:?} USD", done.request_id(), done.media_urls(), done.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Completed<T> {
    /// What the model made.
    pub output: T,
    /// What it cost in US dollars, where the service says so. Zero may mean that it has not worked
    /// out the cost yet.
    pub cost: Option<f64>,
    /// When the service accepted the job, in its own spelling.
    pub created_at: Option<String>,
    /// When the job ended, in the service's own spelling.
    pub finished_at: Option<String>,
    /// The whole answer of the result call, as it came.
    pub raw: Value,
    pub(crate) job: JobToken,
    /// Marks the job as collected.
    pub(crate) collector: Option<Collector>,
}

impl<T> Completed<T> {
    pub(crate) fn new(job: JobToken, output: T, raw: Value) -> Self {
        let text = |key| raw.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            output,
            cost: raw.get("cost").and_then(dollars),
            created_at: text("created_at"),
            finished_at: text("finished_at"),
            raw,
            job,
            collector: None,
        }
    }

    pub(crate) fn collected_by(mut self, collector: Option<Collector>) -> Self {
        self.collector = collector;
        self
    }

    /// The id of the job.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.job.request_id()
    }

    /// The job, for a log or a database.
    #[must_use]
    pub fn job(&self) -> &JobToken {
        &self.job
    }

    /// Marks the job as [collected](crate::Journal#collecting): what it made is safe. From now on
    /// neither [`recover`](crate::Client::recover) nor a [named batch](crate::Batch::named) brings it
    /// again.
    ///
    /// A [`download`](crate::Client::download) of all its files does the same, so this is for results
    /// that are kept in another way. Without a [`Journal`](crate::Journal) it does nothing. It does not
    /// wait for the disk: a program that is killed right after may find the job listed once more.
    pub fn collect(&self) {
        if let Some(collector) = &self.collector {
            collector.collect();
        }
    }

    /// Every file that the job made: all URLs found anywhere in its output, `data:` URIs among
    /// them, each of them once, in the order of the output.
    ///
    /// [`Client::download`](crate::Client::download) fetches them.
    #[must_use]
    pub fn media_urls(&self) -> Vec<String> {
        media_urls(&self.raw)
    }
}

/// Shows neither output nor URLs: they may be signed.
impl<T> fmt::Debug for Completed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completed")
            .field("job", &self.job)
            .field("cost", &self.cost)
            .field("media_urls", &self.media_urls().len())
            .finish_non_exhaustive()
    }
}

/// The URLs in the `output` of a result, each of them once, in order.
pub(crate) fn media_urls(result: &Value) -> Vec<String> {
    let mut urls = Vec::new();
    collect_urls(result.get("output").unwrap_or(&Value::Null), &mut urls);
    urls
}

fn collect_urls(value: &Value, urls: &mut Vec<String>) {
    match value {
        Value::String(text) if is_url(text) && !urls.contains(text) => urls.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_urls(item, urls)),
        Value::Object(map) => map.values().for_each(|item| collect_urls(item, urls)),
        _ => {}
    }
}

fn is_url(text: &str) -> bool {
    let starts_with = |scheme: &str| {
        text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    };
    if starts_with("data:") {
        return DataUri::parse(text).is_some_and(|uri| uri.media_type.contains('/'));
    }
    (starts_with("https://") || starts_with("http://")) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn urls_are_found_anywhere_in_the_output_and_once() {
        let result = json!({
            "result_url": "https://api/not-media",
            "output": {"images": ["https://a/1.png", "https://a/2.png", "https://a/1.png"],
                       "meta": [{"deep": {"video": "HTTPS://a/3.mp4"}}], "note": "see https://a/x",
                       "thumb": "data:image/gif;base64,R0lGODlh", "odd": "data: a, b"},
        });
        let found = [
            "https://a/1.png",
            "https://a/2.png",
            "HTTPS://a/3.mp4",
            "data:image/gif;base64,R0lGODlh",
        ];
        assert_eq!(media_urls(&result), found);
        assert_eq!(media_urls(&json!({"output": "https://a/1.png"})), ["https://a/1.png"]);
        assert!(media_urls(&json!({"output": null})).is_empty());
    }
}
