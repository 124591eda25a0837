//! The files of results, brought to the disk.

mod content;
mod events;
mod fetch;
mod leftovers;
mod name;
mod notes;
mod part;
mod place;
mod policy;
mod retry;
mod selection;
mod sources;
mod sum_up;
mod transfer;
mod version;

use std::fmt;
use std::future::IntoFuture;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tracing::Instrument;

use crate::client::{Client, Inner};
use crate::error::{Error, Kind};
use crate::job::JobToken;
use crate::journal::Journal;
use crate::media::echo::Links;
use crate::wire::Scrub;

use events::Boxed;
use name::{Name, number_all};
use place::Folder;
use policy::Policy;
use selection::Selection;
use transfer::Wanted;

pub use events::{DownloadEvent, DownloadEvents, FailedFile, SavedFile};
pub use place::Existing;
pub use sources::Sources;

/// A download that is to be; await it, or watch its [`events`](Self::events).
///
/// # What it does
///
/// Each file comes under a hidden name beside its target, is checked, is brought to the disk,
/// and only then gets its name, in one step: under a file's own name there is the whole file or
/// nothing. What breaks off goes on where it was, as long as that gets it further; what stalls is
/// asked for again.
///
/// A download that is given up, dropped, or ended with its process leaves what it has of a file,
/// and the next one of the same URL to the same folder goes on there. Both happen only where the
/// host proves, by a strong entity tag or by date and size, that it still has the same file; pieces
/// of two versions are never put together. What nobody goes on with is cleared away by the next
/// download to the folder, after a day.
///
/// A file is fetched by https and only from `*.runcomfy.net`, `*.runcomfy.com` and the
/// [hosts that are allowed](Self::allow_host); every redirect is held against that too. **The
/// token goes to none of them.** A client whose service is on this machine fetches from this
/// machine as well, by http.
///
/// A file is saved as what its first bytes say that it is, whatever its host and its URL promise,
/// with a [`Warning`](DownloadEvent::Warning) where they differ. Only what is plainly a page about
/// an error, or words where a medium should be, is not saved.
///
/// Results may repeat the URLs of their inputs. Of the URLs in a result those are therefore
/// [skipped](DownloadEvent::Skipped) that were in the job's input, as far as this client or its journal
/// knows that, and those on other hosts, if there is any on a host that files are fetched from. A
/// result in which all are on other hosts is refused, until they are [allowed](Self::allow_host).
///
/// # Names
///
/// A file has the last part of its URL as its name, made safe whatever the URL says, or the name
/// that [`named`](Self::named) gives. No file that is there already is touched, unless
/// [`existing`](Self::existing) says so.
///
/// # Collecting
///
/// When all files of a job are in place, the job is [collected](crate::Journal#collecting) in the
/// client's journal: `download(&done)` does that, and where it fails, `download(&error)` of the rest. A
/// download of single URLs, or one without any file, collects nothing.
///
/// Nor does one that has left out what may be a file of the job: a URL on another host that was not in
/// the input, [what cannot be fetched](DownloadEvent::Unclear), or a medium in place of which something
/// of another kind came, such as JSON or an image for a video. The download succeeds all the same, and
/// the job stays listed: download again, with the [host allowed](Self::allow_host) or later, or call
/// [`Completed::collect`](crate::Completed::collect).
///
/// # Errors
///
/// If one file fails the download fails, after all others have been tried. Those that were saved
/// stay and are in [`saved_files`](Error::saved_files), the rest in
/// [`failed_files`](Error::failed_files), each with an error of its own:
/// [`is_url_refused`](Error::is_url_refused), [`is_file_gone`](Error::is_file_gone),
/// [`is_interrupted`](Error::is_interrupted), [`is_wrong_content`](Error::is_wrong_content),
/// [`is_too_large`](Error::is_too_large) or [`is_disk`](Error::is_disk). The error of the whole is
/// of the first of these kinds that is no passing one. It is [`is_disk`](Error::is_disk) without any
/// `failed_files` if the folder cannot be made, [`is_config`](Error::is_config) if a host that
/// is to be allowed is none, and [`is_without_files`](Error::is_without_files) if there is no URL in
/// a result.
///
/// ```no_run
/// # async fn f(client: runcomfy::Client, input: runcomfy::JsonInput) -> Result<(), runcomfy::Error> {
/// let done = client.run(input).await?;
/// match client.download(&done).to("pictures").await {
///     Ok(files) => files.iter().for_each(|file| println!("{}", file.path.display())),
///     Err(error) if error.is_safe_to_retry() => {
///         client.download(&error).to("pictures").await?;
///     }
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a download does nothing until it is awaited"]
pub struct Download {
    client: Arc<Inner>,
    sources: Sources,
    folder: PathBuf,
    stem: Option<String>,
    existing: Existing,
    hosts: Vec<String>,
    max_bytes: u64,
    parallel: usize,
    stall: Duration,
    retries: u32,
}

