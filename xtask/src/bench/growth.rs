//! What more modules cost: a table and a plot, both scales logarithmic.

use std::fs;
use std::io;

use super::compile::Modules;
use super::{Bench, measure, variations};

/// CPU seconds of generation and of `cargo check` by the number of modules.
#[derive(Default)]
pub(super) struct Growth(Vec<(usize, f64, f64)>);

pub(super) fn measure(bench: &mut Bench) -> io::Result<()> {
    let counts: &[usize] = if bench.quick { &[5, 50, 500] } else { &[5, 50, 500, 5000] };
    for &count in counts {
        let schemas = bench.folder.join(format!("schemas-{count}"));
        variations::write(&schemas, count)?;
        let generation = measure::cost(&mut bench.generators.command("ours", &schemas))?.seconds();
        let modules = Modules::new(bench, "ours", count)?;
        let check = modules.check()?.seconds();
        modules.clean()?;
        fs::remove_dir_all(&schemas)?;
        eprintln!("  {count} modules: generated in {generation:.3} s, checked in {check:.2} s");
        bench.growth.0.push((count, generation, check));
    }
    Ok(())
}

impl Growth {
    #[expect(clippy::cast_precision_loss, reason = "counts of modules")]
    pub(super) fn table(&self) -> String {
        let head = "| modules | generation | each | check | each |\n|---:|---:|---:|---:|---:|\n";
        let row = |&(count, generation, check): &(usize, f64, f64)| {
            let each = |seconds: f64| 1000.0 * seconds / count as f64;
            format!(
                "| {count} | {generation:.3} s | {:.2} ms | {check:.2} s | {:.1} ms |\n",
                each(generation),
                each(check)
            )
        };
        std::iter::once(head.to_owned()).chain(self.0.iter().map(row)).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of modules")]
    pub(super) fn plot(&self) -> String {
        // 1 to 10,000 modules, 1 ms to 1,000 s.
        let x = |count: f64| 60.0 + 100.0 * count.log10();
        let y = |seconds: f64| 220.0 - 60.0 * seconds.max(1e-3).log10();
        let mut svg = String::from(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 560 440\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"560\" height=\"440\" fill=\"white\"/>\n",
        );
        for power in 0..=4 {
            let (at, count) = (x(10f64.powi(power)), 10i64.pow(power.unsigned_abs()));
            svg += &format!(
                "<path d=\"M{at:.0} 40V400\" stroke=\"#ddd\"/><text x=\"{at:.0}\" y=\"418\" text-anchor=\"middle\">{count}</text>\n"
            );
        }
        for power in -3..=3 {
            let (seconds, at) = (10f64.powi(power), y(10f64.powi(power)));
            svg += &format!(
                "<path d=\"M60 {at:.0}H460\" stroke=\"#ddd\"/><text x=\"54\" y=\"{:.0}\" text-anchor=\"end\">{seconds} s</text>\n",
                at + 4.0
            );
        }
        svg += "<text x=\"260\" y=\"436\" text-anchor=\"middle\">modules</text><text x=\"60\" y=\"24\">CPU seconds</text>\n";
        let lines: [(&str, &str, Vec<f64>); 2] = [
            ("generation", "#1f77b4", self.0.iter().map(|row| row.1).collect()),
            ("check", "#d62728", self.0.iter().map(|row| row.2).collect()),
        ];
        for (name, color, values) in &lines {
            let points = self.0.iter().zip(values).map(|(row, value)| (x(row.0 as f64), y(*value)));
            let points: Vec<_> = points.collect();
            let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.0},{y:.0}")).collect();
            svg += &format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\n",
                path.join(" ")
            );
            if let Some((x, y)) = points.last() {
                svg += &format!(
                    "<text x=\"{:.0}\" y=\"{:.0}\" fill=\"{color}\">{name}</text>\n",
                    x + 8.0,
                    y + 4.0
                );
            }
        }
        svg + "</svg>\n"
    }
}
