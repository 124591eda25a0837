//! What goes wrong with a valid instance: one slip at one place.

use serde_json::{Value, json};

use super::goal::{Facts, Kind};
use super::make::{Maker, Place};
use super::object::{known, required};
use super::{number, text};

impl<'a> Maker<'a> {
    /// Does something to one place of an instance that was just made.
    pub(super) fn slip(&mut self, root: &mut Value) {
        let index = self.below(self.places.len());
        let Place { at, facts } = self.places[index].clone();
        if self.one_in(12) {
            return self.swap(root, &at);
        }
        // An earlier slip may have taken the place away.
        let Some(value) = root.pointer(&at).cloned() else {
            return;
        };
        // What is made now has no place in the instance.
        let places = std::mem::take(&mut self.places);
        let slipped = self.slipped(&value, &facts);
        self.places = places;
        if let Some(place) = root.pointer_mut(&at) {
            *place = slipped;
        }
    }

    /// Two values change places.
    fn swap(&mut self, root: &mut Value, at: &str) {
        let index = self.below(self.places.len());
        let other = self.places[index].at.clone();
        if at.starts_with(&other) || other.starts_with(at) {
            return;
        }
        let (Some(one), Some(two)) = (root.pointer(at).cloned(), root.pointer(&other).cloned())
        else {
            return;
        };
        for (at, value) in [(at, two), (&other, one)] {
            if let Some(place) = root.pointer_mut(at) {
                *place = value;
            }
        }
    }

    fn slipped(&mut self, value: &Value, facts: &Facts<'a>) -> Value {
        if self.one_in(5) {
            return self.of_another_type(value);
        }
        if let Some(excluded) = facts.all("not").next()
            && self.one_in(3)
        {
            return self.value(&[excluded]);
        }
        match value {
            Value::Number(_) => self.number_slip(value, facts),
            Value::String(value) => self.text_slip(value, facts),
            Value::Array(items) => self.array_slip(items.clone(), facts),
            Value::Object(_) => self.object_slip(value.clone(), facts),
            Value::Bool(value) => match self.below(3) {
                0 => json!(i32::from(*value)),
                1 => json!(value.to_string()),
                _ => json!(!value),
            },
            Value::Null => self.of_another_type(value),
        }
    }

    fn of_another_type(&mut self, value: &Value) -> Value {
        let others = [
            json!(null),
            json!(false),
            json!(true),
            json!(0),
            json!(1),
            json!(1.5),
            json!(""),
            json!("x"),
            json!([]),
            json!({}),
            json!([value]),
            json!({ "value": value }),
            json!(value.to_string()),
        ];
        others[self.below(others.len())].clone()
    }

    fn number_slip(&mut self, value: &Value, facts: &Facts<'a>) -> Value {
        let mut others = number::limits(facts);
        others.extend(number::around(value));
        others.push(json!(value.to_string()));
        others.push(number::respelled(value));
        let limit_or_near = others.len();
        others.extend([
            json!(-0.0),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(9_223_372_036_854_775_808_u64),
            json!(u64::MAX),
            json!(18_446_744_073_709_551_616.0),
            json!(-9_223_372_036_854_777_856.0),
            json!(9_007_199_254_740_993_i64),
            json!(1e19),
            json!(1e300),
            json!(-1e300),
            json!(5e-324),
            json!(4_294_967_296_i64),
        ]);
        let end = if self.one_in(3) { others.len() } else { limit_or_near };
        others.swap_remove(self.below(end))
    }

    fn text_slip(&mut self, value: &str, facts: &Facts<'a>) -> Value {
        let mut others: Vec<String> = vec![
            String::new(),
            value.to_uppercase(),
            value.to_lowercase(),
            format!("{value} "),
            format!(" {value}"),
            format!("{value}x"),
            value.chars().skip(1).collect(),
            text::of_length(value.chars().count(), &mut self.rng),
        ];
        let length = |by: i64| {
            move |limit: &Value| {
                usize::try_from(limit.as_i64()?.saturating_add(by)).ok().filter(|n| *n <= 20_000)
            }
        };
        let mut lengths: Vec<_> = facts.all("maxLength").filter_map(length(1)).collect();
        lengths.extend(facts.all("minLength").filter_map(length(-1)));
        others.extend(lengths.into_iter().map(|length| text::of_length(length, &mut self.rng)));
        if let Some(number) = value.parse::<i64>().ok().filter(|_| self.rng.bool()) {
            return number.into();
        }
        others.swap_remove(self.below(others.len())).into()
    }

    fn array_slip(&mut self, mut items: Vec<Value>, facts: &Facts<'a>) -> Value {
        let some = items.first().cloned().unwrap_or_default();
        match self.below(7) {
            0 => items.clear(),
            1 => drop(items.pop()),
            2 => items.push(some),
            3 => {
                let wrong = self.of_another_type(&some);
                items.push(wrong);
            }
            4 => items.insert(0, Value::Null),
            5 => {
                let high = facts.at_most("maxItems").unwrap_or(items.len()).min(200);
                items.resize(high + 1, some);
            }
            _ => items.reverse(),
        }
        items.into()
    }

    fn object_slip(&mut self, mut value: Value, facts: &Facts<'a>) -> Value {
        let Value::Object(members) = &mut value else {
            return value;
        };
        let keys: Vec<_> = members.keys().cloned().collect();
        let key =
            if keys.is_empty() { String::new() } else { keys[self.below(keys.len())].clone() };
        let (known, required) = (known(facts), required(facts));
        match self.below(8) {
            0 | 1 => {
                let index = self.below(required.len().max(1));
                members.shift_remove(required.get(index).unwrap_or(&key));
            }
            2 => drop(members.shift_remove(&key)),
            3 => drop(members.insert(self.other_name(facts, &known), json!("extra"))),
            4 => {
                if let Some(moved) = members.shift_remove(&key) {
                    members.insert(key.to_uppercase(), moved);
                }
            }
            5 => drop(members.insert(key, Value::Null)),
            6 => {
                if let Some(name) = self.pick(&known) {
                    let other = self.of_another_type(&Value::Null);
                    members.insert(name.to_owned(), other);
                }
            }
            // As if two alternatives were one.
            _ => {
                let other = self.of_kind(Kind::Object, facts.clone());
                for (key, member) in other.as_object().into_iter().flatten() {
                    members.entry(key.clone()).or_insert_with(|| member.clone());
                }
            }
        }
        value
    }
}
