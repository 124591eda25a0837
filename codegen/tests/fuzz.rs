//! From damaged text to Rust: whatever the project's own schemas are made into, the generator
//! neither panics nor takes long, and what it writes is Rust.
//!
//! `FUZZ_CASES=100000 cargo test --release -p runcomfy-codegen --test fuzz` is the long run. With
//! `FUZZ_KEEP=<folder>` what can be generated is kept there, for `cargo xtask corpus <folder>` to
//! compile and judge.

#[path = "fuzz/mutate.rs"]
mod mutate;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use runcomfy_codegen::{Role, emit};
use syn::Token;
use syn::parse::{Parse, ParseStream};

const CASES: usize = 600;
/// How long one schema may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the main thread of a program has on most systems.
const STACK: usize = 8 << 20;

#[test]
fn whatever_a_schema_is_made_into_becomes_rust_or_is_refused() {
    let cases = std::env::var("FUZZ_CASES").ok().map_or(CASES, |cases| cases.parse().unwrap());
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || {
        let seeds = seeds();
        assert!(seeds.len() > 20, "the project's schemas are there");
        let generated = (0..cases).filter(|case| is_generated(*case, &seeds)).count();
        // A mutation that only ever breaks schemas would test little.
        assert!(generated * 3 > cases, "{generated} of {cases} are generated");
    });
    if let Err(panic) = thread.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

/// Whether one mutated schema is generated; panics where something is wrong with that.
fn is_generated(case: usize, seeds: &[String]) -> bool {
    let mut random = fastrand::Rng::with_seed(case as u64);
    let text = mutate::mutated(seeds, &mut random);
    let role = if random.u8(..4) == 0 { Role::Output } else { Role::Input };
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| emit("fuzz.json", &text, "Root", role)));
    let Ok(result) = result else { panic!("case {case} panics:\n{text}") };
    assert!(start.elapsed() < PATIENCE, "case {case} takes {:?}:\n{text}", start.elapsed());
    match result {
        Ok(module) => {
            if let Err(error) = check(&module.text) {
                panic!("case {case} is no Rust, {error}:\n{text}\n{}", module.text);
            }
            if let Some(folder) = std::env::var_os("FUZZ_KEEP") {
                fs::write(Path::new(&folder).join(format!("{case}.json")), &text).unwrap();
            }
            true
        }
        Err(faults) => {
            let ours =
                faults.iter().find(|fault| fault.message.contains("mistake of the generator"));
            assert!(ours.is_none(), "case {case}: {}\n{text}", ours.unwrap());
            assert!(!faults.is_empty(), "case {case} is refused without a reason:\n{text}");
            false
        }
    }
}

/// Whether a text is Rust in which nothing has the name of something else.
fn check(text: &str) -> Result<(), String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let mut names = BTreeSet::new();
    for item in &file.items {
        let (name, members) = match item {
            syn::Item::Struct(item) => (item.ident.clone(), fields(&item.fields)),
            syn::Item::Enum(item) => {
                let variants = item.variants.iter().map(|variant| variant.ident.clone());
                (item.ident.clone(), variants.collect())
            }
            syn::Item::Static(item) => (item.ident.clone(), Vec::new()),
            syn::Item::Macro(item) if item.mac.path.is_ident("object") => {
                let Object { name, fields } = item.mac.parse_body().map_err(|e| e.to_string())?;
                (name, fields)
            }
            _ => continue,
        };
        if !names.insert(name.clone()) {
            return Err(format!("`{name}` is declared twice"));
        }
        let distinct: BTreeSet<_> = members.iter().collect();
        if distinct.len() != members.len() {
            return Err(format!("`{name}` has two members of one name"));
        }
    }
    Ok(())
}

fn fields(fields: &syn::Fields) -> Vec<syn::Ident> {
    fields.iter().filter_map(|field| field.ident.clone()).collect()
}

/// What `object!` declares.
struct Object {
    name: syn::Ident,
    fields: Vec<syn::Ident>,
}

impl Parse for Object {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(syn::Attribute::parse_outer)?;
        let _: (Token![pub], Token![struct]) = (input.parse()?, input.parse()?);
        let (name, mut fields, body) = (input.parse()?, Vec::new(), braced(input)?);
        while !body.is_empty() {
            let is_rest = body.parse::<Option<Token![..]>>()?.is_some();
            if !is_rest {
                body.call(syn::Attribute::parse_outer)?;
                body.parse::<Token![pub]>()?;
            }
            fields.push(body.parse()?);
            if body.parse::<Option<Token![:]>>()?.is_some() {
                body.parse::<syn::Type>()?;
            }
            if !is_rest {
                body.parse::<Token![=]>()?;
                body.parse::<syn::Expr>()?;
                body.parse::<Token![,]>()?;
            }
        }
        let _: Option<syn::ItemConst> = (!input.is_empty()).then(|| input.parse()).transpose()?;
        Ok(Self { name, fields })
    }
}

fn braced(input: ParseStream<'_>) -> syn::Result<syn::parse::ParseBuffer<'_>> {
    let body;
    syn::braced!(body in input);
    Ok(body)
}

/// The text of every schema and fixture of the project.
fn seeds() -> Vec<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["../schemas", "tests/fixtures", "tests/exact"] {
        json_files(&here.join(folder), &mut files);
    }
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}
