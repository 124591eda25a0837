//! What may happen to a schema.

use serde_json::{Map, Value, json};

/// Both schemas of a model.
pub(super) struct Schemas {
    pub(super) input: Value,
    pub(super) output: Value,
}

/// Something that happens; false where the schemas have nothing that it can happen to.
pub(super) struct Mutation {
    pub(super) name: &'static str,
    pub(super) breaking: bool,
    pub(super) change: fn(&mut Schemas) -> bool,
}

const fn compatible(name: &'static str, change: fn(&mut Schemas) -> bool) -> Mutation {
    Mutation { name, breaking: false, change }
}

const fn breaking(name: &'static str, change: fn(&mut Schemas) -> bool) -> Mutation {
    Mutation { name, breaking: true, change }
}

pub(super) const ALL: &[Mutation] = &[
    compatible("a property in front", |all| {
        put_first(all.input["properties"].as_object_mut(), "brand_new", json!({"type": "string"}))
    }),
    compatible("a twin of a property in front", |all| {
        let Some(properties) = all.input["properties"].as_object_mut() else { return false };
        let Some(name) = properties.keys().find(|name| name.contains('_')).cloned() else {
            return false;
        };
        put_first(Some(properties), &name.replace('_', "-"), json!({"type": "boolean"}))
    }),
    compatible("a value in front", |all| with_values(all, |values| values.insert(0, json!("aaa")))),
    compatible("a twin of a value in front", |all| {
        with_values(all, |values| {
            let twin = values[0].as_str().unwrap_or_default();
            let twin = if twin.starts_with(char::is_numeric) {
                twin.replace([':', '.', ' '], "_")
            } else {
                twin.to_uppercase()
            };
            values.insert(0, json!(twin));
            let mut seen = Vec::new();
            values.retain(|value| {
                !seen.contains(value) && {
                    seen.push(value.clone());
                    true
                }
            });
        })
    }),
    compatible("values in another order", |all| with_values(all, |values| values.reverse())),
    compatible("properties in another order", |all| {
        let Some(properties) = all.input["properties"].as_object_mut() else { return false };
        *properties = std::mem::take(properties).into_iter().rev().collect();
        properties.len() > 1
    }),
    compatible("a higher maximum", |all| {
        with_number(all, |property| {
            property["maximum"] = match property["maximum"].as_i64() {
                Some(whole) => json!(whole + 1),
                None => json!(property["maximum"].as_f64().map(|maximum| maximum + 1.0)),
            };
        })
    }),
    compatible("no maximum", |all| {
        with_number(all, |property| {
            property.as_object_mut().map(|property| property.remove("maximum"));
        })
    }),
    compatible("other words", |all| {
        all.input["title"] = json!("Another title");
        all.input["description"] = json!("Other words.");
        each(all, |_, property| {
            property["description"] = json!("Other words.");
            true
        })
    }),
    compatible("another default", |all| {
        each(all, |_, property| {
            let is_string = property["type"] == "string" && property.get("enum").is_none();
            if is_string {
                property["default"] = json!("another");
            }
            is_string
        })
    }),
    compatible("the schema under its name", |all| {
        all.input = json!({"input": all.input});
        true
    }),
    compatible("more in the output", |all| {
        put_first(outputs(all).as_object_mut(), "brand_new", json!({"enum": ["a", "b"]}))
    }),
    breaking("a property gone", |all| {
        let Some(name) = optional(all).pop() else { return false };
        let properties = all.input["properties"].as_object_mut();
        properties.is_some_and(|properties| properties.shift_remove(&name).is_some())
    }),
    breaking("a value gone", |all| {
        with_values(all, |values| {
            values.pop();
        })
    }),
    breaking("a value in another's place", |all| {
        with_values(all, |values| {
            values[0] = json!(format!("{}-hd", values[0].as_str().unwrap_or("x")));
        })
    }),
    breaking("a lower maximum", |all| {
        with_number(all, |property| {
            property["maximum"] = property["minimum"].clone();
        })
    }),
    breaking("a property that has to be there", |all| {
        let Some(name) = optional(all).pop() else { return false };
        require(all, &name)
    }),
    breaking("a property that need not be there", |all| {
        let required = all.input["required"].as_array_mut();
        required.is_some_and(|required| required.pop().is_some())
    }),
    breaking("a new property of another type that has to be there", |all| {
        put_first(all.input["properties"].as_object_mut(), "brand_new", json!({"type": "boolean"}))
            && require(all, "brand_new")
    }),
    breaking("a new property of the same type that has to be there", |all| {
        put_first(all.input["properties"].as_object_mut(), "brand_new", json!({"type": "string"}))
            && require(all, "brand_new")
    }),
    breaking("one that has to be there by another name", |all| {
        let Some(name) = all.input["required"][0].as_str().map(str::to_owned) else { return false };
        let Some(properties) = all.input["properties"].as_object_mut() else { return false };
        let Some(schema) = properties.shift_remove(&name) else { return false };
        all.input["required"][0] = json!("brand_new");
        put_first(all.input["properties"].as_object_mut(), "brand_new", schema)
    }),
    breaking("a number where an integer was", |all| {
        each(all, |_, property| {
            let is_integer = property["type"] == "integer" && property.get("enum").is_none();
            if is_integer {
                property["type"] = json!("number");
            }
            is_integer
        })
    }),
    breaking("null where it was refused", |all| {
        each(all, |_, property| {
            let is_boolean = property["type"] == "boolean";
            if is_boolean {
                property["type"] = json!(["boolean", "null"]);
            }
            is_boolean
        })
    }),
    breaking("less in the output", |all| {
        let properties = outputs(all).as_object_mut();
        properties.is_some_and(|properties| {
            let last = properties.keys().next_back().cloned();
            last.is_some_and(|last| properties.shift_remove(&last).is_some())
        })
    }),
    breaking("another type in the output", |all| {
        let Some(properties) = outputs(all).as_object_mut() else { return false };
        properties.iter_mut().next_back().is_some_and(|(_, property)| {
            *property = json!({"type": "integer"});
            true
        })
    }),
];

