//! Our polling against a loop that asks every two seconds, on the same jobs.
//!
//! `cargo test -p runcomfy --lib against_a_fixed_loop -- --nocapture` prints the figures.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
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

/// A job under observation, as `job::watch` has it.
struct Watched {
    job: Job,
    state: PollState,
    due: f64,
    seen: f64,
    since: Option<f64>,
}

impl Watched {
    fn new(model: usize, job: Job, lives: &[Lifetimes], rng: &mut fastrand::Rng) -> Self {
        let state = PollState::default();
        let mut watched = Self { job, state, due: 0.0, seen: 0.0, since: None };
        watched.plan(&lives[model], rng);
        watched
    }

    /// Another job of the model has ended; whether the next poll comes earlier for it.
    fn reconsider(&mut self, now: f64, lives: &Lifetimes, rng: &mut fastrand::Rng) -> bool {
        let s = Duration::from_secs_f64;
        match (&mut self.state.phase, self.since) {
            (Phase::Queued(_), _) => return false,
            (Phase::Running(running), Some(since)) => *running = s(now - since),
            _ => {}
        }
        self.state.elapsed = s(now);
        let due = now + next_delay(&self.state, lives, BOUNDS, rng.f64()).as_secs_f64() + 0.000_3;
        let earlier = due < self.due;
        self.due = self.due.min(due);
        earlier
    }

    fn plan(&mut self, lives: &Lifetimes, rng: &mut fastrand::Rng) {
        self.state.elapsed = Duration::from_secs_f64(self.due);
        self.due += next_delay(&self.state, lives, BOUNDS, rng.f64()).as_secs_f64() + 0.000_3;
    }

    /// The poll that is due; whether it saw the end.
    fn poll(&mut self, lives: &mut Lifetimes, rng: &mut fastrand::Rng, tally: &mut Tally) -> bool {
        let s = |seconds: f64| Duration::from_secs_f64(seconds.max(0.0));
        let (job, now) = (&self.job, self.due);
        self.state.elapsed = s(now);
        tally.polls += 1.0;
        if now >= job.queued + job.runs {
            tally.polls += if ask(&self.state, lives) == Ask::Status { 1.0 } else { 0.0 };
            tally.delay += now - job.queued - job.runs;
            if !matches!(self.state.phase, Phase::Queued(_)) {
                let since = self.since.unwrap_or(0.0);
                lives.ended(s(self.seen - since), s(now - since));
            }
            return true;
        }
        if now < job.queued {
            self.state.phase = Phase::Queued(Some(job.ahead));
        } else {
            let queued = matches!(self.state.phase, Phase::Queued(_));
            let guess = if queued { f64::midpoint(self.seen, now) } else { 0.0 };
            let since = *self.since.get_or_insert(guess);
            lives.watched(s(self.seen - since), s(now - since));
            self.state.phase = Phase::Running(s(now - since));
        }
        self.seen = now;
        self.plan(lives, rng);
        false
    }
}

/// One job after the other.
fn in_turn(jobs: Vec<Job>, lives: &mut [Lifetimes], rng: &mut fastrand::Rng, tally: &mut Tally) {
    for job in jobs {
        let model = job.model;
        let mut watched = Watched::new(model, job, lives, rng);
        while !watched.poll(&mut lives[model], rng, tally) {}
    }
}

/// All jobs from the same moment on.
fn at_once(jobs: Vec<Job>, lives: &mut [Lifetimes], rng: &mut fastrand::Rng, tally: &mut Tally) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is short")]
    let due = |watched: &Watched| Reverse((watched.due * 1e6) as u64);
    let jobs = jobs.into_iter().map(|job| Some(Watched::new(job.model, job, lives, rng)));
    let mut jobs: Vec<Option<Watched>> = jobs.collect();
    let mut queue: BinaryHeap<_> = jobs.iter().flatten().map(due).zip(0_usize..).collect();
    while let Some((at, number)) = queue.pop() {
        let Some(watched) = jobs[number].as_mut().filter(|watched| due(watched) == at) else {
            continue;
        };
        let (now, model) = (watched.due, watched.job.model);
        if !watched.poll(&mut lives[model], rng, tally) {
            queue.push((due(watched), number));
            continue;
        }
        jobs[number] = None;
        if !lives[model].is_new() {
            continue;
        }
        let others = jobs.iter_mut().enumerate();
        for (number, other) in others.filter_map(|(n, other)| Some((n, other.as_mut()?))) {
            if other.job.model == model && other.reconsider(now, &lives[model], rng) {
                queue.push((due(other), number));
            }
        }
    }
}

fn fixed(job: &Job, tally: &mut Tally) {
    let end = job.queued + job.runs;
    let polls = (end / 2.0).ceil();
    tally.polls += polls + 1.0;
    tally.delay += polls * 2.0 - end;
}

/// Polls as a share of the fixed loop's, our mean delay and its mean delay.
fn compare(
    name: &str,
    per_model: usize,
    spread: f64,
    repeat: usize,
    run: fn(Vec<Job>, &mut [Lifetimes], &mut fastrand::Rng, &mut Tally),
) -> (f64, f64, f64) {
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut we, mut they, mut count) = (Tally::default(), Tally::default(), 0.0);
    for _ in 0..repeat {
        let mut lives: Vec<Lifetimes> = (0..MODELS).map(|_| Lifetimes::default()).collect();
        let jobs = mix(per_model, spread, &mut rng);
        for job in &jobs {
            fixed(job, &mut they);
            count += 1.0;
        }
        run(jobs, &mut lives, &mut rng, &mut we);
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
    for (name, per_model, spread, run) in [
        ("50 jobs a model, spread 10 %", 50, 0.10, in_turn as fn(_, &mut _, &mut _, &mut _)),
        ("50 jobs a model, spread 15 %", 50, 0.15, in_turn),
        ("200 jobs a model, spread 20 %", 200, 0.20, in_turn),
        ("100 jobs a model at once, spread 9 %", 100, 0.09, at_once),
        ("800 jobs a model at once, spread 9 %", 800, 0.09, at_once),
    ] {
        let (share, ours, theirs) = compare(name, per_model, spread, 2, run);
        assert!(share <= 1.0 / 3.0, "{name}: {share}");
        assert!(ours <= theirs, "{name}: {ours} against {theirs}");
    }
    // Nothing to learn from: fewer polls still, and a delay of a few hundredths of the job.
    let (share, ours, _) = compare("1 job a model, nothing learnt", 1, 0.15, 100, in_turn);
    assert!(share <= 0.5 && ours <= 4.0, "{share} {ours}");
}