impl Client {
    /// Downloads the files of a finished job, or any others, into a folder.
    ///
    /// Nothing happens until the [`Download`] is awaited.
    ///
    /// ```no_run
    /// # async fn f(client: runcomfy::Client) -> Result<(), runcomfy::Error> {
    /// let files = client.download("https://cdn.runcomfy.net/a.png").to("pictures").await?;
    /// println!("{} bytes in {}", files[0].bytes, files[0].path.display());
    /// # Ok(())
    /// # }
    /// ```
    pub fn download(&self, sources: impl Into<Sources>) -> Download {
        Download {
            client: self.inner.clone(),
            sources: sources.into(),
            folder: PathBuf::from("."),
            stem: None,
            existing: Existing::default(),
            hosts: Vec::new(),
            max_bytes: 2 * 1024 * 1024 * 1024,
            parallel: 4,
            stall: Duration::from_secs(30),
            retries: 8,
        }
    }
}

impl Download {
    /// The folder to save in, which is made if it is not there; without it, the current one.
    pub fn to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// The name of the files, without its ending, which follows their format: `cat` gives
    /// `cat.png`, and `cat-2.png` for the second of several. What no name may hold is replaced.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.stem = Some(name.into());
        self
    }

    /// What becomes of files that have the names already; they stay, and the new ones get
    /// numbers, unless it is said.
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Lets files come, and be redirected to, from this host too: `media.example.com`, or
    /// `*.example.com` for all hosts under it.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// How large a file may be; 2 GiB by default.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How many files come at the same time; 4 by default.
    pub fn parallel(mut self, files: usize) -> Self {
        self.parallel = files.max(1);
        self
    }

    /// How long a host may send nothing before the attempt is given up; 30 s by default. How long
    /// a file takes altogether is not limited.
    pub fn stall_timeout(mut self, limit: Duration) -> Self {
        self.stall = limit;
        self
    }

    /// How often a file that broke off, or that a busy host turned away, is tried again without
    /// getting any further; 8 times by default, with growing pauses of up to 30 s. With 0 nothing is
    /// tried again.
    pub fn retries(mut self, times: u32) -> Self {
        self.retries = times;
        self
    }

    /// What happens, as a stream that ends with the result. It is the same download.
    ///
    /// ```no_run
    /// # async fn f(client: runcomfy::Client, done: runcomfy::Completed<serde_json::Value>) {
    /// use runcomfy::DownloadEvent;
    ///
    /// let mut events = client.download(&done).to("videos").events();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         DownloadEvent::Progress { file, received, total: Some(total) } => {
    ///             println!("{file}: {received} of {total}");
    ///         }
    ///         DownloadEvent::Finished(Ok(files)) => println!("{} files", files.len()),
    ///         DownloadEvent::Finished(Err(error)) => eprintln!("{error}"),
    ///         _ => {}
    ///     }
    /// }
    /// # }
    /// ```
    pub fn events(self) -> DownloadEvents {
        DownloadEvents::new(self)
    }

    async fn run(
        self,
        tell: Option<UnboundedSender<DownloadEvent>>,
    ) -> Result<Vec<SavedFile>, Error> {
        let Self { client, mut sources, .. } = self;
        let (job, journal) = (sources.job.take(), sources.journal.take());
        let span = tracing::debug_span!("runcomfy.download", files = sources.len());
        let work = async {
            if sources.found && sources.is_empty() {
                return Err(without_files(sources.raw));
            }
            let policy = Policy::new(&client.http.origin, &self.hosts)?;
            let given = match &job {
                Some(job) if sources.found => given(&client, job, journal.as_ref()).await,
                _ => Links::default(),
            };
            let left_out = sources.left_out;
            let mut selection = Selection::of(sources, &given, &policy);
            let left_out = left_out || selection.may_lack_something();
            name_all(&mut selection.files, self.stem.as_deref());
            let fingerprints = selection.files.iter().filter_map(Wanted::fingerprint).collect();
            let call = Call {
                http: client.http.files.client(&client.http.origin)?,
                scrub: client.http.scrub.clone(),
                policy,
                folder: Folder::open(self.folder, self.existing, fingerprints).await?,
                max_bytes: self.max_bytes,
                stall: self.stall,
                retries: self.retries,
                tell,
            };
            let call = &call;
            selection.tell(call);
            let mut ended: Vec<_> = stream::iter(selection.files)
                .map(|wanted| async move {
                    (wanted.file, wanted.source.clone(), wanted.save(call).await)
                })
                .buffer_unordered(self.parallel)
                .collect()
                .await;
            ended.sort_by_key(|(file, ..)| *file);
            let is_other =
                |end: &Result<SavedFile, _>| end.as_ref().is_ok_and(|file| file.is_other);
            let left_out = left_out || ended.iter().any(|(.., end)| is_other(end));
            let saved = sum_up::sum_up(ended.into_iter().map(|(_, url, end)| (url, end)));
            Ok((saved.map_err(|error| error.leaving_out(left_out))?, left_out))
        };
        let ended = work.instrument(span).await;
        if let (Ok((saved, left_out)), Some(job), Some(journal)) = (&ended, &job, &journal) {
            if *left_out {
                tracing::warn!(
                    %job,
                    "the job stays listed: not all that may be a file of it was saved as what it \
                     should be; if nothing is missing, call `collect`"
                );
            } else if !saved.is_empty() {
                journal.collected(job).await;
            }
        }
        ended.map(|(saved, _)| saved).map_err(|error| match &job {
            Some(job) => error.about(job).collected_in(journal),
            None => error,
        })
    }
}

