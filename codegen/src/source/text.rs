//! Text as it comes: bytes in several encodings, JSON, YAML, and what people paste instead.

use serde_json::Value;

use crate::yaml;

/// The text that bytes are, in UTF-8 or UTF-16, without a byte-order mark.
///
/// # Errors
///
/// One line on why there is none.
pub(crate) fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    let wide = |after: usize, unit: fn([u8; 2]) -> u16| {
        let units = bytes[after..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        match text {
            Ok(text) if bytes.len().is_multiple_of(2) => Ok(text),
            _ => Err("is damaged UTF-16; save it as UTF-8".to_owned()),
        }
    };
    match bytes.as_slice() {
        [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4, ..] => {
            Err("is compressed; unpack it first".to_owned())
        }
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            Err("is UTF-32; save it as UTF-8".to_owned())
        }
        [0xff, 0xfe, ..] => wide(2, u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(2, u16::from_be_bytes),
        // No text begins with a NUL, or has one after its first letter.
        [first, 0, ..] if *first != 0 => wide(0, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => wide(0, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] => utf8(text.to_vec()),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("is not UTF-8: the byte at {at} starts no character")
    })
}

/// Pasted text as JSON: YAML is converted, and everything else stays as it is.
///
/// # Errors
///
/// One line on what is wrong with the YAML.
pub(crate) fn pasted(text: String) -> Result<String, String> {
    if !may_be_yaml(&text) || serde_json::from_str::<Value>(&text).is_ok() {
        return Ok(text);
    }
    match yaml::json(&text) {
        Ok(json) if json.starts_with('{') => Ok(json),
        Err(message) if has_members(&text) => Err(message),
        _ => Ok(text),
    }
}

/// Whether a text that is no JSON may be meant as YAML.
fn may_be_yaml(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_other = text.starts_with(['{', '[', '<', '`', '\u{201c}', '\u{201d}']);
    !text.is_empty() && !is_other && language(text).is_none()
}

/// Whether a line has a colon as YAML's maps do.
fn has_members(text: &str) -> bool {
    text.lines().any(|line| line.trim_end().ends_with(':') || line.contains(": "))
}

/// What a text is that cannot be parsed as JSON, and what helps.
pub(crate) fn not_json(text: &str, error: &serde_json::Error) -> String {
    let text = text.trim_start();
    let hint = match text.chars().next() {
        Some('<') => "; this looks like a web page",
        Some('\u{201c}' | '\u{201d}') => "; the quotes are typographic",
        Some('`') => "; this looks like Markdown: paste what stands between the fences",
        _ if text.contains(['\u{201c}', '\u{201d}']) => "; some quotes are typographic",
        _ if text.starts_with("{'") => "; JSON has double quotes",
        _ if language(text).is_some() => language(text).unwrap_or_default(),
        Some(first) if (first.is_alphabetic() || "-#%\"".contains(first)) && has_members(text) => {
            "; this looks like YAML, which is read from input.yaml"
        }
        _ if error.is_eof() => "; the file is cut off",
        _ if error.to_string().starts_with("trailing characters") => {
            "; something follows the schema: one document, and nothing else, is wanted"
        }
        _ if error.to_string().starts_with("trailing comma") => {
            "; JSON has no comma before a brace: delete it"
        }
        _ if has_comments(text) => "; JSON has no comments: delete them",
        _ if text.starts_with('{') && error.to_string().starts_with("key must be a string") => {
            "; JSON has quotes around keys: this may be JavaScript or JSON5"
        }
        _ => "",
    };
    format!("is not JSON: {error}{hint}")
}

fn has_comments(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        ["//", "/*", "#"].iter().any(|mark| line.starts_with(mark))
            || [", //", ",//", "{ //", ", /*", ", #"].iter().any(|mark| line.contains(mark))
    })
}

/// What a text in another language is, by how it begins.
fn language(text: &str) -> Option<&'static str> {
    LANGUAGES.iter().find_map(|(starts, hint)| {
        starts.iter().any(|start| text.starts_with(start)).then_some(*hint)
    })
}

