//! `cargo xtask conformance`: the public JSON Schema Test Suite, end to end.

mod typed;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use runcomfy_codegen::{Draft, Options, Role};
use serde_json::Value;

use crate::scratch::{self, Scratch};
use crate::{failed, schemas};
use typed::Typed;

/// Generate every schema of the public JSON Schema Test Suite, compile it, and judge every test.
///
/// Prints two tables for each draft, of the required and of the optional tests, with a line for each file:
/// groups all right, wrong accepts, wrong refusals, groups that were not generated, groups that did not
/// compile. `format` and content are assertions in the optional tests of these, and nowhere else.
///
/// Then, how typed the result is: roots and places inside them (properties, items, values, variants)
/// that have a type of Rust, against those left as a `Value`.
///
/// The suite is at <https://github.com/json-schema-org/JSON-Schema-Test-Suite> (MIT); a checkout of it
/// is what SUITE is to be.
///
/// Exit code: 0 if every group is all right (but that of the optional `zeroTerminatedFloats`, which Rust's
/// values of JSON cannot tell from integers); 1 if not; 2 if the suite cannot be used.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The suite's folder, with tests/ in it
    suite: PathBuf,
    /// Only these drafts, such as draft7
    #[arg(long, value_name = "DRAFT")]
    draft: Vec<String>,
    /// Only files whose name contains this
    #[arg(long, value_name = "WORD", default_value = "")]
    only: String,
    /// Only the required tests
    #[arg(long, conflicts_with = "optional")]
    required: bool,
    /// Only the optional tests
    #[arg(long)]
    optional: bool,
    /// Each test that fails, in a line
    #[arg(long, short)]
    verbose: bool,
}

/// One schema and its tests.
struct Group {
    file: String,
    description: String,
    schema: Value,
    tests: Vec<Test>,
    outcome: Outcome,
}

struct Test {
    description: String,
    data: Value,
    valid: bool,
}

impl Group {
    fn is_optional(&self) -> bool {
        self.file.starts_with("optional")
    }

    /// Whether it is about annotations that may be assertions.
    fn asserts_formats(&self) -> bool {
        self.file.starts_with("optional/format/") || self.file == "optional/content"
    }
}

#[derive(Default)]
struct Outcome {
    refused: Option<String>,
    uncompiled: bool,
    crashed: bool,
    wrong_accepts: Vec<String>,
    wrong_refusals: Vec<String>,
    round_trips: Vec<String>,
}

