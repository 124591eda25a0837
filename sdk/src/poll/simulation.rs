//! Our polling against a loop that asks every two seconds, on the same jobs.
//!
//! `cargo test -p runcomfy --lib against_a_fixed_loop -- --nocapture` prints the figures.

use std::time::Duration;

use super::{Ask, Bounds, Lifetimes, Phase, PollState, ask, next_delay};

/// A job of a model: in the queue for a while, then running for a while.
struct Job {
    model: usize,
    queued: f64,
    ahead: u64,
    runs: f64,
}

#[derive(Default)]
struct Tally {
    polls: f64,
    delay: f64,
}

const MODELS: usize = 12;
const BOUNDS: Bounds = Bounds { fastest: Duration::ZERO, slowest: Duration::from_secs(60) };

/// Twelve models whose jobs typically take from 1 s to 10 min, each with its own spread, and
/// every other job waiting in a queue first.
fn mix(per_model: usize, spread: f64, rng: &mut fastrand::Rng) -> Vec<Job> {
    let mut jobs = Vec::new();
    for _ in 0..per_model {
        for model in 0..MODELS {
            #[expect(clippy::cast_precision_loss, reason = "twelve is a small number")]
            let typical = 600_f64.powf(model as f64 / (MODELS - 1) as f64);
            let queued = if rng.bool() { -8.0 * rng.f64().ln() } else { 0.0 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a queue")]
            let ahead = (queued / 3.0) as u64;
            let runs = (typical * (spread * normal(rng)).exp()).clamp(0.5, 900.0);
            jobs.push(Job { model, queued, ahead, runs });
        }
    }
    jobs
}

/// A normal deviate (Box and Muller).
fn normal(rng: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

fn ours(job: &Job, lives: &mut Lifetimes, rng: &mut fastrand::Rng, tally: &mut Tally) {
    let s = Duration::from_secs_f64;
    let (mut state, mut seen, mut since, mut now) = (PollState::default(), 0.0, None, 0.0);
    loop {
        state.elapsed = s(now);
        now += next_delay(&state, lives, BOUNDS, rng.f64()).as_secs_f64() + 0.000_3;
        state.elapsed = s(now);
        let asked = ask(&state, lives);
        tally.polls += 1.0;
        if now >= job.queued + job.runs {
            tally.polls += if asked == Ask::Status { 1.0 } else { 0.0 };
            tally.delay += now - job.queued - job.runs;
            if !matches!(state.phase, Phase::Queued(_)) {
                let since = since.unwrap_or(0.0);
                lives.ended(s(f64::max(seen - since, 0.0)), s(now - since));
            }
            return;
        }
        if now < job.queued {
            state.phase = Phase::Queued(Some(job.ahead));
        } else {
            let queued = matches!(state.phase, Phase::Queued(_));
            let guess = if queued { f64::midpoint(seen, now) } else { 0.0 };
            let since = *since.get_or_insert(guess);
            lives.watched(s(f64::max(seen - since, 0.0)), s(now - since));
            state.phase = Phase::Running(s(now - since));
        }
        seen = now;
    }
}

fn fixed(job: &Job, tally: &mut Tally) {
    let end = job.queued + job.runs;
    let polls = (end / 2.0).ceil();
    tally.polls += polls + 1.0;
    tally.delay += polls * 2.0 - end;
}

/// Polls as a share of the fixed loop's, our mean delay and its mean delay.
fn compare(name: &str, per_model: usize, spread: f64, repeat: usize) -> (f64, f64, f64) {
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut we, mut they, mut count) = (Tally::default(), Tally::default(), 0.0);
    for _ in 0..repeat {
        let mut lives: Vec<Lifetimes> = (0..MODELS).map(|_| Lifetimes::default()).collect();
        for job in mix(per_model, spread, &mut rng) {
            ours(&job, &mut lives[job.model], &mut rng, &mut we);
            fixed(&job, &mut they);
            count += 1.0;
        }
    }
    let share = we.polls / they.polls;
    let (our_delay, their_delay) = (we.delay / count, they.delay / count);
    println!(
        "{name:42} polls a job {:5.1} against {:5.1} ({share:.2}), mean delay {our_delay:.2} s against {their_delay:.2} s",
        we.polls / count,
        they.polls / count,
    );
    (share, our_delay, their_delay)
}

#[test]
fn against_a_fixed_loop_a_third_of_the_polls_see_the_result_no_later() {
    for (name, per_model, spread) in [
        ("50 jobs a model, spread 10 %", 50, 0.10),
        ("50 jobs a model, spread 15 %", 50, 0.15),
        ("200 jobs a model, spread 20 %", 200, 0.20),
    ] {
        let (share, ours, theirs) = compare(name, per_model, spread, 2);
        assert!(share <= 1.0 / 3.0, "{name}: {share}");
        assert!(ours <= theirs, "{name}: {ours} against {theirs}");
    }
    // Nothing to learn from: fewer polls still, and a delay of a few hundredths of the job.
    let (share, ours, _) = compare("1 job a model, nothing learnt", 1, 0.15, 100);
    assert!(share <= 0.5 && ours <= 4.0, "{share} {ours}");
}
