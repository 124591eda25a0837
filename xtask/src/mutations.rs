//! `diff` and the compiler agree: mutations of the project's own schemas, a caller of everything that
//! was there, compiled against what is there now; and what only the wire knows, against the types.

mod caller;
mod crates;
mod growth;
#[path = "../../codegen/tests/fuzz/random.rs"]
mod random;
mod table;

use runcomfy_codegen::{Catalog, Home, Model, Source, catalog_for};
use serde_json::Value;

use crate::diff::{self, Side, Verdict};
use crate::instances::Instances;
use crate::oracle::{Oracle, Verdict as Judged};
use crate::{hold, repository, schemas};
use crates::Crates;
use table::{ALL, Mutation, Schemas};

/// How often each mutation happens, to another model each time.
const TIMES: usize = 2;

/// Something that happened to a model.
struct Case {
    mutation: &'static Mutation,
    of: String,
    old: Model,
    new: Model,
}

/// The mutations, each of models that it can happen to.
fn cases() -> Vec<Case> {
    let all = schemas::models(&repository().join("schemas"), "schemas").expect("good schemas");
    let mut cases = Vec::new();
    for (index, mutation) in ALL.iter().enumerate() {
        // Others for each, so that all shapes have their turn.
        let turned = all.iter().cycle().skip(index * 7).take(all.len());
        let happened = turned.filter_map(|model| {
            let parse = |source: &Source| serde_json::from_str(&source.text).expect("JSON");
            let output = model.output.as_ref().map(parse)?;
            let mut schemas = Schemas { input: parse(&model.input), output };
            (mutation.change)(&mut schemas).then_some((model, schemas))
        });
        for (model, schemas) in happened.take(TIMES) {
            let id = format!("m{:02}/x", cases.len());
            let source = |file: &str, schema: &Value| Source {
                file: format!("{id}/{file}"),
                text: schema.to_string(),
            };
            let new = Model {
                id: id.clone(),
                input: source("input.json", &schemas.input),
                output: Some(source("output.json", &schemas.output)),
                names: None,
            };
            let old = Model { id, ..model.clone() };
            cases.push(Case { mutation, of: model.id.clone(), old, new });
        }
    }
    cases
}

/// How many schemas that only grow are among them.
const GROWN: usize = 24;

/// The modules of all cases; the new ones follow on the old ones, as `codegen` makes them. Those that only
/// grow do already.
fn generate(cases: &[Case], grown: &[(Model, Model)]) -> (Catalog, Catalog) {
    let generated = |models: &[Model]| catalog_for(models, Home::Elsewhere).expect("good schemas");
    let (mut old, mut new): (Vec<_>, Vec<_>) =
        cases.iter().map(|case| (case.old.clone(), case.new.clone())).unzip();
    let before = generated(&old);
    for model in &mut new {
        let held = hold::keeping(model, &before.names[&model.id]);
        if let Some(held) = held.expect("good names") {
            *model = held;
        }
    }
    let (mut olds, mut news): (Vec<_>, Vec<_>) = grown.iter().cloned().unzip();
    old.append(&mut olds);
    new.append(&mut news);
    (generated(&old), generated(&new))
}

/// Instances of a case's old input, and whether `diff` says that they are refused now.
fn instances(case: &Case, changes: &[diff::Change]) -> Vec<(Value, bool)> {
    let schemas = diff::standards(&case.old, &case.new, Side::Input).expect("good schemas");
    let (old, _) = schemas.expect("two inputs");
    let input = || changes.iter().filter(|change| change.side == Side::Input);
    let witnesses = input().filter(|change| change.wire == Verdict::Breaking);
    let witnesses = witnesses.filter_map(|change| change.witness.as_ref()?.instance.clone());
    let mut all: Vec<_> = witnesses.map(|instance| (instance, true)).collect();
    if input().all(|change| change.wire != Verdict::Breaking) {
        let oracle = Oracle::new(&old).expect("a schema");
        let mut instances = Instances::new(&old, 1);
        let some = (0..60).map(|_| instances.valid());
        all.extend(
            some.filter(|one| oracle.judge(one) == Judged::Accepted).map(|one| (one, false)),
        );
    }
    all
}

#[test]
fn diff_agrees_with_the_compiler_and_with_the_types() {
    let cases = cases();
    assert_eq!(cases.len(), TIMES * ALL.len(), "every mutation finds its models");
    let mut grown = growth::samples(GROWN);
    for (index, (old, new)) in grown.iter_mut().enumerate() {
        let id = format!("g{index:02}/x");
        (old.id, new.id) = (id.clone(), id);
    }
    let (old, new) = generate(&cases, &grown);
    let crates = Crates::new(&old.files, &new.files);
    let names: Vec<_> = (0..cases.len()).map(|index| format!("c{index:02}")).collect();
    let paths: Vec<_> = (0..cases.len()).map(|index| format!("m{index:02}::x")).collect();
    let mut disagreements = Vec::new();
    let mut changes = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let surface = diff::surface(&case.old).expect("good schemas");
        let caller = caller::caller(&paths[index], &surface);
        crates.put(&format!("caller/{}.rs", names[index]), &caller);
        let change = diff::compare(Some(&case.old), Some(&case.new)).expect("good schemas");
        let verdict = change.as_ref().map_or(Verdict::None, diff::ModelChange::verdict);
        let label = format!("{} of {}", case.mutation.name, case.of);
        if (verdict == Verdict::Breaking) != case.mutation.breaking {
            disagreements.push(format!("{label}: is {verdict:?}"));
        }
        changes.push((label, change.map(|change| change.changes).unwrap_or_default()));
    }
    let mut callers = names.clone();
    for (index, (old, _)) in grown.iter().enumerate() {
        let surface = diff::surface(old).expect("good schemas");
        callers.push(format!("g{index:02}"));
        let caller = caller::caller(&format!("g{index:02}::x"), &surface);
        crates.put(&format!("caller/g{index:02}.rs"), &caller);
    }
    let unexpected = crates.broken("caller_of_old", &callers);
    assert!(unexpected.is_empty(), "a caller has to compile to begin with: {unexpected:#?}");

    let broken = crates.broken("caller_of_new", &callers);
    for (index, (old, new)) in grown.iter().enumerate() {
        if let Some(reason) = broken.get(&format!("g{index:02}")) {
            disagreements
                .push(format!("{} has only grown to {}: {reason}", old.input.text, new.input.text));
        }
    }
    let (mut judged, mut expected) = (Vec::new(), Vec::new());
    for (index, (label, changes)) in changes.iter().enumerate() {
        let told = changes.iter().flat_map(|change| &change.items).any(|item| item.breaking);
        let found = broken.get(&names[index]);
        if told != found.is_some() {
            disagreements.push(format!("{label}: diff {told}, the compiler {found:?}"));
        }
        for (instance, refused) in instances(&cases[index], changes) {
            judged.push((index, instance));
            expected.push(refused);
        }
    }
    let read = crates.judge(&paths, &judged);
    assert_eq!(read.len(), judged.len());
    for ((index, instance), ((old, new), refused)) in judged.iter().zip(read.iter().zip(&expected))
    {
        if !old || *new == *refused {
            let label = &changes[*index].0;
            disagreements.push(format!("{label}: read before {old}, now {new}: {instance}"));
        }
    }
    let wire = expected.iter().filter(|refused| **refused).count();
    println!(
        "{} mutations, {} of them breaking; {} callers do not compile, {wire} witnesses refused; {} disagreements",
        cases.len(),
        cases.iter().filter(|case| case.mutation.breaking).count(),
        broken.len(),
        disagreements.len()
    );
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}
