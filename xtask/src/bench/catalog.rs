//! The whole crate with all its models, beside its largest dependency.

use std::fs;
use std::io;

use super::measure::{self, Pairs, cargo};
use super::table::{Bar, Unit};
use super::{Bench, put};
use crate::repository;

pub(super) fn measure(bench: &mut Bench) -> io::Result<()> {
    let folder = bench.folder.join("catalog");
    let manifest = format!(
        "[package]\nname = \"catalog\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nruncomfy = {{ path = {:?} }}\n",
        repository().join("sdk").display().to_string()
    );
    put(&folder.join("Cargo.toml"), &manifest)?;
    put(&folder.join("src/lib.rs"), "")?;
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let target = folder.join("target");
    let run = |arguments: &[&str]| {
        measure::cost(cargo(arguments, &folder).env("CARGO_TARGET_DIR", &target))
    };
    run(&["check"])?;
    let alone = |package: &str| {
        run(&["clean", "--package", package])?;
        run(&["check", "--package", package])
    };
    let mut pairs = Pairs::new();
    for _ in 0..bench.repetitions() {
        // What depends on the one is there again before the other is measured.
        let reqwest = alone("reqwest")?.seconds();
        run(&["check"])?;
        pairs.push(alone("runcomfy")?.seconds(), reqwest);
    }
    let what = "check `runcomfy` with all models, dependencies built";
    bench.table.row(what, "`reqwest` alone", &pairs, Unit::CpuSeconds, Bar::at_most(1.0));
    Ok(())
}
