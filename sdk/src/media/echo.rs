//! What in the inputs of jobs may stand for a file: results may repeat it, and what a job was given it
//! did not make.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::link::fetchable;
use super::texts::{Place, comparable, each_text, references};

/// Of so many jobs they are known, the latest.
const JOBS: usize = 4096;
/// So many of one input.
const LINKS: usize = 100;

/// The links that jobs of this client were given.
#[derive(Default)]
pub(crate) struct Inputs {
    jobs: Mutex<VecDeque<(String, Links)>>,
}

/// The links of an input, of which only hashes are kept: a `data:` URI is a whole file, and a URL may
/// be signed. Journals hold these.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Links(BTreeSet<String>);

impl Links {
    /// The links in the body of a submit.
    pub(crate) fn of(body: &str) -> Self {
        let mut links = BTreeSet::new();
        let input = serde_json::from_str(body).unwrap_or(Value::Null);
        each_text(&input, Place::Elsewhere, &mut |text, place| {
            // A link with a blank in it is repeated whole where files are listed.
            let whole = fetchable(text, true).is_some().then_some(text);
            let links_of_text = references(text, place).into_iter().chain(whole);
            links.extend(links_of_text.take(LINKS - links.len()).map(hash));
        });
        Self(links)
    }

    pub(crate) fn contains(&self, link: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&hash(link))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn hashes(&self) -> &BTreeSet<String> {
        &self.0
    }
}

impl FromIterator<String> for Links {
    fn from_iter<I: IntoIterator<Item = String>>(hashes: I) -> Self {
        Self(hashes.into_iter().collect())
    }
}

impl Inputs {
    pub(crate) fn remember(&self, request_id: &str, links: Links) {
        let mut jobs = self.lock();
        jobs.truncate(JOBS - 1);
        jobs.push_front((request_id.to_owned(), links));
    }

    /// The links that a job was given; `None` if it was not submitted here, or long ago.
    pub(crate) fn of(&self, request_id: &str) -> Option<Links> {
        let jobs = self.lock();
        let links = jobs.iter().find(|(id, _)| id == request_id);
        links.map(|(_, links)| links.clone())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Links)>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(link: &str) -> String {
    crate::submit::hash(&[comparable(link).as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_links_of_an_input_are_known_in_any_spelling() {
        let body = json!({
            "prompt": "see https://a.b/seen.png, or not",
            "image_urls": ["https://a.b/1.png?x=1&y=2", "data:image/gif;base64,R0lG"],
            "lora": { "path": "HTTPS://a.b/lora", "base": "s3://a/b" },
        });
        let links = Links::of(&body.to_string());
        for link in [
            "https://a.b/1.png?x=1&y=2",
            " https://a.b/1.png?x=1&amp;y=2",
            "data:image/gif;base64,R0lG",
            "HTTPS://a.b/lora",
            "https://a.b/seen.png",
            "s3://a/b",
        ] {
            assert!(links.contains(link), "{link}");
        }
        for link in ["https://a.b/1.png", "https://a.b/2.png", "data:image/gif;base64,R0lH"] {
            assert!(!links.contains(link), "{link}");
        }
    }

    /// Journals hold these: a change of the rule leaves the links of older ones unknown.
    #[test]
    fn the_rule_of_the_hashes_does_not_change() {
        // printf 'https://a.b/my%20cat.png' | sha256sum
        let links = Links::of(r#"{"image":"https://a.b/my cat.png"}"#);
        let hashes: Vec<_> = links.hashes().iter().collect();
        assert_eq!(hashes, ["c5caa864cba65add"]);
    }

    #[test]
    fn only_so_many_jobs_are_remembered() {
        let inputs = Inputs::default();
        let links = || Links::of("\"https://a.b/c\"");
        inputs.remember("bare", Links::of("{}"));
        assert_eq!(inputs.of("bare"), Some(Links::default()), "the journal need not be asked");
        for number in 0..=JOBS {
            inputs.remember(&number.to_string(), links());
        }
        let knows = |id: &str| inputs.of(id).is_some_and(|links| links.contains("https://a.b/c"));
        assert!(knows("4096") && knows("1") && !knows("0") && !knows("bare"));
        assert_eq!(inputs.lock().len(), JOBS);
    }
}
