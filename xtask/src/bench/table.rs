//! The table of what was measured, as it is printed and as BENCHMARKS.md has it.

use std::fmt;

use super::measure::Pairs;

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    CpuSeconds,
    CpuMilliseconds,
    Nanoseconds,
    Microseconds,
    Lines,
    Kib,
    Mib,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::CpuSeconds => format!("{value:.2} s"),
            Self::CpuMilliseconds => format!("{value:.0} ms"),
            Self::Nanoseconds => format!("{value:.0} ns"),
            Self::Microseconds => format!("{value:.0} µs"),
            Self::Lines => format!("{value:.0}"),
            Self::Kib => format!("{value:.1} KiB"),
            Self::Mib => format!("{value:.0} MiB"),
        }
    }
}

/// What a ratio may be at most; nothing where no bar was set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bar(pub(super) Option<f64>);

impl Bar {
    pub(super) fn at_most(ratio: f64) -> Self {
        Self(Some(ratio))
    }

    /// The bars are set against the stable release of typify.
    pub(super) fn of(typify: &str, ratio: f64) -> Self {
        Self((typify == "stable").then_some(ratio))
    }
}

struct Row {
    what: String,
    theirs: String,
    pairs: Pairs,
    unit: Unit,
    bar: Bar,
}

/// The rows, in the order in which they were measured.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

const HEAD: [&str; 8] = ["what", "ours", "the alternative", "", "ratio", "from … to", "bar", "met"];

impl Table {
    pub(super) fn row(&mut self, what: &str, theirs: &str, pairs: &Pairs, unit: Unit, bar: Bar) {
        let (what, theirs, pairs) = (what.to_owned(), theirs.to_owned(), pairs.clone());
        let row = Row { what, theirs, pairs, unit, bar };
        eprintln!("  {}", row.cells().join(" | "));
        self.rows.push(row);
    }

    /// A document with its rows replaced by those of the same names here; each row is a comparison by
    /// itself, made in one run.
    pub(super) fn renew(&self, document: &str) -> String {
        let renewed = |line: &str| {
            let same = |row: &&Row| {
                line.starts_with(&format!("| {} | ", row.what))
                    && line.contains(&format!(" | {} | ", row.theirs))
            };
            self.rows.iter().find(same).map(Row::markdown)
        };
        document.lines().map(|line| renewed(line).unwrap_or_else(|| format!("{line}\n"))).collect()
    }

    /// The same as Markdown.
    pub(super) fn markdown(&self) -> String {
        let head = [HEAD.map(str::to_owned), HEAD.map(|_| "---".to_owned())]
            .map(|cells| line(&cells))
            .into_iter();
        head.chain(self.rows.iter().map(Row::markdown)).collect::<Vec<_>>().concat()
    }
}

fn line(cells: &[String; 8]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

impl Row {
    fn markdown(&self) -> String {
        line(&self.cells())
    }

    fn cells(&self) -> [String; 8] {
        let Self { what, theirs, pairs, unit, bar: Bar(bar) } = self;
        let ratio = pairs.ratio();
        let spread = pairs.spread().map(|(least, most)| format!("{least:.2} … {most:.2}"));
        let met = bar.map(|bar| if ratio <= bar { "yes" } else { "**no**" });
        [
            what.clone(),
            unit.show(pairs.ours()),
            unit.show(pairs.theirs()),
            theirs.clone(),
            format!("{ratio:.2}"),
            spread.unwrap_or_default(),
            bar.map(|bar| format!("≤ {bar:.2}")).unwrap_or_default(),
            met.unwrap_or_default().to_owned(),
        ]
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = std::iter::once(HEAD.map(str::to_owned))
            .chain(self.rows.iter().map(Row::cells))
            .collect();
        let width = |column: usize| {
            rows.iter().map(|cells| cells[column].chars().count()).max().unwrap_or_default()
        };
        let widths: [usize; 8] = std::array::from_fn(width);
        for cells in &rows {
            for (cell, width) in cells.iter().zip(widths) {
                write!(f, "{cell:width$}  ")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, Pairs, Table, Unit};

    #[test]
    fn only_the_rows_that_were_measured_again_are_renewed() {
        let table = |rows: &[(&str, &str, f64)]| {
            let mut table = Table::default();
            for (what, theirs, ours) in rows {
                let mut pairs = Pairs::new();
                pairs.push(*ours, 2.0);
                table.row(what, theirs, &pairs, Unit::CpuSeconds, Bar::at_most(1.0));
            }
            table
        };
        let old = table(&[
            ("check", "stable", 1.0),
            ("check", "newest", 1.0),
            ("check 500", "stable", 1.0),
        ]);
        let document = format!("# Benchmarks\n\n{}\nThe end.\n", old.markdown());
        let new = table(&[("check", "stable", 4.0)]);
        let renewed = new.renew(&document);
        let changed: Vec<_> =
            document.lines().zip(renewed.lines()).filter(|(old, new)| old != new).collect();
        assert_eq!(
            changed,
            [(
                "| check | 1.00 s | 2.00 s | stable | 0.50 |  | ≤ 1.00 | yes |",
                "| check | 4.00 s | 2.00 s | stable | 2.00 |  | ≤ 1.00 | **no** |"
            )]
        );
        assert_eq!(new.renew(&renewed), renewed);
    }
}
