//! The calls of a document, and where the schemas of their bodies and answers stand.

use serde_json::{Map, Value};

use crate::dialect::escape;

/// A schema, and its place in the document; what is put together has the place of its first part.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) at: String,
    pub(super) schema: Value,
}

impl Placed {
    /// The part of it at a pointer, and the end of its references.
    fn part(&self, document: &Value, pointer: &str) -> Option<Self> {
        let schema = self.schema.pointer(pointer)?.clone();
        Some(Self { at: format!("{}{pointer}", self.at), schema }.followed(document))
    }

    /// What a reference leads to; itself where it is none, or one that leads nowhere.
    pub(super) fn followed(&self, document: &Value) -> Self {
        let mut here = self.clone();
        for _ in 0..MAX_STEPS {
            let Some(pointer) = here.schema.get("$ref").and_then(Value::as_str) else { break };
            let Some(pointer) = super::extract::pointer(pointer) else { break };
            let Some(schema) = document.pointer(&pointer) else { break };
            here = Self { schema: schema.clone(), at: pointer };
        }
        here
    }

    fn has(&self, pointer: &str) -> bool {
        self.schema.pointer(pointer).is_some()
    }
}

/// References to references end, or turn in a circle.
const MAX_STEPS: usize = 20;

/// A method of a path.
pub(super) struct Call<'a> {
    path: &'a str,
    method: &'a str,
    at: String,
    operation: Placed,
    /// The parameters of all methods of the path.
    shared: Option<Placed>,
}

impl Call<'_> {
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }

    /// Whether its path has a parameter.
    pub(super) fn takes_id(&self) -> bool {
        self.path.contains('{')
    }

    pub(super) fn id(&self) -> Option<String> {
        self.operation.schema.get("operationId")?.as_str().map(str::to_owned)
    }

    /// What it is said to do.
    pub(super) fn prose(&self) -> Option<Value> {
        let said = |key: &str| self.operation.schema.get(key).filter(|text| text.is_string());
        said("description").or_else(|| said("summary")).cloned()
    }

    /// The schema of an answer that is a success.
    fn answer(&self, document: &Value) -> Option<Placed> {
        let codes = ["200", "201", "202", "203", "2XX", "2xx", "default"];
        codes.iter().find_map(|code| {
            let answer = self.operation.part(document, &format!("/responses/{code}"))?;
            if let Some(schema) = answer.part_as_is("/schema") {
                return Some(schema);
            }
            content(&answer, &["application/json"])
        })
    }
}

impl Placed {
    /// The part of it at a pointer, with its reference.
    fn part_as_is(&self, pointer: &str) -> Option<Self> {
        let schema = self.schema.pointer(pointer)?.clone();
        Some(Self { at: format!("{}{pointer}", self.at), schema })
    }
}

/// All calls that may have a body, and those that ask for something.
fn all(document: &Value) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let at = format!("/paths/{}", escape(path));
        let item = Placed { at, schema: item.clone() }.followed(document);
        for method in ["post", "put", "patch", "get"] {
            if let Some(operation) = item.part(document, &format!("/{method}")) {
                let shared = item.part_as_is("/parameters");
                calls.push(Call { path, method, at: operation.at.clone(), operation, shared });
            }
        }
    }
    calls
}

/// The calls that may have a body.
pub(super) fn calls(document: &Value) -> Vec<Call<'_>> {
    all(document).into_iter().filter(|call| call.method != "get").collect()
}

/// The schema of what a call takes.
pub(super) fn input(document: &Value, call: &Call<'_>) -> Option<Placed> {
    let body = call.operation.part(document, "/requestBody");
    let schema = match body {
        Some(body) => content(&body, BODIES)?,
        None => parameters(document, call)?,
    };
    Some(under_input(document, &schema).unwrap_or(schema))
}

/// The kinds of bodies that can be an input, from the one that fits best.
const BODIES: &[&str] =
    &["application/json", "multipart/form-data", "application/x-www-form-urlencoded"];

/// The schema of a body of one of these kinds, or of another kind of JSON.
fn content(body: &Placed, kinds: &[&str]) -> Option<Placed> {
    let content = body.schema.get("content")?.as_object()?;
    let essence = |key: &str| key.split(';').next().unwrap_or(key).trim().to_ascii_lowercase();
    let find = |fits: &dyn Fn(&str) -> bool| content.keys().find(|key| fits(&essence(key)));
    let of_kind = kinds.iter().find_map(|kind| find(&|key| key == *kind));
    let key = of_kind.or_else(|| find(&|key| key.ends_with("+json") || key == "*/*"))?;
    body.part_as_is(&format!("/content/{}/schema", escape(key)))
}

