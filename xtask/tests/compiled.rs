//! Random schemas, generated and compiled: whatever the schema, what is generated is Rust that compiles,
//! in every edition.
//!
//! `COMPILED_CASES=10000 cargo test -p xtask --test compiled` is a long run; `COMPILED_FROM=20000` begins
//! with another seed.

#[path = "compiled/crates.rs"]
mod crates;
#[path = "compiled/lengths.rs"]
mod lengths;
#[path = "../../codegen/tests/fuzz/random.rs"]
mod random;
#[path = "compiled/strings.rs"]
mod strings;

use std::collections::BTreeMap;
use std::env;
use std::time::Instant;

use crates::Crates;
use runcomfy_codegen::{Home, Model, Role, Source, catalog_for, emit};

/// How many schemas are compiled, unless the environment says otherwise.
const CASES: u64 = 250;
/// How many are compiled at a time.
const BATCH: u64 = 1000;
/// How many failures are shown.
const SHOWN: usize = 5;

#[test]
fn whatever_the_schema_what_is_generated_compiles() {
    let number = |name| env::var(name).ok().map(|text| text.parse().expect("a number"));
    let (first, cases) =
        (number("COMPILED_FROM").unwrap_or(0), number("COMPILED_CASES").unwrap_or(CASES));
    let start = Instant::now();
    let (mut generated, mut broken) = (0, Vec::new());
    let mut from = first;
    while from < first + cases {
        let to = (from + BATCH).min(first + cases);
        let crates = Crates::new("compiled");
        let mut count = 0;
        for seed in from..to {
            if let Some(files) = files(seed) {
                crates.put(seed, &files);
                count += 1;
            }
        }
        generated += count;
        let errors = crates.errors();
        eprintln!(
            "{from}..{to}: {count} generated, {} broken, {:?}",
            errors.len(),
            start.elapsed()
        );
        broken.extend(errors);
        from = to;
    }
    // A generator that is refused most of the time would test little.
    assert!(generated * 10 > cases * 7, "{generated} of {cases} are generated");
    let shown: Vec<_> = broken
        .iter()
        .take(SHOWN)
        .map(|(seed, error)| format!("{seed}: {}\n{error}", random::schema(*seed)))
        .collect();
    assert!(
        broken.is_empty(),
        "{} of {generated} do not compile\n{}",
        broken.len(),
        shown.join("\n")
    );
}

/// The files of what becomes of a schema, below the one with the name of its case: a module by itself or
/// a model.
fn files(seed: u64) -> Option<BTreeMap<String, String>> {
    let text = random::schema(seed).to_string();
    let name = crates::module(seed);
    match seed % 3 {
        0 => {
            let module = emit("random.json", &text, "Root", Role::Input);
            Some(BTreeMap::from([(format!("{name}.rs"), module.ok()?.text)]))
        }
        1 => {
            let module = emit("random.json", &text, "Root", Role::Output);
            Some(BTreeMap::from([(format!("{name}.rs"), module.ok()?.text)]))
        }
        _ => {
            let source = |file: &str, text: String| Source { file: file.to_owned(), text };
            let output = random::schema(seed + 1_000_000_007).to_string();
            let model = Model {
                id: format!("{name}/x"),
                input: source("input.json", text),
                output: Some(source("output.json", output)),
                names: None,
            };
            let mut files = catalog_for(&[model], Home::Elsewhere).ok()?.files;
            files.remove("mod.rs");
            Some(files)
        }
    }
}
