//! JSON that is not quite JSON.
//!
//! A result is paid for whatever its encoder did to it: `NaN`, half a surrogate pair, a line break
//! inside of a string, a byte-order mark, a proxy's comment behind it, Python's spelling. What has
//! one meaning is read. What breaks off is not, because half a result is none; nor is what has members
//! without a comma between them, or values without a name, because a bracket may be lost.
//!
//! Each byte is looked at once, nothing recurses, and what is built is no deeper than [`DEEPEST`].

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

/// How deep the value is that is built; its own `Drop` and everybody's readers recurse. What lies
/// deeper is kept in a list, without its structure.
const DEEPEST: usize = 256;

/// Reads a whole document; `None` if it breaks off, or is none.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    let text = text_of(bytes);
    let bytes = without_guard(text.trim_start_matches(is_blank)).as_bytes();
    match bytes.first()? {
        b'{' | b'[' => Reader::of(bytes, 0).document(),
        b'"' => {
            // JSON in JSON.
            let inner = Reader::of(bytes, 1).string(b'"')?;
            let bytes = inner.trim_start_matches(is_blank).as_bytes();
            let reader = Reader::of(bytes, 0);
            matches!(bytes.first()?, b'{' | b'[').then(|| reader.document())?
        }
        _ => None,
    }
}

/// Whether a document begins here.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let text = text_of(&bytes[..bytes.len().min(256)]);
    without_guard(text.trim_start_matches(is_blank)).starts_with(['{', '['])
}