impl Outcome {
    fn is_right(&self) -> bool {
        self.refused.is_none()
            && !self.uncompiled
            && !self.crashed
            && self.wrong_accepts.is_empty()
            && self.wrong_refusals.is_empty()
            && self.round_trips.is_empty()
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match conformance(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

fn conformance(arguments: &Arguments) -> io::Result<bool> {
    let mut drafts: Vec<_> = fs::read_dir(arguments.suite.join("tests"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    drafts.sort();
    let mut all_right = true;
    for folder in drafts {
        let draft = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !folder.is_dir() || !arguments.draft.is_empty() && !arguments.draft.contains(&draft) {
            continue;
        }
        let mut groups = groups(&folder, arguments)?;
        let typed = judge(&mut groups, &draft, &arguments.suite.join("remotes"))?;
        let (optional, required): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(Group::is_optional);
        all_right &= report(&draft, &required, arguments.verbose);
        all_right &= report(&format!("{draft}, optional"), &optional, arguments.verbose);
        println!("{typed}");
    }
    Ok(all_right)
}

fn groups(folder: &Path, arguments: &Arguments) -> io::Result<Vec<Group>> {
    let mut files = scratch::json_files(folder)?;
    files.retain(|file| {
        let below = file.strip_prefix(folder).unwrap_or(file);
        let is_left_out =
            if below.starts_with("optional") { arguments.required } else { arguments.optional };
        !is_left_out && below.to_string_lossy().contains(&arguments.only)
    });
    let mut groups = Vec::new();
    for path in files {
        let text = schemas::read(&path).map_err(io::Error::other)?;
        let file =
            path.strip_prefix(folder).unwrap_or(&path).with_extension("").display().to_string();
        let listed: Value = serde_json::from_str(&text)?;
        for group in listed.as_array().into_iter().flatten() {
            let tests = group["tests"].as_array().into_iter().flatten().map(|test| Test {
                description: test["description"].as_str().unwrap_or_default().to_owned(),
                data: test["data"].clone(),
                valid: test["valid"] == true,
            });
            groups.push(Group {
                file: file.clone(),
                description: group["description"].as_str().unwrap_or_default().to_owned(),
                schema: group["schema"].clone(),
                tests: tests.collect(),
                outcome: Outcome::default(),
            });
        }
    }
    Ok(groups)
}

/// Generates, compiles and runs the groups; what they did is written into them.
fn judge(groups: &mut [Group], draft: &str, remotes: &Path) -> io::Result<Typed> {
    let load = |uri: &str| schemas::load(uri, Some(remotes));
    let scratch = Scratch::new(&format!("conformance-{draft}"))?;
    let (mut modules, mut typed) = (BTreeSet::new(), Typed::default());
    for (index, group) in groups.iter_mut().enumerate() {
        let text = group.schema.to_string();
        let options = Options {
            draft: Draft::from_name(draft).unwrap_or_default(),
            formats: group.asserts_formats(),
            load: &load,
            ..Options::new(Role::Input)
        };
        match runcomfy_codegen::emit_with(&group.file, &text, "Root", &options) {
            Ok(module) => {
                typed.count(&module, &group.schema);
                scratch.write(&format!("src/g{index}.rs"), &module.text)?;
                modules.insert(index);
            }
            Err(faults) => {
                let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
                group.outcome.refused = Some(faults.join("; "));
            }
        }
    }
    let tests: Vec<Vec<&Value>> =
        groups.iter().map(|group| group.tests.iter().map(|test| &test.data).collect()).collect();
    scratch.write("tests.json", &serde_json::to_string(&tests)?)?;
    // What does not compile is taken out, until the rest does.
    loop {
        scratch.write("src/main.rs", &program(&modules))?;
        let broken = scratch.broken_modules()?;
        if broken.is_empty() {
            break;
        }
        for index in broken.iter().filter_map(|name| name.strip_prefix('g')?.parse().ok()) {
            modules.remove(&index);
            groups[index].outcome.uncompiled = true;
        }
    }
    let mut from = 0;
    while let Some((last, crashed)) = run_from(&scratch, from, groups)? {
        if !crashed {
            break;
        }
        groups[last].outcome.crashed = true;
        from = last + 1;
    }
    Ok(typed)
}

/// Runs the program from a group on; the last group that it began, and whether it died there.
fn run_from(
    scratch: &Scratch,
    from: usize,
    groups: &mut [Group],
) -> io::Result<Option<(usize, bool)>> {
    let output = Command::new(scratch.program())
        .arg(scratch.path("tests.json"))
        .arg(from.to_string())
        .output()?;
    let mut last = None;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            ["group", index] => last = index.parse().ok(),
            ["test", index, test, accepted, same] => {
                let (Ok(index), Ok(test)) = (index.parse::<usize>(), test.parse::<usize>()) else {
                    continue;
                };
                let group = &mut groups[index];
                let Test { description, valid, .. } = &group.tests[test];
                match (*accepted == "true", *valid) {
                    (true, false) => group.outcome.wrong_accepts.push(description.clone()),
                    (false, true) => group.outcome.wrong_refusals.push(description.clone()),
                    (true, true) if *same == "false" => {
                        group.outcome.round_trips.push(description.clone());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    Ok(last.map(|last| (last, !output.status.success())))
}

fn program(modules: &BTreeSet<usize>) -> String {
    let (mut mods, mut arms) = (String::new(), String::new());
    for index in modules {
        let _ = writeln!(mods, "mod g{index};");
        let _ = writeln!(arms, "            {index} => judge::<g{index}::Root>(index, tests),");
    }
    PROGRAM.replace("// MODS", &mods).replace("// ARMS", &arms)
}

const PROGRAM: &str = r#"//! Judges the tests of the suite.
#![allow(dead_code, warnings)]
// MODS
use serde_json::Value;

fn judge<T: serde::de::DeserializeOwned + serde::Serialize>(group: usize, tests: &[Value]) {
    println!("group {group}");
    for (index, data) in tests.iter().enumerate() {
        let read = serde_json::from_value::<T>(data.clone());
        let same = read.as_ref().is_ok_and(|read| serde_json::to_value(read).is_ok_and(|written| equal(&written, data)));
        println!("test {group} {index} {} {same}", read.is_ok());
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| equal(a, b))),
        (a, b) => a == b,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let groups: Vec<Vec<Value>> = serde_json::from_str(&std::fs::read_to_string(&arguments[1]).unwrap()).unwrap();
    let from: usize = arguments[2].parse().unwrap();
    for (index, tests) in groups.iter().enumerate().skip(from) {
        match index {
// ARMS
            _ => {}
        }
    }
}
"#;

fn report(title: &str, groups: &[Group], verbose: bool) -> bool {
    if groups.is_empty() {
        return true;
    }
    let mut files: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
    for group in groups {
        files.entry(&group.file).or_default().push(group);
    }
    println!(
        "\n{title:<36} {:>9} {:>8} {:>8} {:>8} {:>9} {:>8} {:>7}",
        "all right", "accepts", "refuses", "unequal", "ungener.", "uncomp.", "crash"
    );
    let row = |name: &str, groups: &[&Group]| {
        let count =
            |is: fn(&Outcome) -> bool| groups.iter().filter(|group| is(&group.outcome)).count();
        println!(
            "{name:<36} {:>9} {:>8} {:>8} {:>8} {:>9} {:>8} {:>7}",
            format!("{}/{}", count(Outcome::is_right), groups.len()),
            count(|outcome| !outcome.wrong_accepts.is_empty()),
            count(|outcome| !outcome.wrong_refusals.is_empty()),
            count(|outcome| !outcome.round_trips.is_empty()),
            count(|outcome| outcome.refused.is_some()),
            count(|outcome| outcome.uncompiled),
            count(|outcome| outcome.crashed),
        );
    };
    for (file, groups) in &files {
        row(file, groups);
    }
    row("all", &groups.iter().collect::<Vec<_>>());
    if verbose {
        groups.iter().filter(|group| !group.outcome.is_right()).for_each(explain);
    }
    groups.iter().all(|group| group.outcome.is_right() || group.file == INDISTINCT)
}

/// Whether `1.0` is an integer: not in draft 4, for those who can tell it from `1`. Rust's values of JSON
/// cannot, and all later drafts say that it is one.
const INDISTINCT: &str = "optional/zeroTerminatedFloats";

fn explain(group: &Group) {
    let Outcome { refused, uncompiled, crashed, wrong_accepts, wrong_refusals, round_trips } =
        &group.outcome;
    println!("\n{}: {}", group.file, group.description);
    println!("  {}", group.schema);
    if let Some(refused) = refused {
        println!("  not generated: {refused}");
    }
    if *uncompiled {
        println!("  does not compile");
    }
    if *crashed {
        println!("  crashes");
    }
    for (what, tests) in
        [("accepted", wrong_accepts), ("refused", wrong_refusals), ("changed", round_trips)]
    {
        tests.iter().for_each(|test| println!("  wrongly {what}: {test}"));
    }
}
