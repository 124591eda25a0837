//! JSON instances derived from a schema: valid ones, and nearly valid ones.
//!
//! They test what reads by a schema against another judge of the same schema. Everything follows
//! from the schema and the seed: the same two give the same instances, on every machine. The
//! schema is one of any draft from 4 to 2020-12, and may hold itself.

mod array;
mod goal;
mod make;
mod number;
mod object;
mod pattern;
mod slip;
mod text;

use serde_json::Value;

use goal::Document;
use make::Maker;

/// An endless supply of instances.
pub(crate) struct Instances<'a> {
    maker: Maker<'a>,
    root: &'a Value,
}

impl<'a> Instances<'a> {
    pub(crate) fn new(schema: &'a Value, seed: u64) -> Self {
        let maker = Maker::new(Document::new(schema), fastrand::Rng::with_seed(seed));
        Self { maker, root: schema }
    }

    /// One that the schema should accept: at the edges of its limits as often as between them.
    pub(crate) fn valid(&mut self) -> Value {
        self.maker.begin(false);
        self.maker.value(&[self.root])
    }

    /// One that is made of the schema's own defaults and examples, as far as there are any.
    pub(crate) fn sampled(&mut self) -> Value {
        self.maker.begin(true);
        self.maker.value(&[self.root])
    }

    /// One that was valid before something was done to it, in one place or in a few.
    pub(crate) fn nearly_valid(&mut self) -> Value {
        let mut value = if self.maker.one_in(4) { self.sampled() } else { self.valid() };
        let slips = if self.maker.one_in(3) { 2 + self.maker.below(2) } else { 1 };
        for _ in 0..slips {
            self.maker.slip(&mut value);
        }
        value
    }

    /// One of any kind; most are nearly valid.
    pub(crate) fn any(&mut self) -> Value {
        match self.maker.below(8) {
            0 | 1 => self.valid(),
            2 => self.sampled(),
            _ => self.nearly_valid(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Instances;

    fn some(schema: &Value, seed: u64) -> Vec<Value> {
        let mut instances = Instances::new(schema, seed);
        (0..50).map(|_| instances.any()).collect()
    }

    /// How many of a hundred valid instances the `jsonschema` crate finds valid.
    fn share(schema: &Value) -> usize {
        let validator = jsonschema::draft202012::new(schema).expect("a schema");
        let mut instances = Instances::new(schema, 1);
        (0..100).filter(|_| validator.is_valid(&instances.valid())).count()
    }

    #[test]
    fn the_same_seed_gives_the_same_instances() {
        let schema = json!({
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "string", "maxLength": 9}},
        });
        assert_eq!(some(&schema, 7), some(&schema, 7));
        assert_ne!(some(&schema, 7), some(&schema, 8));
    }

    #[test]
    fn valid_instances_are_valid() {
        for schema in [
            json!(true),
            json!({"type": "integer", "minimum": -3, "exclusiveMaximum": 4}),
            json!({"type": "integer", "multipleOf": 8, "minimum": 250, "maximum": 4096}),
            json!({"type": "integer", "minimum": 0, "maximum": 18_446_744_073_709_551_615_u64}),
            json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.3, "multipleOf": 0.1}),
            json!({"type": ["string", "null"], "minLength": 2, "maxLength": 3}),
            json!({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}),
            json!({"enum": ["a", 1, null, [2], {"b": 3}]}),
            json!({"const": {"a": 1}}),
            json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 5}),
            json!({"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": true, "maxItems": 3}),
            json!({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": false}),
            json!({"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 5}, "minContains": 2}),
            json!({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2}),
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}, "additionalProperties": false}),
            json!({"type": "object", "patternProperties": {"^x-": {"type": "null"}}, "propertyNames": {"pattern": "^x-[a-z]+$"}}),
            json!({"type": "object", "properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}}),
            json!({"type": "object", "properties": {"a": {}}, "dependentSchemas": {"a": {"required": ["c"]}}}),
            json!({"allOf": [{"minimum": 1}, {"maximum": 2}], "type": "integer"}),
            json!({"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 4}]}),
            json!({"if": {"type": "integer"}, "then": {"minimum": 3}, "else": {"type": "string"}}),
            json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {
                "type": "object",
                "required": ["value"],
                "properties": {
                    "value": {"type": "integer"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                },
            }}}),
        ] {
            let share = share(&schema);
            assert!(share >= 90, "{share} of 100 are valid: {schema}");
        }
    }

    #[test]
    fn a_schema_that_always_holds_itself_ends_all_the_same() {
        let schema =
            json!({"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}});
        assert_eq!(some(&schema, 1).len(), 50);
        let schema = json!({"$ref": "#", "anyOf": [{"$ref": "#"}], "allOf": [{"$ref": "#"}]});
        assert_eq!(some(&schema, 1).len(), 50);
        let branching = json!({"type": "array", "items": {"$ref": "#"}, "minItems": 9});
        assert_eq!(some(&branching, 1).len(), 50);
    }

    #[test]
    fn nearly_valid_instances_are_of_both_kinds() {
        let schema = json!({
            "type": "object",
            "required": ["prompt"],
            "properties": {
                "prompt": {"type": "string", "maxLength": 20},
                "count": {"type": "integer", "minimum": 1, "maximum": 4},
                "format": {"enum": ["png", "jpeg"]},
            },
        });
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        let mut instances = Instances::new(&schema, 1);
        let valid = (0..1000).filter(|_| validator.is_valid(&instances.nearly_valid())).count();
        assert!((100..700).contains(&valid), "{valid} of 1000 are valid");
    }

    #[test]
    fn samples_come_from_the_schema() {
        let schema = json!({
            "type": "object",
            "required": ["a", "b"],
            "properties": {
                "a": {"type": "string", "default": "one"},
                "b": {"type": "string", "examples": ["two"]},
            },
        });
        let sampled = Instances::new(&schema, 1).sampled();
        assert_eq!((&sampled["a"], &sampled["b"]), (&json!("one"), &json!("two")));
    }
}
