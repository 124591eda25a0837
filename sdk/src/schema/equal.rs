//! `PartialEq` of generated structs.

use super::Object;
use super::slot::{Map, RestView, View};

/// Whether two structs of one type are equal.
#[must_use]
pub fn equal(one: &dyn Object, other: &dyn Object) -> bool {
    let mut same = false;
    one.see(&mut |members, rest| {
        other.see(&mut |others, other_rest| {
            let mut pairs = members.iter().zip(others);
            same = pairs.all(|(one, other)| views(one.view(), other.view()))
                && rests(&rest, &other_rest);
        });
    });
    same
}

#[expect(clippy::float_cmp, reason = "as `==` of the fields would")]
fn views(one: View<'_>, other: View<'_>) -> bool {
    match (one, other) {
        (View::Absent, View::Absent) | (View::Null, View::Null) => true,
        (View::Bool(one), View::Bool(other)) => one == other,
        (View::Integer(one), View::Integer(other)) => one == other,
        (View::BigInteger(one), View::BigInteger(other)) => one == other,
        (View::Number(one), View::Number(other)) => one == other,
        (View::String(one), View::String(other)) | (View::Media(_, one), View::Media(_, other)) => {
            one == other
        }
        (View::Value(one), View::Value(other)) => one == other,
        // Of one enum, as all else here is of one type.
        (View::Choice(_, one), View::Choice(_, other)) => one == other,
        (View::Other(one), View::Other(other)) => {
            one.as_str() == other.as_str() && one.as_integer() == other.as_integer()
        }
        (View::Union(one), View::Union(other)) => {
            let ((index, one), (other_index, other)) = (one.chosen(), other.chosen());
            index == other_index && views(one, other)
        }
        (View::Ruled(_, one), View::Ruled(_, other)) => views(one.view(), other.view()),
        (View::List(one), View::List(other)) => {
            one.len() == other.len()
                && (0..one.len()).all(|index| views(one.get(index), other.get(index)))
        }
        (View::Map(one), View::Map(other)) => maps(one, other),
        (View::Object(one), View::Object(other)) => equal(one, other),
        _ => false,
    }
}

fn maps(one: &dyn Map, other: &dyn Map) -> bool {
    let mut same = one.len() == other.len();
    one.each(&mut |key, value| {
        same = same && other.get(key).is_some_and(|other| views(value, other));
    });
    same
}

fn rests(one: &RestView<'_>, other: &RestView<'_>) -> bool {
    match (one, other) {
        (RestView::Closed, RestView::Closed) => true,
        (RestView::Extra(one), RestView::Extra(other)) => one == other,
        (RestView::Map(one), RestView::Map(other)) => maps(*one, *other),
        _ => false,
    }
}

#[cfg(test)]
#[expect(unreachable_pub, dead_code, reason = "the macros are for generated types")]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::schema::Nullable;

    crate::string_enum! {
        /// A shape.
        pub enum Shape {
            Wide = "wide",
            High = "high",
        }
    }

    crate::object! {
        /// Of every kind a field.
        #[derive(Default)]
        pub struct Input {
            /// An enum.
            pub shape: Option<Shape> = optional("shape").one_of(Shape),
            /// `null` is not absent.
            pub seed: Option<Nullable<i64>> = optional("seed"),
            /// A number.
            pub weight: Option<f64> = optional("weight"),
            /// Several.
            pub words: Option<Vec<String>> = optional("words"),
            /// Another of the same.
            pub inner: Option<Box<Input>> = optional("inner"),
            /// By name.
            pub named: Option<BTreeMap<String, bool>> = optional("named"),
            /// Anything.
            pub any: Option<Value> = optional("any"),
            ..extra
        }
    }

    #[test]
    fn structs_are_equal_where_all_of_their_fields_are() {
        let values = [
            json!({}),
            json!({ "shape": "wide" }),
            json!({ "shape": "high" }),
            json!({ "seed": null }),
            json!({ "seed": 1 }),
            json!({ "seed": 2 }),
            json!({ "weight": 0.5 }),
            json!({ "words": [] }),
            json!({ "words": ["a"] }),
            json!({ "words": ["b"] }),
            json!({ "words": ["a", "b"] }),
            json!({ "inner": {} }),
            json!({ "inner": { "seed": 1 } }),
            json!({ "named": {} }),
            json!({ "named": { "a": true } }),
            json!({ "named": { "b": true } }),
            json!({ "named": { "a": false } }),
            json!({ "any": null }),
            json!({ "any": [1] }),
            json!({ "unknown": 1 }),
            json!({ "unknown": 2 }),
        ];
        let read = |value: &Value| Input::from_value(value).expect("it is right");
        for (one, left) in values.iter().enumerate() {
            for (other, right) in values.iter().enumerate() {
                assert_eq!(read(left) == read(right), one == other, "{left} {right}");
            }
        }
    }

    #[test]
    fn what_is_no_number_is_equal_to_nothing() {
        let input = Input { weight: Some(f64::NAN), ..Input::default() };
        assert_ne!(input, input.clone());
    }
}
