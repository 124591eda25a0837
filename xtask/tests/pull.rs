//! `cargo xtask pull`, against a simulator that serves a catalog.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runcomfy::simulator::{Faults, ModelSpec, Simulator};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const LARGE: usize = 1500;
/// No faults.
const NONE: &str = r#"{ "rules": [] }"#;

fn schema(number: usize) -> Value {
    json!({ "type": "object", "required": ["prompt"], "properties": {
        "prompt": { "type": "string", "description": "What to make." },
        "count": { "type": "integer", "minimum": 1, "maximum": number + 1 },
    } })
}

fn id(number: usize) -> String {
    format!("acme/model-{number:04}/text-to-image")
}

/// A simulator whose requests are counted, and the runtime that it runs on.
struct Service {
    simulator: Simulator,
    asked: Arc<Mutex<Vec<String>>>,
    _host: Runtime,
}

impl Service {
    fn of(models: impl IntoIterator<Item = (String, Value)>, faults: &str) -> Self {
        let host = Runtime::new().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = asked.clone();
        let models = models.into_iter().map(|(id, schema)| ModelSpec::new(id, schema));
        let builder = Simulator::builder()
            .models(models)
            .faults(Faults::from_json(faults).unwrap())
            .on_request(move |request| log.lock().unwrap().push(request.to_string()));
        let simulator = host.block_on(builder.start()).unwrap();
        Self { simulator, asked, _host: host }
    }

    fn pages(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|line| line.contains("/v1/models")).count()
    }
}

fn command(service: &Service, schemas: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("pull").args(more).arg("--schemas").arg(schemas);
    command.args(["--base-url", service.simulator.url()]).env("RUNCOMFY_API_TOKEN", "t");
    command
}

