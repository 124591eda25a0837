//! ECMA-262 regular expressions, compiled once for each pattern.

#[cfg(feature = "pattern")]
pub(super) use compiled::matches;

/// Without the feature no type that has a pattern compiles, so nothing is asked here.
#[cfg(not(feature = "pattern"))]
pub(super) fn matches(_: &'static str, _: &str) -> bool {
    false
}

/// Stands in each module with a type that matches patterns.
#[cfg(feature = "pattern")]
#[macro_export]
#[doc(hidden)]
macro_rules! requires_pattern {
    () => {};
}

/// Stands in each module with a type that matches patterns.
#[cfg(not(feature = "pattern"))]
#[macro_export]
#[doc(hidden)]
macro_rules! requires_pattern {
    () => {
        ::core::compile_error!(
            "this model's schema has the keyword `pattern`, which the crate runcomfy checks with its \
             feature `pattern`: add it in Cargo.toml, as in \
             `runcomfy = { version = \"0.1\", features = [\"pattern\"] }`"
        );
    };
}

#[cfg(feature = "pattern")]
mod compiled {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex, PoisonError};

    use regress::{Flags, Regex};

    static COMPILED: Mutex<BTreeMap<&'static str, Option<Arc<Regex>>>> =
        Mutex::new(BTreeMap::new());

    /// Whether the pattern matches anywhere in the text; nothing matches a pattern that is none.
    pub(in crate::schema) fn matches(pattern: &'static str, text: &str) -> bool {
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let regex = compiled.entry(pattern).or_insert_with(|| compile(pattern)).clone();
        drop(compiled);
        regex.is_some_and(|regex| regex.find(text).is_some())
    }

    /// JSON Schema asks for Unicode matching; patterns that are only right without it are common.
    fn compile(pattern: &str) -> Option<Arc<Regex>> {
        let unicode = Flags { unicode: true, ..Flags::default() };
        let regex = Regex::with_flags(pattern, unicode).or_else(|_| Regex::new(pattern));
        regex.ok().map(Arc::new)
    }
}
