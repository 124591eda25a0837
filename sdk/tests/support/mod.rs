//! A server on a real socket that does what it is told, and remembers what it was asked.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runcomfy::{Client, ClientBuilder, JsonInput};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;

pub(crate) const TOKEN: &str = "very-secret-token-0123456789";
pub(crate) const MODEL: &str = "acme/paint/text-to-image";

/// What the server does with a request once it has read all of it.
#[derive(Clone)]
pub(crate) enum Act {
    /// Answers, and keeps the connection.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Answers this, and closes the connection without having said so.
    AnswerAndClose(String),
    /// Announces the whole body, sends this much of it, and closes the connection.
    Truncated { body: String, sent: usize },
    /// Announces so many bytes, sends these, and closes the connection or falls silent.
    Part {
        status: u16,
        headers: Vec<(&'static str, String)>,
        length: usize,
        sent: String,
        hang: bool,
    },
    /// Answers with bytes that need not be text, and keeps the connection.
    Bytes { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// Sends this and closes the connection.
    Raw(String),
    /// The same, of what need not be text.
    RawBytes(Vec<u8>),
    /// Closes the connection properly, without a word.
    Close,
    /// Resets the connection.
    Reset,
    /// Never answers.
    Hang,
    /// Does something else once the gate is opened.
    When(Arc<Notify>, Box<Act>),
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
    /// Which connection it came on, counted from 0.
    pub(crate) connection: usize,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    arrival: Arc<Notify>,
}

/// The acts in order, and the last one for ever.
pub(crate) fn script(
    acts: impl IntoIterator<Item = Act>,
) -> impl FnMut(&Seen) -> Act + Send + 'static {
    let mut acts: VecDeque<Act> = acts.into_iter().collect();
    move |_| match acts.len() {
        0 => Act::Hang,
        1 => acts[0].clone(),
        _ => acts.pop_front().expect("it has more than one"),
    }
}

/// A submit that is accepted as `r-1`, and then these acts for the calls that follow.
pub(crate) fn accepted_then(
    acts: impl IntoIterator<Item = Act>,
) -> impl FnMut(&Seen) -> Act + Send + 'static {
    let mut rest = script(acts);
    move |seen| {
        if seen.path.starts_with("/v1/models/") {
            json_answer(200, &json!({ "request_id": "r-1" }))
        } else {
            rest(seen)
        }
    }
}

pub(crate) fn json_answer(status: u16, body: &Value) -> Act {
    text(status, &body.to_string())
}

pub(crate) fn text(status: u16, body: &str) -> Act {
    Act::Answer { status, headers: Vec::new(), body: body.to_owned() }
}

/// Stands for the id of the job that a request asks about.
const ASKED_ABOUT: &str = "{the job that is asked about}";

pub(crate) fn status(word: &str) -> Act {
    json_answer(200, &json!({ "request_id": ASKED_ABOUT, "status": word }))
}

pub(crate) fn success() -> Act {
    let output = json!({ "image": "https://cdn.runcomfy.net/a.png?sig=hush" });
    json_answer(
        200,
        &json!({ "request_id": ASKED_ABOUT, "status": "succeeded", "output": output, "cost": 0.04 }),
    )
}

pub(crate) fn bytes(status: u16, body: impl Into<Vec<u8>>) -> Act {
    Act::Bytes { status, headers: Vec::new(), body: body.into() }
}

impl Act {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Act::Answer { headers, .. }
        | Act::Part { headers, .. }
        | Act::Bytes { headers, .. } = &mut self
        {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

impl Server {
    pub(crate) async fn start(script: impl FnMut(&Seen) -> Act + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, script)
    }

    pub(crate) fn on(
        listener: TcpListener,
        script: impl FnMut(&Seen) -> Act + Send + 'static,
    ) -> Self {
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            arrival: Arc::default(),
        };
        let script: Script = Arc::new(Mutex::new(Box::new(script)));
        let (seen, arrival) = (server.seen.clone(), server.arrival.clone());
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let talk = Talk {
                    stream,
                    connection,
                    script: script.clone(),
                    seen: seen.clone(),
                    arrival: arrival.clone(),
                };
                tokio::spawn(talk.run());
            }
        });
        server
    }

    /// A client that polls fast, so that no test has to wait.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        builder_for(self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        let line = |seen: &Seen| format!("{} {}", seen.method, seen.path);
        self.seen().iter().map(line).collect()
    }

    pub(crate) fn submits(&self) -> usize {
        let submit = |path: &&String| path.starts_with("POST /v1/models/");
        self.paths().iter().filter(submit).count()
    }

    /// Waits until so many requests have arrived.
    pub(crate) async fn requests(&self, count: usize) {
        loop {
            let arrival = self.arrival.notified();
            if self.seen.lock().unwrap().len() >= count {
                return;
            }
            arrival.await;
        }
    }
}

