//! Taking `null` out of a schema that allows it beside other things.

use serde_json::{Value, json};

use super::values;
use crate::ir::{Kind, Rule};
use crate::schema::{self, Object};

/// The schema of everything but `null`, if the schema allows `null` and something else.
pub(super) fn peel(object: &Object) -> Option<Object> {
    if object.contains_key("enum") || object.contains_key("const") {
        return peel_enum(object);
    }
    if schema::asserts_only(object, &["anyOf"]) {
        return peel_alternatives(object, "anyOf");
    }
    if schema::asserts_only(object, &["oneOf"]) {
        return peel_alternatives(object, "oneOf");
    }
    let kinds = object.get("type")?.as_array()?;
    let others: Vec<_> = kinds.iter().filter(|kind| *kind != "null").cloned().collect();
    // Keywords that speak of every type may refuse `null`.
    let general =
        ["not", "if", "anyOf", "oneOf", "$dynamicRef"].iter().any(|key| object.contains_key(*key));
    if others.len() == kinds.len() || others.is_empty() || general {
        return None;
    }
    let mut inner = object.clone();
    let kinds = if let [one] = others.as_slice() { one.clone() } else { Value::Array(others) };
    inner.insert("type".to_owned(), kinds);
    Some(inner)
}

/// The rules of everything but `null`, to stand beside a type that takes `null` too.
pub(super) fn unless_null(rules: Vec<Rule>) -> Vec<Rule> {
    let (mut all, refusing): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|rule| accepts_null(rule) == Some(true));
    if !refusing.is_empty() {
        all.push(Rule::If(vec![Rule::Type(vec![Kind::Null])], Vec::new(), refusing));
    }
    all
}

/// Whether a rule lets `null` pass; unknown of a reference, which may lead back to this rule.
fn accepts_null(rule: &Rule) -> Option<bool> {
    let all = |rules: &[Rule]| {
        rules.iter().map(accepts_null).try_fold(true, |all, one| Some(all && one?))
    };
    let fitting = |branches: &[Vec<Rule>]| {
        branches
            .iter()
            .map(|rules| all(rules))
            .try_fold(0, |sum, one| Some(sum + usize::from(one?)))
    };
    match rule {
        Rule::Ref(_) => None,
        Rule::Never => Some(false),
        Rule::Type(kinds) => Some(kinds.contains(&Kind::Null)),
        Rule::Const(text) => Some(text == "null"),
        // The text of an array; where a string in it reads `null`, nothing is lost by being careful.
        Rule::Enum(text) => (!text.contains("null")).then_some(false),
        Rule::Not(rules) => all(rules).map(|fits| !fits),
        Rule::AllOf(branches) => fitting(branches).map(|count| count == branches.len()),
        Rule::AnyOf(branches) => fitting(branches).map(|count| count > 0),
        Rule::OneOf(branches) => fitting(branches).map(|count| count == 1),
        Rule::If(condition, then, otherwise) => all(if all(condition)? { then } else { otherwise }),
        // The others say nothing of a value that is neither number, string, array nor object.
        _ => Some(true),
    }
}

fn peel_enum(object: &Object) -> Option<Object> {
    let values = object.get("enum")?.as_array()?;
    let typed = schema::kinds(object).is_none_or(|kinds| kinds.contains(&Kind::Null));
    let others: Vec<_> = values.iter().filter(|value| !value.is_null()).cloned().collect();
    if !typed
        || !schema::asserts_only(object, &["enum", "type"])
        || others.len() == values.len()
        || others.is_empty()
    {
        return None;
    }
    let mut inner = object.clone();
    values::keep(&mut inner, |value| !value.is_null());
    if let Some(Value::Array(kinds)) = inner.get_mut("type") {
        kinds.retain(|kind| kind != "null");
    }
    Some(inner)
}

fn peel_alternatives(object: &Object, key: &str) -> Option<Object> {
    let branches = object.get(key)?.as_array()?;
    let others: Vec<_> =
        branches.iter().filter(|branch| !schema::is_null(branch)).cloned().collect();
    let nulls = branches.len() - others.len();
    // A second alternative that allows `null` makes `oneOf` refuse it.
    let clear = key == "anyOf" || nulls == 1 && others.iter().all(refuses_null);
    if nulls == 0 || others.is_empty() || !clear {
        return None;
    }
    let mut inner = object.clone();
    inner.insert(key.to_owned(), json!(others));
    Some(inner)
}

fn refuses_null(schema: &Value) -> bool {
    let Value::Object(object) = schema else {
        return false;
    };
    schema::kinds(object).is_some_and(|kinds| !kinds.contains(&Kind::Null))
}
