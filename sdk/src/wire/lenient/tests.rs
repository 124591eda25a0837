use super::*;
use serde_json::json;

#[test]
fn what_has_one_meaning_is_read() {
    let cases = [
        (r#"{"a":NaN,"b":[Infinity,-Infinity,-nan]}"#, json!({"a": null, "b": [null, null, null]})),
        (
            r#"{"a":1e999,"b":-1e999,"c":00012,"d":.5,"e":+1}"#,
            json!({"a": "1e999", "b": "-1e999", "c": 12.0, "d": 0.5, "e": 1.0}),
        ),
        (
            r#"["\ud800","\udc00 x","\ud83d\ude00","\ud800\u0041"]"#,
            json!(["\u{fffd}", "\u{fffd} x", "😀", "\u{fffd}A"]),
        ),
        (r#"["\u12","\x","\'","\/","\u00e9"]"#, json!(["\u{fffd}12", "x", "'", "/", "é"])),
        ("[\"a\nb\u{1}\"]", json!(["a\nb\u{1}"])),
        (r#"{"a":1,}"#, json!({"a": 1})),
        ("[1,2,]", json!([1, 2])),
        (r#"{"a":,"b":1,"c"}"#, json!({"a": null, "b": 1, "c": null})),
        (
            r#"{'a': 'it is "b"', 'c': None, 'd': True, 'e': [False]}"#,
            json!({"a": "it is \"b\"", "c": null, "d": true, "e": [false]}),
        ),
        ("{a: 1, b: undefined}", json!({"a": 1, "b": null})),
        ("{\"a\":1 /* one */, // two\n\"b\":2}", json!({"a": 1, "b": 2})),
        ("\u{feff} {\"a\":1}", json!({"a": 1})),
        (r#"{"a":1}<!-- proxy -->"#, json!({"a": 1})),
        (r#"{"a":1}{"b":2}"#, json!({"a": 1})),
        (")]}'\n{\"a\":1}", json!({"a": 1})),
        (r#""{\"a\":[\"\\u00e9\"]}""#, json!({"a": ["é"]})),
        (r#"{"a":1,"a":2}"#, json!({"a": 2})),
    ];
    for (text, value) in cases {
        assert_eq!(read(text.as_bytes()).unwrap_or_default(), value, "{text}");
    }
}

#[test]
fn what_breaks_off_or_is_something_else_is_not_read() {
    let whole = r#"{"request_id":"r-1","output":{"images":["https://a/1.png",NaN]},"cost":1}"#;
    assert!(read(whole.as_bytes()).is_some());
    for end in 0..whole.len() {
        assert_eq!(read(&whole.as_bytes()[..end]), None, "{}", &whole[..end]);
    }
    let torn = [
        r#"{"output";{"image":"u"}}"#,
        r#"{"output":x"image":"u"}}"#,
        r#"{"output",{"image":"u"}}"#,
        r#"{"a":1 "b":2}"#,
        r#"{"a":{}"b":2}"#,
        r#"{"a":"succ"eded","b":1}"#,
        r#"{"a":1,{}}"#,
        r#"{"a":1,"b":2 3}"#,
    ];
    for damaged in torn {
        assert_eq!(read(damaged.as_bytes()), None, "{damaged}");
    }
    for damaged in [r#"{"a":[1}"#, r#"{"a":[1}}"#, r#"{"a":[]],"b":1}"#, r#"[{"a":1]"#] {
        assert_eq!(read(damaged.as_bytes()), None, "{damaged}");
    }
    let others = [
        "",
        " ",
        "OK",
        "<html>{\"status\":\"failed\"}",
        "\"words\"",
        "17",
        "null",
        "}",
        "]",
        "]]]",
        "'",
        "\"",
        "/*",
        "\u{feff}",
        "<?xml?>",
        "data: {}",
    ];
    for text in others {
        assert_eq!(read(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn every_encoding_of_unicode_is_read() {
    let text = r#"{"a":"é😀"}"#;
    let marked = format!("\u{feff}{text}");
    let value = json!({"a": "é😀"});
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    };
    let widest = |text: &str, unit: fn(u32) -> [u8; 4]| -> Vec<u8> {
        text.chars().flat_map(|c| unit(u32::from(c))).collect()
    };
    for text in [text, &marked] {
        for bytes in [
            text.as_bytes().to_vec(),
            wide(text, u16::to_le_bytes),
            wide(text, u16::to_be_bytes),
            widest(text, u32::to_le_bytes),
            widest(text, u32::to_be_bytes),
        ] {
            assert_eq!(read(&bytes), Some(value.clone()), "{bytes:?}");
        }
    }
    let latin = b"{\"a\":\"caf\xe9\",\"b\":1}";
    assert_eq!(read(latin), Some(json!({"a": "caf\u{fffd}", "b": 1})));
}

#[test]
fn what_lies_too_deep_is_kept_without_its_structure() {
    let depth = 20_000;
    let text = format!("{}\"https://a\",7{}", r#"[{"a":"#.repeat(depth), "}]".repeat(depth));
    let mut value = read(text.as_bytes()).unwrap();
    let mut levels = 0;
    loop {
        levels += 1;
        value = match value {
            Value::Array(mut items) if items.len() == 1 => items.remove(0),
            Value::Object(mut map) => map.remove("a").unwrap(),
            other => {
                let Value::Array(items) = other else { unreachable!() };
                assert!(items.contains(&json!("https://a")) && items.contains(&json!(7)));
                break;
            }
        };
    }
    assert_eq!(levels, DEEPEST);
}

/// A second opinion, on everything that serde_json reads.
#[test]
fn it_agrees_with_the_strict_reader() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..2_000 {
        let value = json!({ "v": arbitrary(&mut random, 4) });
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            assert_eq!(read(text.as_bytes()), Some(value.clone()), "{text}");
        }
    }
}

/// Whatever it is given, it ends and does not panic.
#[test]
fn noise_is_survived() {
    let mut random = fastrand::Rng::with_seed(11);
    let pieces = [
        "{", "}", "[", "]", "\"", "'", "\\", "\\u", "d800", ":", ",", "NaN", "1e9", "/*", "*/",
        "//", "\n", "é", "\0", "a", "\u{feff}", "-", "0",
    ];
    for _ in 0..20_000 {
        let text: String =
            (0..random.usize(0..20)).map(|_| *random.choice(&pieces).unwrap()).collect();
        let _ = read(text.as_bytes());
        let _ = read(format!("{{\"a\":{text}}}").as_bytes());
        let bytes: Vec<u8> = (0..random.usize(0..12)).map(|_| random.u8(..)).collect();
        let _ = read(&bytes);
    }
}

fn arbitrary(random: &mut fastrand::Rng, depth: usize) -> Value {
    let text = |random: &mut fastrand::Rng| -> String {
        let chars = ['a', '"', '\\', '\n', '\u{1}', 'é', '😀', '/', '\'', ',', ':', '{', ' '];
        (0..random.usize(0..6)).map(|_| *random.choice(&chars).unwrap()).collect()
    };
    match random.usize(0..if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => json!(random.bool()),
        2 => json!(random.i64(..)),
        3 => json!(random.f64() * 1e9),
        4 => json!(text(random)),
        5 => (0..random.usize(0..4)).map(|_| arbitrary(random, depth - 1)).collect(),
        _ => {
            let members = (0..random.usize(0..4)).map(|_| {
                let key = text(random);
                (key, arbitrary(random, depth - 1))
            });
            Value::Object(members.collect())
        }
    }
}
