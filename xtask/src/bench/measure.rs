//! What a process costs, and what to make of several measurements of it.

use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use wait4::Wait4;

/// What a process and those that it started took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// User and system time.
    pub(super) cpu: Duration,
    /// The most memory that one of them had at a time, in bytes.
    pub(super) memory: u64,
}

impl Cost {
    pub(super) fn seconds(&self) -> f64 {
        self.cpu.as_secs_f64()
    }
}

/// Runs a command to its end, which has to be a good one.
pub(super) fn cost(command: &mut Command) -> io::Result<Cost> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    if !used.status.success() {
        return Err(io::Error::other(format!("{command:?}: {}", used.status)));
    }
    Ok(Cost { cpu: used.rusage.utime + used.rusage.stime, memory: used.rusage.maxrss })
}

/// Cargo, on a package of a scratch folder, as if nothing else had ever been built of that package.
pub(super) fn cargo(arguments: &[&str], folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--quiet").current_dir(folder);
    // What a first build costs, and no flags of whoever runs the bench.
    command.env("CARGO_INCREMENTAL", "0").env_remove("RUSTFLAGS");
    // Set for xtask itself, and not what its own build scripts should see.
    command.env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Pairs of measurements, ours and the alternative's, made in turns.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

impl Pairs {
    pub(super) const fn new() -> Self {
        Self { ours: Vec::new(), theirs: Vec::new() }
    }

    pub(super) fn push(&mut self, ours: f64, theirs: f64) {
        self.ours.push(ours);
        self.theirs.push(theirs);
    }

    pub(super) fn ours(&self) -> f64 {
        median(&self.ours)
    }

    pub(super) fn theirs(&self) -> f64 {
        median(&self.theirs)
    }

    /// The ratios, least first.
    fn ratios(&self) -> Vec<f64> {
        let pairs = self.ours.iter().zip(&self.theirs);
        let mut ratios: Vec<_> = pairs.map(|(ours, theirs)| ours / theirs).collect();
        ratios.sort_by(f64::total_cmp);
        ratios
    }

    pub(super) fn ratio(&self) -> f64 {
        median(&self.ratios())
    }

    /// The least and the greatest ratio, if it was measured more than once.
    pub(super) fn spread(&self) -> Option<(f64, f64)> {
        let ratios = self.ratios();
        (ratios.len() > 1).then(|| (ratios[0], ratios[ratios.len() - 1]))
    }
}

/// The one in the middle, of an even number the mean of the two.
fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let [low, high] = [values.len().wrapping_sub(1) / 2, values.len() / 2];
    match (values.get(low), values.get(high)) {
        (Some(low), Some(high)) => f64::midpoint(*low, *high),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::{Pairs, median};

    #[test]
    fn the_ratio_is_the_median_of_the_pairs_ratios() {
        let mut pairs = Pairs::new();
        for (ours, theirs) in [(1.0, 2.0), (3.0, 4.0), (9.0, 10.0)] {
            pairs.push(ours, theirs);
        }
        assert!((pairs.ratio() - 0.75).abs() < 1e-9);
        assert_eq!(pairs.spread(), Some((0.5, 0.9)));
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_two_in_the_middle() {
        assert!((median(&[9.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!((median(&[4.0, 1.0]) - 2.5).abs() < 1e-9);
        assert!((median(&[7.0]) - 7.0).abs() < 1e-9);
        assert!(median(&[]).is_nan());
    }
}
