//! The faults that are told of a value that fits no alternative.

use crate::schema::branch::{self, Meant, Tags};
use crate::schema::path::Path;
use crate::schema::report::{self, Faults, one_of_kinds, shown};
use crate::schema::rule::{Kind, Properties, Rule};
use crate::schema::tree::Tree;

/// Tells what is wrong with a value, of which `failed` are the faults as each of the alternatives.
#[cold]
pub(super) fn tell(
    keyword: &'static str,
    value: &Tree,
    branches: &[&[Rule]],
    mut failed: Vec<Faults>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    if let Some(kinds) = kinds_of_all(branches)
        && !kinds.iter().any(|kind| super::is_kind(value, *kind))
    {
        return report::wrong_type(out, path, &one_of_kinds(&kinds), &shown(value));
    }
    let all: Vec<_> = branches.iter().map(|rules| tags(rules)).collect();
    match branch::meant(value, &all) {
        Meant::Unlisted(name, values) => branch::unlisted(value, name, &values, path, out),
        Meant::Among(left) => {
            let failed = left.iter().map(|at| std::mem::take(&mut failed[*at])).collect();
            branch::nearest(keyword, branches.len(), failed, path, out);
        }
    }
}

/// References are followed this far.
const MAX_STEPS: usize = 100;

/// The types that the alternatives take, if each says of which it is.
fn kinds_of_all(branches: &[&[Rule]]) -> Option<Vec<Kind>> {
    let mut all = Vec::new();
    for rules in branches {
        for kind in kinds(rules, MAX_STEPS)? {
            if !all.contains(kind) {
                all.push(*kind);
            }
        }
    }
    Some(all)
}

fn kinds(rules: &[Rule], steps: usize) -> Option<&[Kind]> {
    let steps = steps.checked_sub(1)?;
    rules.iter().find_map(|rule| match rule {
        Rule::Type(kinds) => Some(*kinds),
        Rule::Ref(rules) => kinds(rules, steps),
        Rule::AllOf(all) => all.iter().find_map(|rules| kinds(rules, steps)),
        _ => None,
    })
}

/// The properties that rules allow few values of.
pub(in crate::schema) fn tags(rules: &[Rule]) -> Tags<'static> {
    some_tags(rules, MAX_STEPS)
}

fn some_tags(rules: &[Rule], steps: usize) -> Tags<'static> {
    let Some(steps) = steps.checked_sub(1) else { return Tags::new() };
    let mut all = Tags::new();
    for rule in rules {
        match rule {
            Rule::Members(named) | Rule::Properties(Properties { named, .. }) => {
                let named = named.iter();
                all.extend(named.filter_map(|(name, rules)| Some((*name, values(rules, steps)?))));
            }
            Rule::Ref(rules) => all.extend(some_tags(rules, steps)),
            Rule::AllOf(branches) => {
                branches.iter().for_each(|rules| all.extend(some_tags(rules, steps)));
            }
            _ => {}
        }
    }
    all
}

fn values(rules: &[Rule], steps: usize) -> Option<Vec<Tree>> {
    let steps = steps.checked_sub(1)?;
    rules.iter().find_map(|rule| match rule {
        Rule::Const(text) => Some(vec![Tree::parse(text)]),
        Rule::Enum(text) => match Tree::parse(text) {
            Tree::Array(values) => Some(values),
            _ => None,
        },
        Rule::Ref(rules) => values(rules, steps),
        Rule::AllOf(all) => all.iter().find_map(|rules| values(rules, steps)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::schema::check;
    use crate::schema::path::Path;
    use crate::schema::report::Faults;
    use crate::schema::rule::{Kind, Properties, Rule};

    const fn of(named: &'static [(&'static str, &'static [Rule])]) -> Properties {
        Properties { named, patterns: &[], additional: None }
    }

    static A: &[Rule] = &[
        Rule::Type(&[Kind::Object]),
        Rule::Properties(&of(&[
            ("type", &[Rule::Const("\"a\"")]),
            ("x", &[Rule::Type(&[Kind::Integer])]),
        ])),
        Rule::Required(&["x"]),
    ];
    static B: &[Rule] = &[
        Rule::Properties(&of(&[
            ("type", &[Rule::Enum("[\"b\"]")]),
            ("y", &[Rule::Type(&[Kind::String])]),
        ])),
        Rule::Required(&["y", "z"]),
    ];
    static TAGGED: &[Rule] = &[Rule::OneOf(&[&[Rule::Ref(&A)], &[Rule::AllOf(&[B])]])];
    static KINDS: &[Rule] = &[Rule::AnyOf(&[
        &[Rule::Type(&[Kind::Integer]), Rule::Maximum(3)],
        &[Rule::Type(&[Kind::String, Kind::Integer]), Rule::MaxLength(2)],
    ])];
    static UNTAGGED: &[Rule] = &[Rule::AnyOf(&[
        &[Rule::Required(&["a", "b"])],
        &[Rule::Properties(&of(&[("c", &[Rule::Type(&[Kind::Null])])])), Rule::Required(&["c"])],
    ])];
    static LIMITS: &[Rule] =
        &[Rule::AnyOf(&[&[Rule::Maximum(3)], &[Rule::Minimum(5), Rule::MultipleOf(2.0)]])];

    fn faults(value: &Value, rules: &[Rule]) -> Vec<String> {
        let mut out = Faults::new();
        check::deep(&value.into(), rules, &Path::ROOT.key("p"), &mut out);
        out.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_faults_are_those_of_the_alternative_that_was_meant() {
        for (value, rules, expected) in [
            // A tag decides, though another alternative has fewer faults.
            (json!({"type": "a", "x": "1"}), TAGGED, &["/p/x: must be an integer, not \"1\""][..]),
            (
                json!({"type": "b", "x": "1"}),
                TAGGED,
                &["/p/y: is required and is missing", "/p/z: is required and is missing"],
            ),
            (
                json!({"type": "c", "x": 1}),
                TAGGED,
                &["/p/type: \"c\" is not one of \"a\", \"b\"; did you mean \"a\"?"],
            ),
            // So does a type.
            (json!("abc"), KINDS, &["/p: has 3 characters, at most 2 are allowed"]),
            (json!(null), KINDS, &["/p: must be an integer or a string, not null"]),
            // Else it is the nearest, and each of its faults has its place.
            (
                json!({"c": 1}),
                UNTAGGED,
                &[
                    "/p: fits none of 2 alternatives; what follows is wrong for the nearest",
                    "/p/c: must be null, not 1",
                ],
            ),
            (
                json!(4.5),
                LIMITS,
                &["/p: fits none of 2 alternatives; the nearest: 4.5 is above the maximum 3"],
            ),
        ] {
            assert_eq!(faults(&value, rules), expected, "{value}");
        }
    }
}
