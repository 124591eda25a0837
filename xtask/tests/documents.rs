//! Documents that are deep or wide, read by generated types: no stack overflows, nothing takes
//! twice as long with each level.

#[allow(
    unreachable_pub,
    dead_code,
    clippy::unreadable_literal,
    reason = "the schemas decide, and not every item is used"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));
}

use std::time::{Duration, Instant};

use generated::deep::Root;
use runcomfy::Invalid;
use serde_json::{Value, json};

/// How long one document may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// JSON text in JSON text in JSON text.
fn nested(depth: usize, open: &str, leaf: &str, close: &str) -> String {
    format!("{}{leaf}{}", open.repeat(depth), close.repeat(depth))
}

fn read(text: &str) -> Result<Root, Invalid> {
    let start = Instant::now();
    let read = Root::from_json(text);
    assert!(start.elapsed() < PATIENCE, "{:?} for {:.60}", start.elapsed(), text);
    read
}

fn accepts(text: &str) {
    let read = read(text).unwrap_or_else(|faults| panic!("{text:.60}: {faults}"));
    let start = Instant::now();
    assert!(read.validate().is_ok());
    let written: Value = serde_json::from_str(&read.to_json()).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(text).unwrap());
    assert!(start.elapsed() < PATIENCE, "{:?} for {:.60}", start.elapsed(), text);
}

#[test]
fn what_is_nested_as_deep_as_json_may_be_is_read() {
    for (key, open, leaf, close) in [
        ("tree", r#"{"left":"#, "{}", "}"),
        ("tree", r#"{"right":"#, "{}", "}"),
        ("tree", "[", "{}", "]"),
        ("ruled", r#"{"left":"#, "{}", "}"),
        ("ruled", r#"{"right":"#, "{}", "}"),
    ] {
        let text = nested(120, open, leaf, close);
        accepts(&format!(r#"{{"{key}":{text}}}"#));
    }
}

#[test]
fn a_fault_deep_in_a_document_is_told_with_its_place() {
    for (key, open, close) in
        [("tree", "[", "]"), ("ruled", r#"{"left":"#, "}"), ("ruled", r#"{"right":"#, "}")]
    {
        let text = nested(120, open, "1", close);
        let faults = read(&format!(r#"{{"{key}":{text}}}"#)).expect_err("1 is no tree");
        assert!(faults.violations()[0].pointer().starts_with(&format!("/{key}")), "{faults}");
    }
}

#[test]
fn what_is_nested_deeper_is_refused() {
    for (open, close) in [("[", "]"), (r#"{"left":"#, "}"), (r#"{"other":"#, "}")] {
        let text = nested(10_000, open, "1", close);
        for key in ["tree", "ruled", "elsewhere"] {
            let faults = read(&format!(r#"{{"{key}":{text}}}"#)).expect_err("it is too deep");
            assert!(faults.to_string().contains("recursion limit exceeded at line 1"), "{faults}");
        }
    }
}

#[test]
fn fifty_thousand_members_and_items_are_read() {
    let words: Vec<_> = (0..50_000).map(|index| format!("w{index}")).collect();
    let numbers: serde_json::Map<_, _> =
        (0..50_000).map(|index| (format!("n{index}"), json!(index))).collect();
    accepts(&json!({ "words": words, "numbers": numbers }).to_string());
    accepts(&Value::Object(numbers).to_string());
    let twice = [words.as_slice(), &["w7".to_owned()]].concat();
    let faults = read(&json!({ "words": twice }).to_string()).expect_err("w7 stands twice");
    assert_eq!(faults.to_string(), "/words/50000: \"w7\" stands at 7 already");
}
