//! What a document is that is no schema of a model: people paste what they have at hand.

use serde_json::{Map, Value};

use crate::dialect::{escape, type_word};
use crate::keyword;

type Object = Map<String, Value>;

/// What is wrong with a document that is neither an object nor a boolean.
pub(super) fn no_object(value: &Value) -> String {
    let is = match value {
        Value::String(text) if text.trim_start().starts_with('{') => {
            return "is a string with JSON in it; expected the JSON itself, without the quotes and \
                    backslashes around it"
                .to_owned();
        }
        Value::Array(items) => {
            let tools = items.iter().any(|item| item.get("inputSchema").is_some());
            let named = |item: &Value| {
                ["name", "key", "id"].iter().any(|key| item.get(*key).is_some_and(Value::is_string))
            };
            match items.as_slice() {
                _ if tools => "a list of tools of the Model Context Protocol",
                [_, ..] if items.iter().all(named) => "a JSON array that lists parameters",
                [Value::Object(item)] if is_schema(item) => {
                    return "is a JSON array with a schema in it; expected the schema alone, without \
                            the brackets around it"
                        .to_owned();
                }
                _ => "a JSON array",
            }
        }
        Value::String(_) => "a JSON string",
        Value::Number(_) => "a JSON number",
        _ => "`null`",
    };
    format!("is no JSON Schema: expected an object (or a boolean); this is {is}")
}

/// What a whole document is, if it is one of another kind and has a mark that no schema has.
pub(super) fn other_kind(object: &Object, is_strict: bool) -> Option<String> {
    // Where the standard alone counts, a keyword makes anything a schema.
    if !is_strict && object.keys().any(|key| keyword::is_constraint(key)) {
        return None;
    }
    let kind = KINDS.iter().find(|kind| (kind.has)(object))?;
    Some(format!("is {}, not the schema of a model; {}", kind.is, kind.cure))
}

/// What is wrong with an object that stands where a model's schema is expected; none if it is one.
pub(super) fn no_schema(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    if is_schema(object) {
        return only_definitions(object);
    }
    let is_wrapped =
        object.len() == 1 && any(object, &["schema", "json_schema", "jsonSchema", "parameters"]);
    if !is_wrapped && object.values().all(|member| member.as_object().is_some_and(is_described)) {
        return Some(
            "has the form of the members of `properties`; expected \
             {\"type\": \"object\", \"properties\": { … }} around them"
                .to_owned(),
        );
    }
    if let Some(place) = nested(value, "", 4) {
        return Some(format!(
            "has no keyword of JSON Schema at its top level, but `{place}` is a schema; give that part \
             alone"
        ));
    }
    let keys: Vec<_> = object.keys().take(4).map(|key| format!("`{key}`")).collect();
    let more = if object.len() > keys.len() { " …" } else { "" };
    Some(format!(
        "has {}{more} where a JSON Schema has `type`, `properties` …: it looks like a sample of an input, \
         not like its schema",
        keys.join(", ")
    ))
}

/// Whether an object is a schema: by keywords that data has not by chance, or because nothing in it
/// is anything else.
fn is_schema(object: &Object) -> bool {
    let is_said = |key: &str| keyword::form(key).is_some() || key.starts_with("x-");
    proves(object) || object.keys().all(|key| is_said(key))
}

/// Whether a keyword has a value that it hardly has by chance.
fn proves(object: &Object) -> bool {
    let schemas = |value: &Value| {
        let schemas = value.as_array().filter(|schemas| !schemas.is_empty());
        schemas.is_some_and(|schemas| schemas.iter().all(is_object_or_boolean))
    };
    object.iter().any(|(key, value)| match key.as_str() {
        "type" => match value {
            Value::String(word) => type_word(word).is_some_and(|standard| standard == word),
            Value::Array(words) => {
                !words.is_empty() && words.iter().all(|word| word.as_str().is_some_and(is_type))
            }
            _ => false,
        },
        "properties" | "patternProperties" => {
            value.as_object().is_some_and(|members| members.values().all(is_object_or_boolean))
        }
        "$ref" | "$dynamicRef" | "$schema" | "$id" => value.is_string(),
        "allOf" | "anyOf" | "oneOf" => schemas(value),
        "enum" | "required" => value.is_array(),
        "not" | "if" | "additionalProperties" | "propertyNames" => is_object_or_boolean(value),
        _ => false,
    })
}

