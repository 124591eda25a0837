//! The media of an input, looked at before it is submitted: the service would bill first and find
//! out later.

use url::{Host, Url};

use super::host::is_private;
use super::limits::{Measured, REQUEST_CAP, cap, mebibytes, noun};
use crate::data_uri::DataUri;
use crate::error::Error;
use crate::format::recognize;
use crate::http::is_loopback;
use crate::input::Input;
use crate::redact::is_data_uri;
use crate::schema::runtime::{Medium, Rule};
use crate::schema::{Invalid, Violation};

/// Where a service can fetch media from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// From public hosts, by https.
    Public,
    /// From this machine as well: the service is on it.
    ThisMachineToo,
    /// The caller knows, and wants no check.
    Anything,
}

/// What the service cannot use among the media of an input, each with its place.
pub(crate) fn faults<I: Input>(input: &I, reach: Reach) -> Vec<Violation> {
    let mut faults = Vec::new();
    if reach == Reach::Anything {
        return faults;
    }
    input.each_medium(&mut |pointer, medium| {
        let told = if is_data_uri(medium.text) {
            inline(&medium)
        } else {
            address(medium.text, reach).err().into_iter().collect()
        };
        let told = told.into_iter();
        faults.extend(
            told.map(|Fault(keyword, words)| Violation::new(pointer.clone(), keyword, words)),
        );
    });
    faults
}

/// The whole request has a limit too.
pub(crate) fn request(body: &str) -> Result<(), Error> {
    if body.len() <= REQUEST_CAP {
        return Ok(());
    }
    let message = format!(
        "the whole request has {}, and {} are the most that can be sent: give URLs for the largest files",
        mebibytes(body.len() as u64),
        mebibytes(REQUEST_CAP as u64),
    );
    Ok(Invalid::unless_empty(vec![Violation::new(String::new(), "format", message)])?)
}

/// The keyword that is not kept, and how.
struct Fault(&'static str, String);

fn fault(words: impl Into<String>) -> Fault {
    Fault("format", words.into())
}

/// An address that the service is to fetch from.
fn address(text: &str, reach: Reach) -> Result<(), Fault> {
    let refuse = |words: &str| Err(fault(words));
    if text.trim().is_empty() {
        return refuse("is empty, where a URL is needed");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("is no URL; a file of this machine goes in with `file` or `bytes`");
    };
    let host = url.host();
    match (url.scheme(), &host) {
        ("http" | "https", Some(host)) if reach == Reach::ThisMachineToo && is_loopback(host) => {
            Ok(())
        }
        ("https", Some(host)) if is_private(host) => Err(unreachable(host)),
        ("https", Some(_)) => Ok(()),
        ("http", _) => refuse("is plain http, and the service fetches by https only"),
        ("file", _) => refuse(
            "is a file of this machine, which the service cannot read; `file` or `bytes` send it along",
        ),
        (scheme, _) => Err(fault(format!("has the scheme {scheme:?}, and https is needed"))),
    }
}

fn unreachable(host: &Host<&str>) -> Fault {
    fault(format!("is on {host}, in a private network, where the service cannot fetch it"))
}

/// A file that is sent along.
fn inline(medium: &Medium<'_>) -> Vec<Fault> {
    let Some(uri) = DataUri::parse(medium.text) else {
        return vec![fault("is a `data:` URI without content")];
    };
    let (kind, cap) = (medium.kind, cap(medium.kind));
    if uri.size() > cap {
        return vec![fault(format!(
            "has {}, and {} that is sent along may have {}; give a URL instead",
            mebibytes(uri.size()),
            noun(kind),
            mebibytes(cap),
        ))];
    }
    let bytes = match uri.decode() {
        Ok(bytes) if bytes.is_empty() => return vec![fault("is an empty `data:` URI")],
        Ok(bytes) => bytes,
        Err(why) => return vec![fault(format!("is a broken `data:` URI: {why}"))],
    };
    if let Some(format) = recognize(&bytes)
        && !format.kinds.contains(&kind)
    {
        return vec![fault(format!("is {}, and not {}", format.name, noun(kind)))];
    }
    let measured = Measured::of(&bytes);
    let rules = medium.rules.iter().filter_map(|rule| match rule {
        Rule::Media(rules) => Some(*rules),
        _ => None,
    });
    let broken = rules.flatten().filter_map(|rule| measured.breaks(rule));
    broken.map(|words| Fault("validations", words)).collect()
}
