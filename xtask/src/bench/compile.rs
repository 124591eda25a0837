//! Compiling generated modules: the library of them alone, and programs that use all or one.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::measure::{self, Cost, Pairs, cargo};
use super::table::{Bar, Unit};
use super::{Bench, put, variations};
use crate::repository;

/// A crate of generated modules, its dependencies built.
pub(super) struct Modules {
    generator: &'static str,
    count: usize,
    folder: PathBuf,
    pub(super) lines: usize,
}

impl Modules {
    pub(super) fn new(bench: &Bench, generator: &'static str, count: usize) -> io::Result<Self> {
        let name = format!("{generator}-{count}");
        let folder = bench.folder.join(&name);
        let schemas = bench.folder.join(format!("schemas-{count}"));
        variations::write(&schemas, count)?;
        put(&folder.join("Cargo.toml"), &manifest(&name, generator))?;
        fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let mut modules = Self { generator, count, folder, lines: 0 };
        // Without modules at first: what is built now are the dependencies.
        modules.sources(0)?;
        measure::cost(&mut modules.cargo(&["check"]))?;
        measure::cost(&mut modules.cargo(&["build", "--release"]))?;
        let source = modules.folder.join("src");
        measure::cost(bench.generators.command(generator, &schemas).arg(&source))?;
        for index in 0..count {
            let text = fs::read_to_string(source.join(format!("m{index}.rs")))?;
            modules.lines += text.lines().count();
        }
        modules.sources(count)?;
        Ok(modules)
    }

    fn sources(&self, count: usize) -> io::Result<()> {
        let mods: Vec<_> = (0..count).map(|index| format!("pub mod m{index};\n")).collect();
        put(&self.folder.join("src/lib.rs"), &mods.concat())?;
        put(&self.folder.join("src/bin/all.rs"), &program(self.generator, 0..count))?;
        put(&self.folder.join("src/bin/one.rs"), &program(self.generator, 0..count.min(1)))
    }

    fn cargo(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = cargo(arguments, &self.folder);
        // All share one, so that what they have in common is built once.
        command.env("CARGO_TARGET_DIR", self.folder.with_file_name("target"));
        command
    }

    pub(super) fn check(&self) -> io::Result<Cost> {
        self.check_some(self.count)
    }

    /// A library of the first of them.
    pub(super) fn check_some(&self, count: usize) -> io::Result<Cost> {
        self.sources(count)?;
        measure::cost(&mut self.cargo(&["check", "--lib"]))
    }

    /// The program that uses all, and the library with it.
    fn release(&self) -> io::Result<Cost> {
        self.sources(self.count)?;
        measure::cost(&mut self.cargo(&["build", "--release", "--bin", "all"]))
    }

    /// The program that uses one; the library is there.
    fn one(&self) -> io::Result<Cost> {
        put(&self.folder.join("src/bin/one.rs"), &program(self.generator, 0..1))?;
        measure::cost(&mut self.cargo(&["build", "--release", "--bin", "one"]))
    }

    /// Bytes of the stripped program that was built last: those of others have the same names.
    #[expect(clippy::cast_precision_loss, reason = "no program is that large")]
    fn size(&self, program: &str) -> io::Result<f64> {
        let file = self.folder.with_file_name("target").join("release").join(program);
        Ok(fs::metadata(file)?.len() as f64)
    }

    /// Gives the disk back.
    pub(super) fn clean(&self) -> io::Result<()> {
        measure::cost(&mut self.cargo(&[
            "clean",
            "-p",
            &format!("{}-{}", self.generator, self.count),
        ]))?;
        fs::remove_dir_all(&self.folder)
    }
}

fn manifest(name: &str, generator: &str) -> String {
    let runcomfy = repository().join("sdk").display().to_string();
    let dependencies = match generator {
        "ours" => format!(
            "runcomfy = {{ path = {runcomfy:?}, default-features = false }}\nserde_json = \"1\"\n"
        ),
        _ => {
            "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n".to_owned()
        }
    };
    format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\nname = \"modules\"\n\n\
         [workspace]\n\n[dependencies]\n{dependencies}\n[profile.release]\nstrip = true\n"
    )
}

