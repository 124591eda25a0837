//! Files of this machine as `data:` URIs.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::OutputKind;
use crate::data_uri;
use crate::error::{Error, Kind};
use crate::format::recognize;

use super::limits::{cap, mebibytes, noun};

/// A medium of this kind, as it is sent.
pub(super) fn encoded(kind: OutputKind, bytes: &[u8]) -> Result<String, Error> {
    let refused = |why| format!("the bytes cannot be sent as {}: {why}", noun(kind));
    media_type(kind, bytes)
        .map(|media_type| data_uri::encode(media_type, bytes))
        .map_err(|why: String| Error::new(Kind::Invalid, refused(why)))
}

/// A medium of this kind in a file, as it is sent.
pub(super) fn read(kind: OutputKind, path: &Path) -> Result<String, Error> {
    let bytes = contents(kind, path).map_err(|error| Error::disk("read", path, error))?;
    encoded(kind, &bytes).map_err(|error| error.regarding(&path.display().to_string()))
}

/// No more than is needed to see that it is too much.
fn contents(kind: OutputKind, path: &Path) -> io::Result<Vec<u8>> {
    // Before it is opened: a pipe that nobody writes to would be waited for without end.
    regular(&path.metadata()?)?;
    let file = File::open(path)?;
    regular(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.take(cap(kind) + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn regular(file: &Metadata) -> io::Result<()> {
    if file.is_file() {
        return Ok(());
    }
    if file.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let words = "it is a pipe, a socket or a device, and only regular files can be read";
    Err(io::Error::new(io::ErrorKind::InvalidInput, words))
}

fn media_type(kind: OutputKind, bytes: &[u8]) -> Result<&'static str, String> {
    if bytes.is_empty() {
        return Err("there are none".to_owned());
    }
    if bytes.len() as u64 > cap(kind) {
        let cap = mebibytes(cap(kind));
        return Err(format!(
            "they are more than {cap}, the most that can be sent along; give a URL"
        ));
    }
    match recognize(bytes) {
        None => Err(format!("they do not begin like {} in any known format", noun(kind))),
        Some(format) if !format.kinds.contains(&kind) => {
            Err(format!("they are {}, and not {}", format.name, noun(kind)))
        }
        Some(format) => Ok(format.media_type_as(kind)),
    }
}
