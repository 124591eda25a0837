//! What of a result is downloaded, and what is left out.

use super::Call;
use super::events::DownloadEvent;
use super::policy::Policy;
use super::sources::Sources;
use super::transfer::Wanted;
use crate::media::echo::Links;
use crate::redact;

/// So much is shown of what may be a whole file.
const SHOWN: usize = 80;

/// The files to fetch, and what is left out.
///
/// A result may repeat the URLs of its input, and what is known to be one is left out, unless there is
/// nothing else. What the job made is on the service's hosts: if anything is, what is elsewhere is
/// left out as well. But that is a guess.
pub(super) struct Selection {
    pub(super) files: Vec<Wanted>,
    given: Vec<Wanted>,
    /// Each with the reason.
    foreign: Vec<(Wanted, String)>,
    /// Whether all of them were given to the job.
    is_handed_on: bool,
    /// What cannot be fetched.
    unclear: Vec<String>,
}

impl Selection {
    pub(super) fn of(sources: Sources, links: &Links, policy: &Policy) -> Self {
        let Sources { urls, found, mut unclear, .. } = sources;
        let all = urls.into_iter().enumerate().map(|(n, url)| Wanted::new(n, url));
        let is_given = |file: &Wanted| found && links.contains(&file.source);
        let (mut given, mut files): (Vec<_>, Vec<_>) = all.partition(is_given);
        unclear.retain(|text| !links.contains(text));
        let is_handed_on = files.is_empty();
        if is_handed_on {
            std::mem::swap(&mut given, &mut files);
        }
        let mut foreign = Vec::new();
        if found && files.iter().any(|file| file.is_at_home(policy)) {
            (files, foreign) = split(files, policy);
        }
        Self { files, given, foreign, is_handed_on, unclear }
    }

    /// Whether something is left out that may be a file of the job.
    pub(super) fn may_lack_something(&self) -> bool {
        !self.is_handed_on && !self.foreign.is_empty() || !self.unclear.is_empty()
    }

    /// Says what is left out.
    pub(super) fn tell(&self, call: &Call) {
        let given = self.given.iter().map(|file| (file, "the job was given it"));
        let foreign = self.foreign.iter().map(|(file, why)| (file, why.as_str()));
        for (file, why) in given.chain(foreign) {
            file.skip(call, why);
        }
        for text in &self.unclear {
            let shown: String = redact::text(text).chars().take(SHOWN).collect();
            tracing::warn!("a result holds what may be a file, and cannot be fetched");
            call.tell(|| DownloadEvent::Unclear {
                reason: format!("{shown:?} may be a file, and is not a URL that can be fetched"),
            });
        }
    }
}

fn split(all: Vec<Wanted>, policy: &Policy) -> (Vec<Wanted>, Vec<(Wanted, String)>) {
    let (mut files, mut foreign) = (Vec::new(), Vec::new());
    for file in all {
        match file.why_foreign(policy) {
            Some(why) => foreign.push((file, why)),
            None => files.push(file),
        }
    }
    (files, foreign)
}
