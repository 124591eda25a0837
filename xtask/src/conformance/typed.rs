//! How typed the results are.

use std::fmt;

use runcomfy_codegen::Module;
use serde_json::Value;

/// How typed the modules are: to wrap everything would be exact and worthless.
#[derive(Default)]
pub(super) struct Typed {
    roots: usize,
    structural: usize,
    /// Roots that are a `Value` though their schema says of which type they are.
    missed: usize,
    places: usize,
    untyped: usize,
}

impl Typed {
    pub(super) fn count(&mut self, module: &Module, schema: &Value) {
        let is_value = module.text.contains("pub struct Root(pub Value);");
        let says_type = schema["type"].is_string();
        self.roots += 1;
        self.structural += usize::from(!is_value);
        self.missed += usize::from(is_value && says_type);
        self.places += module.typed + module.untyped.len();
        self.untyped += module.untyped.len();
    }
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { roots, structural, missed, places, untyped } = self;
        write!(
            f,
            "typed: {structural} of {roots} roots have a structural type, {missed} are a `Value` though \
             the schema gives a type; {untyped} of {places} places inside with a type are a `Value`"
        )
    }
}