/// The body of what is at a URL on this machine, by hand.
pub(crate) async fn get(url: &str) -> Vec<u8> {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    answer.split_off(end)
}

/// A port that nobody else can have, and at which nobody listens until the socket does.
pub(crate) fn closed_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

pub(crate) fn builder_for(address: SocketAddr) -> ClientBuilder {
    Client::builder()
        .token(TOKEN)
        .base_url(format!("http://{address}"))
        .poll_between(Duration::ZERO, Duration::from_millis(5))
        .retry_submits_for(Duration::from_secs(20))
}

pub(crate) fn input() -> JsonInput {
    JsonInput::new(MODEL, json!({ "prompt": "a secret lighthouse" }))
}

type Script = Arc<Mutex<Box<dyn FnMut(&Seen) -> Act + Send>>>;

struct Talk {
    stream: TcpStream,
    connection: usize,
    script: Script,
    seen: Arc<Mutex<Vec<Seen>>>,
    arrival: Arc<Notify>,
}

impl Talk {
    async fn run(mut self) {
        let mut buffer = Vec::new();
        while let Ok(Some(request)) = self.read(&mut buffer).await {
            let mut act = (self.script.lock().unwrap())(&request);
            let id = request.path.split('/').nth(3).unwrap_or_default().to_owned();
            self.seen.lock().unwrap().push(request);
            self.arrival.notify_waiters();
            while let Act::When(gate, then) = act {
                gate.notified().await;
                act = *then;
            }
            if let Act::Answer { body, .. } = &mut act {
                *body = body.replace(ASKED_ABOUT, &id);
            }
            match self.perform(act).await {
                Ok(true) => {}
                Ok(false) | Err(_) => return,
            }
        }
    }

    /// The next request; `None` when the client has closed the connection.
    async fn read(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Seen>> {
        loop {
            if let Some(request) = self.parse(buffer) {
                return Ok(Some(request));
            }
            let mut chunk = [0; 4096];
            match self.stream.read(&mut chunk).await? {
                0 => return Ok(None),
                n => buffer.extend_from_slice(&chunk[..n]),
            }
        }
    }

    fn parse(&self, buffer: &mut Vec<u8>) -> Option<Seen> {
        let end = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then_some(value.trim())
        });
        let length: usize = length.map_or(0, |n| n.parse().unwrap());
        if buffer.len() < end + length {
            return None;
        }
        let body = String::from_utf8_lossy(&buffer[end..end + length]).into_owned();
        buffer.drain(..end + length);
        let mut words = head.split(' ').map(str::to_owned);
        Some(Seen {
            method: words.next()?,
            path: words.next()?,
            head,
            body,
            connection: self.connection,
        })
    }

    /// Whether the connection goes on after it.
    async fn perform(&mut self, act: Act) -> io::Result<bool> {
        match act {
            Act::Answer { status, headers, body } => {
                self.send(status, &lines(&headers), body.len(), body.as_bytes()).await?;
                Ok(true)
            }
            Act::Bytes { status, headers, body } => {
                self.send(status, &lines(&headers), body.len(), &body).await?;
                Ok(true)
            }
            Act::AnswerAndClose(body) => {
                self.send(200, "", body.len(), body.as_bytes()).await?;
                Ok(false)
            }
            Act::Part { status, headers, length, sent, hang } => {
                self.send(status, &lines(&headers), length, sent.as_bytes()).await?;
                if hang {
                    std::future::pending::<()>().await;
                }
                Ok(false)
            }
            Act::Truncated { body, sent } => {
                self.send(200, "", body.len(), &body.as_bytes()[..sent]).await?;
                Ok(false)
            }
            Act::Raw(answer) => {
                self.stream.write_all(answer.as_bytes()).await?;
                Ok(false)
            }
            Act::RawBytes(answer) => {
                self.stream.write_all(&answer).await?;
                Ok(false)
            }
            Act::Close => Ok(false),
            Act::Reset => {
                self.stream.set_zero_linger()?;
                Ok(false)
            }
            Act::Hang => std::future::pending().await,
            Act::When(..) => unreachable!("the gate was opened before"),
        }
    }

    async fn send(
        &mut self,
        status: u16,
        extra: &str,
        length: usize,
        body: &[u8],
    ) -> io::Result<()> {
        let head = format!("HTTP/1.1 {status} It\r\ncontent-length: {length}\r\n{extra}\r\n");
        // In one piece: two would be held apart by Nagle's algorithm.
        let whole = [head.as_bytes(), body].concat();
        self.stream.write_all(&whole).await?;
        self.stream.flush().await
    }
}

fn lines(headers: &[(&'static str, String)]) -> String {
    headers.iter().fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n")
}