fn is_type(word: &str) -> bool {
    type_word(word).is_some()
}

fn is_object_or_boolean(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}

/// Whether an object describes a property.
fn is_described(object: &Object) -> bool {
    let has_type = match object.get("type") {
        Some(Value::String(word)) => is_type(word),
        _ => false,
    };
    has_type || proves(object)
}

/// What is wrong with a schema that says nothing but what could be referred to.
fn only_definitions(object: &Object) -> Option<String> {
    let mut places = Vec::new();
    for place in ["$defs", "definitions"] {
        let names = object.get(place).and_then(Value::as_object).into_iter().flat_map(Map::keys);
        places.extend(names.map(|name| format!("#/{place}/{}", escape(name))));
    }
    let components = object.get("components").and_then(|components| components.get("schemas"));
    let names = components.and_then(Value::as_object).into_iter().flat_map(Map::keys);
    places.extend(names.map(|name| format!("#/components/schemas/{}", escape(name))));
    if places.is_empty() || object.keys().any(|key| keyword::is_constraint(key)) {
        return None;
    }
    let shown: Vec<_> = places.iter().take(4).map(|place| format!("`{place}`")).collect();
    let more = if places.len() > shown.len() { " …" } else { "" };
    Some(format!(
        "holds nothing but definitions ({}{more}), and does not say which of them is the schema; add one \
         as `\"$ref\": \"{}\"`",
        shown.join(", "),
        places[0]
    ))
}

/// The place of a schema further in.
fn nested(value: &Value, at: &str, levels: usize) -> Option<String> {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(key, part)| (format!("{at}/{}", escape(key)), part)).collect()
        }
        Value::Array(items) => {
            let items = items.iter().take(3).enumerate();
            items.map(|(index, part)| (format!("{at}/{index}"), part)).collect()
        }
        _ => return None,
    };
    let is_schema = |part: &Value| {
        part.get("properties").is_some_and(Value::is_object) && part.as_object().is_some_and(proves)
    };
    if let Some((place, _)) = parts.iter().find(|(_, part)| is_schema(part)) {
        return Some(place.clone());
    }
    let levels = levels.checked_sub(1)?;
    parts.iter().find_map(|(place, part)| nested(part, place, levels))
}

/// A kind of document that is taken for a schema.
struct Kind {
    has: fn(&Object) -> bool,
    is: &'static str,
    cure: &'static str,
}

fn text(object: &Object, key: &str) -> bool {
    object.get(key).is_some_and(Value::is_string)
}

fn list(object: &Object, key: &str) -> bool {
    object.get(key).is_some_and(Value::is_array)
}

fn any(object: &Object, keys: &[&str]) -> bool {
    keys.iter().any(|key| object.contains_key(*key))
}

fn at<'a>(object: &'a Object, pointer: &str) -> Option<&'a Value> {
    let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
    let value = object.get(first)?;
    if rest.is_empty() { Some(value) } else { value.pointer(&format!("/{rest}")) }
}

const SCHEMA_WANTED: &str = "expected a JSON Schema, which describes the model's input";

