//! Where files may be fetched from.

use url::{Host, Url};

use crate::error::Error;
use crate::http::{Origin, is_loopback};

/// Where the service keeps the files of results.
const HOSTS: [&str; 2] = ["*.runcomfy.net", "*.runcomfy.com"];

/// What is asked of every address, that of a file and those that it redirects to.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    hosts: Vec<String>,
    /// The service itself is on this machine: files may be too.
    loopback: bool,
}

impl Policy {
    pub(super) fn new(origin: &Origin, allowed: &[String]) -> Result<Self, Error> {
        let mut hosts: Vec<String> = HOSTS.map(str::to_owned).into();
        hosts.extend(origin.host().map(|host| host.to_string()));
        for host in allowed {
            hosts.push(pattern(host).ok_or_else(|| {
                Error::config(format!(
                    "{host:?} is not a host, such as \"media.example.com\" or \"*.example.com\"",
                ))
            })?);
        }
        Ok(Self { hosts, loopback: origin.is_plain() })
    }

    /// Whether it is on a host that is known as one of the service, or that is allowed.
    pub(super) fn knows(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        self.loopback && is_loopback(&host) || self.lists(&host)
    }

    fn lists(&self, host: &Host<&str>) -> bool {
        let host = host.to_string();
        let name = host.trim_end_matches('.');
        self.hosts.iter().any(|pattern| matches(pattern, name))
    }

    /// Whether a file may be fetched from there; if not, why.
    pub(super) fn check(&self, url: &Url) -> Result<(), String> {
        let Some(host) = url.host() else {
            return Err("it names no host".to_owned());
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a user name or a password".to_owned());
        }
        match url.scheme() {
            "http" if self.loopback && is_loopback(&host) => return Ok(()),
            "https" => {}
            "http" => return Err("it is plain http, and only https is fetched".to_owned()),
            scheme => return Err(format!("its scheme is {scheme}, and only https is fetched")),
        }
        if self.lists(&host) {
            return Ok(());
        }
        let host = host.to_string();
        let name = host.trim_end_matches('.');
        Err(format!("{name} is not a host that files are fetched from (see `allow_host`)"))
    }
}

fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => host == pattern,
    }
}

/// A host, or `*.` and a host, as URLs spell it.
fn pattern(text: &str) -> Option<String> {
    let (star, name) = match text.strip_prefix("*.") {
        Some(name) => ("*.", name),
        None => ("", text),
    };
    match Host::parse(name).ok().filter(|_| !name.contains('*'))? {
        // A whole top-level domain is a slip.
        Host::Domain(name) if name.contains('.') || star.is_empty() => {
            Some(format!("{star}{name}"))
        }
        Host::Domain(_) => None,
        address => star.is_empty().then(|| address.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(base: &str, allowed: &[&str]) -> Policy {
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Policy::new(&Origin::parse(base).unwrap(), &allowed).unwrap()
    }

    fn why(policy: &Policy, url: &str) -> String {
        policy.check(&Url::parse(url).unwrap()).err().unwrap_or_default()
    }

    #[test]
    fn only_the_services_hosts_are_fetched_from() {
        let policy =
            policy("https://model-api.runcomfy.net", &["media.example.com", "*.bücher.example"]);
        for url in [
            "https://cdn.runcomfy.net/a.png",
            "https://a.b.RunComfy.com./a.png",
            "https://cdn.runcomfy.net:8443/a.png",
            "https://model-api.runcomfy.net/a",
            "https://media.example.com/a",
            "https://a.b%C3%BCcher.example/a",
        ] {
            assert_eq!(why(&policy, url), "", "{url}");
        }
        for (url, reason) in [
            ("http://cdn.runcomfy.net/a.png", "plain http"),
            ("http://127.0.0.1/a.png", "plain http"),
            ("https://127.0.0.1/a.png", "127.0.0.1 is not a host"),
            ("https://[::1]/a.png", "[::1] is not a host"),
            ("https://2130706433/a.png", "127.0.0.1 is not a host"),
            ("https://runcomfy.net.evil.example/a", "not a host that files"),
            ("https://evilruncomfy.net/a", "not a host that files"),
            ("https://runcomfy.net@evil.example/a", "user name"),
            ("https://me:secret@cdn.runcomfy.net/a", "user name"),
            ("https://cdn.runcomfy.net\\@evil.example/a", ""),
            ("https://other.example.com/a", "not a host that files"),
            ("file:///etc/passwd", "names no host"),
            ("ftp://cdn.runcomfy.net/a", "scheme is ftp"),
        ] {
            let why = why(&policy, url);
            assert!(why.contains(reason) && !why.contains("secret"), "{url}: {why}");
        }
    }

    #[test]
    fn this_machine_is_allowed_where_the_service_is_on_it() {
        let policy = policy("http://127.0.0.1:4000", &[]);
        assert_eq!(why(&policy, "http://127.0.0.1:4000/a"), "");
        assert_eq!(why(&policy, "http://localhost:5000/a"), "");
        assert_eq!(why(&policy, "https://cdn.runcomfy.net/a"), "");
        assert!(why(&policy, "http://192.168.0.1/a").contains("plain http"));
        assert!(why(&policy, "http://cdn.runcomfy.net/a").contains("plain http"));
    }

    #[test]
    fn what_is_no_host_is_refused_before_anything_is_fetched() {
        let origin = Origin::parse("https://model-api.runcomfy.net").unwrap();
        for host in ["https://a.b", "*", "*.com", "a/b", "*.1.2.3.4", "", "*.*.example.com", "a b"]
        {
            let error = Policy::new(&origin, &[host.to_owned()]).unwrap_err();
            assert!(error.is_config() && error.to_string().contains("is not a host"), "{host}");
        }
    }
}
