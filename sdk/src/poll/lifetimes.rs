//! How long jobs of a model take, learnt from those that this client has watched.

use std::time::Duration;

/// Time is cut into slices, each a little longer than the one before, up to two hours.
const SLICES: usize = 216;
const FIRST: f64 = 0.0005;
const GROWTH: f64 = 1.08;
const ENDS: [f64; SLICES] = {
    let mut ends = [FIRST; SLICES];
    let mut slice = 1;
    while slice < SLICES {
        ends[slice] = ends[slice - 1] * GROWTH;
        slice += 1;
    }
    ends
};

/// How many jobs the guess counts for that is made before anything is learnt.
const PRIOR_WEIGHT: f64 = 0.2;
/// How much of what is seen in a slice counts for the next one and for the one after it.
const NEIGHBOURS: [f64; 3] = [1.0, 0.4, 0.1];
/// The ends of so many jobs of a model are news to those that are waiting.
const NEWS: f32 = 50.0;
/// After so many jobs the old ones begin to fade.
const MEMORY: f32 = 500.0;
/// What a poll is worth: so many seconds in which a result lies unseen, less for a young job.
const PRICE: f64 = 0.034;
const PRICE_BY_AGE: f64 = 0.06;
/// By how many seconds a look may be late and still tell when a job ended.
const LATE: f64 = 2.0;

/// How often jobs ended at each age, against how often they were watched at that age.
///
/// The quotient is the hazard rate, the chance to end in the next moment for those that have
/// not ended yet. Jobs that are still running add to it as well, so the first of a batch to end
/// do not pass for the usual.
pub(crate) struct Lifetimes {
    /// Jobs that ended in each slice.
    ended: [f32; SLICES],
    /// Jobs that were watched in each slice, those that were there for a part of it in part.
    watched: [f32; SLICES],
    learnt: f32,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self { ended: [0.0; SLICES], watched: [0.0; SLICES], learnt: 0.0 }
    }
}

impl Lifetimes {
    /// How long to leave a job of this age alone: until its result is expected to have lain
    /// unseen for as long as a poll is worth. A first look comes soon, whatever has been learnt,
    /// and the next ones no more than three times as late.
    ///
    /// For a constant hazard that is the pause at which polls and delay cost the same, which
    /// makes the sum least.
    pub(crate) fn wait(&self, age: Duration) -> Duration {
        let age = age.as_secs_f64();
        let longest = longest_wait(age);
        let (mut pause, mut chance, mut unseen) = (0.0_f64, 0.0_f64, 0.0_f64);
        let mut slice = slice_of(age);
        let mut hazard = self.hazard(slice);
        loop {
            while slice < SLICES - 1 && age + pause >= ENDS[slice] {
                slice += 1;
                hazard = self.hazard(slice);
            }
            let step = (pause / 8.0).max(0.0005);
            chance += hazard * step;
            unseen += (1.0 - (-chance).exp()) * step;
            pause += step;
            if pause >= longest || unseen >= price(age + pause) {
                break;
            }
        }
        // Less than the first step is not worth a timer.
        let pause = if pause < 0.001 { 0.0 } else { pause };
        Duration::from_secs_f64(pause.min(longest))
    }

    /// Whether a job of this age has more likely ended than not, by what has been learnt.
    pub(crate) fn is_likely_over(&self, age: Duration) -> bool {
        let age = age.as_secs_f64();
        let chance: f64 =
            seconds(0.0, age).map(|(slice, seconds)| self.hazard(slice) * seconds).sum();
        self.learnt > 0.0 && chance > std::f64::consts::LN_2
    }

    /// Notes that a job was seen alive at two ages, and so in between.
    pub(crate) fn watched(&mut self, from: Duration, to: Duration) {
        for (slice, seconds) in seconds(from.as_secs_f64(), to.as_secs_f64()) {
            self.watched[slice] += narrow(seconds / length(slice));
        }
    }

    /// Notes that a job was alive at one age, and had ended at another; nobody saw when.
    ///
    /// Where the second look came later than it would have by [`wait`](Self::wait) (the process
    /// slept, the service was away), it tells of that and not of the job, and is not counted.
    pub(crate) fn ended(&mut self, from: Duration, to: Duration) {
        let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
        if to > from + longest_wait(from) + LATE {
            return;
        }
        let span = (to - from).max(1e-6);
        for (slice, seconds) in seconds(from, from + span) {
            self.ended[slice] += narrow(seconds / span);
            self.watched[slice] += narrow(seconds / length(slice) / 2.0);
        }
        self.learnt += 1.0;
        if self.learnt > MEMORY {
            self.fade();
        }
    }

    /// Whether so little is known that each end changes what to expect of the others.
    pub(crate) fn is_new(&self) -> bool {
        self.learnt <= NEWS
    }

    fn fade(&mut self) {
        let halves = self.ended.iter_mut().chain(&mut self.watched);
        halves.for_each(|count| *count /= 2.0);
        self.learnt /= 2.0;
    }

    /// The chance per second that a job ends in this slice.
    fn hazard(&self, slice: usize) -> f64 {
        let guess = PRIOR_WEIGHT * prior(ENDS[slice]) * length(slice);
        let (mut ended, mut watched) = (guess, PRIOR_WEIGHT);
        let mut add = |slice: usize, weight: f64| {
            ended += weight * f64::from(self.ended[slice]);
            watched += weight * f64::from(self.watched[slice]);
        };
        for (distance, weight) in NEIGHBOURS.into_iter().enumerate() {
            if distance > 0 && slice >= distance {
                add(slice - distance, weight);
            }
            if slice + distance < SLICES {
                add(slice + distance, weight);
            }
        }
        ended / (watched * length(slice))
    }
}

