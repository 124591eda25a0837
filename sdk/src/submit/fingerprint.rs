//! Which inputs are the same: by what they mean, not by how they are spelled.

mod canonical;

use ring::digest::{Context, SHA256};

use canonical::Json;

/// What is put before the hash, so that a later version can change what is hashed.
const VERSION: &str = "2:";

/// The fingerprint of an input: the version of the rule, a colon, and the beginning of the SHA-256 of
/// the model id and the canonical form of the body.
///
/// The order of members, the spelling of numbers and the escapes of strings do not matter. A body
/// that is not JSON counts by its bytes.
pub(crate) fn fingerprint(model_id: &str, body: &str) -> String {
    match Json::parse(body) {
        Some(json) => format!("{VERSION}{}", hash(&[model_id, "\n", &json.canonical()])),
        None => format!("{VERSION}{}", hash(&[model_id, "\n\n", body])),
    }
}

/// What journals of the first version may hold for the same input: the hash of the bytes that were
/// sent, which depended on how the members were ordered.
pub(crate) fn older_fingerprints(model_id: &str, body: &str) -> Vec<String> {
    let mut all = vec![raw_fingerprint(model_id, body)];
    if let Some(json) = Json::parse(body) {
        let sorted = raw_fingerprint(model_id, &json.sorted());
        if sorted != all[0] {
            all.push(sorted);
        }
    }
    all
}

/// The hash of a text as it is.
pub(crate) fn raw_fingerprint(model_id: &str, body: &str) -> String {
    hash(&[model_id, "\n", body])
}

/// The first 64 bits of the SHA-256, in hexadecimal digits.
pub(crate) fn hash(parts: &[impl AsRef<[u8]>]) -> String {
    let mut hash = Context::new(&SHA256);
    parts.iter().for_each(|part| hash.update(part.as_ref()));
    let start = hash.finish().as_ref().iter().take(8).fold(0, |n, byte| n << 8 | u64::from(*byte));
    format!("{start:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_version_hashed_the_bytes() {
        // printf 'a/b\n{}' | sha256sum
        assert_eq!(raw_fingerprint("a/b", "{}"), "6cca4749e2fa05fb");
    }

    /// Journals hold these: a change of the rule needs another version.
    #[test]
    fn the_rule_of_a_version_does_not_change() {
        // printf 'a/b\n{"a":[1,25e-1,"é"],"b":null}' | sha256sum
        let print = fingerprint("a/b", r#"{ "b": null, "a": [1.0, 2.50, "\u00e9"] }"#);
        assert_eq!(print, "2:fcb872ac52b1c557");
    }

    #[test]
    fn inputs_and_models_are_told_apart() {
        let print = |body| fingerprint("a/b", body);
        assert_ne!(print("{}"), fingerprint("a/c", "{}"));
        let different = [
            "{}",
            "[]",
            "null",
            "0",
            "-1",
            "\"0\"",
            "\"\"",
            "[0]",
            "[[0]]",
            "[0,1]",
            "[1,0]",
            "10",
            "0.1",
            "0.10000000000000002",
            "18446744073709551616",
            "18446744073709551617",
            "1e400",
            "1e401",
            r#"{"a":1}"#,
            r#"{"a":2}"#,
            r#"{"a":"1"}"#,
            r#"{"b":1}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":[{"b":1}]}"#,
            r#"{"a":1,"b":1}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":2,"a":1}"#,
            r#""\ud800""#,
            "{",
            "",
        ];
        for (place, one) in different.iter().enumerate() {
            for other in &different[..place] {
                assert_ne!(print(one), print(other), "{one} and {other}");
            }
        }
    }

    #[test]
    fn spelling_does_not_matter() {
        let same = [
            (
                r#"{"b":1,"a":{"d":2,"c":[{"f":1,"e":2}]}}"#,
                r#"{"a":{"c":[{"e":2,"f":1}],"d":2},"b":1}"#,
            ),
            (" { \"a\" :\t[ 1 ,\r\n2 ] } ", r#"{"a":[1,2]}"#),
            ("[1,1.0,1e0,10e-1,0.1e1,1E+0]", "[1,1,1,1,1,1]"),
            ("[0,-0,0.0,-0.0,0e5,0E-7]", "[0,0,0,0,0,0]"),
            ("[100,1e2,1.00e2,0.001E5]", "[100,100,100,100]"),
            ("[0.5,5e-1,0.50]", "[0.5,0.5,0.5]"),
            ("[0.1,0.10000000000000001,1.0000000000000000555e-1]", "[0.1,0.1,0.1]"),
            ("[18446744073709551616]", "[1.8446744073709551616e19]"),
            (r#"["\u0041\/\u00e9\ud83e\udd80\n\u0009"]"#, "[\"A/é🦀\\n\\t\"]"),
            (r#"{"\u0061":1,"b":2}"#, r#"{"b":2,"a":1}"#),
            // By code point; UTF-16 would have them the other way round.
            ("{\"\u{ff61}\":1,\"🦀\":2}", "{\"🦀\":2,\"\u{ff61}\":1}"),
        ];
        for (one, other) in same {
            assert_eq!(fingerprint("a/b", one), fingerprint("a/b", other), "{one} and {other}");
        }
    }

    #[test]
    fn what_the_first_version_wrote_is_known() {
        let sent = r#"{"b":1,"a":[{"d":"\u00e9","c":1.50}]}"#;
        let older = older_fingerprints("a/b", sent);
        assert_eq!(older[0], raw_fingerprint("a/b", sent));
        assert_eq!(older[1], raw_fingerprint("a/b", r#"{"a":[{"c":1.50,"d":"é"}],"b":1}"#));
        assert_eq!(older_fingerprints("a/b", r#"{"a":1}"#).len(), 1);
    }

    #[test]
    fn nothing_is_too_deep_or_too_long() {
        let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
        for text in [deep(100), deep(100_000), "[".repeat(100_000), "9".repeat(100_000)] {
            assert_eq!(fingerprint("a/b", &text).len(), 18);
        }
    }
}