/// What a job was given: this client knows if it has submitted the job, else the journal.
async fn given(client: &Inner, job: &JobToken, journal: Option<&Journal>) -> Links {
    match (client.inputs.of(job.request_id()), journal) {
        (Some(links), _) => links,
        (None, Some(journal)) => journal.links_of(job).await,
        (None, None) => Links::default(),
    }
}

fn without_files(raw: Option<Value>) -> Error {
    let message = "the result has no file to download: no URL was found in its output, which is in \
                   the job's result (`raw`)";
    let error = Error::new(Kind::WithoutFiles, message);
    match raw {
        Some(raw) => error.keeping(raw),
        None => error,
    }
}

/// Gives the files names that differ.
fn name_all(files: &mut [Wanted], stem: Option<&str>) {
    let mut names: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
    if let Some(stem) = stem {
        // Numbered as if they all had the same ending: they belong together.
        names.fill(Name::chosen(stem, None));
    }
    number_all(&mut names);
    for (file, name) in files.iter_mut().zip(names) {
        file.name.stem = name.stem;
    }
}

/// What the files of one download share.
struct Call {
    http: reqwest::Client,
    scrub: Scrub,
    policy: Policy,
    folder: Folder,
    max_bytes: u64,
    stall: Duration,
    retries: u32,
    tell: Option<UnboundedSender<DownloadEvent>>,
}

impl Call {
    fn tell(&self, event: impl FnOnce() -> DownloadEvent) {
        if let Some(tell) = &self.tell {
            // Whoever does not listen any more does not want to know.
            let _ = tell.send(event());
        }
    }
}

impl IntoFuture for Download {
    type Output = Result<Vec<SavedFile>, Error>;
    type IntoFuture = Boxed;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run(None))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("sources", &self.sources)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
