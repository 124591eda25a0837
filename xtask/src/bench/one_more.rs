//! What one module more costs beside many: whether a catalog's growth stays cheap.

use std::io;

use super::Bench;
use super::compile::Modules;
use super::measure::Pairs;
use super::table::{Bar, Unit};

/// One module more is less than the noise of compiling 500, so many more are taken: from a fifth
/// below to a fifth above, which is what growth costs at that size.
#[expect(clippy::cast_precision_loss, reason = "counts of modules")]
pub(super) fn measure(bench: &mut Bench) -> io::Result<()> {
    let many = bench.many();
    let [fewer, more] = [many * 4 / 5, many * 6 / 5];
    let modules = Modules::new(bench, "ours", more)?;
    let mut pairs = Pairs::new();
    for _ in 0..3 {
        let [fewer_took, took, more_took] = checks(&modules, [fewer, many, more])?;
        let one = (more_took - fewer_took) / (more - fewer) as f64;
        pairs.push(1000.0 * one, 1000.0 * took / many as f64);
    }
    let what = format!("check one module more beside {many}");
    let theirs = format!("1/{many} of all {many}");
    bench.table.row(&what, &theirs, &pairs, Unit::CpuMilliseconds, Bar::at_most(1.3));
    modules.clean()
}

/// The CPU seconds of libraries of so many modules.
fn checks(modules: &Modules, counts: [usize; 3]) -> io::Result<[f64; 3]> {
    let mut seconds = [0.0; 3];
    for (seconds, count) in seconds.iter_mut().zip(counts) {
        *seconds = modules.check_some(count)?.seconds();
    }
    Ok(seconds)
}
