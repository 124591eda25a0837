//! `format`, `contentEncoding` and `contentMediaType`, where a schema makes assertions of them.

#[cfg(feature = "formats")]
pub(super) use asserted::{is_content, is_format};

/// Without the feature no type that asserts a format compiles, so nothing is asked here.
#[cfg(not(feature = "formats"))]
pub(super) fn is_format(_: &'static str, _: &str) -> bool {
    false
}

/// As [`is_format`].
#[cfg(not(feature = "formats"))]
pub(super) fn is_content(_: Option<&str>, _: Option<&str>, _: &str) -> bool {
    false
}

/// Stands in each module with a type that asserts a format.
#[cfg(feature = "formats")]
#[macro_export]
#[doc(hidden)]
macro_rules! requires_formats {
    () => {};
}

/// Stands in each module with a type that asserts a format.
#[cfg(not(feature = "formats"))]
#[macro_export]
#[doc(hidden)]
macro_rules! requires_formats {
    () => {
        ::core::compile_error!(
            "this model's schema makes an assertion of the keyword `format`, which the crate runcomfy checks \
             with its feature `formats`: add it in Cargo.toml, as in \
             `runcomfy = { version = \"0.1\", features = [\"formats\"] }`"
        );
    };
}

#[cfg(feature = "formats")]
mod asserted {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex, PoisonError};

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use jsonschema::Validator;
    use serde::de::IgnoredAny;
    use serde_json::{Value, json};

    static COMPILED: Mutex<BTreeMap<&'static str, Option<Arc<Validator>>>> =
        Mutex::new(BTreeMap::new());

    /// Whether a text is of a format of JSON Schema.
    pub(in crate::schema) fn is_format(format: &'static str, text: &str) -> bool {
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = compiled.entry(format).or_insert_with(|| compile(format)).clone();
        drop(compiled);
        validator.is_some_and(|validator| validator.is_valid(&Value::from(text)))
    }

    fn compile(format: &str) -> Option<Arc<Validator>> {
        let (options, format) = match format {
            "rfc1123-hostname" => (jsonschema::draft4::options(), "hostname"),
            format => (jsonschema::draft202012::options(), format),
        };
        let options = options.should_validate_formats(true);
        options.build(&json!({ "format": format })).ok().map(Arc::new)
    }

    /// Whether a text is what an encoding (`base64`) makes of a medium (`application/json`).
    pub(in crate::schema) fn is_content(
        encoding: Option<&str>,
        media_type: Option<&str>,
        text: &str,
    ) -> bool {
        let decoded = encoding.map(|_| STANDARD.decode(text));
        let bytes = match &decoded {
            Some(Ok(bytes)) => bytes,
            Some(Err(_)) => return false,
            None => text.as_bytes(),
        };
        media_type.is_none() || serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
    }
}

#[cfg(all(test, feature = "formats"))]
mod tests {
    use super::{is_content, is_format};

    #[test]
    fn formats_are_those_of_the_standard() {
        for (format, right, wrong) in [
            ("date", "2024-02-29", "2023-02-29"),
            ("date-time", "1998-12-31T23:59:60Z", "1998-12-31T22:59:60Z"),
            ("duration", "P4DT12H30M5S", "PT1D"),
            ("email", "joe.bloggs@example.com", "2962"),
            ("hostname", "xn--ihqwcrb4cv8a8dqg056pqjye.com", "xn--X"),
            ("rfc1123-hostname", "a--b.com", "a_b.com"),
            ("idn-hostname", "실례.테스트", "〮실례.테스트"),
            ("ipv4", "192.168.0.1", "127.0.0.0.1"),
            ("ipv6", "::1", "12345::"),
            ("iri", "http://ƒøø.ßår/?∂éœ=πîx#πîüx", "/abc"),
            ("json-pointer", "/foo/bar~0/baz~1/%a", "/~2"),
            ("regex", "([abc])+\\s+$", "^(abc]"),
            ("time", "08:30:06.283185Z", "24:00:00Z"),
            ("uri", "http://foo.bar/?baz=qux#quux", "http:// shouldfail.com"),
            (
                "uri-template",
                "http://example.com/dictionary/{term:1}",
                "http://example.com/{term:1",
            ),
            ("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08-aa98-11ea-b4aa"),
        ] {
            assert!(is_format(format, right), "{format}: {right}");
            assert!(!is_format(format, wrong), "{format}: {wrong}");
        }
    }

    #[test]
    fn content_is_decoded_before_it_is_read() {
        let (base64, json) = (Some("base64"), Some("application/json"));
        assert!(is_content(base64, json, "eyJmb28iOiAiYmFyIn0K"));
        assert!(!is_content(base64, json, "ezp9Cg=="));
        assert!(is_content(base64, None, "ezp9Cg=="));
        assert!(!is_content(base64, json, "{}"));
        assert!(is_content(None, json, "{}"));
        assert!(!is_content(None, json, "{:}"));
    }
}
