use serde_json::{Value, json};

use super::json;

fn read(yaml: &str) -> Value {
    let text = json(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{yaml}\n{text}\n{error}"))
}

#[test]
fn yaml_means_what_version_1_2_says() {
    for (yaml, expected) in [
        ("a: 1\nb: [x, 'y']\n", json!({"a": 1, "b": ["x", "y"]})),
        ("\u{feff}---\n# a comment\na: b # another\n...\n", json!({"a": "b"})),
        ("%YAML 1.2\n---\na: {b: c, d: [e,],}\n", json!({"a": {"b": "c", "d": ["e"]}})),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", json!({"a": "x\ny\n", "b": "x y"})),
        // The traps: these are strings.
        ("[no, on, yes, off, y, N, Yes]", json!(["no", "on", "yes", "off", "y", "N", "Yes"])),
        (
            "[2024-01-02, 12:30:45, 1_000, 0b11, 1.2.3]",
            json!(["2024-01-02", "12:30:45", "1_000", "0b11", "1.2.3"]),
        ),
        ("['1', \"true\", '~']", json!(["1", "true", "~"])),
        ("[+-5, 0x, 0o8, 1e, ., +.e3]", json!(["+-5", "0x", "0o8", "1e", ".", "+.e3"])),
        // These are not.
        ("[true, False, null, ~, ]", json!([true, false, null, null])),
        ("a:\nb: Null\n", json!({"a": null, "b": null})),
        ("[0o17, 0xFF, 010, +7]", json!([15, 255, 10, 7])),
        ("[1.5, .5, -.5, 5., 1e3, +1.0E-2]", json!([1.5, 0.5, -0.5, 5, 1000.0, 0.01])),
        ("[!!str 1, !!int '1', !!float 1, !!null '', ! 1]", json!(["1", 1, 1, null, "1"])),
        // Keys are strings, whatever they look like.
        (
            "200: a\ntrue: b\nnull: c\n1.0: d\n",
            json!({"200": "a", "true": "b", "null": "c", "1.0": "d"}),
        ),
        (
            "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n",
            json!({"a": {"b": 1}, "c": {"b": 1}, "d": {"e": 2, "b": 1}}),
        ),
        (
            "a: &x {b: 1}\nd: {<<: [*x, {b: 2, c: 3}]}\n'<<': 4",
            json!({"a": {"b": 1}, "d": {"b": 1, "c": 3}, "<<": 4}),
        ),
    ] {
        assert_eq!(read(yaml), expected, "{yaml}");
    }
}

#[test]
fn large_numbers_keep_their_digits() {
    for (yaml, expected) in [
        ("36893488147419103233", "36893488147419103233\n"),
        ("-0036893488147419103233", "-36893488147419103233\n"),
        ("0xFFFFFFFFFFFFFFFFFF", "4722366482869645213695\n"),
        ("0.10000000000000000555", "0.10000000000000000555\n"),
        ("1e400", "1e400\n"),
    ] {
        assert_eq!(json(yaml).as_deref(), Ok(expected));
    }
}

#[test]
fn what_is_no_yaml_has_a_line() {
    let deep = format!("a:{}", " [".repeat(300));
    let mut block = String::new();
    (0..300).for_each(|level| block += &format!("{}a:\n", " ".repeat(level)));
    for (yaml, message) in [
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        ("a: 1\n\tb: 2\n", "line 2 is indented by a tab"),
        ("a: 1\na: 2\n", "the key `a` stands there twice at line 2 column 1"),
        ("{a: 1, \"a\": 2}", "the key `a` stands there twice"),
        ("1: a\n'1': b", "the key `1` stands there twice at line 2"),
        ("a: 1\n---\na: 2\n", "a second document begins; expected one at line 2"),
        ("? [a]\n: b\n", "a key is a list or a map"),
        ("a: &x [1]\n*x : 2\n", "a key is an alias"),
        ("a: &x [*x]\n", "an alias refers to what it stands in"),
        ("a: *x\n", "at line 1"),
        ("a: [1, 2\n", "at line"),
        ("a: 'b\n", "at line"),
        ("a: .inf\n", "JSON has no number `.inf` at line 1 column 4"),
        ("a: !!binary aGk=\n", "the tag `!!binary`"),
        ("a: !Ref b\n", "the tag `!Ref`"),
        ("a: !!int b\n", "`b` is no `!!int`"),
        ("a: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\n", "is too large"),
        ("a: {<<: 1}\n", "`<<` takes over something that is not a map"),
        (&deep, "at line 1"),
        (&block, "it is nested deeper than 127 levels at line 128"),
    ] {
        let error = json(yaml).expect_err(yaml);
        assert!(error.contains(message) && !error.contains('\n'), "{yaml}: {error}");
    }
}

#[test]
fn aliases_cannot_make_it_large_or_deep() {
    let mut laughs = String::from("a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
    let mut merges = String::from("a0: &a0 {x: 1}\n");
    let mut chain = String::from("- &a0 [x]\n");
    for level in 1..100_000 {
        let before = level - 1;
        if level < 30 {
            let all = vec![format!("*a{before}"); 9].join(", ");
            laughs += &format!("a{level}: &a{level} [{all}]\n");
        }
        merges += &format!("a{level}: &a{level} {{<<: *a{before}, k{level}: 1}}\n");
        chain += &format!("- &a{level} [*a{before}]\n");
    }
    for (yaml, message) in [
        (laughs, "longer than 16 MB"),
        (merges, "takes over too many members"),
        (chain, "nested deeper than 127 levels"),
    ] {
        let error = json(&yaml).expect_err(message);
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn damaged_yaml_is_an_error_and_no_panic() {
    let yaml = "%YAML 1.2\n---\na: &x {b: [1, 'c', \"d\\n\"], <<: {e: !!str f}}\n? g\n: |+2\n   h\n- *x\n...\n";
    let pieces = [
        "\t", "\n", "- ", "? ", ": ", "&x ", "*x", "!!", "[", "]", "{", "}", ",", "|", ">-", "'",
        "\"", "\\x", "%", "---", "\u{85}", "\u{2028}", "é", "\0",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..20_000 {
        let mut damaged: Vec<char> = yaml.chars().collect();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..damaged.len());
            if random.bool() {
                damaged.drain(at..(at + random.usize(1..5)).min(damaged.len()));
            }
            let piece = pieces[random.usize(..pieces.len())];
            let at = at.min(damaged.len());
            damaged.splice(at..at, piece.chars());
        }
        let damaged: String = damaged.into_iter().collect();
        if let Ok(text) = json(&damaged) {
            let parsed = serde_json::from_str::<Value>(&text);
            assert!(parsed.is_ok(), "{damaged:?}\n{text}\n{parsed:?}");
        }
    }
}
