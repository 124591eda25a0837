//! The other judge of a schema: the `jsonschema` crate, which shares nothing with ours.

mod patience;

use jsonschema::Validator;
use serde_json::Value;

pub(crate) use patience::{Judgement, PATIENCE, judgements};

/// What the schema says of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    /// It may hang on a number on which the two judges are known to differ.
    Excluded,
}

/// A schema, compiled.
pub(crate) struct Oracle {
    validator: Validator,
    /// The crate divides floats, where ours divides decimal digits: beyond 53 bits they differ.
    has_multiples: bool,
}

impl Oracle {
    /// Compiles a standard schema.
    pub(crate) fn new(schema: &Value) -> Result<Self, String> {
        let mut schema = schema.clone();
        drop_odd_ids(&mut schema);
        let options = jsonschema::draft202012::options().should_validate_formats(false);
        let validator = options.build(&schema).map_err(|error| error.to_string())?;
        Ok(Self { validator, has_multiples: has_multiples(&schema) })
    }

    /// Why it refuses an instance.
    pub(crate) fn reason(&self, instance: &Value) -> String {
        let error = self.validator.validate(instance).err();
        error.map_or_else(String::new, |error| format!("{}: {error}", error.instance_path()))
    }

    pub(crate) fn judge(&self, instance: &Value) -> Verdict {
        if self.has_multiples && has_large(instance) {
            Verdict::Excluded
        } else if self.validator.is_valid(instance) {
            Verdict::Accepted
        } else {
            Verdict::Refused
        }
    }
}

fn has_multiples(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => {
            object.get("multipleOf").is_some_and(Value::is_number)
                || object.values().any(has_multiples)
        }
        Value::Array(values) => values.iter().any(has_multiples),
        _ => false,
    }
}

/// Whether there is a number of more than 53 bits.
fn has_large(instance: &Value) -> bool {
    match instance {
        Value::Number(number) => number.as_f64().is_some_and(|float| float.abs() > 9e15),
        Value::Array(items) => items.iter().any(has_large),
        Value::Object(members) => members.values().any(has_large),
        _ => false,
    }
}

/// Templates as in `/schemas/<TASK>/input.json` are no URIs, and the crate refuses them.
fn drop_odd_ids(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let odd = |id: &Value| id.as_str().is_some_and(|id| id.contains(['<', '{', ' ']));
            if object.get("$id").is_some_and(odd) {
                object.remove("$id");
            }
            object.values_mut().for_each(drop_odd_ids);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_odd_ids),
        _ => {}
    }
}

/// What became of a value that was read and written back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RoundTrip {
    /// It is equal by JSON Schema's equality.
    Equal,
    /// A whole number of more than 53 bits, as a `number`, is the nearest `f64` now.
    Rounded,
    Changed,
}

pub(crate) fn round_trip(before: &Value, after: &Value) -> RoundTrip {
    let worst = |mut all: Box<dyn Iterator<Item = RoundTrip> + '_>| {
        all.try_fold(RoundTrip::Equal, |worst, one| match one {
            RoundTrip::Changed => Err(RoundTrip::Changed),
            one => Ok(worst.max(one)),
        })
        .unwrap_or_else(|changed| changed)
    };
    match (before, after) {
        (Value::Number(a), Value::Number(b)) => number(a, b),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            worst(Box::new(a.iter().zip(b).map(|(a, b)| round_trip(a, b))))
        }
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => worst(Box::new(
            a.iter().map(|(key, a)| b.get(key).map_or(RoundTrip::Changed, |b| round_trip(a, b))),
        )),
        (a, b) if a == b => RoundTrip::Equal,
        _ => RoundTrip::Changed,
    }
}

/// A value without the members that are `null`: an output reads those as absent.
pub(crate) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            kept.map(|(key, member)| (key.clone(), without_nulls(member))).collect()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}

fn number(before: &serde_json::Number, after: &serde_json::Number) -> RoundTrip {
    match (whole(before), whole(after)) {
        (Some(a), Some(b)) if a == b => RoundTrip::Equal,
        (None, None) if before.as_f64() == after.as_f64() => RoundTrip::Equal,
        (Some(a), _) if a.unsigned_abs() > 1 << 53 && before.as_f64() == after.as_f64() => {
            RoundTrip::Rounded
        }
        _ => RoundTrip::Changed,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
fn whole(number: &serde_json::Number) -> Option<i128> {
    let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    let float = || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e38);
    integer.or_else(|| float().map(|float| float as i128))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Oracle, RoundTrip, Verdict, round_trip};

    #[test]
    fn only_multiples_of_large_numbers_are_excluded() {
        let oracle = Oracle::new(&json!({"type": "integer"})).expect("a schema");
        for (instance, verdict) in [
            (json!(u64::MAX), Verdict::Accepted),
            (json!(1e300), Verdict::Accepted),
            (json!(1.5), Verdict::Refused),
        ] {
            assert_eq!(oracle.judge(&instance), verdict, "{instance}");
        }
        let oracle = Oracle::new(&json!({"multipleOf": 1.5})).expect("a schema");
        assert_eq!(oracle.judge(&json!(u64::MAX)), Verdict::Excluded);
        assert_eq!(oracle.judge(&json!(4)), Verdict::Refused);
    }

    #[test]
    fn a_round_trip_is_judged_by_the_equality_of_json_schema() {
        for (before, after, expected) in [
            (json!({"a": [1, 2.0]}), json!({"a": [1.0, 2]}), RoundTrip::Equal),
            (json!(-0.0), json!(0), RoundTrip::Equal),
            (json!(0.1), json!(0.100_000_000_000_000_02), RoundTrip::Changed),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992.0), RoundTrip::Rounded),
            (json!([1, u64::MAX]), json!([1, 18_446_744_073_709_551_615.0]), RoundTrip::Rounded),
            (json!({"a": null}), json!({}), RoundTrip::Changed),
            (json!(1), json!("1"), RoundTrip::Changed),
        ] {
            assert_eq!(round_trip(&before, &after), expected, "{before} {after}");
        }
    }
}
