//! Regular expressions that are none in ECMA-262, which is what JSON Schema asks for.
//!
//! The standard advises to pass over what cannot be compiled. The same goes for what can be compiled
//! only as something that its author cannot have meant: outside of Unicode mode `\A` is the letter `A`.

use regress::{Flags, Regex};
use serde_json::Value;

use super::{Object, escape};
use crate::digits;
use crate::error::Remarks;

/// Takes out the patterns that cannot be checked; each leaves a note.
pub(super) fn drop_unreadable(object: &mut Object, at: &str, remarks: &mut Remarks) {
    if let Some(why) = object.get("pattern").and_then(digits::string).and_then(unreadable) {
        let message = format!("{why}; the pattern is not checked, so any string is accepted");
        remarks.note(&format!("{at}/pattern"), message);
        object.shift_remove("pattern");
    }
    let Some(Value::Object(patterns)) = object.get_mut("patternProperties") else { return };
    let mut is_unclear = false;
    patterns.retain(|pattern, _| {
        let Some(why) = unreadable(pattern) else { return true };
        let message = format!(
            "{why}; it cannot be told which properties it is about, so they are accepted as if \
             neither it nor the schema for additional properties were there"
        );
        remarks.note(&format!("{at}/patternProperties/{}", escape(pattern)), message);
        is_unclear = true;
        false
    });
    // These would refuse what the pattern may be about.
    for rest in ["additionalProperties", "unevaluatedProperties"] {
        if is_unclear {
            object.shift_remove(rest);
        }
    }
}

/// Why a pattern cannot be read as its author meant it.
fn unreadable(pattern: &str) -> Option<String> {
    let unicode = Flags { unicode: true, ..Flags::default() };
    if Regex::with_flags(pattern, unicode).is_ok() {
        return None;
    }
    if let Err(error) = Regex::new(pattern) {
        let hint = foreign(pattern).unwrap_or_default();
        return Some(format!("is no regular expression of ECMA-262 ({}){hint}", error.text));
    }
    let hint = foreign(pattern)?;
    Some(format!("is no regular expression of ECMA-262{hint}"))
}

/// What of another language's expressions is in a pattern.
fn foreign(pattern: &str) -> Option<String> {
    let hint =
        |what: &str, instead: &str| Some(format!(": `{what}` is of another language{instead}"));
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '[', '(', '+', '*', '?', '}']) {
        rest = &rest[at..];
        let mut chars = rest.chars();
        match (chars.next(), chars.next()) {
            (Some('\\'), Some(letter)) => {
                match letter {
                    'A' => return hint(r"\A", ", here it is `^`"),
                    'Z' | 'z' => return hint(&format!(r"\{letter}"), ", here it is `$`"),
                    'p' | 'P' | 'u' if chars.next() == Some('{') => {
                        return hint(&format!(r"\{letter}{{…}}"), "");
                    }
                    letter if letter.is_ascii_alphabetic() && !ESCAPES.contains(letter) => {
                        return hint(&format!(r"\{letter}"), "");
                    }
                    _ => {}
                }
                rest = &rest[1 + letter.len_utf8()..];
                continue;
            }
            (Some('['), Some(':')) => return hint("[:…:]", ", here it is `\\w`, `\\d` …"),
            (Some('('), Some('?')) => {
                let known = ["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<"];
                if !known.iter().any(|known| rest.starts_with(known)) {
                    let what: String = rest.chars().take(3).collect();
                    return hint(&format!("{what}…"), "");
                }
            }
            (Some('+' | '*' | '?' | '}'), Some('+')) => return hint("++", ""),
            _ => {}
        }
        rest = &rest[1..];
    }
    None
}

/// Letters that ECMA-262 gives a meaning after a backslash.
const ESCAPES: &str = "bBcdDfknrsStuvwWxpP";

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::unreadable;
    use crate::{Role, emit, standard};

    #[test]
    fn what_ecma_262_reads_is_left_alone() {
        for pattern in [
            "",
            "^a+$",
            r"^\d{3}-\w+$",
            r"\p{Letter}cole",
            r"^[\p{L}\-]+$",
            "(?<y>a)",
            "(?<=a)b",
            "(?!a)b",
            // Only without Unicode mode, and nobody could mean anything else.
            r"^\-\_\@$",
            r"[\w-.]",
            "x{",
            "a{,3}",
            "]",
            r"\'",
        ] {
            assert_eq!(unreadable(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn what_other_languages_read_is_passed_over_with_the_reason() {
        for (pattern, hint) in [
            ("(", "ECMA-262 ("),
            ("[", "ECMA-262 ("),
            ("*a", "ECMA-262 ("),
            (r"a\", "ECMA-262 ("),
            ("(?i)abc", "`(?i…`"),
            ("(?P<y>a)", "`(?P…`"),
            ("(?P<y>a)(?P=y)", "`(?P…`"),
            ("(?>a)b", "`(?>…`"),
            ("(?#note)a", "`(?#…`"),
            ("(?x) a", "`(?x…`"),
            ("a++b", "`++`"),
            ("a*+", "`++`"),
            ("a{2}+", "`++`"),
            (r"\Aabc\z", r"`\A`"),
            (r"^abc\Z", r"`\Z`"),
            (r"^abc\z", r"`\z`"),
            (r"\h+", r"`\h`"),
            (r"\Qa.b\E", r"`\Q`"),
            (r"\Rx", r"`\R`"),
            (r"\a", r"`\a`"),
            (r"\_\p{L}", r"`\p{…}`"),
            ("[[:alpha:]]+", "`[:…:]`"),
            ("^[[:digit:]_]$", "`[:…:]`"),
        ] {
            let why = unreadable(pattern).unwrap_or_default();
            assert!(why.contains(hint), "{pattern}: {why}");
            let schema = json!({"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}});
            let module =
                emit("a.json", &schema.to_string(), "Input", Role::Input).expect("it is generated");
            let note = module.notes.first().map(ToString::to_string).unwrap_or_default();
            assert!(
                note.starts_with("a.json#/properties/a/pattern: is no regular expression"),
                "{note}"
            );
            assert!(note.ends_with("any string is accepted"), "{note}");
            assert!(
                module.features.is_empty() && !module.text.contains("Pattern"),
                "{}",
                module.text
            );
        }
    }

    #[test]
    fn properties_of_an_unreadable_pattern_are_accepted() {
        let schema = json!({
            "type": "object",
            "patternProperties": {"(?i)^a": {"type": "integer"}, "^b": {"type": "string"}},
            "additionalProperties": false,
        });
        let read = standard("a.json", &schema.to_string(), Role::Input).expect("it is read");
        assert_eq!(
            read,
            json!({"type": "object", "patternProperties": {"^b": {"type": "string"}}})
        );
        assert_eq!(read.get("additionalProperties"), None::<&Value>);
    }
}
