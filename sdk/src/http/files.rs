//! The HTTP client for the files of results: it has no token, so it can give none away.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;

use super::{Origin, built, on_this_machine, tls};
use crate::error::Error;

/// Is set up when the first file is fetched; many programs never fetch one.
pub(crate) struct FileHttp {
    user_agent: String,
    connect_timeout: Duration,
    client: OnceLock<reqwest::Client>,
}

impl FileHttp {
    pub(super) fn new(user_agent: &str, connect_timeout: Duration) -> Self {
        Self { user_agent: user_agent.to_owned(), connect_timeout, client: OnceLock::new() }
    }

    /// The client; it follows no redirect by itself and has no limit of time.
    pub(crate) fn client(&self, origin: &Origin) -> Result<reqwest::Client, Error> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        // A file in another coding would have neither the size nor the ranges that are told.
        let plain = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::for_files(origin)?)
            .default_headers(plain)
            .user_agent(&self.user_agent)
            .connect_timeout(self.connect_timeout)
            .retry(reqwest::retry::never())
            .redirect(Policy::none())
            .referer(false);
        let plain = origin.is_plain();
        let client = built(if plain { on_this_machine(builder) } else { builder })?;
        Ok(self.client.get_or_init(|| client).clone())
    }
}
