//! The files of results.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Client;
use super::iter::Iter;
use super::runtime::Runtime;
use super::settings::settings;
use crate::download::{DownloadEvents, Existing, SavedFile, Sources};
use crate::error::Error;

/// The download of [`crate::Download`], for programs without async.
#[must_use = "a download does nothing until it is run"]
#[derive(Debug)]
pub struct Download {
    inner: crate::Download,
    runtime: Arc<Runtime>,
}

impl Client {
    /// As [`crate::Client::download`].
    pub fn download(&self, sources: impl Into<Sources>) -> Download {
        Download { inner: self.inner.download(sources), runtime: self.runtime.clone() }
    }
}

impl Download {
    settings! { "crate::Download":
        to(folder: impl Into<PathBuf>);
        named(name: impl Into<String>);
        existing(existing: Existing);
        allow_host(host: impl Into<String>);
        max_bytes(bytes: u64);
        parallel(files: usize);
        stall_timeout(limit: Duration);
        retries(times: u32);
    }

    /// Downloads; what `.await` is for [`crate::Download`].
    pub fn run(self) -> Result<Vec<SavedFile>, Error> {
        self.runtime.block_on(self.inner.into_future())
    }

    /// As [`crate::Download::events`].
    pub fn events(self) -> Iter<DownloadEvents> {
        Iter::of(self.inner.events(), &self.runtime)
    }
}
