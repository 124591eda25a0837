//! Unions: which alternative a value is read as, and whose faults are told.

use runcomfy::schema::runtime::{Rule, Variants};
use runcomfy::{object, string_enum, union};
use serde_json::{Value, json};

string_enum! {
    /// The tag of one alternative.
    pub enum And {
        And = "and",
    }
}

string_enum! {
    /// The tag of the other alternative.
    pub enum Or {
        Or = "or",
    }
}

macro_rules! operator {
    ($name:ident, $tag:ident) => {
        object! {
            /// One alternative.
            pub struct $name {
                /// Which it is.
                pub kind: $tag = required("kind"),
                /// What it joins.
                pub of: Option<Vec<Term>> = optional("of"),
                ..extra
            }
        }
    };
}

operator!(AndTerm, And);
operator!(OrTerm, Or);

/// One or the other, or text.
#[derive(Clone, PartialEq)]
pub enum Term {
    /// Text.
    Text(String),
    /// One.
    And(AndTerm),
    /// The other.
    Or(OrTerm),
}

impl Variants for Term {
    const VARIANTS: &'static [&'static [Rule]] = &[&[Rule::MinLength(2)], &[], &[]];
}

union!(Term { Text, And, Or });

/// Two shapes of which the first takes all that the second takes.
#[derive(Clone, PartialEq)]
pub enum Size {
    /// Has a width.
    Wide(Wide),
    /// Has a height, too.
    High(High),
}

object! {
    /// Has a width.
    pub struct Wide {
        /// In pixels.
        pub width: i64 = required("width"),
        ..extra
    }
}

object! {
    /// Has a height, too.
    pub struct High {
        /// In pixels.
        pub width: i64 = required("width"),
        /// In pixels.
        pub height: i64 = required("height"),
        ..extra
    }
}

impl Variants for Size {
    const VARIANTS: &'static [&'static [Rule]] = &[&[], &[]];
}

union!(Size { Wide, High });

fn faults(value: &Value) -> Vec<String> {
    let invalid = Term::from_value(value).unwrap_err();
    invalid.violations().iter().map(ToString::to_string).collect()
}

#[test]
fn the_faults_are_those_of_the_alternative_that_was_meant() {
    for (value, fault) in [
        (json!("x"), "(root): has 1 character, at least 2 are needed"),
        (json!(5), "(root): must be a string or an object, not 5"),
        (json!({"kind": "or", "of": 5}), "/of: must be an array, not 5"),
        (json!({"kind": "or", "of": ["ab", "c"]}), "/of/1: has 1 character, at least 2 are needed"),
        (
            json!({"kind": "an"}),
            "/kind: \"an\" is not one of \"and\", \"or\"; did you mean \"and\"?",
        ),
        (json!({}), "/kind: is required and is missing"),
    ] {
        assert_eq!(faults(&value), [fault], "{value}");
    }
}

string_enum! {
    /// A tag.
    pub enum A {
        A = "a",
    }
}

string_enum! {
    /// Another tag.
    pub enum B {
        B = "b",
    }
}

object! {
    /// One shape.
    pub struct OfA {
        /// Which it is.
        pub kind: Option<A> = optional("type").one_of(A),
        /// A number.
        pub x: i64 = required("x"),
        /// Another.
        pub z: Option<i64> = optional("z"),
        ..extra
    }
}

object! {
    /// Another shape.
    pub struct OfB {
        /// Which it is.
        pub kind: Option<B> = optional("type").one_of(B),
        /// Text.
        pub x: Option<String> = optional("x"),
        /// Text.
        pub y: String = required("y").with(&[Rule::MaxLength(2)]),
        ..extra
    }
}

/// Any members.
#[derive(Clone, PartialEq)]
pub enum Tagged {
    /// Any.
    Map(std::collections::BTreeMap<String, i64>),
    /// One.
    A(OfA),
    /// The other.
    B(OfB),
}

impl Variants for Tagged {
    const VARIANTS: &'static [&'static [Rule]] = &[&[Rule::MaxProperties(1)], &[], &[]];
    const EXCLUSIVE: bool = true;
}

union!(Tagged { Map, A, B });

#[test]
fn a_tag_decides_which_alternative_was_meant() {
    for (value, expected) in [
        (json!({"type": "a", "x": "1"}), &["/x: must be an integer, not \"1\""][..]),
        (
            json!({"type": "a", "x": "1", "z": 0.5}),
            &["/x: must be an integer, not \"1\"", "/z: must be an integer, not 0.5"],
        ),
        (
            json!({"type": "b", "x": 1}),
            &["/x: must be a string, not 1", "/y: is required and is missing"],
        ),
        (json!({"type": "b", "y": "abc"}), &["/y: has 3 characters, at most 2 are allowed"]),
    ] {
        let invalid = Tagged::from_value(&value).unwrap_err();
        let faults: Vec<_> = invalid.violations().iter().map(ToString::to_string).collect();
        assert_eq!(faults, expected, "{value}");
    }
}

#[test]
fn of_several_alternatives_the_one_that_knows_most_is_taken() {
    let size = |value| Size::from_value(&value).unwrap();
    assert!(matches!(size(json!({"width": 1})), Size::Wide(_)));
    assert!(matches!(size(json!({"width": 1, "height": 2})), Size::High(_)));
    assert!(matches!(size(json!({"width": 1, "depth": 2})), Size::Wide(_)));
}

#[test]
fn deeply_nested_alternatives_are_read_once_each() {
    // Reading every alternative at every level would take 2^60 readings.
    let mut value = json!("text");
    for level in 0..60 {
        value = json!({"kind": if level % 2 == 0 { "and" } else { "or" }, "of": [value]});
    }
    assert!(Term::from_value(&value).is_ok());
    let mut value = json!("x");
    for level in 0..60 {
        value = json!({"kind": if level % 2 == 0 { "and" } else { "or" }, "of": [value]});
    }
    assert_eq!(faults(&value).len(), 1);
}