/// What is taken for the hazard before anything is learnt: hardly anything ends at once, and
/// what has lasted long will last longer.
fn prior(age: f64) -> f64 {
    0.9 * age / (age * age + 1.0)
}

/// A first look comes soon, and the next ones no more than three times as late.
fn longest_wait(age: f64) -> f64 {
    2.0 * age + 10.0
}

fn price(age: f64) -> f64 {
    (PRICE_BY_AGE * age).min(PRICE)
}

/// The slices between two ages, with the seconds in each.
fn seconds(from: f64, to: f64) -> impl Iterator<Item = (usize, f64)> {
    (slice_of(from)..=slice_of(to)).map(move |slice| {
        let seconds = to.min(ENDS[slice]) - from.max(start(slice));
        (slice, seconds.max(0.0))
    })
}

fn slice_of(age: f64) -> usize {
    ENDS.partition_point(|end| *end <= age).min(SLICES - 1)
}

fn start(slice: usize) -> f64 {
    if slice == 0 { 0.0 } else { ENDS[slice - 1] }
}

fn length(slice: usize) -> f64 {
    ENDS[slice] - start(slice)
}

#[expect(clippy::cast_possible_truncation, reason = "a count of jobs")]
fn narrow(count: f64) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn after_jobs_of(lengths: &[f64]) -> Lifetimes {
        let mut lives = Lifetimes::default();
        for length in lengths {
            lives.watched(s(0.0), s(length * 0.99));
            lives.ended(s(length * 0.99), s(*length));
        }
        lives
    }

    #[test]
    fn an_unknown_job_is_left_alone_the_longer_the_older_it_is() {
        let lives = Lifetimes::default();
        let waits = [0.0, 1.0, 10.0, 100.0, 600.0].map(|age| lives.wait(s(age)).as_secs_f64());
        assert!(waits[1..].is_sorted(), "{waits:?}");
        assert!((0.2..1.0).contains(&waits[0]), "{waits:?}");
        assert!((1.0..6.0).contains(&waits[3]), "{waits:?}");
        assert!((3.0..12.0).contains(&waits[4]), "{waits:?}");
    }

    #[test]
    fn polls_gather_where_jobs_have_ended_before() {
        let lives = after_jobs_of(&[57.0, 58.0, 60.0, 61.0, 63.0, 64.0, 60.0, 59.0]);
        let wait = |age: f64| lives.wait(s(age)).as_secs_f64();
        assert!(wait(20.0) > 10.0, "{}", wait(20.0));
        assert!(wait(60.0) < 2.0, "{}", wait(60.0));
        assert!(!lives.is_likely_over(s(40.0)) && lives.is_likely_over(s(80.0)));
    }

    #[test]
    fn a_first_look_comes_soon_whatever_has_been_learnt() {
        let lives = after_jobs_of(&[600.0; 50]);
        for (age, longest) in [(0.0, 10.0), (10.0, 30.0), (40.0, 90.0)] {
            assert!(lives.wait(s(age)) <= s(longest), "{age}");
        }
    }

    #[test]
    fn jobs_that_end_at_once_are_asked_about_at_once() {
        let mut lives = Lifetimes::default();
        let mut first = Vec::new();
        for _ in 0..12 {
            let wait = lives.wait(s(0.0));
            first.push(wait);
            lives.ended(s(0.0), wait + Duration::from_micros(300));
        }
        assert_eq!(first.last(), Some(&Duration::ZERO), "{first:?}");
    }

    #[test]
    fn jobs_that_still_run_are_not_forgotten() {
        // One of a hundred has ended early; the others are still at it.
        let mut lives = Lifetimes::default();
        lives.ended(s(1.9), s(2.0));
        (0..99).for_each(|_| lives.watched(s(0.0), s(10.0)));
        assert!(!lives.is_likely_over(s(10.0)));
    }

    #[test]
    fn a_model_that_becomes_slower_is_learnt_anew() {
        let mut lives = after_jobs_of(&[5.0; 200]);
        for _ in 0..400 {
            lives.watched(s(0.0), s(49.0));
            lives.ended(s(49.0), s(50.0));
        }
        assert!(!lives.is_likely_over(s(20.0)) && lives.is_likely_over(s(60.0)));
        assert!(lives.ended.iter().sum::<f32>() <= MEMORY + 1.0);
    }

    #[test]
    fn a_look_that_came_far_too_late_teaches_nothing() {
        let mut lives = after_jobs_of(&[5.0; 20]);
        let before = lives.wait(s(1.0));
        (0..1000).for_each(|_| lives.ended(s(0.5), s(86_400.0)));
        assert_eq!(lives.wait(s(1.0)), before);
        assert!(lives.is_likely_over(s(20.0)));
    }

    #[test]
    fn ages_beyond_the_last_slice_do_no_harm() {
        let mut lives = Lifetimes::default();
        lives.watched(s(0.0), s(1e6));
        lives.ended(s(1e6), s(2e6));
        assert!(lives.wait(s(3e6)) > Duration::ZERO);
    }
}
