//! Files to be served, and a look at what has been saved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::{Act, Seen, Server, text};

/// A file that is a picture as far as its first bytes tell, and plain text all the same.
pub(crate) fn gif(words: &str) -> String {
    format!("GIF89a {words}")
}

pub(crate) fn large_gif() -> String {
    gif(&"0123456789".repeat(1000))
}

/// Answers 200 with the picture.
pub(crate) fn picture(body: &str) -> Act {
    text(200, body).header("content-type", "image/gif")
}

/// Announces the whole picture, sends this much, and breaks off.
pub(crate) fn broken_off(body: &str, sent: usize) -> Act {
    let headers = vec![("content-type", "image/gif".to_owned())];
    Act::Part {
        status: 200,
        headers,
        length: body.len(),
        sent: body[..sent].to_owned(),
        hang: false,
    }
}

/// Announces the whole picture, sends this much, and then nothing any more.
pub(crate) fn hanging(body: &str, sent: usize) -> Act {
    match broken_off(body, sent) {
        Act::Part { status, headers, length, sent, .. } => {
            Act::Part { status, headers, length, sent, hang: true }
        }
        other => other,
    }
}

/// The rest of the picture, from there on.
pub(crate) fn rest(body: &str, from: usize) -> Act {
    let range = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
    text(206, &body[from..]).header("content-range", &range)
}

/// A picture of so many bytes, of which no two pieces are equal.
pub(crate) fn numbered_gif(length: usize) -> String {
    let mut body = gif("");
    for number in 0.. {
        if body.len() >= length {
            break;
        }
        body.push_str(&format!("{number:08} "));
    }
    body.truncate(length);
    body
}

/// From where on a request asks for a file.
pub(crate) fn from(seen: &Seen) -> usize {
    let range = header(seen, "range").unwrap_or_default();
    let from = range.strip_prefix("bytes=").and_then(|range| range.strip_suffix('-'));
    from.map_or(0, |from| from.parse().unwrap())
}

/// Serves this version of a file from wherever it is asked for, as long as it is the version that is
/// asked for, and breaks off after so many bytes.
pub(crate) fn served(seen: &Seen, body: &str, tag: &str, most: usize) -> Act {
    let is_asked_for = header(seen, "if-range").is_none_or(|condition| condition == tag);
    let from = if is_asked_for { from(seen) } else { 0 };
    let rest = &body[from..];
    let mut headers = vec![("etag", tag.to_owned()), ("content-type", "image/gif".to_owned())];
    if from > 0 {
        let range = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
        headers.push(("content-range", range));
    }
    let sent = rest[..rest.len().min(most)].to_owned();
    let status = if from > 0 { 206 } else { 200 };
    Act::Part { status, headers, length: rest.len(), sent, hang: false }
}

/// The hidden files in a folder, by what their names end with.
pub(crate) fn hidden(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_hidden = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(".runcomfy-") && name.ends_with(ending)
    };
    entries.filter(is_hidden).collect()
}

/// Serves a folder of files by their paths; what is not there is not found.
pub(crate) fn folder<'a>(
    files: impl IntoIterator<Item = (&'a str, String)>,
) -> impl FnMut(&Seen) -> Act + Send + 'static {
    let files: BTreeMap<String, String> =
        files.into_iter().map(|(path, body)| (path.to_owned(), body)).collect();
    move |seen| match files.get(&seen.path) {
        Some(body) => picture(body),
        None => text(404, "nothing here"),
    }
}

impl Server {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// The names in a folder and what is in the files.
pub(crate) fn listed(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let text = std::fs::read(entry.path()).unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, String::from_utf8_lossy(&text).into_owned())
        })
        .collect()
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    listed(folder).into_keys().collect()
}

/// A header of a request.
pub(crate) fn header(seen: &Seen, name: &str) -> Option<String> {
    seen.head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
