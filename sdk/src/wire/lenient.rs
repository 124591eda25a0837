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
mod tests;