/// Reads a text as each of the modules' types, in the way that the generator's users would, and
/// writes what was read.
fn program(generator: &str, indexes: std::ops::Range<usize>) -> String {
    let line = |index| match generator {
        "ours" => format!(
            "    if let Ok(input) = modules::m{index}::Input::from_json(&text) {{ print!(\"{{}}\", input.to_json()); }}\n"
        ),
        _ => format!(
            "    if let Ok(input) = serde_json::from_str::<modules::m{index}::Input>(&text) {{ print!(\"{{}}\", serde_json::to_string(&input).unwrap()); }}\n"
        ),
    };
    format!(
        "fn main() {{\n    let text = std::io::read_to_string(std::io::stdin()).unwrap();\n    let _ = &text;\n{}}}\n",
        indexes.map(line).collect::<String>()
    )
}

pub(super) fn fifty(bench: &mut Bench) -> io::Result<()> {
    compare(bench, "stable", 50, bench.repetitions())
}

/// A check of 500 costs typify most of a minute, and a release, which is measured once, five.
pub(super) fn five_hundred(bench: &mut Bench) -> io::Result<()> {
    if bench.quick { Ok(()) } else { compare(bench, "stable", 500, 2) }
}

/// The prerelease is measured where it is quick to measure.
pub(super) fn newest(bench: &mut Bench) -> io::Result<()> {
    if bench.quick { Ok(()) } else { compare(bench, "newest", 50, 2) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines and bytes")]
fn compare(
    bench: &mut Bench,
    typify: &'static str,
    count: usize,
    repetitions: usize,
) -> io::Result<()> {
    let (ours, theirs) = (Modules::new(bench, "ours", count)?, Modules::new(bench, typify, count)?);
    let typify_name = format!("typify ({typify})");
    // Each as soon as it is measured: what comes later may fail.
    let mut row = |what: String, pairs: &Pairs, unit, bar| {
        bench.table.row(&what, &typify_name, pairs, unit, Bar::of(typify, bar));
    };
    let [mut check, mut release, mut memory, mut one, mut size, mut lines] =
        [const { Pairs::new() }; 6];
    lines.push(ours.lines as f64 / count as f64, theirs.lines as f64 / count as f64);
    row(format!("lines, each of {count}"), &lines, Unit::Lines, 0.42);
    for _ in 0..repetitions {
        check.push(ours.check()?.seconds(), theirs.check()?.seconds());
    }
    row(format!("check a library of {count} modules"), &check, Unit::CpuSeconds, 0.28);
    let mut all = [0.0; 2];
    for _ in 0..if count > 100 { 1 } else { repetitions.min(3) } {
        let ours_took = ours.release()?;
        all[0] = ours.size("all")?;
        let theirs_took = theirs.release()?;
        all[1] = theirs.size("all")?;
        release.push(ours_took.seconds(), theirs_took.seconds());
        let [ours, theirs] = [ours_took, theirs_took].map(|cost| cost.memory as f64 / 1_048_576.0);
        memory.push(ours, theirs);
    }
    row(format!("release a program that uses all {count}"), &release, Unit::CpuSeconds, 0.15);
    row(format!("memory of rustc, release of {count}"), &memory, Unit::Mib, 0.40);
    for _ in 0..repetitions {
        let ours_took = ours.one()?.seconds();
        let ours_one = ours.size("one")?;
        one.push(ours_took, theirs.one()?.seconds());
        let each = |all: f64, one: f64| (all - one) / (count - 1) as f64 / 1024.0;
        size.push(each(all[0], ours_one), each(all[1], theirs.size("one")?));
    }
    row(format!("release one that uses 1 of {count}"), &one, Unit::CpuSeconds, 0.25);
    row(format!("stripped program, each of {count}"), &size, Unit::Kib, 0.28);
    ours.clean()?;
    theirs.clean()
}
