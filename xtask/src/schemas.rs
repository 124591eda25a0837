//! Reads schemas, and what they refer to, from disk.

use std::io::{self, Read};
use std::path::Path;

use runcomfy_codegen::folder;

pub(crate) use folder::models;

/// The text of a file, of standard input for `-`, or one line on why there is none.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    if path.as_os_str() != "-" {
        return folder::read(path);
    }
    let mut bytes = Vec::new();
    // The generator refuses what is longer.
    let read = io::stdin().take(17 << 20).read_to_end(&mut bytes);
    read.map_err(|error| format!("cannot be read: {error}"))?;
    folder::pasted(bytes)
}

/// The absolute URI of a file.
pub(crate) fn base(file: &Path) -> String {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut uri = String::from("file://");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(byte.into());
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The text of a document that a schema refers to: a file, or one of the folder that stands for
/// `http://localhost:1234/`.
pub(crate) fn load(uri: &str, remotes: Option<&Path>) -> Option<String> {
    let path = match (uri.strip_prefix("file://"), uri.strip_prefix("http://localhost:1234/")) {
        (Some(path), _) => Path::new(&decoded(path)).to_owned(),
        (_, Some(below)) => remotes?.join(decoded(below)),
        _ => return None,
    };
    read(&path).ok()
}

fn decoded(path: &str) -> String {
    let mut parts = path.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&part.as_bytes()[2..]);
            }
            None => bytes.extend([b"%", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