const LANGUAGES: &[(&[&str], &str)] = &[
    (
        &["http://", "https://", "file://"],
        "; this is an address: download what it leads to, and give that",
    ),
    (
        &["curl ", "$ curl", "wget "],
        "; this is a command; the schema of the model's input is wanted",
    ),
    (
        &["HTTP/1", "HTTP/2", "POST ", "GET "],
        "; this is a message of HTTP; the schema of the model's input is wanted",
    ),
    (
        &[
            "import ",
            "from ",
            "const ",
            "export ",
            "let ",
            "var ",
            "interface ",
            "class ",
            "def ",
            "async ",
            "use ",
            "module.exports",
            "package ",
        ],
        "; this is source code; the schema of the model's input is wanted",
    ),
    (
        &["syntax = ", "syntax=\"proto"],
        "; this is a file of protocol buffers; JSON Schema is wanted",
    ),
    (
        &["query ", "mutation ", "schema {", "type Query"],
        "; this is GraphQL; JSON Schema is wanted",
    ),
    (
        &["#!", "docker ", "npm ", "pip "],
        "; this is a command; the schema of the model's input is wanted",
    ),
];

#[cfg(test)]
mod tests {
    use super::{decoded, not_json, pasted};

    #[test]
    fn text_is_read_in_the_encodings_that_editors_write() {
        let text = "{\"title\": \"é 🎨\"}";
        let wide =
            |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<_>>();
        let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        for bytes in [
            text.as_bytes().to_vec(),
            [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
            [&[0xff, 0xfe], little.as_slice()].concat(),
            [&[0xfe, 0xff], big.as_slice()].concat(),
            little.clone(),
            big.clone(),
        ] {
            assert_eq!(decoded(bytes).as_deref(), Ok(text));
        }
        for (bytes, message) in [
            (&b"{\"\xe9\"}"[..], "is not UTF-8: the byte at 2"),
            (&b"\x1f\x8b\x08\x00"[..], "is compressed"),
            (&b"PK\x03\x04\x00"[..], "is compressed"),
            (&[0xff, 0xfe, 0, 0, b'{', 0, 0, 0], "is UTF-32"),
            (&little[..little.len() - 1], "damaged UTF-16"),
            (&[0xff, 0xfe, 0, 0xd8], "damaged UTF-16"),
        ] {
            let error = decoded(bytes.to_vec()).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
        assert_eq!(decoded(Vec::new()).as_deref(), Ok(""));
    }

    #[test]
    fn pasted_yaml_becomes_json_and_nothing_else_does() {
        for yaml in [
            "type: object\n",
            "---\ntype: object\n",
            "# sizes\ntype: object\n",
            "\"type\": object\n",
            "%YAML 1.2\n---\ntype: object",
        ] {
            assert_eq!(
                pasted(yaml.to_owned()).as_deref(),
                Ok("{\n  \"type\": \"object\"\n}\n"),
                "{yaml}"
            );
        }
        for other in [
            "",
            "{\"a\": 1,}",
            "hello",
            "[1]",
            "\"a: b\"",
            "<a b='c: d'>",
            "import x: y",
            "12",
            "https://a/b: c",
        ] {
            assert_eq!(pasted(other.to_owned()).as_deref(), Ok(other));
        }
        let error = pasted("type: object\n\tproperties: {}\n".to_owned()).unwrap_err();
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn what_is_no_json_has_a_cure() {
        for (text, hint) in [
            ("{\"a\": 1,}", "no comma before a brace"),
            ("{\n// x\n\"a\": 1}", "no comments"),
            ("{\"a\": 1, // x\n\"b\": 2}", "no comments"),
            ("{\n# x\n\"a\": 1}", "no comments"),
            ("{\n/* x */\"a\": 1}", "no comments"),
            ("{a: 1}", "quotes around keys"),
            ("{'a': 1}", "double quotes"),
            ("{\"a\": ", "cut off"),
            ("https://example.com/schema.json", "download"),
            ("curl -X POST https://example.com -d '{\"a\": 1}'", "command"),
            ("from pydantic import BaseModel", "source code"),
            ("export const schema = {", "source code"),
            ("type: object\n", "input.yaml"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            let message = not_json(text, &error);
            assert!(message.contains(hint), "{text}: {message}");
        }
    }
}
