//! Where the service is, and the addresses of its calls.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::Error;
use crate::wire::valid_request_id;

/// Scheme, host and port; every address is built on it, never taken from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(Url);

impl Origin {
    /// Reads a base URL: `https`, or `http` on this machine only.
    ///
    /// That is a loopback address, or the very name `localhost`, which is taken for one without
    /// asking a name server. `api.localhost` would be looked up, anywhere.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| Err(Error::config(format!("the base URL {why}")));
        let Ok(mut url) = Url::parse(text.trim()) else {
            return refuse("is not a URL, such as https://model-api.runcomfy.net");
        };
        match url.scheme() {
            "https" => {}
            "http" if url.host().is_some_and(|host| is_loopback(&host)) => {}
            "http" => {
                return refuse(
                    "is plain http, over which the token could be read: only 127.0.0.1, [::1] and localhost may have that, others need https",
                );
            }
            _ => return refuse("needs the scheme https, or http on this machine"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("holds a user name or a password: give the token to the client instead");
        }
        if !matches!(url.path(), "" | "/" | "/v1" | "/v1/") {
            return refuse("has a path, which would be lost: give scheme, host and port only");
        }
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    pub(crate) fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.0.port_or_known_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The catalog, or a part of it.
    pub(crate) fn models(&self, part: &[&str]) -> Url {
        self.at(["v1", "models"].into_iter().chain(part.iter().copied()))
    }

    pub(crate) fn model(&self, model_id: &str) -> Url {
        self.at(["v1", "models"].into_iter().chain(model_id.split('/')))
    }

    pub(crate) fn status(&self, request_id: &str) -> Url {
        self.request(request_id, "status")
    }

    pub(crate) fn result(&self, request_id: &str) -> Url {
        let mut url = self.request(request_id, "result");
        url.set_query(Some("include_cost=true"));
        url
    }

    pub(crate) fn cancel(&self, request_id: &str) -> Url {
        self.request(request_id, "cancel")
    }

    fn request(&self, request_id: &str, call: &str) -> Url {
        debug_assert!(valid_request_id(request_id));
        self.at(["v1", "requests", request_id, call].into_iter())
    }

    fn at<'a>(&self, segments: impl Iterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(segments);
        }
        url
    }
}

/// Whether a host is this machine for certain, whatever a name server says.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_this_machine_are_let_in() {
        let cases = [
            ("https://model-api.runcomfy.net", "https://model-api.runcomfy.net"),
            (" https://model-api.runcomfy.net/v1/?a=b#c ", "https://model-api.runcomfy.net"),
            ("https://proxy.example:8443/", "https://proxy.example:8443"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1:1", "http://127.0.0.1:1"),
            ("http://[::1]:1", "http://[::1]:1"),
            ("http://[::ffff:127.0.0.1]:1", "http://[::ffff:7f00:1]:1"),
            ("https://api.localhost", "https://api.localhost"),
        ];
        for (text, origin) in cases {
            assert_eq!(Origin::parse(text).unwrap().as_str(), origin);
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        let cases = [
            ("model-api.runcomfy.net", "is not a URL"),
            ("http://model-api.runcomfy.net", "others need https"),
            ("http://127.0.0.1.example.com", "others need https"),
            ("http://api.localhost", "others need https"),
            ("http://localhost.", "others need https"),
            ("http://0.0.0.0:1", "others need https"),
            ("ftp://localhost", "needs the scheme https"),
            ("https://me:secret@host", "user name or a password"),
            ("https://host/gateway", "has a path"),
        ];
        for (text, why) in cases {
            let message = Origin::parse(text).unwrap_err().to_string();
            assert!(message.contains(why), "{text}: {message}");
            assert!(!message.contains("secret"));
        }
    }

    #[test]
    fn addresses_keep_the_slashes_of_a_model_id() {
        let origin = Origin::parse("https://h").unwrap();
        assert_eq!(origin.model("a/b.c/d").as_str(), "https://h/v1/models/a/b.c/d");
        assert_eq!(origin.status("r-1").as_str(), "https://h/v1/requests/r-1/status");
        assert_eq!(
            origin.result("r-1").as_str(),
            "https://h/v1/requests/r-1/result?include_cost=true"
        );
        assert_eq!(origin.cancel("r-1").as_str(), "https://h/v1/requests/r-1/cancel");
    }
}
