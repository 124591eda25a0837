//! HTTP by hand, so that what happens to the socket is seen.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// What came back, and how it ended.
#[derive(Debug)]
pub(crate) struct Reply {
    /// 0 if there was no answer at all.
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// The error that ended the connection, if it was not closed in order.
    pub(crate) broken: Option<ErrorKind>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Whether fewer bytes came than were announced.
    pub(crate) fn is_cut(&self) -> bool {
        let announced = self.header("content-length").and_then(|n| n.parse().ok());
        announced.is_none_or(|announced: usize| self.body.len() < announced)
    }
}

pub(crate) fn get(url: &str) -> Reply {
    send("GET", url, &["Authorization: Bearer me"], "")
}

pub(crate) fn post(url: &str, body: &Value) -> Reply {
    send("POST", url, &["Authorization: Bearer me"], &body.to_string())
}

/// One request on a connection of its own.
pub(crate) fn send(method: &str, url: &str, headers: &[&str], body: &str) -> Reply {
    try_send(method, url, headers, body).expect("a connection")
}

/// As [`send`]; an `Err` is a connection that was never made.
pub(crate) fn try_send(method: &str, url: &str, headers: &[&str], body: &str) -> io::Result<Reply> {
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host)?;
    let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    let sent = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let broken = sent.and(read.map(drop)).err().map(|error| error.kind());
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = match end {
        Some(end) => (answer[..end].to_vec(), answer[end + 4..].to_vec()),
        None => (Vec::new(), Vec::new()),
    };
    let head = String::from_utf8(head).expect("a head of text");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Reply { status: status.unwrap_or(0), head, body, broken })
}