fn pull(service: &Service, schemas: &Path, more: &[&str]) -> Output {
    command(service, schemas, more).output().expect("xtask runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The ids that a report gives under a word.
fn under(report: &str, word: &str) -> BTreeSet<String> {
    let lines = report.lines().filter_map(|line| line.trim().strip_prefix(word)?.strip_prefix(' '));
    lines.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
}

/// A report names exactly these under a word.
fn same(report: &str, word: &str, expected: &BTreeSet<usize>) {
    let expected = expected.iter().map(|number| id(*number)).collect();
    let named = under(report, word);
    let wrong: Vec<_> = named.symmetric_difference(&expected).take(5).collect();
    assert!(wrong.is_empty(), "{word}: {} named, {wrong:?} wrongly so or not", named.len());
}

fn input(schemas: &Path, id: &str) -> PathBuf {
    schemas.join(id).join("input.json")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn count(schemas: &Path) -> usize {
    let folder = schemas.join("acme");
    folder.read_dir().map_or(0, |models| {
        models
            .filter(|model| input(&model.as_ref().unwrap().path(), "text-to-image").exists())
            .count()
    })
}

fn wait_for(schemas: &Path, models: usize, child: &mut Child) {
    while count(schemas) < models {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_large_catalog_comes_whole_although_killed_and_later_its_changes() {
    let dir = tempfile::tempdir().unwrap();
    let schemas = dir.path();
    let all = || (0..LARGE).map(|number| (id(number), schema(number)));
    let slow = r#"{ "rules": [{ "do": { "delay_ms": 100 }, "on": ["catalog"] }] }"#;
    let service = Service::of(all(), slow);
    let mut child =
        command(&service, schemas, &["--all"]).stdout(Stdio::null()).spawn().expect("xtask starts");
    wait_for(schemas, LARGE / 2, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!((LARGE / 2..LARGE).contains(&count(schemas)));
    for (id, schema) in all().take(count(schemas)) {
        assert_eq!(read(&input(schemas, &id))["properties"], schema["properties"]);
    }

    // As if the kill had cut a line in half.
    let log = schemas.join(".pull.jsonl");
    let torn = fs::read_to_string(&log).unwrap() + r#"{"id":"acme/mo"#;
    fs::write(&log, torn).unwrap();

    let done = pull(&service, schemas, &["--all"]);
    let report = told(&done);
    assert!(done.status.success(), "{report}");
    same(&report, "new", &(0..LARGE).collect());
    assert_eq!(count(schemas), LARGE);
    // A hundred at a time, and once more for the page that was under way.
    assert!(service.pages() <= LARGE / 100 + 1, "{}", service.pages());
    let is_clean = |name: &str| name == "acme" || name == ".catalog";
    for entry in fs::read_dir(schemas).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(is_clean(&name), "{name} is left over");
    }
    let again = told(&pull(&service, schemas, &["--all"]));
    assert_eq!(again, "everything is up to date\n");
    drop(service);

    let changed: BTreeSet<usize> = (0..200).map(|n| n * 7).collect();
    let gone: BTreeSet<usize> = (0..20).map(|n| n * 70 + 1).collect();
    let newer = (0..LARGE + 50).filter(|number| !gone.contains(number)).map(|number| {
        let shift = usize::from(changed.contains(&number)) * 10_000;
        (id(number), schema(number + shift))
    });
    let service = Service::of(newer, NONE);
    let rehearsal = told(&pull(&service, schemas, &["--all", "--dry-run"]));
    let report = told(&pull(&service, schemas, &["--all"]));
    for report in [&rehearsal, &report] {
        same(report, "new", &(LARGE..LARGE + 50).collect());
        same(report, "changed", &changed);
        same(report, "deprecated", &gone);
        same(report, "refused", &BTreeSet::new());
    }
    assert_eq!(count(schemas), LARGE + 50);
    assert_eq!(read(&input(schemas, &id(1)))["deprecated"], true);
    assert_eq!(told(&pull(&service, schemas, &["--all"])), "everything is up to date\n");
}

#[test]
fn what_was_written_by_hand_stays_and_what_is_gone_goes_after_a_release() {
    let dir = tempfile::tempdir().unwrap();
    let schemas = dir.path();
    let service = Service::of([(id(1), schema(1)), (id(2), schema(2))], NONE);
    assert!(pull(&service, schemas, &["--all"]).status.success());
    // A title by hand, and a model of one's own.
    let mut by_hand = read(&input(schemas, &id(1)));
    by_hand["properties"]["count"]["title"] = json!("How many");
    fs::write(input(schemas, &id(1)), by_hand.to_string()).unwrap();
    fs::create_dir_all(schemas.join("own/model")).unwrap();
    fs::write(input(schemas, "own/model"), r#"{"type": "object"}"#).unwrap();
    let report = told(&pull(&service, schemas, &[]));
    assert!(report.contains("left alone: own/model") && report.contains("up to date"), "{report}");

    let service = Service::of([(id(1), schema(5)), (id(3), schema(3))], NONE);
    let report = told(&pull(&service, schemas, &[]));
    assert_eq!(under(&report, "new"), BTreeSet::new(), "only what is there is refreshed");
    assert_eq!(under(&report, "changed"), [id(1)].into());
    let merged = read(&input(schemas, &id(1)));
    assert_eq!(
        merged["properties"]["count"],
        json!({
            "type": "integer", "minimum": 1, "maximum": 6, "title": "How many",
        })
    );
    assert_eq!(under(&report, "deprecated"), [id(2)].into());

    // The release: what was marked before it goes now.
    let mut marked = read(&input(schemas, &id(2)));
    marked["x-gone-since"] = json!("0.0.9");
    fs::write(input(schemas, &id(2)), marked.to_string()).unwrap();
    let report = told(&pull(&service, schemas, &[]));
    assert_eq!(under(&report, "gone"), [id(2)].into());
    assert!(!schemas.join("acme/model-0002").exists());
    // It may come back.
    let service = Service::of([(id(1), schema(5)), (id(2), schema(2))], NONE);
    assert_eq!(under(&told(&pull(&service, schemas, &[&id(2)])), "new"), [id(2)].into());
    assert_eq!(read(&input(schemas, &id(2))).get("deprecated"), None);
}

#[test]
fn what_cannot_be_taken_over_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let schemas = dir.path().join("schemas");
    let broken = json!({ "type": "object", "properties": { "a": { "$ref": "#/nowhere" } } });
    let service = Service::of([(id(1), schema(1)), ("acme/broken/x".to_owned(), broken)], NONE);
    let done = pull(&service, &schemas, &["--search", "acme"]);
    let report = told(&done);
    assert_eq!(done.status.code(), Some(1), "{report}");
    assert_eq!(under(&report, "new"), [id(1)].into());
    assert!(report.contains("refused acme/broken/x: ") && report.contains("#/nowhere"), "{report}");
    assert!(!schemas.join("acme/broken").exists());

    let done = pull(&service, &schemas, &["acme/nothing", "../escape/x"]);
    let report = told(&done);
    assert_eq!(
        under(&report, "refused"),
        ["../escape/x".to_owned(), "acme/nothing".to_owned()].into()
    );

    let mut without = command(&service, &schemas, &["--all"]);
    for name in ["RUNCOMFY_API_TOKEN", "RUNCOMFY_TOKEN", "RUNCOMFY_API_KEY"] {
        without.env_remove(name);
    }
    let refused = without.output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("RUNCOMFY_API_TOKEN"), "{}", told(&refused));
}

#[test]
fn what_some_system_cannot_hold_is_refused_and_yaml_is_left_alone() {
    let models = [
        ("acme/aux/x", schema(1)),
        ("acme/Model/a", schema(1)),
        ("acme/yaml/same", schema(1)),
        ("acme/yaml/changed", schema(2)),
    ];
    let service = Service::of(models.map(|(id, schema)| (id.to_owned(), schema)), NONE);
    let dir = tempfile::tempdir().unwrap();
    let put = |path: &str, schema: &Value| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, schema.to_string()).unwrap();
    };
    put("acme/model/b/input.json", &schema(1));
    put("acme/yaml/same/input.yaml", &schema(1));
    put("acme/yaml/changed/input.yml", &schema(1));
    put("acme/yaml/foreign/input.yml", &schema(1));
    let output = pull(&service, dir.path(), &["--all"]);
    let report = told(&output);
    for line in [
        "acme/aux/x: this is not a model id",
        "acme/Model/a: `Model` differs only by case from `model`",
        "acme/yaml/changed: it changed, and its schema is kept in YAML",
    ] {
        assert!(report.contains(line), "{report}");
    }
    assert!(!report.contains("acme/yaml/same"), "{report}");
    assert!(!dir.path().join("acme/yaml/same/input.json").exists());
    assert!(!dir.path().join("acme/aux").exists() && !dir.path().join("acme/Model").exists());
}