fn outputs(all: &mut Schemas) -> &mut Value {
    if all.output.get("output").is_some() {
        &mut all.output["output"]["properties"]
    } else {
        &mut all.output["properties"]
    }
}

fn put_first(members: Option<&mut Map<String, Value>>, name: &str, value: Value) -> bool {
    let Some(members) = members.filter(|members| !members.contains_key(name)) else { return false };
    let rest = std::mem::take(members);
    members.insert(name.to_owned(), value);
    members.extend(rest);
    true
}

/// Changes the first property that can be changed so.
fn each(all: &mut Schemas, mut change: impl FnMut(&str, &mut Value) -> bool) -> bool {
    let properties = all.input["properties"].as_object_mut().into_iter().flatten();
    properties.into_iter().any(|(name, property)| change(name, property))
}

fn with_values(all: &mut Schemas, change: impl Fn(&mut Vec<Value>)) -> bool {
    each(all, |_, property| {
        let strings =
            |values: &&mut Vec<Value>| values.len() > 2 && values.iter().all(Value::is_string);
        property
            .get_mut("enum")
            .and_then(Value::as_array_mut)
            .filter(strings)
            .map(&change)
            .is_some()
    })
}

/// Changes the first number between two limits.
fn with_number(all: &mut Schemas, change: impl Fn(&mut Value)) -> bool {
    each(all, |_, property| {
        let is_limited = property["minimum"].is_number() && property["maximum"].is_number();
        if is_limited {
            change(property);
        }
        is_limited
    })
}

fn optional(all: &Schemas) -> Vec<String> {
    let required = all.input["required"].as_array();
    let is_required =
        |name: &String| required.is_some_and(|all| all.iter().any(|other| other == name.as_str()));
    let properties = all.input["properties"].as_object().into_iter().flatten();
    properties.map(|(name, _)| name.clone()).filter(|name| !is_required(name)).collect()
}

fn require(all: &mut Schemas, name: &str) -> bool {
    let Some(input) = all.input.as_object_mut() else { return false };
    let required = input.entry("required").or_insert_with(|| json!([]));
    required.as_array_mut().is_some_and(|required| {
        required.push(json!(name));
        true
    })
}
