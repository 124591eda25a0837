//! Ten thousand jobs in flight in one process: the memory of a waiting job, and how many polls a
//! second they make, against the same jobs asked every two seconds.
//!
//! Jobs of twelve models, which typically take from 1 s to 10 min, are submitted at once to a server
//! in a process of its own that knows nothing but the clock, and are watched for a while: the polls
//! that arrived are counted, and for the jobs that ended, how long their result lay there unseen.
//! What a loop with a fixed pause of 2 s does is known without running it. Nothing has been learnt
//! about any model at the start; `cargo test -p runcomfy --lib against_a_fixed_loop -- --nocapture`
//! simulates the same mix for a client that has seen some of them before.
//!
//! `cargo bench -p runcomfy --bench scale`; `JOBS` is how many (10,000), `SECONDS` for how long
//! (60; 700 sees the end of every job). Memory is told on Linux only.
#![expect(clippy::cast_precision_loss, reason = "counts are far from 2^52")]

use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use runcomfy::{Client, JsonInput};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout_at};

const MODELS: u64 = 12;
const FIXED_PAUSE: f64 = 2.0;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    if std::env::var_os("SERVE").is_some() {
        serve().await;
        return;
    }
    let setting = |name: &str, usual: u64| {
        std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
    };
    measure(setting("JOBS", 10_000), Duration::from_secs(setting("SECONDS", 60))).await;
}

async fn measure(jobs: u64, time: Duration) {
    let service = Service::start().await;
    let client = Client::builder().token("bench").base_url(&service.url).polls_per_second(1e6);
    let client = client.build().expect("the settings are good");
    client.submit(input(0)).await.expect("it is accepted").status().await.expect("it is known");

    let resident_before = resident_bytes();
    let mut waits = JoinSet::new();
    let mut spans = Vec::new();
    for number in 0..jobs {
        let submitted = seconds();
        let job = client.submit(input(number)).await.expect("it is accepted");
        spans.push((submitted, end_of(job.request_id())));
        waits.spawn(async move {
            let done = job.await.expect("it succeeds");
            seconds() - end_of(done.request_id())
        });
    }
    let (since, polls_before) = (seconds(), service.polls().await);
    let deadline = tokio::time::Instant::now() + time;
    sleep(Duration::from_secs(3)).await;
    if let (Some(before), Some(now)) = (resident_before, resident_bytes()) {
        println!(
            "{:.1} KB of resident memory for each of {jobs} jobs",
            (now - before) / jobs as f64 / 1e3
        );
    }

    let mut delays = Vec::new();
    while let Ok(Some(delay)) = timeout_at(deadline, waits.join_next()).await {
        delays.push(delay.expect("no panic"));
    }
    let (until, polls) = (seconds(), service.polls().await - polls_before);
    let fixed: f64 = spans.iter().map(|span| fixed_polls(*span, since, until)).sum();
    let per_second = polls as f64 / (until - since);
    println!(
        "{per_second:.0} polls a second for {:.0} s, {:.2} x a fixed 2 s loop",
        until - since,
        polls as f64 / fixed
    );
    let mean = delays.iter().sum::<f64>() / delays.len().max(1) as f64;
    println!(
        "{} ended, seen {mean:.2} s later on average; the fixed loop sees them after {:.2} s",
        delays.len(),
        FIXED_PAUSE / 2.0
    );
}

/// How often a loop asks about a job within a time: every pause until it sees the end, and then for
/// the result.
fn fixed_polls((submitted, end): (f64, f64), since: f64, until: f64) -> f64 {
    let seen = submitted + ((end - submitted) / FIXED_PAUSE).ceil() * FIXED_PAUSE;
    let asked = |by: f64| ((by.min(seen) - submitted) / FIXED_PAUSE).floor().max(0.0);
    let result = if (since..until).contains(&seen) { 1.0 } else { 0.0 };
    asked(until) - asked(since) + result
}

fn input(number: u64) -> JsonInput {
    JsonInput::new(format!("bench/model/{}", number % MODELS), json!({ "prompt": "a lighthouse" }))
}

/// The id of a job says when it ends.
fn end_of(request_id: &str) -> f64 {
    let millis = request_id.rsplit('-').next().and_then(|millis| millis.parse::<f64>().ok());
    millis.expect("the ids are ours") / 1e3
}

fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs_f64()
}

fn resident_bytes() -> Option<f64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<f64>().ok()? * 4096.0)
}

/// The server, in a process of its own, so that its memory is not counted.
struct Service {
    url: String,
    _process: Child,
}

impl Service {
    async fn start() -> Self {
        let program = std::env::current_exe().expect("it has a path");
        let mut command = Command::new(program);
        command.env("SERVE", "1").stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("it can be started");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let url = lines.next_line().await.expect("it says").expect("its address");
        Self { url, _process: process }
    }

    /// How many polls have arrived so far.
    async fn polls(&self) -> u64 {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(b"GET /polls HTTP/1.1\r\n\r\n").await.expect("it is sent");
        let mut answer = [0; 256];
        let read = stream.read(&mut answer).await.expect("it answers");
        let answer = String::from_utf8_lossy(&answer[..read]);
        answer.rsplit('\n').next().and_then(|count| count.parse().ok()).expect("a number")
    }
}

static POLLS: AtomicU64 = AtomicU64::new(0);

async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("http://{}", listener.local_addr().expect("it is bound"));
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(talk(stream));
    }
}

async fn talk(stream: TcpStream) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut path, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().ok()?;
                }
                None if line.trim_end().is_empty() => break,
                None => line.split(' ').nth(1)?.clone_into(&mut path),
                Some(_) => {}
            }
        }
        stream.read_exact(&mut vec![0; length]).await.ok()?;
        let body = answer(&path);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await.ok()?;
    }
}

fn answer(path: &str) -> String {
    if path == "/polls" {
        return POLLS.load(Ordering::Relaxed).to_string();
    }
    if let Some(model) = path.strip_prefix("/v1/models/bench/model/") {
        let millis = (seconds() + length(model.parse().unwrap_or(0))) * 1e3;
        return json!({ "request_id": format!("job-{millis:.0}") }).to_string();
    }
    POLLS.fetch_add(1, Ordering::Relaxed);
    let id = path.split('/').nth(3).unwrap_or_default();
    if seconds() < end_of(id) {
        return json!({ "request_id": id, "status": "in_progress" }).to_string();
    }
    let output = json!({ "image": "https://cdn.runcomfy.net/a.png" });
    json!({ "request_id": id, "status": "succeeded", "output": output }).to_string()
}

/// How long a job of a model takes, in seconds: from 1 s to 10 min, give or take a sixth.
fn length(model: u64) -> f64 {
    let typical = 600_f64.powf(model as f64 / (MODELS - 1) as f64);
    let spread: f64 = (0..4).map(|_| fastrand::f64() - 0.5).sum::<f64>() / 2.0;
    typical * (0.3 * spread).exp()
}
