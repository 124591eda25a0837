//! What a call costs on top of the network: submit, poll and result by the client, against the same
//! three requests by bare reqwest, to the same simulator on this machine, one after the other.
//!
//! The job is done at once, so nobody waits. The client is measured as it is used: inputs are
//! checked, every answer is read into its type, and once it has learnt how long jobs take it asks for
//! the result without asking for the status first. `same calls` leaves the status out on the other
//! side, too: what is left of the difference is the client's own work.
//!
//! `cargo bench -p runcomfy --bench overhead`; `CYCLES` is how many of each (1,000). With
//! `TABLE` set it prints what `cargo xtask bench` reads, too.

use std::time::{Duration, Instant};

use runcomfy::Client;
use runcomfy::models::google::nano_banana_2::text_to_image::Input;
use runcomfy::simulator::{QueuePace, Simulator};
use serde_json::Value;

const ROUNDS: usize = 5;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let cycles = std::env::var("CYCLES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let simulator = Simulator::builder()
        .compiled_models()
        .queue(QueuePace::instant())
        .start()
        .await
        .expect("a port is free");
    let base = simulator.url().to_string();
    let client = Client::builder().token("bench").base_url(&base).polls_per_second(1e6);
    let client = client.build().expect("the settings are good");
    let bare = Bare::new(&base);
    for _ in 0..50 {
        ours(&client).await;
        bare.cycle(true).await;
    }

    println!("{cycles} cycles a round, median of a cycle, interleaved");
    println!(
        "{:>5} {:>12} {:>12} {:>7} {:>12} {:>7}",
        "round", "runcomfy", "reqwest", "ratio", "same calls", "ratio"
    );
    let mut ratios = (Vec::new(), Vec::new());
    let mut rounds = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let mut times = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..cycles {
            times.0.push(timed(ours(&client)).await);
            times.1.push(timed(bare.cycle(true)).await);
            times.2.push(timed(bare.cycle(false)).await);
        }
        let (ours, three, two) = (median(times.0), median(times.1), median(times.2));
        let (to_three, to_two) = (ratio(ours, three), ratio(ours, two));
        println!(
            "{round:>5} {ours:>12.1?} {three:>12.1?} {to_three:>7.3} {two:>12.1?} {to_two:>7.3}"
        );
        ratios.0.push(to_three);
        ratios.1.push(to_two);
        rounds.0.extend([ours, three]);
        rounds.1.extend([ours, two]);
    }
    report("submit, status, result", ratios.0);
    report("submit, result", ratios.1);
    if std::env::var_os("TABLE").is_some() {
        table("bare reqwest: submit, status, result", &rounds.0);
        table("bare reqwest: submit, result", &rounds.1);
    }
}

async fn ours(client: &Client) {
    client.run(Input::new("a lighthouse at dusk").num_images(2)).await.expect("it succeeds");
}

async fn timed<T>(work: impl Future<Output = T>) -> Duration {
    let start = Instant::now();
    work.await;
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn report(calls: &str, mut ratios: Vec<f64>) {
    ratios.sort_by(f64::total_cmp);
    let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
    println!(
        "{:.2} x bare reqwest ({calls}), from {least:.2} to {most:.2}",
        ratios[ratios.len() / 2]
    );
}

/// What `cargo xtask bench` reads: microseconds, ours and theirs in turns.
fn table(alternative: &str, rounds: &[Duration]) {
    let cells: Vec<_> =
        rounds.iter().map(|time| format!("{:.1}", time.as_secs_f64() * 1e6)).collect();
    println!("one job from submit to result\t{alternative}\t{}", cells.join("\t"));
}

/// What somebody writes who has only reqwest, and no fault to handle.
struct Bare {
    http: reqwest::Client,
    base: String,
}

impl Bare {
    fn new(base: &str) -> Self {
        // The client has installed it, if it was the first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("the settings are good");
        Self { http, base: base.trim_end_matches('/').to_owned() }
    }

    async fn cycle(&self, with_status: bool) {
        let submit = self
            .http
            .post(format!("{}/v1/models/{}", self.base, Input::MODEL_ID))
            .header("content-type", "application/json")
            .body(r#"{"prompt":"a lighthouse at dusk","num_images":2}"#);
        let id = self.json(submit).await["request_id"].as_str().expect("an id").to_owned();
        if with_status {
            let status = format!("{}/v1/requests/{id}/status", self.base);
            while self.json(self.http.get(&status)).await["status"] != "completed" {}
        }
        let result = self.http.get(format!("{}/v1/requests/{id}/result", self.base));
        assert!(self.json(result).await["output"].is_object());
    }

    async fn json(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth("bench").send().await.expect("it is sent");
        let body = answer.bytes().await.expect("it is read");
        serde_json::from_slice(&body).expect("it is JSON")
    }
}