/// From what is sure to what is only likely.
const KINDS: &[Kind] = &[
    Kind {
        has: is_openapi,
        is: "a whole OpenAPI document",
        cure: "`cargo xtask add MODEL --openapi FILE` takes its operations apart",
    },
    Kind {
        has: |object| text(object, "asyncapi"),
        is: "an AsyncAPI document",
        cure: "give the schema of one message's payload",
    },
    Kind {
        has: |object| {
            at(object, "result/tools").or_else(|| object.get("tools")).is_some_and(is_tools)
        },
        is: "a list of tools of the Model Context Protocol",
        cure: "give the `inputSchema` of one tool",
    },
    Kind {
        has: |object| any(object, &["jsonrpc"]),
        is: "a message of JSON-RPC",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| at(object, "function/parameters").is_some(),
        is: "a tool for function calling",
        cure: "give its `function.parameters`",
    },
    Kind {
        has: |object| object.get("type").is_some_and(|ty| ty == "json_schema"),
        is: "a response format for structured outputs",
        cure: "give its `json_schema.schema`",
    },
    Kind {
        has: |object| text(object, "name") && at(object, "parameters/properties").is_some(),
        is: "a function for function calling",
        cure: "give its `parameters`",
    },
    Kind {
        has: |object| {
            at(object, "info/_postman_id").is_some()
                || at(object, "info/schema")
                    .and_then(Value::as_str)
                    .is_some_and(|uri| uri.contains("getpostman"))
                || any(object, &["_postman_variable_scope"])
        },
        is: "a Postman collection",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| at(object, "log/entries").is_some(),
        is: "a HAR recording of HTTP",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| at(object, "data/__schema").is_some() || any(object, &["__schema"]),
        is: "a GraphQL introspection",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| {
            any(
                object,
                &["lockfileVersion", "devDependencies", "peerDependencies", "compilerOptions"],
            ) || text(object, "name")
                && text(object, "version")
                && any(object, &["scripts", "dependencies", "main"])
        },
        is: "a manifest or a configuration of a JavaScript package",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| {
            let is_node = |value: &Value| value.get("class_type").is_some();
            list(object, "nodes") && list(object, "links")
                || !object.is_empty() && object.values().all(is_node)
        },
        is: "a ComfyUI workflow",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| any(object, &["named_endpoints"]),
        is: "the description of a Gradio app",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| any(object, &["nbformat"]),
        is: "a Jupyter notebook",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| any(object, &["apiVersion"]) && text(object, "kind"),
        is: "a Kubernetes manifest",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: |object| text(object, "discoveryVersion"),
        is: "a Google discovery document",
        cure: "give one of its `schemas`",
    },
    Kind {
        has: |object| object.get("type").is_some_and(|ty| ty == "record") && list(object, "fields"),
        is: "an Avro schema",
        cure: "expected a JSON Schema",
    },
    Kind {
        has: |object| any(object, &["bsonType", "$jsonSchema"]),
        is: "a schema of MongoDB",
        cure: "expected a JSON Schema, with `type`",
    },
    Kind {
        has: |object| any(object, &["optionalProperties"]),
        is: "a JSON Type Definition",
        cure: "expected a JSON Schema",
    },
    Kind {
        has: |object| {
            text(object, "request_id") && any(object, &["status", "status_url", "output"])
        },
        is: "an answer of the queue",
        cure: SCHEMA_WANTED,
    },
    Kind {
        has: is_error,
        is: "the body of an error",
        cure: "download the schema again, and look at it",
    },
];

/// Whether an object is a whole document of OpenAPI, or of Swagger.
pub(crate) fn is_openapi(object: &Object) -> bool {
    let is_version = |key: &str| {
        object.get(key).is_some_and(|version| version.is_string() || version.is_number())
    };
    (is_version("openapi") || is_version("swagger"))
        && any(object, &["info", "paths", "components", "definitions", "webhooks"])
        || object.get("paths").is_some_and(|paths| {
            let mut paths = paths.as_object().into_iter().flatten();
            paths.next().is_some_and(|(path, _)| path.starts_with('/'))
        })
}

fn is_tools(tools: &Value) -> bool {
    let tools = tools.as_array().filter(|tools| !tools.is_empty());
    tools.is_some_and(|tools| tools.iter().all(|tool| tool.get("name").is_some()))
}

/// Whether an object is what a service answers with when something is wrong.
fn is_error(object: &Object) -> bool {
    let is_schema = any(object, &["properties", "$ref", "$defs", "allOf", "anyOf", "oneOf"])
        || any(object, &["input", "input_schema", "inputSchema"])
        // A problem of RFC 9457 has a `type`, which is an address.
        || object.get("type").and_then(Value::as_str).is_some_and(is_type);
    if is_schema || object.len() > 8 {
        return false;
    }
    let says = |key: &str| match object.get(key) {
        Some(Value::Array(errors)) => {
            !errors.is_empty() && errors.iter().all(|error| any_member(error, MESSAGES))
        }
        Some(error) => error.is_string() || any_member(error, MESSAGES),
        None => false,
    };
    let is_failure = object.len() == 1
        || any(
            object,
            &["code", "status", "statusCode", "status_code", "error_code", "errorCode", "__type"],
        )
        || object.get("success") == Some(&Value::Bool(false));
    ["error", "errors"].into_iter().any(says)
        || object.get("detail").is_some_and(Value::is_array) && says("detail")
        || is_failure && ["detail", "message", "msg", "Message"].into_iter().any(says)
}

const MESSAGES: &[&str] = &["message", "msg", "error", "errorCode", "code"];

fn any_member(value: &Value, keys: &[&str]) -> bool {
    keys.iter().any(|key| value.get(*key).is_some())
}