/// Swagger 2.0: the parameter that is the body, or those that are the fields of a form.
fn parameters(document: &Value, call: &Call<'_>) -> Option<Placed> {
    let own = call.operation.part_as_is("/parameters");
    let lists = call.shared.iter().chain(&own);
    let parameters: Vec<_> = lists
        .flat_map(|list| {
            let count = list.schema.as_array().map_or(0, Vec::len);
            (0..count).filter_map(|index| list.part(document, &format!("/{index}")))
        })
        .collect();
    let stands = |parameter: &&Placed, place: &str| parameter.schema["in"] == place;
    if let Some(body) = parameters.iter().find(|parameter| stands(parameter, "body")) {
        return body.part_as_is("/schema");
    }
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for parameter in parameters.iter().filter(|parameter| stands(parameter, "formData")) {
        let Some(name) = parameter.schema["name"].as_str() else { continue };
        let mut schema = parameter.schema.as_object().cloned().unwrap_or_default();
        for key in ["name", "in", "required", "collectionFormat", "allowEmptyValue"] {
            if schema.shift_remove(key) == Some(Value::Bool(true)) && key == "required" {
                required.push(Value::from(name));
            }
        }
        if schema.get("type").is_some_and(|ty| ty == "file") {
            schema.insert("type".to_owned(), "string".into());
            schema.insert("format".to_owned(), "binary".into());
        }
        properties.insert(name.to_owned(), Value::Object(schema));
    }
    let mut schema = Map::from_iter([("type".to_owned(), Value::from("object"))]);
    let is_form = !properties.is_empty();
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("required".to_owned(), Value::Array(required));
    is_form.then(|| Placed { at: call.at.clone(), schema: Value::Object(schema) })
}

/// What is under `input`, if everything beside it is of the queue and not of the model.
fn under_input(document: &Value, body: &Placed) -> Option<Placed> {
    let body = body.followed(document);
    let properties = body.schema.get("properties")?.as_object()?;
    let input = body.part_as_is("/properties/input")?;
    let is_of_queue =
        |key: &String| key == "input" || OF_QUEUE.iter().any(|word| key.eq_ignore_ascii_case(word));
    let is_object = |input: &Placed| {
        input.schema["type"] == "object" || input.has("/properties") || input.has("/oneOf")
    };
    let followed = input.followed(document);
    // Older documents wrap the reference, so that a description can stand beside it.
    let wrapped = || followed.part(document, "/allOf/0");
    let is_input = is_object(&followed) || wrapped().is_some_and(|all| is_object(&all));
    (is_input && properties.keys().all(is_of_queue)).then_some(input)
}

/// What a queue's envelope has beside the input of the model.
const OF_QUEUE: &[&str] = &[
    "callback_url",
    "callbackUrl",
    "created_at",
    "context",
    "id",
    "model",
    "output_file_prefix",
    "priority",
    "stream",
    "version",
    "webhook",
    "webhook_events_filter",
    "webhook_url",
];

/// The schema of what a call gives in the end, where the document says it.
pub(super) fn output(document: &Value, call: &Call<'_>) -> Option<Placed> {
    let own = call.answer(document);
    if let Some(own) = own.as_ref().filter(|own| !is_receipt(&own.followed(document))) {
        return under_output(document, own);
    }
    let (gets, calls): (Vec<_>, Vec<_>) =
        all(document).into_iter().partition(|other| other.method == "get");
    let results: Vec<_> =
        gets.into_iter().filter_map(|get| Some((asked_for(get.path)?, get))).collect();
    // Its own result, else the nearest of those that several calls share.
    let own = results.iter().find(|(paths, _)| paths.contains(&call.path));
    let is_shared = |paths: &[&str]| calls.iter().all(|call| !paths.contains(&call.path));
    let nearest = results
        .iter()
        .filter(|(paths, _)| is_shared(paths))
        .filter(|(paths, _)| paths.iter().skip(1).any(|path| is_below(call.path, path)))
        .max_by_key(|(paths, _)| paths.last().map_or(0, |path| path.len()));
    let (_, get) = own.or(nearest)?;
    under_output(document, &get.answer(document)?)
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
}

/// The path whose result a `GET` asks for: `/paint` for `/paint/{id}`. For `/paint/requests/{id}` it
/// is `/paint/requests`, then `/paint`.
fn asked_for(path: &str) -> Option<Vec<&str>> {
    let (mut above, mut last) = path.trim_end_matches('/').rsplit_once('/')?;
    if ["result", "results", "output", "outputs"].contains(&last) {
        (above, last) = above.rsplit_once('/')?;
    }
    if !last.starts_with('{') {
        return None;
    }
    let mut paths = vec![above];
    if let Some((above, queue)) = above.rsplit_once('/')
        && ["requests", "predictions", "results", "jobs", "tasks", "generations"].contains(&queue)
    {
        paths.push(above);
    }
    Some(paths)
}

/// Whether an answer only says that the call was taken.
fn is_receipt(answer: &Placed) -> bool {
    let has = |keys: &[&str]| {
        keys.iter().any(|key| {
            answer.has(&format!("/properties/{key}"))
                || answer.has(&format!("/properties/data/properties/{key}"))
        })
    };
    let is_short = answer.schema["properties"].as_object().is_some_and(|all| all.len() <= 3);
    let is_taken = has(&["request_id", "requestId", "task_id", "taskId", "status_url", "status"])
        || is_short && has(&["id"]);
    is_taken && !has(&["output", "outputs", "images", "image", "videos", "video", "audio"])
}

/// The output in the envelope of an answer; none where that has no more than a receipt.
fn under_output(document: &Value, answer: &Placed) -> Option<Placed> {
    let followed = answer.followed(document);
    if followed.has("/properties/status") {
        for key in ["output", "outputs"] {
            if let Some(output) = followed.part_as_is(&format!("/properties/{key}")) {
                return Some(output);
            }
        }
    }
    if let Some(data) = followed.part(document, "/properties/data")
        && (data.has("/properties/status") || data.has("/properties/outputs"))
    {
        return under_output(document, &data);
    }
    let is_object = followed.schema["type"] == "object" || followed.has("/properties");
    (is_object && !is_receipt(&followed)).then(|| answer.clone())
}
