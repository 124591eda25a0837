//! The links in the inputs of recent jobs: results may repeat them, and what a job was given it did
//! not make.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::link::fetchable;
use crate::wire::next_link;

/// Of so many jobs they are known, the latest.
const JOBS: usize = 4096;
/// So many of one input.
const LINKS: usize = 1000;

/// The links that jobs of this client were given.
#[derive(Default)]
pub(crate) struct Inputs {
    jobs: Mutex<VecDeque<(String, Links)>>,
}

/// The links of an input, of which only hashes are kept: a `data:` URI is a whole file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links(HashSet<u64>);

impl Links {
    /// The links in the body of a submit.
    pub(crate) fn of(body: &str) -> Self {
        let mut links = HashSet::new();
        let mut at = 0;
        while let Some(link) = next_link(body, at)
            && links.len() < LINKS
        {
            at = link.end;
            links.insert(hash(&body[link]));
        }
        Self(links)
    }

    pub(crate) fn contains(&self, link: &str) -> bool {
        self.0.contains(&hash(link))
    }
}

impl Inputs {
    pub(crate) fn remember(&self, request_id: &str, links: Links) {
        if links.0.is_empty() {
            return;
        }
        let mut jobs = self.lock();
        jobs.truncate(JOBS - 1);
        jobs.push_front((request_id.to_owned(), links));
    }

    /// The links that a job was given; none if it was not submitted here, or long ago.
    pub(crate) fn of(&self, request_id: &str) -> Links {
        let jobs = self.lock();
        let links = jobs.iter().find(|(id, _)| id == request_id);
        links.map(|(_, links)| links.clone()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Links)>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(link: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    fetchable(link, true).unwrap_or(link.into()).hash(&mut hasher);
    hasher.finish()
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
            "lora": { "path": "HTTPS://a.b/lora" },
        });
        let links = Links::of(&body.to_string());
        for link in [
            "https://a.b/1.png?x=1&y=2",
            " https://a.b/1.png?x=1&amp;y=2",
            "data:image/gif;base64,R0lG",
            "HTTPS://a.b/lora",
        ] {
            assert!(links.contains(link), "{link}");
        }
        for link in ["https://a.b/1.png", "https://a.b/2.png", "data:image/gif;base64,R0lH"] {
            assert!(!links.contains(link), "{link}");
        }
    }

    #[test]
    fn only_so_many_jobs_are_remembered() {
        let inputs = Inputs::default();
        let links = || Links::of("\"https://a.b/c\"");
        inputs.remember("bare", Links::of("{}"));
        for number in 0..=JOBS {
            inputs.remember(&number.to_string(), links());
        }
        let knows = |id: &str| inputs.of(id).contains("https://a.b/c");
        assert!(knows("4096") && knows("1") && !knows("0") && !knows("bare"));
        assert_eq!(inputs.lock().len(), JOBS);
    }
}
