//! How long it takes to read what others have written, against twice as much of it.
//!
//! One answer must not stop the runtime: whatever is in it, the time to read it grows as its size
//! does. Each row is a kind of answer that once took the square of that; the time is that of the whole
//! call, over a socket. `cargo bench -p runcomfy --bench foreign_text` prints it for two sizes, and
//! fails where twice the size takes more than 2.6 times as long.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use runcomfy::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What twice the size may take, in times of the simple one; what does not matter grows too.
const MOST: f64 = 2.6;
/// Shorter times are those of the machine.
const NOTHING: Duration = Duration::from_millis(2);

const ROUNDS: usize = 9;

type Kind = (&'static str, usize, fn(usize) -> (u16, String));

const KINDS: [Kind; 9] = [
    ("details of an error", 60_000, |n| {
        let details: Vec<Value> =
            (0..n).map(|n| json!({ "loc": ["body", n], "msg": format!("wrong {n}") })).collect();
        failed(&json!({ "detail": details }))
    }),
    ("words of an error", 4 << 20, |n| failed(&json!("word ".repeat(n / 5)))),
    ("members of an error", 60_000, |n| {
        let members = (0..n).map(|n| (format!("k{n}"), json!(n)));
        failed(&Value::Object(members.collect()))
    }),
    ("URLs", 50_000, |n| {
        let urls: Vec<_> = (0..n).map(|n| format!("https://cdn.runcomfy.net/{n}.png")).collect();
        succeeded(&json!({ "images": urls }))
    }),
    ("a file inside", 16 << 20, |n| {
        succeeded(&json!({ "image": format!("data:image/png;base64,{}", "A".repeat(n)) }))
    }),
    ("links of an error page", 32 << 10, |n| (500, "http:// ".repeat(n / 8))),
    ("colons of an error page", 32 << 10, |n| (500, "a://".repeat(n / 4))),
    ("what is not quite JSON", 2 << 20, |n| {
        let notes = r#""\ud800 'x'","#.repeat(n / 13);
        let output = format!(r#"{{"image":"https://cdn/a.png","notes":[{notes}NaN]}}"#);
        (200, format!(r#"{{"request_id":"r","status":"succeeded","output":{output}}}"#))
    }),
    ("brackets", 1 << 20, |n| {
        let (status, body) = succeeded(&json!("https://cdn.runcomfy.net/a.png"));
        let deep = format!("{}{}", "[".repeat(n / 2), "]".repeat(n / 2));
        (status, body.replacen('{', &format!("{{\"deep\":{deep},"), 1))
    }),
];

fn failed(error: &Value) -> (u16, String) {
    (200, json!({ "request_id": "r", "status": "failed", "error": error }).to_string())
}

fn succeeded(output: &Value) -> (u16, String) {
    (200, json!({ "request_id": "r", "status": "succeeded", "output": output }).to_string())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let answer: Answer = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    tokio::spawn(serve(listener, answer.clone()));
    let client = Client::builder().token("bench").base_url(url).build().expect("it is set up");
    let mut too_slow = 0;
    for (name, size, of_size) in KINDS {
        let answers = [of_size(size), of_size(2 * size)];
        let mut times = [Duration::MAX; 2];
        // In turn, so that what else the machine does falls on both.
        for _ in 0..ROUNDS {
            for (time, (status, body)) in times.iter_mut().zip(&answers) {
                *answer.lock().expect("no panic") = (*status, body.clone());
                *time = read(&client, *status == 500).await.min(*time);
            }
        }
        let ratio = times[1].as_secs_f64() / times[0].as_secs_f64();
        let is_linear = ratio <= MOST || times[1] < NOTHING;
        too_slow += usize::from(!is_linear);
        println!(
            "{name:24} {size:>9} {:>9.2?}   twice {:>9.2?}   {ratio:.2} x{}",
            times[0],
            times[1],
            if is_linear { "" } else { "   TOO SLOW" }
        );
    }
    assert_eq!(too_slow, 0, "the time grows faster than the size");
}

/// One look at the job, and all that is made of the answer.
async fn read(client: &Client, is_page: bool) -> Duration {
    let job = client.resume_json("r".parse().expect("it is an id"));
    let start = Instant::now();
    if is_page {
        // A wait would go on after it.
        let error = job.status().await.expect_err("it is an error page");
        assert!(format!("{error} {error:?}").len() < 10_000);
    } else {
        match job.await {
            Ok(done) => assert!(!done.media_urls().is_empty() && !format!("{done:?}").is_empty()),
            Err(error) => assert!(format!("{error} {error:?}").len() < 10_000),
        }
    }
    start.elapsed()
}

type Answer = Arc<Mutex<(u16, String)>>;

async fn serve(listener: TcpListener, answer: Answer) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(talk(stream, answer.clone()));
    }
}

async fn talk(stream: TcpStream, answer: Answer) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
        }
        let (status, body) = answer.lock().ok()?.clone();
        let head = format!("HTTP/1.1 {status} It\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await.ok()?;
    }
}