/// The text of a body, whatever its encoding: what is no UTF-8, UTF-16 or UTF-32 has its odd bytes
/// replaced.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        Cow::Owned(text.collect())
    };
    let widest = |rest: &[u8], unit: fn([u8; 4]) -> u32| {
        let units = rest.chunks_exact(4).map(|four| unit([four[0], four[1], four[2], four[3]]));
        let text = units.map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER));
        Cow::Owned(text.collect())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        [0xff, 0xfe, 0, 0, rest @ ..] => widest(rest, u32::from_le_bytes),
        [0, 0, 0xfe, 0xff, rest @ ..] => widest(rest, u32::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        // Without a mark: JSON begins with ASCII.
        [b, 0, 0, 0, ..] if *b > 0 => widest(bytes, u32::from_le_bytes),
        [0, 0, 0, b, ..] if *b > 0 => widest(bytes, u32::from_be_bytes),
        [a, 0, b, 0, ..] if *a > 0 && *b > 0 => wide(bytes, u16::from_le_bytes),
        [0, a, 0, b, ..] if *a > 0 && *b > 0 => wide(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\0' | '\u{feff}')
}

/// What some services put before JSON so that it does not run as a script.
fn without_guard(text: &str) -> &str {
    let guards = [")]}',", ")]}'", "while(1);", "for(;;);"];
    let rest = guards.iter().find_map(|guard| text.strip_prefix(guard)).unwrap_or(text);
    rest.trim_start_matches(is_blank)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The arrays and objects around this place.
    open: Vec<Open>,
    /// How many more there are than are built.
    flat: usize,
    /// Whether a name may come: after a bracket or a comma.
    separated: bool,
}

enum Open {
    Array(Vec<Value>),
    /// With the key that has no value yet.
    Object(Map<String, Value>, Option<String>),
}

impl<'a> Reader<'a> {
    fn of(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, open: Vec::new(), flat: 0, separated: true }
    }

    fn document(mut self) -> Option<Value> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'{' | b'[' if self.open.len() == DEEPEST => self.flat += 1,
                b'{' if self.open.len() + 1 < DEEPEST => {
                    self.open.push(Open::Object(Map::new(), None));
                    self.separated = true;
                }
                b'{' | b'[' => self.open.push(Open::Array(Vec::new())),
                b'}' | b']' if self.flat > 0 => self.flat -= 1,
                b'}' | b']' => {
                    let whole = self.close(byte)?;
                    if self.open.is_empty() {
                        // Whatever comes behind it is not ours.
                        return Some(whole);
                    }
                    self.add(whole)?;
                }
                b',' => {
                    self.separated = true;
                    if let Some(Open::Object(map, key)) = self.open.last_mut()
                        && let Some(key) = key.take()
                    {
                        map.insert(key, Value::Null);
                    }
                }
                b'"' | b'\'' => {
                    let text = self.string(byte)?;
                    self.add_text(text)?;
                }
                b'/' if self.bytes.get(self.at) == Some(&b'*') => self.skip_past(b"*/")?,
                b'/' if self.bytes.get(self.at) == Some(&b'/') => self.skip_past(b"\n")?,
                b':' | 0 => {}
                byte if byte.is_ascii_whitespace() => {}
                _ => {
                    self.at -= 1;
                    self.word()?;
                }
            }
        }
    }

    /// The innermost array or object; `None` where this is not what ends it.
    fn close(&mut self, byte: u8) -> Option<Value> {
        let flat = self.open.len() == DEEPEST;
        let open = self.open.pop()?;
        let fits = flat || matches!(open, Open::Array(_)) == (byte == b']');
        fits.then(|| open.into_value())
    }

    /// The rest of a string; `None` where it does not end.
    fn string(&mut self, quote: u8) -> Option<String> {
        let mut out = Vec::new();
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest.iter().position(|byte| *byte == quote || *byte == b'\\')?;
            out.extend_from_slice(&rest[..plain]);
            self.at += plain + 1;
            if rest[plain] == quote {
                return Some(String::from_utf8_lossy(&out).into_owned());
            }
            let escaped = *self.bytes.get(self.at)?;
            self.at += 1;
            match escaped {
                b'n' => out.push(b'\n'),
                b't' => out.push(b'\t'),
                b'r' => out.push(b'\r'),
                b'b' => out.push(8),
                b'f' => out.push(12),
                b'u' => {
                    let c = self.escaped_char();
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                other => out.push(other),
            }
        }
    }

    /// Behind `\u`: four digits, or a pair of them; half a pair has no meaning.
    fn escaped_char(&mut self) -> char {
        let Some(unit) = self.four_digits() else { return char::REPLACEMENT_CHARACTER };
        if !(0xd800..0xdc00).contains(&unit) {
            return char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
        }
        let before = self.at;
        if self.bytes[self.at..].starts_with(b"\\u") {
            self.at += 2;
            if let Some(low @ 0xdc00..0xe000) = self.four_digits() {
                let c = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
            self.at = before;
        }
        char::REPLACEMENT_CHARACTER
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    /// A number, a name such as `NaN`, or a key without quotes.
    fn word(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b",:{}[]\"".contains(byte);
        // One that runs into the end breaks off.
        let length = rest.iter().position(ends)?;
        self.at += length;
        let word = String::from_utf8_lossy(&rest[..length]);
        match self.open.last() {
            Some(Open::Object(_, None)) => self.add_text(word.into_owned()),
            _ => self.add(meaning(&word)),
        }
    }

    fn skip_past(&mut self, end: &[u8]) -> Option<()> {
        let rest = &self.bytes[self.at..];
        self.at += rest.windows(end.len()).position(|window| window == end)? + end.len();
        Some(())
    }

    /// A key where one is due, else a value; `None` where neither is.
    fn add_text(&mut self, text: String) -> Option<()> {
        match self.open.last_mut() {
            Some(Open::Object(_, Some(_)) | Open::Array(_)) => self.add(Value::String(text)),
            Some(Open::Object(_, key)) if self.separated => {
                *key = Some(text);
                Some(())
            }
            _ => None,
        }
    }

    fn add(&mut self, value: Value) -> Option<()> {
        self.separated = false;
        match self.open.last_mut()? {
            Open::Array(items) => items.push(value),
            Open::Object(map, key) => drop(map.insert(key.take()?, value)),
        }
        Some(())
    }
}

impl Open {
    fn into_value(self) -> Value {
        match self {
            Self::Array(items) => Value::Array(items),
            Self::Object(mut map, key) => {
                if let Some(key) = key {
                    map.insert(key, Value::Null);
                }
                Value::Object(map)
            }
        }
    }
}

/// Numbers that no JSON number holds are null, as JavaScript writes them, or text where they have
/// digits.
fn meaning(word: &str) -> Value {
    if let Ok(value) = serde_json::from_str::<Value>(word) {
        return value;
    }
    let bare = word.trim_start_matches(['+', '-']).to_ascii_lowercase();
    match bare.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" | "none" | "nil" | "undefined" | "nan" | "inf" | "infinity" => Value::Null,
        _ => {
            let number = word.parse().ok().and_then(Number::from_f64);
            number.map_or_else(|| Value::String(word.to_owned()), Value::Number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_one_meaning_is_read() {
        let cases = [
            (
                r#"{"a":NaN,"b":[Infinity,-Infinity,-nan]}"#,
                json!({"a": null, "b": [null, null, null]}),
            ),
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
}
